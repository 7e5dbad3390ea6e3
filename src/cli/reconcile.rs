//! `sora-bot reconcile`: what each rail says against the ledger. With the bot running it asks the bot; without, it asks the rails
//! itself, and whoever is to be told is told when the bot runs again.

use std::path::Path;

use super::control::{Answer, Request, ask};
use super::run::runtime;
use super::verify::told;
use super::{Failure, bot, log};
use crate::app::{Comparison, Difference, Reconciled};
use crate::config::{Config, Sources};
use crate::store::StoreError;

pub(super) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let mut config = Config::load(Sources::gather(config)?)?;
    config.require_token()?;
    let path = config.store.path.clone();
    // It calls others and nobody calls it.
    (config.http.addr, config.http.public_url) = (None, None);
    log::start(&config.log);
    let answer = runtime()?.block_on(async {
        let bot = match bot::Bot::assemble(config, None, false).await {
            Ok(bot) => bot,
            Err(error) if is_locked(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let answer = answer(&bot.app.reconcile().await?);
        bot.app.store.close();
        anyhow::Ok(Some(answer))
    })?;
    match answer {
        Some(answer) => told(answer),
        None => told(ask(&path, &Request::Reconcile)?),
    }
}

fn is_locked(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(StoreError::Locked)))
}

/// What came of it, for the operator: good if nothing is left to do.
pub(super) fn answer(compared: &[Reconciled]) -> Answer {
    let mut lines = Vec::new();
    let mut ok = true;
    for Reconciled { way, outcome } in compared {
        match outcome {
            Ok(comparison) => {
                ok &= comparison.differences.is_empty();
                lines.push(format!("{way}: {}", summary(comparison)));
                lines.extend(comparison.differences.iter().map(|found| format!("  {}", line(found))));
            }
            Err(error) => {
                ok = false;
                lines.push(format!("{way}: {error}"));
            }
        }
    }
    if lines.is_empty() {
        lines.push("no way to pay is set up".into());
    }
    Answer { ok, text: lines.join("\n") }
}

fn summary(comparison: &Comparison) -> String {
    let Comparison { named, credited, returned, doubted, differences } = comparison;
    let mut parts = vec![format!("{named} payments there")];
    for (count, what) in [
        (*credited, "had been missed and are credited now"),
        (*returned, "went back or came again, and their tokens with them"),
        (*doubted, "do not fit and wait for an admin"),
        (differences.len() as u64, "differ and are left to you"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    if parts.len() == 1 {
        parts.push("all as in the ledger".into());
    }
    parts.join(", ")
}

fn line(found: &Difference) -> String {
    let Difference { payment, user, tokens, here, there } = found;
    let user = user.map_or_else(|| "nobody".to_owned(), |user| format!("user {user}"));
    let there = match there {
        Some(money) => format!("the rail says {money}"),
        None => "the rail knows no such payment".to_owned(),
    };
    format!("{payment}: {tokens} tokens of {user} for {here}; {there}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::port::RailError;
    use crate::domain::id::{PaymentId, UserId};
    use crate::domain::money::{Tiyn, Tokens};
    use crate::domain::rail::{Money, Way};

    #[test]
    fn what_is_left_to_a_person_makes_it_end_badly() {
        let compared = |outcome| answer(&[Reconciled { way: Way::Stripe, outcome }]);
        let agreed = compared(Ok(Comparison { named: 3, ..Comparison::default() }));
        assert_eq!(
            (agreed.ok, agreed.text.as_str()),
            (true, "stripe: 3 payments there, all as in the ledger")
        );
        let missed = compared(Ok(Comparison { named: 3, credited: 1, ..Comparison::default() }));
        assert!(missed.ok && missed.text.contains("1 had been missed"), "{}", missed.text);
        let found = Difference {
            payment: PaymentId::new("pi_1"),
            user: Some(UserId(7)),
            tokens: Tokens::new(742),
            here: Money::tiyn(Tiyn::new(74_200)),
            there: None,
        };
        let differs = compared(Ok(Comparison { differences: vec![found], ..Comparison::default() }));
        assert!(
            !differs.ok && differs.text.contains("pi_1: 742 tokens of user 7 for 742.00 KZT"),
            "{}",
            differs.text
        );
        let silent = compared(Err(RailError::Unavailable("no answer".into())));
        assert!(!silent.ok && silent.text.contains("no answer"));
        assert!(answer(&[]).ok);
    }
}
