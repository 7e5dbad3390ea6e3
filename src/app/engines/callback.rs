//! Engines that call back. What they say is only a reason to look: the job is polled at once, and nothing else happens.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::App;
use crate::app::port::{Callback, CallbackRefusal, Webhook, WebhookAnswer, WebhookRequest};
use crate::domain::id::{EngineId, JobId, Ticket};
use crate::store::StoreError;

const PATH: &str = "/webhooks/engine/";

/// The door for all engines: which of them is called stands at the end of the address.
pub struct EngineCallbacks(pub Arc<App>);

#[async_trait]
impl Webhook for EngineCallbacks {
    fn path(&self) -> &str {
        "/webhooks/engine/{id}"
    }

    async fn receive(&self, request: WebhookRequest) -> WebhookAnswer {
        let app = &self.0;
        let id = EngineId::new(request.path.strip_prefix(PATH).unwrap_or_default());
        let Some(engine) = app.engines.get(&id) else { return WebhookAnswer::status(404) };
        let headers: Vec<(String, String)> = request.headers.into_iter().collect();
        let call = Callback { headers: &headers, body: &request.body, now: app.clock.now() };
        match engine.heard(&call).await {
            Ok(ticket) => match app.poll_now(&id, &ticket) {
                Ok(job) => {
                    tracing::debug!(engine = %id, job = job.map(|job| job.0), "the engine called");
                    WebhookAnswer::taken()
                }
                Err(_) => WebhookAnswer::status(503),
            },
            Err(CallbackRefusal::NotOffered) => WebhookAnswer::status(404),
            Err(CallbackRefusal::Signature) => {
                tracing::warn!(engine = %id, "somebody called in its name, with a signature that is not its own");
                WebhookAnswer::status(401)
            }
            // it is the vendor, and he would only repeat it
            Err(CallbackRefusal::Unclear) => WebhookAnswer::taken(),
        }
    }
}

impl App {
    /// Has a running job polled at once. None: no such job runs, or not any more.
    fn poll_now(&self, engine: &EngineId, called: &Ticket) -> Result<Option<JobId>, StoreError> {
        let is_it = |ticket: &Ticket| ticket == called || ticket.id() == called.as_str();
        let running = self.store.running()?;
        let job = running
            .iter()
            .find(|job| job.quote.route.engine == *engine && job.state.ticket().is_some_and(is_it));
        if let Some(job) = job {
            // nobody listens when it has just ended
            let _ = self.bells.stop.send(job.id);
        }
        Ok(job.map(|job| job.id))
    }
}
