//! Jobs against the tokens held for them, and against the places where they wait.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::job::Gift;
use crate::domain::notice::NoticeMessage;

pub(super) fn all_jobs(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let waiting = films_waiting(book)?;
    let mut of_phase = BTreeMap::<Phase, u64>::new();
    for row in book.jobs.iter()? {
        let (id, bytes) = row?;
        let job: JobRecord = codec::decode(bytes.value())?;
        *of_phase.entry(job.state.phase()).or_insert(0) += 1;
        job_is_whole(book, JobId(id.value()), &job, &waiting, report)?;
    }
    let count = |phase| of_phase.get(&phase).copied().unwrap_or(0);
    let running = count(Phase::Submitting) + count(Phase::Rendering) + count(Phase::Fetching);
    let places =
        [("queued", book.queued.len()?, count(Phase::Queued)), ("running", book.running.len()?, running)];
    for (place, rows, jobs) in places {
        if rows != jobs {
            report.broken("I8 jobs", format!("{rows} rows of {place} jobs for {jobs} such jobs"));
        }
    }
    Ok(())
}

pub(super) fn jobs(book: &Snapshot, jobs: &BTreeSet<JobId>, report: &mut Report) -> Result<(), StoreError> {
    let waiting = films_waiting(book)?;
    for id in jobs {
        if let Some(job) = record::<_, JobRecord>(&book.jobs, id.0)? {
            job_is_whole(book, *id, &job, &waiting, report)?;
        }
    }
    Ok(())
}

/// What users hold in all against the prices of their unfinished jobs.
pub(super) fn queues(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let jobs = &book.jobs;
    let mut live = Vec::new();
    for row in book.queued.iter()? {
        live.push((row?.0.value().1, true));
    }
    for row in book.running.iter()? {
        live.push((row?.0.value(), false));
    }
    let mut held = BTreeMap::<UserId, i64>::new();
    for (id, queued) in live {
        let Some(job) = record::<_, JobRecord>(jobs, id)? else {
            report.broken("I8 jobs", format!("order {id} waits and does not exist"));
            continue;
        };
        let phase = job.state.phase();
        if queued != (phase == Phase::Queued) || phase.hold() != HoldState::Open {
            report.broken("I8 jobs", format!("order {id} is {} and in the wrong place", phase.name()));
        }
        *held.entry(job.user).or_insert(0) += job.quote.price.get();
    }
    for row in book.stop_wishes.iter()? {
        let id = row?.0.value();
        if book.running.get(id)?.is_none() {
            report.broken("I8 jobs", format!("order {id} is to be stopped and does not run"));
        }
    }
    for row in book.frames.iter()? {
        let id = row?.0.value();
        if jobs.get(id)?.is_none() {
            report.broken("I17 frame", format!("order {id} has a first frame and does not exist"));
        }
    }
    let (kind, _) = account_key(Account::Held(UserId(0)));
    for row in book.balances.range((kind, i64::MIN)..=(kind, i64::MAX))? {
        let (account, amount) = row?;
        let user = UserId(account.value().1);
        let expected = held.remove(&user).unwrap_or(0);
        if amount.value() != expected {
            report
                .broken("I8 hold", format!("user {user} holds {}, his jobs need {expected}", amount.value()));
        }
    }
    for (user, expected) in held {
        report.broken("I8 hold", format!("user {user} holds nothing, his jobs need {expected}"));
    }
    Ok(())
}

/// The tokens of one job follow from its state, and so does everything that points to it.
fn job_is_whole(
    book: &Snapshot,
    id: JobId,
    job: &JobRecord,
    films_waiting: &BTreeSet<JobId>,
    report: &mut Report,
) -> Result<(), StoreError> {
    report.jobs += 1;
    let phase = job.state.phase();
    let price = job.quote.price;
    let expected = |wanted: HoldState| phase.hold() == wanted;
    let at = Timestamp(0);
    let transfers = [
        (Transfer::hold(id, job.user, price, at), true),
        (Transfer::capture(id, job.user, price, at), expected(HoldState::Captured)),
        (Transfer::release(id, job.user, price, at), expected(HoldState::Released)),
    ];
    for (transfer, expected) in transfers {
        let written = match book.seq_of(&transfer.id)? {
            Some(seq) => record::<_, Transfer>(&book.journal, seq)?,
            None => None,
        };
        if written.is_some() != expected || written.is_some_and(|written| !transfer.repeats(&written)) {
            let detail = format!("order {id} is {}, and {} does not fit", phase.name(), transfer.id);
            report.broken("I7 hold", detail);
        }
    }
    let refund = Transfer::refund(id, job.user, price, at);
    if let Some(seq) = book.seq_of(&refund.id)? {
        let written = record::<_, Transfer>(&book.journal, seq)?;
        if !expected(HoldState::Captured) || !written.is_some_and(|written| refund.repeats(&written)) {
            report
                .broken("I7 hold", format!("order {id} is {}, and {} does not fit", phase.name(), refund.id));
        }
    }
    let kept = book.job_tickets.get(id.0)?.map(|ticket| ticket.value().to_owned());
    let running = job.state.ticket().map(|ticket| ticket.as_str().to_owned());
    for ticket in kept.into_iter().chain(running) {
        let engine = &job.quote.route.engine;
        let owner = book.tickets.get((engine.as_str(), ticket.as_str()))?.map(|owner| owner.value());
        if owner != Some(id.0) {
            report.broken("I16 ticket", format!("the ticket of order {id} belongs to {owner:?}"));
        }
    }
    let gift: Option<Gift> = record(&book.gifts, id.0)?;
    if gift.is_some() && phase != Phase::Refunded {
        report.broken("I7 hold", format!("order {id} is {} and has a gift", phase.name()));
    }
    let here = matches!(job.state, JobState::Ready(_)) || matches!(gift, Some(Gift::Here(_)));
    if here && !films_waiting.contains(&id) {
        report.broken("I15 delivery", format!("the film of order {id} waits for nobody to send it"));
    }
    let has_frame = book.frames.get(id.0)?.is_some();
    let needs_frame = book.pictures.get(id.0)?.is_some() && expected(HoldState::Open);
    if has_frame != needs_frame {
        let detail = format!("order {id} is {}: its first frame is there: {has_frame}", phase.name());
        report.broken("I17 frame", detail);
    }
    if book.users.get(job.user.0)?.is_none() {
        report.broken("I6 jobs", format!("order {id} belongs to user {}, who is not known", job.user));
    }
    Ok(())
}

/// Jobs whose film still has to be sent.
fn films_waiting(book: &Snapshot) -> Result<BTreeSet<JobId>, StoreError> {
    let mut waiting = BTreeSet::new();
    let mut note = |bytes: &[u8]| -> Result<(), StoreError> {
        if let NoticeMessage::Film(job) | NoticeMessage::Gift(job) = super::super::outbox::message(bytes)? {
            waiting.insert(job);
        }
        Ok(())
    };
    for row in book.outbox.iter()? {
        note(row?.1.value())?;
    }
    for row in book.parked.iter()? {
        note(row?.1.value())?;
    }
    Ok(waiting)
}
