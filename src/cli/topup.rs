//! `sora-bot topup`: gives a user tokens, in the operator's name and with a reason. With the bot running it asks the bot.

use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::bot;
use super::control::{Answer, Request, ask};
use super::real::{SystemClock, SystemRandom};
use super::verify::told;
use super::{Failure, run::runtime};
use crate::app::port::{Clock as _, Random as _};
use crate::config::{Config, Sources};
use crate::domain::id::UserId;
use crate::domain::money::Tokens;
use crate::domain::text::grouped;
use crate::store::{By, Giving, Store, StoreError, TopUpOrder};

#[derive(Args, Clone, Debug, Serialize, Deserialize)]
pub(super) struct TopUpArgs {
    /// The user's number, or his @username
    user: String,
    /// Whole tokens
    amount: i64,
    /// Why, for the audit log
    #[arg(long, default_value = "by the operator")]
    reason: String,
    /// A name for this very top-up: run again with the same name, it credits nothing twice
    #[arg(long)]
    request: Option<String>,
}

pub(super) fn run(config: Option<&Path>, mut args: TopUpArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    args.request.get_or_insert_with(fresh_request);
    let store = match bot::open_store(&config) {
        Ok(store) => store,
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked)) => {
            return told(ask(&config.store.path, &Request::TopUp(args))?);
        }
        Err(error) => return Err(error.into()),
    };
    let answer = runtime()?.block_on(top_up(&store, args)).context("the top-up")?;
    told(answer)
}

/// Does it and says what came of it.
pub(super) async fn top_up(store: &Store, args: TopUpArgs) -> Result<Answer, StoreError> {
    let refused = |text: String| Ok(Answer { ok: false, text });
    let user = match args.user.parse() {
        Ok(number) => Some(UserId(number)),
        Err(_) => store.user_named(&args.user)?,
    };
    let Some(user) = user else {
        return refused(format!("nobody called {} has written to the bot", args.user));
    };
    let order = TopUpOrder {
        giving: Giving::TopUp,
        request: format!("operator:{}", args.request.unwrap_or_else(fresh_request)),
        by: By::Operator,
        user,
        amount: Tokens::new(args.amount),
        reason: args.reason,
        now: SystemClock.now(),
    };
    match store.top_up(None, order).await? {
        Ok(done) if done.repeated => Ok(Answer {
            ok: true,
            text: format!("it was done before; user {user} has {}", plain(done.after)),
        }),
        Ok(done) => {
            let (before, after) = (plain(done.before), plain(done.after));
            Ok(Answer { ok: true, text: format!("user {user}: {before} → {after} tokens") })
        }
        Err(refusal) => refused(refusal.to_string()),
    }
}

fn plain(tokens: Tokens) -> String {
    grouped(tokens.get()).replace('\u{a0}', " ")
}

fn fresh_request() -> String {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    hex::encode(bytes)
}
