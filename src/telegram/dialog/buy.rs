//! Buying tokens: a package, a way to pay, and the purchase that follows, all on one message.

use super::{Reply, Talk};
use crate::app::port::RailError;
use crate::app::{AppError, BuyRefusal, Buying, CheckoutWords, PurchaseRefusal};
use crate::domain::catalog::Package;
use crate::domain::id::{MessageRef, PurchaseId};
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::phone::mobile;
use crate::domain::purchase::{Code, Evidence, Purchase, PurchaseState};
use crate::domain::rail::Way;
use crate::domain::text::Value;
use crate::telegram::html::plain;
use crate::telegram::screen::{Screen, Toast};
use crate::telegram::tap::PurchaseStep;

/// How many of his newest purchases are looked through for what his words are about.
const NEWEST: usize = 10;

impl Talk<'_> {
    pub fn packages(&self) -> Result<Screen, AppError> {
        let sells =
            self.set.catalog.packages.iter().any(|package| !self.app.ways(self.set, package).is_empty());
        let screen = self.view.packages(self.person.id, &self.viewer()?, sells);
        Ok(self.view.with_contact(screen, self.owner()))
    }

    /// A package was chosen: how can it be paid?
    pub fn package(&self, tokens: Tokens) -> Reply {
        let Some(package) = self.sold(tokens) else {
            return self.window(TextKey::ToastOld);
        };
        let ways = self.app.ways(self.set, package);
        if ways.is_empty() {
            return Reply::say(self.view.package_chosen(package, self.person.id));
        }
        Reply::show(self.view.ways(package, &ways))
    }

    /// Opens a purchase at the price on the button; `card` is the message with it, and will tell the whole story.
    pub async fn buy(
        &self,
        tokens: Tokens,
        way: Way,
        agreed: i64,
        card: MessageRef,
    ) -> Result<Reply, AppError> {
        let words = self.checkout_words(tokens).await;
        let buying = Buying { user: self.person.id, tokens, way, agreed, card, words };
        Ok(match self.app.buy(Some(self.update), self.set, buying).await {
            Ok(purchase) => Reply::show(self.waiting(&purchase)),
            Err(BuyRefusal::PriceChanged) => {
                self.package(tokens).with(self.view.window(TextKey::ToastPriceChanged))
            }
            Err(BuyRefusal::NotSold) => {
                Reply::show(self.packages()?).with(self.view.window(TextKey::ToastOld))
            }
            Err(BuyRefusal::TooMany(limit)) => {
                let limit = [("limit", Value::Number(i64::try_from(limit).unwrap_or(i64::MAX)))];
                Reply::toast(Toast::window(&self.view.say(TextKey::ToastPurchasesMany, &limit)))
            }
            Err(BuyRefusal::Banned) => self.window(TextKey::ToastBanned),
            Err(BuyRefusal::Rail(error)) => {
                tracing::warn!(%way, %error, "no place to pay could be opened");
                self.window(TextKey::ToastRailDown)
            }
            Err(BuyRefusal::Failed(error)) => return Err(error),
        })
    }

    /// The same for the same purchase, also after a restart: a place to pay is one place only while it is asked for alike.
    async fn checkout_words(&self, tokens: Tokens) -> CheckoutWords {
        let values = [("tokens", Value::Number(tokens.get()))];
        let said = |key| plain(&self.view.say(key, &values));
        let back = |bot: &str| format!("https://t.me/{bot}?start=paid");
        CheckoutWords {
            title: said(TextKey::InvoiceTitle),
            description: said(TextKey::InvoiceDescription),
            language: self.view.language().to_owned(),
            back: self.telegram.learned_username().await.map(back),
        }
    }

    /// A telephone number, where an invoice waits for one: it goes there. None for other words.
    pub async fn phone(&self, words: &str) -> Result<Option<Reply>, AppError> {
        let Some(phone) = mobile(words) else { return Ok(None) };
        let newest = self.app.purchases_of(self.person.id, NEWEST)?;
        let waits =
            |purchase: &&Purchase| purchase.way == Way::KaspiGateway && purchase.state == PurchaseState::Open;
        let Some(purchase) = newest.iter().find(waits).cloned() else { return Ok(None) };
        let words = self.checkout_words(purchase.tokens).await;
        Ok(Some(match self.app.invoice(purchase, words, Some(phone)).await {
            Ok(purchase) => Reply::say(self.standing(&purchase)?),
            Err(BuyRefusal::Rail(RailError::Refused(why))) => {
                tracing::info!(why, "no invoice was made for a telephone");
                Reply::say(self.view.plain(TextKey::ToastPhoneWrong))
            }
            Err(BuyRefusal::Failed(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "no invoice could be made");
                Reply::say(self.view.plain(TextKey::ToastRailDown))
            }
        }))
    }

    /// Where and how it is paid while it waits, and then what became of it.
    fn standing(&self, purchase: &Purchase) -> Result<Screen, AppError> {
        Ok(match purchase.state {
            PurchaseState::Open => self.waiting(purchase),
            _ => self.view.purchase(purchase, self.available()?),
        })
    }

    /// A button of a purchase that waits.
    pub async fn purchase(&self, id: PurchaseId, step: PurchaseStep) -> Result<Reply, AppError> {
        let Some(purchase) = self.app.purchase_of(self.person.id, id)? else {
            return Ok(self.window(TextKey::ToastOld));
        };
        match step {
            PurchaseStep::Look => {
                let purchase = self.app.look_at(purchase).await?;
                if purchase.state == PurchaseState::Open {
                    return Ok(self.window(TextKey::ToastNotPaidYet));
                }
                Ok(Reply::show(self.view.purchase(&purchase, self.available()?)))
            }
            PurchaseStep::Paid => {
                let claimed =
                    self.app.claim(Some(self.update), self.person.id, id, Evidence::default()).await?;
                self.moved_on(claimed)
            }
            PurchaseStep::Code => Ok(match self.view.code(&purchase) {
                Some(code) => Reply::say(code),
                None => self.window(TextKey::ToastOld),
            }),
            PurchaseStep::Link => {
                let words = self.checkout_words(purchase.tokens).await;
                match self.app.invoice(purchase, words, None).await {
                    Ok(purchase) => Ok(Reply::show(self.standing(&purchase)?)),
                    Err(BuyRefusal::Failed(error)) => Err(error),
                    Err(error) => {
                        tracing::warn!(%error, "no link could be made");
                        Ok(self.window(TextKey::ToastRailDown))
                    }
                }
            }
            PurchaseStep::Drop => {
                let dropped = self.app.drop_purchase(self.person.id, id).await?;
                match (dropped, self.sold(purchase.tokens)) {
                    (Ok(_), Some(package)) => {
                        let ways = self.app.ways(self.set, package);
                        Ok(Reply::show(self.view.ways(package, &ways)))
                    }
                    (dropped, _) => self.moved_on(dropped),
                }
            }
        }
    }

    /// Somebody comes back from a page where he has paid, or has not: what has become of his purchase? The code is a hint and no
    /// proof: without one of his it is what he opened last, and the rail alone knows whether it was paid.
    pub async fn returned(&self, code: &str) -> Result<Option<Reply>, AppError> {
        let named = match Code::parse(code) {
            Some(Code(purchase)) => self.app.purchase_of(self.person.id, purchase)?,
            None => self.app.purchases_of(self.person.id, 1)?.pop(),
        };
        let Some(purchase) = named else { return Ok(None) };
        let purchase = self.app.look_at(purchase).await?;
        Ok(Some(Reply::say(self.standing(&purchase)?)))
    }

    fn moved_on(&self, outcome: Result<Purchase, PurchaseRefusal>) -> Result<Reply, AppError> {
        Ok(match outcome {
            Ok(purchase) => Reply::show(self.view.purchase(&purchase, self.available()?)),
            Err(_) => self.window(TextKey::ToastPurchaseOver),
        })
    }

    fn waiting(&self, purchase: &Purchase) -> Screen {
        let left = purchase.expires_at.since(self.app.clock.now()).as_secs().div_ceil(60);
        let minutes = i64::try_from(left).unwrap_or(i64::MAX);
        self.view.awaiting(purchase, self.app.settings.desk.as_ref(), minutes)
    }

    fn sold(&self, tokens: Tokens) -> Option<&Package> {
        self.set.catalog.packages.iter().find(|package| package.tokens == tokens)
    }
}
