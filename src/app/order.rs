//! Ordering: what is on sale, at what price, and how a draft becomes a paid job or is taken back.

use std::time::Duration;

use super::port::ScriptSet;
use super::{App, AppError};
use crate::domain::account::Balance;
use crate::domain::catalog::{Model, Orientation, Quote};
use crate::domain::day::Day;
use crate::domain::draft::Draft;
use crate::domain::id::{DraftId, JobId, MessageRef, ModelId, UpdateId, UserId};
use crate::domain::job::{Job, Phase};
use crate::domain::money::Tokens;
use crate::store::{self, NewOrder, OrderLimits};

/// A user's live orders are among his newest jobs: his queue cap and the jobs running are far below this.
const NEWEST_JOBS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub job: Job,
    /// In the queue; 1 is next.
    pub position: usize,
    pub balance: Balance,
}

#[derive(Debug, thiserror::Error)]
pub enum OrderRefusal {
    #[error("{missing} tokens are missing")]
    Insufficient { missing: Tokens, balance: Balance },
    #[error("the draft became order {0} already")]
    AlreadyPlaced(JobId),
    #[error("the queue is full")]
    QueueFull,
    #[error("{limit} of his orders are waiting already")]
    TooMany { limit: usize },
    #[error("the price is {} now", .quote.price)]
    PriceChanged { quote: Quote },
    #[error("there is no such draft")]
    DraftGone,
    #[error(transparent)]
    Failed(#[from] AppError),
}

#[derive(Debug, thiserror::Error)]
pub enum CancelRefusal {
    #[error("it is no longer waiting")]
    TooLate,
    #[error("it is not his")]
    NotYours,
    #[error(transparent)]
    Failed(#[from] AppError),
}

/// A live order as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    pub job: Job,
    /// While it waits; 1 is next.
    pub position: Option<usize>,
    /// While it renders, if known.
    pub percent: Option<u8>,
    /// Since it was placed.
    pub elapsed: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueView {
    pub running: usize,
    pub capacity: usize,
    pub waiting: usize,
}

impl App {
    /// The day it is where the owner is.
    pub fn today(&self) -> Day {
        self.settings.day(self.clock.now())
    }

    /// The models that can be rendered right now, in the owner's order and at today's prices.
    pub fn on_sale(&self, scripts: &ScriptSet) -> Vec<Model> {
        let (now, today) = (self.clock.now(), self.today());
        let catalog = &scripts.catalog;
        let open = catalog.models.iter().filter(|model| self.engines.is_open(&model.route.engine, now));
        open.map(|model| catalog.on(today, model)).collect()
    }

    /// Today's price of one video. None if it is not sold now.
    pub fn quote(
        &self,
        scripts: &ScriptSet,
        model: &ModelId,
        seconds: u32,
        orientation: Orientation,
    ) -> Option<Quote> {
        let today = self.today();
        let mut quote = scripts.catalog.quote(model, seconds, orientation, today, &scripts.version)?;
        quote.render_deadline_s = quote.render_deadline_s.min(self.settings.longest_render_s);
        self.engines.is_open(&quote.route.engine, self.clock.now()).then_some(quote)
    }

    /// Keeps a prompt while its user chooses. The update's id names the draft: a replayed update begins no second one.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_draft(
        &self,
        update: UpdateId,
        user: UserId,
        prompt: String,
    ) -> Result<Draft, AppError> {
        Ok(self.store.begin_draft(user, DraftId(update.0), prompt, self.clock.now()).await?)
    }

    /// # Errors
    /// What the store says.
    pub fn draft(&self, user: UserId, id: DraftId) -> Result<Option<Draft>, AppError> {
        Ok(self.store.draft(user, id)?)
    }

    /// Holds the price and queues the job, if the user agreed to just this price.
    ///
    /// # Errors
    /// As the variants say; nothing has moved then.
    pub async fn place_order(
        &self,
        update: UpdateId,
        user: UserId,
        draft: DraftId,
        quote: Quote,
        agreed: Tokens,
        card: MessageRef,
    ) -> Result<Placed, OrderRefusal> {
        if quote.price != agreed {
            return Err(OrderRefusal::PriceChanged { quote });
        }
        let limits =
            OrderLimits { per_user: self.settings.queued_per_user, in_all: self.settings.queued_in_all };
        let order = NewOrder { user, draft, quote, card: Some(card), limits, now: self.clock.now() };
        let placed = match self.store.place_order(Some(update), order).await.map_err(AppError)? {
            Ok(placed) => placed,
            Err(refusal) => return Err(refusal.into()),
        };
        let position = self.store.line().map_err(AppError)?.iter().position(|job| *job == placed.job.id);
        self.bells.worker.notify_one();
        tracing::info!(order = placed.job.id.0, price = placed.job.quote.price.get(), "order placed");
        Ok(Placed { position: position.map_or(1, |at| at + 1), job: placed.job, balance: placed.balance })
    }

    /// Takes a waiting order back.
    ///
    /// # Errors
    /// `TooLate` once it has started.
    pub async fn cancel(&self, update: UpdateId, user: UserId, job: JobId) -> Result<Balance, CancelRefusal> {
        let cancelled =
            self.store.cancel_order(Some(update), user, job, self.clock.now()).await.map_err(AppError)?;
        let balance = cancelled.map_err(|refusal| match refusal {
            store::CancelRefusal::TooLate => CancelRefusal::TooLate,
            store::CancelRefusal::NotYours => CancelRefusal::NotYours,
        })?;
        self.bells.progress.notify_one();
        tracing::info!(order = job.0, "order cancelled");
        Ok(balance)
    }

    /// A user's live orders, oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn orders(&self, user: UserId) -> Result<Vec<OrderView>, AppError> {
        let line = self.store.line()?;
        let now = self.clock.now();
        let mut live: Vec<OrderView> = self
            .store
            .jobs_of(user, NEWEST_JOBS)?
            .into_iter()
            .filter(|job| !job.state.phase().is_final())
            .map(|job| OrderView {
                position: line.iter().position(|id| *id == job.id).map(|at| at + 1),
                percent: (job.state.phase() == Phase::Rendering).then(|| self.percent(job.id)).flatten(),
                elapsed: now.since(job.created_at),
                job,
            })
            .collect();
        live.reverse();
        Ok(live)
    }

    /// One of his jobs.
    ///
    /// # Errors
    /// What the store says.
    pub fn job(&self, user: UserId, id: JobId) -> Result<Option<Job>, AppError> {
        Ok(self.store.job_of(user, id)?)
    }

    /// # Errors
    /// What the store says.
    pub fn queue(&self) -> Result<QueueView, AppError> {
        let waiting = self.store.line()?.len();
        Ok(QueueView { running: self.store.running_count()?, capacity: self.settings.max_running, waiting })
    }

    /// What its engine last said of a job under way.
    pub fn percent(&self, job: JobId) -> Option<u8> {
        self.percents.of(job)
    }

    /// How long such a video took in the median, from its start to the film. None before there is one.
    pub fn expected(&self, quote: &Quote) -> Option<Duration> {
        let mut measured = self.store.measured(quote.model.as_str(), quote.seconds).ok()?;
        measured.sort_unstable();
        let middle = measured.get(measured.len() / 2)?;
        Some(Duration::from_millis(*middle))
    }
}

impl From<store::OrderRefusal> for OrderRefusal {
    fn from(refusal: store::OrderRefusal) -> Self {
        match refusal {
            store::OrderRefusal::Insufficient { missing, balance } => Self::Insufficient { missing, balance },
            store::OrderRefusal::AlreadyPlaced(job) => Self::AlreadyPlaced(job),
            store::OrderRefusal::QueueFull => Self::QueueFull,
            store::OrderRefusal::TooMany { limit } => Self::TooMany { limit },
            store::OrderRefusal::DraftGone => Self::DraftGone,
        }
    }
}
