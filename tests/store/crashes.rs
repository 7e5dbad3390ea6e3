//! The power goes at every commit of a job's life: what was acknowledged is there, what was not is whole or absent.

use sora_bot::domain::id::{MessageRef, Ticket};
use sora_bot::domain::job::{Film, Phase};
use sora_bot::store::{Settled, Store, StoreError};

use crate::support::disk::Disk;
use crate::support::shop::{NOON, USER, assert_verified, meet, options, order};

/// A job's whole life, a decision at a time. Answers how many were acknowledged.
async fn life(store: &Store) -> Result<(), (usize, StoreError)> {
    let film =
        Film { width: 1280, height: 720, duration_ms: 8000, bytes: 9, has_thumbnail: false, ready_at: NOON };
    let mut acknowledged = 0;
    macro_rules! decide {
        ($decision:expr) => {{
            let answer = $decision.await.map_err(|error| (acknowledged, error))?;
            acknowledged += 1;
            answer
        }};
    }
    let key = [3; 32];
    decide!(store.meet(USER, crate::support::shop::profile("a"), crate::support::shop::WELCOME, key, NOON));
    let draft = sora_bot::domain::id::DraftId(1);
    decide!(store.begin_draft(USER, draft, "кот".into(), NOON));
    let order = sora_bot::store::NewOrder {
        user: USER,
        draft,
        quote: crate::support::shop::quote(),
        card: None,
        limits: crate::support::shop::LIMITS,
        now: NOON,
    };
    let job = decide!(store.place_order(None, order)).unwrap().job.id;
    decide!(store.start_next(1, NOON)).unwrap();
    decide!(store.note_ticket(job, Ticket::new("v1"), NOON)).unwrap();
    decide!(store.note_rendered(job, None)).unwrap();
    decide!(store.settle(job, Settled { film, took_ms: 5 }, NOON)).unwrap();
    let notice = store.first_notices().unwrap().remove(0).id;
    let message = MessageRef { chat: USER.0, message: 1 };
    decide!(store.notice_arrived(notice, Some(message), None, NOON));
    assert_eq!(acknowledged, 8);
    Ok(())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_wherever_the_power_goes() {
    let mut cuts_survived = 0;
    for cut in 1..=40 {
        let disk = Disk::default();
        let store = Store::on_backend(disk.clone(), options()).unwrap();
        let made = disk.syncs();
        disk.cut_at_sync(cut);
        let Err((acknowledged, error)) = life(&store).await else {
            assert!(cut > 8, "the life of a job makes at least a commit a decision");
            break;
        };
        assert!(matches!(error, StoreError::Closed), "{error:?}");
        assert!(disk.is_dead());
        drop(store);

        let store = Store::on_backend(disk.restart(), options()).unwrap();
        assert_verified(&store);
        let phases = [None, None, Some(Phase::Queued), Some(Phase::Submitting), Some(Phase::Rendering)];
        let later = [Some(Phase::Fetching), Some(Phase::Ready), Some(Phase::Delivered)];
        let reached = store.jobs_of(USER, 1).unwrap().first().map(|job| job.state.phase());
        let expected: Vec<_> = phases.into_iter().chain(later).collect();
        let last = acknowledged.checked_sub(1).and_then(|at| expected[at]);
        assert_eq!(
            reached, last,
            "cut at sync {cut} (the file was made in {made}), {acknowledged} acknowledged"
        );
        cuts_survived += 1;
    }
    assert!(cuts_survived >= 8, "the power went {cuts_survived} times only");
}

#[tokio::test]
async fn after_a_failed_commit_nothing_more_is_acknowledged() {
    let disk = Disk::default();
    let told = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = told.clone();
    let mut options = options();
    options.on_fatal = std::sync::Arc::new(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    });
    let store = Store::on_backend(disk.clone(), options).unwrap();
    meet(&store, USER).await;
    disk.cut_at_sync(1);
    let draft = store.begin_draft(USER, sora_bot::domain::id::DraftId(1), "p".into(), NOON).await;
    assert!(matches!(draft, Err(StoreError::Closed)));
    for _ in 0..3 {
        let later = store.forget_update(sora_bot::domain::id::UpdateId(1)).await;
        assert!(matches!(later, Err(StoreError::Closed)));
    }
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 1, "the process is told to stop once");
}

#[tokio::test]
async fn a_run_that_is_not_disturbed_ends_delivered() {
    let store = Store::on_backend(Disk::default(), options()).unwrap();
    life(&store).await.unwrap();
    assert_eq!(store.jobs_of(USER, 1).unwrap()[0].state.phase(), Phase::Delivered);
    assert!(order(&store, USER, 2).await.is_ok());
    assert_verified(&store);
}
