//! A payment is heard of one to five times over each way of hearing, all news shuffled, 32 at once: one credit each.
//!
//! `TRIALS=10000 cargo test --test app every_payment` is the long run.

use std::sync::Arc;

use futures::StreamExt as _;
use sora_bot::app::Heard;
use sora_bot::app::port::{RailEvent, Random as _, WebhookRequest};
use sora_bot::domain::id::UserId;
use sora_bot::domain::purchase::{Purchase, PurchaseState};
use sora_bot::domain::rail::{Payment, Way};
use sora_bot::store::By;

use crate::support::shop::{ADMIN, OTHER, assert_verified};
use crate::support::till::{PACKAGE, PRICE, Till, WAYS, times};
use crate::support::time::SeededRandom;

const AT_ONCE: usize = 32;
/// Payments whose news are shuffled among each other.
const BATCH: u64 = 100;

/// One word of a payment, on its way to us.
enum News {
    Webhook(WebhookRequest),
    /// An update of Telegram's, or a gateway's call.
    Told(Payment),
    /// A question of ours: the poll's, or that of a buyer who comes back by the deep link.
    Poll(Purchase),
    /// An admin who has seen the money.
    Admin(Purchase, UserId),
}

struct Dice(SeededRandom);

impl Dice {
    fn below(&self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % limit
    }

    fn shuffle<T>(&self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            let other = usize::try_from(self.below(place as u64 + 1)).unwrap();
            list.swap(place, other);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_payment_is_credited_once_however_often_and_by_whatever_way_it_is_told() {
    let (till, dice) = (Till::open().await, Dice(SeededRandom::new(11)));
    let trials = times("TRIALS", 1_000);
    let mut credited = 0;
    for first in (0..trials).step_by(BATCH as usize) {
        let numbers = first..(first + BATCH).min(trials);
        let opened = futures::stream::iter(numbers.clone()).map(|number| open(&till, number));
        let purchases: Vec<Purchase> = opened.buffer_unordered(AT_ONCE).collect().await;
        let mut news: Vec<News> =
            purchases.iter().flat_map(|purchase| paid(&till, &dice, purchase)).collect();
        dice.shuffle(&mut news);
        let heard = futures::stream::iter(news).map(|news| {
            let app = Arc::clone(&till.app);
            tokio::spawn(async move { hear(&app, news).await })
        });
        let heard: Vec<_> = heard.buffer_unordered(AT_ONCE).collect().await;
        credited += heard.into_iter().map(|done| u64::from(done.unwrap())).sum::<u64>();
        for purchase in purchases {
            assert_eq!(till.balance(purchase.user), PACKAGE.get(), "{purchase:?}");
            let now = till.app.store.purchase(purchase.id).unwrap().unwrap();
            assert_eq!((now.state, now.credited), (PurchaseState::Paid, PACKAGE), "{purchase:?}");
        }
    }
    // The statements say all of it once more.
    let compared = till.app.reconcile().await.unwrap();
    for reconciled in compared {
        let found = reconciled.outcome.unwrap();
        assert_eq!(
            (found.credited, found.doubted, found.differences),
            (0, 0, Vec::new()),
            "{}",
            reconciled.way
        );
    }
    assert!(credited <= trials, "{credited} of {trials}: each word that credits is one credit");
    assert_eq!(till.app.store.doubted_payments().unwrap(), []);
    assert_verified(&till.app.store);
    let credits = till.app.store.takings(|_| till.app.today()).unwrap();
    assert_eq!(credits.iter().map(|taken| taken.payments).sum::<u64>(), trials);
}

async fn open(till: &Till, number: u64) -> Purchase {
    let user = UserId(i64::try_from(number).unwrap() + 10_000);
    till.purchase(user, WAYS[usize::try_from(number).unwrap() % WAYS.len()]).await
}

/// The buyer pays, and word of it goes out by every way there is, each one to five times.
fn paid(till: &Till, dice: &Dice, purchase: &Purchase) -> Vec<News> {
    let often = || 0..=dice.below(5);
    let mut news = Vec::new();
    match purchase.way {
        Way::Stripe => {
            let session = till.pays_by_card(purchase);
            let kinds = ["checkout.session.completed", "checkout.session.async_payment_succeeded"];
            for kind in kinds {
                news.extend(often().map(|_| News::Webhook(till.tells(kind, &session))));
            }
        }
        Way::KaspiDesk => {
            for admin in [ADMIN, OTHER] {
                news.extend(often().map(|_| News::Admin(purchase.clone(), admin)));
            }
            return news;
        }
        _ => {
            let payment = till.played.pays(purchase, &format!("charge-{}", purchase.id));
            news.extend(often().map(|_| News::Told(payment.clone())));
        }
    }
    news.extend(often().map(|_| News::Poll(purchase.clone())));
    news.extend(often().map(|_| News::Poll(purchase.clone())));
    news
}

/// Did this very word credit?
async fn hear(app: &sora_bot::app::App, news: News) -> bool {
    match news {
        News::Webhook(request) => {
            app.called(Way::Stripe, &request).await.unwrap();
            false
        }
        News::Told(payment) => app.hear(RailEvent::Paid(payment)).await.unwrap() == Heard::Credited,
        News::Poll(purchase) => {
            assert_eq!(app.look_at(purchase).await.unwrap().state, PurchaseState::Paid);
            false
        }
        News::Admin(purchase, admin) => {
            let now = app.clock.now();
            let by = By::Admin(admin);
            app.store.confirm_purchase(None, purchase.id, by, PRICE, Vec::new(), now).await.unwrap().is_ok()
        }
    }
}

#[tokio::test]
async fn money_that_goes_back_and_forth_is_followed_whatever_the_order_of_the_news() {
    let till = Till::open().await;
    let user = UserId(7);
    let purchase = till.purchase(user, Way::Stripe).await;
    let session = till.pays_by_card(&purchase);
    till.app.called(Way::Stripe, &till.tells("checkout.session.completed", &session)).await.unwrap();
    assert_eq!(till.balance(user), PACKAGE.get());
    till.stripe.happen(purchase.reference.as_deref().unwrap(), "dispute").unwrap();
    // No webhook came: the sweep of events tells.
    let rail = till.app.rails.get(Way::Stripe).unwrap();
    let hour_ago = till.now().minus(std::time::Duration::from_secs(3600));
    let sweep = async || {
        let mut heard = Vec::new();
        for event in rail.sweep(hour_ago).await.unwrap() {
            heard.push(till.app.hear(event).await.unwrap());
        }
        heard
    };
    assert!(sweep().await.contains(&Heard::Returned));
    assert_eq!(till.balance(user), 0);
    assert!(!sweep().await.contains(&Heard::Returned), "the same news again");
    till.stripe.happen(purchase.reference.as_deref().unwrap(), "win").unwrap();
    assert!(sweep().await.contains(&Heard::Undone));
    assert_eq!(till.balance(user), PACKAGE.get());

    // A refund in two parts, of which a webhook of the old kind tells: it names no refund.
    let api = &till.stripe;
    api.refund(purchase.reference.as_deref().unwrap(), Some(66_800)).unwrap();
    let charge = api.events().into_iter().rfind(|event| event["type"] == "charge.refunded").unwrap();
    let request = till.tells("charge.refunded", &charge["data"]["object"]);
    for _ in 0..3 {
        till.app.called(Way::Stripe, &request).await.unwrap();
        assert_eq!(till.balance(user), PACKAGE.get() / 2);
    }
    assert_verified(&till.app.store);
}

#[tokio::test]
async fn a_transfer_waits_for_its_bank_and_is_credited_or_closed_then() {
    for (end, state, balance) in
        [("arrive", PurchaseState::Paid, PACKAGE.get()), ("bounce", PurchaseState::Expired, 0)]
    {
        let till = Till::open().await;
        let user = UserId(7);
        let purchase = till.purchase(user, Way::Stripe).await;
        let session = purchase.reference.clone().unwrap();
        till.stripe.happen(&session, "transfer").unwrap();
        let looked = till.app.look_at(purchase.clone()).await.unwrap();
        assert_eq!(looked.state, PurchaseState::Processing);
        // Its time here is over, and its bank's is not.
        till.app.store.expire_purchases(purchase.expires_at).await.unwrap();
        assert_eq!(till.app.look_at(looked.clone()).await.unwrap().state, PurchaseState::Processing);
        till.stripe.happen(&session, end).unwrap();
        assert_eq!(till.app.look_at(looked).await.unwrap().state, state, "{end}");
        assert_eq!(till.balance(user), balance);
        assert_verified(&till.app.store);
    }
}

#[tokio::test]
async fn what_was_missed_is_found_by_comparing_and_what_nobody_can_explain_is_told() {
    let till = Till::open().await;
    let (missed, foreign, other_sum) = (UserId(7), UserId(8), UserId(9));
    let purchase = till.purchase(missed, Way::Stripe).await;
    till.pays_by_card(&purchase);
    // The book has a payment that Stripe never had, and one with another sum.
    let never = till.purchase(foreign, Way::Stripe).await;
    let payment = crate::support::till::payment(&never, "pi_never");
    till.app.hear(RailEvent::Paid(payment)).await.unwrap();
    let altered = till.purchase(other_sum, Way::Stripe).await;
    let session = till.pays_by_card(&altered);
    till.app.called(Way::Stripe, &till.tells("checkout.session.completed", &session)).await.unwrap();
    till.stripe.alter(altered.reference.as_deref().unwrap(), |session| session["amount_total"] = 5.into());
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;

    let compared = till.app.reconcile().await.unwrap();
    let stripe = compared.into_iter().find(|compared| compared.way == Way::Stripe).unwrap().outcome.unwrap();
    assert_eq!((stripe.named, stripe.credited, stripe.doubted), (2, 1, 0));
    assert_eq!(till.balance(missed), PACKAGE.get());
    let mut differences: Vec<_> = stripe
        .differences
        .iter()
        .map(|found| (found.user.unwrap(), found.there.clone().map(|money| money.amount)))
        .collect();
    differences.sort();
    assert_eq!(differences, [(foreign, None), (other_sum, Some(5))]);
    let fees: Vec<_> = till.app.store.takings(|_| till.app.today()).unwrap();
    assert_eq!((fees[0].payments, fees[0].fees_known), (3, 2), "what Stripe kept is known of what it knows");
    assert!(fees[0].fees.get() > 0);

    // Said once; and the second time there is nothing to put right.
    let alerts = || till.app.store.first_notices().unwrap().len();
    let told = alerts();
    let again = till.app.reconcile().await.unwrap();
    let again = again.into_iter().find(|compared| compared.way == Way::Stripe).unwrap().outcome.unwrap();
    assert_eq!((again.credited, again.differences.len(), alerts()), (0, 2, told));
    assert_verified(&till.app.store);
}

#[tokio::test]
async fn an_answer_that_is_lost_leads_to_the_same_page_and_a_stripe_that_fails_to_none() {
    let till = Till::open().await;
    let first = till.purchase(UserId(7), Way::Stripe).await;
    let again = till.purchase(UserId(7), Way::Stripe).await;
    assert_eq!((first.id, &first.reference), (again.id, &again.reference), "asked twice, one page");
    assert_eq!(till.stripe.sessions().len(), 1);
    let session = &till.stripe.sessions()[0];
    assert_eq!(
        (session["amount_total"].as_i64(), session["currency"].as_str()),
        (Some(133_600), Some("kzt"))
    );
    assert_eq!(session["metadata"]["purchase"], first.id.to_string());
    assert_eq!(session["client_reference_id"], first.code().to_string());
    assert_eq!(session["locale"], "ru");
    assert_eq!(session["success_url"], format!("https://t.me/bot?start=paid_{}", first.code()));
    for status in [500, 503, 429] {
        till.stripe.fail_next(status);
        let looked = till.app.look_at(first.clone()).await.unwrap();
        assert_eq!(looked.state, PurchaseState::Open, "silence changes nothing");
    }
}
