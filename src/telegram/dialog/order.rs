//! «Создать» and its opposite. The use case decides; here its outcome becomes words.

use std::time::Duration;

use super::{Reply, Talk};
use crate::app::port::Stage;
use crate::app::{Agreed, AppError, CancelRefusal, Cancelling, OrderRefusal};
use crate::domain::draft::Draft;
use crate::domain::id::{JobId, MessageRef};
use crate::domain::job::{Job, JobState};
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::text::Value;
use crate::telegram::screen::Toast;
use crate::telegram::tap::Choice;
use crate::telegram::view::Progress;

impl Talk<'_> {
    /// Orders for `agreed`, the price that stood on the tapped button, and for no other.
    pub async fn order(
        &self,
        draft: &Draft,
        choice: &Choice,
        agreed: Tokens,
        card: MessageRef,
    ) -> Result<Reply, AppError> {
        if draft.became.is_some() {
            return Ok(Reply::default());
        }
        let Some(quote) = self.deal_of(draft, choice)? else {
            return self.not_sold(draft);
        };
        let frame = match self.frame_of(draft, quote.size).await {
            Ok(frame) => frame,
            Err(why) => return Ok(self.window(why)),
        };
        let user = self.person.id;
        let asked = Agreed { quote: quote.clone(), price: agreed, frame };
        let placed = self.app.place_pictured(self.update, user, draft.id, asked, card).await;
        Ok(match placed {
            Ok(placed) => {
                let progress = Progress { stage: placed.stage, elapsed: Duration::ZERO };
                let number = [("number", Value::Words(placed.job.id.to_string()))];
                let toast = Toast::line(&self.view.say(TextKey::ToastOrdered, &number));
                Reply::show(self.view.order(&placed.job, progress)).with(toast)
            }
            // The tap before this one did it; its card is on its way.
            Err(OrderRefusal::AlreadyPlaced(_)) => Reply::default(),
            Err(OrderRefusal::PriceChanged { quote }) => {
                Reply::show(self.confirmation(draft, &quote, Some(agreed))?)
            }
            Err(OrderRefusal::Insufficient { .. }) => {
                Reply::show(self.confirmation(draft, &quote, Some(agreed))?)
            }
            Err(OrderRefusal::QueueFull) => self.window(TextKey::ToastQueueFull),
            Err(OrderRefusal::TooMany { limit }) => {
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let limit = [("limit", Value::Number(limit))];
                Reply::toast(Toast::window(&self.view.say(TextKey::ToastTooMany, &limit)))
            }
            Err(OrderRefusal::DraftGone) => self.window(TextKey::ToastOld),
            Err(OrderRefusal::NoRoom) => self.window(TextKey::ToastNoRoom),
            Err(OrderRefusal::Banned) => self.window(TextKey::ToastBanned),
            Err(OrderRefusal::Failed(error)) => return Err(error),
        })
    }

    /// Takes an order back. `message` has the tapped button: its card, or the list of orders.
    pub async fn cancel(&self, job: JobId, message: MessageRef) -> Result<Reply, AppError> {
        match self.app.cancel(self.set, self.update, self.person.id, job).await {
            Ok(Cancelling::Done(_)) => {}
            Ok(Cancelling::Asked) => return self.stopping(job, message),
            Err(CancelRefusal::TooLate) => return Ok(self.window(TextKey::ToastTooLate)),
            Err(CancelRefusal::NotYours) => return Ok(self.window(TextKey::ToastNotYours)),
            Err(CancelRefusal::Failed(error)) => return Err(error),
        }
        let Some(job) = self.app.job(self.person.id, job)? else {
            return Ok(Reply::default());
        };
        let job = Job { state: JobState::Cancelled, ..job };
        let price = [("price", Value::Number(job.quote.price.get()))];
        let toast = Toast::line(&self.view.say(TextKey::ToastCancelled, &price));
        let mut reply = Reply::toast(toast);
        if job.card != Some(message) {
            reply.show = Some(self.queue()?);
        }
        reply.close = job.card.map(|card| (card, self.view.ended(&job)));
        Ok(reply)
    }

    /// The engine is being asked; the card tells what came of it.
    fn stopping(&self, job: JobId, message: MessageRef) -> Result<Reply, AppError> {
        let toast = Toast::line(&self.view.say(TextKey::ToastStopping, &[]));
        let Some(job) = self.app.job(self.person.id, job)? else {
            return Ok(Reply::toast(toast));
        };
        let progress = Progress { stage: Stage::Stopping, elapsed: Duration::ZERO };
        let screen = if job.card == Some(message) { self.view.order(&job, progress) } else { self.queue()? };
        Ok(Reply::show(screen).with(toast))
    }
}
