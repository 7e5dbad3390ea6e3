//! Calls about Telegram Stars.

use serde_json::Value;
use teloxide::payloads::{AnswerPreCheckoutQuery, CreateInvoiceLink, GetStarTransactions, RefundStarPayment};
use teloxide::types::{LabeledPrice, PreCheckoutQueryId, TelegramTransactionId};

use super::{Api, Fault, call};
use crate::domain::id::UserId;
use crate::domain::text::shortened;

/// Telegram's limits, in UTF-16 units.
const TITLE_LIMIT: usize = 32;
const DESCRIPTION_LIMIT: usize = 255;
const ANSWER_LIMIT: usize = 200;

impl Api {
    /// An address behind which so many Stars are paid.
    pub async fn invoice_link(
        &self,
        title: &str,
        description: &str,
        payload: &str,
        stars: i64,
    ) -> Result<String, Fault> {
        let amount = u32::try_from(stars).map_err(|_| Fault::Refused(format!("{stars} Stars")))?;
        let title = shortened(title, TITLE_LIMIT);
        let price = LabeledPrice { label: title.clone(), amount };
        let description = shortened(description, DESCRIPTION_LIMIT);
        let payload = CreateInvoiceLink::new(title, description, payload, "XTR", [price]);
        let link = call(&self.calls, payload).await?;
        let link = link.as_str().map(str::to_owned);
        link.ok_or_else(|| Fault::Refused("the answer holds no link".to_owned()))
    }

    /// Lets a payment pass, or says why not.
    pub async fn answer_checkout(&self, query: &str, refusal: Option<&str>) -> Result<(), Fault> {
        let mut payload =
            AnswerPreCheckoutQuery::new(PreCheckoutQueryId(query.to_owned()), refusal.is_none());
        payload.error_message = refusal.map(|words| shortened(words, ANSWER_LIMIT));
        call(&self.calls, payload).await.map(drop)
    }

    /// Some of the bot's transactions, as Telegram has them, oldest first.
    pub async fn star_transactions(&self, offset: usize, limit: usize) -> Result<Value, Fault> {
        let mut payload = GetStarTransactions::new();
        payload.offset = u32::try_from(offset).ok();
        payload.limit = u8::try_from(limit).ok();
        call(&self.calls, payload).await
    }

    pub async fn refund_stars(&self, user: UserId, charge: &str) -> Result<(), Fault> {
        let user = teloxide::types::UserId(user.0.cast_unsigned());
        let payload = RefundStarPayment::new(user, TelegramTransactionId(charge.to_owned()));
        call(&self.calls, payload).await.map(drop)
    }
}
