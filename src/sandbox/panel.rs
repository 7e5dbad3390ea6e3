//! The side panel: what lies behind the chat, read from the running bot. It changes nothing.

use serde_json::{Value, json};

use crate::app::App;
use crate::domain::account::{Movement, MovementReason};
use crate::domain::id::UserId;
use crate::domain::job::{Job, JobState};
use crate::store::StoreError;

/// Rows of each list.
const ROWS: usize = 50;

/// Everything the panel shows for a person, newest first.
pub fn panel(app: &App, person: i64) -> Value {
    let user = UserId(person);
    read(app, user).unwrap_or_else(|error| json!({ "error": error.to_string() }))
}

fn read(app: &App, user: UserId) -> Result<Value, StoreError> {
    let balance = app.store.balance(user)?;
    let jobs = app.store.jobs_of(user, ROWS)?;
    let history = app.store.history(user, ROWS)?;
    let ledger: Vec<Value> = history.iter().enumerate().map(|row| movement(row, &jobs)).collect();
    let jobs: Vec<Value> = jobs.iter().map(|job| order(app, job)).collect();
    let status = app.scripts.status();
    Ok(json!({
        "balance": balance.available.get(),
        "held": balance.held.get(),
        "debt": balance.debt.get(),
        "ledger": ledger,
        "jobs": jobs,
        "scripts": {
            "version": status.version,
            "ok": status.problems.is_empty(),
            "loaded_at": status.loaded_at.0,
            "problems": status.problems,
        },
        "users": [],
    }))
}

fn movement((at, movement): (usize, &Movement), jobs: &[Job]) -> Value {
    let mut amount = movement.amount;
    if let MovementReason::Capture(captured) = movement.reason {
        // It moves nothing that the user may spend; what is worth showing is what was paid.
        amount = jobs.iter().find(|job| job.id == captured).map_or(amount, |job| job.quote.price);
    }
    let (kind, note) = match &movement.reason {
        MovementReason::Welcome => ("grant", "на пробу".to_owned()),
        MovementReason::TopUp => ("topup", "от администратора".to_owned()),
        MovementReason::Hold(job) => ("hold", format!("заказ № {job}")),
        MovementReason::Capture(job) => ("capture", format!("заказ № {job}")),
        MovementReason::Release(job) => ("release", format!("заказ № {job}")),
        MovementReason::Refund(job) => ("refund", format!("заказ № {job}")),
        MovementReason::Purchase => ("purchase", "оплата".to_owned()),
        MovementReason::TakenBack => ("taken back", "платёж вернулся".to_owned()),
        MovementReason::GivenBack => ("given back", "платёж снова у нас".to_owned()),
        MovementReason::Repaid => ("repaid", "погашение долга".to_owned()),
        MovementReason::Grant => ("grant", "подарок".to_owned()),
        MovementReason::Promo => ("grant", "промокод".to_owned()),
        MovementReason::Inviter => ("grant", "за приглашённого друга".to_owned()),
        MovementReason::Invited => ("grant", "за приход по приглашению".to_owned()),
        MovementReason::MovedIn => ("moved", "из прежнего бота".to_owned()),
        MovementReason::MovedJob => ("moved", "заказ прежнего бота".to_owned()),
    };
    json!({
        "id": at,
        "at": movement.at.0,
        "kind": kind,
        "amount": amount.get(),
        "note": note,
        "balance_after": movement.balance_after.get(),
    })
}

fn order(app: &App, job: &Job) -> Value {
    let title = app.scripts.current().catalog.model(&job.quote.model).map(|model| model.title.clone());
    let progress = match job.state {
        JobState::Ready(_) | JobState::Delivered(_) => Some(100),
        _ => app.percent(job),
    };
    json!({
        "order": job.id.0,
        "state": job.state.phase().name(),
        "engine": job.quote.route.engine.as_str(),
        "model": title.unwrap_or_else(|| job.quote.model.to_string()),
        "seconds": job.quote.seconds,
        "size": job.quote.size.to_string(),
        "price": job.quote.price.get(),
        "progress": progress,
        "prompt": job.prompt,
    })
}
