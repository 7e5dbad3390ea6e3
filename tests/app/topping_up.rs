//! Those who may give tokens; nobody else does, nobody gets them twice, and where the person or the sum may not be the one that
//! is meant, somebody is asked first.

use std::time::Duration;

use sora_bot::app::{By, Giving, Handout, HandoutDone, HandoutOutcome, HandoutRefusal, Staff, Whom};
use sora_bot::domain::account::MovementReason;
use sora_bot::domain::id::{UpdateId, UserId};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::user::Profile;

use crate::support::shop::{ADMIN, OTHER, USER, WELCOME, profile};
use crate::support::world::{Shop, World};

const CASHIER: UserId = UserId(3);
const SUPPORT: UserId = UserId(4);

fn top_up(request: &str, actor: By, whom: Whom, amount: i64) -> Handout {
    Handout {
        request: request.into(),
        giving: Giving::TopUp,
        actor,
        whom,
        amount: Tokens::new(amount),
        reason: "перевод на Kaspi".into(),
    }
}

async fn asks(shop: &Shop, update: u64, by: UserId, whom: Whom, amount: i64) -> HandoutOutcome {
    let handout = top_up(&format!("update:{update}"), By::Admin(by), whom, amount);
    shop.app.hand_out_or_ask(UpdateId(update), handout).await.unwrap()
}

fn done(outcome: HandoutOutcome) -> HandoutDone {
    match outcome {
        HandoutOutcome::Done(done) => done,
        HandoutOutcome::Asked(asking) => panic!("asked: {asking:?}"),
    }
}

fn named(name: &str) -> Whom {
    Whom::Username(name.to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_admins_top_up_arrives_once_and_the_user_is_told_once() {
    let shop = World::new().open();
    shop.meet(USER).await;
    for repeated in [false, true] {
        let done = done(asks(&shop, 7, ADMIN, Whom::User(USER), 742).await);
        assert_eq!((done.after, done.repeated), (Tokens::new(10_742), repeated));
    }
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.inbox(USER), ["credit 742"]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_top_up_moves_nothing() {
    let shop = World::new().open();
    shop.meet(USER).await;
    let him = Whom::User(USER);
    let ask = async |request: Handout| shop.app.hand_out(None, request).await.unwrap_err();
    let refused = ask(top_up("a", By::Admin(USER), him.clone(), 742)).await;
    assert!(matches!(refused, HandoutRefusal::NotAllowed), "not even for himself");
    let refused = ask(top_up("a", By::Admin(ADMIN), Whom::User(UserId(404)), 742)).await;
    assert!(matches!(refused, HandoutRefusal::NoSuchUser));
    let refused = ask(top_up("a", By::Admin(ADMIN), named("@nobody"), 742)).await;
    assert!(matches!(refused, HandoutRefusal::NoSuchUser));
    for amount in [0, -742, 1_000_000_001] {
        let refused = ask(top_up("a", By::Admin(ADMIN), him.clone(), amount)).await;
        assert!(matches!(refused, HandoutRefusal::Amount), "{amount}");
    }
    shop.app.hand_out(None, top_up("a", By::Operator, him.clone(), 1)).await.unwrap();
    let refused = ask(top_up("a", By::Admin(ADMIN), him, 2)).await;
    assert!(matches!(refused, HandoutRefusal::Conflict), "one command, one sum");
    assert_eq!(shop.available(USER), WELCOME.plus(Tokens::new(1)).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_name_means_whoever_has_it_now() {
    let shop = World::new().open();
    shop.app.meet(USER, &profile("Aigerim")).await.unwrap();
    let nameless = Profile { username: None, ..profile("Aigerim") };
    shop.app.meet(USER, &nameless).await.unwrap();
    let asked = top_up("a", By::Admin(ADMIN), named("@aigerim"), 5);
    assert!(
        matches!(shop.app.hand_out(None, asked.clone()).await, Err(HandoutRefusal::NoSuchUser)),
        "a first name is no username"
    );
    shop.app.meet(OTHER, &profile("AIGERIM")).await.unwrap();
    assert_eq!(done(asks(&shop, 1, ADMIN, named("aigerim"), 5).await).user, OTHER);
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn of_a_name_that_two_had_the_admin_says_who_is_meant_and_only_once() {
    let shop = World::new().open();
    for user in [ADMIN, USER, OTHER] {
        shop.app.meet(user, &profile(if user == ADMIN { "boss" } else { "aigerim" })).await.unwrap();
    }
    let HandoutOutcome::Asked(asking) = asks(&shop, 5, ADMIN, named("aigerim"), 700).await else {
        panic!("nobody was asked")
    };
    let people: Vec<_> = asking.people.iter().map(|(user, _)| user.id).collect();
    assert_eq!((people, asking.large), (vec![OTHER, USER], false));
    assert_eq!((shop.available(USER), shop.available(OTHER)), (WELCOME, WELCOME), "nothing has moved");

    // A restart later he still means it; a second tap gives nothing more, and neither does the other button.
    let shop = {
        let world = shop.finish().await;
        world.open()
    };
    for repeated in [false, true] {
        let done = shop.app.confirm_handout(UpdateId(6), ADMIN, asking.number, USER).await.unwrap();
        assert_eq!((done.user, done.after.get(), done.repeated), (USER, 10_700, repeated));
    }
    let other = shop.app.confirm_handout(UpdateId(7), ADMIN, asking.number, OTHER).await;
    assert!(matches!(other, Err(HandoutRefusal::Conflict)), "{other:?}");
    let stranger = shop.app.confirm_handout(UpdateId(8), USER, asking.number, USER).await;
    assert!(matches!(stranger, Err(HandoutRefusal::Gone)), "{stranger:?}");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn large_sums_and_names_not_seen_for_long_are_asked_about_and_a_late_yes_is_none() {
    let shop = World::new().open();
    shop.app.meet(ADMIN, &profile("boss")).await.unwrap();
    shop.app.meet(USER, &profile("aigerim")).await.unwrap();
    let HandoutOutcome::Asked(large) = asks(&shop, 1, ADMIN, Whom::User(USER), 50_000).await else {
        panic!("nobody was asked")
    };
    assert!(large.large && !large.stale);
    done(asks(&shop, 2, ADMIN, Whom::User(USER), 49_999).await);
    assert!(shop.app.drop_handout(ADMIN, large.number).await.unwrap());
    let dropped = shop.app.confirm_handout(UpdateId(3), ADMIN, large.number, USER).await;
    assert!(matches!(dropped, Err(HandoutRefusal::Gone)), "{dropped:?}");

    // Nobody's bells ring meanwhile: a month with a bot that waits for something each minute takes a minute here.
    let world = shop.finish().await;
    tokio::time::sleep(Duration::from_secs(31 * 24 * 3600)).await;
    let shop = world.open();
    let HandoutOutcome::Asked(stale) = asks(&shop, 4, ADMIN, named("aigerim"), 5).await else {
        panic!("nobody was asked")
    };
    assert!(stale.stale && !stale.large && stale.people.len() == 1);
    done(asks(&shop, 5, ADMIN, Whom::User(USER), 5).await);
    shop.after(Duration::from_secs(3601)).await;
    let late = shop.app.confirm_handout(UpdateId(6), ADMIN, stale.number, USER).await;
    assert!(matches!(late, Err(HandoutRefusal::Gone)), "{late:?}");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cashier_tops_up_within_his_limit_support_never_and_only_an_owner_grants() {
    let world = World::with(|settings| {
        settings.staff = Staff { cashiers: vec![CASHIER], support: vec![SUPPORT], ..Staff::default() };
    });
    let shop = world.open();
    for user in [USER, CASHIER, SUPPORT] {
        shop.meet(user).await;
    }
    let ask = async |by: UserId, giving: Giving, amount: i64, update: u64| {
        let handout =
            Handout { giving, ..top_up(&format!("u{update}"), By::Admin(by), Whom::User(USER), amount) };
        shop.app.hand_out_or_ask(UpdateId(update), handout).await
    };
    assert!(ask(CASHIER, Giving::TopUp, 20_000, 1).await.is_ok());
    for (by, giving, amount) in [
        (CASHIER, Giving::TopUp, 20_001),
        (CASHIER, Giving::Grant, 1),
        (SUPPORT, Giving::TopUp, 1),
        (USER, Giving::Grant, 1),
    ] {
        let refused = ask(by, giving, amount, 2).await;
        assert!(
            matches!(refused, Err(HandoutRefusal::NotAllowed | HandoutRefusal::Limit(_))),
            "{by} {giving:?} {amount}: {refused:?}"
        );
    }
    assert!(ask(ADMIN, Giving::Grant, 300, 3).await.is_ok());
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.inbox(USER), ["credit 20000", "granted 300"]);
    let reasons: Vec<_> =
        shop.app.history(USER, 2).unwrap().into_iter().map(|movement| movement.reason).collect();
    assert_eq!(reasons, [MovementReason::Grant, MovementReason::TopUp]);
    let (rows, more) = shop.app.audit_page(0, 1).unwrap();
    assert_eq!(
        (rows[0].entry.act.action(), rows[0].reason.as_deref(), more),
        ("grant", Some("перевод на Kaspi"), true)
    );
    shop.finish().await;
}
