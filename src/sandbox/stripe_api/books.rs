//! What the emulated Stripe remembers: every object by its id, in the order of their making, and who is told of events.
//!
//! It has no clock: the moment is set before each look into the books.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::courier::Endpoint;
use super::params::Params;
use super::refusal::{Answer, Refusal};

/// The version that the newest official libraries pin.
pub(super) const API_VERSION: &str = "2026-10-28.endive";
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Everything the server keeps.
pub(super) struct Books {
    /// Seconds since 1970, now.
    pub now: i64,
    pub livemode: bool,
    /// Makes the ids of this server differ from those of an earlier one.
    seed: u64,
    made: u64,
    objects: Vec<Value>,
    places: BTreeMap<String, usize>,
    /// By session, for a session shows them only when asked.
    pub line_items: BTreeMap<String, Vec<Value>>,
    /// By session: what its payment intent will carry, once there is one.
    pub promised: BTreeMap<String, Value>,
    /// By idempotency key: the request and its answer.
    pub replies: BTreeMap<String, (String, Value)>,
    /// By the id of the object that stands for it.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// Events that nobody has been told of yet.
    pub news: Vec<Value>,
}

impl Books {
    pub fn new(seed: u64, livemode: bool) -> Self {
        Self {
            now: 0,
            livemode,
            seed,
            made: 0,
            objects: Vec::new(),
            places: BTreeMap::new(),
            line_items: BTreeMap::new(),
            promised: BTreeMap::new(),
            replies: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            news: Vec::new(),
        }
    }

    /// A new id: `pi_` and so many letters.
    pub fn id(&mut self, prefix: &str, length: usize) -> String {
        self.made += 1;
        let (mut id, mut round) = (prefix.to_owned(), 0_u64);
        while id.len() < prefix.len() + length {
            let digest = Sha256::digest(format!("{}/{}/{round}", self.seed, self.made));
            let letters = digest.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
            id.extend(letters.take(prefix.len() + length - id.len()));
            round += 1;
        }
        id
    }

    /// Registers an address for webhooks. Its secret is told this once.
    pub fn add_endpoint(&mut self, params: Params) -> Answer {
        let params = params.only(&["url", "enabled_events", "description", "metadata", "api_version"])?;
        let (url, events) = (params.required("url")?.to_owned(), params.texts("enabled_events"));
        if events.is_empty() {
            return Err(Refusal::missing("enabled_events"));
        }
        let (id, secret) = (self.id("we_1", 23), self.id("whsec_", 32));
        let object = json!({
            "id": id, "object": "webhook_endpoint", "api_version": params.text("api_version")?, "application": null,
            "created": self.now, "description": params.text("description")?, "enabled_events": events,
            "livemode": self.livemode, "metadata": params.metadata()?, "status": "enabled", "url": url,
        });
        self.endpoints.insert(id, Endpoint { events, ..Endpoint::new(&url, &[&secret]) });
        self.keep(object.clone());
        let mut told = object;
        told["secret"] = json!(secret);
        Ok(told)
    }

    pub fn remove_endpoint(&mut self, id: &str) -> Answer {
        self.one("webhook_endpoint", id)?;
        self.endpoints.remove(id);
        if let Some(place) = self.places.remove(id) {
            self.objects[place] = Value::Null;
        }
        Ok(json!({"id": id, "object": "webhook_endpoint", "deleted": true}))
    }

    /// Keeps a new object, which carries its id.
    pub fn keep(&mut self, object: Value) {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        self.places.insert(id, self.objects.len());
        self.objects.push(object);
    }

    pub fn find(&self, id: &str) -> Option<&Value> {
        self.places.get(id).map(|place| &self.objects[*place])
    }

    pub fn find_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.places.get(id).map(|place| &mut self.objects[*place])
    }

    /// An object of this kind.
    pub fn one(&self, kind: &str, id: &str) -> Result<&Value, Refusal> {
        let found = self.find(id).filter(|object| object["object"] == kind);
        found.ok_or_else(|| Refusal::no_such(&kind.replace('_', " "), id))
    }

    /// All of a kind, newest first.
    pub fn all<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Value> {
        self.objects.iter().rev().filter(move |object| object["object"] == kind)
    }

    /// Writes down that something happened to an object, as it is now.
    pub fn event(&mut self, kind: &str, about: &str) {
        let id = self.id("evt_1", 23);
        let object = self.find(about).cloned().unwrap_or_default();
        let event = json!({
            "id": id, "object": "event", "api_version": API_VERSION, "created": self.now, "type": kind,
            "data": {"object": object}, "livemode": self.livemode, "pending_webhooks": 0,
            "request": {"id": null, "idempotency_key": null},
        });
        self.keep(event.clone());
        self.news.push(event);
    }

    /// Sessions whose time is over are expired, as the real ones are by themselves.
    pub fn expire_old(&mut self) {
        let now = self.now;
        let over =
            |session: &&Value| session["status"] == "open" && session["expires_at"].as_i64() <= Some(now);
        let ids: Vec<String> = self
            .all("checkout.session")
            .filter(over)
            .filter_map(|session| session["id"].as_str().map(str::to_owned))
            .collect();
        for id in ids {
            self.expire(&id);
        }
    }

    pub fn expire(&mut self, session: &str) {
        if let Some(session) = self.find_mut(session) {
            session["status"] = json!("expired");
            session["url"] = Value::Null;
        }
        self.event("checkout.session.expired", session);
    }

    /// An object with the ids at these paths replaced by what they name: `payment_intent.latest_charge`.
    pub fn expanded(&self, mut object: Value, paths: &[String]) -> Result<Value, Refusal> {
        for path in paths {
            let steps: Vec<&str> = path.split('.').collect();
            if !self.expand(&mut object, &steps) {
                let message = format!("This property cannot be expanded ({path}).");
                return Err(Refusal::invalid(message).param("expand"));
            }
        }
        Ok(object)
    }

    fn expand(&self, object: &mut Value, steps: &[&str]) -> bool {
        let Some((step, rest)) = steps.split_first() else { return true };
        if let (Value::Array(list), "data") = (&mut object["data"], *step) {
            return list.iter_mut().all(|item| self.expand(item, rest));
        }
        if *step == "line_items" && object["object"] == "checkout.session" {
            object["line_items"] = self.items_of(object["id"].as_str().unwrap_or_default());
            return true;
        }
        let Some(field) = object.get_mut(*step) else { return false };
        if let Some(named) = field.as_str().and_then(|id| self.find(id)) {
            *field = named.clone();
        }
        // what is not there yet has nothing below it either
        field.is_null() || self.expand(field, rest)
    }

    pub fn items_of(&self, session: &str) -> Value {
        let items = self.line_items.get(session).cloned().unwrap_or_default();
        let url = format!("/v1/checkout/sessions/{session}/line_items");
        json!({"object": "list", "data": items, "has_more": false, "url": url})
    }
}

/// An object with these fields besides, empty: the API names what it does not know.
pub(super) fn and_nulls(mut object: Value, fields: &str) -> Value {
    for field in fields.split_whitespace() {
        object[field] = Value::Null;
    }
    object
}
