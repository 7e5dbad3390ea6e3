//! `menus.lua` as values: which buttons stand where. Whether what they name exists is checked here too.

use std::collections::BTreeMap;

use super::fields::{Fields, list, text};
use super::pricing::Pricing;
use super::problem::{Report, nearest};
use super::tree::Node;
use crate::domain::catalog::Orientation;
use crate::domain::id::ModelId;
use crate::domain::locale::Locale;
use crate::domain::menu::{MenuAction, Menus, QuickOffer, VideoAction};

/// Telegram shows no more side by side.
const ROW_LIMIT: usize = 8;
const ROWS_LIMIT: usize = 12;
const QUICK_LIMIT: usize = 6;

/// `pricing` is None when it could not be read; then nothing is said about models.
pub(super) fn read(
    root: &Node,
    report: &mut Report,
    pricing: Option<&Pricing>,
    locales: &BTreeMap<String, Locale>,
) -> Option<Menus> {
    let mut fields = Fields::of(root, "", report)?;
    let main = rows(&mut fields, "main", MenuAction::parse, MenuAction::ALL, MenuAction::name);
    let video = rows(&mut fields, "video", VideoAction::parse, VideoAction::ALL, VideoAction::name);
    let mut quick = Vec::new();
    let offers = match fields.required("quick") {
        Some(Node::Record(none)) if none.is_empty() => Vec::new(),
        Some(node) => list(node, "quick", fields.report()).unwrap_or_default(),
        None => Vec::new(),
    };
    if offers.len() > QUICK_LIMIT {
        fields.wrong("quick", format!("быстрых предложений больше {QUICK_LIMIT}"));
    }
    for (path, node) in offers {
        let offer = quick_offer(node, &path, fields.report());
        quick.extend(offer.filter(|offer| is_on_sale(offer, &path, fields.report(), pricing, locales)));
    }
    fields.finish();
    Some(Menus { main: main?, quick, video: video? })
}

fn rows<A: Copy>(
    fields: &mut Fields<'_>,
    key: &'static str,
    parse: fn(&str) -> Option<A>,
    all: &[A],
    name: fn(A) -> &'static str,
) -> Option<Vec<Vec<A>>> {
    let rows = fields.list(key)?;
    if rows.len() > ROWS_LIMIT {
        fields.wrong(key, format!("рядов кнопок больше {ROWS_LIMIT}"));
    }
    let report = fields.report();
    let mut read = Vec::new();
    for (path, node) in rows {
        let mut row = Vec::new();
        let buttons = list(node, &path, report).unwrap_or_default();
        if buttons.len() > ROW_LIMIT {
            report.wrong(&path, format!("в одном ряду больше {ROW_LIMIT} кнопок"));
        }
        for (path, node) in buttons {
            let Some(written) = text(node, &path, 64, report) else {
                continue;
            };
            match parse(written) {
                Some(action) => row.push(action),
                None => {
                    let names = all.iter().map(|action| name(*action));
                    let meant = nearest(written, names.clone());
                    let names = names.collect::<Vec<_>>().join(", ");
                    report.wrong_meant(&path, format!("кнопки «{written}» нет; есть {names}"), meant);
                }
            }
        }
        read.push(row);
    }
    Some(read)
}

fn quick_offer(node: &Node, path: &str, report: &mut Report) -> Option<QuickOffer> {
    let mut fields = Fields::of(node, path, report)?;
    let label = fields.text("text", 64);
    let model = fields.text("model", 64);
    let seconds = fields.integer("seconds", 1..=60);
    let orientation = fields.text("orientation", 16);
    let shape = orientation.and_then(|written| Orientation::ALL.into_iter().find(|o| o.name() == written));
    if let Some(written) = orientation.filter(|_| shape.is_none()) {
        let path = fields.path_of("orientation");
        let meant = nearest(written, Orientation::ALL.map(Orientation::name));
        let message = format!("«{written}» нет; есть vertical, horizontal, square");
        fields.report().wrong_meant(&path, message, meant);
    }
    fields.finish();
    Some(QuickOffer {
        text: label?.to_owned(),
        model: ModelId::new(model?),
        seconds: u32::try_from(seconds?).ok()?,
        orientation: shape?,
    })
}

/// Reports an offer that names what does not exist. One of a hidden model is no mistake: it is hidden with its model.
fn is_on_sale(
    offer: &QuickOffer,
    path: &str,
    report: &mut Report,
    pricing: Option<&Pricing>,
    locales: &BTreeMap<String, Locale>,
) -> bool {
    for locale in locales.values().filter(|locale| !locale.labels.contains_key(&offer.text)) {
        let meant = nearest(&offer.text, locale.labels.keys().map(String::as_str));
        let message = format!("подписи «{}» нет в labels файла {}.lua", offer.text, locale.language);
        report.wrong_meant(&format!("{path}.text"), message, meant);
    }
    let Some(pricing) = pricing else {
        return true;
    };
    if pricing.hidden.contains(&offer.model) {
        return false;
    }
    let Some(model) = pricing.models.iter().find(|model| model.id == offer.model) else {
        let meant = nearest(offer.model.as_str(), pricing.models.iter().map(|model| model.id.as_str()));
        report.wrong_meant(
            &format!("{path}.model"),
            format!("модели «{}» нет в pricing.lua", offer.model),
            meant,
        );
        return true;
    };
    if model.offer(offer.seconds).is_none() {
        let sold: Vec<_> = model.offers.iter().map(|offer| offer.seconds.to_string()).collect();
        report.wrong(
            &format!("{path}.seconds"),
            format!("{} не бывает на {} с; бывает на {}", model.title, offer.seconds, sold.join(", ")),
        );
    }
    if !model.shapes.iter().any(|shape| shape.orientation == offer.orientation) {
        let message = format!("у {} нет размера {}", model.title, offer.orientation.name());
        report.wrong(&format!("{path}.orientation"), message);
    }
    true
}
