//! `/broadcast`: an owner sees his message as all will see it, says to whom it goes, and may stop it on its way.

use super::{Reply, Talk};
use crate::app::{AnnounceRefusal, AppError};
use crate::domain::broadcast::{BROADCAST_LIMIT, BroadcastState};
use crate::domain::locale::TextKey;
use crate::domain::role::Power;
use crate::domain::text::Value;
use crate::telegram::screen::{Screen, Toast};
use crate::telegram::tap::CrowdStep;

impl Talk<'_> {
    /// `rest` is what everybody is to read; without it, how the last one went.
    pub async fn broadcast(&self, rest: &str) -> Result<Reply, AppError> {
        if rest.is_empty() {
            let usage = self.view.plain(TextKey::BroadcastUsage);
            let newest = self.app.broadcast(None)?.filter(|newest| newest.state != BroadcastState::Draft);
            let say = newest.iter().map(|newest| self.view.broadcast_status(newest)).chain([usage]);
            return Ok(Reply { say: say.collect(), ..Reply::default() });
        }
        match self.app.draft_broadcast(self.person.id, rest).await {
            Ok(draft) => {
                let preview = self.view.broadcast(&draft.text);
                let choice = self.view.broadcast_choice(draft.number, &self.app.segments(self.set)?);
                Ok(Reply { say: vec![preview, choice], ..Reply::default() })
            }
            Err(refusal) => self.not_announced(refusal).map(Reply::say),
        }
    }

    pub async fn crowd_tapped(&self, number: u64, step: CrowdStep) -> Result<Reply, AppError> {
        if !self.app.may(self.person.id, Power::Announce) {
            return Ok(self.window(TextKey::ToastOld));
        }
        let Some(found) = self.app.broadcast(Some(number))? else {
            return Ok(self.window(TextKey::ToastOld));
        };
        let drafted = found.state == BroadcastState::Draft;
        match step {
            CrowdStep::Choose if drafted => {
                Ok(Reply::show(self.view.broadcast_choice(number, &self.app.segments(self.set)?)))
            }
            CrowdStep::Ask(segment) if drafted => {
                let known = self.app.segments(self.set)?.into_iter().find(|(known, _)| *known == segment);
                Ok(match known {
                    Some((segment, people)) => Reply::show(self.view.broadcast_ask(number, &segment, people)),
                    None => self.window(TextKey::ToastOld),
                })
            }
            CrowdStep::Send(segment) => {
                let started = self.app.start_broadcast(self.update, self.person.id, number, segment).await;
                self.moved_broadcast(number, started)
            }
            CrowdStep::Stop => {
                let stopped = self.app.stop_broadcast(self.update, self.person.id, number).await;
                self.moved_broadcast(number, stopped)
            }
            CrowdStep::Choose | CrowdStep::Ask(_) | CrowdStep::Look => {
                Ok(Reply::show(self.view.broadcast_status(&found)))
            }
        }
    }

    fn moved_broadcast(&self, number: u64, moved: Result<(), AnnounceRefusal>) -> Result<Reply, AppError> {
        match moved {
            Ok(()) | Err(AnnounceRefusal::Gone) => Ok(match self.app.broadcast(Some(number))? {
                Some(now) => Reply::show(self.view.broadcast_status(&now)),
                None => self.window(TextKey::ToastOld),
            }),
            Err(refusal) => Ok(Reply::toast(Toast::window(&self.not_announced(refusal)?.html))),
        }
    }

    fn not_announced(&self, refusal: AnnounceRefusal) -> Result<Screen, AppError> {
        let limit = [("limit", Value::Number(i64::try_from(BROADCAST_LIMIT).unwrap_or(i64::MAX)))];
        Ok(match refusal {
            AnnounceRefusal::Failed(error) => return Err(error),
            AnnounceRefusal::NotAllowed => self.view.plain(TextKey::UnknownCommand),
            AnnounceRefusal::TooLong => Screen::text(&self.view.say(TextKey::BroadcastTooLong, &limit)),
            AnnounceRefusal::Busy => self.view.plain(TextKey::ToastBroadcastBusy),
            AnnounceRefusal::Gone => self.view.plain(TextKey::ToastOld),
        })
    }
}
