//! What the use cases need of the outside, as traits: a chat, engines, scripts, webhooks, time and chance.
//!
//! Nothing here knows Telegram, HTTP or Lua. Adapters implement these; tests put named fakes in their place.

mod adapter;
mod chance;
mod chat;
mod disk;
mod engine;
mod rail;
mod scripts;
mod webhook;

pub use adapter::{
    Adapter, Ask, Auth, CallbackRule, Create, Credential, FaultRule, FetchRule, FindRule, Function,
    Functions, Given, PICTURE_AS_BASE64, PICTURE_AS_DATA_URL, Pictures, PollRule, Reader, RenderState,
    Signature, Source, Verb, order_value,
};
pub use chance::{Clock, Random};
pub use chat::{Addressee, CardView, Chat, ChatError, FilmParcel, Parcel, Sent, Stage};
pub use disk::{Boundless, Disk};
pub use engine::{
    Callback, CallbackRefusal, Capabilities, Engine, EngineSource, Failure, FailureKind, Fetched, FilmSource,
    Polled, Progress, RenderRequest, Sighting, Sought, Submission,
};
pub use rail::{Checkout, Place, Proof, Rail, RailError, RailEvent};
pub use scripts::{
    Faults, QuickEdit, SCRIPT_FILE_CAP, ScriptFiles, ScriptSet, ScriptSource, ScriptStatus, Scripts, Seeding,
    Seeds,
};
pub use webhook::{Listening, Method, Webhook, WebhookAnswer, WebhookRequest};
