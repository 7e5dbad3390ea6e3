//! Payments as a list: against what a rail says, and day by day for the owner. It only reads, but for when a rail was last
//! compared.

use std::collections::BTreeMap;

use super::*;
use crate::domain::day::Day;
use crate::store::tables::META;

/// A payment as we know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPayment {
    pub id: PaymentId,
    pub purchase: Option<PurchaseId>,
    pub user: Option<UserId>,
    pub money: Money,
    pub state: PaymentState,
}

/// What came over one way on one day, in the smallest unit of the way's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takings {
    pub day: Day,
    pub way: Way,
    /// Credited.
    pub payments: u64,
    pub tokens: Tokens,
    pub paid: i64,
    /// Of it, what went back.
    pub returned: i64,
    /// What the rail kept, of the payments of which it says so.
    pub fees: Tiyn,
    pub fees_known: u64,
}

impl Store {
    /// Payments of a way of which we heard at or after `since` and before `until`.
    pub fn payments_heard(
        &self,
        way: Way,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<KnownPayment>, StoreError> {
        let mut found = Vec::new();
        self.each_payment(|of, id, known| {
            if of == way && (since..until).contains(&known.heard_at) {
                let PaymentRecord { purchase, user, money, state, .. } = known;
                found.push(KnownPayment { id: PaymentId::new(id), purchase, user, money, state });
            }
        })?;
        Ok(found)
    }

    /// Days and ways on which anything was credited, oldest first. `day_of` knows the owner's midnight.
    pub fn takings(&self, day_of: impl Fn(Timestamp) -> Day) -> Result<Vec<Takings>, StoreError> {
        let mut takings: BTreeMap<(Day, Way), Takings> = BTreeMap::new();
        self.each_payment(|way, _, known| {
            let PaymentState::Credited { tokens } = known.state else { return };
            let day = day_of(known.heard_at);
            let nothing = Takings {
                day,
                way,
                payments: 0,
                tokens: Tokens::ZERO,
                paid: 0,
                returned: 0,
                fees: Tiyn::default(),
                fees_known: 0,
            };
            let sum = takings.entry((day, way)).or_insert(nothing);
            sum.payments += 1;
            sum.tokens = sum.tokens.plus(tokens).unwrap_or(sum.tokens);
            sum.paid = sum.paid.saturating_add(known.money.amount);
            sum.returned = sum.returned.saturating_add(known.returned);
            if let Some(fee) = known.fee {
                sum.fees = Tiyn::new(sum.fees.get().saturating_add(fee.get()));
                sum.fees_known += 1;
            }
        })?;
        Ok(takings.into_values().collect())
    }

    /// When this rail's statement was last compared to its end.
    pub fn reconciled_at(&self, way: Way) -> Result<Option<Timestamp>, StoreError> {
        record(&self.read()?.open_table(META)?, compared(way).as_str())
    }

    pub async fn note_reconciled(&self, way: Way, at: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                tables.writes();
                put(&mut tables.meta, compared(way).as_str(), &at)
            })
            .await
    }

    fn each_payment(&self, mut each: impl FnMut(Way, &str, PaymentRecord)) -> Result<(), StoreError> {
        let tx = self.read()?;
        for row in tx.open_table(PAYMENTS)?.iter()? {
            let (key, bytes) = row?;
            let (way, id) = key.value();
            if let Some(way) = Way::parse(way) {
                each(way, id, crate::store::codec::decode(bytes.value())?);
            }
        }
        Ok(())
    }
}

fn compared(way: Way) -> String {
    format!("compared: {way}")
}
