//! Each decision, what it moves, and what it refuses without a trace.

use sora_bot::domain::account::{Balance, MovementReason};
use sora_bot::domain::id::{DraftId, JobId, MessageRef, Ticket, UpdateId, UserId};
use sora_bot::domain::job::{Film, JobState, Phase, RefundReason};
use sora_bot::domain::ledger::Refusal;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::notice::NoticeMessage;
use sora_bot::store::{
    By, CancelRefusal, Cancelling, Giving, NewOrder, OrderLimits, OrderRefusal, Settled, StartRefusal,
    StepRefusal, Store, TopUpOrder, TopUpRefusal,
};

use crate::support::shop::{
    ADMIN, LIMITS, NOON, OTHER, PRICE, USER, WELCOME, assert_verified, meet, memory_store, order, profile,
    quote, started,
};

const FILM: Film = Film {
    width: 1280,
    height: 720,
    duration_ms: 8000,
    bytes: 1_000_000,
    has_thumbnail: true,
    ready_at: NOON,
};

fn tokens(available: i64, held: i64) -> Balance {
    Balance { available: Tokens::new(available), held: Tokens::new(held), debt: Tokens::ZERO }
}

fn top_up(request: &str, amount: i64) -> TopUpOrder {
    TopUpOrder {
        giving: Giving::TopUp,
        request: request.into(),
        by: By::Admin(ADMIN),
        user: USER,
        amount: Tokens::new(amount),
        reason: "перевод на Kaspi".into(),
        now: NOON,
    }
}

async fn to_fetching(store: &Store, job: JobId) {
    store.note_ticket(job, Ticket::new(format!("v{job}")), NOON).await.unwrap().unwrap();
    store.note_rendered(job, None).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_new_user_is_welcomed_once() {
    let store = memory_store();
    meet(&store, USER).await;
    meet(&store, USER).await;
    assert_eq!(store.balance(USER).unwrap(), tokens(10_000, 0));
    assert_eq!(store.history(USER, 10).unwrap().len(), 1);
    assert_verified(&store);
}

#[tokio::test]
async fn an_order_holds_its_price_and_a_second_tap_makes_no_second_order() {
    let store = memory_store();
    meet(&store, USER).await;
    let placed = order(&store, USER, 1).await.unwrap();
    assert_eq!(placed.balance, tokens(9_258, 742));
    assert_eq!(order(&store, USER, 1).await, Err(OrderRefusal::AlreadyPlaced(placed.job.id)));
    assert_eq!(store.balance(USER).unwrap(), tokens(9_258, 742));
    assert_eq!(store.job(placed.job.id).unwrap().unwrap().prompt, "prompt 1");
    assert_verified(&store);
}

#[tokio::test]
async fn a_refused_order_leaves_no_trace() {
    let store = memory_store();
    store.meet(USER, profile("poor"), Tokens::new(700), [1; 32], NOON).await.unwrap();
    let before = store.sizes().unwrap();
    let refused = order(&store, USER, 1).await;
    let balance = tokens(700, 0);
    assert_eq!(refused, Err(OrderRefusal::Insufficient { missing: Tokens::new(42), balance }));
    let changed: Vec<_> =
        store.sizes().unwrap().into_iter().zip(before).filter(|(after, before)| after != before).collect();
    assert_eq!(changed.len(), 1, "only the draft itself was kept: {changed:?}");
    assert_verified(&store);
}

#[tokio::test]
async fn the_queue_is_bounded_for_each_and_for_all() {
    let store = memory_store();
    for user in [USER, OTHER] {
        meet(&store, user).await;
    }
    let limits = OrderLimits { per_user: 1, in_all: 1 };
    let place = async |user: UserId, draft: u64| {
        store.begin_draft(user, DraftId(draft), "p".into(), NOON).await.unwrap();
        let order = NewOrder { user, draft: DraftId(draft), quote: quote(), card: None, limits, now: NOON };
        store.place_order(None, order).await.unwrap()
    };
    place(USER, 1).await.unwrap();
    assert_eq!(place(USER, 2).await, Err(OrderRefusal::TooMany { limit: 1 }));
    assert_eq!(place(OTHER, 3).await, Err(OrderRefusal::QueueFull));
    assert_eq!(store.balance(OTHER).unwrap(), tokens(10_000, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn nobody_orders_from_another_users_draft() {
    let store = memory_store();
    meet(&store, USER).await;
    meet(&store, OTHER).await;
    store.begin_draft(USER, DraftId(5), "mine".into(), NOON).await.unwrap();
    assert_eq!(store.draft(OTHER, DraftId(5)).unwrap(), None);
    let stolen =
        NewOrder { user: OTHER, draft: DraftId(5), quote: quote(), card: None, limits: LIMITS, now: NOON };
    assert_eq!(store.place_order(None, stolen).await.unwrap(), Err(OrderRefusal::DraftGone));
}

#[tokio::test]
async fn a_waiting_order_is_cancelled_in_full_and_a_started_one_is_not() {
    let store = memory_store();
    meet(&store, USER).await;
    let first = order(&store, USER, 1).await.unwrap().job.id;
    assert_eq!(
        store.cancel_order(None, OTHER, first, false, NOON).await.unwrap(),
        Err(CancelRefusal::NotYours)
    );
    assert_eq!(
        store.cancel_order(None, USER, first, false, NOON).await.unwrap(),
        Ok(Cancelling::Done(tokens(10_000, 0)))
    );
    assert_eq!(
        store.cancel_order(None, USER, first, false, NOON).await.unwrap(),
        Err(CancelRefusal::TooLate)
    );
    let second = order(&store, USER, 2).await.unwrap().job.id;
    assert_eq!(store.start_next(1, NOON).await.unwrap(), Ok(second));
    assert_eq!(
        store.cancel_order(None, USER, second, false, NOON).await.unwrap(),
        Err(CancelRefusal::TooLate)
    );
    assert_verified(&store);
}

#[tokio::test]
async fn jobs_start_by_turns_and_only_as_many_as_there_are_places() {
    let store = memory_store();
    for user in [USER, OTHER] {
        meet(&store, user).await;
    }
    let mut ids = Vec::new();
    for (user, draft) in [(USER, 1), (USER, 2), (OTHER, 3)] {
        ids.push(order(&store, user, draft).await.unwrap().job.id);
    }
    assert_eq!(store.line().unwrap(), [ids[0], ids[2], ids[1]]);
    assert_eq!(store.start_next(2, NOON).await.unwrap(), Ok(ids[0]));
    assert_eq!(store.start_next(2, NOON).await.unwrap(), Ok(ids[2]));
    assert_eq!(store.start_next(2, NOON).await.unwrap(), Err(StartRefusal::AllPlacesTaken));
    assert_eq!(store.start_next(3, NOON).await.unwrap(), Ok(ids[1]));
    assert_eq!(store.start_next(9, NOON).await.unwrap(), Err(StartRefusal::NothingWaits));
    assert_verified(&store);
}

#[tokio::test]
async fn a_film_captures_the_hold_and_its_delivery_ends_the_job() {
    let store = memory_store();
    let job = started(&store).await;
    to_fetching(&store, job).await;
    store.settle(job, Settled { film: FILM, took_ms: 90_000 }, NOON).await.unwrap().unwrap();
    assert_eq!(store.balance(USER).unwrap(), tokens(9_258, 0));
    assert_eq!(store.measured("sora-2", 8).unwrap(), [90_000]);
    assert_verified(&store);

    let notice = store.first_notices().unwrap().remove(0);
    assert_eq!(notice.message, NoticeMessage::Film(job));
    let message = MessageRef { chat: USER.0, message: 9 };
    store.notice_arrived(notice.id, Some(message), Some("file".into()), NOON).await.unwrap();
    let delivered = store.job(job).unwrap().unwrap();
    assert!(matches!(&delivered.state, JobState::Delivered(delivery) if delivery.message == message));
    assert_eq!(delivered.file_id.as_deref(), Some("file"));
    assert_eq!(store.first_notices().unwrap().remove(0).message, NoticeMessage::Card(job));
    assert_verified(&store);
}

#[tokio::test]
async fn what_is_refunded_is_what_was_held_and_only_once() {
    let store = memory_store();
    let job = started(&store).await;
    store.refund(job, RefundReason::Moderation, Vec::new(), NOON).await.unwrap().unwrap();
    assert_eq!(store.balance(USER).unwrap(), tokens(10_000, 0));
    let again = store.refund(job, RefundReason::TimedOut, Vec::new(), NOON).await.unwrap();
    assert_eq!(again, Err(StepRefusal::NotThere(Phase::Refunded)));
    let reasons: Vec<_> =
        store.history(USER, 9).unwrap().into_iter().map(|movement| movement.reason).collect();
    assert_eq!(reasons, [MovementReason::Release(job), MovementReason::Hold(job), MovementReason::Welcome]);
    assert_verified(&store);
}

#[tokio::test]
async fn a_ready_film_can_no_longer_be_refunded() {
    let store = memory_store();
    let job = started(&store).await;
    to_fetching(&store, job).await;
    store.settle(job, Settled { film: FILM, took_ms: 1 }, NOON).await.unwrap().unwrap();
    let late = store.refund(job, RefundReason::TimedOut, Vec::new(), NOON).await.unwrap();
    assert_eq!(late, Err(StepRefusal::NotThere(Phase::Ready)));
    assert_verified(&store);
}

#[tokio::test]
async fn one_ticket_belongs_to_one_job() {
    let store = memory_store();
    let first = started(&store).await;
    let second = order(&store, USER, 2).await.unwrap().job.id;
    assert_eq!(store.start_next(2, NOON).await.unwrap(), Ok(second));
    store.note_ticket(first, Ticket::new("v1"), NOON).await.unwrap().unwrap();
    let taken = store.note_ticket(second, Ticket::new("v1"), NOON).await.unwrap();
    assert_eq!(taken, Err(StepRefusal::TicketTaken(first)));
    let twice = store.note_ticket(first, Ticket::new("v2"), NOON).await.unwrap();
    assert_eq!(twice, Err(StepRefusal::NotThere(Phase::Rendering)));
    assert_verified(&store);
}

#[tokio::test]
async fn the_same_top_up_command_credits_once_and_other_content_is_an_error() {
    let store = memory_store();
    meet(&store, USER).await;
    let done = store.top_up(None, top_up("update:7", 1_000)).await.unwrap().unwrap();
    assert_eq!((done.before, done.after, done.repeated), (WELCOME, Tokens::new(11_000), false));
    let again = store.top_up(None, top_up("update:7", 1_000)).await.unwrap().unwrap();
    assert_eq!((again.after, again.repeated), (Tokens::new(11_000), true));
    let other = store.top_up(None, top_up("update:7", 2_000)).await.unwrap();
    assert!(matches!(other, Err(TopUpRefusal::Ledger(Refusal::Conflict(_)))), "{other:?}");
    let nothing = store.top_up(None, top_up("update:8", 0)).await.unwrap();
    assert_eq!(nothing, Err(TopUpRefusal::Ledger(Refusal::Amount(Tokens::ZERO))));
    let nobody = store.top_up(None, TopUpOrder { user: UserId(404), ..top_up("update:9", 5) }).await.unwrap();
    assert_eq!(nobody, Err(TopUpRefusal::NoSuchUser));
    assert_verified(&store);
}

#[tokio::test]
async fn an_update_is_kept_until_the_decision_it_causes_and_heard_only_once() {
    let store = memory_store();
    meet(&store, USER).await;
    let batch = vec![(UpdateId(10), "ten".to_owned()), (UpdateId(11), "eleven".to_owned())];
    store.accept_updates(batch.clone()).await.unwrap();
    store.begin_draft(USER, DraftId(10), "p".into(), NOON).await.unwrap();
    let order =
        NewOrder { user: USER, draft: DraftId(10), quote: quote(), card: None, limits: LIMITS, now: NOON };
    store.place_order(Some(UpdateId(10)), order).await.unwrap().unwrap();
    assert_eq!(store.unhandled_updates(None, 9).unwrap(), [(UpdateId(11), "eleven".to_owned())]);
    store.accept_updates(batch).await.unwrap();
    assert_eq!(store.unhandled_updates(None, 9).unwrap().len(), 1, "a repeated update is not heard again");
    store
        .accept_updates(vec![(UpdateId(5_000_000), "far".into()), (UpdateId(7), "anew".into())])
        .await
        .unwrap();
    assert_eq!(
        store.unhandled_updates(None, 9).unwrap().len(),
        3,
        "after a quiet week numbers may start anew"
    );
}

#[tokio::test]
async fn an_update_that_was_overtaken_on_its_way_to_the_webhook_is_heard_once() {
    let store = memory_store();
    let bring = async |id: u64| store.accept_brought_update(UpdateId(id), "{}".into()).await.unwrap();
    let next = || store.next_update().unwrap().map(|id| id.0);
    assert_eq!(next(), None);
    assert!(bring(5_000).await, "the first of all");
    assert_eq!(next(), Some(4_000), "others may be on their way");
    assert!(bring(5_003).await);
    assert!(bring(5_001).await && bring(4_999).await, "overtaken, not repeated");
    for repeated in [5_003, 5_001, 4_999, 5_000] {
        assert!(!bring(repeated).await, "{repeated}");
    }
    // Now it polls: asked from the lowest missing one on, Telegram gives what it has.
    let batch = [4_998, 5_000, 5_002].map(|id| (UpdateId(id), "{}".to_owned()));
    assert_eq!(store.accept_updates(batch.to_vec()).await.unwrap(), [4_998, 5_002].map(UpdateId));
    assert_eq!(next(), Some(5_004), "what did not come is not there");
    assert_eq!(store.accept_updates(batch.to_vec()).await.unwrap(), []);
    assert!(bring(5_004).await, "and a webhook again");
    assert!(!bring(5_002).await);
    assert!(bring(5_004 + 2_000_000).await && bring(17).await, "after a quiet week numbers may start anew");
    assert!(bring(16).await && !bring(17).await && bring(18).await);
    let waiting = store.unhandled_updates(None, 99).unwrap().into_iter().map(|(id, _)| id.0);
    let heard = [16, 17, 18, 4_998, 4_999, 5_000, 5_001, 5_002, 5_003, 5_004, 2_005_004];
    assert_eq!(waiting.collect::<Vec<_>>(), heard);
}

#[tokio::test]
async fn a_username_belongs_to_its_present_owner() {
    let store = memory_store();
    store.meet(USER, profile("Aigerim"), Tokens::ZERO, [1; 32], NOON).await.unwrap();
    assert_eq!(store.user_named("@AIGERIM").unwrap(), Some(USER));
    store.meet(OTHER, profile("aigerim"), Tokens::ZERO, [2; 32], NOON).await.unwrap();
    assert_eq!(store.user_named("aigerim").unwrap(), Some(OTHER), "the name has passed on");
    store.meet(USER, profile("aigerim_new"), Tokens::ZERO, [1; 32], NOON).await.unwrap();
    assert_eq!(store.user_named("aigerim").unwrap(), Some(OTHER), "the former owner takes nothing away");
    assert_eq!(store.user_named("aigerim_new").unwrap(), Some(USER));
    assert_eq!(store.user_named("nobody").unwrap(), None);
}

#[tokio::test]
async fn a_notice_for_somebody_who_blocked_the_bot_waits_until_he_is_back() {
    let store = memory_store();
    let job = started(&store).await;
    store.refund(job, RefundReason::Moderation, Vec::new(), NOON).await.unwrap().unwrap();
    while let Some(notice) = store.first_notices().unwrap().pop() {
        store.park_notice(notice.id).await.unwrap();
    }
    assert!(!store.is_as_known(USER, &profile("user1001"), NOON).unwrap(), "something waits for him");
    meet(&store, USER).await;
    assert_eq!(store.first_notices().unwrap().len(), 1);
    assert_verified(&store);
}

#[tokio::test]
async fn many_callers_at_once_each_get_their_own_answer() {
    let folder = tempfile::tempdir().unwrap();
    let options = crate::support::shop::options();
    let store = Store::open(&folder.path().join("bot.redb"), options).unwrap();
    meet(&store, USER).await;
    let calls = (1..=200).map(|n| {
        let store = store.clone();
        tokio::spawn(
            async move { store.top_up(None, top_up(&format!("n{}", n / 2), 1)).await.unwrap().unwrap() },
        )
    });
    let mut repeated = 0;
    for call in calls.collect::<Vec<_>>() {
        repeated += usize::from(call.await.unwrap().repeated);
    }
    // n/2 for 1..=200 names 101 commands, 99 of them twice.
    assert_eq!(repeated, 99);
    assert_eq!(store.balance(USER).unwrap().available, Tokens::new(10_101));
    assert_eq!(PRICE, quote().price);
    assert_verified(&store);
}
