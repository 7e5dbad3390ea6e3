//! For tests: an adapter reads replies that are nearly the recorded ones, and callbacks that are nearly right. Nothing is sent.

use serde_json::Value;

use super::{Act, Recorded};
use crate::app::port::{Adapter, Submission};
use crate::domain::fuzzing::some_nearly_right;
use crate::engine::answer::Answer;
use crate::engine::scripted::reading::Reading;
use crate::engine::scripted::verdict;
use crate::engine::veil::Veil;

/// An adapter's functions run in a machine of their own each: a reply takes a while.
const USUALLY: u64 = 300;
const VEIL: Veil<'_> = Veil { key: "test-key", prompt: Some("a cat") };

/// Every recorded reply that is understood, changed.
pub fn replies(adapter: &Adapter, recorded: &Recorded) {
    let reading = Reading { adapter, key: VEIL.key };
    let understood = |act: Act, status: u16, body: &[u8]| {
        let answer = Answer { status, retry_after: None, poll_after: None, body: Ok(body.to_vec()) };
        match act {
            Act::Create => !matches!(verdict::submission(&reading, &answer, &VEIL), Submission::Unknown(_)),
            Act::Poll => verdict::polled(&reading, &answer).is_ok(),
            Act::Find => {
                let json = verdict::content(&reading, &answer).ok();
                json.zip(adapter.find.as_ref())
                    .is_some_and(|(json, rule)| reading.listed(rule, &json).is_ok())
            }
            Act::Fetch | Act::Cancel | Act::Check => verdict::accepted(&reading, &answer).is_ok(),
        }
    };
    let mut known = Vec::new();
    for case in &recorded.cases {
        for exchange in &case.exchanges {
            let Some(body) = &exchange.answer.body else { continue };
            let body = body.to_string().into_bytes();
            if understood(case.act, exchange.answer.status, &body) {
                known.push((case.act, exchange.answer.status, body));
            }
        }
    }
    for act in [Act::Create, Act::Poll] {
        assert!(known.iter().any(|(of, ..)| *of == act), "{}: no reply is understood to {act:?}", adapter.id);
    }
    let corpus: Vec<Vec<u8>> = known.iter().map(|(_, _, body)| body.clone()).collect();
    some_nearly_right(&format!("reply of {}", adapter.id), USUALLY, &corpus, |at, bytes| {
        let (act, status, _) = &known[at];
        understood(*act, *status, bytes)
    });
}

/// What a vendor says when he calls.
pub fn callback(adapter: &Adapter, body: &Value) {
    let reading = Reading { adapter, key: VEIL.key };
    let rule = adapter.callback.as_ref().expect("it calls back");
    let corpus = [body.to_string().into_bytes()];
    some_nearly_right(&format!("callback of {}", adapter.id), USUALLY * 10, &corpus, |_, bytes| {
        let json: Option<Value> = serde_json::from_slice(bytes).ok();
        json.is_some_and(|json| reading.ticket(&rule.ticket, &json).is_some())
    });
}
