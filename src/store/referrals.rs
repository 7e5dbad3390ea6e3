//! Who brought whom, and what it brought: once for each person that was invited, when he has his first film for tokens that he
//! bought, and for no more people of one inviter than the owner allows.
//!
//! Only somebody who has never been here can be invited, so nobody invites himself, and there are no circles.

use redb::ReadableTable as _;
use serde::{Deserialize, Serialize};

use super::jobs::{Settled, StepRefusal};
use super::ledger::transfer_surely;
use super::tables::{INVITED, REFERRALS, Tables, put, record};
use super::{Store, StoreError, codes};
use crate::domain::growth::Referral;
use crate::domain::id::{JobId, UserId};
use crate::domain::ledger::Transfer;
use crate::domain::money::Tokens;
use crate::domain::notice::{BonusReason, NoticeMessage};
use crate::domain::time::Timestamp;

#[derive(Serialize, Deserialize)]
pub(super) struct ReferralRecord {
    pub(super) inviter: UserId,
    pub(super) at: Timestamp,
    pub(super) paid: Option<PaidReferral>,
}

/// What both got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PaidReferral {
    pub(super) inviter: Tokens,
    pub(super) invited: Tokens,
    pub(super) at: Timestamp,
}

/// What somebody's invitations have come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Invitations {
    /// People who came.
    pub came: u64,
    /// Those of them who have paid for a film.
    pub rewarded: u64,
    /// Tokens that they brought.
    pub earned: Tokens,
}

impl Store {
    /// The film is here: captures the hold and queues its delivery, in one commit. Nobody is promised anything.
    pub async fn settle(
        &self,
        job: JobId,
        settled: Settled,
        now: Timestamp,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.settle_with(job, settled, (Referral::default(), None), now).await
    }

    pub fn invitations(&self, inviter: UserId) -> Result<Invitations, StoreError> {
        let tx = self.read()?;
        let referrals = tx.open_table(REFERRALS)?;
        let mut found = Invitations::default();
        for row in tx.open_table(INVITED)?.range((inviter.0, i64::MIN)..=(inviter.0, i64::MAX))? {
            let referral: Option<ReferralRecord> = record(&referrals, row?.0.value().1)?;
            found.came += 1;
            if let Some(paid) = referral.and_then(|referral| referral.paid) {
                found.rewarded += 1;
                found.earned = found.earned.plus(paid.inviter).unwrap_or(found.earned);
            }
        }
        Ok(found)
    }

    /// Who invited him.
    pub fn inviter_of(&self, user: UserId) -> Result<Option<UserId>, StoreError> {
        let found: Option<ReferralRecord> = record(&self.read()?.open_table(REFERRALS)?, user.0)?;
        Ok(found.map(|found| found.inviter))
    }
}

/// Somebody new says who sent him. Callers have made sure that he is new.
pub(super) fn note(
    tables: &mut Tables<'_>,
    user: UserId,
    inviter: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if user == inviter || tables.users.get(inviter.0)?.is_none() || tables.referrals.get(user.0)?.is_some() {
        return Ok(());
    }
    tables.writes();
    put(&mut tables.referrals, user.0, &ReferralRecord { inviter, at: now, paid: None })?;
    tables.invited.insert((inviter.0, user.0), ())?;
    Ok(())
}

/// A film of his is paid for: if somebody invited him and money has come from him, both get what the owner promises, once.
pub(super) fn reward(
    tables: &mut Tables<'_>,
    user: UserId,
    promised: &Referral,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !promised.is_on() {
        return Ok(());
    }
    let Some(referral) = record::<_, ReferralRecord>(&*tables.referrals, user.0)? else { return Ok(()) };
    let inviter = referral.inviter;
    let rewarded = tables.rewarded.get(inviter.0)?.map_or(0, |people| people.value());
    let barred = tables.banned.get(inviter.0)?.is_some() || tables.banned.get(user.0)?.is_some();
    if referral.paid.is_some() || barred || rewarded >= promised.most {
        return Ok(());
    }
    if !codes::bought(&*tables.moves, &*tables.journal, user)? {
        return Ok(());
    }
    tables.writes();
    let parts =
        [(promised.inviter, inviter, BonusReason::Inviter), (promised.invited, user, BonusReason::Invited)];
    for (amount, to, why) in parts.into_iter().filter(|(amount, ..)| amount.is_movable()) {
        transfer_surely(tables, Transfer::bonus(why, user, to, amount, now))?;
        tables.notify(to, NoticeMessage::Bonus { amount, why }, now)?;
    }
    let paid = PaidReferral { inviter: promised.inviter, invited: promised.invited, at: now };
    put(&mut tables.referrals, user.0, &ReferralRecord { paid: Some(paid), ..referral })?;
    tables.rewarded.insert(inviter.0, rewarded + 1)?;
    Ok(())
}
