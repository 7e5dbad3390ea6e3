//! The whole way: files and environments in, a `Config` or the exact list of mistakes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use secrecy::ExposeSecret;

use super::{
    reader::{Layer, Reader},
    source::Environment,
    *,
};

mod mistakes;

fn sources(file: &str, env: &[(&str, &str)]) -> Sources {
    let env = env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Sources { file: Some(("my.toml".into(), file.to_owned())), dotenv: None, env }
}

fn good(file: &str, env: &[(&str, &str)]) -> Config {
    Config::load(sources(file, env)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// What `Config` asks for: keys of config.toml and names of variables.
fn asked() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let mut reader =
        Reader::new(Environment::default(), Layer::default(), Layer::parse("default", DEFAULT).0);
    Config::read(&mut reader, Environment::default());
    (reader.keys, reader.variables)
}

#[test]
fn with_nothing_set_the_defaults_hold() {
    let config = Config::load(Sources::default()).unwrap();
    assert_eq!(config.telegram.api_url.as_str(), "https://api.telegram.org/");
    assert!(config.telegram.token.is_none() && config.telegram.admin_user_ids.is_empty());
    assert_eq!(config.engine.openai_base_url, None);
    let worker = &config.worker;
    assert_eq!((worker.max_concurrent_jobs, worker.max_retry_attempts), (1, 2));
    assert_eq!(worker.poll_interval, Duration::from_millis(5000));
    assert_eq!(
        [worker.look_up_after, worker.unknown_deadline, worker.render_deadline, worker.grace]
            .map(|d| d.as_secs()),
        [15, 900, 1800, 10]
    );
    assert_eq!(worker.download_limit_bytes, 209_715_200);
    assert_eq!((config.queue.per_user, config.queue.total), (5, 500));
    assert_eq!(config.delivery.keep_files.as_secs(), 7 * 86_400);
    assert_eq!((config.http.addr, &config.http.public_url), (None, &None));
    assert_eq!((config.store.path.to_str(), config.store.cache_bytes), (Some("data/bot.redb"), 8_388_608));
    assert_eq!(config.scripts.dir.join("x").to_str(), Some("scripts/x"));
    assert_eq!(config.scripts.locales_dir.to_str(), Some("locales"));
    assert_eq!(config.locale.time_zone, Tz::Asia__Almaty);
    assert_eq!((config.log.filter.to_string().as_str(), config.log.format), ("info", LogFormat::Text));
    assert_eq!(config.payments.stripe_api_url.host_str(), Some("api.stripe.com"));
}

#[test]
fn the_default_file_lists_exactly_the_keys_that_are_read() {
    let table: toml::Table = DEFAULT.parse().unwrap();
    let listed: BTreeSet<String> = table
        .iter()
        .flat_map(|(section, keys)| {
            keys.as_table().unwrap().keys().map(move |key| format!("{section}.{key}"))
        })
        .collect();
    assert_eq!(listed.iter().map(String::as_str).collect::<BTreeSet<_>>(), asked().0);
    assert!(Config::load(sources(DEFAULT, &[])).is_ok());
}

/// What the shipped scripts of vendors say, one after the other.
fn shipped_engines() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/engines");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn the_example_environment_names_exactly_the_variables_that_are_read() {
    let example = include_str!("../../.env.example");
    let lines = example.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let named: BTreeSet<&str> = lines
        .filter_map(|line| line.split_once('=').map(|(name, _)| name))
        .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        .collect();
    let variables = asked().1;
    // Engines name their own: a script says which.
    let engines: BTreeSet<&str> = named.difference(&variables).copied().collect();
    assert_eq!(variables.difference(&named).count(), 0, "{named:?}");
    let scripts = shipped_engines();
    for name in engines {
        assert!(
            scripts.contains(&format!("\"{name}\"")) || name.ends_with("_BASE_URL"),
            "{name}: nobody reads it"
        );
    }
    assert!(secret::NAMES.iter().all(|name| variables.contains(name)));

    let copied = Sources { dotenv: Some((".env".into(), example.to_owned())), ..Sources::default() };
    let (copied, plain) = (Config::load(copied).unwrap(), Config::load(Sources::default()).unwrap());
    let settings = |config: Config| format!("{:?}", Config { environment: Environment::default(), ..config });
    assert_eq!(settings(copied), settings(plain), "copying the example changes nothing");
}

#[test]
fn a_file_may_be_partial_and_each_better_source_wins() {
    let file = "[worker]\nmax_concurrent_jobs = 2\npoll_interval_ms = 1_000\nmax_retry_attempts = 0\n";
    let dotenv = "MAX_CONCURRENT_JOBS=3\nWORKER_POLL_INTERVAL=2000\n";
    let config = Config::load(Sources {
        file: Some(("config.toml".into(), file.to_owned())),
        dotenv: Some((".env".into(), dotenv.to_owned())),
        env: BTreeMap::from([("MAX_CONCURRENT_JOBS".to_owned(), "4".to_owned())]),
    })
    .unwrap();
    let worker = config.worker;
    assert_eq!(
        (worker.max_concurrent_jobs, worker.poll_interval.as_millis(), worker.max_retry_attempts),
        (4, 2000, 0)
    );
    assert_eq!(worker.render_deadline.as_secs(), 1800);
}

/// A value for each variable.
const ENVIRONMENT: [(&str, &str); 22] = [
    ("TELEGRAM_BOT_TOKEN", " 42:TEST\r"),
    ("TELEGRAM_API_URL", "http://127.0.0.1:8081"),
    ("ADMIN_USER_ID", "77, 5,77"),
    ("OPENAI_BASE_URL", "http://gate.example/api/v1/"),
    ("OPENAI_API_KEY", "sk-1"),
    ("STRIPE_SECRET_KEY", "sk_test_1"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_1"),
    ("STRIPE_API_URL", "http://127.0.0.1:1/"),
    ("KASPI_GATEWAY_URL", "https://kaspi.example"),
    ("KASPI_GATEWAY_KEY", "k1"),
    ("KASPI_GATEWAY_WEBHOOK_SECRET", "k2"),
    ("KASPI_BANK_SECRET", "k3"),
    ("MAX_RETRY_ATTEMPTS", "7"),
    ("PUBLIC_URL", "https://bot.example"),
    ("HTTP_ADDR", "127.0.0.1:0"),
    ("PORT", "9"),
    ("METRICS_TOKEN", "m1"),
    ("DATABASE_PATH", "/var/lib/bot/b.redb"),
    ("DATA_KEY", "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"),
    ("SCRIPTS_DIR", "/s"),
    ("LOCALES_DIR", "/l"),
    ("RUST_LOG", "warn,sora_bot=debug"),
];

#[test]
fn every_variable_reaches_its_setting() {
    let config = good("", &ENVIRONMENT);
    let secret = |secret: &Option<SecretString>| secret.as_ref().unwrap().expose_secret().to_owned();
    assert_eq!(config.require_token().unwrap().expose_secret(), "42:TEST");
    assert_eq!(config.telegram.api_url.as_str(), "http://127.0.0.1:8081/");
    assert_eq!(config.telegram.admin_user_ids, [5, 77].map(UserId));
    assert_eq!(config.engine.openai_base_url.as_ref().unwrap().as_str(), "http://gate.example/api/v1");
    assert_eq!(secret(&config.engine.openai_api_key), "sk-1");
    let payments = &config.payments;
    assert_eq!(payments.stripe_api_url.as_str(), "http://127.0.0.1:1/");
    assert_eq!(secret(&payments.stripe_secret_key), "sk_test_1");
    let webhook: Vec<&str> = payments.stripe_webhook_secrets.iter().map(|one| one.expose_secret()).collect();
    assert_eq!(webhook, ["whsec_1"]);
    assert_eq!(
        [&payments.kaspi_gateway_key, &payments.kaspi_gateway_webhook_secret].map(secret),
        ["k1", "k2"]
    );
    assert_eq!(secret(&payments.kaspi_bank_secret), "k3");
    assert_eq!(payments.kaspi_gateway_url.as_ref().unwrap().as_str(), "https://kaspi.example/");
    assert_eq!(config.worker.max_retry_attempts, 7);
    assert_eq!(config.http.public_url.as_ref().unwrap().as_str(), "https://bot.example/");
    assert_eq!(config.http.addr.unwrap().to_string(), "127.0.0.1:0");
    assert_eq!(secret(&config.http.metrics_token), "m1");
    assert_eq!(config.store.path.to_str(), Some("/var/lib/bot/b.redb"));
    assert_eq!(config.store.data_key.as_ref().unwrap().expose(), &[0x0f; 32]);
    assert_eq!(
        [config.scripts.dir, config.scripts.locales_dir].map(|d| d.display().to_string()),
        ["/s", "/l"]
    );
    assert_eq!(config.log.filter.to_string(), "sora_bot=debug,warn");
}

#[test]
fn a_bank_is_known_by_its_addresses_and_networks() {
    let file = "[payments]\nkaspi_bank_addresses = [\"194.187.247.152\", \"10.0.0.0/8\"]\nkaspi_bank_format = \"xml\"\n\
        [http]\ncaller_header = \"X-Real-IP\"";
    let config = good(file, &[]);
    let known = |address: &str| {
        let address: std::net::IpAddr = address.parse().unwrap();
        config.payments.kaspi_bank_addresses.iter().any(|network| network.contains(&address))
    };
    assert!(known("194.187.247.152") && known("10.255.0.1") && !known("194.187.247.153"));
    assert_eq!(config.payments.kaspi_bank_format, BankFormat::Xml);
    assert_eq!(config.http.caller_header.as_deref(), Some("x-real-ip"));
}

#[test]
fn a_port_alone_listens_everywhere() {
    let config = good("[http]\naddr = \"127.0.0.1:1\"", &[("PORT", "8080"), ("HTTP_ADDR", "")]);
    assert_eq!(config.http.addr.unwrap().to_string(), "0.0.0.0:8080");
    assert_eq!(good("[http]\naddr = \"[::1]:80\"", &[]).http.addr.unwrap().to_string(), "[::1]:80");
}

#[test]
fn no_secret_is_ever_printed() {
    let mut env: Vec<_> = secret::NAMES.iter().map(|name| (*name, "sesame")).collect();
    env.retain(|(name, _)| !["DATA_KEY", "TELEGRAM_BOT_TOKEN", "STRIPE_WEBHOOK_SECRET"].contains(name));
    env.push(("STRIPE_WEBHOOK_SECRET", "whsec_sesame"));
    env.push(("TELEGRAM_BOT_TOKEN", "42:sesame"));
    env.push(("FAL_KEY", "sesame"));
    let config = good("", &env);
    let loaded = sources("x = \"sesame\"", &env);
    let printed = format!("{config:?} {config:#?} {:?} {loaded:?}", config.notes());
    assert!(!printed.contains("sesame") && printed.contains("REDACTED"), "{printed}");

    // The worst of slips: secrets with a wrong form, in the wrong place, in broken lines.
    let spoilt: Vec<_> = secret::NAMES.iter().map(|name| (*name, "sesame pk_sesame é")).collect();
    let token = "123456789:AAFsesamesesamesesame";
    let api = format!("https://api.telegram.org/bot{token}");
    let env = [
        spoilt.as_slice(),
        &[("ADMIN_USER_ID", token), ("TELEGRAM_API_URL", &api), ("OPENAI_BASE_URL", token)],
    ];
    let file = "tokn = \"sesame\"\n[http]\naddr = \"sesame\n[engine]\nopenai_base_url = \"https://u:sesame@h\"\nkey = sesame";
    let Err(mistakes) = Config::load(sources(file, &env.concat())) else { panic!("accepted") };
    let printed = format!("{mistakes} {mistakes:?}");
    assert!(!printed.contains("sesame") && mistakes.0.len() >= 15, "{printed}");
}

#[test]
fn an_engine_gets_the_key_it_names_but_never_the_bots_own() {
    let config =
        good("", &[("FAL_KEY", "f"), ("OPENAI_API_KEY", "o"), ("TELEGRAM_BOT_TOKEN", "1:t"), ("EMPTY", "")]);
    let key = |name| config.engine_key(name).map(|key| key.expose_secret().to_owned());
    assert_eq!(
        ["FAL_KEY", "OPENAI_API_KEY", "TELEGRAM_BOT_TOKEN", "EMPTY", "NO_KEY"].map(key),
        [Some("f".to_owned()), Some("o".to_owned()), None, None, None]
    );
}

#[test]
fn without_a_token_one_learns_where_to_get_it() {
    let told = good("", &[]).require_token().unwrap_err().to_string();
    for word in ["TELEGRAM_BOT_TOKEN", "@BotFather", "sora-bot sandbox", ".env"] {
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn start_up_says_what_may_surprise() {
    let admin = ("ADMIN_USER_ID", "1");
    for (env, expected) in [
        (vec![], vec!["OPENAI_BASE_URL is not set", "ADMIN_USER_ID is not set"]),
        (
            vec![admin, ("OPENAI_BASE_URL", "https://api.openai.com/v1")],
            vec!["OPENAI_BASE_URL is api.openai.com"],
        ),
        (vec![admin, ("OPENAI_BASE_URL", "http://h/v1")], vec!["OPENAI_API_KEY is not set"]),
        (
            vec![admin, ("KASPI_GATEWAY_KEY", "k"), ("PUBLIC_URL", "http://h")],
            vec![
                "OPENAI_BASE_URL is not set",
                "PUBLIC_URL is set but",
                "PUBLIC_URL is not https",
                "KASPI_GATEWAY_URL is not set",
            ],
        ),
        (vec![admin, ("OPENAI_BASE_URL", "http://h/v1"), ("OPENAI_API_KEY", "k")], vec![]),
    ] {
        let notes = good("", &env).notes();
        let fits = notes.len() == expected.len()
            && notes.iter().zip(&expected).all(|(note, start)| note.log.starts_with(start));
        assert!(fits, "{env:?}: {notes:?}");
    }
    let mentioned = good("", &[("OPENAI_BASE_URL", "https://api.openai.com/v1")]).notes();
    let both = [mentioned[0].log, mentioned[0].told];
    assert!(both.iter().all(|told| told.contains("2026-09-24")), "{both:?}");
}
