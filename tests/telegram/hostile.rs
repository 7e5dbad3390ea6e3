//! Ten thousand updates that nobody sends who means well: broken, of wrong types, forged, stale, far too deep, far too long. The
//! bot answers none of them with money, loses no order and goes on. A seed makes every run the same.

use std::time::Duration;

use serde_json::{Value, json};
use sora_bot::app::Incoming;
use sora_bot::app::port::Random as _;
use sora_bot::domain::id::{UpdateId, UserId};

use super::bot::{AIGERIM, Town, button};
use crate::support::time::SeededRandom;

const SEED: u64 = 20_261_122;
const UPDATES: u64 = 10_000;
/// Replies go out at thirty a second: so few of the updates deserve words.
const SAID: u64 = 150;
const DATA: [&str; 12] = [
    "1:m:balance",
    "1:x:1",
    "1:x:zz",
    "1:v:again:1",
    "1:z:n",
    "1:b:1",
    "1:l:kk",
    "1:i:x:y",
    "2:m:help",
    "0:0:0",
    "confirm_17_8_v",
    "1:m:format_disk",
];
/// Words that are nobody's prompt: a bot's answer to them costs a turn, so they come from few people.
const NASTY: [&str; 8] = [
    "\u{202e}\u{202e}тупни",
    "<b>&amp;</i><script>",
    "/start\u{0}",
    "/topup 1001 999999999",
    "{price} }{ {{",
    "\u{feff}",
    "/generate@other_bot x",
    "😀😀😀",
];

/// A generator of hostile updates: the same for the same seed.
struct Hostile(SeededRandom);

impl Hostile {
    fn number(&self, below: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % below
    }

    fn one_of<T: Copy>(&self, from: &[T]) -> T {
        from[usize::try_from(self.number(from.len() as u64)).unwrap()]
    }

    /// Any JSON, a little deep.
    fn value(&self, depth: u32) -> Value {
        match self.number(if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.number(2) == 0),
            2 => json!(i64::from_ne_bytes(self.number(u64::MAX).to_ne_bytes())),
            3 => json!(-0.5),
            4 => json!(self.one_of(&NASTY)),
            5 => json!("я".repeat(usize::try_from(self.number(5_000)).unwrap())),
            6 => (0..self.number(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let fields =
                    ["id", "from", "chat", "text", "date", "entities", "message", "type", "data", "photo"];
                (0..self.number(5))
                    .map(|_| (self.one_of(&fields).to_owned(), self.value(depth - 1)))
                    .collect()
            }
        }
    }

    /// An update in which nothing is what it should be.
    fn broken(&self, id: u64) -> String {
        let kind = self.one_of(&[
            "message",
            "callback_query",
            "my_chat_member",
            "pre_checkout_query",
            "edited_message",
            "hologram",
            "poll",
        ]);
        match self.number(10) {
            0 => format!("{{\"update_id\": {id}, \"{kind}\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000)),
            1 => format!("{{\"update_id\": {id}, \"{kind}\": {{\"text\": \"{}\"}}}}", "а".repeat(20_000)),
            2 => format!("{{\"update_id\": {id}, \"{kind}\": "),
            _ => json!({"update_id": id, kind: self.value(4)}).to_string(),
        }
    }

    /// A tap in the right form with data that no button of this person's has.
    fn forged_tap(&self, id: u64, stolen: &[String]) -> String {
        let data = match self.number(4) {
            0 => stolen[usize::try_from(self.number(stolen.len() as u64)).unwrap()].clone(),
            1 => format!("1:d:{}:p:sora-2:8:v:{}", self.number(100), self.number(2_000)),
            2 => "1:".repeat(usize::try_from(self.number(40)).unwrap()),
            _ => self.one_of(&DATA).to_owned(),
        };
        // Strangers tap what is hers; what they get is a line on top of their chat, never a message.
        let person = 5_000 + self.number(500);
        let chat = self.one_of(&[AIGERIM, -100_123, 0]);
        json!({"update_id": id, "callback_query": {"id": format!("q{id}"), "data": data, "chat_instance": "x",
            "from": {"id": person, "is_bot": false, "first_name": self.one_of(&NASTY)},
            "message": {"message_id": self.number(100), "date": 0, "chat": {"id": chat, "type": "private"}}}})
        .to_string()
    }

    fn said(&self, id: u64) -> String {
        let person = 9_000 + self.number(40);
        let text = if self.number(4) == 0 { "ё".repeat(100_000) } else { self.one_of(&NASTY).to_owned() };
        json!({"update_id": id, "message": {"message_id": 1, "date": 0, "text": text,
            "entities": [{"type": "hologram", "offset": -5, "length": 99_999}],
            "from": {"id": person, "is_bot": false, "first_name": text.chars().take(500).collect::<String>()},
            "chat": {"id": person, "type": "private"}}})
        .to_string()
    }
}

#[tokio::test]
async fn ten_thousand_hostile_updates_cost_nobody_anything() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    // One honest order, and one that is only being put together.
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    let ordered = button(&card, "Создать за").unwrap();
    town.taps(AIGERIM, &card, "Создать за").await;
    let open = town.asks(AIGERIM, "пёс", "Выберите готовый вариант").await;
    let stolen = [ordered, button(&open, "Быстро").unwrap(), button(&open, "Отмена").unwrap()];
    assert_eq!(town.balance(AIGERIM), 10_000 - 742);

    let hostile = Hostile(SeededRandom::new(SEED));
    let first = town.store.next_update().unwrap().unwrap().0 + 10;
    let said_every = UPDATES / SAID;
    for chunk in (0..UPDATES).collect::<Vec<_>>().chunks(100) {
        let update = |n: &u64| {
            let id = first + n;
            let json = match n % said_every {
                0 => hostile.said(id),
                m if m % 3 == 0 => hostile.forged_tap(id, &stolen),
                _ => hostile.broken(id),
            };
            Incoming { id: UpdateId(id), json }
        };
        bot.app.accept(chunk.iter().map(update).collect()).await.unwrap();
    }
    // The next start finds them in its inbox, and then the next word of an honest person.
    bot.stop().await.unwrap();
    let bot = town.bot(10_000).await;
    town.api.push_update(json!({"update_id": first + UPDATES + 1, "message": {"message_id": 7, "date": 0,
        "text": "/balance", "from": {"id": AIGERIM, "is_bot": false, "first_name": "Айгерим"},
        "chat": {"id": AIGERIM, "type": "private"}}}));
    let quiet = async {
        while !town.store.unhandled_updates(None, 1).unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(300), quiet).await.expect("every update is worked off");

    town.reads(AIGERIM, "На счёте 9 258 токенов").await;
    assert_eq!(town.balance(AIGERIM), 10_000 - 742, "nothing was charged");
    let orders = bot.app.orders(UserId(AIGERIM)).unwrap();
    assert_eq!(orders.len(), 1, "no order was lost, and none was made");
    assert!((5_000..9_100).all(|person| bot.app.orders(UserId(person)).unwrap().is_empty()));
    let apologies =
        town.api.calls().iter().filter(|call| call.params.to_string().contains("Что-то сломалось")).count();
    assert_eq!(apologies, 0, "nothing panicked and nothing failed");
    crate::support::shop::assert_verified(&town.store);
    town.asks(AIGERIM, "лиса", "лиса").await;
    bot.stop().await.unwrap();
}
