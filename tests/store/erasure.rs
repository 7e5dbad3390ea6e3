//! Somebody is forgotten: his words are gone, his money is not, and he may begin anew.

use sora_bot::domain::id::{DraftId, MessageRef, UpdateId, UserId};
use sora_bot::domain::job::{Film, RefundReason};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::user::Profile;
use sora_bot::store::{Meeting, Settled, Store, Unfinished};

use crate::support::shop::{
    NOON, OTHER, PRICE, USER, WELCOME, assert_verified, meet, memory_store, options, order, profile,
};

async fn erase(store: &Store, user: UserId) -> Result<(), Unfinished> {
    store.erase(Some(UpdateId(9)), user, [9; 32], NOON).await.unwrap()
}

#[tokio::test]
async fn words_and_names_go_and_the_money_stays() {
    let store = memory_store();
    meet(&store, USER).await;
    meet(&store, OTHER).await;
    store.set_language(USER, Some("kk".into())).await.unwrap();
    let cancelled = order(&store, USER, 1).await.unwrap().job.id;
    store.cancel_order(None, USER, cancelled, false, NOON).await.unwrap().unwrap();
    let refunded = order(&store, USER, 2).await.unwrap().job.id;
    store.start_next(1, NOON).await.unwrap().unwrap();
    store.refund(refunded, RefundReason::Moderation, vec![], NOON).await.unwrap().unwrap();
    store.accept_updates(vec![(UpdateId(9), "{}".into())]).await.unwrap();
    let others = order(&store, OTHER, 3).await.unwrap().job.id;

    assert_eq!((store.unfinished(USER).unwrap(), store.unfinished(OTHER).unwrap()), (0, 1));
    assert_eq!(erase(&store, USER).await, Ok(()));

    assert_eq!(store.user(USER).unwrap().unwrap().profile, Profile::default());
    assert_eq!((store.user_named("user1001").unwrap(), store.language(USER).unwrap()), (None, None));
    assert_eq!(store.draft(USER, DraftId(2)).unwrap(), None);
    let orders = store.jobs_of(USER, 9).unwrap();
    assert_eq!(orders.len(), 2, "what was paid and given back can still be told");
    assert!(orders.iter().all(|job| job.prompt.is_empty() && job.quote.price == PRICE));
    assert_eq!(store.balance(USER).unwrap().available, WELCOME);
    assert_eq!(store.history(USER, 9).unwrap().len(), 5);
    assert_eq!(store.unhandled_updates(None, 9).unwrap(), [], "the update that asked for it is handled");
    assert_eq!(store.job(others).unwrap().unwrap().prompt, "prompt 3", "nobody else is touched");
    assert_eq!(store.user_named("user1002").unwrap(), Some(OTHER));
    assert_eq!(erase(&store, USER).await, Ok(()), "twice is once");
    assert_eq!(erase(&store, UserId(404)).await, Ok(()), "of a stranger there is nothing");
    assert_verified(&store);
}

#[tokio::test]
async fn who_comes_back_begins_anew_without_a_second_gift() {
    let store = memory_store();
    meet(&store, USER).await;
    order(&store, USER, 1).await.unwrap();
    let film = Film {
        width: 1280,
        height: 720,
        duration_ms: 8_000,
        bytes: 1_000,
        has_thumbnail: true,
        ready_at: NOON,
    };
    store.start_next(1, NOON).await.unwrap().unwrap();
    assert_eq!(erase(&store, USER).await, Err(Unfinished(1)), "it runs");
    let job = store.jobs_of(USER, 1).unwrap()[0].id;
    store.note_ticket(job, sora_bot::domain::id::Ticket::new("t"), NOON).await.unwrap().unwrap();
    store.note_rendered(job, None).await.unwrap().unwrap();
    store.settle(job, Settled { film, took_ms: 1 }, NOON).await.unwrap().unwrap();
    assert_eq!(erase(&store, USER).await, Err(Unfinished(1)), "the film is on its way");
    assert_eq!(store.job(job).unwrap().unwrap().prompt, "prompt 1", "nothing was erased");
    let notice = store.first_notices().unwrap()[0].id;
    let message = MessageRef { chat: USER.0, message: 7 };
    store.notice_arrived(notice, Some(message), Some("file".into()), NOON).await.unwrap();
    assert_eq!(erase(&store, USER).await, Ok(()));
    let left = store.job(job).unwrap().unwrap();
    assert_eq!((left.prompt.as_str(), left.file_id), ("", None));

    let again = store.meet(USER, profile("anew"), WELCOME, [3; 32], NOON).await.unwrap();
    assert_eq!(again, Meeting { is_new: false, welcomed: Tokens::ZERO });
    assert_eq!(store.balance(USER).unwrap().available.get(), WELCOME.get() - PRICE.get());
    let placed = order(&store, USER, 50).await.unwrap();
    assert_eq!(store.job(placed.job.id).unwrap().unwrap().prompt, "prompt 50");
    assert_verified(&store);
}

#[tokio::test]
async fn what_was_sealed_before_opens_for_nobody_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    let store = Store::open(&path, options()).unwrap();
    meet(&store, USER).await;
    let order = order(&store, USER, 1).await.unwrap().job.id;
    store.cancel_order(None, USER, order, false, NOON).await.unwrap().unwrap();
    assert_eq!(erase(&store, USER).await, Ok(()));
    store.close();
    drop(store);
    let store = Store::open(&path, options()).unwrap();
    assert_eq!(store.job(order).unwrap().unwrap().prompt, "");
    assert_verified(&store);
}
