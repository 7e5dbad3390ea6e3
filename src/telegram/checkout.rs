//! The question before a payment in Stars: answered the moment it is heard, from a snapshot of the book, behind no queue and
//! no commit. Telegram takes the payment back after ten seconds without an answer.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::app::{App, CheckoutRefusal, Incoming};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::rail::{Currency, Money};

use super::Telegram;
use super::api::Fault;
use super::html::plain;
use super::stars::purchase_of;
use super::view::View;

/// Telegram waits ten seconds; an answer later than this is none.
const PATIENCE: Duration = Duration::from_secs(9);
const PAUSE: Duration = Duration::from_millis(250);

/// What is done with an update the moment it is there, before it is kept.
pub trait AtOnce: Send + Sync {
    /// Must not wait.
    fn hear(&self, update: &Incoming);
}

pub struct Checkouts {
    pub app: Arc<App>,
    pub telegram: Arc<Telegram>,
}

#[derive(Deserialize)]
struct Asked {
    pre_checkout_query: Option<Question>,
}

#[derive(Deserialize)]
struct Question {
    id: String,
    from: Payer,
    currency: String,
    total_amount: i64,
    invoice_payload: String,
}

#[derive(Deserialize)]
struct Payer {
    id: i64,
    language_code: Option<String>,
}

impl AtOnce for Checkouts {
    fn hear(&self, update: &Incoming) {
        // Almost none is one: the others are not worth a parser's time here.
        if !update.json.contains("\"pre_checkout_query\"") {
            return;
        }
        let Some(question) =
            serde_json::from_str(&update.json).ok().and_then(|asked: Asked| asked.pre_checkout_query)
        else {
            return tracing::debug!(update = %update.id, "no pre-checkout query that we can read");
        };
        let refusal = self.refusal(&question);
        let telegram = Arc::clone(&self.telegram);
        tokio::spawn(async move {
            let answered =
                tokio::time::timeout(PATIENCE, answer(&telegram, &question.id, refusal.as_deref()));
            if answered.await.is_err() {
                tracing::warn!("a pre-checkout query was not answered in time");
            }
        });
    }
}

impl Checkouts {
    /// What the payer reads if he may not pay; None if he may.
    fn refusal(&self, question: &Question) -> Option<String> {
        let payer = UserId(question.from.id);
        let currency = Currency::of_code(&question.currency);
        let money = Money { amount: question.total_amount, currency };
        let key = match self.app.may_pay(purchase_of(&question.invoice_payload), payer, &money) {
            Ok(Ok(())) => return None,
            Ok(Err(CheckoutRefusal::Unknown)) => TextKey::CheckoutUnknown,
            Ok(Err(CheckoutRefusal::Over)) => TextKey::CheckoutOver,
            Err(error) => {
                tracing::error!(%error, "a purchase could not be looked up before its payment");
                TextKey::Sorry
            }
        };
        let chosen = self.app.chosen_language(payer).unwrap_or_default();
        let language = chosen.or_else(|| question.from.language_code.clone());
        let scripts = self.telegram.scripts.current();
        Some(plain(&View::of(&scripts, language.as_deref()).say(key, &[])))
    }
}

/// Until it is answered, or until it is known that it never will be.
async fn answer(telegram: &Telegram, query: &str, refusal: Option<&str>) {
    loop {
        match telegram.api.answer_checkout(query, refusal).await {
            Ok(()) => return,
            Err(Fault::Refused(why)) => return tracing::warn!(why, "a pre-checkout answer was refused"),
            Err(Fault::Patience(length)) => tokio::time::sleep(length).await,
            Err(fault) => {
                tracing::warn!(%fault, "a pre-checkout answer did not arrive, again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_change_of_a_question_makes_it_panic() {
        let asked = r#"{"update_id":7,"pre_checkout_query":{"id":"1","from":{"id":1001,"is_bot":false,"first_name":"A","language_code":"ru"},"currency":"XTR","total_amount":215,"invoice_payload":"purchase:17:1795000000000"}}"#;
        crate::domain::fuzzing::nearly_right("pre-checkout query", &[asked.into()], |bytes| {
            let asked = serde_json::from_str::<Asked>(&String::from_utf8_lossy(bytes)).ok();
            asked.and_then(|asked| asked.pre_checkout_query).is_some_and(|question| {
                let _ = Currency::of_code(&question.currency);
                purchase_of(&question.invoice_payload).is_some()
            })
        });
    }
}
