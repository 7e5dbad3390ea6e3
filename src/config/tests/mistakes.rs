//! Broken files and environments, and the exact words an operator reads about each.

use super::*;

/// What is written (`; ` stands for a new line), then all that is said about it.
const IN_THE_FILE: &str = r#"
[worker]; max_concurrent_jobs = 0
error: worker.max_concurrent_jobs: expected a whole number from 1 to 64
  --> my.toml:2
   = found: 0

; ; worker.max_concurrent_jobs = "3"
error: worker.max_concurrent_jobs: expected a whole number from 1 to 64
  --> my.toml:3
   = found: "3"
   = help: write the number alone, without quotes: 3

worker.max_concurrent_jobs = 1.5
error: worker.max_concurrent_jobs: expected a whole number from 1 to 64
  --> my.toml:1
   = found: a float

[worker]; max_concurent_jobs = 3
error: worker.max_concurent_jobs: unknown key
  --> my.toml:2
   = help: did you mean max_concurrent_jobs?

per_user = 3
error: per_user: unknown key
  --> my.toml:1
   = help: did you mean per_user in [queue]?

[engine]; PER_USR = 3
error: engine.PER_USR: unknown key
  --> my.toml:2
   = help: did you mean per_user in [queue]?

[log]; colour = true
error: log.colour: unknown key
  --> my.toml:2
   = help: remove it; the complete list is in the config.toml that comes with the bot

[wroker]; a = 1; b = 2
error: wroker: unknown section
  --> my.toml:1
   = help: did you mean [worker]?

[x]
error: x: unknown section
  --> my.toml:1
   = help: the sections are admins, backup, delivery, engine, http, locale, log, payments, queue, reports, scripts, store, telegram, worker

worker = 3
error: worker: expected a section, not a value
  --> my.toml:1
   = help: write [worker] on a line of its own, and its keys below

[telegram]; admin_user_ids = ["@me"]
error: telegram.admin_user_ids: expected numeric Telegram ids, e.g. [123456789]
  --> my.toml:2
   = found: ["@me"]
   = help: a @name is not an id; @userinfobot tells you yours

[queue]; per_user = 9; total = 8
error: queue.total: expected at least queue.per_user, which is 9
  --> my.toml:3

[log]; format = "jsn"
error: log.format: expected "text" or "json"
  --> my.toml:2
   = found: "jsn"
   = help: did you mean "json"?

log.filter = "a=b=c"
error: log.filter: expected a log filter, e.g. info or info,sora_bot::engine=debug
  --> my.toml:1
   = found: "a=b=c"

locale.time_zone = "Asia/Almata"
error: locale.time_zone: expected a time zone, e.g. Asia/Almaty
  --> my.toml:1
   = found: "Asia/Almata"
   = help: did you mean Asia/Almaty?

store.path = ""
error: store.path: expected a path
  --> my.toml:1
   = found: ""
   = help: remove the line to have the default

store.path = [1]
error: store.path: expected text in quotes
  --> my.toml:1
   = found: [1]
"#;

/// The same for one variable.
const IN_THE_ENVIRONMENT: &str = r#"
OPENAI_BASE_URL=https://gate.example
error: OPENAI_BASE_URL: expected an address that ends in /v1
  --> environment
   = found: "https://gate.example"
   = help: did you mean https://gate.example/v1?

OPENAI_BASE_URL=https://g.example/v1/videos
error: OPENAI_BASE_URL: expected an address that ends in /v1
  --> environment
   = found: "https://g.example/v1/videos"
   = help: did you mean https://g.example/v1?

OPENAI_BASE_URL=gate.example/v1
error: OPENAI_BASE_URL: expected an address that begins with http:// or https://
  --> environment
   = found: "gate.example/v1"
   = help: did you mean https://gate.example/v1?

OPENAI_BASE_URL=localhost:8000/v1
error: OPENAI_BASE_URL: expected an address that begins with http:// or https://
  --> environment
   = found: "localhost:8000/v1"
   = help: did you mean http://localhost:8000/v1?

OPENAI_BASE_URL=https://g.example/v1?k=1
error: OPENAI_BASE_URL: expected an address without ? and #
  --> environment
   = found: "https://g.example/v1?…"

TELEGRAM_API_URL=ftp://x
error: TELEGRAM_API_URL: expected an address that begins with http:// or https://
  --> environment
   = found: "ftp://x"

STRIPE_API_URL=http://me:pw@host
error: STRIPE_API_URL: expected an address without a name and a password before the @
  --> environment
   = found: "http://…@host"
   = help: a key goes into a variable of its own

WORKER_POLL_INTERVAL=700ms
error: WORKER_POLL_INTERVAL: expected a whole number from 50 to 600000
  --> environment
   = found: "700ms"
   = help: write the number alone: 700

WORKER_POLL_INTERVAL=-1
error: WORKER_POLL_INTERVAL: expected a whole number from 50 to 600000
  --> environment
   = found: "-1"

WORKER_POLL_INTERVAL=99999999999999999999
error: WORKER_POLL_INTERVAL: expected a whole number from 50 to 600000
  --> environment
   = found: "99999999999999999999"

HTTP_ADDR=:8080
error: HTTP_ADDR: expected a numeric address and a port, e.g. 127.0.0.1:8080
  --> environment
   = found: ":8080"
   = help: did you mean 0.0.0.0:8080?

HTTP_ADDR=localhost:80
error: HTTP_ADDR: expected a numeric address and a port, e.g. 127.0.0.1:8080
  --> environment
   = found: "localhost:80"
   = help: did you mean 127.0.0.1:80?

PORT=0
error: PORT: expected a whole number from 1 to 65535
  --> environment
   = found: "0"

ADMIN_USER_ID=5,-6
error: ADMIN_USER_ID: expected numeric Telegram ids, e.g. 123456789,987654321
  --> environment
   = found: "5,-6"
   = help: a @name is not an id; @userinfobot tells you yours

TELEGRAM_BOT_TOKEN=bot1:x
error: TELEGRAM_BOT_TOKEN: expected a bot token: digits, a colon, then letters, digits, - and _
  --> environment
   = help: copy it whole from @BotFather, without quotes and without the word bot

STRIPE_SECRET_KEY=pk_test_1
error: STRIPE_SECRET_KEY: expected a secret key, sk_… or rk_…; this is the publishable one, pk_…
  --> environment

DATA_KEY=sesame
error: DATA_KEY: expected 64 hex digits, or base64 of 32 bytes
  --> environment
   = help: make one: openssl rand -hex 32
"#;

fn told(file: &str, env: &[(&str, &str)]) -> Mistakes {
    Config::load(sources(file, env)).expect_err(file)
}

fn stories(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.trim_matches('\n').split("\n\n").map(|story| story.split_once('\n').unwrap())
}

#[test]
fn a_mistake_in_the_file_names_line_key_value_and_cure() {
    for (written, expected) in stories(IN_THE_FILE) {
        assert_eq!(told(&written.replace("; ", "\n"), &[]).to_string(), expected, "{written}");
    }
}

#[test]
fn a_mistake_in_a_variable_names_it() {
    for (written, expected) in stories(IN_THE_ENVIRONMENT) {
        assert_eq!(told("", &[written.split_once('=').unwrap()]).to_string(), expected, "{written}");
    }
}

#[test]
fn a_mistake_in_dotenv_names_its_line() {
    let dotenv = "# mine\nMAX_CONCURRENT_JOBS=many\nDATA_KEY=$HOME\n";
    let sources = Sources { dotenv: Some((".env".into(), dotenv.to_owned())), ..Sources::default() };
    assert_eq!(
        Config::load(sources).unwrap_err().to_string(),
        "error: MAX_CONCURRENT_JOBS: expected a whole number from 1 to 64\n  --> .env:2\n   = found: \"many\"\n\n\
         error: DATA_KEY: expected a value without $: nothing is put in its place here\n  --> .env:3\n   \
         = help: to mean the sign itself, use single quotes: DATA_KEY='…$…'"
    );
}

#[test]
fn all_mistakes_are_told_at_once_also_those_that_another_source_covers() {
    let file = "[worker]\nmax_concurrent_jobs = 0\npoll_interval_ms = = 3\n[queue]\ntotl = 3";
    let env = [("MAX_CONCURRENT_JOBS", "2"), ("MAX_RETRY_ATTEMPTS", "two"), ("DATA_KEY", "x")];
    let places = told(file, &env).0.iter().map(|m| format!("{} {}", m.place, m.key)).collect::<Vec<_>>();
    assert_eq!(
        places,
        [
            "environment MAX_RETRY_ATTEMPTS",
            "environment DATA_KEY",
            "my.toml:2 worker.max_concurrent_jobs",
            "my.toml:3 ",
            "my.toml:5 queue.totl",
        ]
    );
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let file = "OPENAI_API_KEY = \"a\"\n[stripe]\nsecret_key = \"b\"\n[telegram]\ntoken = \"c\"";
    let cases = [
        (1, "OPENAI_API_KEY", "OPENAI_API_KEY"),
        (3, "stripe.secret_key", "STRIPE_SECRET_KEY"),
        (5, "telegram.token", "TELEGRAM_BOT_TOKEN"),
    ];
    let expected = cases.map(|(line, key, variable)| {
        format!(
            "error: {key}: a secret does not belong in this file\n  --> my.toml:{line}\n   \
             = help: move it to the environment or to .env, as {variable}"
        )
    });
    assert_eq!(told(file, &[]).to_string(), expected.join("\n\n"));
}
