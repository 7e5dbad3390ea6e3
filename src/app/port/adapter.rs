//! A vendor's wire as the owner's script tells it: data, and the names of a few pure functions. Whoever speaks HTTP reads it;
//! whoever runs scripts made it. No secret is in it, only secrets' names.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::{FailureKind, RenderRequest};
use crate::domain::catalog::Size;
use crate::domain::day::Day;
use crate::domain::id::EngineId;

/// One file of `scripts/engines`.
#[derive(Clone, Debug)]
pub struct Adapter {
    pub id: EngineId,
    /// As people read it.
    pub title: String,
    /// The vendor's page that it was written from.
    pub docs: Option<String>,
    /// The day on which that page was read.
    pub checked: Option<Day>,
    /// Somebody has rendered with it. Until then it is right "by its documents only".
    pub proven: bool,
    /// From this day on the vendor does not take orders.
    pub retired_on: Option<Day>,
    /// Without a slash at its end.
    pub base_url: Url,
    /// Other hosts that questions may lead to: `api.example.com`, or `*.example.com` for those below it.
    pub hosts: Vec<String>,
    /// The same for films alone; `*` is any public host.
    pub film_hosts: Vec<String>,
    /// Headers of every question, without secrets.
    pub headers: BTreeMap<String, String>,
    /// Ways to prove who we are; the first whose secrets are set is taken. Empty: nothing is asked.
    pub auth: Vec<Auth>,
    pub pictures: Pictures,
    pub create: Create,
    pub poll: PollRule,
    /// How the film is come by, where the poll's answer does not say it.
    pub fetch: Option<FetchRule>,
    pub cancel: Option<Ask>,
    pub find: Option<FindRule>,
    /// Something that costs nothing, to see whether it is there and lets us in.
    pub check: Option<Ask>,
    pub faults: FaultRule,
    pub callback: Option<CallbackRule>,
    pub functions: Arc<dyn Functions>,
}

/// The functions of a script, by the path of their field: `create.body`.
pub trait Functions: Send + Sync {
    /// # Errors
    /// What went wrong in the script, in Russian, with its line: for the owner.
    fn call(&self, name: &str, arguments: &[Given<'_>]) -> Result<Value, String>;
}

impl fmt::Debug for dyn Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Functions")
    }
}

/// What a function is given.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// Naming a field that it does not have is an error.
    Order(&'a Value),
    /// As it came from outside: what is not there is nil.
    Answer(&'a Value),
}

/// How the vendor takes a first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    Never,
    /// In the question itself.
    Inside,
    /// By an address that he fetches it from, and in no other way.
    ByLink,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// The header that carries the proof.
    pub header: String,
    /// What stands before it and a blank: `Bearer`. Empty: nothing.
    pub scheme: String,
    pub proof: Credential,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The secret of this name.
    Secret(String),
    /// A JSON Web Token, HS256, made anew for each question from the secrets of these names.
    Jwt { issuer: String, secret: String, lifetime: Duration },
}

impl Credential {
    /// The names of the secrets that it needs.
    pub fn secrets(&self) -> Vec<&str> {
        match self {
            Self::Secret(name) => vec![name],
            Self::Jwt { issuer, secret, .. } => vec![issuer, secret],
        }
    }
}

/// A question to the vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub method: Verb,
    pub url: Source,
    /// Gives the query, beside what the address has.
    pub query: Option<Function>,
    /// Gives the JSON body.
    pub body: Option<Function>,
    pub timeout: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// A function of the script, by the path of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function(pub String);

/// Where an address comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `/videos/{id}` below the base address, or a whole address. `{name}` is put in as one piece of a path, `{+name}` as it is.
    Template(String),
    Computed(Function),
}

/// How one value is read from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The first of these paths that leads to something: `data.video.url`, lists counted from 1.
    Paths(Vec<String>),
    Computed(Function),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    pub ask: Ask,
    pub ticket: Reader,
    /// Texts of the answer that later questions need, by the names that they put in.
    pub keep: BTreeMap<String, Reader>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollRule {
    pub ask: Ask,
    pub state: Reader,
    /// The vendor's words in lower case. What is not there and none of ours is work going on.
    pub states: BTreeMap<String, RenderState>,
    /// 0 to 100.
    pub percent: Option<Reader>,
    pub cost_usd: Option<Reader>,
    /// Where the film lies.
    pub film: Option<Reader>,
    /// Between two questions where the vendor hints at nothing.
    pub every: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderState {
    Working,
    Completed,
    Failed,
    /// Cancelled, expired or deleted.
    Gone,
}

impl RenderState {
    pub const ALL: [Self; 4] = [Self::Working, Self::Completed, Self::Failed, Self::Gone];

    pub fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Gone => "gone",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchRule {
    pub ask: Ask,
    /// Where its answer says that the film lies. None: its answer is the film.
    pub film: Option<Reader>,
}

/// How a request is looked up whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindRule {
    pub ask: Ask,
    /// The list in the answer, newest first.
    pub items: Reader,
    /// The question was for our own reference: whatever is listed is ours.
    pub by_reference: bool,
    /// Of each item.
    pub ticket: Reader,
    pub keep: BTreeMap<String, Reader>,
    pub prompt: Option<Reader>,
    pub seconds: Option<Reader>,
    pub created: Option<Reader>,
    /// The address of the next page.
    pub next: Option<Reader>,
}

/// What the vendor's errors mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// Gives false of an answer that is an error although its status says success.
    pub ok: Option<Reader>,
    pub code: Reader,
    pub message: Reader,
    /// Codes and phrases in lower case, the first that fits decides. One of digits alone must be the whole code.
    pub signs: Vec<(FailureKind, Vec<String>)>,
    pub statuses: BTreeMap<u16, FailureKind>,
}

/// How the vendor calls back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackRule {
    pub signature: Signature,
    /// The render in the message's body.
    pub ticket: Reader,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// standardwebhooks.com: the secret of this name, `whsec_…`.
    Standard { secret: String },
    /// fal's own: ED25519 with public keys from this address.
    Fal { keys: Url },
    /// HMAC-SHA256 in this header, in hex or base64, alone or as `t=…,v1=…`. `signed` is what was signed: `{t}` stands for
    /// that moment, `{body}` for the body.
    Hmac { secret: String, header: String, signed: String },
}

impl Signature {
    /// The name of the secret that it needs.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Standard { secret } | Self::Hmac { secret, .. } => Some(secret),
            Self::Fal { .. } => None,
        }
    }
}

/// Stand for a picture in what a script gives, which is put in their place afterwards: megabytes do not pass through scripts.
pub const PICTURE_AS_DATA_URL: &str = "\u{1}picture-data-url\u{1}";
pub const PICTURE_AS_BASE64: &str = "\u{1}picture-base64\u{1}";

/// The shapes that vendors have names for.
const ASPECTS: &[(&str, u32, u32)] = &[
    ("16:9", 16, 9),
    ("9:16", 9, 16),
    ("1:1", 1, 1),
    ("4:3", 4, 3),
    ("3:4", 3, 4),
    ("21:9", 21, 9),
    ("9:21", 9, 21),
];

/// What the functions of a script are told of an order. `callback` is where the vendor may call back.
pub fn order_value(request: &RenderRequest, callback: Option<&str>) -> Value {
    let size = request.size;
    let picture = request.picture.as_ref().map(|_| {
        let url = request.picture_link.as_deref().map_or(Value::Bool(false), Value::from);
        let (data_url, base64) = (PICTURE_AS_DATA_URL, PICTURE_AS_BASE64);
        json!({ "data_url": data_url, "base64": base64, "mime": "image/jpeg", "url": url })
    });
    let prompt: String =
        request.prompt.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    json!({
        "reference": request.reference,
        "model": request.model,
        "prompt": prompt,
        "seconds": request.seconds,
        "size": size.to_string(),
        "width": size.width,
        "height": size.height,
        "short_side": size.width.min(size.height),
        "aspect": aspect(size),
        "picture": picture.unwrap_or(Value::Bool(false)),
        "callback": callback.map_or(Value::Bool(false), Value::from),
    })
}

/// The name of the nearest shape: 1024x1792 is filmed as 9:16.
fn aspect(size: Size) -> &'static str {
    let (width, height) = (u64::from(size.width), u64::from(size.height));
    // how far the size is from the shape, as a part of the whole: integers, so that it is the same everywhere
    let distance = |(_, w, h): &&(&str, u32, u32)| {
        let (across, down) = (width * u64::from(*h), height * u64::from(*w));
        across.abs_diff(down) * 1_000_000 / across.max(down).max(1)
    };
    ASPECTS.iter().min_by_key(distance).map_or("16:9", |(name, ..)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_called_by_the_nearest_shape() {
        for (width, height, expected) in [
            (1280, 720, "16:9"),
            (720, 1280, "9:16"),
            (1024, 1792, "9:16"),
            (768, 768, "1:1"),
            (1024, 768, "4:3"),
            (1344, 768, "16:9"),
            (2520, 1080, "21:9"),
        ] {
            assert_eq!(aspect(Size { width, height }), expected, "{width}x{height}");
        }
    }
}
