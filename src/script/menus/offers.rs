//! Quick offers: a model, a length and a shape that are on sale, each in a row of its own.

use super::{Button, Known, items};
use crate::domain::catalog::Orientation;
use crate::domain::id::ModelId;
use crate::domain::menu::{QuickOffer, Rows};
use crate::script::fields::Fields;
use crate::script::problem::{Report, Wrong, nearest};
use crate::script::tree::Node;

const OFFERS_LIMIT: usize = 6;
/// What the label may fill in; the price is added by itself.
const PLACES: &[&str] = &["model", "seconds"];

impl Button for QuickOffer {
    fn rows(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<Rows<Self>> {
        let offers = items(node, path, report)?;
        if offers.len() > OFFERS_LIMIT {
            report.wrong(path, format!("быстрых предложений больше {OFFERS_LIMIT}"));
        }
        let mut read = Vec::new();
        for (path, node) in offers {
            let offer = offer(node, &path, report);
            read.extend(offer.filter(|offer| is_on_sale(offer, &path, known, report)));
        }
        Some(read.into_iter().map(|offer| vec![offer]).collect())
    }
}

fn offer(node: &Node, path: &str, report: &mut Report) -> Option<QuickOffer> {
    let mut fields = Fields::of(node, path, report)?;
    let label = fields.text("text", 64);
    let model = fields.text("model", 64);
    let seconds = fields.integer("seconds", 1..=60);
    let orientation = fields.choice("orientation", &Orientation::ALL.map(Orientation::name));
    let shape = orientation.and_then(|written| Orientation::ALL.into_iter().find(|o| o.name() == written));
    fields.finish();
    Some(QuickOffer {
        text: label?.to_owned(),
        model: ModelId::new(model?),
        seconds: u32::try_from(seconds?).ok()?,
        orientation: shape?,
    })
}

/// Reports an offer that names what does not exist. One of a hidden model is no mistake: it is hidden with its model.
fn is_on_sale(offer: &QuickOffer, path: &str, known: &Known, report: &mut Report) -> bool {
    known.check_label(&offer.text, PLACES, &format!("{path}.text"), report);
    let Some(pricing) = &known.pricing else {
        return true;
    };
    if pricing.hidden.contains(&offer.model) {
        return false;
    }
    let Some(model) = pricing.models.iter().find(|model| model.id == offer.model) else {
        let meant = nearest(offer.model.as_str(), pricing.models.iter().map(|model| model.id.as_str()));
        let wrong = Wrong::from(format!("модели «{}» нет в pricing.lua", offer.model));
        let there = pricing.models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>().join(", ");
        let wrong = wrong.expected(there).found(offer.model.as_str()).meant(meant);
        report.wrong(&format!("{path}.model"), wrong);
        return true;
    };
    if model.offer(offer.seconds).is_none() {
        let sold: Vec<_> = model.offers.iter().map(|offer| offer.seconds.to_string()).collect();
        let (sold, written) = (sold.join(", "), offer.seconds);
        let wrong = Wrong::from(format!("{} не бывает на {written} с; бывает на {sold}", model.title));
        report.wrong(&format!("{path}.seconds"), wrong.expected(sold).found(written.to_string()));
    }
    if !model.shapes.iter().any(|shape| shape.orientation == offer.orientation) {
        let message = format!("у {} нет размера {}", model.title, offer.orientation.name());
        report.wrong(&format!("{path}.orientation"), message);
    }
    true
}
