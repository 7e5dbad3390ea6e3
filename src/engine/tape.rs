//! What goes over the wire to an engine, told to whoever wants to see it. Neither key nor picture is in it.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::answer::Answer;

/// A key shorter than this is none, and would be found everywhere.
const SHORTEST_KEY: usize = 4;

/// Is told of everything that is sent and received.
pub trait Tape: Send + Sync {
    fn note(&self, taped: Taped);
}

/// One line of it.
#[derive(Clone, Debug)]
pub enum Taped {
    Sent { method: String, url: String, headers: Vec<String>, body: Option<Value> },
    Received { status: u16, body: String },
    Lost { why: String },
}

/// Where it is told; nowhere as a rule.
#[derive(Clone, Default)]
pub struct Recorder(pub Option<Arc<dyn Tape>>);

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Recorder(on)" } else { "Recorder(off)" })
    }
}

impl Recorder {
    pub(super) fn note(&self, taped: impl FnOnce() -> Taped) {
        if let Some(tape) = &self.0 {
            tape.note(taped());
        }
    }

    pub(super) fn answer(&self, answer: &Answer, key: &str) {
        self.note(|| Taped::Received {
            status: answer.status,
            body: match &answer.body {
                Ok(body) => covered(&String::from_utf8_lossy(body), key),
                Err(why) => why.clone(),
            },
        });
    }

    pub(super) fn lost(&self, why: impl fmt::Display) {
        self.note(|| Taped::Lost { why: why.to_string() });
    }
}

pub(super) fn covered(text: &str, key: &str) -> String {
    if key.len() < SHORTEST_KEY { text.to_owned() } else { text.replace(key, "…") }
}
