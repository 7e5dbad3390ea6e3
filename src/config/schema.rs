//! Which settings there are: the key of config.toml, the variable that wins over it, and what it may be.
//!
//! Bounds are here and nowhere else; the defaults are in config.toml. What this file asks for is all that is known.

use std::time::Duration;

use super::{
    Admins, Backup, BankFormat, Config, Delivery, Engine, Http, Locale, Log, LogFormat, Payments, Queue,
    Reports, Scripts, Store, Telegram, Worker,
    reader::Reader,
    secret::{any_key, bot_token, data_key, stripe_key, webhook_secrets},
    source::Environment,
    value::{self, Wrong},
};

const MIB: u64 = 1024 * 1024;

impl Config {
    pub(super) fn read(from: &mut Reader, environment: Environment) -> Self {
        let http_addr = from.key_or_variable("http.addr", "HTTP_ADDR", value::optional(value::listen));
        let port = from.variable("PORT", value::whole(1..=u16::MAX));
        let port = port.filter(|_| environment.get("HTTP_ADDR").is_none());
        Self {
            telegram: Telegram {
                api_url: from.key_or_variable("telegram.api_url", "TELEGRAM_API_URL", value::bot_api),
                token: from.secret("TELEGRAM_BOT_TOKEN", bot_token),
                admin_user_ids: from.key_or_variable(
                    "telegram.admin_user_ids",
                    "ADMIN_USER_ID",
                    value::user_ids,
                ),
            },
            admins: Admins {
                cashiers: from.key("admins.cashiers", value::user_ids),
                support: from.key("admins.support", value::user_ids),
                cashier_limit: from.key("admins.cashier_limit", value::whole(0..=1_000_000_000)),
                confirm_from: from.key("admins.confirm_from", value::whole(1..=1_000_000_000)),
            },
            engine: Engine {
                openai_base_url: from.key_or_variable(
                    "engine.openai_base_url",
                    "OPENAI_BASE_URL",
                    value::optional(value::videos_api),
                ),
                openai_api_key: from.secret("OPENAI_API_KEY", any_key),
                openai_videos_are_back: from.key("engine.openai_videos_are_back", value::switch),
            },
            worker: Worker::read(from),
            queue: Queue::read(from),
            delivery: Delivery::read(from),
            http: Http {
                addr: port.map(|port| ([0, 0, 0, 0], port).into()).or(http_addr),
                public_url: from.key_or_variable(
                    "http.public_url",
                    "PUBLIC_URL",
                    value::optional(value::address),
                ),
                metrics_token: from.secret("METRICS_TOKEN", any_key),
                caller_header: from.key("http.caller_header", value::optional(value::header)),
            },
            payments: Payments::read(from),
            store: Store {
                path: from.key_or_variable("store.path", "DATABASE_PATH", value::path),
                cache_bytes: from.key("store.cache_mib", value::whole(1..=4096)) * MIB as usize,
                data_key: from.secret("DATA_KEY", data_key),
            },
            backup: Backup::read(from),
            scripts: Scripts {
                dir: from.key_or_variable("scripts.dir", "SCRIPTS_DIR", value::path),
                locales_dir: from.key_or_variable("scripts.locales_dir", "LOCALES_DIR", value::path),
            },
            locale: Locale { time_zone: from.key("locale.time_zone", value::time_zone) },
            reports: Reports {
                digest_hour: u32::try_from(from.key("reports.digest_hour", value::whole(-1_i64..=23))).ok(),
            },
            log: Log {
                filter: from.key_or_variable("log.filter", "RUST_LOG", value::log_filter),
                format: from.key(
                    "log.format",
                    value::one_of(&[("text", LogFormat::Text), ("json", LogFormat::Json)]),
                ),
            },
            environment,
        }
    }
}

impl Worker {
    fn read(from: &mut Reader) -> Self {
        let day = 24 * 60 * 60;
        let seconds = |from: &mut Reader, key, range| Duration::from_secs(from.key(key, value::whole(range)));
        let poll = value::whole(50..=600_000);
        Self {
            max_concurrent_jobs: from.key_or_variable(
                "worker.max_concurrent_jobs",
                "MAX_CONCURRENT_JOBS",
                value::whole(1..=64),
            ),
            poll_interval: Duration::from_millis(from.key_or_variable(
                "worker.poll_interval_ms",
                "WORKER_POLL_INTERVAL",
                poll,
            )),
            max_retry_attempts: from.key_or_variable(
                "worker.max_retry_attempts",
                "MAX_RETRY_ATTEMPTS",
                value::whole(0..=20),
            ),
            look_up_after: seconds(from, "worker.look_up_after_s", 0..=600),
            unknown_deadline: seconds(from, "worker.unknown_deadline_s", 1..=day),
            render_deadline: seconds(from, "worker.render_deadline_s", 1..=day),
            download_limit_bytes: MIB * from.key("worker.download_limit_mib", value::whole(1..=2048)),
            grace: seconds(from, "worker.grace_s", 0..=300),
        }
    }
}

impl Queue {
    fn read(from: &mut Reader) -> Self {
        let per_user = from.key("queue.per_user", value::whole(1..=100));
        let total = from.key("queue.total", value::whole(1..=100_000));
        if total < per_user {
            let problem = format!("expected at least queue.per_user, which is {per_user}");
            from.refuse(&["queue.total", "queue.per_user"], Wrong::new(problem));
        }
        Self { per_user, total }
    }
}

impl Delivery {
    fn read(from: &mut Reader) -> Self {
        let mib = |from: &mut Reader, key, range| MIB * from.key(key, value::whole::<u64>(range));
        Self {
            keep_files: Duration::from_hours(24)
                * from.key("delivery.keep_files_days", value::whole(0..=365)),
            keep_bytes: mib(from, "delivery.keep_files_mib", 0..=1_000_000_000),
            least_free: mib(from, "delivery.least_free_mib", 0..=1_000_000_000),
            upload_limit: mib(from, "delivery.upload_limit_mib", 1..=2000),
        }
    }
}

impl Backup {
    fn read(from: &mut Reader) -> Self {
        let hours: u64 = from.key("backup.every_hours", value::whole(0..=24 * 30));
        Self {
            every: (hours > 0).then(|| Duration::from_hours(hours)),
            keep: from.key("backup.keep", value::whole(1..=1000)),
            dir: from.key("backup.dir", value::optional(value::path)),
        }
    }
}

impl Payments {
    fn read(from: &mut Reader) -> Self {
        Self {
            stars: from.key("payments.stars", value::switch),
            stripe: from.key("payments.stripe", value::switch),
            kaspi_phone: from.key("payments.kaspi_phone", value::optional(value::phone)),
            kaspi_recipient: from.key("payments.kaspi_recipient", value::optional(value::short)),
            kaspi_link: from.key("payments.kaspi_link", value::optional(value::address)),
            kaspi_bank_addresses: from.key("payments.kaspi_bank_addresses", value::networks),
            kaspi_bank_format: from.key(
                "payments.kaspi_bank_format",
                value::one_of(&[("json", BankFormat::Json), ("xml", BankFormat::Xml)]),
            ),
            kaspi_bank_link: from.key("payments.kaspi_bank_link", value::optional(value::address)),
            kaspi_bank_secret: from.secret("KASPI_BANK_SECRET", any_key),
            stripe_api_url: from.key_or_variable("payments.stripe_api_url", "STRIPE_API_URL", value::address),
            stripe_secret_key: from.secret("STRIPE_SECRET_KEY", stripe_key),
            stripe_webhook_secrets: from.secret("STRIPE_WEBHOOK_SECRET", webhook_secrets).unwrap_or_default(),
            kaspi_gateway_url: from.key_or_variable(
                "payments.kaspi_gateway_url",
                "KASPI_GATEWAY_URL",
                value::optional(value::address),
            ),
            kaspi_gateway_key: from.secret("KASPI_GATEWAY_KEY", any_key),
            kaspi_gateway_webhook_secret: from.secret("KASPI_GATEWAY_WEBHOOK_SECRET", any_key),
        }
    }
}
