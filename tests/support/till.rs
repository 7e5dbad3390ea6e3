//! A till with four ways to pay, each with an outside of its own: Stripe's emulator over the wire, and three played ones. Time is
//! the real one, for Stripe's pages know it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::json;
use sora_bot::app::port::{Checkout, Clock, Place, Rail, RailError, RailEvent, WebhookRequest};
use sora_bot::app::{App, Engines, Rails};
use sora_bot::domain::id::{PaymentId, PurchaseId, UserId};
use sora_bot::domain::money::{Tiyn, Tokens};
use sora_bot::domain::purchase::Purchase;
use sora_bot::domain::rail::{Money, Payment, Way};
use sora_bot::domain::time::Timestamp;
use sora_bot::payment::stripe::{Stripe, StripeSettings};
use sora_bot::sandbox::stripe_api::{Pay, StripeApi, signature};
use sora_bot::store::NewPurchase;
use tokio_util::task::AbortOnDropHandle;

use super::shop::{memory_store, profile};
use super::world::World;

pub const WAYS: [Way; 4] = [Way::Stripe, Way::Stars, Way::KaspiGateway, Way::KaspiDesk];
pub const PACKAGE: Tokens = Tokens::new(1_484);
pub const PRICE: Tiyn = Tiyn::new(133_600);
pub const STARS: i64 = 215;
pub const SECRET: &str = "whsec_till";
pub const BOT: &str = "42";
const KEY: &str = "sk_test_till";

pub struct Till {
    pub app: Arc<App>,
    pub stripe: Arc<StripeApi>,
    pub played: Arc<Played>,
    clock: Arc<WallClock>,
    _server: AbortOnDropHandle<()>,
}

/// The emulator's time.
struct WallClock(Arc<StripeApi>);

#[async_trait]
impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.now())
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// A rail of which a test says what was paid there.
#[derive(Default)]
pub struct Played(Mutex<BTreeMap<PurchaseId, Payment>>);

impl Played {
    pub fn pays(&self, purchase: &Purchase, id: &str) -> Payment {
        let payment = payment(purchase, id);
        self.0.lock().unwrap().insert(purchase.id, payment.clone());
        payment
    }
}

#[async_trait]
impl Rail for Played {
    async fn open(&self, _: &Checkout) -> Result<Place, RailError> {
        Ok(Place::default())
    }

    async fn look(&self, purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        let paid = self.0.lock().unwrap().get(&purchase.id).cloned();
        Ok(paid.map(RailEvent::Paid).into_iter().collect())
    }

    async fn statement(&self, _: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        Ok(self.0.lock().unwrap().values().cloned().map(RailEvent::Paid).collect())
    }
}

pub fn payment(purchase: &Purchase, id: &str) -> Payment {
    Payment {
        way: purchase.way,
        id: PaymentId::new(id),
        purchase: Some(purchase.id),
        place: purchase.reference.clone(),
        payer: None,
        money: purchase.price.clone(),
        fee: None,
        doubt: None,
        terms: None,
    }
}

impl Till {
    pub async fn open() -> Self {
        let stripe = StripeApi::new(KEY);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let router = stripe.router();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings = StripeSettings {
            key: SecretString::from(KEY),
            webhook_secrets: vec![SecretString::from(SECRET)],
            api_url,
            bot: BOT.into(),
        };
        let cards: Arc<dyn Rail> = Arc::new(Stripe::new(settings).unwrap());
        let played = Arc::new(Played::default());
        let rails = WAYS.map(|way| {
            let rail: Arc<dyn Rail> = if way == Way::Stripe { cards.clone() } else { played.clone() };
            (way, rail)
        });
        let world = World::new();
        let clock = Arc::new(WallClock(stripe.clone()));
        let app = App::new(
            memory_store(),
            world.scripts.clone(),
            Engines::default(),
            clock.clone(),
            world.random.clone(),
            world.settings.clone(),
        );
        let app = Arc::new(app.with_rails(Rails::new(rails)));
        Self { app, stripe, played, clock, _server: AbortOnDropHandle::new(server) }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn meet(&self, user: UserId) {
        let key = [u8::try_from(user.0.rem_euclid(251)).unwrap(); 32];
        let name = profile(&format!("buyer{user}"));
        self.app.store.meet(user, name, Tokens::ZERO, key, self.now()).await.unwrap();
    }

    /// A new buyer's purchase, and the place where it is paid.
    pub async fn purchase(&self, user: UserId, way: Way) -> Purchase {
        self.meet(user).await;
        let (price, now) =
            (if way == Way::Stars { Money::stars(STARS) } else { Money::tiyn(PRICE) }, self.now());
        let new = NewPurchase {
            user,
            way,
            tokens: PACKAGE,
            price,
            worth: PRICE,
            card: None,
            expires_at: now.plus(Duration::from_secs(3600)),
            most: 3,
            now,
        };
        let purchase = self.app.store.open_purchase(None, new).await.unwrap().unwrap();
        let checkout = Checkout {
            purchase: purchase.clone(),
            title: "1 484 токена".into(),
            description: "Токены".into(),
            language: "ru".into(),
            back: Some(format!("https://t.me/bot?start=paid_{}", purchase.code())),
            phone: None,
            now,
        };
        let place = self.app.rails.get(way).unwrap().open(&checkout).await.unwrap();
        self.app.store.note_place(purchase.id, place.reference.clone(), place.link.clone()).await.unwrap();
        Purchase { reference: place.reference, link: place.link, ..purchase }
    }

    /// The buyer pays at Stripe by a good card; gives the session as it is then.
    pub fn pays_by_card(&self, purchase: &Purchase) -> serde_json::Value {
        self.stripe.pay(purchase.reference.as_deref().unwrap(), Pay::Card).unwrap()
    }

    /// The webhook that tells of a session, signed now.
    pub fn tells(&self, kind: &str, object: &serde_json::Value) -> WebhookRequest {
        let event = json!({
            "id": format!("evt_{}_{kind}", object["id"].as_str().unwrap_or_default()), "object": "event", "type": kind,
            "livemode": false, "data": {"object": object},
        });
        signed(event.to_string().into_bytes(), self.stripe.now())
    }

    pub fn balance(&self, user: UserId) -> i64 {
        self.app.store.balance(user).unwrap().available.get()
    }
}

pub fn signed(body: Vec<u8>, at: i64) -> WebhookRequest {
    let header = signature(&[SECRET.to_owned()], at, &body);
    let headers = BTreeMap::from([("stripe-signature".to_owned(), header)]);
    WebhookRequest { headers, body: body.into(), ..WebhookRequest::default() }
}

/// A number from the environment, for runs that are longer than the usual one.
pub fn times(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |written| written.parse().unwrap())
}
