//! The address that a rail calls. What is said there is for the rail to prove and for the use cases to judge.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::App;
use crate::app::port::{RailError, Webhook, WebhookAnswer, WebhookRequest};
use crate::domain::rail::Way;

pub struct Door {
    pub app: Arc<App>,
    pub way: Way,
    pub path: &'static str,
}

#[async_trait]
impl Webhook for Door {
    fn path(&self) -> &str {
        self.path
    }

    async fn receive(&self, request: WebhookRequest) -> WebhookAnswer {
        match self.app.called(self.way, &request).await {
            Ok(()) => WebhookAnswer::taken(),
            Err(RailError::Forged) => WebhookAnswer::status(401),
            Err(RailError::Refused(why)) => {
                tracing::warn!(way = %self.way, why, "a webhook says what we cannot use");
                WebhookAnswer::status(400)
            }
            Err(RailError::Unavailable(why)) => {
                tracing::error!(way = %self.way, why, "a webhook could not be heard; it has to come again");
                WebhookAnswer::status(503)
            }
        }
    }
}
