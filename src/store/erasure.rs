//! A person is forgotten: his key is destroyed and whatever it sealed becomes empty, readable by nobody, in one commit. Journal,
//! audit and orders stay, under his number and without a word of his; the audit's sealed reasons can't be opened any more.

use redb::ReadableTable;

use super::jobs::{JobRecord, forget_words};
use super::purchases::{PurchaseRecord, forget_evidence};
use super::seal::Vault;
use super::tables::{GIFTS, JOBS, PURCHASES, Tables, USER_JOBS, USER_PURCHASES, record};
use super::{Store, StoreError, backup, moving, nudges, people};
use crate::domain::id::{JobId, PurchaseId, UpdateId, UserId};
use crate::domain::job::Gift;
use crate::domain::time::Timestamp;

/// So many orders of his are not over, or purchases that somebody has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfinished(pub usize);

impl Store {
    /// How many orders of his wait, run, or have a film on its way to him, and how many purchases wait for a look.
    pub fn unfinished(&self, user: UserId) -> Result<usize, StoreError> {
        let tx = self.read()?;
        let (jobs, gifts) = (tx.open_table(JOBS)?, tx.open_table(GIFTS)?);
        let (_, orders) = orders(&tx.open_table(USER_JOBS)?, &jobs, &gifts, user)?;
        let (_, looked_at) = purchases(&tx.open_table(USER_PURCHASES)?, &tx.open_table(PURCHASES)?, user)?;
        Ok(orders + looked_at)
    }

    /// Forgets a person. What his words stood on leaves the file at the next start. `fresh_key` seals what he may say later: 32 random bytes.
    ///
    /// # Errors
    /// In the inner result: orders of his are not over. Nothing is erased then.
    pub async fn erase(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        fresh_key: [u8; 32],
        now: Timestamp,
    ) -> Result<Result<(), Unfinished>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let (_, unfinished) = orders(&*tables.user_jobs, &*tables.jobs, &*tables.gifts, user)?;
                let (_, looked_at) = purchases(&*tables.user_purchases, &*tables.purchases, user)?;
                if unfinished + looked_at > 0 {
                    return Ok(Err(Unfinished(unfinished + looked_at)));
                }
                forget(tables, &vault, user, &fresh_key, now)?;
                tables.forget_update(cause)?;
                Ok(Ok(()))
            })
            .await
    }
}

/// Forgets him, whatever he waits for.
pub(super) fn forget(
    tables: &mut Tables<'_>,
    vault: &Vault,
    user: UserId,
    fresh_key: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let (orders, _) = orders(&*tables.user_jobs, &*tables.jobs, &*tables.gifts, user)?;
    let (purchases, _) = purchases(&*tables.user_purchases, &*tables.purchases, user)?;
    let Some(key) = people::forget(tables, vault, user, fresh_key)? else {
        return Ok(());
    };
    for order in orders {
        // What is still looked for would come to nobody; that one was given stays true.
        if !matches!(record(&*tables.gifts, order.0)?, Some(Gift::Given(_))) {
            tables.gifts.remove(order.0)?;
        }
        tables.forget_picture(order)?;
        forget_words(tables, &key, order)?;
    }
    for purchase in purchases {
        forget_evidence(tables, &key, purchase)?;
    }
    forget_drafts(tables, user)?;
    moving::forget_keepsakes(tables, user)?;
    tables.languages.remove(user.0)?;
    nudges::mute_all(tables, user)?;
    backup::note(tables, user, now)
}

/// All of his orders, and how many are not over.
fn orders(
    user_jobs: &impl ReadableTable<(i64, u64), ()>,
    jobs: &impl ReadableTable<u64, &'static [u8]>,
    gifts: &impl ReadableTable<u64, &'static [u8]>,
    user: UserId,
) -> Result<(Vec<JobId>, usize), StoreError> {
    let (mut orders, mut unfinished) = (Vec::new(), 0);
    for row in user_jobs.range((user.0, 0)..=(user.0, u64::MAX))? {
        let order = row?.0.value().1;
        let job: Option<JobRecord> = record(jobs, order)?;
        let on_its_way = matches!(record(gifts, order)?, Some(Gift::Here(_)));
        unfinished += usize::from(on_its_way || job.is_some_and(|job| !job.state.phase().is_final()));
        orders.push(JobId(order));
    }
    Ok((orders, unfinished))
}

/// All of his purchases, and at how many somebody has to look.
fn purchases(
    user_purchases: &impl ReadableTable<(i64, u64), ()>,
    purchases: &impl ReadableTable<u64, &'static [u8]>,
    user: UserId,
) -> Result<(Vec<PurchaseId>, usize), StoreError> {
    let (mut his, mut looked_at) = (Vec::new(), 0);
    for row in user_purchases.range((user.0, 0)..=(user.0, u64::MAX))? {
        let id = row?.0.value().1;
        let purchase: Option<PurchaseRecord> = record(purchases, id)?;
        looked_at += usize::from(purchase.is_some_and(|purchase| purchase.state.waits_for_a_look()));
        his.push(PurchaseId(id));
    }
    Ok((his, looked_at))
}

fn forget_drafts(tables: &mut Tables<'_>, user: UserId) -> Result<(), StoreError> {
    tables.drafts.retain_in((user.0, 0)..=(user.0, u64::MAX), |_, _| false)?;
    tables.bases.retain_in((user.0, 0)..=(user.0, u64::MAX), |_, _| false)?;
    tables.questions.remove(user.0)?;
    tables.forget_draft_pictures(user)
}
