//! The `/v1/videos` wire at any address: it began as OpenAI's and is spoken by gateways and self-hosted servers.
//!
//! Asks once and reports; what to make of it is the worker's. `wire` reads and `verdict` judges (both pure), `http` carries;
//! what every engine needs lies beside it. Never sends the key anywhere but home.

mod http;
mod verdict;
mod wire;

#[cfg(test)]
mod tests;

use std::path::Path;

use async_trait::async_trait;
use reqwest::Response;
use reqwest::multipart::{Form, Part};
use secrecy::SecretString;
use url::Url;

use crate::app::port::{
    Capabilities, Engine, Failure, FailureKind, Fetched, FilmSource, Polled, Progress, RenderRequest,
    Sighting, Sought, Submission,
};
use crate::domain::{day::Day, id::Ticket, reconcile::CLOCK_SKEW};

use self::http::{Body, Http};
use super::answer::Answer;
use super::client::Unsent;
use super::tape::Recorder;
use super::veil::Veil;
use super::walk::{Step, Walk};
use super::{download, film};

pub use super::client::Timeouts;

/// Telegram takes 200 KB; whatever an engine calls a thumbnail is made smaller later.
const THUMBNAIL_BYTES: u64 = 5 * 1024 * 1024;
/// What says why there is no film is short.
const REFUSAL_BYTES: usize = 64 * 1024;

/// Where the engine is and how long it may take to answer.
#[derive(Clone, Debug)]
pub struct SoraSettings {
    /// Where `/videos` lies, as a rule ending in `/v1`.
    pub base_url: String,
    /// Empty for a server of one's own that asks for none.
    pub key: SecretString,
    pub timeouts: Timeouts,
    /// OpenAI serves `/v1/videos` again, whatever is known here.
    pub openai_is_back: bool,
    /// Shows what is sent and received.
    pub tape: Recorder,
}

impl SoraSettings {
    pub fn new(base_url: impl Into<String>, key: SecretString) -> Self {
        let (timeouts, tape) = (Timeouts::default(), Recorder::default());
        Self { base_url: base_url.into(), key, timeouts, openai_is_back: false, tape }
    }
}

/// None of these repeats what it was given: addresses and keys may be secret.
#[derive(Debug, thiserror::Error)]
pub enum SoraError {
    #[error("the engine's base address does not serve: {0}")]
    BaseUrl(String),
    #[error("the engine's key has characters that no header can carry")]
    Key,
    #[error("no HTTP client for the engine: {0}")]
    Client(String),
}

/// An engine of the `/v1/videos` kind.
#[derive(Debug)]
pub struct Sora {
    http: Http,
    retired_on: Option<Day>,
}

/// OpenAI's own server ended the Videos API on this day (developers.openai.com/api/docs/deprecations).
const OPENAI: (&str, &str) = ("api.openai.com", "2026-09-24");

impl Sora {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// When the address or the key cannot be used, or TLS cannot be set up.
    pub fn new(settings: SoraSettings) -> Result<Self, SoraError> {
        let is_openai = |url: &Url| url.host_str() == Some(OPENAI.0) && !settings.openai_is_back;
        let retired = Url::parse(&settings.base_url).is_ok_and(|url| is_openai(&url));
        let retired_on = retired.then(|| Day::parse(OPENAI.1)).flatten();
        Ok(Self { http: Http::new(settings)?, retired_on })
    }

    /// The film's bytes are about to come, or why not.
    async fn open_film(&self, ticket: &Ticket) -> Result<Response, Failure> {
        let address = self.http.address(Some(ticket), Some("content"));
        let response = self.http.open(address, None).await?;
        match response.status().as_u16() {
            // some have no such route and tell an address instead
            404 | 405 | 410 | 501 => self.open_elsewhere(ticket).await,
            _ => self.opened(response).await,
        }
    }

    async fn open_elsewhere(&self, ticket: &Ticket) -> Result<Response, Failure> {
        let missing = |detail: &str| Failure {
            kind: FailureKind::Missing,
            detail: detail.to_owned(),
            retry_after: None,
        };
        let answer = self.http.poll(ticket).await?;
        let video = verdict::video(&answer, self.http.key())?;
        let film = video.film.clone();
        match verdict::progress(video)? {
            Progress::Completed => {}
            Progress::Working { .. } => return Err(missing("the film is not ready")),
            Progress::Failed(failure) => return Err(failure),
        }
        let film = film.ok_or_else(|| missing("there is no film behind the render"))?;
        let address =
            self.http.film_address(&film).ok_or_else(|| missing("the film's address is not of the web"))?;
        let response = self.http.open(address, None).await?;
        self.opened(response).await
    }

    async fn opened(&self, response: Response) -> Result<Response, Failure> {
        if response.status().is_success() {
            self.http.note_film(response.status().as_u16());
            return Ok(response);
        }
        let answer = Answer::read(response, REFUSAL_BYTES).await;
        self.http.note_answer(&answer);
        Err(verdict::refusal(&answer, self.http.key()))
    }

    /// A picture is a favour: without one the film's own first picture serves.
    async fn fetch_thumbnail(&self, ticket: &Ticket, path: &Path) {
        let mut address = self.http.address(Some(ticket), Some("content"));
        address.query_pairs_mut().append_pair("variant", "thumbnail");
        let limit = Some(self.http.patience());
        if let Ok(response) = self.http.open(address, limit).await
            && response.status().is_success()
        {
            let _ = download::save(response, download::Kind::Picture, path, THUMBNAIL_BYTES).await;
        }
    }
}

#[async_trait]
impl Engine for Sora {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            find: true,
            picture: true,
            proven: true,
            retired_on: self.retired_on,
            ..Capabilities::default()
        }
    }

    async fn submit(&self, request: &RenderRequest) -> Submission {
        let sent = match &request.source {
            // a remix has the model, size and length of its source
            Some(FilmSource::Remix(film)) => {
                let body = serde_json::json!({ "prompt": request.prompt });
                self.http.post_once(self.http.address(Some(film), Some("remix")), Body::Json(body)).await
            }
            // an extension its model and size; `seconds` is the new part
            Some(FilmSource::Extension(film)) => {
                let body = serde_json::json!({
                    "prompt": request.prompt,
                    "seconds": request.seconds.to_string(),
                    "video": { "id": film.as_str() },
                });
                self.http.post_once(self.http.address(None, Some("extensions")), Body::Json(body)).await
            }
            None => {
                self.http
                    .post_once(self.http.address(None, None), Body::Form(form(request), shown(request)))
                    .await
            }
        };
        let veil = Veil { key: self.http.key(), prompt: Some(&request.prompt) };
        match sent {
            Ok(answer) if request.source.is_some() => verdict::rework(&answer, &veil),
            Ok(answer) => verdict::submission(&answer, &veil),
            Err(Unsent::Surely(failure)) => Submission::Refused(failure),
            Err(Unsent::Perhaps(why)) => Submission::Unknown(why),
        }
    }

    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure> {
        let answer = self.http.poll(ticket).await?;
        verdict::polled(&answer, self.http.key())
    }

    async fn find(&self, sought: &Sought<'_>) -> Result<Sighting, Failure> {
        let mut walk = Walk::new(sought.since.minus(CLOCK_SKEW));
        loop {
            let answer = self.http.list(walk.after()).await?;
            let page = verdict::page(&answer, self.http.key())?;
            if walk.take(page)? == Step::Complete {
                return Ok(Sighting::Listed(walk.into_jobs()));
            }
        }
    }

    async fn cancel(&self, ticket: &Ticket) -> Result<(), Failure> {
        let answer = self.http.delete(ticket).await?;
        verdict::content(&answer, self.http.key()).map(|_| ())
    }

    async fn fetch(
        &self,
        ticket: &Ticket,
        path: &Path,
        thumbnail: &Path,
        max_bytes: u64,
    ) -> Result<Fetched, Failure> {
        let response = self.open_film(ticket).await?;
        download::save(response, download::Kind::Film, path, max_bytes).await?;
        self.fetch_thumbnail(ticket, thumbnail).await;
        film::inspect(path, thumbnail).await
    }

    /// A page of the list. A server without one is there all the same: some call the question a mistake (LiteLLM: 400).
    async fn check(&self) -> Result<(), Failure> {
        let answer = self.http.list(None).await?;
        match verdict::page(&answer, self.http.key()) {
            Err(failure) if !matches!(failure.kind, FailureKind::Missing | FailureKind::BadInput) => {
                Err(failure)
            }
            _ => Ok(()),
        }
    }
}

/// The same to be read, without the picture's bytes.
fn shown(request: &RenderRequest) -> serde_json::Value {
    let RenderRequest { model, prompt, seconds, size, .. } = request;
    let mut shown = serde_json::json!({
        "model": model, "prompt": prompt, "seconds": seconds.to_string(), "size": size.to_string()
    });
    if let Some(picture) = &request.picture {
        shown["input_reference"] = format!("(a picture of {} bytes)", picture.len()).into();
    }
    shown
}

/// `seconds` is text on this wire; a form is what all servers take, JSON only some.
fn form(request: &RenderRequest) -> Form {
    let form = Form::new()
        .text("model", request.model.clone())
        .text("prompt", request.prompt.clone())
        .text("seconds", request.seconds.to_string())
        .text("size", request.size.to_string());
    let Some(picture) = &request.picture else { return form };
    let length = picture.len() as u64;
    let part = Part::stream_with_length(picture.clone(), length).file_name("first-frame.jpg");
    form.part("input_reference", part.mime_str("image/jpeg").expect("a type that is written right"))
}
