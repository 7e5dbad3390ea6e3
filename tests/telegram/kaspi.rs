//! Money over Kaspi: the real rails against the sandbox's gateway and terminal, over HTTP, and the desk. However often and by
//! whatever way it is heard of, it is credited once, or somebody looks.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sora_bot::app::port::{Clock, Listening, Rail, RailError, Webhook};
use sora_bot::app::{App, BuyRefusal, CheckoutWords, DeskRefusal, Engines, Rails, Resolved, Settings};
use sora_bot::domain::id::{PurchaseId, UserId};
use sora_bot::domain::money::{Tiyn, Tokens};
use sora_bot::domain::purchase::{Evidence, Purchase, PurchaseState};
use sora_bot::domain::rail::{Doubt, Money, Way};
use sora_bot::domain::time::Timestamp;
use sora_bot::payment::door::Door;
use sora_bot::payment::kaspi_bank::{BankDoor, BankSettings, Format, KaspiBank};
use sora_bot::payment::kaspi_desk::KaspiDesk;
use sora_bot::payment::kaspi_gateway::{GatewaySettings, KaspiGateway};
use sora_bot::sandbox::kaspi_api::{KaspiApi, signature};
use sora_bot::store::NewPurchase;
use sora_bot::web::{self, Web};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::bot::app_settings;
use crate::support::scripts::FixedScripts;
use crate::support::shop::{ADMIN, OTHER, USER, assert_verified, memory_store, profile};
use crate::support::time::SeededRandom;

mod bank;
mod desk;

const SECRET: &str = "whsec";
const PHONE: &str = "87011234567";
const TOKENS: Tokens = Tokens::new(1_484);
const PRICE: Tiyn = Tiyn::new(133_600);

/// A bot with all three ways, the emulated Kaspi, and the door between them.
struct Hall {
    kaspi: Arc<KaspiApi>,
    app: Arc<App>,
    /// Where the bot is called.
    door: String,
    _stop: tokio_util::sync::DropGuard,
}

/// Kaspi's own time: what it signs is fresh.
struct KaspiClock(Arc<KaspiApi>);

#[async_trait]
impl Clock for KaspiClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.now())
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

struct Always;

impl Listening for Always {
    fn listening(&self) -> Result<(), String> {
        Ok(())
    }
}

async fn served(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

async fn hall() -> Hall {
    hall_in(Format::Json).await
}

async fn hall_in(format: Format) -> Hall {
    let kaspi = KaspiApi::new("key", SECRET, None);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = served(&listener).await;
    let router = kaspi.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let gateway = KaspiGateway::new(GatewaySettings {
        base_url: format!("{origin}/kaspi/api/v1").parse().unwrap(),
        key: "key".into(),
        webhook_secret: Some(SECRET.into()),
    });
    let rails: [(Way, Arc<dyn Rail>); 3] = [
        (Way::KaspiDesk, Arc::new(KaspiDesk { link: None })),
        (Way::KaspiGateway, Arc::new(gateway.unwrap())),
        (Way::KaspiBank, Arc::new(KaspiBank { link: None })),
    ];
    let clock = Arc::new(KaspiClock(kaspi.clone()));
    let scripts = Arc::new(FixedScripts::new());
    let random = Arc::new(SeededRandom::new(7));
    let app = App::new(memory_store(), scripts, Engines::default(), clock, random, settings());
    let app = Arc::new(app.with_rails(Rails::new(rails)));
    let bank = BankSettings {
        addresses: vec!["127.0.0.1/32".parse().unwrap()],
        caller_header: None,
        secret: None,
        format,
    };
    let webhooks: Vec<Arc<dyn Webhook>> = vec![
        Arc::new(Door { app: app.clone(), way: Way::KaspiGateway, path: "/webhooks/kaspi/gateway" }),
        Arc::new(BankDoor { app: app.clone(), settings: bank }),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = served(&listener).await;
    let stop = CancellationToken::new();
    let web = Web { app: app.clone(), listening: Arc::new(Always), webhooks, metrics_token: None };
    tokio::spawn(web::serve(listener, web, stop.clone()));
    app.meet(USER, &profile("buyer")).await.unwrap();
    Hall { kaspi, app, door, _stop: stop.drop_guard() }
}

/// Two owners behind the desk.
fn settings() -> Settings {
    app_settings(vec![ADMIN, OTHER], 0, Path::new("/nowhere"))
}

impl Hall {
    async fn opens(&self, way: Way) -> Purchase {
        let now = self.app.clock.now();
        let new = NewPurchase {
            user: USER,
            way,
            tokens: TOKENS,
            price: Money::tiyn(PRICE),
            worth: PRICE,
            card: None,
            expires_at: now.plus(Duration::from_secs(1_800)),
            most: 3,
            now,
        };
        self.app.store.open_purchase(None, new).await.unwrap().unwrap()
    }

    async fn invoiced(&self, purchase: &Purchase, phone: Option<&str>) -> Result<Purchase, BuyRefusal> {
        let words = CheckoutWords {
            title: "1 484 токена".to_owned(),
            description: "Токены".to_owned(),
            language: "ru".to_owned(),
            back: None,
        };
        self.app.invoice(purchase.clone(), words, phone.map(str::to_owned)).await
    }

    fn newest(&self) -> u64 {
        self.kaspi.invoices()[0]["id"].as_u64().unwrap()
    }

    /// What the gateway would tell of an invoice now, brought by hand.
    async fn told(&self, invoice: u64) -> u16 {
        let row = self.kaspi.invoices().into_iter().find(|row| row["id"] == invoice).unwrap();
        let body = json!({"event": "invoice.status_changed", "invoice": row}).to_string();
        self.posts(body.clone(), &signature(SECRET, body.as_bytes())).await
    }

    async fn posts(&self, body: String, signature: &str) -> u16 {
        let request = reqwest::Client::new().post(format!("{}/webhooks/kaspi/gateway", self.door));
        let answer = request.header("x-webhook-signature", signature).body(body).send().await.unwrap();
        answer.status().as_u16()
    }

    async fn asks(&self, query: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}/webhooks/kaspi?{query}", self.door)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The result of a question of the bank's, and all of its answer.
    async fn result(&self, query: &str) -> (i64, Value) {
        let (status, body) = self.asks(query).await;
        assert_eq!(status, 200, "{query}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        (body["result"].as_i64().unwrap(), body)
    }

    fn balance(&self) -> i64 {
        self.app.store.balance(USER).unwrap().available.get()
    }

    fn state(&self, purchase: PurchaseId) -> PurchaseState {
        self.app.store.purchase(purchase).unwrap().unwrap().state
    }

    fn ends_well(&self, tokens: i64) {
        assert_eq!(self.balance(), tokens);
        assert_verified(&self.app.store);
    }
}

#[tokio::test]
async fn an_invoice_is_credited_once_over_webhook_poll_and_statement_at_once() {
    let hall = hall().await;
    let purchase = hall.opens(Way::KaspiGateway).await;
    let opened = hall.invoiced(&purchase, Some(PHONE)).await.unwrap();
    let id = hall.newest();
    assert_eq!((opened.reference, opened.link), (Some(id.to_string()), None));
    assert_eq!(hall.kaspi.invoices()[0]["phone_number"], PHONE);
    assert_eq!(hall.kaspi.invoices()[0]["amount"], "1336.00");
    // Asked again, as after a crash, it is the same invoice.
    hall.invoiced(&purchase, Some(PHONE)).await.unwrap();
    assert_eq!(hall.kaspi.invoices().len(), 1);

    hall.kaspi.happen(id, "pay").unwrap();
    let purchase = &hall.app.store.purchase(purchase.id).unwrap().unwrap();
    let each = (0..32).map(|turn| {
        let hall = &hall;
        async move {
            match turn % 3 {
                0 => assert_eq!(hall.told(id).await, 200),
                1 => drop(hall.app.look_at(purchase.clone()).await.unwrap()),
                _ => drop(hall.app.reconcile().await.unwrap()),
            }
        }
    });
    futures::future::join_all(each).await;
    assert_eq!(hall.state(purchase.id), PurchaseState::Paid);
    hall.ends_well(1_484);

    // The merchant sends it back in his cabinet: its tokens go too, once.
    hall.kaspi.happen(id, "refund").unwrap();
    for _ in 0..3 {
        assert_eq!(hall.told(id).await, 200);
        hall.app.reconcile().await.unwrap();
    }
    hall.ends_well(0);
}

#[tokio::test]
async fn what_was_closed_and_is_paid_late_is_money_all_the_same() {
    for ending in ["expire", "decline"] {
        let hall = hall().await;
        let purchase = hall.opens(Way::KaspiGateway).await;
        let opened = hall.invoiced(&purchase, None).await.unwrap();
        assert!(opened.link.as_deref().is_some_and(|link| link.contains("/kaspi?invoice=")));
        let id = hall.newest();
        hall.kaspi.happen(id, ending).unwrap();
        assert_eq!(hall.told(id).await, 200);
        assert_eq!(hall.state(purchase.id), PurchaseState::Open, "a webhook closes nothing");
        assert_eq!(hall.app.look_at(opened).await.unwrap().state, PurchaseState::Expired);
        hall.kaspi.happen(id, "pay").unwrap();
        let compared = hall.app.reconcile().await.unwrap();
        let found = compared.iter().find(|rail| rail.way == Way::KaspiGateway).unwrap();
        assert_eq!(found.outcome.as_ref().map(|found| found.credited), Ok(1));
        assert_eq!(hall.told(id).await, 200);
        assert_eq!(hall.state(purchase.id), PurchaseState::Paid);
        hall.ends_well(1_484);
    }
}

#[tokio::test]
async fn another_telephone_takes_the_first_invoice_back_and_both_count_if_paid() {
    let hall = hall().await;
    let purchase = hall.opens(Way::KaspiGateway).await;
    let opened = hall.invoiced(&purchase, Some(PHONE)).await.unwrap();
    let first = hall.newest();
    hall.invoiced(&opened, Some("87770000000")).await.unwrap();
    let second = hall.newest();
    assert_ne!(first, second);
    let status = |id: u64| {
        let rows = hall.kaspi.invoices();
        rows.into_iter().find(|row| row["id"] == id).unwrap()["status"].clone()
    };
    assert_eq!((status(first), status(second)), (json!("cancelled"), json!("pending")));
    for id in [first, second] {
        hall.kaspi.happen(id, "pay").unwrap();
        assert_eq!(hall.told(id).await, 200);
    }
    hall.ends_well(2 * 1_484);
}

#[tokio::test]
async fn wrong_money_waits_for_a_cashier_who_decides_once() {
    let hall = hall().await;
    let strange = json!("sora-bot-404-1795000000000");
    for (phone, field, value, doubt, worth) in [
        ("87010000001", "amount", json!("500.00"), Doubt::Amount, Some(500)),
        ("87010000002", "is_sandbox", json!(true), Doubt::Mode, None),
        ("87010000003", "external_order_id", strange, Doubt::NoPurchase, None),
    ] {
        let before = hall.balance();
        let purchase = hall.opens(Way::KaspiGateway).await;
        hall.invoiced(&purchase, Some(phone)).await.unwrap();
        let id = hall.newest();
        hall.kaspi.alter(id, field, value);
        hall.kaspi.happen(id, "pay").unwrap();
        for _ in 0..3 {
            assert_eq!(hall.told(id).await, 200);
        }
        let (_, money) = hall.app.waiting_for_a_look().unwrap();
        let [waits] = &money[..] else { panic!("{money:?}") };
        assert_eq!((waits.payment.doubt, waits.worth), (doubt, worth.map(Tokens::new)));
        assert_eq!(hall.balance(), before, "nothing is credited without a look");
        let number = waits.payment.number;
        let credit = async |who| hall.app.credit_doubted(who, number, "видел".into()).await;
        assert!(matches!(credit(USER).await, Err(DeskRefusal::NotCashier)));
        match worth {
            Some(worth) => {
                let both = futures::future::join_all([ADMIN, OTHER].map(credit)).await;
                let both: Vec<Resolved> = both.into_iter().map(Result::unwrap).collect();
                let credited = Resolved::Credited(Tokens::new(worth));
                assert!(both.contains(&credited) && both.contains(&Resolved::Over), "{both:?}");
                assert_eq!(hall.balance(), before + worth);
            }
            None => {
                assert_eq!(credit(ADMIN).await.unwrap(), Resolved::NotCreditable);
                let back = async || hall.app.send_back_doubted(ADMIN, number, "чужие".into()).await;
                assert_eq!(back().await.unwrap(), Resolved::SentBack);
                assert_eq!(back().await.unwrap(), Resolved::Over);
                assert_eq!(hall.balance(), before);
            }
        }
        assert_eq!(hall.app.waiting_for_a_look().unwrap().1, []);
        assert_verified(&hall.app.store);
    }
}

#[tokio::test]
async fn hundreds_of_forged_webhooks_credit_nothing_and_the_true_one_after_them_does() {
    let hall = hall().await;
    let purchase = hall.opens(Way::KaspiGateway).await;
    hall.invoiced(&purchase, Some(PHONE)).await.unwrap();
    let id = hall.newest();
    let paid = json!({"event": "invoice.status_changed", "invoice": {
        "id": id, "external_order_id": hall.kaspi.invoices()[0]["external_order_id"], "amount": "1336.00", "status": "paid",
    }});
    let body = paid.to_string();
    let good = signature(SECRET, body.as_bytes());
    for turn in 0..300_usize {
        let (body, signature) = match turn % 4 {
            0 => (body.clone(), signature("guess", format!("{body}{turn}").as_bytes())),
            1 => (body.replacen("1336", &turn.to_string(), 1), good.clone()),
            2 => (body.clone(), good[..good.len() - 1 - turn % 60].to_owned()),
            _ => (body[..body.len() - 1 - turn % 40].to_owned(), good.clone()),
        };
        assert_eq!(hall.posts(body, &signature).await, 401);
    }
    hall.ends_well(0);
    assert_eq!(hall.posts(body, &good).await, 200);
    hall.ends_well(1_484);
}

#[tokio::test]
async fn a_gateway_that_is_signed_out_of_kaspi_makes_no_invoice_and_says_so() {
    let hall = hall().await;
    let rail = hall.app.rails.get(Way::KaspiGateway).unwrap();
    assert_eq!(rail.health().await, Ok(()));
    hall.kaspi.sign(false);
    assert!(matches!(rail.health().await, Err(RailError::Refused(why)) if why.contains("expired")));
    let purchase = hall.opens(Way::KaspiGateway).await;
    let refused = hall.invoiced(&purchase, Some(PHONE)).await;
    assert!(matches!(refused, Err(BuyRefusal::Rail(RailError::Unavailable(_)))), "{refused:?}");
    hall.kaspi.sign(true);
    assert!(hall.invoiced(&purchase, Some("8701")).await.is_err(), "the gateway knows no such telephone");
    hall.invoiced(&purchase, Some(PHONE)).await.unwrap();
    assert_eq!(hall.kaspi.invoices().len(), 1);
    hall.ends_well(0);
}
