//! A step of the schema: a job's quote names the promotion it was cut under. Of the older jobs none had one.

use redb::ReadableTable;
use serde::Deserialize;

use crate::domain::catalog::{Size, Upstream};
use crate::domain::id::{DraftId, MessageRef, ModelId, UserId};
use crate::domain::job::JobState;
use crate::domain::money::{MicroUsd, Tokens};
use crate::domain::time::Timestamp;
use crate::store::tables::Tables;
use crate::store::{StoreError, codec};

#[derive(Deserialize)]
struct OldJob {
    user: UserId,
    draft: DraftId,
    quote: OldQuote,
    card: Option<MessageRef>,
    created_at: Timestamp,
    state: JobState,
    words: Vec<u8>,
}

#[derive(Deserialize)]
struct OldQuote {
    model: ModelId,
    seconds: u32,
    size: Size,
    price: Tokens,
    cost: MicroUsd,
    route: Upstream,
    render_deadline_s: u32,
    scripts: String,
}

/// What lies in the file is the same for a record and for a tuple of its fields.
pub(super) fn name_them(tables: &mut Tables<'_>) -> Result<(), StoreError> {
    let numbers = tables.jobs.iter()?.map(|row| Ok(row?.0.value()));
    for number in numbers.collect::<Result<Vec<u64>, StoreError>>()? {
        let Some(job) =
            tables.jobs.get(number)?.map(|row| codec::decode::<OldJob>(row.value())).transpose()?
        else {
            continue;
        };
        let OldQuote { model, seconds, size, price, cost, route, render_deadline_s, scripts } = job.quote;
        let promo = None::<()>;
        let quote = (model, seconds, size, price, promo, cost, route, render_deadline_s, scripts);
        let record = (job.user, job.draft, quote, job.card, job.created_at, job.state, job.words);
        tables.jobs.insert(number, codec::encode(&record).as_slice())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;
    use redb::{Database, ReadableDatabase};

    use super::super::{Vault, check, create};
    use super::*;
    use crate::domain::id::EngineId;
    use crate::store::DataKey;
    use crate::store::jobs::JobRecord;
    use crate::store::tables::{JOBS, META, put, record};

    #[test]
    fn an_order_from_before_promotions_keeps_its_price_and_has_none() {
        let db = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let vault = Vault::new(&DataKey::new([7; 32]));
        create(&db, &vault).unwrap();
        let tx = db.begin_write().unwrap();
        let mut tables = Tables::of(&tx);
        put(&mut tables.meta, "schema", &1_u32).unwrap();
        let route = Upstream {
            engine: EngineId::new("sora"),
            model: "sora-2".to_owned(),
            usd_per_second: MicroUsd::new(100_000),
        };
        let size = Size { width: 1280, height: 720 };
        let (price, cost) = (Tokens::new(742), MicroUsd::new(800_000));
        let quote = (ModelId::new("sora-2"), 8_u32, size, price, cost, route, 1_800_u32, "d8e9fc".to_owned());
        let card = Some(MessageRef { chat: 5, message: 6 });
        let old = (UserId(5), DraftId(9), quote, card, Timestamp(11), JobState::Queued, vec![1_u8, 2, 3]);
        put(&mut tables.jobs, 17, &old).unwrap();
        drop(tables);
        tx.commit().unwrap();

        check(&db, &vault).unwrap();

        let tx = db.begin_read().unwrap();
        let job: JobRecord = record(&tx.open_table(JOBS).unwrap(), 17).unwrap().unwrap();
        assert_eq!((job.user, job.created_at, &job.state), (UserId(5), Timestamp(11), &JobState::Queued));
        assert_eq!((job.quote.price, job.quote.promo, job.quote.cost), (price, None, cost));
        assert_eq!(job.quote.scripts, "d8e9fc");
        let schema: u32 = record(&tx.open_table(META).unwrap(), "schema").unwrap().unwrap();
        assert_eq!(schema, super::super::SCHEMA);
        drop(tx);
        check(&db, &vault).unwrap();
    }
}
