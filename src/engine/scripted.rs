//! Engines that are one Lua file each. The script says what to ask and how to read the answer; everything with bytes is done
//! here: sending, proving who we are, patience, limits, films.
//!
//! The same rules hold as for every engine: asks once and reports; the key goes home only; no answer leads anywhere that the
//! script has not named.

mod auth;
mod callback;
mod http;
mod reading;
pub mod recorded;
mod verdict;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use self::http::{Http, Question};
use self::reading::Reading;
use super::client::{Timeouts, Unsent};
use super::veil::Veil;
use super::walk::{Page, Step, Walk};
use super::{download, film};
use crate::app::port::{
    Adapter, Ask, Callback, CallbackRefusal, Capabilities, Clock, Engine, EngineSource, Failure, FailureKind,
    Fetched, FindRule, Pictures, Polled, Progress, Reader, RenderRequest, Scripts, Sighting, Sought,
    Submission, order_value,
};
use crate::domain::id::{EngineId, Ticket};
use crate::domain::reconcile::{CLOCK_SKEW, Listed};

pub use super::tape::{Tape, Taped};

/// What the operator gives to engines: their keys and, where he has his own, their addresses.
pub trait Keyring: Send + Sync {
    fn secret(&self, name: &str) -> Option<SecretString>;

    /// In place of the script's own base address.
    fn base_url(&self, engine: &EngineId) -> Option<Url>;
}

/// What all of them share.
#[derive(Clone)]
pub struct Surroundings {
    pub keys: Arc<dyn Keyring>,
    pub clock: Arc<dyn Clock>,
    /// Our own address as vendors see it: there they call, and fetch pictures. None: nobody can reach us.
    pub public_url: Option<Url>,
    pub timeouts: Timeouts,
    /// Is told of everything that is sent and received, secrets hidden.
    pub tape: Option<Arc<dyn Tape>>,
}

/// Why an engine of a script is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    #[error("none of its keys is set: {0}")]
    NoKey(String),
    #[error("its address does not serve: {0}")]
    BaseUrl(String),
    #[error("its key has characters that no header can carry")]
    Key,
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// The engines of the set in force whose keys are set.
pub struct ScriptedEngines {
    scripts: Arc<dyn Scripts>,
    around: Surroundings,
    made: Mutex<BTreeMap<EngineId, Made>>,
}

/// Made once for each adapter: a client is dear.
struct Made {
    of: Arc<Adapter>,
    engine: Option<Arc<dyn Engine>>,
}

impl ScriptedEngines {
    pub fn new(scripts: Arc<dyn Scripts>, around: Surroundings) -> Self {
        Self { scripts, around, made: Mutex::default() }
    }
}

impl EngineSource for ScriptedEngines {
    fn get(&self, engine: &EngineId) -> Option<Arc<dyn Engine>> {
        let adapter = self.scripts.current().engines.get(engine)?.clone();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = made.get(engine).filter(|made| Arc::ptr_eq(&made.of, &adapter)) {
            return there.engine.clone();
        }
        let new = Scripted::new(adapter.clone(), &self.around);
        match &new {
            Ok(_) => tracing::info!(%engine, "the engine is there"),
            Err(NotThere::NoKey(why)) => tracing::debug!(%engine, why, "the engine is off"),
            Err(why) => tracing::error!(%engine, %why, "the engine is off"),
        }
        let new = new.ok().map(|engine| Arc::new(engine) as Arc<dyn Engine>);
        made.insert(engine.clone(), Made { of: adapter, engine: new.clone() });
        new
    }

    fn names(&self) -> Vec<EngineId> {
        let names: Vec<EngineId> = self.scripts.current().engines.keys().cloned().collect();
        names.into_iter().filter(|name| self.get(name).is_some()).collect()
    }
}

/// One vendor by its script.
pub struct Scripted {
    adapter: Arc<Adapter>,
    http: Http,
    callback: Option<callback::Hearing>,
    /// Where the vendor calls.
    callback_url: Option<String>,
    /// The vendor can fetch something from us.
    is_reached: bool,
}

impl Scripted {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// When its keys are not set or its address does not serve.
    pub fn new(adapter: Arc<Adapter>, around: &Surroundings) -> Result<Self, NotThere> {
        let http = Http::new(&adapter, around)?;
        let callback = callback::Hearing::of(&adapter, around);
        let callback_url = match (&callback, &around.public_url) {
            (Some(_), Some(url)) => {
                Some(format!("{}/webhooks/engine/{}", url.as_str().trim_end_matches('/'), adapter.id))
            }
            _ => None,
        };
        let is_reached = around.public_url.is_some();
        Ok(Self { adapter, http, callback, callback_url, is_reached })
    }

    /// Why this picture cannot be given to it.
    fn no_picture(&self, request: &RenderRequest) -> Option<&'static str> {
        match self.adapter.pictures {
            Pictures::Never => Some("it takes no pictures"),
            Pictures::ByLink if request.picture_link.is_none() => {
                Some("it takes pictures by address only, and PUBLIC_URL is not set")
            }
            Pictures::Inside | Pictures::ByLink => None,
        }
    }

    fn reading(&self) -> Reading<'_> {
        Reading { adapter: &self.adapter, key: self.http.key() }
    }

    fn question(
        &self,
        ask: &Ask,
        about: &Value,
        request: Option<&RenderRequest>,
    ) -> Result<Question, String> {
        self.reading().question(ask, about, request)
    }

    /// Asks something that may be asked again.
    async fn ask(&self, ask: &Ask, about: &Value) -> Result<super::answer::Answer, Failure> {
        let question = self.question(ask, about, None).map_err(broken_script)?;
        self.http.ask(question, ask.timeout).await
    }

    /// The address of the film, from the question that tells it.
    async fn film_address(&self, ask: &Ask, film: &Reader, about: &Value) -> Result<String, Failure> {
        let answer = self.ask(ask, about).await?;
        let json = verdict::content(&self.reading(), &answer)?;
        self.reading()
            .text(film, &json)
            .ok_or_else(|| Failure::new(FailureKind::Missing, "the answer names no film"))
    }

    /// A film that is said to be done, where another question has to say where it lies: only then is it done.
    async fn confirmed(&self, about: &Value, polled: Polled) -> Result<Polled, Failure> {
        let Some((ask, film)) = self.adapter.fetch.as_ref().and_then(|f| Some((&f.ask, f.film.as_ref()?)))
        else {
            return Ok(polled);
        };
        match self.film_address(ask, film, about).await {
            Ok(_) => Ok(polled),
            Err(failure) if failure.kind.is_transient() || failure.kind.closes_engine() => Err(failure),
            Err(failure) => Ok(Polled { progress: Progress::Failed(failure), ..polled }),
        }
    }

    async fn listed(&self, rule: &FindRule, sought: &Sought<'_>) -> Result<Sighting, Failure> {
        let about = order_value(sought.request, None);
        let mut question = self.question(&rule.ask, &about, Some(sought.request)).map_err(broken_script)?;
        let mut walk = Walk::new(sought.since.minus(CLOCK_SKEW));
        loop {
            let answer = self.http.ask(question, rule.ask.timeout).await?;
            let json = verdict::content(&self.reading(), &answer)?;
            let jobs = self.reading().listed(rule, &json)?;
            if rule.by_reference {
                return match <[Listed; 1]>::try_from(jobs) {
                    Ok([job]) => Ok(Sighting::Taken(job.ticket)),
                    Err(jobs) if jobs.is_empty() => Ok(Sighting::Absent),
                    Err(_) => Err(Failure::new(FailureKind::Server, "two renders have our reference")),
                };
            }
            let next = rule.next.as_ref().and_then(|next| self.reading().text(next, &json));
            let page = Page { jobs, has_more: Some(next.is_some()), last_id: next.clone() };
            match (walk.take(page)?, next) {
                (Step::Further, Some(next)) => question = Question::get(next),
                _ => return Ok(Sighting::Listed(walk.into_jobs())),
            }
        }
    }
}

#[async_trait]
impl Engine for Scripted {
    fn capabilities(&self) -> Capabilities {
        let adapter = &self.adapter;
        Capabilities {
            find: adapter.find.is_some(),
            cancel: adapter.cancel.is_some(),
            callback: self.callback_url.is_some(),
            cost: adapter.poll.cost_usd.is_some(),
            picture: match adapter.pictures {
                Pictures::Never => false,
                Pictures::Inside => true,
                Pictures::ByLink => self.is_reached,
            },
            proven: adapter.proven,
            retired_on: adapter.retired_on,
        }
    }

    async fn submit(&self, request: &RenderRequest) -> Submission {
        let refused = |kind, why: &str| Submission::Refused(Failure::new(kind, why));
        if request.source.is_some() {
            return refused(FailureKind::BadInput, "it makes no films from films");
        }
        if let (Some(_), Some(why)) = (&request.picture, self.no_picture(request)) {
            return refused(FailureKind::BadInput, why);
        }
        let create = &self.adapter.create.ask;
        let about = order_value(request, self.callback_url.as_deref());
        // nothing has left yet
        let question = match self.question(create, &about, Some(request)) {
            Ok(question) => question,
            Err(why) => return refused(FailureKind::BadInput, &broken_script(why).detail),
        };
        let veil = Veil { key: self.http.key(), prompt: Some(&request.prompt) };
        match self.http.post_once(question, create.timeout).await {
            Ok(answer) => verdict::submission(&self.reading(), &answer, &veil),
            Err(Unsent::Surely(failure)) => Submission::Refused(failure),
            Err(Unsent::Perhaps(why)) => Submission::Unknown(why),
        }
    }

    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure> {
        let about = reading::about(ticket);
        let answer = self.ask(&self.adapter.poll.ask, &about).await?;
        let polled = verdict::polled(&self.reading(), &answer)?;
        match polled.progress {
            Progress::Completed => self.confirmed(&about, polled).await,
            _ => Ok(polled),
        }
    }

    async fn find(&self, sought: &Sought<'_>) -> Result<Sighting, Failure> {
        match &self.adapter.find {
            Some(rule) => self.listed(rule, sought).await,
            None => Err(Failure::new(FailureKind::Missing, "it cannot be asked what it has taken")),
        }
    }

    async fn fetch(
        &self,
        ticket: &Ticket,
        path: &Path,
        thumbnail: &Path,
        max_bytes: u64,
    ) -> Result<Fetched, Failure> {
        let about = reading::about(ticket);
        let question = match (&self.adapter.fetch, &self.adapter.poll.film) {
            (Some(rule), _) if rule.film.is_none() => {
                self.question(&rule.ask, &about, None).map_err(broken_script)?
            }
            (Some(rule), _) => {
                let film = rule.film.as_ref().expect("the arm above took those without");
                Question::get(self.film_address(&rule.ask, film, &about).await?)
            }
            (None, Some(film)) => {
                Question::get(self.film_address(&self.adapter.poll.ask, film, &about).await?)
            }
            (None, None) => return Err(Failure::new(FailureKind::Missing, "its script names no film")),
        };
        let response = self.http.open_film(question, &self.reading()).await?;
        download::save(response, download::Kind::Film, path, max_bytes).await?;
        film::inspect(path, thumbnail).await
    }

    async fn cancel(&self, ticket: &Ticket) -> Result<(), Failure> {
        let Some(ask) = &self.adapter.cancel else {
            return Err(Failure::new(FailureKind::Missing, "it has no way to stop a render"));
        };
        let answer = self.ask(ask, &reading::about(ticket)).await?;
        match verdict::accepted(&self.reading(), &answer) {
            // it knows what was asked and does not do it: it is too late
            Err(failure) if (400..500).contains(&answer.status) && !failure.kind.closes_engine() => {
                Err(Failure { kind: FailureKind::Missing, ..failure })
            }
            other => other,
        }
    }

    async fn check(&self) -> Result<(), Failure> {
        let Some(ask) = &self.adapter.check else { return Ok(()) };
        let answer = self.ask(ask, &Value::Null).await?;
        verdict::accepted(&self.reading(), &answer)
    }

    async fn heard(&self, call: &Callback<'_>) -> Result<Ticket, CallbackRefusal> {
        let hearing = self.callback.as_ref().ok_or(CallbackRefusal::NotOffered)?;
        hearing.check(call, &self.http).await?;
        let json = serde_json::from_slice(call.body).map_err(|_| CallbackRefusal::Unclear)?;
        self.reading().ticket(hearing.ticket(), &json).map(Ticket::new).ok_or(CallbackRefusal::Unclear)
    }
}

/// The script is at fault, and nothing was sent.
fn broken_script(why: String) -> Failure {
    Failure::new(FailureKind::Server, format!("its script: {why}"))
}
