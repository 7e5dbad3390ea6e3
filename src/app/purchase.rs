//! Buying: what can be bought over which way, how a purchase is opened and given up, and what is heard of money. Every way in
//! ends in the same two decisions of the store, so it does not matter how often or in which order the news comes.

use std::time::Duration;

use super::port::{Checkout, Rail, RailError, RailEvent, ScriptSet, WebhookRequest};
use super::{App, AppError};
use crate::domain::catalog::Package;
use crate::domain::id::{MessageRef, PurchaseId, UpdateId, UserId};
use crate::domain::money::Tokens;
use crate::domain::purchase::{Evidence, Purchase, PurchaseState};
use crate::domain::rail::{Currency, Money, Payment, Way};
use crate::domain::user::Profile;
use crate::store::{self, NewPurchase, Noted, TakenBack};

/// How many of a user's purchases may wait at once: enough to change one's mind, too few to flood a rail.
const WAITING_EACH: usize = 3;
/// How long a place to pay stays open.
const OPEN_FOR: Duration = Duration::from_secs(30 * 60);
/// Stripe's page is open for half an hour at least, counted from when it is made: a first try that fails leaves time for another.
const OPEN_FOR_AT_STRIPE: Duration = Duration::from_secs(60 * 60);
/// A person who transfers by hand takes longer, and so does one who goes to a terminal; a gateway's invoice lives as long.
const OPEN_FOR_BY_HAND: Duration = Duration::from_secs(24 * 3600);

/// What somebody agreed to buy.
#[derive(Clone, Debug)]
pub struct Buying {
    pub user: UserId,
    pub tokens: Tokens,
    pub way: Way,
    /// The price that stood on the button.
    pub agreed: i64,
    /// The message that will show how it goes.
    pub card: MessageRef,
    pub words: CheckoutWords,
}

/// What the rail shows the buyer, and where he comes back to.
#[derive(Clone, Debug)]
pub struct CheckoutWords {
    pub title: String,
    pub description: String,
    pub language: String,
    pub back: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum BuyRefusal {
    #[error("it is not sold this way now")]
    NotSold,
    #[error("the price has changed")]
    PriceChanged,
    #[error("{0} of his purchases wait for a look")]
    TooMany(usize),
    #[error("he is banned")]
    Banned,
    /// The rail makes no place to pay now.
    #[error(transparent)]
    Rail(RailError),
    #[error(transparent)]
    Failed(#[from] AppError),
}

/// What a word from a rail has changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// We knew it, or it moves no tokens.
    Nothing,
    Credited,
    /// It waits for an admin.
    Doubted,
    /// Tokens were taken back.
    Returned,
    /// And given again.
    Undone,
}

/// Why somebody is asked not to pay now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckoutRefusal {
    /// No such purchase of his, or another sum.
    Unknown,
    /// Paid, given up, or its time is over.
    Over,
}

impl App {
    /// The ways in which this package can be paid now, each with what is asked, in the order of the buttons.
    pub fn ways(&self, scripts: &ScriptSet, package: &Package) -> Vec<(Way, Money)> {
        let rails = self.rails.offered().filter(|way| package.is_sold_over(way.rail()));
        rails.filter_map(|way| Some((way, self.asked(scripts, package, way)?))).collect()
    }

    /// What is asked for a package over a way. None if the owner has switched its rail off in the scripts.
    fn asked(&self, scripts: &ScriptSet, package: &Package, way: Way) -> Option<Money> {
        let economics = &scripts.catalog.economics;
        let rail = economics.rails.iter().find(|rail| rail.id == way.rail())?;
        Some(match way.currency() {
            Currency::Stars => Money::stars(rail.stars(package.price(), economics.usd_rate)?),
            Currency::Kzt | Currency::Other(_) => Money::tiyn(package.price()),
        })
    }

    /// Opens a purchase at just the price that was agreed to, and the place where it is paid.
    ///
    /// # Errors
    /// As the variants say. After `Rail` the purchase waits without a place; the same tap again tries again.
    pub async fn buy(
        &self,
        cause: Option<UpdateId>,
        scripts: &ScriptSet,
        buying: Buying,
    ) -> Result<Purchase, BuyRefusal> {
        let Buying { user, tokens, way, agreed, card, words } = buying;
        let package = scripts.catalog.packages.iter().find(|package| package.tokens == tokens);
        let package =
            package.filter(|package| package.is_sold_over(way.rail())).ok_or(BuyRefusal::NotSold)?;
        let rail = self.rails.get(way).ok_or(BuyRefusal::NotSold)?;
        let price = self.asked(scripts, package, way).ok_or(BuyRefusal::NotSold)?;
        if price.amount != agreed {
            return Err(BuyRefusal::PriceChanged);
        }
        let now = self.clock.now();
        let length = match way {
            Way::Stars => OPEN_FOR,
            Way::Stripe => OPEN_FOR_AT_STRIPE,
            Way::KaspiDesk | Way::KaspiGateway | Way::KaspiBank => OPEN_FOR_BY_HAND,
        };
        let new = NewPurchase {
            user,
            way,
            tokens,
            price,
            worth: package.price(),
            card: Some(card),
            expires_at: now.plus(length),
            most: WAITING_EACH,
            now,
        };
        let purchase = match self.store.open_purchase(cause, new).await.map_err(AppError)? {
            Ok(purchase) => purchase,
            Err(store::PurchaseRefusal::TooMany(most)) => return Err(BuyRefusal::TooMany(most)),
            Err(store::PurchaseRefusal::Banned) => return Err(BuyRefusal::Banned),
            Err(_) => return Err(BuyRefusal::NotSold),
        };
        self.bells.outbox.notify_one();
        let is_open = purchase.reference.is_some() || purchase.link.is_some();
        if is_open || rail.asks_for_phone() {
            return Ok(purchase);
        }
        self.open_place(purchase, words, None).await
    }

    /// Sends an invoice for what waits to a telephone, or makes a link for it. One that went elsewhere before is taken back.
    ///
    /// # Errors
    /// `NotSold` for what does not wait any more; `Rail`.
    pub async fn invoice(
        &self,
        purchase: Purchase,
        words: CheckoutWords,
        phone: Option<String>,
    ) -> Result<Purchase, BuyRefusal> {
        let purchase = self.look_at(purchase).await?;
        let rail = self.rails.get(purchase.way).ok_or(BuyRefusal::NotSold)?;
        if purchase.state != PurchaseState::Open || purchase.expires_at <= self.clock.now() {
            return Ok(purchase);
        }
        let before = purchase.clone();
        let opened = self.open_place(purchase, words, phone).await?;
        if before.reference.is_some() && before.reference != opened.reference {
            self.withdraw(&before, rail.as_ref()).await;
        }
        Ok(opened)
    }

    /// As far as that goes: who pays there all the same has paid.
    async fn withdraw(&self, purchase: &Purchase, rail: &dyn Rail) {
        if let Err(error) = rail.close(purchase).await {
            tracing::debug!(purchase = purchase.id.0, way = %purchase.way, %error, "a place to pay stays open");
        }
    }

    async fn open_place(
        &self,
        purchase: Purchase,
        words: CheckoutWords,
        phone: Option<String>,
    ) -> Result<Purchase, BuyRefusal> {
        let way = purchase.way;
        let rail = self.rails.get(way).ok_or(BuyRefusal::NotSold)?;
        let CheckoutWords { title, description, language, back } = words;
        let back = back.map(|link| format!("{link}_{}", purchase.code()));
        let now = self.clock.now();
        let checkout = Checkout { purchase, title, description, language, back, phone, now };
        let place = rail.open(&checkout).await.map_err(BuyRefusal::Rail)?;
        let purchase = checkout.purchase;
        self.store
            .note_place(purchase.id, place.reference.clone(), place.link.clone())
            .await
            .map_err(AppError)?;
        self.bells.payments.notify_one();
        tracing::info!(purchase = purchase.id.0, %way, price = %purchase.price, "purchase opened");
        Ok(Purchase { reference: place.reference, link: place.link, ..purchase })
    }

    /// May this be paid now? From a snapshot: it waits for nobody.
    ///
    /// # Errors
    /// In the inner result, why not.
    pub fn may_pay(
        &self,
        purchase: Option<PurchaseId>,
        payer: UserId,
        money: &Money,
    ) -> Result<Result<(), CheckoutRefusal>, AppError> {
        let found = match purchase {
            Some(purchase) => self.store.purchase(purchase)?,
            None => None,
        };
        let Some(found) = found.filter(|found| found.user == payer && found.price == *money) else {
            return Ok(Err(CheckoutRefusal::Unknown));
        };
        let waits = found.state == PurchaseState::Open && found.expires_at > self.clock.now();
        Ok(if waits { Ok(()) } else { Err(CheckoutRefusal::Over) })
    }

    /// The user says that he has paid; the cashiers are asked to look.
    ///
    /// # Errors
    /// What the store says; in the inner result, why it is no longer to be claimed.
    pub async fn claim(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        purchase: PurchaseId,
        evidence: Evidence,
    ) -> Result<Result<Purchase, store::PurchaseRefusal>, AppError> {
        let (tell, now) = (self.cashiers(), self.clock.now());
        let claimed = self.store.claim_purchase(cause, user, purchase, evidence, tell, now).await?;
        self.bells.outbox.notify_one();
        Ok(claimed)
    }

    /// The user does not want it any more.
    ///
    /// # Errors
    /// As `claim`.
    pub async fn drop_purchase(
        &self,
        user: UserId,
        purchase: PurchaseId,
    ) -> Result<Result<Purchase, store::PurchaseRefusal>, AppError> {
        let dropped = self.store.drop_purchase(user, purchase).await?;
        if let Ok(dropped) = &dropped
            && let Some(rail) = self.rails.get(dropped.way)
        {
            self.withdraw(dropped, rail.as_ref()).await;
        }
        Ok(dropped)
    }

    /// One purchase of this very user.
    ///
    /// # Errors
    /// What the store says.
    pub fn purchase_of(&self, user: UserId, purchase: PurchaseId) -> Result<Option<Purchase>, AppError> {
        Ok(self.store.purchase(purchase)?.filter(|found| found.user == user))
    }

    /// The newest `limit` purchases of a user, newest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn purchases_of(&self, user: UserId, limit: usize) -> Result<Vec<Purchase>, AppError> {
        Ok(self.store.purchases_of(user, limit)?)
    }

    /// Asks the rail how a purchase stands, at once. Answers it as it is then.
    ///
    /// # Errors
    /// What the store says; a rail's silence changes nothing.
    pub async fn look_at(&self, purchase: Purchase) -> Result<Purchase, AppError> {
        let Some(rail) = self.rails.get(purchase.way) else { return Ok(purchase) };
        match rail.look(&purchase).await {
            Ok(events) => {
                for event in events {
                    self.hear(event).await?;
                }
            }
            Err(error) => tracing::debug!(purchase = purchase.id.0, way = %purchase.way, %error, "no news"),
        }
        let known = self.store.purchase(purchase.id)?;
        Ok(known.unwrap_or(purchase))
    }

    /// A request to a rail's door. Once this has answered well, whatever it told is on disk.
    ///
    /// # Errors
    /// `Forged` where the rail did not send it; `Unavailable` where it should come again.
    pub async fn called(&self, way: Way, request: &WebhookRequest) -> Result<(), RailError> {
        let rail = self.rails.get(way).ok_or(RailError::Forged)?;
        let events = rail.read(request, self.clock.now()).await?;
        for event in events {
            self.hear(event).await.map_err(|error| RailError::Unavailable(error.to_string()))?;
        }
        Ok(())
    }

    /// Something has happened at a rail. Answers what this very word of it has changed.
    ///
    /// # Errors
    /// What the store says: then it was not heard, and has to be told again.
    pub async fn hear(&self, event: RailEvent) -> Result<Heard, AppError> {
        let (admins, now) = (self.cashiers(), self.clock.now());
        let mut heard = Heard::Nothing;
        match event {
            RailEvent::Paid(payment) => {
                let (way, money) = (payment.way, payment.money.clone());
                self.meet_payer(&payment).await?;
                match self.store.note_payment(payment, admins, now).await? {
                    Noted::Credited { user, tokens } => {
                        tracing::info!(%way, user = user.0, tokens = tokens.get(), %money, "credited");
                        heard = Heard::Credited;
                    }
                    Noted::Quarantined(doubt) => {
                        tracing::warn!(%way, ?doubt, %money, "a payment waits for an admin");
                        heard = Heard::Doubted;
                    }
                    Noted::Before(_) => return Ok(heard),
                }
            }
            RailEvent::Returned(back) => {
                let way = back.way;
                if let TakenBack::Now { user, tokens, debt } = self.store.take_back(back, admins, now).await?
                {
                    let (user, tokens, debt) = (user.0, tokens.get(), debt.get());
                    tracing::warn!(%way, user, tokens, debt, "money went back, and its tokens with it");
                    heard = Heard::Returned;
                }
            }
            RailEvent::Undone(back) => {
                let way = back.way;
                let tokens = self.store.give_back(way, back.payment, back.id, now).await?;
                if tokens > Tokens::ZERO {
                    tracing::info!(%way, tokens = tokens.get(), "money is ours again, and its tokens the user's");
                    heard = Heard::Undone;
                }
            }
            RailEvent::Closed(purchase) => self.store.close_purchase(purchase, now).await?,
            RailEvent::Processing(purchase) => self.store.note_processing(purchase, now).await?,
        }
        self.bells.outbox.notify_one();
        Ok(heard)
    }

    /// A file that came back from a copy may have lost the payer with his purchase: then he is met again. Of nobody else does a
    /// payment carry terms and the store not know him.
    async fn meet_payer(&self, payment: &Payment) -> Result<(), AppError> {
        let Some(terms) = payment.terms.as_ref().filter(|terms| terms.judge(payment).is_ok()) else {
            return Ok(());
        };
        if self.store.user(terms.user)?.is_none() {
            self.meet(terms.user, &Profile::default()).await?;
        }
        Ok(())
    }
}
