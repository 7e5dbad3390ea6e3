//! What comes after a film: the same once more, with other words or in another size, changed, or sent again.

use super::{Reply, Talk};
use crate::app::{AppError, ResendRefusal};
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::JobId;
use crate::domain::job::Job;
use crate::domain::locale::TextKey;
use crate::domain::menu::VideoAction;
use crate::telegram::screen::{Screen, Toast};
use crate::telegram::view::choice;

impl Talk<'_> {
    /// A tap on a button below a film, an ended order or an apology. The button may be another's.
    pub async fn video(&self, action: VideoAction, id: JobId) -> Result<Reply, AppError> {
        let Some(job) = self.app.job(self.person.id, id)? else {
            return Ok(self.window(TextKey::ToastNotYours));
        };
        match action {
            VideoAction::New => self.generate("").await,
            VideoAction::Again => self.again(job).await,
            VideoAction::Size => self.resize(job).await,
            VideoAction::Edit => {
                let basis = job.source.map_or(Basis::Settings(id), Basis::from);
                self.app.ask_for_words(self.person.id, Some(basis)).await?;
                Ok(Reply::say(self.view.ask_edit(&job)))
            }
            VideoAction::Remix if job.film().is_some() && self.view.can_remix(&job) => {
                self.app.ask_for_words(self.person.id, Some(Basis::Film(id))).await?;
                Ok(Reply::say(self.view.ask_remix(&job)))
            }
            VideoAction::Remix => Ok(self.window(TextKey::ToastNoRemix)),
            VideoAction::Extend if job.film().is_some() && self.view.can_extend(&job) => {
                self.app.ask_for_words(self.person.id, Some(Basis::Extension(id))).await?;
                Ok(Reply::say(self.view.ask_extend(&job)))
            }
            VideoAction::Extend => Ok(self.window(TextKey::ToastNoExtend)),
            VideoAction::Resend => {
                self.sending(self.app.send_film_again(self.update, self.person.id, id).await)
            }
            VideoAction::File => {
                self.sending(self.app.send_film_as_file(self.update, self.person.id, id).await)
            }
        }
    }

    /// His films, one at a time, beginning at this one or at the newest.
    pub fn gallery(&self, at: Option<JobId>) -> Result<Screen, AppError> {
        let page = self.app.film_page(self.person.id, at)?;
        Ok(page.map_or_else(|| self.view.no_films(), |page| self.view.gallery(&page)))
    }

    /// A new draft with the same words and the same picture or film, straight to the confirmation.
    async fn again(&self, job: Job) -> Result<Reply, AppError> {
        if job.prompt.is_empty() {
            return self.generate("").await;
        }
        let choice = choice(&job.quote);
        let draft = self.like(job).await?;
        let screen = self.begun_like(&draft, &choice).await?;
        Ok(Reply::say(self.anew(&draft, screen).await))
    }

    /// A new draft with the same words, to be made in another size.
    async fn resize(&self, job: Job) -> Result<Reply, AppError> {
        if job.prompt.is_empty() {
            return self.generate("").await;
        }
        let (model, seconds) = (job.quote.model.clone(), job.quote.seconds);
        let draft = self.like(job).await?;
        let screen = match self.model(&draft, &model) {
            Some(model) if model.shapes.len() > 1 && model.offer(seconds).is_some() => {
                self.view.shapes(&draft, &model, seconds)
            }
            _ => self.view.qualities(&draft, &self.offered(&draft).iter().collect::<Vec<_>>()),
        };
        Ok(Reply::say(self.anew(&draft, screen).await))
    }

    async fn like(&self, job: Job) -> Result<Draft, AppError> {
        self.app.begin_again(self.update, &job).await
    }

    fn sending(&self, queued: Result<(), ResendRefusal>) -> Result<Reply, AppError> {
        Ok(match queued {
            Ok(()) => Reply::toast(Toast::line(&self.view.say(TextKey::ToastSending, &[]))),
            Err(ResendRefusal::Gone) => self.window(TextKey::ToastFilmGone),
            Err(ResendRefusal::NotYours) => self.window(TextKey::ToastNotYours),
            Err(ResendRefusal::Failed(error)) => return Err(error),
        })
    }
}
