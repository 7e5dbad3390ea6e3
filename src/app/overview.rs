//! What the operator's page shows, each page from one snapshot. It reads and changes nothing.

use std::ops::ControlFlow;

use similar::{ChangeTag, TextDiff};

use super::{App, AppError, Whom};
use crate::domain::account::{Balance, Movement};
use crate::domain::id::{EngineId, UserId};
use crate::domain::ledger::Transfer;
use crate::domain::purchase::Purchase;
use crate::domain::time::Timestamp;
use crate::domain::user::Profile;
use crate::store::{Doubted, JobRow, LedgerQuery, PurchaseRow, ScriptVersion};

/// Rows of a page.
const ROWS: usize = 50;
/// Lines of a script shown around what has changed.
const AROUND: usize = 3;

/// An order that is not over.
#[derive(Clone, Debug)]
pub struct QueuedJob {
    pub row: JobRow,
    /// Where it stands in the line; None when it is under way.
    pub position: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct UserRow {
    pub id: UserId,
    pub since: Timestamp,
    pub balance: Balance,
    pub profile: Profile,
}

/// A page of people, the newest first.
#[derive(Clone, Debug)]
pub struct UserPage {
    pub rows: Vec<UserRow>,
    pub total: usize,
    pub more: bool,
}

/// Everything about one person that an admin may need.
#[derive(Clone, Debug)]
pub struct UserDetails {
    pub row: UserRow,
    pub movements: Vec<Movement>,
    pub jobs: Vec<JobRow>,
    pub purchases: Vec<Purchase>,
}

/// Money that somebody has to look at.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub claimed: Vec<PurchaseRow>,
    pub open: Vec<PurchaseRow>,
    pub doubted: Vec<Doubted>,
}

#[derive(Clone, Debug)]
pub struct LedgerPage {
    pub rows: Vec<(u64, Transfer)>,
    /// The page goes on before this entry.
    pub older: Option<u64>,
}

/// An engine as it stands.
#[derive(Clone, Debug)]
pub struct EngineRow {
    pub name: EngineId,
    pub open: bool,
    /// Titles of the models that are rendered on it.
    pub models: Vec<String>,
}

/// What an acceptance changed in one file.
#[derive(Clone, Debug)]
pub struct ScriptDiff {
    pub file: String,
    /// Sign (`+`, `-`, a space, `…` between parts) and line.
    pub lines: Vec<(char, String)>,
}

impl App {
    /// Orders that are not over: those under way, then the line.
    ///
    /// # Errors
    /// What the store says.
    pub fn unfinished_jobs(&self) -> Result<Vec<QueuedJob>, AppError> {
        let book = self.store.snapshot()?;
        let line = self.store.line()?;
        let mut jobs = Vec::new();
        for job in self.store.running()? {
            jobs.extend(book.job(job.id)?.map(|row| QueuedJob { row, position: None }));
        }
        for (at, id) in line.into_iter().enumerate().take(ROWS) {
            jobs.extend(book.job(id)?.map(|row| QueuedJob { row, position: Some(at + 1) }));
        }
        Ok(jobs)
    }

    /// Orders that are over, the newest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn finished_jobs(&self, limit: usize) -> Result<Vec<JobRow>, AppError> {
        let mut found = Vec::new();
        self.store.snapshot()?.jobs(|job| {
            if job.state.phase().is_final() {
                found.push(job);
            }
            if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(found)
    }

    /// A page of everybody, from page 0.
    ///
    /// # Errors
    /// What the store says.
    pub fn people(&self, page: usize) -> Result<UserPage, AppError> {
        let book = self.store.snapshot()?;
        let mut all = Vec::new();
        book.users(|id, since, balance| all.push((since, id, balance)))?;
        all.sort_by_key(|(since, id, _)| std::cmp::Reverse((*since, id.0)));
        let total = all.len();
        let from = page.saturating_mul(ROWS);
        let shown = all.into_iter().skip(from).take(ROWS);
        let rows = shown.map(|(since, id, balance)| {
            Ok(UserRow { id, since, balance, profile: book.profile(id)?.unwrap_or_default() })
        });
        let rows = rows.collect::<Result<Vec<_>, AppError>>()?;
        Ok(UserPage { more: from + rows.len() < total, rows, total })
    }

    /// One person, by number or @name.
    ///
    /// # Errors
    /// What the store says.
    pub fn dossier_of(&self, whom: &Whom) -> Result<Option<UserDetails>, AppError> {
        let user = match whom {
            Whom::User(user) => Some(*user),
            Whom::Username(name) => self.store.user_named(name)?,
        };
        let Some(known) = user.map(|user| self.store.user(user)).transpose()?.flatten() else {
            return Ok(None);
        };
        let book = self.store.snapshot()?;
        let jobs = self.store.jobs_of(known.id, ROWS)?;
        let jobs = jobs.into_iter().filter_map(|job| book.job(job.id).transpose());
        let row = UserRow {
            id: known.id,
            since: known.since,
            balance: self.store.balance(known.id)?,
            profile: known.profile,
        };
        Ok(Some(UserDetails {
            movements: self.store.history(known.id, ROWS)?,
            jobs: jobs.collect::<Result<_, _>>()?,
            purchases: self.store.purchases_of(known.id, ROWS)?,
            row,
        }))
    }

    /// # Errors
    /// What the store says.
    pub fn waiting_money(&self) -> Result<Waiting, AppError> {
        let (mut claimed, mut open) = (Vec::new(), Vec::new());
        self.store.snapshot()?.purchases(|purchase| {
            use crate::domain::purchase::PurchaseState::{Claimed, Open};
            match purchase.state {
                Claimed => claimed.push(purchase),
                Open => open.push(purchase),
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
        Ok(Waiting { claimed, open, doubted: self.store.doubted_payments()? })
    }

    /// # Errors
    /// What the store says.
    pub fn ledger(&self, query: &LedgerQuery) -> Result<LedgerPage, AppError> {
        let rows = self.store.snapshot()?.search(query, ROWS)?;
        let older = rows.last().filter(|_| rows.len() == ROWS).map(|(seq, _)| *seq);
        Ok(LedgerPage { rows, older })
    }

    /// Those that are configured, and those that models name.
    pub fn engine_rows(&self) -> Vec<EngineRow> {
        let (now, today, set) = (self.clock.now(), self.today(), self.scripts.current());
        let mut names = self.engines.names();
        let routes = set.catalog.models.iter().flat_map(|model| &model.routes);
        names.extend(routes.map(|route| route.engine.clone()));
        names.sort();
        names.dedup();
        let row = |name: EngineId| {
            let models = set.catalog.models.iter().filter(|model| model.is_on(&name));
            let models = models.map(|model| model.title.clone()).collect();
            let open = self.engines.is_open(&name, now) && !self.engines.is_retired(&name, today);
            EngineRow { open, models, name }
        };
        names.into_iter().map(row).collect()
    }

    /// # Errors
    /// What the store says.
    pub fn accepted_versions(&self) -> Result<Vec<ScriptVersion>, AppError> {
        Ok(self.store.script_versions(ROWS)?)
    }

    /// What an acceptance changed against the one before it, nothing if that is not kept; None where there is no such one.
    ///
    /// # Errors
    /// What the store says.
    pub fn script_diff(&self, number: u64) -> Result<Option<Vec<ScriptDiff>>, AppError> {
        let Some(after) = self.store.script_texts(number)? else { return Ok(None) };
        let Some(before) = self.store.script_texts(number.saturating_sub(1))? else {
            return Ok(Some(Vec::new()));
        };
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        let empty = String::new();
        let diffs = names.filter_map(|name| {
            let (was, is) = (before.get(name).unwrap_or(&empty), after.get(name).unwrap_or(&empty));
            (was != is).then(|| ScriptDiff { file: name.clone(), lines: diff(was, is) })
        });
        Ok(Some(diffs.collect()))
    }
}

fn diff(was: &str, is: &str) -> Vec<(char, String)> {
    let diff = TextDiff::from_lines(was, is);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            lines.push(('…', String::new()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
                ChangeTag::Equal => ' ',
            };
            lines.push((sign, change.value().trim_end_matches('\n').to_owned()));
        }
    }
    lines
}
