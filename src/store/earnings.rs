//! What was earned, day by day, as the journal has it. It only reads.

use std::collections::BTreeMap;

use redb::ReadableTable as _;
use serde::{Deserialize, Serialize};

use super::jobs::JobRecord;
use super::tables::{JOBS, JOURNAL, record};
use super::{Store, StoreError, codec};
use crate::domain::day::Day;
use crate::domain::ledger::{Transfer, TransferId};
use crate::domain::money::{MicroUsd, Tokens};
use crate::domain::time::Timestamp;

/// The videos that were paid for on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayEarned {
    pub day: Day,
    pub videos: u64,
    /// Captured, less what was paid back.
    pub tokens: Tokens,
    /// What the engines ask for them, by their quotes.
    pub cost: MicroUsd,
}

impl Store {
    /// Days on which anything was captured or paid back, oldest first. `day_of` knows the owner's midnight. Reads the whole journal.
    pub fn earnings(&self, day_of: impl Fn(Timestamp) -> Day) -> Result<Vec<DayEarned>, StoreError> {
        let tx = self.read()?;
        let (journal, jobs) = (tx.open_table(JOURNAL)?, tx.open_table(JOBS)?);
        let mut days: BTreeMap<Day, DayEarned> = BTreeMap::new();
        for row in journal.iter()? {
            let transfer: Transfer = codec::decode(row?.1.value())?;
            let (TransferId::Capture(job) | TransferId::Refund(job)) = transfer.id else {
                continue;
            };
            let day = day_of(transfer.at);
            let nothing = DayEarned { day, videos: 0, tokens: Tokens::ZERO, cost: MicroUsd::default() };
            let earned = days.entry(day).or_insert(nothing);
            let too_much = || StoreError::Corrupt(format!("the sums of {day} do not fit"));
            if matches!(transfer.id, TransferId::Refund(_)) {
                // Its engine has its money all the same.
                earned.tokens = earned.tokens.minus(transfer.amount).ok_or_else(too_much)?;
                continue;
            }
            let captured: JobRecord = record(&jobs, job.0)?
                .ok_or_else(|| StoreError::Corrupt(format!("no order {job}, which was captured")))?;
            earned.videos += 1;
            earned.tokens = earned.tokens.plus(transfer.amount).ok_or_else(too_much)?;
            let cost = earned.cost.get().checked_add(captured.quote.cost.get()).ok_or_else(too_much)?;
            earned.cost = MicroUsd::new(cost);
        }
        Ok(days.into_values().collect())
    }
}
