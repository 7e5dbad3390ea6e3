//! A purchase as it lies in the file: its evidence sealed under its user's key, and listed as open while it is.

use redb::{ReadTransaction, ReadableTable};
use serde::{Deserialize, Serialize};

use crate::domain::id::{MessageRef, PurchaseId, UserId};
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::purchase::{Evidence, Purchase, PurchaseState};
use crate::domain::rail::{Money, Way};
use crate::domain::time::Timestamp;
use crate::store::seal::{Place, UserKey, Vault};
use crate::store::tables::{PURCHASES, Tables, USERS, put, record};
use crate::store::{PurchaseRow, StoreError, codec, people};

/// What is kept of a purchase.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::store) struct PurchaseRecord {
    pub(in crate::store) user: UserId,
    way: Way,
    tokens: Tokens,
    price: Money,
    worth: Tiyn,
    card: Option<MessageRef>,
    created_at: Timestamp,
    expires_at: Timestamp,
    pub(in crate::store) state: PurchaseState,
    credited: Tokens,
    reference: Option<String>,
    link: Option<String>,
    /// The `Evidence`, sealed.
    evidence: Vec<u8>,
}

impl PurchaseRecord {
    /// What of it is no secret.
    pub(in crate::store) fn row(self, id: PurchaseId) -> PurchaseRow {
        let Self { user, way, tokens, price, worth, created_at, state, credited, .. } = self;
        PurchaseRow { id, user, way, tokens, price, worth, created_at, state, credited }
    }
}

pub(in crate::store) fn save(
    tables: &mut Tables<'_>,
    vault: &Vault,
    purchase: &Purchase,
) -> Result<(), StoreError> {
    tables.writes();
    let key = people::key(&*tables.users, vault, purchase.user)?;
    let evidence = key.seal(Place::Purchase(purchase.id.0), &codec::encode(&purchase.evidence));
    let row = PurchaseRecord {
        user: purchase.user,
        way: purchase.way,
        tokens: purchase.tokens,
        price: purchase.price.clone(),
        worth: purchase.worth,
        card: purchase.card,
        created_at: purchase.created_at,
        expires_at: purchase.expires_at,
        state: purchase.state,
        credited: purchase.credited,
        reference: purchase.reference.clone(),
        link: purchase.link.clone(),
        evidence,
    };
    put(&mut tables.purchases, purchase.id.0, &row)?;
    if purchase.state.is_open() {
        tables.open_purchases.insert(purchase.id.0, ())?;
    } else {
        tables.open_purchases.remove(purchase.id.0)?;
    }
    Ok(())
}

/// The purchase stays; what people said about it, and the page where it was paid, are nothing any more.
pub(in crate::store) fn forget_evidence(
    tables: &mut Tables<'_>,
    key: &UserKey,
    id: PurchaseId,
) -> Result<(), StoreError> {
    let Some(row) = record::<_, PurchaseRecord>(&*tables.purchases, id.0)? else {
        return Ok(());
    };
    let evidence = key.seal(Place::Purchase(id.0), &codec::encode(&Evidence::default()));
    put(&mut tables.purchases, id.0, &PurchaseRecord { link: None, evidence, ..row })
}

pub(in crate::store) fn load(
    tables: &Tables<'_>,
    vault: &Vault,
    id: PurchaseId,
) -> Result<Option<Purchase>, StoreError> {
    unsealed(&*tables.purchases, &*tables.users, vault, id)
}

pub(super) fn read(
    tx: &ReadTransaction,
    vault: &Vault,
    id: PurchaseId,
) -> Result<Option<Purchase>, StoreError> {
    unsealed(&tx.open_table(PURCHASES)?, &tx.open_table(USERS)?, vault, id)
}

fn unsealed(
    purchases: &impl ReadableTable<u64, &'static [u8]>,
    users: &impl ReadableTable<i64, &'static [u8]>,
    vault: &Vault,
    id: PurchaseId,
) -> Result<Option<Purchase>, StoreError> {
    let Some(row) = record::<_, PurchaseRecord>(purchases, id.0)? else {
        return Ok(None);
    };
    let key = people::key(users, vault, row.user)?;
    let evidence = codec::decode(&key.open(Place::Purchase(id.0), &row.evidence)?)?;
    let PurchaseRecord { user, way, tokens, price, worth, card, created_at, expires_at, state, .. } = row;
    let (credited, reference, link) = (row.credited, row.reference, row.link);
    Ok(Some(Purchase {
        id,
        user,
        way,
        tokens,
        price,
        worth,
        card,
        created_at,
        expires_at,
        state,
        credited,
        reference,
        link,
        evidence,
    }))
}

pub(super) fn open_ids(open: &impl ReadableTable<u64, ()>) -> Result<Vec<PurchaseId>, StoreError> {
    open.iter()?.map(|row| Ok(PurchaseId(row?.0.value()))).collect()
}
