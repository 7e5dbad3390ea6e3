//! `sora-bot init`: asks for the keys, each with where it comes from, writes them into `.env` for its owner's eyes only, and looks
//! whether they are right. Answers may come from a pipe, a line each. What stands in `.env` already is kept unless it is
//! answered anew.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use clap::Args;

use super::doctor::{self, Level};
use super::real::{SystemClock, SystemRandom};
use super::run::runtime;
use super::{Failure, bot, said};
use crate::app::day_in;
use crate::app::port::{Clock as _, Credential, Random as _};
use crate::config::{Config, Sources};
use crate::domain::catalog::Route;
use crate::script::{Folder, WhatIf};

#[derive(Args)]
pub(super) struct InitArgs {
    /// Only write the file; ask nobody outside whether the keys are right
    #[arg(long)]
    offline: bool,
}

/// A question, in the order in which they are asked.
struct Question<'q> {
    variable: &'q str,
    ask: &'q str,
    /// Asked only when this variable has a value.
    after: Option<&'q str>,
}

const QUESTIONS: [Question<'static>; 10] = [
    Question {
        variable: "TELEGRAM_BOT_TOKEN",
        ask: "Токен бота. Напишите @BotFather в Telegram: /newbot, придумайте имя — он пришлёт строку вида 123456789:AA…",
        after: None,
    },
    Question {
        variable: "ADMIN_USER_ID",
        ask: "Ваш номер в Telegram (владелец). Его скажет @userinfobot. Несколько — через запятую",
        after: None,
    },
    Question {
        variable: "OPENAI_BASE_URL",
        ask: "Адрес сервиса видео, который говорит на /v1/videos; кончается на /v1. Пусто — другой сервис или потом",
        after: None,
    },
    Question {
        variable: "OPENAI_API_KEY", ask: "Ключ этого сервиса", after: Some("OPENAI_BASE_URL")
    },
    Question {
        variable: "STRIPE_SECRET_KEY",
        ask: "Ключ Stripe (sk_… или rk_…): dashboard.stripe.com → Developers → API keys. Пусто — без карт",
        after: None,
    },
    Question {
        variable: "STRIPE_WEBHOOK_SECRET",
        ask: "Секрет вебхука Stripe (whsec_…): Developers → Webhooks. Пусто — бот будет спрашивать сам",
        after: Some("STRIPE_SECRET_KEY"),
    },
    Question {
        variable: "KASPI_GATEWAY_URL", ask: "Адрес шлюза Kaspi. Пусто — без шлюза", after: None
    },
    Question {
        variable: "KASPI_GATEWAY_KEY", ask: "Ключ шлюза Kaspi", after: Some("KASPI_GATEWAY_URL")
    },
    Question {
        variable: "PUBLIC_URL",
        ask: "Адрес бота в интернете (https://…). Пусто — бот работает и без него",
        after: None,
    },
    Question {
        variable: "PORT", ask: "Порт, на котором слушать, например 8080", after: Some("PUBLIC_URL")
    },
];

/// Where a container keeps its data and files, as its image says.
const PLACES: [&str; 3] = ["DATABASE_PATH", "SCRIPTS_DIR", "LOCALES_DIR"];
/// Wrong answers to one question that are asked about again.
const TRIES: usize = 3;

pub(super) fn run(config: Option<&Path>, args: &InitArgs) -> Result<(), Failure> {
    let path = PathBuf::from(".env");
    let Sources { file, mut env, .. } = Sources::gather(config)?;
    env.retain(|name, _| PLACES.contains(&name.as_str()));
    let mut answers = Answers { values: read(&path)?, file, places: env };
    let input = std::io::stdin();
    let mut ask = Ask { terminal: input.is_terminal(), lines: input.lock() };
    said("Enter оставляет то, что в [скобках]. Ключи сохраню в .env, читать его сможете только вы.\n\n")?;
    for question in &QUESTIONS {
        if question.after.is_none_or(|before| answers.values.contains_key(before)) {
            ask.until_right(question, &mut answers)?;
        }
    }
    for (variable, title) in vendors(&answers.load()?) {
        let words = format!("Ключ движка «{title}», если есть; пусто — без него");
        ask.until_right(&Question { variable: &variable, ask: &words, after: None }, &mut answers)?;
    }
    if !answers.values.contains_key("TELEGRAM_BOT_TOKEN") {
        return Err(anyhow!(
            "без токена бот не запустится; .env не записан. Попробовать без ключей: sora-bot sandbox"
        )
        .into());
    }
    if !answers.values.contains_key("DATA_KEY") && !answers.load()?.store.path.exists() {
        let mut key = [0; 32];
        SystemRandom.fill(&mut key);
        answers.values.insert("DATA_KEY".to_owned(), hex::encode(key));
        said(
            "DATA_KEY: сделал новый. Сохраните его копию отдельно от сервера: без него данные не открыть.\n",
        )?;
    }
    write(&path, &answers.values)?;
    said(&format!("\nЗаписано в {}.\n\n", path.display()))?;
    finish(&answers.load()?, args)
}

/// The keys that the engines of the owner's scripts name, each with whose it is.
fn vendors(config: &Config) -> BTreeMap<String, String> {
    let Ok(right) = Folder::calculate(&bot::folder_settings(config), &WhatIf::default()) else {
        return BTreeMap::new();
    };
    let mut keys = BTreeMap::new();
    for adapter in right.set.engines.values() {
        for auth in &adapter.auth {
            let names = match &auth.proof {
                Credential::Secret(name) => vec![name],
                Credential::Jwt { issuer, secret, .. } => vec![issuer, secret],
            };
            keys.extend(names.into_iter().map(|name| (name.clone(), adapter.title.clone())));
        }
    }
    keys
}

/// What is right, what is not, and what would be sold.
fn finish(config: &Config, args: &InitArgs) -> Result<(), Failure> {
    let findings = runtime()?.block_on(doctor::examine(config, args.offline));
    said(&doctor::shown(&findings))?;
    if let Ok(right) = Folder::calculate(&bot::folder_settings(config), &WhatIf::default()) {
        let engines = super::engines::engines_of_folder(config)?;
        let mut text = "\nВ продаже сейчас:\n".to_owned();
        let models = right.set.catalog.models.iter();
        let (now, zone) = (SystemClock.now(), config.locale.time_zone);
        let open = |route: &Route| engines.serves(route, now, day_in(zone, now));
        let sold: Vec<_> = models.filter(|model| model.routes.iter().any(open)).collect();
        for model in &sold {
            let offers = model.offers.iter().map(|offer| format!("{} с — {} ₸", offer.seconds, offer.price));
            text.push_str(&format!("  {}: {}\n", model.title, offers.collect::<Vec<_>>().join(", ")));
        }
        if sold.is_empty() {
            text.push_str("  ничего: не настроен ни один сервис видео\n");
        }
        said(&text)?;
    }
    said("\nДальше: sora-bot run — и напишите боту /start.\n")?;
    match doctor::worst(&findings) {
        Level::Trouble => Err(Failure::Unwell),
        Level::Ok | Level::Warning => Ok(()),
    }
}

/// What is known so far.
struct Answers {
    values: BTreeMap<String, String>,
    /// The operator's config.toml.
    file: Option<(PathBuf, String)>,
    places: BTreeMap<String, String>,
}

impl Answers {
    /// The settings as they would be with this `.env`: but for the places, what the shell around us has set is not the file's.
    fn load(&self) -> Result<Config, crate::config::Mistakes> {
        let dotenv = Some((PathBuf::from(".env"), written(&self.values)));
        Config::load(Sources { file: self.file.clone(), dotenv, env: self.places.clone() })
    }

    /// Why this value will not do for this variable.
    fn wrong(&self, variable: &str, value: &str) -> Option<String> {
        if value.contains(['\'', '\n']) {
            return Some("кавычек и переносов строки в ключах не бывает".to_owned());
        }
        let values = BTreeMap::from([(variable.to_owned(), value.to_owned())]);
        let dotenv = Some((PathBuf::from(".env"), written(&values)));
        let mistakes = Config::load(Sources { file: None, dotenv, env: BTreeMap::new() }).err()?;
        let about = mistakes.0.into_iter().find(|mistake| mistake.key == variable)?;
        Some([Some(about.problem), about.help].into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}

struct Ask<R> {
    terminal: bool,
    lines: R,
}

impl<R: BufRead> Ask<R> {
    fn until_right(&mut self, question: &Question<'_>, answers: &mut Answers) -> Result<(), Failure> {
        let Question { variable, ask, .. } = question;
        for _ in 0..TRIES {
            let kept = answers.values.get(*variable).map_or("пусто", |_| "как было");
            said(&format!("{ask}\n{variable} [{kept}]: "))?;
            std::io::stdout().flush().context("standard output")?;
            let answer = self.line()?;
            if !self.terminal {
                said("\n")?;
            }
            let Some(answer) = answer else { return Ok(()) };
            if answer.is_empty() {
                return Ok(());
            }
            let Some(wrong) = answers.wrong(variable, &answer) else {
                answers.values.insert((*variable).to_owned(), answer);
                return Ok(());
            };
            said(&format!("  ✗ {wrong}\n"))?;
            if !self.terminal {
                // The next line of a pipe answers the next question.
                return Err(Failure::Settings(format!("{variable}: {wrong}; .env не записан")));
            }
        }
        Err(Failure::Settings(format!("{variable}: не получилось; .env не записан")))
    }

    /// None at the end: the rest stays as it is.
    fn line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).context("standard input")?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }
}

/// The variables that stand in the file, with their values as they will be written again.
fn read(path: &Path) -> Result<BTreeMap<String, String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let pairs = dotenvy::from_read_iter(text.as_bytes());
            let pairs = pairs.collect::<Result<Vec<_>, _>>();
            let pairs =
                pairs.map_err(|_| anyhow!("{} не читается: исправьте его или уберите", path.display()))?;
            Ok(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Single quotes keep every character as it is.
fn written(values: &BTreeMap<String, String>) -> String {
    values.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect()
}

/// Whole or not at all, and for nobody else to read.
fn write(path: &Path, values: &BTreeMap<String, String>) -> Result<()> {
    let unfinished = path.with_extension("new");
    let _ = std::fs::remove_file(&unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished).with_context(|| unfinished.display().to_string())?;
    file.write_all(b"# sora-bot: secrets. Nobody else may read this file. What there is: .env.example\n")?;
    file.write_all(written(values).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path).with_context(|| path.display().to_string())
}
