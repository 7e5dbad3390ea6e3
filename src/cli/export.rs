//! `sora-bot export`: the ledger, the people, their purchases and orders as CSV and as JSON, for an accountant or another
//! program. It reads one moment of the book. Names stay out unless they are asked for; with the bot running it asks the bot.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::DateTime;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{Answer, Request, ask};
use super::verify::told;
use super::{Failure, bot};
use crate::config::{Config, Sources};
use crate::domain::ledger::{Account, Mint};
use crate::domain::purchase::Code;
use crate::domain::time::Timestamp;
use crate::store::{Keepsake, KeepsakeKind, PaymentState, Snapshot, Store, StoreError};

#[derive(Args, Clone, Debug, Serialize, Deserialize)]
pub(super) struct ExportArgs {
    /// A folder for the files, made if it is not there
    folder: PathBuf,
    /// With people's names, which are personal data
    #[arg(long)]
    names: bool,
}

pub(super) fn run(config: Option<&Path>, args: &ExportArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    if !config.store.path.exists() {
        return Err(anyhow::anyhow!("there is no database at {}", config.store.path.display()).into());
    }
    std::fs::create_dir_all(&args.folder).with_context(|| format!("the folder {}", args.folder.display()))?;
    let folder = args.folder.canonicalize().context("the folder")?;
    let args = ExportArgs { folder, ..args.clone() };
    match bot::open_store(&config) {
        Ok(store) => told(export(&store, &args)?),
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked)) => {
            told(ask(&config.store.path, &Request::Export(args))?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes all files and says what is in them.
///
/// # Errors
/// What the disk says.
pub(super) fn export(store: &Store, args: &ExportArgs) -> Result<Answer> {
    let book = store.snapshot()?;
    let mut text = format!("{}:\n", args.folder.display());
    for (name, columns, rows) in [
        ("ledger", LEDGER, ledger(&book)?),
        ("users", USERS, users(&book, args.names)?),
        ("purchases", PURCHASES, purchases(&book)?),
        ("payments", PAYMENTS, payments(&book)?),
        ("orders", ORDERS, orders(&book)?),
        ("original-orders", ORIGINAL, original(store, &book)?),
    ] {
        write(&args.folder, name, columns, &rows)?;
        text.push_str(&format!("  {name}.csv, {name}.json: {} rows\n", rows.len()));
    }
    Ok(Answer { ok: true, text: text.trim_end().to_owned() })
}

type Rows = Vec<Vec<Value>>;

const LEDGER: &[&str] = &["number", "moment", "id", "from", "to", "tokens", "user"];

fn ledger(book: &Snapshot) -> Result<Rows> {
    let mut rows = Rows::new();
    book.transfers(|seq, transfer| {
        rows.push(vec![
            json!(seq),
            moment(transfer.at),
            json!(transfer.id.to_string()),
            json!(account(transfer.from)),
            json!(account(transfer.to)),
            json!(transfer.amount.get()),
            json!(transfer.user().map(|user| user.0)),
        ]);
    })?;
    Ok(rows)
}

const USERS: &[&str] = &["user", "since", "available", "held", "debt", "name", "username"];

fn users(book: &Snapshot, names: bool) -> Result<Rows> {
    let mut found = Vec::new();
    book.users(|user, since, balance| found.push((user, since, balance)))?;
    let rows = found.into_iter().map(|(user, since, balance)| {
        let profile = if names { book.profile(user)? } else { None }.unwrap_or_default();
        Ok(vec![
            json!(user.0),
            moment(since),
            json!(balance.available.get()),
            json!(balance.held.get()),
            json!(balance.debt.get()),
            json!(profile.first_name),
            json!(profile.username),
        ])
    });
    rows.collect()
}

const PURCHASES: &[&str] = &[
    "purchase",
    "code",
    "user",
    "way",
    "tokens",
    "price",
    "currency_amount",
    "worth_kzt",
    "opened",
    "state",
    "credited",
];

fn purchases(book: &Snapshot) -> Result<Rows> {
    let mut rows = Rows::new();
    book.purchases(|row| {
        rows.push(vec![
            json!(row.id.0),
            json!(Code(row.id).to_string()),
            json!(row.user.0),
            json!(row.way.name()),
            json!(row.tokens.get()),
            json!(row.price.to_string()),
            json!(row.price.amount),
            json!(row.worth.to_string()),
            moment(row.created_at),
            json!(format!("{:?}", row.state).to_lowercase()),
            json!(row.credited.get()),
        ]);
        ControlFlow::Continue(())
    })?;
    rows.reverse();
    Ok(rows)
}

const PAYMENTS: &[&str] = &[
    "way",
    "payment",
    "purchase",
    "user",
    "money",
    "currency_amount",
    "fee_kzt",
    "heard",
    "state",
    "returned",
];

fn payments(book: &Snapshot) -> Result<Rows> {
    let rows = book.payments()?.into_iter().map(|row| {
        let state = match row.state {
            PaymentState::Credited { tokens } => format!("credited {tokens}"),
            PaymentState::Quarantined { number, .. } => format!("waits as {number}"),
            PaymentState::Dismissed => "dismissed".to_owned(),
        };
        vec![
            json!(row.way.name()),
            json!(row.id.as_str()),
            json!(row.purchase.map(|purchase| purchase.0)),
            json!(row.user.map(|user| user.0)),
            json!(row.money.to_string()),
            json!(row.money.amount),
            json!(row.fee.map(|fee| fee.to_string())),
            moment(row.heard_at),
            json!(state),
            json!(row.returned),
        ]
    });
    Ok(rows.collect())
}

const ORDERS: &[&str] = &[
    "order",
    "user",
    "placed",
    "state",
    "model",
    "seconds",
    "size",
    "tokens",
    "engine",
    "engine_model",
    "cost_usd",
    "scripts",
];

fn orders(book: &Snapshot) -> Result<Rows> {
    let mut rows = Rows::new();
    book.jobs(|job| {
        let quote = job.quote;
        let cost = quote.cost.get();
        rows.push(vec![
            json!(job.id.0),
            json!(job.user.0),
            moment(job.created_at),
            json!(job.state.phase().name()),
            json!(quote.model.as_str()),
            json!(quote.seconds),
            json!(quote.size.to_string()),
            json!(quote.price.get()),
            json!(quote.route.engine.as_str()),
            json!(quote.route.model),
            json!(format!("{}.{:06}", cost / 1_000_000, cost % 1_000_000)),
            json!(quote.scripts),
        ]);
        ControlFlow::Continue(())
    })?;
    rows.reverse();
    Ok(rows)
}

const ORIGINAL: &[&str] =
    &["user", "order", "stripe_session_id", "amount_kzt", "credits", "status", "created_at"];

/// Purchases at the original bot, as they came along.
fn original(store: &Store, book: &Snapshot) -> Result<Rows> {
    let mut people = Vec::new();
    book.users(|user, _, _| people.push(user))?;
    let mut rows = Rows::new();
    for user in people {
        for Keepsake { id, text, .. } in store.keepsakes(user, KeepsakeKind::Order)? {
            let row: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap_or_default();
            let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
            let amount =
                cell("amount").as_i64().map(|tiyn| crate::domain::money::Tiyn::new(tiyn).to_string());
            rows.push(vec![
                json!(user.0),
                json!(id),
                cell("stripe_session_id"),
                json!(amount),
                cell("credits"),
                cell("status"),
                cell("created_at"),
            ]);
        }
    }
    Ok(rows)
}

fn account(account: Account) -> String {
    match account {
        Account::Available(user) => format!("available:{user}"),
        Account::Held(user) => format!("held:{user}"),
        Account::Debt(user) => format!("debt:{user}"),
        Account::Revenue => "revenue".to_owned(),
        Account::Mint(Mint::Sold(way)) => format!("sold:{way}"),
        Account::Mint(Mint::Grant) => "grant".to_owned(),
        Account::Mint(Mint::Admin) => "admin".to_owned(),
        Account::Mint(Mint::Moved) => "moved".to_owned(),
    }
}

/// UTC, as spreadsheets and programs read it.
fn moment(at: Timestamp) -> Value {
    let at = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    json!(at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The same rows twice. Whoever is not the operator must not read them.
fn write(folder: &Path, name: &str, columns: &[&str], rows: &Rows) -> Result<()> {
    let path = |kind: &str| folder.join(format!("{name}.{kind}"));
    let mut csv = csv::Writer::from_writer(created(&path("csv"))?);
    csv.write_record(columns)?;
    for row in rows {
        csv.write_record(row.iter().map(plain))?;
    }
    csv.flush()?;
    let objects: Vec<BTreeMap<&str, &Value>> =
        rows.iter().map(|row| columns.iter().copied().zip(row).collect()).collect();
    serde_json::to_writer_pretty(std::io::BufWriter::new(created(&path("json"))?), &objects)?;
    Ok(())
}

fn created(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("the file {}", path.display()))
}

/// A cell. A spreadsheet must not take somebody's name for a formula.
fn plain(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
