//! An emulated Stripe that the official libraries take for the real thing: Checkout Sessions with a page to pay on, what
//! follows from them, events and signed webhooks.
//!
//! It forgets all when it is dropped and reaches nobody but the webhook's address. No money is real here.

mod books;
mod checkout;
mod courier;
mod form;
mod lists;
mod params;
mod payments;
mod refusal;
mod routes;
mod sessions;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use serde_json::{Value, json};
use tokio::time::Instant;

use books::Books;
pub use courier::{Delivery, Endpoint, signature};
pub use payments::Pay;
use refusal::{Answer, Refusal};

/// The server's state; see [`StripeApi::router`].
pub struct StripeApi {
    /// The only key that is let in.
    key: String,
    /// For the couriers.
    http: reqwest::Client,
    /// Seconds since 1970 at `born`.
    started_at: Duration,
    born: Instant,
    books: Mutex<Books>,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    deliveries: Vec<Delivery>,
    calls: Vec<String>,
    faults: VecDeque<u16>,
}

impl StripeApi {
    /// A server for one key: `sk_test_…`, or `sk_live_…` whose sessions say that they are live. It reads the wall clock
    /// once, now; from then on its time is tokio's.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulator stands for the outside world, which has a clock"
    )]
    pub fn new(key: &str) -> Arc<Self> {
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let livemode = key.contains("_live_");
        Arc::new(Self {
            key: key.to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap_or_default(),
            started_at,
            born: Instant::now(),
            books: Mutex::new(Books::new(started_at.as_nanos() as u64, livemode)),
            record: Mutex::default(),
        })
    }

    /// The routes below `/v1/` and `/checkout/`.
    pub fn router(self: &Arc<Self>) -> Router {
        routes::router(self.clone())
    }

    /// Whom to tell of events from now on, besides those who registered themselves.
    pub fn set_endpoint(&self, endpoint: Endpoint) {
        self.books().endpoints.insert("of the dashboard".to_owned(), endpoint);
    }

    /// What the buyer does on the page.
    ///
    /// # Errors
    /// Why it cannot be done now, in a sentence.
    pub fn pay(self: &Arc<Self>, session: &str, how: Pay) -> Result<Value, String> {
        self.change(|books| payments::pay(books, session, how)).map_err(|refusal| refusal.to_string())
    }

    /// What happens to a session outside the merchant's hands, by the name that the page uses.
    ///
    /// # Errors
    /// Why it cannot be done now, in a sentence.
    pub fn happen(self: &Arc<Self>, session: &str, what: &str) -> Result<Value, String> {
        self.act(session, what).map_err(|refusal| refusal.to_string())
    }

    /// Refunds `amount` of a session's payment (none: all that is left), as a click in the dashboard does.
    ///
    /// # Errors
    /// Why it cannot be done now, in a sentence.
    pub fn refund(self: &Arc<Self>, session: &str, amount: Option<i64>) -> Result<Value, String> {
        let extra = json!({"metadata": {}, "reason": null});
        let refunded = self.change(|books| {
            let charge = charge_of(books, session)?;
            payments::refund(books, &charge, amount, &extra)
        });
        refunded.map_err(|refusal| refusal.to_string())
    }

    /// Any object as the API shows it.
    #[must_use]
    pub fn object(&self, id: &str) -> Option<Value> {
        self.books().find(id).cloned()
    }

    /// Every Checkout Session, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<Value> {
        let mut sessions: Vec<Value> = self.books().all("checkout.session").cloned().collect();
        sessions.reverse();
        sessions
    }

    /// Every event, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = self.books().all("event").cloned().collect();
        events.reverse();
        events
    }

    /// Lets an object be what it never should: another amount, another currency, live among tests.
    pub fn alter(&self, id: &str, change: impl FnOnce(&mut Value)) {
        if let Some(object) = self.books().find_mut(id) {
            change(object);
        }
    }

    /// Answers the next call with this status instead.
    pub fn fail_next(&self, status: u16) {
        self.record().faults.push_back(status);
    }

    /// Every attempt to deliver an event, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.record().deliveries.clone()
    }

    /// Every call, oldest first: `POST /v1/checkout/sessions`.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        self.record().calls.clone()
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.started_at + self.born.elapsed()).as_secs() as i64
    }

    fn act(self: &Arc<Self>, id: &str, act: &str) -> Answer {
        self.change(|books| match act {
            "pay" => payments::pay(books, id, Pay::Card),
            "decline" => payments::pay(books, id, Pay::Declined),
            "transfer" => payments::pay(books, id, Pay::Transfer),
            "arrive" => payments::settle(books, id, true),
            "bounce" => payments::settle(books, id, false),
            "expire" => sessions::expire(books, id),
            "refund" => {
                let charge = charge_of(books, id)?;
                payments::refund(books, &charge, None, &json!({"metadata": {}, "reason": null}))
            }
            "dispute" | "inquiry" => {
                let charge = charge_of(books, id)?;
                payments::dispute(books, &charge, act == "inquiry")
            }
            "win" | "lose" => {
                let dispute = newest_of(books, "dispute", id)?;
                payments::close_dispute(books, &dispute, act == "win")
            }
            "fail-refund" => {
                let refund = newest_of(books, "refund", id)?;
                payments::fail_refund(books, &refund)
            }
            _ => Err(Refusal::new(404, "invalid_request_error", format!("nothing is called '{act}' here"))),
        })
    }

    /// Looks into the books, changes them, and sends couriers with the news.
    fn change<T>(self: &Arc<Self>, act: impl FnOnce(&mut Books) -> T) -> T {
        let (done, news, endpoints) = {
            let mut books = self.books();
            books.expire_old();
            let done = act(&mut books);
            (done, std::mem::take(&mut books.news), books.endpoints.clone())
        };
        for event in news {
            for endpoint in endpoints.values().filter(|endpoint| endpoint.wants(&event)) {
                tokio::spawn(courier::carry(Arc::downgrade(self), endpoint.clone(), event.clone()));
            }
        }
        done
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        books.now = self.now();
        books
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, call: String) {
        self.record().calls.push(call);
    }

    fn next_fault(&self) -> Option<u16> {
        self.record().faults.pop_front()
    }

    fn delivered(&self, delivery: Delivery) {
        self.record().deliveries.push(delivery);
    }
}

fn charge_of(books: &Books, session: &str) -> Result<String, Refusal> {
    let intent = books.one("checkout.session", session)?["payment_intent"].as_str().unwrap_or_default();
    let charge = books.find(intent).and_then(|intent| intent["latest_charge"].as_str());
    charge.map(str::to_owned).ok_or_else(|| Refusal::invalid("This session has not been paid"))
}

fn newest_of(books: &Books, kind: &str, session: &str) -> Result<String, Refusal> {
    let charge = charge_of(books, session)?;
    let newest = books.all(kind).find(|object| object["charge"] == charge.as_str());
    let id = newest.and_then(|object| object["id"].as_str());
    id.map(str::to_owned).ok_or_else(|| Refusal::invalid(format!("This session has no {kind}")))
}
