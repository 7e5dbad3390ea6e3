//! A rail with a book of its own: who has paid what, and what went back. It tells of it late, often, out of order, or not at all
//! until somebody reads its statement.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sora_bot::app::port::{Checkout, Place, Rail, RailError, RailEvent, WebhookRequest};
use sora_bot::domain::id::{PaymentId, PurchaseId, UserId};
use sora_bot::domain::purchase::Purchase;
use sora_bot::domain::rail::{Currency, Money, Payment, Return, Way};
use sora_bot::domain::time::Timestamp;

use super::world::Outside;

pub struct Till {
    outside: Arc<Outside>,
    pub way: Way,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    opened: u64,
    events: Vec<RailEvent>,
    charges: Vec<Charge>,
}

/// A payment as the rail has it.
#[derive(Clone, Debug)]
pub struct Charge {
    pub payment: Payment,
    /// The refunds and disputes of it that still stand: their number and how much.
    pub backs: Vec<(String, i64)>,
    /// Of all that there were.
    pub returns: u64,
}

impl Till {
    pub fn new(outside: Arc<Outside>, way: Way) -> Self {
        Self { outside, way, state: Mutex::default() }
    }

    pub fn charges(&self) -> Vec<Charge> {
        self.state.lock().unwrap().charges.clone()
    }

    pub fn event(&self, number: usize) -> RailEvent {
        self.state.lock().unwrap().events[number].clone()
    }

    /// Somebody pays for a purchase: the asked price, or what he likes. Answers the number of the event.
    pub fn pays(&self, purchase: &Purchase, payer: UserId, money: Money) -> usize {
        let mut state = self.state.lock().unwrap();
        let id = PaymentId::new(format!("{}-{}", self.way, state.charges.len() + 1));
        self.outside
            .tell(format!("user {payer} pays {money} over {} for purchase {} ({id})", self.way, purchase.id));
        // Stripe and gateways know a card, not a user
        let payer = (self.way == Way::Stars).then_some(payer);
        let purchase = Some(purchase.id);
        let payment = Payment {
            way: self.way,
            id,
            purchase,
            place: None,
            payer,
            money,
            fee: None,
            doubt: None,
            terms: None,
        };
        state.charges.push(Charge { payment: payment.clone(), backs: Vec::new(), returns: 0 });
        state.events.push(RailEvent::Paid(payment));
        state.events.len() - 1
    }

    /// A refund or a dispute of this much of a payment; news of it may overtake the payment's own.
    pub fn returns(&self, charge: usize, amount: i64) -> usize {
        let mut state = self.state.lock().unwrap();
        let charge = &mut state.charges[charge];
        charge.returns += 1;
        let id = format!("back-{}", charge.returns);
        charge.backs.push((id.clone(), amount));
        let payment = charge.payment.id.clone();
        self.outside.tell(format!("{amount} of {payment} goes back ({id})"));
        state.events.push(RailEvent::Returned(Return { way: self.way, payment, id, amount }));
        state.events.len() - 1
    }

    /// A dispute is won. None where nothing went back.
    pub fn undoes(&self, charge: usize) -> Option<usize> {
        let mut state = self.state.lock().unwrap();
        let charge = &mut state.charges[charge];
        let (id, amount) = (!charge.backs.is_empty()).then(|| charge.backs.remove(0))?;
        let payment = charge.payment.id.clone();
        self.outside.tell(format!("{id} of {payment} came to nothing"));
        state.events.push(RailEvent::Undone(Return { way: self.way, payment, id, amount }));
        Some(state.events.len() - 1)
    }

    /// The buyer has done his part, and his bank has not.
    pub fn processes(&self, purchase: PurchaseId) -> usize {
        self.outside.tell(format!("the bank thinks about purchase {purchase}"));
        let mut state = self.state.lock().unwrap();
        state.events.push(RailEvent::Processing(purchase));
        state.events.len() - 1
    }

    /// The place to pay closes.
    pub fn closes(&self, purchase: PurchaseId) -> usize {
        let mut state = self.state.lock().unwrap();
        state.events.push(RailEvent::Closed(purchase));
        state.events.len() - 1
    }

    fn silent(&self) -> Result<(), RailError> {
        if self.outside.storm(6) { Err(RailError::Unavailable("it says nothing".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl Rail for Till {
    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError> {
        if self.way == Way::KaspiDesk {
            return Ok(Place::default());
        }
        self.outside.there().await;
        let number = {
            let mut state = self.state.lock().unwrap();
            state.opened += 1;
            state.opened
        };
        self.outside.back().await;
        self.silent()?;
        let reference = format!("{}-place-{number}-{}", self.way, checkout.purchase.id);
        Ok(Place { link: Some(format!("https://pay.example/{reference}")), reference: Some(reference) })
    }

    async fn look(&self, purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        // Telegram cannot be asked of one payment
        if matches!(self.way, Way::Stars | Way::KaspiDesk) {
            return Ok(Vec::new());
        }
        self.outside.there().await;
        self.silent()?;
        let of_it =
            |event: &RailEvent| matches!(event, RailEvent::Paid(paid) if paid.purchase == Some(purchase.id));
        let events = self.state.lock().unwrap().events.iter().filter(|event| of_it(event)).cloned().collect();
        self.outside.back().await;
        Ok(events)
    }

    async fn statement(&self, _since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        self.outside.there().await;
        self.silent()?;
        let events = self.state.lock().unwrap().events.clone();
        self.outside.back().await;
        Ok(events)
    }

    async fn read(&self, request: &WebhookRequest, _now: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        if request.header("signature") != Some("right") {
            return Err(RailError::Forged);
        }
        let numbers: Vec<usize> = serde_json::from_slice(&request.body).map_err(|_| RailError::Forged)?;
        Ok(numbers.into_iter().map(|number| self.event(number)).collect())
    }
}

/// A sum that is not the one asked for.
pub fn another(price: &Money, by: i64) -> Money {
    Money { amount: (price.amount + by).max(1), currency: price.currency.clone() }
}

/// Another currency than the one asked for.
pub fn foreign(price: &Money) -> Money {
    Money { amount: price.amount, currency: Currency::Other("EUR".into()) }
}
