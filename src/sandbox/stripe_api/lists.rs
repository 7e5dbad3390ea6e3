//! Lists: what they are filtered by, their order and their pages.

use serde_json::{Value, json};

use super::books::Books;
use super::params::Params;
use super::refusal::{Answer, Refusal};

const PAGE: i64 = 10;
const PAGE_MAX: i64 = 100;
const COMPARISONS: [&str; 4] = ["gt", "gte", "lt", "lte"];

/// What can be listed: its address, its kind, and the fields it can be filtered by.
pub(super) struct List {
    pub path: &'static str,
    pub kind: &'static str,
    filters: &'static [&'static str],
}

pub(super) const LISTS: [List; 8] = [
    List {
        path: "checkout/sessions",
        kind: "checkout.session",
        filters: &["status", "payment_intent", "customer"],
    },
    List { path: "payment_intents", kind: "payment_intent", filters: &["customer"] },
    List { path: "charges", kind: "charge", filters: &["payment_intent", "customer"] },
    List { path: "refunds", kind: "refund", filters: &["charge", "payment_intent"] },
    List { path: "disputes", kind: "dispute", filters: &["charge", "payment_intent"] },
    List {
        path: "balance_transactions",
        kind: "balance_transaction",
        filters: &["type", "source", "currency"],
    },
    List { path: "webhook_endpoints", kind: "webhook_endpoint", filters: &[] },
    List { path: "events", kind: "event", filters: &["type"] },
];

impl List {
    /// One page, newest first.
    pub fn page(&self, books: &Books, params: Params) -> Answer {
        let mut known = vec!["limit", "starting_after", "ending_before", "created"];
        known.extend(self.filters);
        if self.kind == "event" {
            known.extend(["types", "delivery_success"]);
        }
        let params = params.only(&known)?;
        let limit = params.whole("limit")?.unwrap_or(PAGE);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Refusal::invalid("Invalid limit: from 1 to 100").param("limit"));
        }
        let found = self.matching(books, &params)?;
        let (page, has_more) = cut(&found, &params, limit as usize)?;
        Ok(json!({
            "object": "list", "url": format!("/v1/{}", self.path), "has_more": has_more, "data": page,
        }))
    }

    fn matching(&self, books: &Books, params: &Params) -> Result<Vec<Value>, Refusal> {
        let created = params.branch("created")?.only(&COMPARISONS)?;
        let mut bounds = Vec::new();
        for name in COMPARISONS {
            bounds.extend(created.whole(name)?.map(|bound| (name, bound)));
        }
        let mut wanted = Vec::new();
        for filter in self.filters {
            wanted.extend(params.text(filter)?.map(|value| (*filter, value.to_owned())));
        }
        let types = params.texts("types");
        let fits = |object: &&Value| {
            let at = object["created"].as_i64().unwrap_or_default();
            let in_time = bounds.iter().all(|(name, bound)| match *name {
                "gt" => at > *bound,
                "gte" => at >= *bound,
                "lt" => at < *bound,
                _ => at <= *bound,
            });
            let of_types = types.is_empty() || types.iter().any(|kind| object["type"] == kind.as_str());
            in_time && of_types && wanted.iter().all(|(field, value)| object[*field] == value.as_str())
        };
        Ok(books.all(self.kind).filter(fits).cloned().collect())
    }
}

/// The page that the cursors name, and whether there is more in their direction.
fn cut(found: &[Value], params: &Params, limit: usize) -> Result<(Vec<Value>, bool), Refusal> {
    let place = |name: &str| -> Result<Option<usize>, Refusal> {
        let Some(id) = params.text(name)? else { return Ok(None) };
        let place = found.iter().position(|object| object["id"] == id);
        place.map(Some).ok_or_else(|| Refusal::no_such("object", id).param(name))
    };
    if let Some(before) = place("ending_before")? {
        let newer = &found[..before];
        let skipped = newer.len().saturating_sub(limit);
        return Ok((newer[skipped..].to_vec(), skipped > 0));
    }
    let older = place("starting_after")?.map_or(found, |after| &found[after + 1..]);
    Ok((older.iter().take(limit).cloned().collect(), older.len() > limit))
}
