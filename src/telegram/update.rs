//! Updates as Telegram sends them, read into the few things that can happen to this bot.
//!
//! Only the fields that we use are read, and leniently: an entity, a field or a number that is newer than any library's types
//! can neither empty a message nor fail it. What cannot be read at all is `Ignored`; nothing here panics or refuses.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::app::Incoming;
use crate::app::port::RailEvent;
use crate::domain::id::{MessageRef, PaymentId, UpdateId, UserId};
use crate::domain::rail::{Currency, Money};
use crate::domain::user::Profile;

use super::command::Command;
use super::stars;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub update: UpdateId,
    /// Where it happened: events of one place are handled one after the other. None if it happened nowhere in particular.
    pub place: Option<i64>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// In a private chat, whose id is the person's own.
    Said {
        person: Person,
        words: Words,
    },
    Tapped(Tapped),
    /// Money in Stars came, or went back. It waits for no turn in a chat, where a flood might drop it.
    Money(RailEvent),
    /// A command in a group; `bot` is the name behind its `@`.
    Group {
        chat: i64,
        person: Person,
        bot: Option<String>,
    },
    /// A person has started or unblocked the bot.
    Returned(Person),
    /// With the reason, for the log.
    Ignored(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub profile: Profile,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    Command(Command),
    /// Free words: a prompt.
    Prompt(String),
    Picture(SentPicture),
    /// A file that is no picture.
    File(SentFile),
    /// A sticker, a voice, a place on a map …
    Other,
}

/// A file as it is announced: nothing of it has been fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// By which Telegram gives it out.
    pub id: String,
    /// As the sender's device calls it.
    pub name: String,
    pub bytes: u64,
}

/// A picture as it is announced, as a photo or as a file: nothing of it has been fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentPicture {
    /// By which Telegram gives it out.
    pub id: String,
    pub bytes: u64,
    /// The words below it.
    pub caption: String,
    /// Which it belongs to, if it came with others.
    pub album: Option<String>,
    /// It is an animation.
    pub moves: bool,
}

/// A tap on a button under one of the bot's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tapped {
    pub person: Person,
    /// The id by which the tap is answered.
    pub query: String,
    pub data: String,
    /// The message with the button. None if it is too old for Telegram to tell, or not in the person's own chat.
    pub message: Option<MessageRef>,
}

#[derive(Deserialize)]
struct WireUpdate {
    message: Option<WireMessage>,
    callback_query: Option<WireTap>,
    my_chat_member: Option<WireMember>,
}

#[derive(Deserialize)]
struct WireMessage {
    chat: WireChat,
    from: Option<WireUser>,
    text: Option<String>,
    successful_payment: Option<Value>,
    refunded_payment: Option<Value>,
    photo: Option<Value>,
    animation: Option<Value>,
    document: Option<Value>,
    caption: Option<String>,
    media_group_id: Option<String>,
    #[serde(flatten)]
    rest: HashMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
struct WirePayment {
    currency: String,
    total_amount: i64,
    invoice_payload: String,
    telegram_payment_charge_id: String,
}

#[derive(Deserialize)]
struct WireTap {
    id: String,
    from: WireUser,
    data: Option<String>,
    message: Option<WirePlace>,
}

/// A message of which only the place matters; an inaccessible one has it too.
#[derive(Deserialize)]
struct WirePlace {
    message_id: i32,
    chat: WireChat,
}

#[derive(Deserialize)]
struct WireMember {
    chat: WireChat,
    from: WireUser,
    new_chat_member: WireStatus,
}

#[derive(Deserialize)]
struct WireStatus {
    status: String,
}

#[derive(Deserialize)]
struct WireChat {
    id: i64,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct WireUser {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    #[serde(default)]
    first_name: String,
    username: Option<String>,
    language_code: Option<String>,
}

/// How the names of pictures end that come as files without a word of what they are.
const PICTURE_ENDINGS: [&str; 13] = [
    ".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".apng", ".bmp", ".tif", ".tiff",
    ".svg",
];
/// Contents that a person sent and that deserve an answer; what is in neither list is a service message.
const OTHERS: [&str; 14] = [
    "audio",
    "checklist",
    "contact",
    "dice",
    "game",
    "location",
    "paid_media",
    "poll",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
];

impl Event {
    /// Reads a persisted update.
    pub fn read(incoming: &Incoming) -> Self {
        let (place, what) = match serde_json::from_str::<WireUpdate>(&incoming.json) {
            Ok(update) => update.read(),
            Err(_) => (None, What::Ignored("not in a form we know")),
        };
        Self { update: incoming.id, place, what }
    }
}

impl WireUpdate {
    fn read(self) -> (Option<i64>, What) {
        if let Some(message) = self.message {
            match message.money() {
                Some(money) => (None, money),
                None => (Some(message.chat.id), message.read()),
            }
        } else if let Some(tap) = self.callback_query {
            // A tap belongs to its person: in order with what he says in his own chat.
            (Some(tap.from.id), tap.read())
        } else if let Some(member) = self.my_chat_member {
            (Some(member.chat.id), member.read())
        } else {
            (None, What::Ignored("a kind we did not ask for"))
        }
    }
}

impl WireMessage {
    /// A payment, or the refund of one. Telegram says a refund in the bot's name.
    fn money(&self) -> Option<What> {
        let payer = self.from.as_ref().filter(|from| !from.is_bot).map_or(self.chat.id, |from| from.id);
        let payer = UserId(payer);
        let read = |told: &Option<serde_json::Value>| WirePayment::deserialize(told.as_ref()?).ok();
        if let Some(paid) = read(&self.successful_payment) {
            let money = Money { amount: paid.total_amount, currency: Currency::of_code(&paid.currency) };
            let (charge, payload) = (&paid.telegram_payment_charge_id, &paid.invoice_payload);
            return Some(What::Money(RailEvent::Paid(stars::paid(charge, payload, payer, money))));
        }
        let back = read(&self.refunded_payment)?;
        let charge = PaymentId::new(back.telegram_payment_charge_id);
        Some(What::Money(RailEvent::Returned(stars::returned(charge, back.total_amount))))
    }

    /// The photo in its largest size, the animation, or the file.
    fn picture(&self) -> Option<SentPicture> {
        let largest = self.photo.as_ref().and_then(Value::as_array).and_then(|sizes| {
            sizes.iter().max_by_key(|size| size["width"].as_u64().max(size["height"].as_u64()))
        });
        // An animation is a document too, for clients of before there were animations.
        let file = largest.or(self.animation.as_ref()).or(self.document.as_ref())?;
        Some(SentPicture {
            id: file["file_id"].as_str()?.to_owned(),
            bytes: file["file_size"].as_u64().unwrap_or(0),
            caption: self.caption.clone().unwrap_or_default(),
            album: self.media_group_id.clone(),
            moves: self.animation.is_some(),
        })
    }

    fn read(mut self) -> What {
        let Some(from) = self.from.take().filter(|from| !from.is_bot) else {
            return What::Ignored("nobody said it");
        };
        let has = |kinds: &[&str]| kinds.iter().any(|kind| self.rest.contains_key(*kind));
        let words = match self.text.take() {
            Some(text) => match Command::parse(&text) {
                Some(command) => Words::Command(command),
                None => Words::Prompt(text),
            },
            None if has(&OTHERS) => Words::Other,
            None if self.photo.is_some() || self.animation.is_some() => {
                self.picture().map_or(Words::Other, Words::Picture)
            }
            None if self.document.as_ref().is_some_and(is_picture) => {
                self.picture().map_or(Words::Other, Words::Picture)
            }
            None if self.document.is_some() => {
                self.document.as_ref().and_then(sent_file).map_or(Words::Other, Words::File)
            }
            None => return What::Ignored("a service message"),
        };
        match (self.chat.kind.as_str(), words) {
            ("private", words) => What::Said { person: from.person(), words },
            ("group" | "supergroup", Words::Command(command)) => {
                What::Group { chat: self.chat.id, person: from.person(), bot: command.bot }
            }
            _ => What::Ignored("talk in a group"),
        }
    }
}

/// By its type, or where that says nothing by its name.
fn is_picture(document: &Value) -> bool {
    let name = document["file_name"].as_str().unwrap_or_default().to_lowercase();
    match document["mime_type"].as_str().filter(|mime| *mime != "application/octet-stream") {
        Some(mime) => mime.starts_with("image/"),
        None => PICTURE_ENDINGS.iter().any(|ending| name.ends_with(ending)),
    }
}

/// None for what cannot be asked for again.
fn sent_file(document: &Value) -> Option<SentFile> {
    let text = |field: &str| document[field].as_str().map(str::to_owned);
    let name = text("file_name").unwrap_or_default();
    let bytes = document["file_size"].as_u64().unwrap_or(0);
    text("file_id").map(|id| SentFile { id, name, bytes })
}

impl WireTap {
    fn read(self) -> What {
        let own = |place: &WirePlace| place.chat.kind == "private" || place.chat.kind.is_empty();
        let message = self
            .message
            .filter(own)
            .map(|place| MessageRef { chat: place.chat.id, message: place.message_id });
        What::Tapped(Tapped {
            person: self.from.person(),
            query: self.id,
            data: self.data.unwrap_or_default(),
            message,
        })
    }
}

impl WireMember {
    fn read(self) -> What {
        if self.chat.kind == "private" && self.new_chat_member.status == "member" {
            What::Returned(self.from.person())
        } else {
            What::Ignored("somebody left, or a group")
        }
    }
}

impl WireUser {
    fn person(self) -> Person {
        Person {
            id: UserId(self.id),
            profile: Profile {
                first_name: self.first_name,
                username: self.username,
                language: self.language_code,
            },
        }
    }
}

#[cfg(test)]
mod tests;
