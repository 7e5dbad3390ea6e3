//! A film that begins with a picture: the frame is on disk with its order, goes to the engine, and is gone with the order's end.

use bytes::Bytes;
use sora_bot::app::port::FailureKind as Kind;
use sora_bot::app::{Agreed, OrderRefusal, Placed};
use sora_bot::domain::draft::{Basis, Draft};
use sora_bot::domain::id::{DraftId, MessageRef, UpdateId};
use sora_bot::domain::job::{JobState, Phase, RefundReason};

use crate::support::engine::{Call, OnSubmit, failure};
use crate::support::shop::{OTHER, USER, WELCOME};
use crate::support::world::{Shop, World};

const FRAME: Bytes = Bytes::from_static(b"a jpeg of 1280x720");

async fn pictured(shop: &Shop, number: u64, words: &str) -> Draft {
    shop.meet(USER).await;
    let (words, picture) = (words.to_owned(), format!("picture {number}"));
    shop.app.begin_pictured(UpdateId(number), USER, words, picture).await.unwrap()
}

async fn order(shop: &Shop, draft: DraftId, frame: Option<Bytes>) -> Result<Placed, OrderRefusal> {
    let quote = shop.quote().unwrap();
    let agreed = Agreed { price: quote.price, quote, frame };
    let card = MessageRef { chat: USER.0, message: 1 };
    shop.app.place_pictured(UpdateId(draft.0 + 1_000), USER, draft, agreed, card).await
}

#[tokio::test(start_paused = true)]
async fn the_engine_gets_the_frame_and_the_end_forgets_it() {
    let shop = World::new().open();
    let draft = pictured(&shop, 1, "she turns round").await;
    assert_eq!(draft.picture.as_deref(), Some("picture 1"));
    let job = order(&shop, draft.id, Some(FRAME)).await.unwrap().job;
    assert_eq!(shop.app.job(USER, job.id).unwrap().unwrap().picture.as_deref(), Some("picture 1"));
    let job = job.id;
    assert_eq!(shop.app.job(OTHER, job).unwrap(), None);
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.created()[0].request.picture, Some(FRAME));
    assert_eq!(shop.frame(job), None);
    let again = shop.app.begin_again(UpdateId(50), &shop.job(job)).await.unwrap();
    assert_eq!((again.prompt.as_str(), again.picture.as_deref()), ("she turns round", Some("picture 1")));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_behind_the_intent_sends_the_same_frame_again() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseRequest]);
    let draft = pictured(&shop, 1, "cat").await;
    let job = order(&shop, draft.id, Some(FRAME)).await.unwrap().job.id;
    shop.until_phase(job, Phase::Submitting).await;
    let shop = shop.kill().await.open();
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.created()[0].request.picture, Some(FRAME));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn whatever_ends_an_order_ends_its_frame() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::Hang]);
    let running = pictured(&shop, 1, "cat").await;
    let running = order(&shop, running.id, Some(FRAME)).await.unwrap().job.id;
    shop.until_phase(running, Phase::Submitting).await;
    let waiting = pictured(&shop, 2, "dog").await;
    let waiting = order(&shop, waiting.id, Some(FRAME)).await.unwrap().job.id;
    assert_eq!((shop.frame(running), shop.frame(waiting)), (Some(FRAME), Some(FRAME)));
    let scripts = shop.scripts();
    shop.app.cancel(&scripts, UpdateId(90), USER, waiting).await.unwrap();
    assert_eq!(shop.frame(waiting), None);
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(Kind::Picture)));
    let refused = pictured(&shop, 3, "bird").await;
    let shop = shop.kill().await.open();
    shop.until_quiet().await;
    let refused = order(&shop, refused.id, Some(FRAME)).await.unwrap().job.id;
    shop.until_quiet().await;
    assert_eq!(shop.job(refused).state, JobState::Refunded(RefundReason::Picture));
    assert_eq!((shop.frame(running), shop.frame(refused), shop.available(USER)), (None, None, WELCOME));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_pictures_is_a_refusal_of_words_where_there_was_none() {
    let shop = World::new().open();
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(Kind::Picture)));
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.job(job).state, JobState::Refunded(RefundReason::Moderation));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_frame_belongs_to_a_picture_and_a_picture_to_a_frame() {
    let shop = World::new().open();
    let with = pictured(&shop, 1, "cat").await.id;
    let without = shop.draft(USER, 2, "cat").await.id;
    for (draft, frame) in [(with, None), (without, Some(FRAME))] {
        assert!(matches!(order(&shop, draft, frame).await, Err(OrderRefusal::DraftGone)));
    }
    assert!(shop.world.engine.asked(Call::Submit).is_empty());
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn words_that_come_later_are_for_the_picture_that_waits() {
    let shop = World::new().open();
    let before = shop.ordered(USER, 9).await;
    shop.until_phase(before, Phase::Delivered).await;
    shop.app.ask_for_words(USER, Some(Basis::Settings(before))).await.unwrap();
    let draft = pictured(&shop, 1, "").await;
    assert_eq!(draft.basis, Some(Basis::Settings(before)), "it answers what was asked");
    assert!(shop.app.picture_waits(USER).unwrap());
    let said = shop.app.begin_said(UpdateId(2), USER, "she smiles".into()).await.unwrap();
    assert_eq!((said.prompt.as_str(), said.picture.as_deref()), ("she smiles", Some("picture 1")));
    assert_eq!(said.basis, Some(Basis::Settings(before)));
    assert!(!shop.app.picture_waits(USER).unwrap());
    let next = shop.app.begin_said(UpdateId(3), USER, "a dog".into()).await.unwrap();
    assert_eq!((next.picture, next.basis), (None, None), "only once");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn other_words_for_an_order_with_a_picture_keep_the_picture() {
    let shop = World::new().open();
    let draft = pictured(&shop, 1, "cat").await;
    let job = order(&shop, draft.id, Some(FRAME)).await.unwrap().job.id;
    shop.until_phase(job, Phase::Delivered).await;
    shop.app.ask_for_words(USER, Some(Basis::Settings(job))).await.unwrap();
    let said = shop.app.begin_said(UpdateId(20), USER, "dog".into()).await.unwrap();
    assert_eq!(said.picture.as_deref(), Some("picture 1"));
    shop.app.ask_for_words(USER, Some(Basis::Film(job))).await.unwrap();
    let remix = shop.app.begin_said(UpdateId(21), USER, "snow".into()).await.unwrap();
    assert_eq!(remix.picture, None, "a remix begins with its film");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn of_an_album_one_picture_is_taken_also_when_its_update_comes_again() {
    let shop = World::new().open();
    shop.meet(USER).await;
    let begins = async |update, album: &str| {
        shop.app.begins_album(UpdateId(update), USER, album.to_owned()).await.unwrap()
    };
    let seen = [begins(1, "a").await, begins(2, "a").await, begins(1, "a").await, begins(3, "b").await];
    assert_eq!(seen, [true, false, true, true]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_forgotten_leaves_no_picture() {
    let shop = World::new().open();
    let draft = pictured(&shop, 1, "cat").await;
    let job = order(&shop, draft.id, Some(FRAME)).await.unwrap().job.id;
    let open = pictured(&shop, 2, "dog").await.id;
    shop.until_phase(job, Phase::Delivered).await;
    shop.until_quiet().await;
    shop.app.erase(UpdateId(99), USER).await.unwrap();
    assert_eq!(shop.job(job).picture, None);
    assert_eq!(shop.app.draft(USER, open).unwrap(), None);
    // His words are gone, so the engine's bill cannot be compared with them.
    shop.stop().await;
}
