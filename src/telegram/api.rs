//! Calls to the Bot API, one function a method that we use, with errors sorted by what can be done about them.
//!
//! It never waits for a turn (the sender does), never retries, and no error of it holds the token.

use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use teloxide::Bot;
use teloxide::payloads::{
    AnswerCallbackQuery, DeleteMyCommands, EditMessageText, GetMe, SendMessage, SetMyCommands,
};
use teloxide::requests::{JsonRequest, Payload};
use teloxide::types::{
    BotCommand, BotCommandScope, ChatId, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup,
    LinkPreviewOptions, MessageId, ParseMode, ReplyMarkup,
};

use crate::domain::id::MessageRef;

use super::html;
use super::screen::{Button, Photo, Press, Screen, Toast};

mod fault;
mod files;
mod film;
mod photo;
mod stars;
mod updates;

pub use fault::Fault;
use fault::fault;
pub use film::Upload;
pub use updates::numbered;

/// How long Telegram holds a getUpdates open when there is nothing to tell.
const LONG_POLL: Duration = Duration::from_secs(50);
/// For its answer to arrive on top of that.
const LONG_POLL_MARGIN: Duration = Duration::from_secs(15);
const ORDINARY_CALL: Duration = Duration::from_secs(30);
/// 50 MB over a slow line.
const UPLOAD: Duration = Duration::from_secs(300);
/// `answerCallbackQuery` takes no more, in UTF-16 units.
const TOAST_LIMIT: usize = 200;

/// Three clients with one token: each kind of call has its own time limit, and an upload never fills the line of another.
pub struct Api {
    pub(super) calls: Bot,
    uploads: Bot,
    polls: Bot,
}

/// Which list of commands: a client shows the narrowest that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandList<'a> {
    /// In private chats.
    Everybody,
    /// There, of all whose client speaks this language: two letters, Telegram knows no others here.
    Language(&'a str),
    /// In groups too, where nothing can be ordered; of one language, or of all others.
    Anywhere(Option<&'a str>),
    Chat(i64),
}

impl CommandList<'_> {
    fn scope(self) -> Option<BotCommandScope> {
        match self {
            Self::Anywhere(_) => None,
            Self::Everybody | Self::Language(_) => Some(BotCommandScope::AllPrivateChats),
            Self::Chat(chat) => Some(BotCommandScope::Chat { chat_id: ChatId(chat).into() }),
        }
    }

    fn language(self) -> Option<String> {
        match self {
            Self::Language(language) | Self::Anywhere(Some(language)) => Some(language.to_owned()),
            Self::Everybody | Self::Chat(_) | Self::Anywhere(None) => None,
        }
    }
}

impl Api {
    /// # Errors
    /// When no HTTP client can be made, such as without certificates.
    pub fn new(token: &SecretString, url: &Url) -> Result<Self, reqwest::Error> {
        let bot = |limit: Duration| {
            let client = teloxide::net::default_reqwest_settings().timeout(limit).build()?;
            Ok::<_, reqwest::Error>(Bot::with_client(token.expose_secret(), client).set_api_url(url.clone()))
        };
        Ok(Self {
            calls: bot(ORDINARY_CALL)?,
            uploads: bot(UPLOAD)?,
            polls: bot(LONG_POLL + LONG_POLL_MARGIN)?,
        })
    }

    /// The bot's own username.
    pub async fn username(&self) -> Result<String, Fault> {
        let me = call(&self.calls, GetMe::new()).await?;
        let username = me["username"].as_str().map(str::to_owned);
        username.ok_or_else(|| Fault::Refused("getMe names no username".to_owned()))
    }

    /// The list behind the menu button: command and what it does.
    pub async fn set_commands(
        &self,
        list: CommandList<'_>,
        commands: &[(&str, String)],
    ) -> Result<(), Fault> {
        let commands = commands.iter().map(|(name, what)| BotCommand::new(*name, what.as_str()));
        let mut payload = SetMyCommands::new(commands);
        payload.scope = list.scope();
        payload.language_code = list.language();
        call(&self.calls, payload).await.map(drop)
    }

    /// Takes a list away; a wider one shows then.
    pub async fn delete_commands(&self, list: CommandList<'_>) -> Result<(), Fault> {
        let mut payload = DeleteMyCommands::new();
        payload.scope = list.scope();
        payload.language_code = list.language();
        call(&self.calls, payload).await.map(drop)
    }

    /// Sends a new message.
    pub async fn send(&self, chat: i64, screen: &Screen) -> Result<MessageRef, Fault> {
        if let Some(film) = &screen.film {
            return self.send_kept(chat, film, screen).await;
        }
        if let Some(Photo::Jpeg(photo)) = &screen.photo {
            return self.send_photo(chat, photo, screen).await;
        }
        let markup = reply_markup(screen);
        let say = |text: String, mode: Option<ParseMode>| {
            let mut payload = SendMessage::new(ChatId(chat), text);
            payload.parse_mode = mode;
            payload.link_preview_options = Some(no_preview());
            payload.reply_markup = markup.clone();
            call(&self.calls, payload)
        };
        message_ref(chat, &worded(screen, say).await?)
    }

    /// Puts `screen` in the place of a message that the bot sent.
    pub async fn edit(&self, message: MessageRef, screen: &Screen) -> Result<(), Fault> {
        if let Some(film) = &screen.film {
            return self.show_kept(message, film, screen).await;
        }
        match &screen.photo {
            Some(Photo::Jpeg(photo)) => self.show_photo(message, photo, screen).await,
            Some(Photo::There) => match self.recaption(message, screen).await {
                // its picture was lost with the message that had it
                Err(Fault::OtherKind) => self.reword(message, screen).await,
                edited => edited,
            },
            None => match self.reword(message, screen).await {
                Err(Fault::OtherKind) => self.recaption(message, screen).await,
                edited => edited,
            },
        }
    }

    /// Changes the text of a message that is nothing but text.
    async fn reword(&self, message: MessageRef, screen: &Screen) -> Result<(), Fault> {
        let say = |text: String, mode: Option<ParseMode>| {
            let mut payload = EditMessageText::new(ChatId(message.chat), MessageId(message.message), text);
            payload.parse_mode = mode;
            payload.link_preview_options = Some(no_preview());
            payload.reply_markup = Some(keyboard(&screen.buttons));
            call(&self.calls, payload)
        };
        edited(worded(screen, say).await)
    }

    /// Stops the clock on a tapped button, saying something or nothing.
    pub async fn answer(&self, query: &str, toast: Option<&Toast>) -> Result<(), Fault> {
        let mut payload = AnswerCallbackQuery::new(query.to_owned().into());
        payload.text = toast.map(|toast| crate::domain::text::shortened(&toast.text, TOAST_LIMIT));
        payload.show_alert = toast.map(|toast| toast.alert);
        call(&self.calls, payload).await.map(drop)
    }
}

/// A payload whose answer is taken as it comes: an answer with fields newer than our types is still an answer.
#[derive(Serialize)]
#[serde(transparent)]
struct Loose<P>(P);

impl<P: Payload> Payload for Loose<P> {
    type Output = Value;
    const NAME: &'static str = P::NAME;
}

pub(super) async fn call<P: Payload + Serialize + 'static>(bot: &Bot, payload: P) -> Result<Value, Fault> {
    fail_point!(format!("telegram {} before", P::NAME));
    let answer = JsonRequest::new(bot.clone(), Loose(payload)).await.map_err(fault);
    fail_point!(format!("telegram {} after", P::NAME));
    answer
}

/// Says a screen's words with their markup. Broken HTML, which the owner's texts may hold, is said again as plain words.
async fn worded<T, F: Future<Output = Result<T, Fault>>>(
    screen: &Screen,
    say: impl Fn(String, Option<ParseMode>) -> F,
) -> Result<T, Fault> {
    match say(screen.html.clone(), Some(ParseMode::Html)).await {
        Err(Fault::Markup(detail)) => {
            tracing::error!(%detail, "a text of the locale is no valid HTML; said without its markup");
            say(html::plain(&screen.html), None).await
        }
        said => said,
    }
}

/// What shows already what it should is edited well.
fn edited(answer: Result<Value, Fault>) -> Result<(), Fault> {
    match answer {
        Ok(_) | Err(Fault::Unchanged) => Ok(()),
        Err(fault) => Err(fault),
    }
}

fn message_ref(chat: i64, sent: &Value) -> Result<MessageRef, Fault> {
    let id = sent["message_id"].as_i64().and_then(|id| i32::try_from(id).ok());
    let message = id.ok_or_else(|| Fault::Refused("sent, but the answer names no message".to_owned()))?;
    Ok(MessageRef { chat, message })
}

fn reply_markup(screen: &Screen) -> Option<ReplyMarkup> {
    if screen.asks {
        Some(ForceReply::new().into())
    } else if screen.buttons.is_empty() {
        None
    } else {
        Some(keyboard(&screen.buttons).into())
    }
}

fn keyboard(rows: &[Vec<Button>]) -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new(rows.iter().map(|row| {
        row.iter().filter_map(|button| {
            let label = button.label.clone();
            match &button.press {
                Press::Tap(tap) => Some(InlineKeyboardButton::callback(label, tap.encode())),
                // The scripts' loader has seen to it that it is an address.
                Press::Link(address) => Some(InlineKeyboardButton::url(label, address.parse().ok()?)),
            }
        })
    }))
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
