//! A bare bot of teloxide and redb: the least that answers `/balance` from a book on disk and remembers who asked. Its own
//! process, to be measured beside ours. No languages, no inbox: whatever it had not answered when it died is lost.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use redb::{Database, ReadableDatabase as _, TableDefinition};
use teloxide::Bot;
use teloxide::prelude::*;
use teloxide::types::ParseMode;
use tokio::sync::Mutex;
use tokio::time::Instant;

const BALANCES: TableDefinition<'static, i64, i64> = TableDefinition::new("balances");
const MOVES: TableDefinition<'static, (i64, u64), i64> = TableDefinition::new("moves");
const SEEN: TableDefinition<'static, i64, &'static str> = TableDefinition::new("seen");
const PEOPLE: i64 = 500;
/// Thirty messages a second are what Telegram takes from a bot; ours keeps to that too.
const EACH: Duration = Duration::from_millis(34);

/// Whose turn it is to answer, when the bot keeps to the pace that Telegram asks for.
type Pace = Option<Arc<Mutex<Instant>>>;

pub fn run(file: &Path) -> Result<()> {
    let pace: Pace = std::env::var_os("BARE_PACED").map(|_| Arc::new(Mutex::new(Instant::now())));
    let db = Arc::new(seeded(file)?);
    let (token, url) = (std::env::var("TELEGRAM_BOT_TOKEN")?, std::env::var("TELEGRAM_API_URL")?);
    let bot = Bot::new(token).set_api_url(url.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let handler = Update::filter_message().endpoint(answer);
        Dispatcher::builder(bot, handler).dependencies(dptree::deps![db, pace]).build().dispatch().await;
    });
    Ok(())
}

fn seeded(file: &Path) -> Result<Database> {
    let db = Database::builder().set_cache_size(8 << 20).create(file)?;
    let tx = db.begin_write()?;
    for person in 1..=PEOPLE {
        tx.open_table(BALANCES)?.insert(person, 1_000)?;
        for (number, amount) in [(1, 1_000), (2, -742), (3, 742)] {
            tx.open_table(MOVES)?.insert((person, number), amount)?;
        }
        tx.open_table(SEEN)?.insert(person, "")?;
    }
    tx.commit()?;
    Ok(db)
}

async fn answer(bot: Bot, message: Message, db: Arc<Database>, pace: Pace) -> Result<()> {
    let Some(person) = message.from.as_ref().filter(|_| message.text() == Some("/balance")) else {
        return Ok(());
    };
    let id = i64::try_from(person.id.0)?;
    let text = tokio::task::block_in_place(|| balance(&db, id, &person.first_name))?;
    if let Some(pace) = pace {
        let mut turn = pace.lock().await;
        tokio::time::sleep_until(*turn).await;
        *turn = Instant::now() + EACH;
    }
    bot.send_message(message.chat.id, text).parse_mode(ParseMode::Html).await?;
    Ok(())
}

fn balance(db: &Database, id: i64, name: &str) -> Result<String> {
    let tx = db.begin_write()?;
    tx.open_table(SEEN)?.insert(id, name)?;
    tx.commit()?;
    let tx = db.begin_read()?;
    let balance = tx.open_table(BALANCES)?.get(id)?.context("an unknown person")?.value();
    let mut text = format!("На счёте <b>{balance} токенов</b>.\n");
    for row in tx.open_table(MOVES)?.range((id, 0)..=(id, u64::MAX))?.rev().take(10) {
        let (_, amount) = row?;
        text.push_str(&format!("\n{:+} подарок", amount.value()));
    }
    Ok(text)
}
