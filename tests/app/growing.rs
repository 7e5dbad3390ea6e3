//! Invitations, codes, welcome gifts and reminders, as people live through them.

use std::time::Duration;

use sora_bot::app::{By, CodeOutcome, Giving, Handout, Whom};
use sora_bot::domain::growth::{CodeGives, Growth, Nudge, PromoCode, Referral, WelcomeGuard};
use sora_bot::domain::id::{UpdateId, UserId};
use sora_bot::domain::job::Phase;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::user::Profile;
use sora_bot::store::{ClaimRefusal, Claimed};

use crate::support::shop::{ADMIN, OTHER, PRICE, USER, WELCOME, profile};
use crate::support::world::{Shop, World};

const INVITED: UserId = UserId(2001);
const BOTH: Referral = Referral { inviter: Tokens::new(200), invited: Tokens::new(100), most: 50 };

async fn shop_with(growth: Growth) -> Shop {
    let world = World::new();
    world.scripts.save_growth(growth, "v2");
    world.open()
}

fn code(name: &str, gives: CodeGives) -> PromoCode {
    let code = name.to_owned();
    PromoCode { code, gives, uses: None, from: None, to: None, newcomers: false, allow_loss: false }
}

async fn buys(shop: &Shop, user: UserId) {
    let bought = Handout {
        request: format!("buys:{user}"),
        giving: Giving::TopUp,
        actor: By::Operator,
        whom: Whom::User(user),
        amount: Tokens::new(1_000),
        reason: String::new(),
    };
    shop.app.hand_out(None, bought).await.unwrap();
}

async fn has_a_film(shop: &Shop, user: UserId, number: u64) {
    let job = shop.ordered(user, number).await;
    shop.until_phase(job, Phase::Delivered).await;
    shop.until_quiet().await;
}

fn earned(shop: &Shop, user: UserId) -> i64 {
    shop.app.invitations(user).unwrap().earned.get()
}

#[tokio::test(start_paused = true)]
async fn an_invitation_pays_once_after_the_first_film_for_money() {
    let shop = shop_with(Growth { referral: BOTH, ..Growth::default() }).await;
    shop.meet(USER).await;
    shop.app.meet_sent(INVITED, &profile("new"), Some(USER)).await.unwrap();
    has_a_film(&shop, INVITED, 1).await;
    assert_eq!(earned(&shop, USER), 0, "a film for welcome tokens earns nothing");
    buys(&shop, INVITED).await;
    for (number, expected) in [(2, 200), (3, 200)] {
        has_a_film(&shop, INVITED, number).await;
        assert_eq!(earned(&shop, USER), expected);
    }
    assert_eq!(shop.available(USER), WELCOME.plus(Tokens::new(200)).unwrap());
    let told =
        |user: UserId, what: &str| shop.world.chat.inbox(user).iter().filter(|said| *said == what).count();
    assert_eq!((told(USER, "bonus 200 Inviter"), told(INVITED, "bonus 100 Invited")), (1, 1));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_invites_himself_an_old_friend_or_his_own_inviter() {
    let shop = shop_with(Growth { referral: BOTH, ..Growth::default() }).await;
    shop.app.meet_sent(USER, &profile("a"), Some(USER)).await.unwrap();
    shop.app.meet_sent(OTHER, &profile("b"), Some(USER)).await.unwrap();
    shop.app.meet_sent(USER, &profile("a2"), Some(OTHER)).await.unwrap();
    shop.app.meet_sent(INVITED, &profile("c"), Some(UserId(404))).await.unwrap();
    let inviter = |user| shop.app.store.inviter_of(user).unwrap();
    assert_eq!([USER, OTHER, INVITED].map(inviter), [None, Some(USER), None]);
    for (number, user) in [(1, USER), (2, OTHER), (3, INVITED)] {
        buys(&shop, user).await;
        has_a_film(&shop, user, number).await;
    }
    assert_eq!([USER, OTHER, INVITED].map(|user| earned(&shop, user)), [200, 0, 0]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn welcome_gifts_of_a_day_run_out_and_the_owner_hears_it_once() {
    let guard = WelcomeGuard { per_day: Some(2), only_named: true };
    let shop = shop_with(Growth { welcome: guard, ..Growth::default() }).await;
    let nameless = Profile { username: None, ..profile("x") };
    assert_eq!(shop.app.meet(UserId(1), &nameless).await.unwrap().welcomed, Tokens::ZERO);
    let mut welcomed = Vec::new();
    for id in 10..14 {
        welcomed.push(shop.app.meet(UserId(id), &profile(&format!("u{id}"))).await.unwrap().welcomed);
    }
    assert_eq!(welcomed, [WELCOME, WELCOME, Tokens::ZERO, Tokens::ZERO]);
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.alerts(ADMIN).len(), 1, "{:?}", shop.world.chat.alerts(ADMIN));
    shop.after(Duration::from_secs(24 * 3600)).await;
    assert_eq!(shop.app.meet(UserId(20), &profile("u20")).await.unwrap().welcomed, WELCOME);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_code_gives_its_tokens_once_and_a_discount_lowers_every_price_until_its_last_day() {
    let codes = vec![
        code("START", CodeGives::Tokens(Tokens::new(500))),
        code("VESNA", CodeGives::Discount { percent: 50, days: 2 }),
        PromoCode { newcomers: true, ..code("NEWBIE", CodeGives::Tokens(Tokens::new(5))) },
    ];
    let shop = shop_with(Growth { codes, ..Growth::default() }).await;
    shop.meet(USER).await;
    let scripts = shop.app.scripts.current();
    let claim = async |written: &str, update: u64| {
        shop.app.claim_code(&scripts, UpdateId(update), USER, written).await.unwrap()
    };
    assert_eq!(claim("nothing", 1).await, CodeOutcome::Unknown);
    let CodeOutcome::Claimed(Claimed::Tokens { available, .. }) = claim("start", 2).await else { panic!() };
    assert_eq!(available, WELCOME.plus(Tokens::new(500)).unwrap());
    assert_eq!(claim("START", 3).await, CodeOutcome::Refused(ClaimRefusal::Already));
    buys(&shop, USER).await;
    assert_eq!(claim("newbie", 4).await, CodeOutcome::Refused(ClaimRefusal::NotNew));

    assert!(matches!(claim("Vesna", 5).await, CodeOutcome::Claimed(Claimed::Discount(_))));
    let price = |user| {
        let model = sora_bot::domain::id::ModelId::new("sora-2");
        let shape = sora_bot::domain::catalog::Orientation::Horizontal;
        shop.app.quote_to(&scripts, Some(user), &model, 8, shape).unwrap()
    };
    assert_eq!((price(USER).price.get(), price(OTHER).price), (371, PRICE));
    let draft = shop.draft(USER, 9, "кот").await;
    let quote = price(USER);
    let card = sora_bot::domain::id::MessageRef { chat: USER.0, message: 1 };
    let placed = shop.app.place_order(UpdateId(6), USER, draft.id, quote.clone(), quote.price, card).await;
    assert_eq!(placed.unwrap().job.quote.price.get(), 371);
    shop.after(Duration::from_secs(48 * 3600)).await;
    assert_eq!(price(USER).price, PRICE, "its last day is over");
    shop.until_quiet().await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_reminder_comes_an_hour_after_the_film_not_often_and_not_to_whom_it_annoys() {
    let nudge = Some(Nudge { below: Tokens::new(20_000), every_days: 14 });
    let shop = shop_with(Growth { nudge, ..Growth::default() }).await;
    let nudged = |shop: &Shop, user: UserId| {
        shop.world.chat.inbox(user).iter().filter(|said| said.starts_with("nudge")).count()
    };
    shop.meet(OTHER).await;
    shop.app.set_muted(OTHER, sora_bot::domain::broadcast::Mute::Reminders, true).await.unwrap();
    for (number, user) in [(1, USER), (2, OTHER)] {
        has_a_film(&shop, user, number).await;
    }
    assert_eq!(nudged(&shop, USER), 0, "first he looks at his film");
    shop.after(Duration::from_secs(3 * 3600)).await;
    assert_eq!((nudged(&shop, USER), nudged(&shop, OTHER)), (1, 0));
    has_a_film(&shop, USER, 3).await;
    shop.after(Duration::from_secs(3 * 3600)).await;
    assert_eq!(nudged(&shop, USER), 1, "once in a fortnight");
    let world = shop.finish().await;
    tokio::time::sleep(Duration::from_secs(15 * 24 * 3600)).await;
    let shop = world.open();
    has_a_film(&shop, USER, 4).await;
    shop.world.scripts.save_growth(Growth::default(), "v3");
    shop.after(Duration::from_secs(3 * 3600)).await;
    assert_eq!(nudged(&shop, USER), 1, "the owner has switched it off");
    shop.finish().await;
}
