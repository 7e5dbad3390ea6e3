//! What an admin should know, in his words. Whatever comes from outside is escaped and cut.

use super::{NAME_SHOWN, View, number as count, words};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::notice::Alert;
use crate::domain::rail::{Doubt, Way};
use crate::domain::text::{Value, escape, hundredths, shortened};
use crate::telegram::html::fitted;
use crate::telegram::screen::{MESSAGE_LIMIT, Screen};

impl View<'_> {
    /// `who` is the first name of whoever it tells of.
    pub fn alert(&self, alert: &Alert, who: Option<&str>) -> Screen {
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
            Alert::Returned { way, user, amount, debt } => self.returned(*way, *user, *amount, *debt),
            Alert::Reconciled { way, payments } => self.compared(TextKey::AlertReconciled, *way, *payments),
            // These are shown with what they are about: see `claim`.
            Alert::Claimed { .. } | Alert::Quarantined { .. } | Alert::Decided { .. } => String::new(),
            Alert::Rail { way, down: Some(reason) } => self.long(reason, |reason| {
                let values = [("way", Value::Html(self.way(*way))), ("reason", reason)];
                self.say(TextKey::AlertRailDown, &values)
            }),
            Alert::Rail { way, down: None } => {
                self.say(TextKey::AlertRailUp, &[("way", Value::Html(self.way(*way)))])
            }
            Alert::Differs { way, payments } => self.compared(TextKey::AlertDiffers, *way, *payments),
            // It is shown with its figures: see `crowd`.
            Alert::Broadcast { .. } => String::new(),
            Alert::WelcomesUsedUp { most } => {
                self.say(TextKey::AlertWelcomesUsedUp, &[("most", count(*most))])
            }
            Alert::Disk { full, free_mib, least_mib } => {
                let key = if *full { TextKey::AlertDiskFull } else { TextKey::AlertDiskRoom };
                self.say(key, &[("free", count(*free_mib)), ("least", count(*least_mib))])
            }
            Alert::ScriptsChanged { by, version, changes } => {
                let who = self.who(*by, who);
                self.long(&changes.join("\n"), |changes| {
                    let values = [("who", who.clone()), ("version", words(version)), ("changes", changes)];
                    self.say(TextKey::AlertScriptsChanged, &values)
                })
            }
            Alert::ScriptWarnings { warnings } => self.long(&warnings.join("\n"), |problems| {
                self.say(TextKey::AlertScriptWarnings, &[("problems", problems)])
            }),
            Alert::Stuck { job } => self.say(TextKey::AlertStuck, &[("number", words(job.to_string()))]),
            Alert::BackupFailed { problem } => {
                self.long(problem, |problem| self.say(TextKey::AlertBackupFailed, &[("problem", problem)]))
            }
            Alert::Digest(figures) => return self.digest(figures),
            Alert::RateOld { date, days } => {
                let rate = words(hundredths(self.catalog.economics.usd_rate.get()));
                let values = [("rate", rate), ("date", self.day(*date)), ("days", count(*days))];
                self.say(TextKey::AlertRateOld, &values)
            }
        };
        Screen::text(&html)
    }

    fn returned(&self, way: Way, user: Option<UserId>, amount: Tokens, debt: Tokens) -> String {
        let values = [
            ("way", Value::Html(self.way(way))),
            ("id", words(user.map(|user| user.to_string()).unwrap_or_default())),
            ("amount", count(amount.get())),
            ("debt", count(debt.get())),
        ];
        self.say(TextKey::AlertReturned, &values)
    }

    fn compared(&self, key: TextKey, way: Way, payments: u64) -> String {
        self.say(key, &[("way", Value::Html(self.way(way))), ("payments", count(payments))])
    }

    /// An admin by name, else by number; without either it was somebody at the machine.
    fn who(&self, admin: Option<UserId>, name: Option<&str>) -> Value {
        match (name, admin) {
            (Some(name), _) => words(shortened(name, NAME_SHOWN)),
            (None, Some(admin)) => words(admin.to_string()),
            (None, None) => Value::Html(self.say(TextKey::WhoOperator, &[])),
        }
    }

    /// A way to pay, as admins read it.
    pub(super) fn way(&self, way: Way) -> String {
        let key = match way {
            Way::Stars => TextKey::WayStars,
            Way::Stripe => TextKey::WayStripe,
            Way::KaspiDesk => TextKey::WayKaspiDesk,
            Way::KaspiGateway => TextKey::WayKaspiGateway,
            Way::KaspiBank => TextKey::WayKaspiBank,
        };
        self.say(key, &[])
    }

    fn long(&self, text: &str, render: impl Fn(Value) -> String) -> String {
        fitted(text, MESSAGE_LIMIT, MESSAGE_LIMIT, |text| render(Value::Html(escape(&text))))
    }
}

pub(super) fn doubted(doubt: Doubt) -> TextKey {
    match doubt {
        Doubt::NoPurchase => TextKey::DoubtNoPurchase,
        Doubt::Way => TextKey::DoubtWay,
        Doubt::Payer => TextKey::DoubtPayer,
        Doubt::Currency => TextKey::DoubtCurrency,
        Doubt::Amount => TextKey::DoubtAmount,
        Doubt::Mode => TextKey::DoubtMode,
        Doubt::Account => TextKey::DoubtAccount,
    }
}
