//! What a buyer shows for a transfer: a receipt, by its link or as a picture. It is put to his transfer and credits nothing; a
//! person looks.

use sha2::{Digest as _, Sha256};

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::locale::TextKey;
use crate::domain::purchase::{Code, Evidence, Purchase, PurchaseState};
use crate::domain::rail::Way;
use crate::domain::receipt::Receipt;
use crate::domain::text::Value;
use crate::media::{MAX_PICTURE_BYTES, code};
use crate::telegram::screen::Screen;
use crate::telegram::update::SentPicture;
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

    /// The answer to a picture that is the receipt of a transfer of his; None where no transfer waits, or it is of something else: then
    /// it is for whoever makes films of pictures.
    pub async fn receipt_picture(&self, picture: &SentPicture) -> Result<Option<Reply>, AppError> {
        let Some(purchase) = self.transfer()?.filter(|_| !picture.moves) else { return Ok(None) };
        // Who says that he has paid is asked for it; who does not may mean anything, unless its code or his words say it.
        let first = purchase.evidence.picture.is_none() && picture.caption.trim().is_empty();
        let meant = (purchase.state == PurchaseState::Claimed && first) || names(&picture.caption, &purchase);
        let (link, mark) = self.read_receipt(picture).await.unwrap_or_default();
        if link.is_none() && !meant {
            return Ok(None);
        }
        let evidence = Evidence { picture: Some(picture.id.clone()), receipt: link.or(mark), reason: None };
        self.shown(&purchase, evidence).await.map(Some)
    }

    /// The link on it, and what it is known by without one: the same picture again is the same receipt.
    async fn read_receipt(&self, picture: &SentPicture) -> Option<(Option<String>, Option<String>)> {
        let fits = usize::try_from(picture.bytes).is_ok_and(|bytes| bytes <= MAX_PICTURE_BYTES);
        let bytes = if fits { self.telegram.fetch(&picture.id, MAX_PICTURE_BYTES).await } else { None }?;
        let read = move || {
            let link = code::read(&bytes).iter().find_map(|words| Receipt::find(words));
            let mark = format!("picture {}", hex::encode(&Sha256::digest(&bytes)[..16]));
            (link.map(|receipt| receipt.link), Some(mark))
        };
        // Decoding takes a while, and is nothing to wait for on a thread that serves others.
        tokio::task::spawn_blocking(read).await.ok()
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

/// Do these words name the transfer's code?
fn names(words: &str, purchase: &Purchase) -> bool {
    words.split_whitespace().filter_map(Code::parse).any(|code| code == purchase.code())
}
