//! Buying tokens from the real binary, and `kill -9` between any two steps of it: who has paid is credited once, who has not is
//! not.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use sora_bot::sandbox::stripe_api::{Endpoint, Pay};

use super::reading;
use super::side_by_side::SideBySide;
use super::wire::Side;
use super::world::{PATIENCE, STRIPE_SECRET, USER, WELCOME, World};

/// Tokens of the package that is bought.
const PACKAGE: i64 = 1_484;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rail {
    Stripe,
    Stars,
}

use Rail::{Stars, Stripe};

impl Rail {
    fn label(self) -> &'static str {
        if self == Stripe { "Банковская карта" } else { "Telegram Stars" }
    }
}

/// Up to the choice of the way to pay.
async fn chooses(world: &World) {
    world.says(USER, "/buy");
    world.taps(USER, "1 484").await;
    world.sees(USER, "экономите").await;
}

/// Where it is paid, as soon as that is shown.
async fn link(world: &World) -> String {
    world.finds(USER, reading::link, "a link to pay").await
}

/// The buyer pays; answers whether that went through.
async fn pays(world: &World, rail: Rail, link: &str) -> bool {
    match rail {
        Stripe => world.stripe.pay(link.rsplit('/').next().unwrap(), Pay::Card).is_ok(),
        Stars => world.telegram.pays_link(USER, link).await.is_ok(),
    }
}

/// A tap that is repeated after a crash, as people do when nothing happens.
async fn opens(world: &World, rail: Rail) -> String {
    world.taps(USER, rail.label()).await;
    link(world).await
}

async fn is_credited_once(world: &World) {
    world.sees(USER, "Оплата получена").await;
}

#[tokio::test]
async fn a_kill_while_the_place_to_pay_is_opened_loses_no_payment() {
    let mut scenarios = SideBySide::default();
    for (rail, step) in [
        (Stripe, "POST session"),
        (Stripe, "editmessagetext"),
        (Stripe, "answercallbackquery"),
        (Stars, "createinvoicelink"),
        (Stars, "editmessagetext"),
    ] {
        for side in [Side::Before, Side::After] {
            scenarios.add(format!("{rail:?}: {side:?} {step}"), async move {
                let world = World::usual().await;
                let bot = world.start_with_cards(None);
                chooses(&world).await;
                world.wire.trip_at(step, side);
                world.taps(USER, rail.label()).await;
                world.wire.tripped().await;
                world.kill(bot);
                let bot = world.start_with_cards(None);
                let shown = link_or_tap(&world, rail).await;
                assert!(pays(&world, rail, &shown).await);
                is_credited_once(&world).await;
                let book = world.finish(bot).await;
                assert_eq!(book.balance(USER), (WELCOME + PACKAGE, 0));
                if rail == Stripe {
                    let pages = world.stripe.sessions();
                    assert_eq!(pages.len(), 1, "one page, however often it was asked for: {pages:#?}");
                }
            });
        }
    }
    scenarios.all_end_well().await;
}

/// The link may have been shown before the crash; else the button is still there.
async fn link_or_tap(world: &World, rail: Rail) -> String {
    let shows = world.telegram.chat(USER).iter().any(|message| message.to_string().contains("\"url\""));
    if shows { link(world).await } else { opens(world, rail).await }
}

#[tokio::test]
async fn a_kill_between_payment_and_credit_or_its_word_credits_once() {
    let mut scenarios = SideBySide::default();
    for (rail, step) in [
        (Stripe, "GET session"),
        (Stripe, "editmessagetext"),
        (Stars, "getupdates"),
        (Stars, "editmessagetext"),
    ] {
        for side in [Side::Before, Side::After] {
            scenarios.add(format!("{rail:?}: {side:?} {step}"), async move {
                let world = World::usual().await;
                let bot = world.start_with_cards(None);
                chooses(&world).await;
                let link = opens(&world, rail).await;
                if step != "getupdates" {
                    world.wire.trip_at(step, side);
                }
                assert!(pays(&world, rail, &link).await);
                if step == "getupdates" {
                    world.wire.trip_at(step, side);
                }
                world.wire.tripped().await;
                world.kill(bot);
                let bot = world.start_with_cards(None);
                is_credited_once(&world).await;
                assert_eq!(world.finish(bot).await.balance(USER), (WELCOME + PACKAGE, 0));
            });
        }
    }
    scenarios.add("Stars: after the answer before the payment", async {
        let world = Arc::new(World::usual().await);
        let bot = world.start_with_cards(None);
        chooses(&world).await;
        let link = opens(&world, Stars).await;
        world.wire.trip_at("answerprecheckoutquery", Side::After);
        assert!(pays(&world, Stars, &link).await);
        world.wire.tripped().await;
        world.kill(bot);
        let bot = world.start_with_cards(None);
        is_credited_once(&world).await;
        assert_eq!(world.finish(bot).await.balance(USER), (WELCOME + PACKAGE, 0));
    });
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn who_has_not_paid_is_credited_nothing_however_often_the_bot_dies() {
    let world = World::usual().await;
    let mut bot = world.start_with_cards(None);
    chooses(&world).await;
    let page = opens(&world, Stripe).await;
    let session = page.rsplit('/').next().unwrap().to_owned();
    world.stripe.happen(&session, "decline").unwrap();
    for side in [Side::Before, Side::After] {
        world.wire.trip_at("GET session", side);
        world.wire.tripped().await;
        world.kill(bot);
        bot = world.start_with_cards(None);
    }
    world.wire.reached("GET session", 4).await;
    assert_eq!(world.finish(bot).await.balance(USER), (WELCOME, 0));
}

#[tokio::test]
async fn a_webhook_whose_answer_is_lost_comes_again_and_credits_once() {
    let door = free();
    let world = World::usual().await;
    let endpoint = Endpoint::new(&format!("http://{door}/webhooks/stripe"), &["whsec_old", STRIPE_SECRET]);
    world.stripe.set_endpoint(endpoint);
    let bot = world.start_with_cards(Some(door));
    chooses(&world).await;
    let page = opens(&world, Stripe).await;
    world.kill(bot);
    // Nobody is there when Stripe calls.
    assert!(pays(&world, Stripe, &page).await);
    let bot = world.start_with_cards(Some(door));
    is_credited_once(&world).await;
    let taken = || {
        let deliveries = world.stripe.deliveries();
        deliveries.iter().any(|one| one.kind == "checkout.session.completed" && one.status == Some(200))
    };
    let waited = tokio::time::Instant::now();
    while !taken() {
        assert!(waited.elapsed() < PATIENCE, "{:?}", world.stripe.deliveries());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let forged = reqwest::Client::new().post(format!("http://{door}/webhooks/stripe")).body("{}");
    assert_eq!(forged.send().await.unwrap().status().as_u16(), 401);
    assert_eq!(world.finish(bot).await.balance(USER), (WELCOME + PACKAGE, 0));
}

#[tokio::test]
async fn the_operator_compares_with_the_bot_running_and_without() {
    let world = World::usual().await;
    let bot = world.start_with_cards(None);
    chooses(&world).await;
    let page = opens(&world, Stripe).await;
    assert!(pays(&world, Stripe, &page).await);
    is_credited_once(&world).await;
    let told = world.told(&["reconcile"]).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("stripe: 1 payments there, all as in the ledger"), "{told:?}");
    let profit = world.told(&["profit"]).await;
    assert!(profit.out.contains("Оплата по дням") && profit.out.contains("Stripe, ₸"), "{profit:?}");
    // Without a bot, and without Stripe's key: what is not set up is not asked.
    world.stop(bot).await;
    let told = world.told(&["reconcile"]).await;
    assert!(told.out.contains("stars: 0 payments there"), "{told:?}");
    let check = world.told(&["check"]).await;
    assert!(check.out.contains("способы оплаты: stars"), "{check:?}");
    assert_eq!(world.finished().await.balance(USER), (WELCOME + PACKAGE, 0));
}

/// An address that nobody has; the bot takes it a moment later.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
