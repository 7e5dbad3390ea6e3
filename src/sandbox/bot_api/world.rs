//! Everything the server knows, and the table of methods.
//!
//! The world is changed under one lock by short plain functions, a room each. It never waits.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::Utc;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    BotApiSettings, Fault, FloodControl,
    commands::Commands,
    events::{Bell, Event},
    files::Files,
    pacing::Pacing,
    params::Params,
    payments::Payments,
    people::Resident,
    profile::Profile,
    refusal::{Answer, Refusal},
    updates::Updates,
};

/// One call of a method, as it was understood and answered.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it arrived.
    pub at: Instant,
    /// As the documentation spells it.
    pub method: &'static str,
    /// Typed by the method's parameters; files as `{"file":name,"size":bytes}`.
    pub params: Value,
    pub chat_id: Option<i64>,
    pub outcome: Outcome,
}

/// What became of a call.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done(Value),
    Refused(Refusal),
    /// An ordered fault came instead of the deed, or swallowed the answer after it.
    Faulted(Fault),
}

/// Calls remembered.
const CALLS_KEPT: usize = 10_000;
const VIOLATIONS_KEPT: usize = 10_000;
/// Methods that count as sending for flood control.
const PACED: &[&str] = &["send", "edit", "copy", "forward"];

pub(super) struct World {
    pub bot: Value,
    pub people: BTreeMap<i64, Resident>,
    pub chats: BTreeMap<i64, BTreeMap<i64, Value>>,
    pub next_message: i64,
    /// Part of the ids made here; see [`BotApiSettings::run`].
    run: u32,
    next_number: u64,
    /// Taps that wait for an answer: chat and message.
    pub taps: HashMap<String, (i64, i64)>,
    pub files: Files,
    pub updates: Updates,
    pub commands: Commands,
    pub profile: Profile,
    pub payments: Payments,
    pub flood_control: FloodControl,
    pub pacing: Pacing,
    pub faults: HashMap<String, VecDeque<Fault>>,
    pub calls: VecDeque<Call>,
    pub violations: Vec<String>,
    pub bell: Bell,
}

impl World {
    pub fn new(settings: &BotApiSettings) -> Self {
        let id = settings.token.split(':').next().and_then(|id| id.parse::<i64>().ok()).unwrap_or(1);
        let bot = json!({
            "id": id, "is_bot": true, "first_name": settings.first_name, "username": settings.username,
        });
        Self {
            bot,
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            next_message: settings.first_message_id,
            run: settings.run,
            next_number: 0,
            taps: HashMap::new(),
            files: Files::new(settings.run, settings.file_bytes_max),
            updates: Updates::new(settings.run),
            commands: Commands::default(),
            profile: Profile::default(),
            payments: Payments::default(),
            flood_control: settings.flood_control,
            pacing: Pacing::default(),
            faults: HashMap::new(),
            calls: VecDeque::new(),
            violations: Vec::new(),
            bell: Bell::new(),
        }
    }

    /// Does what a method does. `getUpdates` and `setWebhook` need more than the world and are not here.
    pub fn perform(&mut self, method: &str, p: &Params) -> Answer {
        match method {
            "getMe" => Ok(self.me()),
            "logOut" | "close" => Ok(json!(true)),
            "deleteWebhook" => self.delete_webhook(p),
            "getWebhookInfo" => Ok(self.webhook_info()),
            "sendMessage" => self.send_message(p),
            "sendPhoto" => self.send_media(p, "photo"),
            "sendVideo" => self.send_media(p, "video"),
            "sendDocument" => self.send_media(p, "document"),
            "sendAnimation" => self.send_media(p, "animation"),
            "sendMediaGroup" => self.send_media_group(p),
            "sendChatAction" => self.send_chat_action(p),
            "copyMessage" => self.copy_message(p),
            "forwardMessage" => self.forward_message(p),
            "editMessageText" => self.edit_text(p),
            "editMessageCaption" => self.edit_caption(p),
            "editMessageReplyMarkup" => self.edit_reply_markup(p),
            "editMessageMedia" => self.edit_media(p),
            "deleteMessage" => self.delete_message(p),
            "deleteMessages" => self.delete_messages(p),
            "answerCallbackQuery" => self.answer_callback_query(p),
            "getFile" => self.get_file(p),
            "setMyCommands" => self.set_my_commands(p),
            "getMyCommands" => self.get_my_commands(p),
            "deleteMyCommands" => self.delete_my_commands(p),
            "setChatMenuButton" => self.set_chat_menu_button(p),
            "getChatMenuButton" => self.get_chat_menu_button(p),
            "setMyDescription" => self.set_profile(p, "description", 512),
            "setMyShortDescription" => self.set_profile(p, "short_description", 120),
            "setMyName" => self.set_profile(p, "name", 64),
            "getMyDescription" => self.get_profile(p, "description"),
            "getMyShortDescription" => self.get_profile(p, "short_description"),
            "getMyName" => self.get_profile(p, "name"),
            "sendInvoice" => self.send_invoice(p),
            "createInvoiceLink" => self.create_invoice_link(p),
            "answerPreCheckoutQuery" => self.answer_pre_checkout_query(p),
            "refundStarPayment" => self.refund_star_payment(p),
            "getStarTransactions" => self.get_star_transactions(p),
            "getMyStarBalance" => Ok(json!({"amount": self.payments.balance()})),
            "getChat" => self.get_chat(p),
            _ => Err(Refusal::new(404, "Not Found")),
        }
    }

    /// Notes violations.
    pub fn note_all(&mut self, texts: Vec<String>) {
        texts.into_iter().for_each(|text| self.note(text));
    }

    /// Notes a violation. After so many another one tells nothing new.
    pub fn note(&mut self, text: String) {
        if self.violations.len() < VIOLATIONS_KEPT {
            self.violations.push(text);
        }
    }

    /// Remembers a call and, if it was the bot's mistake, that too.
    pub fn record(&mut self, call: Call) {
        if let Outcome::Refused(refusal) = &call.outcome
            && refusal.mistake
        {
            self.note(format!("{}: {}", call.method, refusal.description));
        }
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
        self.bell.nudge();
    }

    /// Flood control, before anything is done. Only what adds to or changes a chat counts.
    pub fn pace(&mut self, method: &str, p: &Params, now: Instant) -> Result<(), Refusal> {
        let counts = PACED.iter().any(|verb| method.starts_with(verb)) && method != "sendChatAction";
        let Some(chat_id) = p.int("chat_id").filter(|_| counts && self.flood_control != FloodControl::Off)
        else {
            return Ok(());
        };
        let Err(too_fast) = self.pacing.admit(chat_id, now) else {
            return Ok(());
        };
        if self.flood_control == FloodControl::Watch {
            self.note(format!("{method}: too fast for chat {chat_id}, by {} s", too_fast.wait));
            return Ok(());
        }
        if too_fast.warned {
            self.note(format!("{method}: did not wait for retry_after in chat {chat_id}"));
        }
        Err(Refusal::too_many(too_fast.wait))
    }

    /// The person a method speaks of. Only private chats exist here, and people have no name as a chat.
    pub fn chat_id(&self, p: &Params, name: &str) -> Result<i64, Refusal> {
        if p.value(name).is_none() {
            return Err(Refusal::mistake(format!("{name} is empty")));
        }
        let id = p.int(name).filter(|id| self.people.contains_key(id));
        id.ok_or_else(|| Refusal::state("chat not found"))
    }

    /// The same for a method that needs the person to be there.
    pub fn reachable(&self, p: &Params) -> Result<i64, Refusal> {
        let chat_id = self.chat_id(p, "chat_id")?;
        match self.people.get(&chat_id) {
            Some(resident) if resident.blocked => Err(Refusal::blocked()),
            _ => Ok(chat_id),
        }
    }

    /// Digits that no other thing of this or an earlier run has, for ids.
    pub fn fresh_id(&mut self) -> String {
        self.next_number += 1;
        format!("{}{:06}", self.run, self.next_number)
    }

    /// The frame of a new message from the bot or from the person of this chat; it is not in the chat yet.
    pub fn frame(&mut self, chat_id: i64, from_bot: bool) -> Value {
        let person = self.people.get(&chat_id).map(|resident| &resident.person);
        let chat = person.map_or(json!({"id": chat_id, "type": "private"}), |person| person.chat());
        let from = if from_bot { self.bot.clone() } else { person.map_or(Value::Null, |p| p.user()) };
        let message_id = self.next_message;
        self.next_message += 1;
        json!({"message_id": message_id, "date": now(), "from": from, "chat": chat})
    }

    /// Puts a message into its chat, new or in place of the old one.
    pub fn put(&mut self, chat_id: i64, message: &Value) {
        let id = message["message_id"].as_i64().unwrap_or_default();
        self.chats.entry(chat_id).or_default().insert(id, message.clone());
        self.bell.ring(Event::Message { chat_id, message: message.clone() });
    }

    pub fn message(&self, chat_id: i64, message_id: i64) -> Option<&Value> {
        self.chats.get(&chat_id)?.get(&message_id)
    }

    fn me(&self) -> Value {
        let abilities = json!({
            "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
            "can_connect_to_business": false, "has_main_web_app": false,
        });
        super::files::joined(self.bot.clone(), abilities)
    }
}

/// Seconds since 1970.
#[allow(clippy::disallowed_methods, reason = "Telegram has a clock of its own")]
pub(super) fn now() -> i64 {
    Utc::now().timestamp()
}
