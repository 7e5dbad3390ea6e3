//! The card of an order, from its place in the queue to its end.

use std::time::Duration;

use super::card::size;
use super::{PROMPT_SHOWN, View, minutes, number, words};
use crate::app::port::Stage;
use crate::app::{OrderView, QueueView};
use crate::domain::catalog::{Orientation, Quote};
use crate::domain::job::{Job, JobState, StopWish};
use crate::domain::locale::TextKey;
use crate::domain::menu::VideoAction;
use crate::domain::text::{Value, escape};
use crate::telegram::html::fitted;
use crate::telegram::screen::{CAPTION_LIMIT, MESSAGE_LIMIT, Photo, Screen};
use crate::telegram::tap::Tap;

/// Cells of the bar.
const BAR: usize = 10;

/// How far an order has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub stage: Stage,
    /// Since it was placed.
    pub elapsed: Duration,
}

impl View<'_> {
    /// An order on its way. While it waits it can be taken back.
    pub fn order(&self, job: &Job, progress: Progress) -> Screen {
        let elapsed = ("elapsed", Value::Html(self.duration(progress.elapsed)));
        let state = match progress.stage {
            Stage::Queued { position, done_in } => {
                let place = match position {
                    0 | 1 => self.say(TextKey::OrderNext, &[]),
                    _ => self.say(TextKey::OrderQueued, &[("ahead", number(position - 1))]),
                };
                let wait = done_in.map(|length| {
                    format!("\n{}", self.say(TextKey::OrderWait, &[("minutes", minutes(length))]))
                });
                place + &wait.unwrap_or_default()
            }
            Stage::Starting => self.say(TextKey::OrderStarting, &[]),
            Stage::Stopping => self.say(TextKey::OrderStopping, &[]),
            Stage::Rendering { percent, remaining } => {
                let values = [
                    ("bar", words(bar(percent))),
                    ("percent", number(percent.min(100))),
                    elapsed,
                    ("rest", Value::Html(self.rest(&job.quote, remaining))),
                ];
                self.say(TextKey::OrderRendering, &values)
            }
            Stage::Fetching => self.say(TextKey::OrderFetching, &[elapsed]),
        };
        let unstoppable = job.stop == Some(StopWish::Refused);
        let refusal = if unstoppable {
            format!("\n\n{}", self.say(TextKey::OrderUnstoppable, &[]))
        } else {
            String::new()
        };
        let screen = self.order_card(job, &(state + &refusal));
        let may_cancel = matches!(progress.stage, Stage::Queued { .. }) || self.can_stop(job);
        screen.row(may_cancel.then(|| self.button(TextKey::ButtonCancel, &[], Tap::Cancel(job.id))))
    }

    /// An order as its state alone tells it; for one that has ended, the last that its card shows.
    pub fn ended(&self, job: &Job) -> Screen {
        let price = [("price", number(job.quote.price.get()))];
        let state = match &job.state {
            JobState::Queued | JobState::Submitting(_) | JobState::Rendering(_) | JobState::Fetching(_) => {
                self.say(TextKey::OrderStarting, &[])
            }
            JobState::Ready(_) => self.say(TextKey::OrderReady, &[]),
            JobState::Delivered(_) => self.say(TextKey::OrderDelivered, &[]),
            JobState::Cancelled => self.say(TextKey::OrderCancelled, &price),
            JobState::Refunded(reason) => {
                let [price] = price;
                let reason = ("reason", Value::Html(self.refund_reason(job, *reason)));
                self.say(TextKey::OrderRefunded, &[price, reason])
            }
        };
        let screen = self.order_card(job, &state);
        match job.state {
            JobState::Cancelled => {
                let actions = [VideoAction::Again, VideoAction::New];
                screen.row(actions.map(|action| self.video_button(action, job.id)))
            }
            JobState::Delivered(_) => screen.row(self.film_again(job)),
            _ => screen,
        }
    }

    /// A user's live orders, each that still waits with a button that takes it back.
    pub fn queue(&self, orders: &[OrderView], queue: QueueView) -> Screen {
        let mut values = vec![
            ("running", number(queue.running)),
            ("capacity", number(queue.capacity)),
            ("waiting", number(queue.waiting)),
        ];
        if orders.is_empty() {
            return Screen::text(&self.say(TextKey::QueueEmpty, &values));
        }
        let lines: Vec<String> = orders.iter().map(|order| self.queue_line(order)).collect();
        values.push(("lines", Value::Html(lines.join("\n"))));
        let stoppable = |order: &&OrderView| order.job.state == JobState::Queued || self.can_stop(&order.job);
        Screen::text(&self.say(TextKey::Queue, &values)).rows(orders.iter().filter(stoppable).map(|order| {
            let number = [("number", words(order.job.id.to_string()))];
            vec![self.button(TextKey::ButtonCancelNumber, &number, Tap::Cancel(order.job.id))]
        }))
    }

    /// Can an order that has begun still be taken back?
    fn can_stop(&self, job: &Job) -> bool {
        let begun = matches!(job.state, JobState::Submitting(_) | JobState::Rendering(_));
        begun && job.stop.is_none() && self.catalog.abilities(&job.quote).stop
    }

    fn queue_line(&self, order: &OrderView) -> String {
        let state = match order.stage {
            Some(Stage::Queued { position: 0 | 1, .. }) => self.say(TextKey::StateNext, &[]),
            Some(Stage::Queued { position, .. }) => {
                self.say(TextKey::StateQueued, &[("ahead", number(position - 1))])
            }
            Some(Stage::Starting) => self.say(TextKey::StateStarting, &[]),
            Some(Stage::Stopping) => self.say(TextKey::StateStopping, &[]),
            Some(Stage::Rendering { percent, .. }) => {
                self.say(TextKey::StateRendering, &[("percent", number(percent))])
            }
            Some(Stage::Fetching) => self.say(TextKey::StateFetching, &[]),
            None => self.say(TextKey::StateReady, &[]),
        };
        let quote = &order.job.quote;
        let values = [
            ("number", words(order.job.id.to_string())),
            ("model", words(self.title(&quote.model))),
            ("seconds", number(quote.seconds)),
            ("state", Value::Html(state)),
        ];
        self.say(TextKey::QueueLine, &values)
    }

    fn rest(&self, quote: &Quote, remaining: Option<Duration>) -> String {
        match (remaining, self.wait(quote)) {
            (Some(length), _) => {
                self.say(TextKey::RestMeasured, &[("time", Value::Html(self.roughly(length)))])
            }
            (None, Some(wait)) => {
                let values = [("from", number(wait.from_min)), ("to", number(wait.to_min))];
                self.say(TextKey::RestUsual, &values)
            }
            (None, None) => String::new(),
        }
    }

    fn order_card(&self, job: &Job, state: &str) -> Screen {
        let quote = &job.quote;
        let photo = job.picture.as_ref().map(|_| Photo::There);
        let limit = if photo.is_some() { CAPTION_LIMIT } else { MESSAGE_LIMIT };
        let html = fitted(&job.prompt, PROMPT_SHOWN, limit, |prompt| {
            let values = [
                ("number", words(job.id.to_string())),
                ("model", words(self.title(&quote.model))),
                ("seconds", number(quote.seconds)),
                ("shape", Value::Html(self.shape(Orientation::of(quote.size)))),
                ("size", words(size(quote.size))),
                ("price", number(quote.price.get())),
                ("prompt", Value::Html(escape(&prompt))),
            ];
            format!("{}\n\n{state}", self.say(TextKey::OrderHead, &values))
        });
        Screen { html, photo, ..Screen::default() }
    }
}

fn bar(percent: u8) -> String {
    let full = usize::from(percent.min(100)) * BAR / 100;
    "▰".repeat(full) + &"▱".repeat(BAR - full)
}
