//! From a prompt to a choice: each step of the card, checked against what is on sale now.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::catalog::{Model, Needs, Quote, Rework, Wish};
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::{DraftId, MessageRef, ModelId};
use crate::domain::job::Job;
use crate::domain::locale::TextKey;
use crate::domain::menu::QuickOffer;
use crate::domain::money::Tokens;
use crate::domain::warning::called_for;
use crate::telegram::screen::{Photo, Screen};
use crate::telegram::tap::{Choice, Step, can_name};
use crate::telegram::view::Deal;

impl Talk<'_> {
    /// Begins a draft with these words, if any model takes them.
    ///
    /// `said`: they are the person's own, just written, and may answer what he was asked.
    pub async fn prompt(&self, words: &str, said: bool) -> Result<Reply, AppError> {
        let words = words.trim();
        if words.is_empty() {
            return Ok(Reply::say(self.view.ask_prompt()));
        }
        let on_sale = self.on_sale();
        let Some(limit) = on_sale.iter().map(|model| model.prompt_limit).max() else {
            return Ok(Reply::say(self.view.plain(TextKey::NothingOnSale)));
        };
        let length = words.chars().count();
        if length > limit {
            return Ok(Reply::say(self.view.prompt_too_long(limit, length)));
        }
        let (user, words) = (self.person.id, words.to_owned());
        let draft = if said {
            self.app.begin_said(self.update, user, words).await?
        } else {
            self.app.begin_draft(self.update, user, words).await?
        };
        let warnings = called_for(&self.set.ideas.warnings, &draft.prompt);
        if !warnings.is_empty() {
            let screen = self.view.precheck(&draft, &warnings);
            return Ok(Reply::say(self.anew(&draft, screen).await));
        }
        let screen = self.begun(&draft).await?;
        Ok(Reply::say(self.anew(&draft, screen).await))
    }

    /// The first screen of a draft that may go on from an order before it.
    pub async fn begun(&self, draft: &Draft) -> Result<Screen, AppError> {
        let Some(job) = self.basis(draft)? else { return self.start(draft) };
        self.begun_like(draft, &crate::telegram::view::choice(&job.quote)).await
    }

    /// The first screen of a draft for which all is chosen: straight to what is to be agreed on, if it can be had.
    pub async fn begun_like(&self, draft: &Draft, choice: &Choice) -> Result<Screen, AppError> {
        match self.deal_of(draft, choice)? {
            Some(quote) => self.agreement(draft, &quote).await,
            None => match not_now(draft) {
                Some(why) => Ok(self.view.plain(why)),
                None => self.start(draft),
            },
        }
    }

    /// What is to be agreed on, with the frame that the film begins with; or why there is no frame.
    pub async fn agreement(&self, draft: &Draft, quote: &Quote) -> Result<Screen, AppError> {
        let screen = self.confirmation(draft, quote, None)?;
        let framed = self.with_frame(draft, quote.size, screen).await;
        Ok(framed.unwrap_or_else(|why| self.view.plain(why)))
    }

    /// A tap on the card of a draft.
    pub async fn draft(&self, id: DraftId, step: Step, card: MessageRef) -> Result<Reply, AppError> {
        let Some(draft) = self.app.draft(self.person.id, id)? else {
            return Ok(self.window(TextKey::ToastOld));
        };
        let mut reply = self.stepped(&draft, step, card).await?;
        if let Some(screen) = reply.show.as_mut().filter(|_| draft.picture.is_some()) {
            // Its card has a picture, whatever it says now.
            screen.photo.get_or_insert(Photo::There);
        }
        Ok(reply)
    }

    async fn stepped(&self, draft: &Draft, step: Step, card: MessageRef) -> Result<Reply, AppError> {
        if let Step::Order(choice, agreed) = step {
            return self.order(draft, &choice, agreed, card).await;
        }
        if draft.became.is_some() {
            return Ok(self.window(TextKey::ToastAlready));
        }
        if draft.basis.and_then(Basis::film).is_some() && step != Step::Drop {
            return Ok(Reply::show(self.begun(draft).await?));
        }
        Ok(match step {
            Step::Offers => Reply::show(self.start(draft)?),
            Step::Quality => {
                let offered = self.offered(draft);
                Reply::show(self.view.qualities(draft, &offered.iter().collect::<Vec<_>>()))
            }
            Step::Seconds(model) => match self.model(draft, &model) {
                Some(model) => Reply::show(self.view.lengths(draft, &model)),
                None => self.not_sold(draft)?,
            },
            Step::Shape(model, seconds) => match self.model(draft, &model) {
                Some(model) if model.offer(seconds).is_some() => {
                    Reply::show(self.view.shapes(draft, &model, seconds))
                }
                _ => self.not_sold(draft)?,
            },
            Step::Confirm(choice) => match self.deal(draft, &choice) {
                Some(quote) => self.agreed_on(draft, &quote).await?,
                None => self.not_sold(draft)?,
            },
            Step::Drop => Reply::show(self.view.plain(TextKey::CardDropped)),
            Step::Order(..) => unreachable!("taken care of above"),
        })
    }

    /// The card with the frame that the film begins with. Without one it stays as it is.
    async fn agreed_on(&self, draft: &Draft, quote: &Quote) -> Result<Reply, AppError> {
        let screen = self.confirmation(draft, quote, None)?;
        Ok(match self.with_frame(draft, quote.size, screen).await {
            Ok(screen) => Reply::show(screen),
            Err(why) => self.window(why),
        })
    }

    /// The first screen of the card.
    pub fn start(&self, draft: &Draft) -> Result<Screen, AppError> {
        let offered = |offer: &QuickOffer| self.deal(draft, &chosen(offer)).map(|quote| quote.price);
        let quick = self.quick()?;
        let offers: Vec<(&QuickOffer, Tokens)> =
            quick.iter().filter_map(|offer| Some((offer, offered(offer)?))).collect();
        Ok(self.view.offers(draft, &offers))
    }

    fn quick(&self) -> Result<Vec<QuickOffer>, AppError> {
        Ok(self.set.menus.quick.rows(&self.viewer()?).into_iter().flatten().collect())
    }

    /// What `choice` costs now. None if it can't be had, or not with so long a prompt.
    pub fn deal(&self, draft: &Draft, choice: &Choice) -> Option<Quote> {
        self.model(draft, &choice.model)?;
        self.quote(choice, &Needs { picture: draft.picture.is_some(), ..Needs::default() })
    }

    /// The same for a draft that may be of a film: that is made where the film was made, as that was made.
    pub fn deal_of(&self, draft: &Draft, choice: &Choice) -> Result<Option<Quote>, AppError> {
        let extends = match draft.basis {
            Some(Basis::Film(_)) => false,
            Some(Basis::Extension(_)) => true,
            Some(Basis::Settings(_) | Basis::Picture(_)) | None => return Ok(self.deal(draft, choice)),
        };
        let Some(source) = self.basis(draft)? else { return Ok(None) };
        let can = if extends { self.view.can_extend(&source) } else { self.view.can_remix(&source) };
        let same = crate::telegram::view::choice(&source.quote) == *choice;
        if !can || !same || self.model(draft, &choice.model).is_none() {
            return Ok(None);
        }
        let Quote { route, size, .. } = source.quote;
        let rework = if extends { Rework::Extend(route) } else { Rework::Remix(route) };
        Ok(self.quote(choice, &Needs { source: Some(rework), size: Some(size), picture: false }))
    }

    fn quote(&self, choice: &Choice, needs: &Needs) -> Option<Quote> {
        let Choice { model, seconds, orientation } = choice;
        let wish = Wish { model, seconds: *seconds, orientation: *orientation, needs };
        self.app.quote_for(self.set, Some(self.person.id), &wish)
    }

    /// The order that a draft goes on from.
    fn basis(&self, draft: &Draft) -> Result<Option<Job>, AppError> {
        match draft.basis {
            Some(Basis::Settings(job) | Basis::Film(job) | Basis::Extension(job)) => {
                self.app.job(self.person.id, job)
            }
            Some(Basis::Picture(_)) | None => Ok(None),
        }
    }

    /// `seen` is the price that stood on the button, if the user has pressed one.
    pub fn confirmation(
        &self,
        draft: &Draft,
        quote: &Quote,
        seen: Option<Tokens>,
    ) -> Result<Screen, AppError> {
        let balance = self.available()?;
        let choice = crate::telegram::view::choice(quote);
        let quick = self.quick()?.iter().any(|offer| chosen(offer) == choice);
        let extension = match draft.basis {
            Some(Basis::Extension(_)) => self.basis(draft)?.and_then(|source| source.extended()),
            _ => None,
        };
        let deal = Deal { quote, balance, done_in: self.app.done_in(quote)?, seen, quick, extension };
        Ok(self.view.confirmation(draft, &deal))
    }

    /// Back to the first screen, saying why.
    pub fn not_sold(&self, draft: &Draft) -> Result<Reply, AppError> {
        if let Some(why) = not_now(draft) {
            return Ok(Reply::show(self.view.plain(why)));
        }
        if self.offered(draft).is_empty() {
            return Ok(Reply::show(self.view.plain(TextKey::NothingOnSale)));
        }
        Ok(Reply::show(self.start(draft)?).with(self.view.window(TextKey::NotSoldNow)))
    }

    pub fn on_sale(&self) -> Vec<Model> {
        let mut models = self.app.on_sale_to(self.set, Some(self.person.id));
        models.retain(|model| {
            let named = can_name(&model.id);
            if !named {
                tracing::error!(model = %model.id, "a model's id is too long for a button; it is not offered");
            }
            named
        });
        models
    }

    /// The models that take this draft's prompt, and its picture if it has one.
    pub fn offered(&self, draft: &Draft) -> Vec<Model> {
        let length = draft.prompt.chars().count();
        let mut models = self.on_sale();
        let pictured = draft.picture.is_some();
        models.retain(|model| length <= model.prompt_limit && (model.abilities.picture || !pictured));
        models
    }

    pub fn model(&self, draft: &Draft, id: &ModelId) -> Option<Model> {
        self.offered(draft).into_iter().find(|model| model.id == *id)
    }
}

/// What is said of a film that cannot be made into another just now; None for a draft of words alone.
fn not_now(draft: &Draft) -> Option<TextKey> {
    match draft.basis? {
        Basis::Film(_) => Some(TextKey::RemixNotNow),
        Basis::Extension(_) => Some(TextKey::ExtendNotNow),
        Basis::Settings(_) | Basis::Picture(_) => None,
    }
}

fn chosen(offer: &QuickOffer) -> Choice {
    Choice { model: offer.model.clone(), seconds: offer.seconds, orientation: offer.orientation }
}
