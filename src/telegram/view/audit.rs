//! What admins did, as one of them reads it: when, who, what, to whom, how much and why.

use super::{NAME_SHOWN, Turn, View, number, words};
use crate::app::{Act, AuditRow, By};
use crate::domain::locale::TextKey;
use crate::domain::text::{Value, shortened};
use crate::telegram::screen::Screen;
use crate::telegram::tap::AdminTap;

/// Of a reason, on one line of ten.
const REASON_SHOWN: usize = 100;

impl View<'_> {
    /// Each row with the first name of who did it and of whom it was done to, where they have one.
    pub fn audit(&self, rows: &[(AuditRow, Option<String>, Option<String>)], turn: Turn) -> Screen {
        if rows.is_empty() {
            return self.plain(TextKey::AuditNone);
        }
        let lines: Vec<String> =
            rows.iter().map(|(row, by, whom)| self.audit_row(row, by.as_deref(), whom.as_deref())).collect();
        let head = self.say(TextKey::Audit, &[]);
        Screen::text(&format!("{head}\n\n{}", lines.join("\n\n"))).row(self.turning(turn, AdminTap::Audit))
    }

    fn audit_row(&self, row: &AuditRow, by: Option<&str>, whom: Option<&str>) -> String {
        let act = &row.entry.act;
        let who = match (row.entry.by, by) {
            (By::Operator, _) => Value::Html(self.say(TextKey::WhoOperator, &[])),
            (By::Admin(_), Some(name)) => words(shortened(name, NAME_SHOWN)),
            (By::Admin(admin), None) => words(admin.to_string()),
        };
        let values = [
            ("seq", words(row.seq.to_string())),
            ("date", Value::Html(self.date(row.entry.at))),
            ("who", who),
            ("what", Value::Html(self.what_was_done(act))),
        ];
        let mut line = self.say(TextKey::AuditLine, &values);
        if let Some(user) = act.user() {
            let name = whom.map(|name| format!("{} ", shortened(name, NAME_SHOWN))).unwrap_or_default();
            let values = [("name", words(name)), ("id", words(user.to_string()))];
            line = format!("{line} · {}", self.say(TextKey::AuditWhom, &values));
        }
        if let Some(reason) = &row.reason {
            let reason = words(shortened(reason, REASON_SHOWN));
            line = format!("{line}\n{}", self.say(TextKey::AuditReason, &[("reason", reason)]));
        }
        line
    }

    fn what_was_done(&self, act: &Act) -> String {
        let number_of = |number: String| [("number", words(number))];
        match act {
            Act::Money { action, amount, transfer, .. } => {
                let key = match action.as_str() {
                    "topup" => TextKey::ActTopUp,
                    "grant" => TextKey::ActGrant,
                    "refund" => TextKey::ActRefund,
                    _ => TextKey::ActCredit,
                };
                let order = transfer.rsplit(':').next().unwrap_or_default();
                self.say(key, &[("amount", number(amount.get())), ("number", words(shortened(order, 24)))])
            }
            Act::Scripts { after, .. } => self.say(TextKey::ActScripts, &[("version", words(after))]),
            Act::Purchase { purchase, .. } => {
                let code = crate::domain::purchase::Code(*purchase).to_string();
                self.say(TextKey::ActReject, &[("code", words(code))])
            }
            Act::Payment { payment, .. } => {
                self.say(TextKey::ActDismiss, &[("code", words(shortened(payment, 24)))])
            }
            Act::Person { action, .. } if action == "ban" => self.say(TextKey::ActBan, &[]),
            Act::Person { .. } => self.say(TextKey::ActUnban, &[]),
            Act::Broadcast { action, number } => {
                let key = if action == "start" { TextKey::ActBroadcast } else { TextKey::ActBroadcastStop };
                self.say(key, &number_of(number.to_string()))
            }
            Act::Order { job, .. } => self.say(TextKey::ActTakenBack, &number_of(job.to_string())),
        }
    }
}
