//! An emulated Kaspi: a cashier's gateway whose invoices arrive on a telephone, a terminal that speaks the bank's check/pay protocol,
//! and receipts. A page shows all three; what may be done there is what this file knows.
//!
//! It forgets all when it is dropped and reaches nobody but the bot. No money is real here.

mod books;
mod courier;
mod page;
mod receipt;
mod routes;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use serde_json::{Value, json};
use tokio::time::Instant;

use books::Books;
pub use courier::signature;

use super::bot_api::{BotApi, PhotoOrFile};

/// The server's state; see [`KaspiApi::router`].
pub struct KaspiApi {
    /// The only key that is let in.
    key: String,
    /// What webhooks are signed with.
    secret: String,
    http: reqwest::Client,
    /// Since 1970, at `born`.
    started_at: Duration,
    born: Instant,
    books: Mutex<Books>,
    /// Into whose chat receipts go.
    chat: Option<(Arc<BotApi>, i64)>,
}

impl KaspiApi {
    /// A gateway for one merchant. It reads the wall clock once, now; from then on its time is tokio's.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulator stands for the outside world, which has a clock"
    )]
    pub fn new(key: &str, secret: &str, chat: Option<(Arc<BotApi>, i64)>) -> Arc<Self> {
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Arc::new(Self {
            key: key.to_owned(),
            secret: secret.to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap_or_default(),
            started_at,
            born: Instant::now(),
            books: Mutex::new(Books::new(started_at.as_millis() as u64)),
            chat,
        })
    }

    /// The routes below `/kaspi`: the gateway's own, and the page.
    pub fn router(self: &Arc<Self>) -> Router {
        routes::router(self.clone()).merge(page::router(self.clone()))
    }

    /// Where the bot's own door is: `http://127.0.0.1:9090`.
    pub fn set_bot(&self, origin: &str) {
        self.books().bot = Some(origin.to_owned());
    }

    /// Every invoice as the gateway shows it, newest first.
    #[must_use]
    pub fn invoices(&self) -> Vec<Value> {
        let mut books = self.books();
        books.expire_old();
        books.newest()
    }

    /// What becomes of an invoice outside the merchant's hands: `pay`, `decline`, `expire`, `refund`, `fail`. It is told to the
    /// bot as many times as it takes.
    ///
    /// # Errors
    /// Why that cannot happen now, in a sentence.
    pub fn happen(self: &Arc<Self>, invoice: u64, what: &str) -> Result<Value, String> {
        let (row, event) = self.books().happen(invoice, what)?;
        self.tell(event, &row);
        Ok(row)
    }

    /// The gateway's session in Kaspi: while it is out, no invoice is made.
    pub fn sign(&self, in_: bool) {
        self.books().signed_in = in_;
    }

    /// Lets an invoice say what it never should: another amount, test money.
    pub fn alter(&self, invoice: u64, field: &str, value: Value) {
        self.books().altered.insert((invoice, field.to_owned()), value);
    }

    /// The answers of the bot to webhooks, oldest first; 0: none.
    #[must_use]
    pub fn deliveries(&self) -> Vec<u16> {
        self.books().deliveries.clone()
    }

    /// Asks the bot as the bank does. Gives the status and the words of its answer.
    ///
    /// # Errors
    /// When there is no bot, or it does not answer.
    pub async fn terminal(&self, query: &[(&str, &str)]) -> Result<(u16, String), String> {
        let bot = self.books().bot.clone().ok_or("у бота нет двери")?;
        let request = self.http.get(format!("{bot}/webhooks/kaspi")).query(query);
        let answer = request.timeout(courier::PATIENCE).send().await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.map_err(|error| error.to_string())?))
    }

    /// A payment id as the bank would give the next one.
    #[must_use]
    pub fn next_transaction(&self) -> u64 {
        let mut books = self.books();
        books.next += 1;
        books.first + books.next
    }

    /// A new receipt for so many tenge: its link, and its picture as a PNG.
    #[must_use]
    pub fn receipt(&self, tenge: i64) -> (String, Vec<u8>) {
        receipt::draw(self.next_transaction(), tenge, self.now())
    }

    /// Sends a new receipt into the buyer's chat, as he would.
    fn send_receipt(&self, tenge: i64) -> Result<Value, String> {
        let (chat, person) = self.chat.as_ref().ok_or("здесь нет чата")?;
        let (link, png) = self.receipt(tenge);
        let sent = chat.sends_picture(*person, png, Some("receipt.png"), "", PhotoOrFile::Photo);
        Ok(json!({ "link": link, "message_id": sent }))
    }

    fn tell(self: &Arc<Self>, event: &'static str, invoice: &Value) {
        if let Some(bot) = self.books().bot.clone() {
            let body = json!({
                "event": event,
                "invoice": invoice,
                "source": "sandbox",
                "timestamp": books::moment(self.now()),
            });
            tokio::spawn(courier::carry(Arc::downgrade(self), bot, body));
        }
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.started_at + self.born.elapsed()).as_secs() as i64
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        books.now = self.now();
        books
    }
}
