//! How a purchase is opened, claimed, turned down and forgotten. What money does to it is in `payments`.

use redb::ReadableTable as _;

use super::audit::{self, Act, AuditEntry, By};
use super::seal::Vault;
use super::tables::{OPEN_PURCHASES, Tables, USER_PURCHASES};
use super::{Store, StoreError, people};
use crate::domain::id::{MessageRef, PurchaseId, UpdateId, UserId};
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::purchase::{Evidence, Purchase, PurchaseState};
use crate::domain::rail::{Money, Way};
use crate::domain::time::Timestamp;

mod record;

pub(super) use record::{PurchaseRecord, forget_evidence, load, save};
use record::{open_ids, read};

/// What a user wants to buy.
#[derive(Clone, Debug)]
pub struct NewPurchase {
    pub user: UserId,
    pub way: Way,
    pub tokens: Tokens,
    pub price: Money,
    pub worth: Tiyn,
    pub card: Option<MessageRef>,
    pub expires_at: Timestamp,
    /// How many of his may wait at once.
    pub most: usize,
    pub now: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PurchaseRefusal {
    #[error("no such user")]
    NoSuchUser,
    /// He says of all of them that he has paid.
    #[error("{0} of his purchases wait for a look")]
    TooMany(usize),
    #[error("he is banned")]
    Banned,
    #[error("it is not his")]
    NotYours,
    /// It is where no such step leads from.
    #[error("it is {0:?}")]
    NotThere(PurchaseState),
}

impl Store {
    /// Opens a purchase, or gives the one that waits already for just this. When too many wait, the oldest that nobody says
    /// to have paid makes room.
    ///
    /// # Errors
    /// In the inner result: `NoSuchUser`, `TooMany`.
    pub async fn open_purchase(
        &self,
        cause: Option<UpdateId>,
        new: NewPurchase,
    ) -> Result<Result<Purchase, PurchaseRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                if people::known(&*tables.users, &vault, new.user)?.is_none() {
                    return Ok(Err(PurchaseRefusal::NoSuchUser));
                }
                if tables.banned.get(new.user.0)?.is_some() {
                    return Ok(Err(PurchaseRefusal::Banned));
                }
                let waiting = waiting(tables, &vault, new.user)?;
                let same = waiting.iter().find(|purchase| is_same(purchase, &new));
                if let Some(same) = same {
                    let again = Purchase { card: new.card.or(same.card), ..same.clone() };
                    save(tables, &vault, &again)?;
                    tables.forget_update(cause)?;
                    return Ok(Ok(again));
                }
                let open = waiting.iter().filter(|purchase| purchase.state == PurchaseState::Open);
                let crowd = (waiting.len() + 1).saturating_sub(new.most);
                let oldest: Vec<Purchase> = open.take(crowd).cloned().collect();
                if oldest.len() < crowd {
                    return Ok(Err(PurchaseRefusal::TooMany(new.most)));
                }
                for old in oldest {
                    settle(tables, &vault, old, PurchaseState::Expired, new.now)?;
                }
                let purchase = new.numbered(PurchaseId(tables.next("purchase")?));
                save(tables, &vault, &purchase)?;
                tables.user_purchases.insert((purchase.user.0, purchase.id.0), ())?;
                tables.forget_update(cause)?;
                Ok(Ok(purchase))
            })
            .await
    }

    /// Notes what the rail made of it: its own name, and where it is paid.
    pub async fn note_place(
        &self,
        purchase: PurchaseId,
        reference: Option<String>,
        link: Option<String>,
    ) -> Result<(), StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let Some(purchase) = load(tables, &vault, purchase)? else { return Ok(()) };
                save(tables, &vault, &Purchase { reference, link, ..purchase })
            })
            .await
    }

    /// The user says that he has paid, perhaps with a receipt: the admins are asked to look. Said again, it only adds what
    /// is new.
    ///
    /// # Errors
    /// In the inner result: `NotYours`, `NotThere`.
    pub async fn claim_purchase(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        purchase: PurchaseId,
        evidence: Evidence,
        tell: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Result<Purchase, PurchaseRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(found) = load(tables, &vault, purchase)?.filter(|found| found.user == user) else {
                    return Ok(Err(PurchaseRefusal::NotYours));
                };
                if !found.state.may_become(PurchaseState::Claimed) {
                    return Ok(Err(PurchaseRefusal::NotThere(found.state)));
                }
                let news = found.state != PurchaseState::Claimed || evidence != Evidence::default();
                let evidence = Evidence {
                    picture: evidence.picture.or(found.evidence.picture),
                    receipt: evidence.receipt.or(found.evidence.receipt),
                    reason: None,
                };
                let claimed = Purchase { state: PurchaseState::Claimed, evidence, ..found };
                save(tables, &vault, &claimed)?;
                for admin in tell.into_iter().filter(|_| news) {
                    tables.notify(admin, NoticeMessage::Alert(Alert::Claimed { purchase }), now)?;
                }
                tables.forget_update(cause)?;
                Ok(Ok(claimed))
            })
            .await
    }

    /// The user thought better of it. Money that comes all the same is credited.
    ///
    /// # Errors
    /// In the inner result: `NotYours`, `NotThere`.
    pub async fn drop_purchase(
        &self,
        user: UserId,
        purchase: PurchaseId,
    ) -> Result<Result<Purchase, PurchaseRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(found) = load(tables, &vault, purchase)?.filter(|found| found.user == user) else {
                    return Ok(Err(PurchaseRefusal::NotYours));
                };
                if !found.state.may_become(PurchaseState::Dropped) {
                    return Ok(Err(PurchaseRefusal::NotThere(found.state)));
                }
                let dropped = Purchase { state: PurchaseState::Dropped, ..found };
                save(tables, &vault, &dropped)?;
                Ok(Ok(dropped))
            })
            .await
    }

    /// An admin saw no money. The user is told why; the audit log holds who said so, and `tell`, the others who may look, hear
    /// of it.
    ///
    /// # Errors
    /// In the inner result: `NotYours` for a number that nothing has, `NotThere`.
    pub async fn reject_purchase(
        &self,
        cause: Option<UpdateId>,
        purchase: PurchaseId,
        by: By,
        reason: String,
        tell: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Result<Purchase, PurchaseRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(found) = load(tables, &vault, purchase)? else {
                    return Ok(Err(PurchaseRefusal::NotYours));
                };
                if !found.state.may_become(PurchaseState::Rejected) {
                    return Ok(Err(PurchaseRefusal::NotThere(found.state)));
                }
                let key = people::key(&*tables.users, &vault, found.user)?;
                let act = Act::Purchase { action: "reject".into(), user: found.user, purchase };
                audit::append(tables, &key, &AuditEntry { by, act, at: now }, &reason)?;
                let evidence = Evidence { reason: Some(reason), ..found.evidence.clone() };
                let rejected = Purchase { evidence, ..found };
                let rejected = settle(tables, &vault, rejected, PurchaseState::Rejected, now)?;
                audit::tell_others(tables, by, purchase, None, tell, now)?;
                tables.forget_update(cause)?;
                Ok(Ok(rejected))
            })
            .await
    }

    /// Nobody has paid these in time; their cards say so. What a user claims to have paid waits for a person instead.
    pub async fn expire_purchases(&self, now: Timestamp) -> Result<usize, StoreError> {
        let late =
            move |purchase: &Purchase| purchase.state == PurchaseState::Open && purchase.expires_at <= now;
        if !self.open_purchases()?.iter().any(late) {
            return Ok(0);
        }
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let mut expired = 0;
                for id in open_ids(&*tables.open_purchases)? {
                    let Some(found) = load(tables, &vault, id)?.filter(late) else { continue };
                    settle(tables, &vault, found, PurchaseState::Expired, now)?;
                    expired += 1;
                }
                Ok(expired)
            })
            .await
    }

    /// The rail has closed the place to pay, and nobody has paid there.
    pub async fn close_purchase(&self, purchase: PurchaseId, now: Timestamp) -> Result<(), StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let found = load(tables, &vault, purchase)?;
                let Some(found) = found.filter(|found| found.state.may_become(PurchaseState::Expired)) else {
                    return Ok(());
                };
                settle(tables, &vault, found, PurchaseState::Expired, now).map(drop)
            })
            .await
    }

    /// The buyer is done and his bank is not. It waits without end: until the rail says what has become of it.
    pub async fn note_processing(&self, purchase: PurchaseId, now: Timestamp) -> Result<(), StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let found = load(tables, &vault, purchase)?;
                let Some(found) = found.filter(|found| found.state.may_become(PurchaseState::Processing))
                else {
                    return Ok(());
                };
                settle(tables, &vault, found, PurchaseState::Processing, now).map(drop)
            })
            .await
    }

    pub fn purchase(&self, purchase: PurchaseId) -> Result<Option<Purchase>, StoreError> {
        read(&self.read()?, &self.vault, purchase)
    }

    /// All that wait for money or for a look, oldest first.
    pub fn open_purchases(&self) -> Result<Vec<Purchase>, StoreError> {
        let tx = self.read()?;
        let ids = open_ids(&tx.open_table(OPEN_PURCHASES)?)?;
        let found = ids.into_iter().map(|id| read(&tx, &self.vault, id));
        found.filter_map(Result::transpose).collect()
    }

    /// The newest `limit` purchases of a user, newest first.
    pub fn purchases_of(&self, user: UserId, limit: usize) -> Result<Vec<Purchase>, StoreError> {
        let tx = self.read()?;
        let his = tx.open_table(USER_PURCHASES)?;
        let newest = his.range((user.0, 0)..=(user.0, u64::MAX))?.rev().take(limit);
        let found = newest.map(|row| read(&tx, &self.vault, PurchaseId(row?.0.value().1)));
        found.filter_map(Result::transpose).collect()
    }
}

impl NewPurchase {
    fn numbered(self, id: PurchaseId) -> Purchase {
        Purchase {
            id,
            user: self.user,
            way: self.way,
            tokens: self.tokens,
            price: self.price,
            worth: self.worth,
            card: self.card,
            created_at: self.now,
            expires_at: self.expires_at,
            state: PurchaseState::Open,
            credited: Tokens::ZERO,
            reference: None,
            link: None,
            evidence: Evidence::default(),
        }
    }
}

/// A second tap on the same button, while what the first one opened can still be paid.
fn is_same(open: &Purchase, new: &NewPurchase) -> bool {
    open.state == PurchaseState::Open
        && open.expires_at > new.now
        && (open.way, open.tokens, &open.price) == (new.way, new.tokens, &new.price)
}

/// A user's purchases that are Open or Claimed, oldest first.
fn waiting(tables: &Tables<'_>, vault: &Vault, user: UserId) -> Result<Vec<Purchase>, StoreError> {
    let mut waiting = Vec::new();
    for row in tables.user_purchases.range((user.0, 0)..=(user.0, u64::MAX))?.rev() {
        let id = PurchaseId(row?.0.value().1);
        // Those that wait are few, but old ones may lie in between.
        if tables.open_purchases.get(id.0)?.is_some() {
            waiting.extend(load(tables, vault, id)?);
        }
    }
    waiting.reverse();
    Ok(waiting)
}

/// Puts a purchase into a state that its card tells of.
pub(super) fn settle(
    tables: &mut Tables<'_>,
    vault: &Vault,
    purchase: Purchase,
    state: PurchaseState,
    now: Timestamp,
) -> Result<Purchase, StoreError> {
    let settled = Purchase { state, ..purchase };
    save(tables, vault, &settled)?;
    tables.notify(settled.user, NoticeMessage::Purchase(settled.id), now)?;
    Ok(settled)
}
