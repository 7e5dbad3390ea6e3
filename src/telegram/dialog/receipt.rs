//! What a buyer shows for a transfer: a receipt, by its link. It is put to his transfer and credits nothing; a person looks.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::locale::TextKey;
use crate::domain::purchase::{Code, Evidence, Purchase, PurchaseState};
use crate::domain::rail::Way;
use crate::domain::receipt::Receipt;
use crate::domain::text::Value;
use crate::telegram::screen::Screen;
use crate::telegram::view::sum;

/// How many of his newest purchases are looked through for the transfer that a receipt is of.
const NEWEST: usize = 10;

impl Talk<'_> {
    /// The answer to words with a receipt's link in them; None where there is none, or no transfer of his waits.
    pub async fn receipt_link(&self, words: &str) -> Result<Option<Reply>, AppError> {
        let Some(receipt) = Receipt::find(words) else { return Ok(None) };
        let Some(purchase) = self.transfer()? else { return Ok(None) };
        let evidence = Evidence { receipt: Some(receipt.link), ..Evidence::default() };
        self.shown(&purchase, evidence).await.map(Some)
    }

    /// His newest transfer that may still be confirmed.
    pub(super) fn transfer(&self) -> Result<Option<Purchase>, AppError> {
        let mut newest = self.app.purchases_of(self.person.id, NEWEST)?.into_iter();
        Ok(newest.find(|purchase| {
            let waits = matches!(purchase.state, PurchaseState::Open | PurchaseState::Claimed);
            purchase.way == Way::KaspiDesk && waits
        }))
    }

    pub(super) async fn shown(&self, purchase: &Purchase, evidence: Evidence) -> Result<Reply, AppError> {
        if let Some(other) = self.app.receipt_used(&evidence)?.filter(|other| *other != purchase.id) {
            let code = [("code", Value::Words(Code(other).to_string()))];
            return Ok(Reply::say(Screen::text(&self.view.say(TextKey::ReceiptUsed, &code))));
        }
        let claimed = self.app.claim(Some(self.update), self.person.id, purchase.id, evidence).await?;
        let Ok(claimed) = claimed else { return Ok(Reply::say(self.view.plain(TextKey::ToastPurchaseOver))) };
        let values =
            [("code", Value::Words(claimed.code().to_string())), ("sum", Value::Words(sum(&claimed.price)))];
        Ok(Reply::say(Screen::text(&self.view.say(TextKey::ReceiptTaken, &values))))
    }
}
