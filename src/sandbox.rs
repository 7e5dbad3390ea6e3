//! The same bot with no keys: emulators of everything it talks to, and a chat page to talk to it.
//!
//! All of it listens on one loopback port, speaks the real protocols, and is the test suite's double as well.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use futures::FutureExt as _;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::app::App;

pub mod bot_api;
mod cable;
pub mod chat_page;
mod engine_switch;
pub mod kaspi_api;
mod panel;
pub mod stripe_api;
pub mod video_api;

use bot_api::{BotApi, BotApiSettings, Person};
use cable::Cable;
use chat_page::{ChatPage, Persona};
use engine_switch::{Service, Switch};
use kaspi_api::KaspiApi;
use stripe_api::StripeApi;
use video_api::{VideoApi, VideoApiSettings};

/// The people one can be in the sandbox.
pub const USER: i64 = 1001;
pub const ADMIN: i64 = 1;
/// What the emulated Stripe lets in.
pub const STRIPE_KEY: &str = "sk_test_sandbox";
/// What its webhooks are signed with.
pub const STRIPE_SECRET: &str = "whsec_sandbox";
/// What the emulated Kaspi gateway lets in, and signs its webhooks with.
pub const KASPI_KEY: &str = "sandbox";
pub const KASPI_SECRET: &str = "sandbox-webhooks";

/// The engines that are emulated, as the bot and the page call them.
const SERVICES: [(&str, &str); 3] = [("sora", "Сервер Sora"), ("openrouter", "OpenRouter"), ("fal", "fal")];

/// How often the panel is compared with what it showed last.
const PANEL_PACE: Duration = Duration::from_millis(500);

/// The emulators and the page, serving for as long as this lives.
pub struct Sandbox {
    pub bot_api: Arc<BotApi>,
    pub video_api: Arc<VideoApi>,
    /// OpenRouter and fal, in this order.
    pub vendors: [Arc<VideoApi>; 2],
    pub stripe_api: Arc<StripeApi>,
    pub kaspi_api: Arc<KaspiApi>,
    pub address: SocketAddr,
    engines: Arc<Switch>,
    app: Arc<OnceLock<Arc<App>>>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Sandbox {
    /// Starts serving on `listener`. `first_message_id` is for a bot that remembers messages of an earlier sandbox. The
    /// engines in `cables` can be cut off on the page, if the bot reaches them by `engine_origin`.
    ///
    /// # Errors
    /// When the listener has no address, or there is no port left for a cable.
    pub fn start(
        listener: TcpListener,
        render: Duration,
        first_message_id: i64,
        cables: &[&str],
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let bot_api = BotApi::new(BotApiSettings { first_message_id, ..BotApiSettings::default() });
        let settings = VideoApiSettings { render, ..VideoApiSettings::default() };
        let [video_api, openrouter, fal] = [(); 3].map(|()| VideoApi::new(settings.clone()));
        let cabled = |(id, title): &(&'static str, &'static str)| {
            Ok(Service { id, title, cable: Cable::to(address)? })
        };
        let services = SERVICES
            .iter()
            .filter(|(id, _)| cables.contains(id))
            .map(cabled)
            .collect::<std::io::Result<Vec<_>>>()?;
        let engines = Arc::new(Switch { kitchen: video_api.clone(), services });
        let stripe_api = StripeApi::new(STRIPE_KEY);
        let kaspi_api = KaspiApi::new(KASPI_KEY, KASPI_SECRET, Some((bot_api.clone(), USER)));
        let app = Arc::new(OnceLock::new());
        let page = ChatPage {
            bot_api: bot_api.clone(),
            personas: personas(),
            panel: show(app.clone()),
            engine: engines.clone(),
        };
        let routes: Router = page.router().merge(bot_api.router()).merge(video_api.router());
        let routes = routes.merge(stripe_api.router()).merge(kaspi_api.router());
        let routes = routes.merge(openrouter.openrouter()).merge(fal.fal());
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the sandbox does not serve any more");
            }
        });
        let watching = tokio::spawn(watch_panel(bot_api.clone(), app.clone()));
        let tasks = [serving, watching].map(AbortOnDropHandle::new);
        let vendors = [openrouter, fal];
        Ok(Self { bot_api, video_api, vendors, stripe_api, kaspi_api, address, engines, app, _tasks: tasks })
    }

    /// Lets the panel look into the bot. Once.
    pub fn show(&self, app: Arc<App>) {
        let _ = self.app.set(app);
        self.bot_api.panel_changed();
    }

    /// Where an engine is reached, through its cable, which the page can pull out. None of one that has none.
    pub fn engine_origin(&self, id: &str) -> Option<String> {
        self.engines.services.iter().find(|service| service.id == id).map(|service| service.cable.origin())
    }

    /// Where everything is: `http://127.0.0.1:8080`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn personas() -> Vec<Persona> {
    let person = |id, first_name: &str, username: &str| Person {
        id,
        first_name: first_name.into(),
        username: Some(username.into()),
        language_code: "ru".into(),
    };
    vec![
        Persona { person: person(USER, "Айгерим", "aigerim"), admin: false },
        Persona { person: person(ADMIN, "Владелец", "owner"), admin: true },
    ]
}

fn show(app: Arc<OnceLock<Arc<App>>>) -> chat_page::Panel {
    Arc::new(move |person| {
        let shown = app.get().map_or(Value::Null, |app| panel::panel(app, person));
        std::future::ready(shown).boxed()
    })
}

/// Tells the page when there is something new behind the chat.
async fn watch_panel(bot_api: Arc<BotApi>, app: Arc<OnceLock<Arc<App>>>) {
    let mut shown = Vec::new();
    loop {
        tokio::time::sleep(PANEL_PACE).await;
        let Some(app) = app.get() else { continue };
        let now = vec![panel::panel(app, USER), panel::panel(app, ADMIN)];
        if now != shown {
            bot_api.panel_changed();
            shown = now;
        }
    }
}
