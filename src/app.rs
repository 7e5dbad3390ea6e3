//! What the bot does, said once and for every way in: people order, pay, ask; a worker renders; an outbox tells.
//!
//! Each use case is one short decision in the store, together with the work it causes. Nothing here knows Telegram, HTTP
//! or Lua, and nothing waits for any of them inside a decision.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;
use tokio::sync::{Notify, broadcast};

use crate::domain::day::Day;
use crate::domain::id::{JobId, UserId};
use crate::domain::money::Tokens;
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

mod accepted;
mod account;
pub mod announce;
pub mod backups;
mod bank;
mod desk;
pub mod digest;
pub mod engines;
mod erasure;
mod films;
mod forecast;
mod growth;
mod handouts;
pub mod housekeeping;
mod intake;
mod language;
mod links;
mod menu;
mod metrics;
mod order;
pub mod outbox;
mod overview;
mod panel;
pub mod payments;
mod people;
pub mod port;
pub mod progress;
mod purchase;
mod rails;
pub mod reconcile;
pub mod reminders;
mod roles;
mod scripts;
mod stats;
pub mod storage;
pub mod watchdog;
pub mod worker;

pub use accepted::{
    AcceptedScripts, AcceptedSettings, Applied, Proposal, ProposalId, Reload, Rollback, ScriptsUnusable,
};
pub use announce::AnnounceRefusal;
pub use bank::{BankCheck, BankPay, BankTaken};
pub use desk::{Claim, Decided, DeskRefusal, DoubtedMoney, Resolved};
pub use engines::{EngineCallbacks, Engines};
pub use erasure::EraseRefusal;
pub use films::{FilmPage, ResendRefusal};
pub use growth::CodeOutcome;
pub use handouts::{Asking, Handout, HandoutDone, HandoutOutcome, HandoutRefusal, Whom};
pub use intake::{Incoming, Met};
pub use links::{FilmLink, Links};
pub use order::{Agreed, CancelRefusal, OrderRefusal, OrderView, Placed, QueueView};
pub use overview::{EngineRow, LedgerPage, QueuedJob, ScriptDiff, UserDetails, UserPage, UserRow, Waiting};
pub use panel::{PANEL_LINK_MINUTES, PANEL_SESSION};
pub use people::{BanOutcome, Dossier, PayBackOutcome};
pub use purchase::{BuyRefusal, Buying, CheckoutRefusal, CheckoutWords, Heard};
pub use rails::Rails;
pub use reconcile::{Comparison, Difference, Reconciled};
pub use roles::Staff;

pub use scripts::{ScriptFile, ScriptRefusal, hundredths};
pub use stats::stats;

pub use crate::store::{
    Act, AuditEntry, AuditRow, By, Cancelling, ClaimRefusal, Claimed, Crowd, Dealings, Discount, Doubted,
    Giving, Invitations, JobRow, LedgerQuery, PaidBack, PurchaseRefusal, PurchaseRow, ScriptAuthor,
    ScriptVersion,
};
use port::{Boundless, Clock, Disk, Random, Scripts};

/// Wishes to stop that a job may have missed before it looks at all of them again.
const STOPS_HEARD: usize = 16;

/// Everything a use case needs. One of it exists per running bot; it is shared.
pub struct App {
    pub store: Store,
    pub scripts: Arc<dyn Scripts>,
    pub engines: Engines,
    pub rails: Rails,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: Settings,
    /// None where the scripts are fixed: then they cannot be changed from the chat.
    accepted: Option<Arc<AcceptedScripts>>,
    disk: Arc<dyn Disk>,
    room: storage::Room,
    /// None: nobody outside can reach us.
    links: Option<Links>,
    bells: Bells,
    percents: progress::Percents,
    doors: panel::Doors,
}

/// The numbers and places that an operator sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The owners: they hear alerts and may do everything.
    pub admins: Vec<UserId>,
    /// Who helps them.
    pub staff: Staff,
    /// Jobs rendering at once.
    pub max_running: usize,
    /// Between two questions to an engine that gives no hint.
    pub poll_interval: Duration,
    /// Tries after the first, for each phase of a job.
    pub max_retries: u32,
    /// From a lost answer to the first look-up: the engine needs time to have the job in its list.
    pub look_up_after: Duration,
    /// How long an unknown outcome keeps a hold.
    pub unknown_deadline: Duration,
    /// No render may take longer, whatever its model says. Seconds.
    pub longest_render_s: u32,
    pub queued_per_user: usize,
    pub queued_in_all: usize,
    /// Where films are kept.
    pub films: PathBuf,
    /// Bytes of a film that we take from an engine.
    pub max_download: u64,
    /// Bytes of a film that the chat carries.
    pub max_upload: u64,
    /// How long after its delivery a film stays on our disk.
    pub keep_films: Duration,
    /// Bytes that films may take on our disk; the oldest that were delivered go. 0: no bound.
    pub keep_bytes: u64,
    /// Bytes that must be free where films lie, or nothing new is sold.
    pub least_free: u64,
    /// Laid over what the scripts say; the sandbox gives tokens to try with.
    pub welcome: Option<Tokens>,
    /// Where people transfer money by hand; None: nowhere.
    pub desk: Option<Desk>,
    /// The owner's: his days begin and end there.
    pub time_zone: Tz,
    /// From this hour of his on the owners read how yesterday was; None: never.
    pub digest_hour: Option<u32>,
    /// The way to the operator's page, without a slash at its end; None: there is none.
    pub panel_url: Option<String>,
}

/// The owner's own account, for transfers that a person confirms. At least a phone or a link is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    pub phone: Option<String>,
    /// The name that shows beside the phone number when somebody transfers.
    pub recipient: Option<String>,
    pub link: Option<String>,
}

impl Settings {
    /// The owner's day at that moment.
    pub fn day(&self, now: Timestamp) -> Day {
        day_in(self.time_zone, now)
    }
}

/// The day it is in a time zone; where clocks are changed at midnight, as they stood at that moment.
pub fn day_in(zone: Tz, now: Timestamp) -> Day {
    let utc = DateTime::from_timestamp_millis(now.0).unwrap_or_default().naive_utc();
    Day::at(now, zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
}

/// What went wrong below a use case. The user is told "later, please"; the operator reads the text.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AppError(#[from] pub StoreError);

/// Rung when there is something to do, so that nobody waits for a tick.
struct Bells {
    worker: Notify,
    outbox: Notify,
    payments: Notify,
    progress: Notify,
    /// Somebody was forgotten: copies of the database have to forget him too.
    backups: Notify,
    /// A message to many was set going.
    crowd: Notify,
    /// An order found no room for its film.
    storage: Notify,
    /// For the one job that its user wants stopped.
    stop: broadcast::Sender<JobId>,
}

impl Default for Bells {
    fn default() -> Self {
        let stop = broadcast::Sender::new(STOPS_HEARD);
        let [worker, outbox, progress, payments, backups, crowd, storage] = [(); 7].map(|()| Notify::new());
        Self { worker, outbox, progress, payments, backups, crowd, storage, stop }
    }
}

impl App {
    pub fn new(
        store: Store,
        scripts: Arc<dyn Scripts>,
        engines: Engines,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        settings: Settings,
    ) -> Self {
        let (bells, percents) = (Bells::default(), progress::Percents::default());
        let (rails, doors) = (Rails::default(), panel::Doors::default());
        Self {
            store,
            scripts,
            engines,
            rails,
            clock,
            random,
            settings,
            accepted: None,
            disk: Arc::new(Boundless),
            room: storage::Room::default(),
            links: None,
            bells,
            percents,
            doors,
        }
    }

    /// These ways to pay are open.
    pub fn with_rails(self, rails: Rails) -> Self {
        Self { rails, ..self }
    }

    /// The scripts can be changed from the chat, and follow their folder.
    pub fn with_accepted(self, accepted: Arc<AcceptedScripts>) -> Self {
        Self { accepted: Some(accepted), ..self }
    }

    /// Films lie on this disk, which may be full.
    pub fn with_disk(self, disk: Arc<dyn Disk>) -> Self {
        Self { disk, ..self }
    }

    /// What is outside can fetch files from us.
    pub fn with_links(self, links: Links) -> Self {
        Self { links: Some(links), ..self }
    }

    /// Tells every admin something.
    ///
    /// # Errors
    /// What the store says.
    pub async fn alert_admins(&self, alert: Alert) -> Result<(), AppError> {
        self.store.alert(self.settings.admins.clone(), alert, self.clock.now()).await?;
        self.look_into_outbox();
        Ok(())
    }

    /// Something may wait to be sent.
    pub fn look_into_outbox(&self) {
        self.bells.outbox.notify_one();
    }

    /// Where the film of a job is kept, and its picture.
    pub fn film_paths(&self, job: JobId) -> (PathBuf, PathBuf) {
        let name = |kind: &str| self.settings.films.join(format!("{job}.{kind}"));
        (name("mp4"), name("jpg"))
    }

    /// A wait that grows with the number of failures, spread so that many who failed together don't come back together.
    fn backoff(&self, failures: u32) -> Duration {
        const FIRST: Duration = Duration::from_secs(1);
        const LONGEST: Duration = Duration::from_secs(60);
        let full = FIRST.saturating_mul(1 << failures.min(6)).min(LONGEST);
        let mut byte = [0];
        self.random.fill(&mut byte);
        full / 2 + full.mul_f64(f64::from(byte[0]) / 512.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_owners_wherever_the_machine_stands() {
        // 2026-11-27 18:59:59.999 in London is the last moment of that day in Almaty.
        let last = Timestamp(1_795_805_999_999);
        for (zone, at, expected) in [
            (Tz::Asia__Almaty, last, "2026-11-27"),
            (Tz::Asia__Almaty, Timestamp(last.0 + 1), "2026-11-28"),
            (Tz::UTC, Timestamp(last.0 + 1), "2026-11-27"),
            // Almaty kept UTC+6 until 2024-03-01: 2023-12-31 18:00 UTC was midnight there.
            (Tz::Asia__Almaty, Timestamp::from_seconds(1_704_045_599), "2023-12-31"),
            (Tz::Asia__Almaty, Timestamp::from_seconds(1_704_045_600), "2024-01-01"),
        ] {
            assert_eq!(day_in(zone, at).to_string(), expected, "{zone} {at:?}");
        }
    }
}
