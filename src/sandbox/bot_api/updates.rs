//! The queue of updates and `getUpdates`.
//!
//! An update stays until a later offset confirms it. There is one poller: a new one sends the old one away.

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{
    BotApi,
    params::Params,
    refusal::{Answer, Refusal},
    webhook::Webhook,
    world::World,
};

/// Updates remembered after they were confirmed, for [`BotApi::redeliver`].
const ARCHIVE: usize = 4096;
const LIMIT_MAX: i64 = 100;
/// Seconds; Telegram cuts a longer wait short.
const TIMEOUT_MAX: i64 = 50;
/// Kinds that come only to those who ask for them.
const ON_REQUEST: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];
const KINDS: &[&str] = &[
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

pub(super) struct Updates {
    next_id: u32,
    pub queue: VecDeque<Value>,
    /// Updates sent once more although they were confirmed.
    pub repeats: VecDeque<Value>,
    archive: VecDeque<Value>,
    allowed: Vec<String>,
    /// Counts pollers; the newest is the one that stays.
    poller: u64,
    pub webhook: Option<Webhook>,
    /// Counts webhooks, so that the courier of an old one stops.
    pub webhooks: u64,
}

impl Updates {
    pub fn new(first_id: u32) -> Self {
        Self {
            next_id: first_id,
            queue: VecDeque::new(),
            repeats: VecDeque::new(),
            archive: VecDeque::new(),
            allowed: Vec::new(),
            poller: 0,
            webhook: None,
            webhooks: 0,
        }
    }

    fn allows(&self, kind: &str) -> bool {
        match self.allowed.as_slice() {
            [] => !ON_REQUEST.contains(&kind),
            allowed => allowed.iter().any(|name| name == kind),
        }
    }

    fn add(&mut self, update: Value) {
        if self.archive.len() == ARCHIVE {
            self.archive.pop_front();
        }
        self.archive.push_back(update.clone());
        self.queue.push_back(update);
    }

    /// Forgets what the offset confirms.
    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let kept = usize::try_from(-offset).unwrap_or(usize::MAX);
            self.queue.drain(..self.queue.len().saturating_sub(kept));
        } else {
            self.queue.retain(|update| update["update_id"].as_i64().is_none_or(|id| id >= offset));
        }
    }

    /// Up to `limit` updates, repeats first.
    fn batch(&mut self, limit: usize) -> Vec<Value> {
        let repeats = self.repeats.len().min(limit);
        let mut batch: Vec<Value> = self.repeats.drain(..repeats).collect();
        batch.extend(self.queue.iter().take(limit - repeats).cloned());
        batch
    }
}

impl World {
    /// Queues an update of a kind that the bot wants; answers with its id.
    pub(super) fn enqueue(&mut self, kind: &str, body: Value) -> Option<i64> {
        if !self.updates.allows(kind) {
            return None;
        }
        let mut update = json!({});
        update[kind] = body;
        Some(self.enqueue_raw(update))
    }

    fn enqueue_raw(&mut self, mut update: Value) -> i64 {
        if let Some(fields) = update.as_object_mut() {
            fields.entry("update_id").or_insert_with(|| json!(self.updates.next_id));
        }
        let id = update["update_id"].as_i64().unwrap_or_default();
        let next = u32::try_from(id).unwrap_or(0).saturating_add(1);
        self.updates.next_id = self.updates.next_id.max(next);
        self.updates.add(update);
        self.bell.nudge();
        id
    }

    /// Remembers which kinds the bot wants; left out, the last choice stands.
    pub(super) fn allow(&mut self, p: &Params) -> Result<(), Refusal> {
        let Some(list) = p.value("allowed_updates") else {
            return Ok(());
        };
        let names: Option<Vec<String>> = list
            .as_array()
            .and_then(|list| list.iter().map(|name| name.as_str().map(str::to_owned)).collect());
        let Some(names) = names else {
            return Err(Refusal::mistake("can't parse allowed_updates: expected an Array of String"));
        };
        for name in names.iter().filter(|name| !KINDS.contains(&name.as_str())) {
            self.note(format!("allowed_updates: there is no {name}"));
        }
        self.updates.allowed = names;
        Ok(())
    }

    pub(super) fn allowed(&self) -> &[String] {
        &self.updates.allowed
    }

    /// Sends the poller away, if there is one.
    pub(super) fn new_poller(&mut self) -> u64 {
        self.updates.poller += 1;
        self.bell.nudge();
        self.updates.poller
    }
}

impl BotApi {
    /// Queues any update, however odd, whether the bot asked for its kind or not. Without an `update_id` it gets the
    /// next one; answers with the id.
    pub fn push_update(&self, update: Value) -> i64 {
        self.world().enqueue_raw(update)
    }

    /// Sends an update again, with the same id, even if it was confirmed. False if it is unknown or long ago.
    pub fn redeliver(&self, update_id: i64) -> bool {
        let mut world = self.world();
        let update = world.updates.archive.iter().rfind(|update| update["update_id"] == update_id).cloned();
        let found = update.is_some();
        world.updates.repeats.extend(update);
        world.bell.nudge();
        found
    }

    /// Updates that nobody has confirmed yet, oldest first.
    pub fn pending_updates(&self) -> Vec<Value> {
        self.world().updates.queue.iter().cloned().collect()
    }

    pub(super) async fn get_updates(&self, p: &Params) -> Answer {
        let limit = p.int("limit").filter(|limit| (1..=LIMIT_MAX).contains(limit)).unwrap_or(LIMIT_MAX);
        let limit = usize::try_from(limit).unwrap_or(100);
        let wait = u64::try_from(p.int("timeout").unwrap_or(0).clamp(0, TIMEOUT_MAX)).unwrap_or(0);
        let deadline = Instant::now() + Duration::from_secs(wait);
        let (me, mut changes) = {
            let mut world = self.world();
            if world.updates.webhook.is_some() {
                return Err(conflict(
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook \
                     first",
                ));
            }
            world.allow(p)?;
            if let Some(offset) = p.int("offset").filter(|offset| *offset != 0) {
                world.updates.confirm(offset);
            }
            (world.new_poller(), world.bell.changes())
        };
        loop {
            changes.mark_unchanged();
            {
                let mut world = self.world();
                if world.updates.webhook.is_some() {
                    return Err(conflict("terminated by setWebhook request"));
                }
                if world.updates.poller != me {
                    return Err(conflict(
                        "terminated by other getUpdates request; make sure that only one bot instance is running",
                    ));
                }
                let batch = world.updates.batch(limit);
                if !batch.is_empty() || Instant::now() >= deadline {
                    return Ok(Value::Array(batch));
                }
            }
            let _ = timeout_at(deadline, changes.changed()).await;
        }
    }
}

fn conflict(text: &str) -> Refusal {
    Refusal::new(409, format!("Conflict: {text}"))
}
