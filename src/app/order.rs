//! Ordering: what is on sale, at what price, and how a draft becomes a paid job or is taken back.

use std::time::Duration;

use bytes::Bytes;

use super::port::{ScriptSet, Stage};
use super::{App, AppError};
use crate::domain::account::Balance;
use crate::domain::catalog::{Model, Needs, Orientation, Quote, Route, Wish};
use crate::domain::day::Day;
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::{DraftId, JobId, MessageRef, ModelId, UpdateId, UserId};
use crate::domain::job::{Job, Phase};
use crate::domain::money::Tokens;
use crate::store::{self, Cancelling, NewOrder, OrderLimits};

/// A user's live orders are among his newest jobs: his queue cap and the jobs running are far below this.
const NEWEST_JOBS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub job: Job,
    pub stage: Stage,
    pub balance: Balance,
}

/// What a user has agreed to.
#[derive(Clone, Debug)]
pub struct Agreed {
    pub quote: Quote,
    /// The price that stood on his button.
    pub price: Tokens,
    /// What his picture became, if the draft has one: a JPEG of exactly the quote's size.
    pub frame: Option<Bytes>,
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
    #[error("he is banned")]
    Banned,
    #[error("the disk has no room for its film")]
    NoRoom,
    #[error(transparent)]
    Failed(#[from] AppError),
}

#[derive(Debug, thiserror::Error)]
pub enum CancelRefusal {
    #[error("it can no longer be stopped")]
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
    /// None once the film is here.
    pub stage: Option<Stage>,
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
        self.on_sale_to(scripts, None)
    }

    /// The same at the prices of one person, who may have a discount of his own.
    pub fn on_sale_to(&self, scripts: &ScriptSet, user: Option<UserId>) -> Vec<Model> {
        let (now, today) = (self.clock.now(), self.today());
        let catalog = self.catalog_for(scripts, user);
        let open = |route: &Route| self.engines.serves(route, now, today);
        let sold = catalog.models.iter().filter_map(|model| {
            let mut model = model.on_routes(open)?;
            let takes = |route: &Route| self.engines.takes_pictures(&route.engine);
            let pictured = |route: &Route| model.abilities_on(route).picture && takes(route);
            model.abilities.picture = model.routes.iter().any(pictured);
            Some(model)
        });
        sold.map(|model| catalog.on(today, &model)).collect()
    }

    /// Today's price of one video. None if it is not sold now.
    pub fn quote(
        &self,
        scripts: &ScriptSet,
        model: &ModelId,
        seconds: u32,
        orientation: Orientation,
    ) -> Option<Quote> {
        self.quote_to(scripts, None, model, seconds, orientation)
    }

    /// The same for one person, who may have a discount of his own.
    pub fn quote_to(
        &self,
        scripts: &ScriptSet,
        user: Option<UserId>,
        model: &ModelId,
        seconds: u32,
        orientation: Orientation,
    ) -> Option<Quote> {
        self.quote_for(scripts, user, &Wish { model, seconds, orientation, needs: &Needs::default() })
    }

    /// The same of a video that not every route can make: from a picture, or from a film that lies somewhere.
    pub fn quote_for(&self, scripts: &ScriptSet, user: Option<UserId>, wish: &Wish<'_>) -> Option<Quote> {
        let (now, today) = (self.clock.now(), self.today());
        let takes = |route: &Route| !wish.needs.picture || self.engines.takes_pictures(&route.engine);
        let open = |route: &Route| self.engines.serves(route, now, today) && takes(route);
        let mut quote = self.catalog_for(scripts, user).quote(wish, open, today, &scripts.version)?;
        quote.render_deadline_s = quote.render_deadline_s.min(self.settings.longest_render_s);
        Some(quote)
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

    /// The same with words that the user has just written: they may answer what he was asked last.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_said(
        &self,
        update: UpdateId,
        user: UserId,
        prompt: String,
    ) -> Result<Draft, AppError> {
        Ok(self.store.begin_said(user, DraftId(update.0), prompt, self.clock.now()).await?)
    }

    /// A draft with a picture, by its id at Telegram. Without words it waits for them: his next ones go on from it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_pictured(
        &self,
        update: UpdateId,
        user: UserId,
        prompt: String,
        picture: String,
    ) -> Result<Draft, AppError> {
        let (id, now) = (DraftId(update.0), self.clock.now());
        let draft = self.store.begin_pictured(user, id, prompt, picture, now).await?;
        if draft.prompt.is_empty() {
            self.store.ask(user, Some(Basis::Picture(id)), now).await?;
        }
        Ok(draft)
    }

    /// A draft with the words of an order before it, and its picture, or the film that it was made from.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_again(&self, update: UpdateId, job: &Job) -> Result<Draft, AppError> {
        Ok(self.store.begin_again(job.user, DraftId(update.0), job, self.clock.now()).await?)
    }

    /// Is this the picture of an album that is taken, the first that came?
    ///
    /// # Errors
    /// What the store says.
    pub async fn begins_album(
        &self,
        update: UpdateId,
        user: UserId,
        album: String,
    ) -> Result<bool, AppError> {
        Ok(self.store.begins_album(user, album, update).await?)
    }

    /// Is a picture of his waiting for words?
    ///
    /// # Errors
    /// What the store says.
    pub fn picture_waits(&self, user: UserId) -> Result<bool, AppError> {
        Ok(matches!(self.store.question(user, self.clock.now())?, Some(Basis::Picture(_))))
    }

    /// His next words will go on from that order; None: from nothing in particular.
    ///
    /// # Errors
    /// What the store says.
    pub async fn ask_for_words(&self, user: UserId, basis: Option<Basis>) -> Result<(), AppError> {
        Ok(self.store.ask(user, basis, self.clock.now()).await?)
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
        self.place_pictured(update, user, draft, Agreed { quote, price: agreed, frame: None }, card).await
    }

    /// The same of a draft that may have a picture.
    ///
    /// # Errors
    /// As above.
    pub async fn place_pictured(
        &self,
        update: UpdateId,
        user: UserId,
        draft: DraftId,
        agreed: Agreed,
        card: MessageRef,
    ) -> Result<Placed, OrderRefusal> {
        let Agreed { quote, price: agreed, frame } = agreed;
        if quote.price != agreed {
            return Err(OrderRefusal::PriceChanged { quote });
        }
        if !self.finds_room() {
            self.bells.storage.notify_one();
            return Err(OrderRefusal::NoRoom);
        }
        let limits =
            OrderLimits { per_user: self.settings.queued_per_user, in_all: self.settings.queued_in_all };
        let order = NewOrder { user, draft, quote, card: Some(card), limits, now: self.clock.now() };
        let placed = match self.store.place_pictured(Some(update), order, frame).await.map_err(AppError)? {
            Ok(placed) => placed,
            Err(refusal) => return Err(refusal.into()),
        };
        let waiting = self.stages_of_waiting().map_err(AppError)?;
        let stage = waiting.get(&placed.job.id).copied().unwrap_or(Stage::Starting);
        self.bells.worker.notify_one();
        tracing::info!(order = placed.job.id.0, price = placed.job.quote.price.get(), "order placed");
        Ok(Placed { job: placed.job, stage, balance: placed.balance })
    }

    /// Takes an order back: one that waits at once; one that has begun, where its engine can stop it, as soon as that has
    /// said so.
    ///
    /// # Errors
    /// `TooLate` when it can no longer be stopped.
    pub async fn cancel(
        &self,
        scripts: &ScriptSet,
        update: UpdateId,
        user: UserId,
        id: JobId,
    ) -> Result<Cancelling, CancelRefusal> {
        let Some(job) = self.job(user, id)? else {
            return Err(CancelRefusal::NotYours);
        };
        let (may_stop, now) = (scripts.catalog.abilities(&job.quote).stop, self.clock.now());
        let cancelled = self.store.cancel_order(Some(update), user, id, may_stop, now).await;
        let cancelling = cancelled.map_err(AppError)?.map_err(|refusal| match refusal {
            store::CancelRefusal::TooLate => CancelRefusal::TooLate,
            store::CancelRefusal::NotYours => CancelRefusal::NotYours,
        })?;
        match cancelling {
            Cancelling::Done(_) => tracing::info!(order = id.0, "order cancelled"),
            Cancelling::Asked => {
                tracing::info!(order = id.0, "order to be stopped");
                // Nobody hears it: the job has ended meanwhile, or is resumed at the next start.
                let _ = self.bells.stop.send(id);
            }
        }
        self.bells.progress.notify_one();
        Ok(cancelling)
    }

    /// A user's live orders, oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn orders(&self, user: UserId) -> Result<Vec<OrderView>, AppError> {
        let waiting = self.stages_of_waiting()?;
        let now = self.clock.now();
        let mut live: Vec<OrderView> = self
            .store
            .jobs_of(user, NEWEST_JOBS)?
            .into_iter()
            .filter(|job| !job.state.phase().is_final())
            .map(|job| OrderView {
                stage: match job.state.phase() {
                    Phase::Queued => waiting.get(&job.id).copied().or(Some(Stage::Starting)),
                    _ => self.stage_of(&job),
                },
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
}

impl From<store::OrderRefusal> for OrderRefusal {
    fn from(refusal: store::OrderRefusal) -> Self {
        match refusal {
            store::OrderRefusal::Insufficient { missing, balance } => Self::Insufficient { missing, balance },
            store::OrderRefusal::AlreadyPlaced(job) => Self::AlreadyPlaced(job),
            store::OrderRefusal::QueueFull => Self::QueueFull,
            store::OrderRefusal::TooMany { limit } => Self::TooMany { limit },
            store::OrderRefusal::DraftGone => Self::DraftGone,
            store::OrderRefusal::Banned => Self::Banned,
        }
    }
}
