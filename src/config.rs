//! Settings: config.toml and the environment become one [`Config`], or every mistake at once.
//!
//! The default is the repository's config.toml, compiled in; an operator's file overlays it, `.env` that, the
//! environment all. Reading changes nothing outside, and no secret is ever printed, by Debug or by a mistake.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use chrono_tz::Tz;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use tracing_subscriber::filter::Targets;
use url::Url;

use self::{
    reader::{Layer, Reader},
    source::Environment,
};
use crate::domain::id::UserId;
use crate::domain::rail::Way;

mod mistake;
mod notes;
mod reader;
mod schema;
mod secret;
mod source;
#[cfg(test)]
mod tests;
mod value;

pub use self::{
    mistake::{Mistake, Mistakes, Place},
    notes::Note,
    secret::DataKey,
    source::Sources,
};

/// The complete, commented config.toml with every default.
pub const DEFAULT: &str = include_str!("../config.toml");

/// Everything the operator can set.
#[derive(Debug, Clone)]
pub struct Config {
    pub telegram: Telegram,
    pub admins: Admins,
    pub engine: Engine,
    pub worker: Worker,
    pub queue: Queue,
    pub delivery: Delivery,
    pub http: Http,
    pub payments: Payments,
    pub store: Store,
    pub backup: Backup,
    pub scripts: Scripts,
    pub locale: Locale,
    pub reports: Reports,
    pub log: Log,
    environment: Environment,
}

#[derive(Debug, Clone)]
pub struct Telegram {
    /// The Bot API server, without the token's part. A bare host prints with a slash at its end, as every `Url` does.
    pub api_url: Url,
    pub token: Option<SecretString>,
    /// Numeric ids of the owners, ascending, each once.
    pub admin_user_ids: Vec<UserId>,
}

/// Who helps the owners, and how far they are trusted.
#[derive(Debug, Clone)]
pub struct Admins {
    pub cashiers: Vec<UserId>,
    pub support: Vec<UserId>,
    /// Tokens of one top-up of a cashier's.
    pub cashier_limit: i64,
    /// From so many tokens on, whoever tops up is shown whom first.
    pub confirm_from: i64,
}

#[derive(Debug, Clone)]
pub struct Engine {
    /// A server that speaks /v1/videos; ends in `/v1`, no slash after it.
    pub openai_base_url: Option<Url>,
    pub openai_api_key: Option<SecretString>,
    /// OpenAI's own server has the Videos API again.
    pub openai_videos_are_back: bool,
}

#[derive(Debug, Clone)]
pub struct Worker {
    pub max_concurrent_jobs: usize,
    /// Between two questions about progress where the engine gives no hint.
    pub poll_interval: Duration,
    /// Retries after the first try, for each phase.
    pub max_retry_attempts: u32,
    /// From a lost answer to the first look-up.
    pub look_up_after: Duration,
    /// How long a create of unknown outcome is looked for before the hold is released.
    pub unknown_deadline: Duration,
    /// No render may take longer, whatever its model says.
    pub render_deadline: Duration,
    /// The largest film that is downloaded.
    pub download_limit_bytes: u64,
    /// How long running steps may go on after a signal to stop.
    pub grace: Duration,
}

#[derive(Debug, Clone)]
pub struct Queue {
    /// Waiting jobs of one user.
    pub per_user: usize,
    /// Waiting jobs in all; at least `per_user`.
    pub total: usize,
}

#[derive(Debug, Clone)]
pub struct Delivery {
    /// How long a finished film is kept for sending again.
    pub keep_files: Duration,
    /// Bytes that all of them may take; 0 = no bound.
    pub keep_bytes: u64,
    /// Bytes that must be free on their disk, or nothing new is sold.
    pub least_free: u64,
    /// Bytes of a film that the Bot API server takes.
    pub upload_limit: u64,
}

#[derive(Debug, Clone)]
pub struct Http {
    /// Where to listen for health, metrics and webhooks; none = nowhere.
    pub addr: Option<SocketAddr>,
    /// The same as the internet sees it; webhooks are on when it is set.
    pub public_url: Option<Url>,
    pub metrics_token: Option<SecretString>,
    /// The header in which our own proxy says who called it, in lower case; None: nothing stands before us.
    pub caller_header: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Payments {
    /// Telegram's own currency.
    pub stars: bool,
    /// Takes effect with a key.
    pub stripe: bool,
    /// Where people transfer by hand: the owner's phone, the name that shows beside it, and a link.
    pub kaspi_phone: Option<String>,
    pub kaspi_recipient: Option<String>,
    pub kaspi_link: Option<Url>,
    /// Who may call as Kaspi's own protocol; none: it is off.
    pub kaspi_bank_addresses: Vec<IpNet>,
    pub kaspi_bank_format: BankFormat,
    /// The page of the merchant's service in Kaspi.
    pub kaspi_bank_link: Option<Url>,
    /// What Kaspi sends along, if it was agreed upon.
    pub kaspi_bank_secret: Option<SecretString>,
    pub stripe_api_url: Url,
    pub stripe_secret_key: Option<SecretString>,
    /// One, or two while one replaces the other; none: nobody may call.
    pub stripe_webhook_secrets: Vec<SecretString>,
    pub kaspi_gateway_url: Option<Url>,
    pub kaspi_gateway_key: Option<SecretString>,
    pub kaspi_gateway_webhook_secret: Option<SecretString>,
}

#[derive(Debug, Clone)]
pub struct Store {
    /// The database file; its folder may not exist yet.
    pub path: PathBuf,
    pub cache_bytes: usize,
    /// None: a key file beside the database is used, and made at the first start.
    pub data_key: Option<DataKey>,
}

#[derive(Debug, Clone)]
pub struct Backup {
    /// From one copy of the database to the next. None: copies are not made by themselves.
    pub every: Option<Duration>,
    pub keep: usize,
    /// Where they lie; it may not exist yet. None: beside the database.
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct Scripts {
    pub dir: PathBuf,
    pub locales_dir: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Locale {
    /// The owner's: what days and hours in promotions and reports mean.
    pub time_zone: Tz,
}

#[derive(Debug, Clone)]
pub struct Reports {
    /// From this hour of the owner's on the owners read how yesterday was; none = never.
    pub digest_hour: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Log {
    /// What is said, by module.
    pub filter: Targets,
    pub format: LogFormat,
}

/// How Kaspi is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankFormat {
    Json,
    Xml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl Payments {
    /// Is Stripe set up and switched on?
    pub fn takes_cards(&self) -> bool {
        self.stripe && self.stripe_secret_key.is_some()
    }

    fn is_stripe_test(&self) -> bool {
        self.stripe_secret_key.as_ref().is_some_and(|key| key.expose_secret().contains("_test_"))
    }

    /// What is set up and switched on.
    pub fn ways(&self) -> Vec<Way> {
        let on = |way: &Way| match way {
            Way::Stars => self.stars,
            Way::Stripe => self.takes_cards(),
            Way::KaspiDesk => self.kaspi_phone.is_some() || self.kaspi_link.is_some(),
            Way::KaspiGateway => self.kaspi_gateway_url.is_some() && self.kaspi_gateway_key.is_some(),
            Way::KaspiBank => !self.kaspi_bank_addresses.is_empty(),
        };
        Way::ALL.into_iter().filter(on).collect()
    }
}

impl Config {
    /// Decides what holds. Pure: the same sources give the same answer. A missing token is no mistake here, for only
    /// `run` needs one ([`Config::require_token`]).
    pub fn load(sources: Sources) -> Result<Self, Mistakes> {
        let (environment, mut mistakes) = Environment::merge(sources.env, sources.dotenv);
        let (default, broken) = Layer::parse("the built-in config.toml", DEFAULT);
        mistakes.extend(broken);
        let (file, broken) = match sources.file {
            Some((path, text)) => Layer::parse(&path.display().to_string(), &text),
            None => Default::default(),
        };
        mistakes.extend(broken);
        let mut reader = Reader::new(environment.clone(), file, default);
        let config = Self::read(&mut reader, environment);
        reader.refuse_unknown();
        mistakes.append(&mut reader.mistakes);
        if mistakes.is_empty() {
            return Ok(config);
        }
        mistakes.sort_by(|a, b| (&a.place.source, a.place.line).cmp(&(&b.place.source, b.place.line)));
        Err(Mistakes(mistakes))
    }

    /// The bot's token, or how to get one.
    pub fn require_token(&self) -> Result<&SecretString, Mistakes> {
        self.telegram.token.as_ref().ok_or_else(|| {
            let mistake =
                Mistake::new(Place::environment(), "TELEGRAM_BOT_TOKEN", "not set, and `run` needs it");
            let help = "write /newbot to @BotFather in Telegram and put the token it gives you into .env:\n     \
                TELEGRAM_BOT_TOKEN=123456789:AA…\n     To try everything without a token: sora-bot sandbox";
            mistake.help(help).into()
        })
    }

    /// The key that an engine's script names, e.g. `FAL_KEY`. The bot's own secrets are not for engines, whatever a script
    /// says; only OPENAI_API_KEY is.
    pub fn engine_key(&self, name: &str) -> Option<&SecretString> {
        if name != "OPENAI_API_KEY" && secret::NAMES.contains(&name) {
            return None;
        }
        self.environment.get(name).map(source::Variable::secret)
    }

    /// The operator's own address of an engine that is a script: `FAL_BASE_URL` for `fal`. Not an address: as if it were not set.
    pub fn engine_url(&self, id: &str) -> Option<Url> {
        let name = format!("{}_BASE_URL", id.to_uppercase().replace('-', "_"));
        let written = self.environment.get(&name)?.text();
        Url::parse(written.trim_end_matches('/')).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }
}
