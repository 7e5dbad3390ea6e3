//! From the prompt to the paid film, and what is refused before any money moves.

use sora_bot::app::port::Stage;
use sora_bot::app::port::{FailureKind, Scripts as _};
use sora_bot::app::{CancelRefusal, Cancelling, OrderRefusal};
use sora_bot::domain::account::Balance;
use sora_bot::domain::day::{Day, Weekday};
use sora_bot::domain::id::{DraftId, MessageRef, UpdateId};
use sora_bot::domain::job::Phase;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::promo::Promo;

use crate::support::engine::{OnSubmit, failure};
use crate::support::shop::{OTHER, PRICE, USER, WELCOME};
use crate::support::world::World;

const CARD: MessageRef = MessageRef { chat: USER.0, message: 1 };

fn tokens(available: i64, held: i64) -> Balance {
    Balance { available: Tokens::new(available), held: Tokens::new(held), debt: Tokens::ZERO }
}

#[tokio::test(start_paused = true)]
async fn a_prompt_becomes_a_paid_and_delivered_film() {
    let shop = World::new().open();
    let placed = shop.order(USER, 1).await.unwrap();
    assert_eq!((placed.stage, placed.balance), (Stage::Starting, tokens(9_258, 742)));
    shop.until_quiet().await;
    let job = shop.job(placed.job.id);
    assert_eq!(job.state.phase(), Phase::Delivered);
    assert!(job.file_id.is_some(), "with which it can be sent again for nothing");
    assert_eq!(shop.app.balance(USER).unwrap(), tokens(9_258, 0));
    assert_eq!(shop.world.chat.inbox(USER), ["film 1", "card 1 delivered"]);
    assert!(shop.app.expected(&job.quote).is_some(), "the render was measured");
    let request = shop.world.engine.created().remove(0).request;
    assert_eq!((request.prompt.as_str(), request.size.to_string().as_str()), ("prompt 1", "1280x720"));
    assert_eq!((request.model.as_str(), request.seconds), ("sora-2", 8));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_whole_prompt_goes_to_the_engine_with_all_its_lines() {
    let shop = World::new().open();
    let prompt = "Кот за роялем\nв джаз-клубе\n\n<b>крупный план</b>";
    let draft = shop.draft(USER, 1, prompt).await;
    let job = shop.tap(USER, draft.id, 2).await.unwrap().job.id;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.created()[0].request.prompt, prompt);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn two_taps_at_once_make_one_order() {
    let shop = World::new().open();
    let draft = shop.draft(USER, 1, "prompt 1").await.id;
    let (first, second) = tokio::join!(shop.tap(USER, draft, 2), shop.tap(USER, draft, 3));
    let placed = first.unwrap().job.id;
    assert!(matches!(second, Err(OrderRefusal::AlreadyPlaced(job)) if job == placed));
    shop.until_phase(placed, Phase::Delivered).await;
    let late = shop.tap(USER, draft, 4).await;
    assert!(matches!(late, Err(OrderRefusal::AlreadyPlaced(job)) if job == placed), "from an old message");
    assert_eq!(shop.available(USER), WELCOME.minus(PRICE).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replayed_update_begins_no_second_draft() {
    let shop = World::new().open();
    let first = shop.draft(USER, 1, "prompt 1").await;
    let again = shop.draft(USER, 1, "another text under the same number").await;
    assert_eq!(first, again);
    assert_eq!(shop.app.draft(OTHER, first.id).unwrap(), None, "it is nobody else's");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_has_too_little_is_told_how_much_is_missing() {
    let world = World::with(|settings| settings.welcome = Some(Tokens::new(700)));
    let shop = world.open();
    let refused = shop.order(USER, 1).await;
    let Err(OrderRefusal::Insufficient { missing, balance }) = refused else { panic!("{refused:?}") };
    assert_eq!((missing, balance), (Tokens::new(42), tokens(700, 0)));
    assert!(shop.world.engine.created().is_empty());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_price_that_has_changed_since_the_button_was_drawn_is_asked_about_again() {
    let shop = World::new().open();
    let draft = shop.draft(USER, 1, "prompt 1").await.id;
    shop.world.scripts.save_price(Tokens::new(1_000), "v2");
    let quote = shop.quote().unwrap();
    let refused = shop.app.place_order(UpdateId(2), USER, draft, quote.clone(), PRICE, CARD).await;
    let Err(OrderRefusal::PriceChanged { quote: shown }) = refused else { panic!("{refused:?}") };
    assert_eq!(shown.price, Tokens::new(1_000));
    assert_eq!(shop.app.balance(USER).unwrap(), tokens(10_000, 0));
    let agreed = shop.app.place_order(UpdateId(3), USER, draft, quote, shown.price, CARD).await.unwrap();
    assert_eq!(agreed.balance, tokens(9_000, 1_000));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_promotion_ends_at_the_owners_midnight_and_a_button_from_before_asks_again() {
    let shop = World::new().open();
    let draft = shop.draft(USER, 1, "prompt 1").await.id;
    // It is Friday, one o'clock in the afternoon in Almaty.
    let friday = Day::parse("2027-01-15");
    let promo = Promo {
        title: None,
        from: friday,
        to: friday,
        days: vec![Weekday::Friday],
        percent: 20,
        models: Vec::new(),
        allow_loss: false,
    };
    shop.world.scripts.save_promo(promo, "v2");
    let scripts = shop.world.scripts.current();
    let button = shop.quote().unwrap().price;
    assert_eq!(button, Tokens::new(594));
    assert_eq!(shop.app.on_sale(&scripts)[0].offers[0].price, button);
    shop.world.clock.step(11 * 3_600_000);
    assert_eq!(shop.app.on_sale(&scripts)[0].offers[0].price, PRICE);
    let quote = shop.quote().unwrap();
    let refused = shop.app.place_order(UpdateId(2), USER, draft, quote.clone(), button, CARD).await;
    let Err(OrderRefusal::PriceChanged { quote: shown }) = refused else { panic!("{refused:?}") };
    assert_eq!((shown.price, shown.promo), (PRICE, None));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_keeps_its_promotion_and_gives_back_what_was_paid() {
    let shop = World::new().open();
    let promo = Promo {
        title: Some("Пятница".into()),
        from: None,
        to: None,
        days: Vec::new(),
        percent: 20,
        models: Vec::new(),
        allow_loss: false,
    };
    shop.world.scripts.save_promo(promo, "v2");
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Moderation)));
    let job = shop.ordered(USER, 1).await;
    assert_eq!(shop.app.balance(USER).unwrap(), tokens(10_000 - 594, 594));
    shop.until_quiet().await;
    let promo = shop.job(job).quote.promo.unwrap();
    assert_eq!((promo.title.as_deref(), promo.percent, promo.list_price), (Some("Пятница"), 20, PRICE));
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_price_edited_in_flight_changes_nothing_for_the_job() {
    for moderated in [false, true] {
        let shop = World::new().open();
        if moderated {
            shop.world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Moderation)));
        }
        let job = shop.ordered(USER, 1).await;
        shop.world.scripts.save_price(Tokens::new(5_000), "v2");
        shop.until_quiet().await;
        let quote = shop.job(job).quote;
        assert_eq!((quote.price, quote.scripts.as_str()), (PRICE, "v1"));
        let expected = if moderated { WELCOME } else { WELCOME.minus(PRICE).unwrap() };
        assert_eq!(shop.available(USER), expected, "refunded is what was held, charged what was agreed");
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_whose_engine_is_not_there_is_not_on_sale() {
    let shop = World::new().open();
    let scripts = shop.world.scripts.current();
    let titles: Vec<_> = shop.app.on_sale(&scripts).iter().map(|model| model.title.clone()).collect();
    assert_eq!(titles, ["sora-2"]);
    let elsewhere = scripts.catalog.models[1].id.clone();
    let shape = scripts.catalog.models[1].shapes[0].orientation;
    assert_eq!(shop.app.quote(&scripts, &elsewhere, 8, shape), None);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_order_is_taken_back_in_full_and_a_started_one_goes_on() {
    let shop = World::new().open();
    let started = shop.ordered(USER, 1).await;
    let waiting = shop.ordered(USER, 2).await;
    shop.until_phase(started, Phase::Rendering).await;
    let scripts = shop.world.scripts.current();
    let strangers = shop.app.cancel(&scripts, UpdateId(10), OTHER, waiting).await;
    assert!(matches!(strangers, Err(CancelRefusal::NotYours)));
    let late = shop.app.cancel(&scripts, UpdateId(11), USER, started).await;
    assert!(matches!(late, Err(CancelRefusal::TooLate)));
    assert_eq!(
        shop.app.cancel(&scripts, UpdateId(12), USER, waiting).await.unwrap(),
        Cancelling::Done(tokens(9_258, 742))
    );
    let twice = shop.app.cancel(&scripts, UpdateId(12), USER, waiting).await;
    assert!(matches!(twice, Err(CancelRefusal::TooLate)));
    shop.until_quiet().await;
    assert_eq!((shop.phase(started), shop.phase(waiting)), (Phase::Delivered, Phase::Cancelled));
    assert_eq!(shop.world.engine.created().len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_from_a_draft_that_is_not_there_is_refused() {
    let shop = World::new().open();
    let stranger = shop.tap(OTHER, DraftId(9), 1).await;
    assert!(matches!(stranger, Err(OrderRefusal::DraftGone)), "somebody the bot has never met");
    shop.meet(USER).await;
    let nothing = shop.tap(USER, DraftId(9), 2).await;
    assert!(matches!(nothing, Err(OrderRefusal::DraftGone)));
    shop.finish().await;
}
