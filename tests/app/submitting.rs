//! Asking the engine: what is tried again, what never is, and what happens when nobody knows.

use std::time::Duration;

use sora_bot::app::port::{FailureKind as Kind, RenderRequest, Scripts as _};
use sora_bot::domain::catalog::Size;
use sora_bot::domain::job::{Phase, RefundReason};
use sora_bot::domain::notice::Alert;

use crate::support::engine::{Call, OnList, OnSubmit, failure, failure_for};
use crate::support::shop::{ADMIN, OTHER, PRICE, USER, WELCOME};
use crate::support::world::World;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn what_the_engines_rules_forbid_is_refunded_at_once_and_never_asked_again() {
    for (kind, reason) in
        [(Kind::Moderation, RefundReason::Moderation), (Kind::BadInput, RefundReason::BadInput)]
    {
        let shop = World::new().open();
        shop.world.engine.always_submits(OnSubmit::Refuse(failure(kind)));
        let job = shop.ordered(USER, 1).await;
        shop.after(Duration::from_secs(2)).await;
        assert_eq!(shop.available(USER), WELCOME, "in full, at once");
        assert_eq!(shop.world.chat.inbox(USER), ["card 1 refunded".into(), format!("refund 1 {reason:?}")]);
        shop.after(10 * MINUTE).await;
        assert_eq!(shop.phase(job), Phase::Refunded);
        assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
        assert!(shop.world.engine.created().is_empty());
        assert!(shop.world.chat.alerts(ADMIN).is_empty());
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_refuses_us_is_not_sold_on_until_it_may_serve_again() {
    for kind in [Kind::Billing, Kind::Access] {
        let shop = World::new().open();
        shop.world.engine.submits([OnSubmit::Refuse(failure(kind)), OnSubmit::Refuse(failure(kind))]);
        let jobs = [shop.ordered(USER, 1).await, shop.ordered(OTHER, 2).await];
        shop.until_quiet().await;
        for job in jobs {
            assert_eq!(shop.world.chat.refunds(job), [RefundReason::EngineClosed]);
        }
        let scripts = shop.world.scripts.current();
        assert!(shop.app.on_sale(&scripts).is_empty());
        assert_eq!(shop.quote(), None);
        let alerts = shop.world.chat.alerts(ADMIN);
        assert!(matches!(alerts.as_slice(), [Alert::EngineClosed { .. }]), "told once: {alerts:?}");
        shop.after(14 * MINUTE).await;
        assert_eq!(shop.quote(), None);
        shop.after(2 * MINUTE).await;
        let job = shop.ordered(USER, 3).await;
        shop.until_phase(job, Phase::Delivered).await;
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_engine_gets_the_patience_it_asks_for_and_burns_no_attempt() {
    let shop = World::new().open();
    shop.world.engine.submits(vec![OnSubmit::Refuse(failure_for(Kind::Busy, 30)); 6]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    let asked = shop.world.engine.asked(Call::Submit);
    assert_eq!(asked.len(), 7);
    assert!(asked.windows(2).all(|pair| pair[1].since(pair[0]).as_secs() == 30), "{asked:?}");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_stays_busy_is_asked_ever_less_and_given_up_at_the_deadline() {
    let shop = World::new().open();
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(Kind::Busy)));
    let job = shop.ordered(USER, 1).await;
    shop.after(29 * MINUTE).await;
    assert_eq!(shop.app.balance(USER).unwrap().held, PRICE);
    shop.after(3 * MINUTE).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::EngineFailed]);
    let asked = shop.world.engine.asked(Call::Submit).len();
    assert!((25..80).contains(&asked), "asked {asked} times in half an hour");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_surely_did_not_arrive_is_sent_again_as_often_as_the_operator_said() {
    for kind in [Kind::Network, Kind::Server, Kind::Broken] {
        for (failures, delivered) in [(2, true), (3, false)] {
            let shop = World::new().open();
            shop.world.engine.submits(vec![OnSubmit::Refuse(failure(kind)); failures]);
            let job = shop.ordered(USER, 1).await;
            shop.until_quiet().await;
            assert_eq!(shop.phase(job) == Phase::Delivered, delivered, "{kind:?}, {failures} failures");
            assert_eq!(shop.world.engine.asked(Call::Submit).len(), 3);
            let reasons: &[RefundReason] = if delivered { &[] } else { &[RefundReason::EngineFailed] };
            assert_eq!(shop.world.chat.refunds(job), reasons);
            shop.finish().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_was_lost_is_found_and_not_sent_again() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    shop.world.engine.lists_after(Duration::from_secs(5));
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_as_soon_though_the_clock_was_set_back() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Submitting).await;
    shop.world.clock.step(-3_600_000);
    shop.after(MINUTE).await;
    assert_eq!(shop.phase(job), Phase::Rendering);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_lost_is_proven_absent_and_sent_again() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseRequest]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 2);
    assert_eq!(shop.world.engine.created().len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_lost_every_time_is_given_back_without_an_alarm() {
    let shop = World::new().open();
    shop.world.engine.always_submits(OnSubmit::LoseRequest);
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::EngineFailed]);
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 3);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_keeps_the_hold_until_its_deadline_and_then_the_admin_is_told() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    shop.world.engine.always_lists(OnList::Error(failure(Kind::Server)));
    let job = shop.ordered(USER, 1).await;
    shop.after(14 * MINUTE).await;
    assert_eq!(shop.phase(job), Phase::Submitting);
    assert_eq!(shop.app.balance(USER).unwrap().held, PRICE);
    shop.after(2 * MINUTE).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::Unknown]);
    assert_eq!(shop.available(USER), WELCOME);
    assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job }]);
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_comes_back_in_time_saves_the_order() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    shop.world.engine.lists(vec![OnList::Error(failure(Kind::Network)); 30]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn two_that_could_be_it_are_an_unknown_outcome() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    let twin = RenderRequest {
        reference: "somebody else's".into(),
        prompt: "prompt 1".into(),
        model: "sora-2".into(),
        size: Size { width: 1280, height: 720 },
        source: None,
        picture: None,
        picture_link: None,
        seconds: 8,
    };
    shop.world.engine.taken_from_elsewhere(&twin);
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::Unknown]);
    assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job }]);
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
    shop.finish().await;
}

/// The render is there, and somebody else has its ticket: asked for once more it would be paid for twice.
#[tokio::test(start_paused = true)]
async fn an_order_whose_render_was_given_to_another_is_not_asked_for_again() {
    let shop = World::with(|settings| settings.max_running = 2).open();
    shop.world.engine.submits([OnSubmit::LoseAnswer, OnSubmit::MixUp]);
    let (lost, other) = (shop.ordered(USER, 1).await, shop.ordered(OTHER, 2).await);
    shop.until_quiet().await;
    assert_eq!((shop.phase(lost), shop.phase(other)), (Phase::Refunded, Phase::Delivered));
    assert_eq!(shop.world.chat.refunds(lost), [RefundReason::Unknown]);
    assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job: lost }]);
    assert_eq!((shop.world.engine.created().len(), shop.available(USER)), (1, WELCOME));
    shop.finish().await;
}

/// By a clock that was ahead when it was asked for, whatever the engine lists looks older than the request.
#[tokio::test(start_paused = true)]
async fn a_clock_that_was_ahead_proves_no_order_absent_and_holds_none_for_a_day() {
    let shop = World::new().open();
    shop.world.clock.step(24 * 3_600_000);
    shop.world.engine.submits([OnSubmit::Hang]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Submitting).await;
    let world = shop.kill().await;
    world.clock.step(-24 * 3_600_000);
    let shop = world.open();
    shop.after(14 * MINUTE).await;
    assert_eq!((shop.phase(job), shop.world.engine.asked(Call::Submit).len()), (Phase::Submitting, 1));
    shop.after(2 * MINUTE).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::Unknown]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_with_the_words_of_another_finds_its_own_render() {
    let shop = World::with(|settings| settings.max_running = 2).open();
    shop.world.engine.submits([OnSubmit::LoseAnswer, OnSubmit::Accept]);
    let mut jobs = Vec::new();
    for (user, number) in [(USER, 1), (OTHER, 2)] {
        let draft = shop.draft(user, number, "the very same cat").await;
        jobs.push(shop.tap(user, draft.id, number + 10).await.unwrap().job.id);
    }
    shop.until_quiet().await;
    for job in jobs {
        assert_eq!(shop.phase(job), Phase::Delivered);
    }
    assert_eq!(shop.world.engine.created().len(), 2);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_engine_was_taken_out_of_the_settings_is_given_back() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::Hang]);
    let asked = shop.ordered(USER, 1).await;
    let waiting = shop.ordered(OTHER, 2).await;
    shop.until_phase(asked, Phase::Submitting).await;
    let shop = shop.kill().await.open_without_engines();
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.refunds(asked), [RefundReason::Unknown], "it may have been taken");
    assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job: asked }]);
    assert_eq!(shop.world.chat.refunds(waiting), [RefundReason::EngineClosed], "it surely was not");
    shop.finish().await;
}
