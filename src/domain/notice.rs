//! Messages that must arrive. They are kept until they have, so they name things by number and hold no personal text.

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::id::{JobId, NoticeId, PurchaseId, UserId};
use super::job::RefundReason;
use super::money::{Tiyn, Tokens};
use super::rail::{Doubt, Money, Way};
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    /// Whose chat it goes to.
    pub to: UserId,
    pub message: NoticeMessage,
    pub created_at: Timestamp,
    pub attempts: u32,
    /// Not before.
    pub due_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeMessage {
    /// The film of a Ready job, with its buttons.
    Film(JobId),
    /// The end of an order, on its card.
    Card(JobId),
    /// The tokens are back, and why.
    Refund(JobId, RefundReason),
    /// An admin's top-up has arrived.
    Credit { amount: Tokens },
    /// Something an admin should know or do.
    Alert(Alert),
    /// How a purchase stands now, on its card: credited, expired, turned down.
    Purchase(PurchaseId),
    /// The money of a payment went back, and with it so many tokens.
    TakenBack { amount: Tokens, debt: Tokens },
    /// It came again.
    GivenBack { amount: Tokens },
    /// A delivered video was paid back.
    PaidBack { job: JobId, amount: Tokens },
    /// The film of a delivered job once more.
    Copy(JobId),
    /// The same as a file, just as the engine made it.
    File(JobId),
    /// The film of a refunded job that was found after all.
    Gift(JobId),
    /// A gift of the owner's has arrived.
    Granted { amount: Tokens },
    /// From now on he may neither order nor buy.
    Banned,
    /// He may again.
    Unbanned,
    /// An invitation has paid off.
    Bonus { amount: Tokens, why: BonusReason },
    /// His tokens run low.
    Nudge,
}

/// For what somebody gets tokens that nobody has given him by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BonusReason {
    /// Whom he invited has paid for a film.
    Inviter,
    /// He was invited, and has paid for one.
    Invited,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alert {
    /// An engine refuses us for money or access; selling on it has stopped.
    EngineClosed { engine: String, reason: String },
    /// Nobody could say whether the engine took this job: its cost may be ours.
    UnknownOutcome { job: JobId },
    /// A notice was given up: somebody has not been told something.
    Undelivered { job: Option<JobId> },
    /// New scripts are in force.
    ScriptsLoaded { version: String, changes: Vec<String> },
    /// Scripts were refused; the last good ones stay in force.
    ScriptsRefused { problems: String },
    /// A menu of the scripts in force could not be computed; the one from its trial was shown.
    MenuFailed { version: String, problem: String },
    /// An engine fails again and again; selling on it has stopped until it answers.
    EngineDown { engine: String, reason: String },
    /// Money came that is not credited until somebody has looked.
    Quarantined { number: u64, way: Way, money: Money, doubt: Doubt },
    /// A user says that he has paid; somebody has to look into the owner's account.
    Claimed { purchase: PurchaseId },
    /// The money of a payment went back to whoever paid.
    Returned { way: Way, user: Option<UserId>, amount: Tokens, debt: Tokens },
    /// What a rail says was paid and was not credited here; it is now.
    Reconciled { way: Way, payments: u64 },
    /// A person has put new scripts in force; None: somebody at the machine.
    ScriptsChanged { by: Option<UserId>, version: String, changes: Vec<String> },
    /// What the scripts in force make possible and the owner may not want.
    ScriptWarnings { warnings: Vec<String> },
    /// The prices stand upon an exchange rate of that day, so many days ago.
    RateOld { date: Day, days: i64 },
    /// The database could not be copied.
    BackupFailed { problem: String },
    /// An order is past every deadline and nobody seems to work on it.
    Stuck { job: JobId },
    /// What the shop did on that day.
    Digest(Figures),
    /// Another admin, or somebody at the machine, has credited a transfer; without `tokens`, turned it down.
    Decided { by: Option<UserId>, purchase: PurchaseId, tokens: Option<Tokens> },
    /// A rail cannot take payments: what is to be done is outside. Without a reason, it can again.
    Rail { way: Way, down: Option<String> },
    /// So many payments stand in our book and not in the rail's, or with another sum.
    Differs { way: Way, payments: u64 },
    /// A message to many has been told to all, or was stopped.
    Broadcast { number: u64 },
    /// So many newcomers got their gift today; more get none.
    WelcomesUsedUp { most: u64 },
    /// The disk has less room than films need, and nothing new is sold; or it has room again.
    Disk { full: bool, free_mib: u64, least_mib: u64 },
}

/// The figures of one day, as they were when they were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub day: Day,
    pub received: Tiyn,
    pub sold: Tokens,
    pub topped_up: Tokens,
    pub given: Tokens,
    pub films: u64,
    pub captured: Tokens,
    /// What the engines ask, at the rate of that day.
    pub cost: Tiyn,
    pub orders: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub refunded: Tokens,
    pub active: u64,
    pub newcomers: u64,
    pub converted: u64,
    pub users: u64,
}
