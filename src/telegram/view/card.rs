//! The card before the order: offers, quality, length, shape, confirmation. One message that changes in place; every
//! screen of it has a way back and a way out.

use std::time::Duration;

use super::{PROMPT_SHOWN, View, minutes, number, words};
use crate::domain::catalog::{Model, Orientation, Quote};
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::{DraftId, JobId};
use crate::domain::locale::TextKey;
use crate::domain::menu::{MenuAction, QuickOffer};
use crate::domain::money::Tokens;
use crate::domain::source::Extension;
use crate::domain::text::{Value, escape};
use crate::domain::warning::Warning;
use crate::telegram::html::fitted;
use crate::telegram::screen::{Button, CAPTION_LIMIT, MESSAGE_LIMIT, Photo, Screen};
use crate::telegram::tap::{Choice, Step, Tap};

/// What is about to be agreed on.
pub struct Deal<'a> {
    pub quote: &'a Quote,
    /// What the user may spend now.
    pub balance: Tokens,
    /// From now to the film, the line before it included; from measured renders.
    pub done_in: Option<Duration>,
    /// The price he saw before, if it was another one.
    pub seen: Option<Tokens>,
    /// Was it a ready-made offer? Then "back" leads to those.
    pub quick: bool,
    /// The part that is to be added to a film.
    pub extension: Option<Extension>,
}

impl View<'_> {
    /// The first card: ready-made offers with their prices, and the way to everything else.
    pub fn offers(&self, draft: &Draft, offers: &[(&QuickOffer, Tokens)]) -> Screen {
        let offer = |(offer, price): &(&QuickOffer, Tokens)| {
            let values = [("model", words(self.title(&offer.model))), ("seconds", number(offer.seconds))];
            let label = Value::Html(self.locale.label(&offer.text, &values));
            let values = [("label", label), ("price", number(price.get()))];
            let choice =
                Choice { model: offer.model.clone(), seconds: offer.seconds, orientation: offer.orientation };
            vec![self.step(TextKey::ButtonOffer, &values, draft.id, Step::Confirm(choice))]
        };
        let custom = self.step(TextKey::ButtonCustom, &[], draft.id, Step::Quality);
        self.card(TextKey::CardOffers, draft, &[])
            .rows(offers.iter().map(offer))
            .row([custom, self.out(draft.id)])
    }

    /// Before the card: models usually refuse this. It is only said; the way on is the first button.
    pub fn precheck(&self, draft: &Draft, warnings: &[&Warning]) -> Screen {
        let language = &self.locale.language;
        let topics: Vec<&str> = warnings.iter().map(|warning| warning.about.speak(language)).collect();
        self.card(TextKey::Precheck, draft, &[("topics", words(topics.join("; ")))])
            .row([self.button(TextKey::ButtonRewrite, &[], Tap::Menu(MenuAction::Generate))])
            .row([self.step(TextKey::ButtonAnyway, &[], draft.id, Step::Offers)])
            .row([self.out(draft.id)])
    }

    pub fn qualities(&self, draft: &Draft, models: &[&Model]) -> Screen {
        let quality = |model: &&Model| {
            let cheapest = model.offers.iter().map(|offer| offer.price.get()).min()?;
            let values = [("model", words(&model.title)), ("price", number(cheapest))];
            let step = Step::Seconds(model.id.clone());
            Some(self.step(TextKey::ButtonModel, &values, draft.id, step))
        };
        self.card(TextKey::CardQuality, draft, &[])
            .grid(models.iter().filter_map(quality), self.menus.pickers.models)
            .row(self.back_or_out(draft.id, Step::Offers))
    }

    pub fn lengths(&self, draft: &Draft, model: &Model) -> Screen {
        let length = |offer: &crate::domain::catalog::Offer| {
            let values = [("seconds", number(offer.seconds)), ("price", number(offer.price.get()))];
            // With one shape there is nothing to choose after the length.
            let step = match model.shapes.as_slice() {
                [only] => Step::Confirm(Choice {
                    model: model.id.clone(),
                    seconds: offer.seconds,
                    orientation: only.orientation,
                }),
                _ => Step::Shape(model.id.clone(), offer.seconds),
            };
            self.step(TextKey::ButtonSeconds, &values, draft.id, step)
        };
        self.card(TextKey::CardSeconds, draft, &[("model", words(&model.title))])
            .grid(model.offers.iter().map(length), self.menus.pickers.seconds)
            .row(self.back_or_out(draft.id, Step::Quality))
    }

    pub fn shapes(&self, draft: &Draft, model: &Model, seconds: u32) -> Screen {
        let shape = |shape: &crate::domain::catalog::Shape| {
            let name = Value::Html(capitalised(&self.shape(shape.orientation)));
            let values = [("shape", name), ("size", words(size(shape.size)))];
            let step =
                Step::Confirm(Choice { model: model.id.clone(), seconds, orientation: shape.orientation });
            self.step(TextKey::ButtonShape, &values, draft.id, step)
        };
        let pickers = &self.menus.pickers;
        let mut shapes: Vec<_> = model.shapes.iter().collect();
        shapes.sort_by_key(|shape| Some(shape.orientation) != pickers.first_shape);
        let values = [("model", words(&model.title)), ("seconds", number(seconds))];
        self.card(TextKey::CardShape, draft, &values)
            .grid(shapes.into_iter().map(shape), pickers.shapes)
            .row(self.back_or_out(draft.id, Step::Seconds(model.id.clone())))
    }

    /// Everything that is agreed on, and the button that agrees; or how many tokens are missing.
    pub fn confirmation(&self, draft: &Draft, deal: &Deal<'_>) -> Screen {
        let quote = deal.quote;
        let choice = choice(quote);
        let after = deal.balance.minus(quote.price).unwrap_or(Tokens::ZERO);
        let values = [
            ("model", words(self.title(&quote.model))),
            ("seconds", number(quote.seconds)),
            ("shape", Value::Html(self.shape(choice.orientation))),
            ("size", words(size(quote.size))),
            ("price", number(quote.price.get())),
            ("before", number(deal.balance.get())),
            ("balance", number(deal.balance.get())),
            ("after", number(after.get())),
            ("missing", number(-after.get())),
            ("wait", Value::Html(self.waiting(deal))),
        ];
        let (key, button) = if after >= Tokens::ZERO {
            let price = [("price", number(quote.price.get()))];
            let step = Step::Order(choice.clone(), quote.price);
            (TextKey::CardConfirm, self.step(TextKey::ButtonOrder, &price, draft.id, step))
        } else {
            (TextKey::CardMissing, self.button(TextKey::ButtonTopUp, &[], Tap::Menu(MenuAction::Buy)))
        };
        let warning = deal.seen.filter(|seen| *seen != quote.price).map(|seen| {
            let values = [("old", number(seen.get())), ("new", number(quote.price.get()))];
            format!("{}\n\n", self.say(TextKey::PriceChanged, &values))
        });
        let source = draft.basis.and_then(Basis::film);
        let made_from = source.map(|source| format!("{}\n\n", self.made_from(source, deal)));
        let frame = self.above(TextKey::CardFrame, draft);
        let above = [warning, made_from, Some(frame)].into_iter().flatten().collect::<String>();
        let screen = self.around_prompt(key, draft, &values, &(above + &self.reduced(quote)));
        // What is made from a film is what that is: there is nothing to go back to and choose.
        let way_back = match source {
            Some(_) => vec![self.out(draft.id)],
            None => self.back_or_out(draft.id, self.before(&choice, deal.quick)).into(),
        };
        screen.row([button]).row(way_back)
    }

    /// What is done to a film.
    fn made_from(&self, source: JobId, deal: &Deal<'_>) -> String {
        let number_of = ("number", words(source.to_string()));
        match deal.extension {
            None => self.say(TextKey::CardRemix, &[number_of]),
            Some(Extension { before, .. }) => {
                let part = deal.quote.seconds;
                let seconds =
                    [("seconds", number(part)), ("before", number(before)), ("after", number(before + part))];
                self.say(TextKey::CardExtend, &[&[number_of][..], &seconds].concat())
            }
        }
    }

    /// Under which promotion the price is what it is, and what it was without.
    fn reduced(&self, quote: &Quote) -> String {
        let Some(promo) = &quote.promo else {
            return String::new();
        };
        let title = match &promo.title {
            Some(title) => words(title),
            None => Value::Html(self.say(TextKey::PromoUntitled, &[])),
        };
        let values =
            [("title", title), ("percent", number(promo.percent)), ("price", number(promo.list_price.get()))];
        format!("{}\n\n", self.say(TextKey::CardPromo, &values))
    }

    /// Where "back" leads from the confirmation: to where it was come from.
    fn before(&self, choice: &Choice, quick: bool) -> Step {
        let shapes = self.catalog.model(&choice.model).map_or(0, |model| model.shapes.len());
        if quick {
            Step::Offers
        } else if shapes > 1 {
            Step::Shape(choice.model.clone(), choice.seconds)
        } else {
            Step::Seconds(choice.model.clone())
        }
    }

    fn waiting(&self, deal: &Deal<'_>) -> String {
        match (deal.done_in, self.wait(deal.quote)) {
            (Some(length), _) => self.say(TextKey::WaitMeasured, &[("minutes", minutes(length))]),
            (None, Some(wait)) => {
                let values = [("from", number(wait.from_min)), ("to", number(wait.to_min))];
                self.say(TextKey::WaitUsual, &values)
            }
            (None, None) => String::new(),
        }
    }

    fn card(&self, key: TextKey, draft: &Draft, values: &[(&str, Value)]) -> Screen {
        self.around_prompt(key, draft, values, &self.above(TextKey::CardPicture, draft))
    }

    /// A line about the picture that the film begins with, if it does.
    fn above(&self, key: TextKey, draft: &Draft) -> String {
        draft.picture.as_ref().map_or_else(String::new, |_| format!("{}\n\n", self.say(key, &[])))
    }

    /// A text that shows the draft's prompt, as much of it as fits. It stands below the draft's picture, if that has one.
    fn around_prompt(&self, key: TextKey, draft: &Draft, values: &[(&str, Value)], above: &str) -> Screen {
        let photo = draft.picture.as_ref().map(|_| Photo::There);
        let limit = if photo.is_some() { CAPTION_LIMIT } else { MESSAGE_LIMIT };
        let html = fitted(&draft.prompt, PROMPT_SHOWN, limit, |prompt| {
            let mut values = values.to_vec();
            values.push(("prompt", Value::Html(escape(&prompt))));
            format!("{above}{}", self.say(key, &values))
        });
        Screen { html, photo, ..Screen::default() }
    }

    fn step(&self, key: TextKey, values: &[(&str, Value)], draft: DraftId, step: Step) -> Button {
        self.button(key, values, Tap::Draft(draft, step))
    }

    fn out(&self, draft: DraftId) -> Button {
        self.step(TextKey::ButtonDrop, &[], draft, Step::Drop)
    }

    fn back_or_out(&self, draft: DraftId, back: Step) -> [Button; 2] {
        [self.step(TextKey::ButtonBack, &[], draft, back), self.out(draft)]
    }
}

/// What was chosen, as the quote has it.
pub fn choice(quote: &Quote) -> Choice {
    Choice { model: quote.model.clone(), seconds: quote.seconds, orientation: Orientation::of(quote.size) }
}

/// `1024×1792`, with the sign that people write.
pub fn size(size: crate::domain::catalog::Size) -> String {
    format!("{}×{}", size.width, size.height)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
