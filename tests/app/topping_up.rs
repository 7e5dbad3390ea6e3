//! An admin gives tokens; nobody else does, and nobody gets them twice.

use sora_bot::app::{TopUp, TopUpRefusal, Whom};
use sora_bot::domain::id::{UpdateId, UserId};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::user::Profile;
use sora_bot::store::By;

use crate::support::shop::{ADMIN, OTHER, USER, WELCOME, profile};
use crate::support::world::World;

fn top_up(request: &str, actor: By, whom: Whom, amount: i64) -> TopUp {
    TopUp {
        request: request.into(),
        actor,
        whom,
        amount: Tokens::new(amount),
        reason: "перевод на Kaspi".into(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_admins_top_up_arrives_once_and_the_user_is_told_once() {
    let shop = World::new().open();
    shop.meet(USER).await;
    for repeated in [false, true] {
        let asked = top_up("update:7", By::Admin(ADMIN), Whom::User(USER), 742);
        let done = shop.app.top_up(Some(UpdateId(7)), asked).await.unwrap();
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
    let ask = async |request: TopUp| shop.app.top_up(None, request).await.unwrap_err();
    let refused = ask(top_up("a", By::Admin(USER), him.clone(), 742)).await;
    assert!(matches!(refused, TopUpRefusal::NotAdmin), "not even for himself");
    let refused = ask(top_up("a", By::Admin(ADMIN), Whom::User(UserId(404)), 742)).await;
    assert!(matches!(refused, TopUpRefusal::NoSuchUser));
    let refused = ask(top_up("a", By::Admin(ADMIN), Whom::Username("@nobody".into()), 742)).await;
    assert!(matches!(refused, TopUpRefusal::NoSuchUser));
    for amount in [0, -742, 1_000_000_001] {
        let refused = ask(top_up("a", By::Admin(ADMIN), him.clone(), amount)).await;
        assert!(matches!(refused, TopUpRefusal::Amount), "{amount}");
    }
    shop.app.top_up(None, top_up("a", By::Operator, him.clone(), 1)).await.unwrap();
    let refused = ask(top_up("a", By::Admin(ADMIN), him, 2)).await;
    assert!(matches!(refused, TopUpRefusal::Conflict), "one command, one sum");
    assert_eq!(shop.available(USER), WELCOME.plus(Tokens::new(1)).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_name_means_whoever_has_it_now() {
    let shop = World::new().open();
    shop.app.meet(USER, &profile("Aigerim")).await.unwrap();
    let nameless = Profile { username: None, ..profile("Aigerim") };
    shop.app.meet(USER, &nameless).await.unwrap();
    let asked = top_up("a", By::Admin(ADMIN), Whom::Username("@aigerim".into()), 5);
    assert!(
        matches!(shop.app.top_up(None, asked.clone()).await, Err(TopUpRefusal::NoSuchUser)),
        "a first name is no username"
    );
    shop.app.meet(OTHER, &profile("AIGERIM")).await.unwrap();
    assert_eq!(shop.app.top_up(None, asked).await.unwrap().user, OTHER);
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}
