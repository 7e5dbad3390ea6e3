//! From a prompt to a choice: each step of the card, checked against what is on sale now.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::catalog::{Model, Quote};
use crate::domain::draft::Draft;
use crate::domain::id::{DraftId, MessageRef, ModelId};
use crate::domain::locale::TextKey;
use crate::domain::menu::QuickOffer;
use crate::domain::money::Tokens;
use crate::domain::warning::called_for;
use crate::telegram::screen::Screen;
use crate::telegram::tap::{Choice, Step, can_name};
use crate::telegram::view::Deal;

impl Talk<'_> {
    /// Begins a draft with these words, if any model takes them.
    pub async fn prompt(&self, words: &str) -> Result<Reply, AppError> {
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
        let draft = self.app.begin_draft(self.update, self.person.id, words.to_owned()).await?;
        let warnings = called_for(&self.set.ideas.warnings, &draft.prompt);
        if !warnings.is_empty() {
            return Ok(Reply::say(self.view.precheck(&draft, &warnings)));
        }
        Ok(Reply::say(self.start(&draft)?))
    }

    /// A tap on the card of a draft.
    pub async fn draft(&self, id: DraftId, step: Step, card: MessageRef) -> Result<Reply, AppError> {
        let Some(draft) = self.app.draft(self.person.id, id)? else {
            return Ok(self.window(TextKey::ToastOld));
        };
        if let Step::Order(choice, agreed) = step {
            return self.order(&draft, &choice, agreed, card).await;
        }
        if draft.became.is_some() {
            return Ok(self.window(TextKey::ToastAlready));
        }
        Ok(match step {
            Step::Offers => Reply::show(self.start(&draft)?),
            Step::Quality => {
                let offered = self.offered(&draft);
                Reply::show(self.view.qualities(&draft, &offered.iter().collect::<Vec<_>>()))
            }
            Step::Seconds(model) => match self.model(&draft, &model) {
                Some(model) => Reply::show(self.view.lengths(&draft, &model)),
                None => self.not_sold(&draft)?,
            },
            Step::Shape(model, seconds) => match self.model(&draft, &model) {
                Some(model) if model.offer(seconds).is_some() => {
                    Reply::show(self.view.shapes(&draft, &model, seconds))
                }
                _ => self.not_sold(&draft)?,
            },
            Step::Confirm(choice) => match self.deal(&draft, &choice) {
                Some(quote) => Reply::show(self.confirmation(&draft, &quote, None)?),
                None => self.not_sold(&draft)?,
            },
            Step::Drop => Reply::show(self.view.plain(TextKey::CardDropped)),
            Step::Order(..) => unreachable!("taken care of above"),
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
        self.app.quote(self.set, &choice.model, choice.seconds, choice.orientation)
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
        let deal = Deal { quote, balance, done_in: self.app.done_in(quote)?, seen, quick };
        Ok(self.view.confirmation(draft, &deal))
    }

    /// Back to the first screen, saying why.
    pub fn not_sold(&self, draft: &Draft) -> Result<Reply, AppError> {
        if self.offered(draft).is_empty() {
            return Ok(Reply::show(self.view.plain(TextKey::NothingOnSale)));
        }
        Ok(Reply::show(self.start(draft)?).with(self.view.window(TextKey::NotSoldNow)))
    }

    fn on_sale(&self) -> Vec<Model> {
        let mut models = self.app.on_sale(self.set);
        models.retain(|model| {
            let named = can_name(&model.id);
            if !named {
                tracing::error!(model = %model.id, "a model's id is too long for a button; it is not offered");
            }
            named
        });
        models
    }

    /// The models that take this draft's prompt.
    fn offered(&self, draft: &Draft) -> Vec<Model> {
        let length = draft.prompt.chars().count();
        let mut models = self.on_sale();
        models.retain(|model| length <= model.prompt_limit);
        models
    }

    fn model(&self, draft: &Draft, id: &ModelId) -> Option<Model> {
        self.offered(draft).into_iter().find(|model| model.id == *id)
    }
}

fn chosen(offer: &QuickOffer) -> Choice {
    Choice { model: offer.model.clone(), seconds: offer.seconds, orientation: offer.orientation }
}
