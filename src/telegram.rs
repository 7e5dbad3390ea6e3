//! The people: updates become use cases, outcomes become messages. The only place that names teloxide.
//!
//! In reading order: how updates come in (`poller` or `webhook`, into the `inbox`), wait their turn (`runner`) and are read (`update`, `command`, `tap`);
//! the conversation (`dialog`) and its words (`view`, on `screen`s, in `html`; `darkroom` makes first frames of pictures); how messages go out (`chat`, `sender`,
//! `pace`, `api`). It moves no money and keeps nothing but what it needs to be polite: pauses, and what cards show.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::app::port::{Listening, Scripts, Webhook};
use crate::app::{App, AppError};

mod api;
mod chat;
mod checkout;
mod command;
mod darkroom;
mod dialog;
mod examine;
mod html;
mod inbox;
mod pace;
mod poller;
mod pulse;
mod runner;
mod screen;
mod sender;
mod stars;
mod tap;
mod update;
mod view;
mod webhook;

use api::{Api, CommandList, Fault};
use checkout::Checkouts;
use darkroom::Darkroom;
use dialog::Dialog;
use poller::Poller;
use pulse::Pulse;
use runner::Runner;
use sender::Sender;
use view::View;
use webhook::{Desk, Door};

pub use examine::{Examined, examine};
pub use stars::Stars;

/// Between two tries to learn our own name.
const INTRODUCTION_PAUSE: Duration = Duration::from_secs(30);

/// What the adapter has to know.
#[derive(Clone, Debug)]
pub struct TelegramSettings {
    pub token: SecretString,
    /// The Bot API server, without the token's part.
    pub api_url: Url,
    /// Our own address as the internet sees it: updates are brought there. None: we poll.
    pub public_url: Option<Url>,
    /// How long handlers may go on after a signal to stop.
    pub grace: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    #[error("telegram refuses the bot token: check TELEGRAM_BOT_TOKEN")]
    TokenRefused,
    #[error("no client for telegram can be made: {0}")]
    Client(String),
    #[error(transparent)]
    App(#[from] AppError),
}

/// A line to Telegram. It speaks for the use cases as their [`Chat`](crate::app::port::Chat); [`run`] listens.
pub struct Telegram {
    api: Api,
    sender: Sender,
    scripts: Arc<dyn Scripts>,
    grace: Duration,
    door: Option<Arc<Door>>,
    pulse: Pulse,
    darkroom: Darkroom,
    /// The bot's own name, once Telegram has told it.
    username: OnceLock<String>,
}

/// Makes the line; nothing is sent yet.
///
/// # Errors
/// When no HTTP client can be made.
pub fn connect(settings: &TelegramSettings, scripts: Arc<dyn Scripts>) -> Result<Telegram, TelegramError> {
    let api = Api::new(&settings.token, &settings.api_url)
        .map_err(|error| TelegramError::Client(error.without_url().to_string()))?;
    let door = settings.public_url.as_ref().map(|public| Arc::new(Door::new(public, &settings.token)));
    let (sender, pulse, username) = (Sender::default(), Pulse::default(), OnceLock::new());
    let darkroom = Darkroom::default();
    Ok(Telegram { api, sender, scripts, grace: settings.grace, door, pulse, darkroom, username })
}

/// Listens and answers until `stop`: first to what the last run left, then to what comes in. Then finishes what runs,
/// within the grace period; what is left stays in the inbox.
///
/// # Errors
/// When Telegram refuses the token or the store has stopped.
pub async fn run(
    app: Arc<App>,
    telegram: Arc<Telegram>,
    stop: CancellationToken,
) -> Result<(), TelegramError> {
    // Its own: what ends here must not stop the others by itself.
    let stop = stop.child_token();
    let dialog = Dialog { app: Arc::clone(&app), telegram: Arc::clone(&telegram) };
    let runner = Runner::new(Arc::new(dialog), Arc::clone(&app) as _);
    let at_once = Arc::new(Checkouts { app: Arc::clone(&app), telegram: Arc::clone(&telegram) });
    let source = Arc::clone(&telegram) as _;
    let poller = Poller { source, at_once, inbox: Arc::clone(&app) as _, runner: runner.clone() };
    // Polling does not wait for the introduction: a bot whose name is not known yet answers all the same.
    let introduction = stop.run_until_cancelled(telegram.introduce(&app));
    let heard = async {
        let heard = match &telegram.door {
            Some(door) => telegram.brought(door, &poller, &stop).await,
            None => poller.run(&stop).await,
        };
        stop.cancel();
        heard
    };
    let (heard, _) = tokio::join!(heard, introduction);
    runner.stop(telegram.grace).await;
    heard
}

impl Telegram {
    /// Where updates are brought, if they are: to be hung into the web server.
    pub fn webhook(&self) -> Option<Arc<dyn Webhook>> {
        self.door.clone().map(|door| door as _)
    }

    /// Takes what is brought, after what the last run left.
    async fn brought(
        &self,
        door: &Door,
        poller: &Poller,
        stop: &CancellationToken,
    ) -> Result<(), TelegramError> {
        let Some(fed) = stop.run_until_cancelled(poller.feed_left()).await else {
            return Ok(());
        };
        fed?;
        let (at_once, inbox) = (Arc::clone(&poller.at_once), Arc::clone(&poller.inbox));
        door.open(Desk { at_once, inbox, runner: poller.runner.clone() });
        let kept = webhook::keep(self, door, stop).await;
        door.close();
        kept
    }

    /// Learns the bot's own name and says which commands it has. Not needed for anything else, so it fails quietly.
    async fn introduce(&self, app: &App) {
        loop {
            match self.api.username().await {
                Ok(name) => {
                    tracing::info!(bot = %name, "telegram knows us");
                    self.username.get_or_init(|| name);
                    // The first long poll of a quiet bot is answered after most of a minute: nobody waits for that.
                    if self.door.is_none() {
                        self.pulse.beat();
                    }
                    break;
                }
                Err(Fault::Token) => return,
                Err(fault) => tracing::warn!(%fault, "telegram does not tell our name yet"),
            }
            tokio::time::sleep(INTRODUCTION_PAUSE).await;
        }
        let set = self.scripts.current();
        // Telegram's lists know languages by two letters only.
        let languages = set.locales.keys().filter(|language| language.len() == 2);
        let lists = languages.map(|language| (CommandList::Language(language), Some(language.as_str())));
        for (list, language) in std::iter::once((CommandList::Everybody, None)).chain(lists) {
            let commands = View::of(&set, language).commands();
            if let Err(fault) = self.api.set_commands(list, &commands).await {
                tracing::warn!(%fault, ?list, "the list of commands was not set");
            }
            // A group has none: what stood there is taken away.
            if let Err(fault) = self.api.delete_commands(CommandList::Anywhere(language)).await {
                tracing::debug!(%fault, "the list of commands in groups was not taken away");
            }
        }
        for (admin, role) in app.staff() {
            let language = app.language_of(admin).unwrap_or_default();
            self.offer(admin.0, Some(&View::of(&set, language.as_deref()).commands_of(role))).await;
        }
    }

    fn username(&self) -> Option<&str> {
        self.username.get().map(String::as_str)
    }

    /// The same for what must not be done without it: where the introduction has not learned it yet, Telegram is asked.
    async fn learned_username(&self) -> Option<&str> {
        if self.username().is_none()
            && let Ok(name) = self.api.username().await
        {
            self.username.get_or_init(|| name);
        }
        self.username()
    }
}

impl Listening for Telegram {
    fn listening(&self) -> Result<(), String> {
        if self.pulse.is_felt() { Ok(()) } else { Err("telegram has not answered for a while".to_owned()) }
    }
}
