//! What people with power over money decide: whether a transfer has arrived, and what becomes of money that does not fit. Whoever
//! is first decides; the others learn how.

use super::port::RailError;
use super::{App, AppError};
use crate::domain::id::{PurchaseId, UpdateId, UserId};
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::purchase::{Evidence, Purchase, PurchaseState, offered};
use crate::domain::role::Power;
use crate::domain::user::Profile;
use crate::store::{self, By, Doubted, Resolution};

/// A transfer that somebody says to have made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub purchase: Purchase,
    pub buyer: Profile,
    /// For which purchase the receipt that he shows was credited already.
    pub used: Option<PurchaseId>,
}

/// Money that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtedMoney {
    pub payment: Doubted,
    /// Whose money it is, if that is known.
    pub payer: Option<Profile>,
    /// What it may be credited for.
    pub worth: Option<Tokens>,
}

/// What was decided of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub purchase: Purchase,
    pub buyer: Profile,
}

#[derive(Debug, thiserror::Error)]
pub enum DeskRefusal {
    #[error("he may not decide of money")]
    NotCashier,
    #[error("there is no such purchase at the desk")]
    Unknown,
    /// Somebody was first.
    #[error("it is {0:?}")]
    Over(PurchaseState),
    #[error("so much cannot be credited")]
    Amount,
    #[error("the same receipt was credited for purchase {0}")]
    ReceiptUsed(PurchaseId),
    #[error(transparent)]
    Failed(#[from] AppError),
}

/// What became of money that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    Credited(Tokens),
    /// The rail sends it back by itself.
    SentBack,
    /// Somebody has to send it back by hand.
    Dismissed,
    /// It waited for nobody any more.
    Over,
    /// Nobody can say whose it is, or what it is worth.
    NotCreditable,
    /// The rail does not answer; it still waits.
    RailSilent,
}

impl App {
    /// May this person decide of other people's money? Everything of the desk asks here.
    pub fn is_cashier(&self, user: UserId) -> bool {
        self.may(user, Power::ConfirmPayments)
    }

    /// What waits for a look, oldest first: transfers that somebody claims, and money that does not fit.
    ///
    /// # Errors
    /// What the store says.
    pub fn waiting_for_a_look(&self) -> Result<(Vec<Claim>, Vec<DoubtedMoney>), AppError> {
        let open = self.store.open_purchases()?.into_iter();
        let claimed = open.filter(|purchase| purchase.state == PurchaseState::Claimed);
        let claims = claimed.map(|purchase| self.claim_of(purchase)).collect::<Result<_, _>>()?;
        let doubted = self.store.doubted_payments()?.into_iter();
        let money = doubted.map(|payment| self.doubted_as(payment)).collect::<Result<_, _>>()?;
        Ok((claims, money))
    }

    /// A purchase at the desk, as whoever looks at it sees it.
    ///
    /// # Errors
    /// What the store says.
    pub fn claim_on(&self, purchase: PurchaseId) -> Result<Option<Claim>, AppError> {
        self.store.purchase(purchase)?.map(|purchase| self.claim_of(purchase)).transpose()
    }

    /// Money that waits under this number.
    ///
    /// # Errors
    /// What the store says.
    pub fn doubt_on(&self, number: u64) -> Result<Option<DoubtedMoney>, AppError> {
        self.store.doubted_payment(number)?.map(|payment| self.doubted_as(payment)).transpose()
    }

    /// For which purchase a receipt that somebody shows was credited already.
    ///
    /// # Errors
    /// What the store says.
    pub fn receipt_used(&self, evidence: &Evidence) -> Result<Option<PurchaseId>, AppError> {
        Ok(self.store.receipt_used(evidence)?)
    }

    /// The cashier has seen `received` arrive; None: the sum that was asked for.
    ///
    /// # Errors
    /// As the variants say; nothing has moved then.
    pub async fn confirm(
        &self,
        cause: Option<UpdateId>,
        cashier: UserId,
        purchase: PurchaseId,
        received: Option<Tiyn>,
    ) -> Result<Decided, DeskRefusal> {
        if !self.is_cashier(cashier) {
            return Err(DeskRefusal::NotCashier);
        }
        let found = self.store.purchase(purchase).map_err(AppError)?.ok_or(DeskRefusal::Unknown)?;
        let received = received.unwrap_or(Tiyn::new(found.price.amount));
        let (by, tell, now) = (By::Admin(cashier), self.cashiers(), self.clock.now());
        let confirmed = self.store.confirm_purchase(cause, purchase, by, received, tell, now).await;
        let purchase = match confirmed.map_err(AppError)? {
            Ok(confirmed) => confirmed.purchase,
            Err(store::ConfirmRefusal::NoSuchPurchase) => return Err(DeskRefusal::Unknown),
            Err(store::ConfirmRefusal::NotThere(state)) => return Err(DeskRefusal::Over(state)),
            Err(store::ConfirmRefusal::Amount) => return Err(DeskRefusal::Amount),
            Err(store::ConfirmRefusal::ReceiptUsed(other)) => return Err(DeskRefusal::ReceiptUsed(other)),
        };
        self.bells.outbox.notify_one();
        tracing::info!(
            purchase = purchase.id.0,
            cashier = cashier.0,
            tokens = purchase.credited.get(),
            "a transfer is confirmed"
        );
        Ok(Decided { buyer: self.profile_of(purchase.user)?, purchase })
    }

    /// The cashier has seen nothing arrive. The buyer reads why.
    ///
    /// # Errors
    /// As the variants say; nothing has changed then.
    pub async fn reject(
        &self,
        cause: Option<UpdateId>,
        cashier: UserId,
        purchase: PurchaseId,
        reason: String,
    ) -> Result<Decided, DeskRefusal> {
        if !self.is_cashier(cashier) {
            return Err(DeskRefusal::NotCashier);
        }
        let (by, tell, now) = (By::Admin(cashier), self.cashiers(), self.clock.now());
        let rejected = self.store.reject_purchase(cause, purchase, by, reason, tell, now).await;
        let purchase = match rejected.map_err(AppError)? {
            Ok(purchase) => purchase,
            Err(store::PurchaseRefusal::NotThere(state)) => return Err(DeskRefusal::Over(state)),
            Err(_) => return Err(DeskRefusal::Unknown),
        };
        self.bells.outbox.notify_one();
        tracing::info!(purchase = purchase.id.0, cashier = cashier.0, "a transfer is turned down");
        Ok(Decided { buyer: self.profile_of(purchase.user)?, purchase })
    }

    /// Credits money that does not fit to whoever paid it, for what it is worth. A number is decided on once, so the update stays in
    /// the inbox: after a crash it is handled again, finds it decided, and its card loses its buttons.
    ///
    /// # Errors
    /// `NotCashier`, `Failed`.
    pub async fn credit_doubted(
        &self,
        cashier: UserId,
        number: u64,
        reason: String,
    ) -> Result<Resolved, DeskRefusal> {
        if !self.is_cashier(cashier) {
            return Err(DeskRefusal::NotCashier);
        }
        let Some(found) = self.doubt_on(number)? else { return Ok(Resolved::Over) };
        let (Some(user), Some(tokens)) = (found.payment.user, found.worth) else {
            return Ok(Resolved::NotCreditable);
        };
        let credit = Resolution::Credit { user, tokens };
        Ok(match self.resolve(cashier, number, credit, reason).await? {
            Ok(()) => Resolved::Credited(tokens),
            Err(store::ResolveRefusal::NothingWaits) => Resolved::Over,
            Err(_) => Resolved::NotCreditable,
        })
    }

    /// Sends money that does not fit back to whoever paid: by its rail where that can, else a person has to. For owners.
    ///
    /// # Errors
    /// `NotCashier`, `Failed`.
    pub async fn send_back_doubted(
        &self,
        cashier: UserId,
        number: u64,
        reason: String,
    ) -> Result<Resolved, DeskRefusal> {
        if !self.may(cashier, Power::Refund) {
            return Err(DeskRefusal::NotCashier);
        }
        let Some(found) = self.doubt_on(number)? else { return Ok(Resolved::Over) };
        let Doubted { way, payment, money, user, .. } = found.payment;
        // The rail first: asked again after a crash it is the same refund, and until it is sure the payment waits.
        let sent = match self.rails.get(way) {
            Some(rail) => rail.refund(&payment, user.unwrap_or(UserId(0)), &money).await,
            None => Err(RailError::Refused("the rail is off".into())),
        };
        let outcome = match &sent {
            Ok(_) => Resolved::SentBack,
            Err(RailError::Refused(_)) => Resolved::Dismissed,
            Err(error) => {
                tracing::warn!(%way, %error, "money could not be sent back, and still waits");
                return Ok(Resolved::RailSilent);
            }
        };
        let resolved = self.resolve(cashier, number, Resolution::Dismiss, reason).await?;
        // Somebody may have credited it meanwhile: then its tokens go back with the money.
        if let Ok(back) = sent {
            self.hear(super::port::RailEvent::Returned(back)).await?;
        }
        Ok(if resolved.is_ok() { outcome } else { Resolved::Over })
    }

    async fn resolve(
        &self,
        cashier: UserId,
        number: u64,
        resolution: Resolution,
        reason: String,
    ) -> Result<Result<(), store::ResolveRefusal>, AppError> {
        let (by, now) = (By::Admin(cashier), self.clock.now());
        let resolved = self.store.resolve_payment(number, by, resolution, reason, now).await?;
        self.bells.outbox.notify_one();
        Ok(resolved)
    }

    fn claim_of(&self, purchase: Purchase) -> Result<Claim, AppError> {
        let used = self.store.receipt_used(&purchase.evidence)?.filter(|other| *other != purchase.id);
        Ok(Claim { buyer: self.profile_of(purchase.user)?, purchase, used })
    }

    fn doubted_as(&self, payment: Doubted) -> Result<DoubtedMoney, AppError> {
        let purchase = match payment.purchase {
            Some(purchase) => self.store.purchase(purchase)?,
            None => None,
        };
        let worth = payment.user.and(offered(&payment.money, payment.doubt, purchase.as_ref()));
        let payer = payment.user.map(|user| self.profile_of(user)).transpose()?;
        Ok(DoubtedMoney { payment, payer, worth })
    }

    pub(super) fn profile_of(&self, user: UserId) -> Result<Profile, AppError> {
        Ok(self.store.user(user)?.map(|user| user.profile).unwrap_or_default())
    }
}
