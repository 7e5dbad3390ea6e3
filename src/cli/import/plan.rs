//! What of the original's rows can be carried over, and what cannot and why. It only reads what it is given.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde_json::Value;

use super::original::{Original, Row};
use super::prices::charged;
use crate::domain::id::UserId;
use crate::domain::money::Tokens;
use crate::domain::time::Timestamp;
use crate::domain::user::Profile;
use crate::store::{Keepsake, KeepsakeKind, Newcomer};

/// Noise of the original's floating point: a sum of prices that should be whole is off by less than this.
const NOISE: f64 = 1e-6;
/// Characters of a name that are kept: Telegram itself has no longer ones.
const NAME: usize = 64;

#[derive(Default)]
pub(super) struct Plan {
    pub(super) people: Vec<Newcomer>,
    /// Balances that were not whole, with what they became.
    pub(super) rounded: Vec<(UserId, f64, Tokens)>,
    pub(super) unmade: Vec<Unmade>,
    /// Stripe sessions that the original opened and never heard of again: somebody may have paid.
    pub(super) unpaid: Vec<Unpaid>,
    /// What cannot be carried over, a sentence each.
    pub(super) left: Vec<String>,
}

/// An order that was paid for in tokens and has no film.
pub(super) struct Unmade {
    pub(super) job: u64,
    pub(super) user: UserId,
    pub(super) status: String,
    pub(super) tokens: Tokens,
}

pub(super) struct Unpaid {
    pub(super) order: u64,
    pub(super) user: UserId,
    pub(super) session: String,
    pub(super) tokens: i64,
}

impl Plan {
    pub(super) fn of(original: &Original, now: Timestamp) -> Self {
        let mut plan = Self::default();
        let mut people: BTreeMap<UserId, Newcomer> = BTreeMap::new();
        for row in &original.users {
            if let Some(newcomer) = plan.user(row, now) {
                people.insert(newcomer.user, newcomer);
            }
        }
        let tables = [
            (KeepsakeKind::Order, "orders", &original.orders),
            (KeepsakeKind::Video, "videos", &original.videos),
            (KeepsakeKind::Job, "job_queue", &original.jobs),
            (KeepsakeKind::Prompt, "pending_prompts", &original.prompts),
        ];
        for (kind, table, rows) in tables {
            for row in rows {
                let (Some(id), Some(user)) = (number(row, "id"), number(row, "user_id").map(UserId)) else {
                    plan.left.push(format!("{table}: строка без номера или без пользователя"));
                    continue;
                };
                let (Ok(id), true) = (u64::try_from(id), user.0 > 0) else {
                    plan.left.push(format!("{table} № {id}: пользователя {user} быть не может"));
                    continue;
                };
                let newcomer = people.entry(user).or_insert_with(|| {
                    plan.left.push(format!(
                        "{table} № {id}: пользователя {user} нет в users; заведён с нулём на счёте"
                    ));
                    unnamed(user, now)
                });
                let text = Value::Object(row.clone()).to_string();
                newcomer.keepsakes.push(Keepsake { kind, id, text });
                match kind {
                    KeepsakeKind::Job => plan.job(id, row, newcomer),
                    KeepsakeKind::Order => plan.order(id, row, user),
                    KeepsakeKind::Video | KeepsakeKind::Prompt => {}
                }
            }
        }
        plan.people = people.into_values().collect();
        plan
    }

    fn user(&mut self, row: &Row, now: Timestamp) -> Option<Newcomer> {
        let Some(id) = number(row, "user_id").filter(|id| *id > 0) else {
            self.left.push(format!("users: номера {} быть не может", text(row, "user_id")));
            return None;
        };
        let user = UserId(id);
        let first_name: String = text(row, "username").chars().take(NAME).collect();
        // What the original calls a username is a first name where there was none, and it was never renewed. Until he
        // writes he is found by number, so that nothing goes to somebody else of that name.
        let profile = Profile { first_name, username: None, language: None };
        let since = moment(&text(row, "created_at")).unwrap_or(now);
        let tokens = self.balance(user, row);
        Some(Newcomer { user, profile, since, tokens, unmade: Vec::new(), keepsakes: Vec::new() })
    }

    /// Rounded up, so that nobody loses a part of a token.
    fn balance(&mut self, user: UserId, row: &Row) -> Tokens {
        let credits = match row.get("credits") {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Null) | None => Some(0.0),
            Some(_) => None,
        };
        let whole = credits.map(|credits| (credits - NOISE).ceil());
        let Some(whole) = whole.filter(|whole| *whole <= 1e9) else {
            self.left
                .push(format!("users: {user}: «{}» — не сумма; перенесён с нулём", text(row, "credits")));
            return Tokens::ZERO;
        };
        let credits = credits.unwrap_or_default();
        if whole < 0.0 {
            self.left.push(format!("users: {user}: на счёте было {credits}, меньше нуля; перенесён с нулём"));
            return Tokens::ZERO;
        }
        #[expect(clippy::cast_possible_truncation, reason = "from zero to a thousand million, and whole")]
        let tokens = Tokens::new(whole as i64);
        if (credits - whole).abs() > NOISE {
            self.rounded.push((user, credits, tokens));
        }
        tokens
    }

    fn job(&mut self, id: u64, row: &Row, newcomer: &mut Newcomer) {
        let status = text(row, "status");
        match status.as_str() {
            "completed" | "failed" => {}
            "pending" | "processing" => {
                let seconds = number(row, "seconds").unwrap_or(8);
                let tokens = charged(&text(row, "model"), seconds, &text(row, "size"));
                newcomer.unmade.push((id, tokens));
                self.unmade.push(Unmade { job: id, user: newcomer.user, status, tokens });
            }
            _ => self.left.push(format!(
                "job_queue № {id}: состояние «{status}» неизвестно, токены за него не возвращены"
            )),
        }
    }

    fn order(&mut self, id: u64, row: &Row, user: UserId) {
        if text(row, "status") == "pending" {
            let (session, tokens) = (text(row, "stripe_session_id"), number(row, "credits").unwrap_or(0));
            self.unpaid.push(Unpaid { order: id, user, session, tokens });
        }
    }
}

fn unnamed(user: UserId, now: Timestamp) -> Newcomer {
    let profile = Profile::default();
    Newcomer { user, profile, since: now, tokens: Tokens::ZERO, unmade: Vec::new(), keepsakes: Vec::new() }
}

/// A whole number, also one that was written as text: the original keeps seconds so.
fn number(row: &Row, column: &str) -> Option<i64> {
    match row.get(column)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text(row: &Row, column: &str) -> String {
    match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// SQLite's `CURRENT_TIMESTAMP`, which is UTC; or JavaScript's ISO form.
fn moment(written: &str) -> Option<Timestamp> {
    let formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%.fZ"];
    let read = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(written, format).ok());
    read.map(|at| Timestamp(at.and_utc().timestamp_millis()))
}
