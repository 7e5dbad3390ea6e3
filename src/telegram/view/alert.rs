//! What an admin should know, in his words. Whatever comes from outside is escaped and cut.

use super::{View, words};
use crate::domain::locale::TextKey;
use crate::domain::notice::Alert;
use crate::domain::text::{Value, escape};
use crate::telegram::html::fitted;
use crate::telegram::screen::{MESSAGE_LIMIT, Screen};

impl View<'_> {
    pub fn alert(&self, alert: &Alert) -> Screen {
        let number = |job: &crate::domain::id::JobId| [("number", words(job.to_string()))];
        let html = match alert {
            Alert::EngineClosed { engine, reason } => self.long(reason, |reason| {
                self.say(TextKey::AlertEngineClosed, &[("engine", words(engine)), ("reason", reason)])
            }),
            Alert::EngineDown { engine, reason } => self.long(reason, |reason| {
                self.say(TextKey::AlertEngineDown, &[("engine", words(engine)), ("reason", reason)])
            }),
            Alert::UnknownOutcome { job } => self.say(TextKey::AlertUnknownOutcome, &number(job)),
            Alert::Undelivered { job: Some(job) } => self.say(TextKey::AlertUndelivered, &number(job)),
            Alert::Undelivered { job: None } => self.say(TextKey::AlertUndeliveredSome, &[]),
            Alert::ScriptsLoaded { version, changes } => self.long(&changes.join("\n"), |changes| {
                self.say(TextKey::AlertScriptsLoaded, &[("version", words(version)), ("changes", changes)])
            }),
            Alert::ScriptsRefused { problems } => self
                .long(problems, |problems| self.say(TextKey::AlertScriptsRefused, &[("problems", problems)])),
            Alert::MenuFailed { version, problem } => self.long(problem, |problem| {
                self.say(TextKey::AlertMenuFailed, &[("version", words(version)), ("problem", problem)])
            }),
        };
        Screen::text(&html)
    }

    fn long(&self, text: &str, render: impl Fn(Value) -> String) -> String {
        fitted(text, MESSAGE_LIMIT, MESSAGE_LIMIT, |text| render(Value::Html(escape(&text))))
    }
}
