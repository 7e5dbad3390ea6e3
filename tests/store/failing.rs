//! A disk that is full or broken from some moment on: nothing is acknowledged any more, the process is told to stop at once, and
//! the next start finds a book that is right with everything in it that was acknowledged.

use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sora_bot::domain::id::{DraftId, JobId, MessageRef, Ticket, UpdateId, UserId};
use sora_bot::domain::job::{Film, Phase};
use sora_bot::store::{NewOrder, Options, Settled, Store, StoreError};

use crate::support::disk::Disk;
use crate::support::shop::{LIMITS, NOON, WELCOME, assert_verified, options, profile, quote};

/// The first operations of the disk, each of them the one at which it fails.
const OPERATIONS: u64 = 500;
/// From the failure to the word that the process has to stop.
const AT_ONCE: Duration = Duration::from_secs(1);
const FILM: Film =
    Film { width: 1280, height: 720, duration_ms: 8000, bytes: 9, has_thumbnail: false, ready_at: NOON };

/// What somebody was told to have been done.
#[derive(Default)]
struct Acknowledged {
    met: Vec<UserId>,
    /// The newest state of each order.
    orders: Vec<(JobId, Phase)>,
}

/// Orders and films of one person after another.
async fn work(store: &Store, told: &mut Acknowledged) -> Result<(), StoreError> {
    for number in 1..=12_u64 {
        let user = UserId(i64::try_from(number).unwrap());
        store.meet(user, profile("somebody"), WELCOME, [3; 32], NOON).await?;
        told.met.push(user);
        let draft = DraftId(number);
        store.begin_draft(user, draft, "кот".into(), NOON).await?;
        let order = NewOrder { user, draft, quote: quote(), card: None, limits: LIMITS, now: NOON };
        let job = store.place_order(None, order).await?.unwrap().job.id;
        told.orders.push((job, Phase::Queued));
        let mut reached = |phase| told.orders.last_mut().unwrap().1 = phase;
        store.start_next(1, NOON).await?.unwrap();
        reached(Phase::Submitting);
        store.note_ticket(job, Ticket::new(format!("v{number}")), NOON).await?.unwrap();
        reached(Phase::Rendering);
        store.note_rendered(job, None).await?.unwrap();
        reached(Phase::Fetching);
        store.settle(job, Settled { film: FILM, took_ms: 5 }, NOON).await?.unwrap();
        reached(Phase::Ready);
        let notices = store.first_notices()?;
        let notice = notices.iter().find(|notice| notice.to == user).unwrap().id;
        let message = MessageRef { chat: user.0, message: 1 };
        store.notice_arrived(notice, Some(message), None, NOON).await?;
        reached(Phase::Delivered);
    }
    Ok(())
}

async fn fails_at(operation: u64, kind: ErrorKind) -> bool {
    let what = format!("{kind:?} at operation {operation}");
    let disk = Disk::default();
    disk.fails_at(operation, kind);
    let stops = Arc::new(Mutex::new(Vec::new()));
    let told_to_stop = stops.clone();
    let on_fatal = Arc::new(move |_: &StoreError| told_to_stop.lock().unwrap().push(Instant::now()));
    let mut told = Acknowledged::default();
    let opened = Store::on_backend(disk.clone(), Options { on_fatal, ..options() });
    if let Ok(store) = &opened {
        let ended = work(store, &mut told).await;
        let Some(failed) = disk.failed() else {
            assert!(ended.is_ok(), "{what}: {ended:?}");
            return false;
        };
        assert!(ended.is_err(), "{what}: everything was acknowledged");
        for update in 0..3 {
            let later = store.forget_update(UpdateId(update)).await;
            assert!(later.is_err(), "{what}: acknowledged after the failure");
        }
        let stops = stops.lock().unwrap();
        assert_eq!(stops.len(), 1, "{what}: the process is told to stop, once");
        assert!(stops[0].duration_since(failed) < AT_ONCE, "{what}");
    }
    if opened.is_err() {
        // it was being made: the real one lies under another name until it is whole, and is made anew
        return true;
    }
    drop(opened);
    // the process is gone; what it wrote may be there, or only what was synced
    for left in [disk.replaced(), disk.restart()] {
        let store = Store::on_backend(left, options()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_verified(&store);
        for user in &told.met {
            assert!(store.user(*user).unwrap().is_some(), "{what}: user {user} is gone");
        }
        for (job, acknowledged) in &told.orders {
            let phase = store.job(*job).unwrap().map(|job| job.state.phase());
            let further =
                phase == Some(*acknowledged) || phase.is_some_and(|phase| acknowledged.may_become(phase));
            assert!(further, "{what}: order {job} was {acknowledged:?} and is {phase:?}");
        }
    }
    true
}

#[tokio::test]
async fn a_full_or_broken_disk_ends_it_at_once_and_costs_nothing() {
    for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
        for operation in 1..=OPERATIONS {
            assert!(fails_at(operation, kind).await, "it works for fewer than {OPERATIONS} operations");
        }
    }
}
