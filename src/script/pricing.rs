//! `pricing.lua` as values: the models on sale, and the price of each length as the owner's own formula gives it.

use std::collections::BTreeSet;

use mlua::{Function, Table, Value};

use super::fields::{Fields, integer, text};
use super::machine::Machine;
use super::problem::Report;
use super::routes::{self, Sold};
use super::tree::Node;
use super::{promos, rails};
use crate::domain::catalog::{Abilities, Model, Offer, Orientation, Shape, Size, Wait};
use crate::domain::economics::Economics;
use crate::domain::id::ModelId;
use crate::domain::money::{MicroUsd, Tokens};
use crate::domain::promo::Promo;

pub(super) struct Pricing {
    /// On sale, in the owner's order.
    pub(super) models: Vec<Model>,
    /// Where each of them stands in the file: `models[2]`.
    pub(super) paths: Vec<String>,
    /// Known, but not on sale now.
    pub(super) hidden: BTreeSet<ModelId>,
    pub(super) promos: Vec<Promo>,
    pub(super) economics: Economics,
    pub(super) welcome: Tokens,
}

/// An id travels in the 64 bytes of a button together with what the button means.
const ID_LIMIT: usize = 24;
const TITLE_LIMIT: usize = 40;
const MODELS_LIMIT: usize = 32;
pub(super) const SECONDS_LIMIT: i64 = 60;

/// What the formula knows beside the video.
struct Shop {
    table: Table,
    price: Function,
    max_price: i64,
}

/// A model as it is written, before the formula has run.
struct Draft {
    model: Model,
    seconds: Vec<u32>,
    /// For the formula alone.
    raise_percent: f64,
    hidden: bool,
    path: String,
}

/// `engines` are who can render: a model that names somebody else could never be made.
pub(super) fn read(
    machine: &Machine,
    root: &Node,
    report: &mut Report,
    engines: &[String],
) -> Option<Pricing> {
    let mut fields = Fields::of(root, "", report)?;
    let welcome = fields.integer("welcome_tokens", 0..=1_000_000);
    let economics = rails::economics(&mut fields);
    let shop = shop(machine, &mut fields, economics.as_ref());
    let mut drafts = Vec::new();
    for (path, node) in fields.list("models").unwrap_or_default() {
        drafts.extend(model(node, &path, fields.report(), engines));
    }
    let ids: Vec<&ModelId> = drafts.iter().map(|draft| &draft.model.id).collect();
    let promos = promos::read(&mut fields, &ids);
    fields.finish();
    check_ids(&drafts, report);
    if !report.is_clean() {
        return None;
    }
    let shop = shop?;
    for draft in &mut drafts {
        price(machine, &shop, draft, report)?;
    }
    let (hidden, shown): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| draft.hidden);
    if shown.is_empty() {
        report.wrong("models", "все модели скрыты: продавать нечего");
    }
    let (models, paths) = shown.into_iter().map(|draft| (draft.model, draft.path)).unzip();
    Some(Pricing {
        models,
        paths,
        hidden: hidden.into_iter().map(|draft| draft.model.id).collect(),
        promos: promos?,
        economics: economics?,
        welcome: Tokens::new(welcome?),
    })
}

fn shop(machine: &Machine, fields: &mut Fields<'_>, economics: Option<&Economics>) -> Option<Shop> {
    let markup = fields.number("markup", 1.0..=100.0);
    let raise_percent = fields.number("raise_percent", -90.0..=1_000.0);
    let max_price = fields.integer("max_price", 1..=Tokens::CAP.get());
    let price = fields.function("price");
    let (economics, markup, raise_percent) = (economics?, markup?, raise_percent?);
    let built = rails::record(machine, &economics.rails).and_then(|rails| {
        let shop = vec![
            ("usd_rate", Value::Number(economics.usd_rate.get() as f64 / 100.0)),
            ("markup", Value::Number(markup)),
            ("raise_percent", Value::Number(raise_percent)),
            ("rails", Value::Table(rails)),
        ];
        machine.record("shop", shop)
    });
    let table = built.map_err(|problem| fields.report().add(problem)).ok()?;
    Some(Shop { table, price: price?.clone(), max_price: max_price? })
}

fn model(node: &Node, path: &str, report: &mut Report, engines: &[String]) -> Option<Draft> {
    let mut fields = Fields::of(node, path, report)?;
    let id = fields.text("id", ID_LIMIT);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if id.is_some_and(|id| !id.chars().all(plain)) {
        fields.wrong("id", "в id годятся только латинские строчные буквы, цифры, точка и дефис");
    }
    let title = fields.text("title", TITLE_LIMIT);
    let seconds = seconds(&mut fields);
    let shapes = shapes(&mut fields);
    let wait = wait(&mut fields);
    let prompt_limit = fields.integer("prompt_limit", 1..=32_000);
    let deadline = fields.integer("render_deadline_minutes", 1..=1_440);
    let hidden = fields.flag("hidden");
    let allow_loss = fields.flag("allow_loss");
    let abilities = Abilities {
        remix: fields.flag("remix"),
        extend: fields.flag("extend"),
        stop: fields.flag("stop"),
        picture: fields.flag("picture"),
    };
    let raise_percent = fields.decimal_or_zero("raise_percent", -90.0..=1_000.0, 2);
    let sold = seconds.as_ref().zip(shapes.as_ref());
    let sold = sold.map(|(seconds, shapes)| Sold { seconds, shapes, abilities });
    let routes = routes::read(&mut fields, sold.as_ref(), engines);
    fields.finish();
    Some(Draft {
        model: Model {
            id: ModelId::new(id?),
            title: title?.to_owned(),
            routes: routes?,
            shapes: shapes?,
            offers: Vec::new(),
            prompt_limit: usize::try_from(prompt_limit?).ok()?,
            wait: wait?,
            render_deadline_s: u32::try_from(deadline?).ok()? * 60,
            allow_loss,
            abilities,
        },
        seconds: seconds?,
        raise_percent: raise_percent? as f64 / 100.0,
        hidden,
        path: path.to_owned(),
    })
}

pub(super) fn seconds(fields: &mut Fields<'_>) -> Option<Vec<u32>> {
    let mut seconds: Vec<u32> = Vec::new();
    for (path, node) in fields.list("seconds")? {
        let length = integer(node, &path, 1..=SECONDS_LIMIT, fields.report())?;
        let length = u32::try_from(length).ok()?;
        if seconds.contains(&length) {
            fields.report().wrong(&path, format!("{length} секунд уже есть в этом списке"));
        }
        seconds.push(length);
    }
    Some(seconds)
}

pub(super) fn shapes(fields: &mut Fields<'_>) -> Option<Vec<Shape>> {
    let mut sizes = fields.fields("sizes")?;
    let mut shapes = Vec::new();
    for orientation in Orientation::ALL {
        let Some(node) = sizes.optional(orientation.name()) else {
            continue;
        };
        let path = sizes.path_of(orientation.name());
        let written = text(node, &path, 16, sizes.report())?;
        match Size::parse(written) {
            None => sizes.wrong(
                orientation.name(),
                format!(
                    "«{written}» — не размер: нужны два чётных числа от 64 до 4096, например \"720x1280\""
                ),
            ),
            Some(size) if Orientation::of(size) != orientation => sizes.wrong(
                orientation.name(),
                format!("{size} — это {}: сначала ширина, потом высота", Orientation::of(size).name()),
            ),
            Some(size) => shapes.push(Shape { orientation, size }),
        }
    }
    sizes.finish();
    if shapes.is_empty() {
        fields.wrong("sizes", "не указано ни одного размера");
    }
    Some(shapes)
}

fn wait(fields: &mut Fields<'_>) -> Option<Wait> {
    let items = fields.list("wait_minutes")?;
    let minutes: Option<Vec<u32>> = items
        .into_iter()
        .map(|(path, node)| integer(node, &path, 1..=1_440, fields.report()))
        .map(|minutes| minutes.and_then(|minutes| u32::try_from(minutes).ok()))
        .collect();
    match minutes?[..] {
        [from_min, to_min] if from_min <= to_min => Some(Wait { from_min, to_min }),
        _ => {
            fields.wrong("wait_minutes", "нужны два числа: от и до, например { 2, 5 }");
            None
        }
    }
}

fn check_ids(drafts: &[Draft], report: &mut Report) {
    let mut seen = BTreeSet::new();
    for draft in drafts {
        if !seen.insert(&draft.model.id) {
            let id = &draft.model.id;
            report.wrong(
                &format!("{}.id", draft.path),
                format!("модель «{id}» уже есть выше: id не должны повторяться"),
            );
        }
    }
    if drafts.len() > MODELS_LIMIT {
        report.wrong("models", format!("моделей больше {MODELS_LIMIT}"));
    }
}

/// Runs the formula for every length. One mistake is enough to stop: the others would only repeat it.
fn price(machine: &Machine, shop: &Shop, draft: &mut Draft, report: &mut Report) -> Option<()> {
    let (model, raise_percent) = (&mut draft.model, draft.raise_percent);
    for &seconds in &draft.seconds {
        let Some(cost) = model.dearest(seconds) else {
            report.wrong(&draft.path, format!("ни один маршрут не делает видео на {seconds} с"));
            return None;
        };
        let answer = video(machine, model, seconds, cost, raise_percent)
            .and_then(|video| machine.call(&shop.price, &[video, shop.table.clone()]));
        let answer = match answer {
            Ok(answer) => answer,
            Err(mut problem) => {
                problem.path = Some("price".to_owned());
                report.add(problem);
                return None;
            }
        };
        match whole(&answer, shop.max_price) {
            Ok(price) => model.offers.push(Offer { seconds, price: Tokens::new(price), cost }),
            Err(message) => {
                report.wrong("price", format!("{}, {seconds} с: {message}", model.title));
                return None;
            }
        }
    }
    Some(())
}

fn video(
    machine: &Machine,
    model: &Model,
    seconds: u32,
    cost: MicroUsd,
    raise_percent: f64,
) -> Result<Table, super::Problem> {
    let dollars = |micro: MicroUsd| Value::Number(micro.get() as f64 / 1e6);
    let fields = vec![
        ("model", machine.text(model.id.as_str())?),
        ("seconds", Value::Integer(i64::from(seconds))),
        ("usd_per_second", Value::Number(cost.get() as f64 / 1e6 / f64::from(seconds))),
        ("usd_cost", dollars(cost)),
        ("raise_percent", Value::Number(raise_percent)),
    ];
    machine.record("video", fields)
}

/// What a formula gave, as whole tokens or tenge from 1 to `cap`.
pub(super) fn whole(answer: &Value, cap: i64) -> Result<i64, String> {
    let number = match answer {
        Value::Integer(number) => *number as f64,
        Value::Number(number) => *number,
        other => {
            return Err(format!("формула должна вернуть число, а вернула {}", other.type_name()));
        }
    };
    if number.is_nan() || number.is_infinite() {
        Err(format!("цена {number} — не число"))
    } else if number <= 0.0 {
        Err(format!("цена {number} должна быть больше нуля"))
    } else if number > cap as f64 {
        Err(format!("цена {number} больше предела {cap}"))
    } else if number.fract() != 0.0 {
        Err(format!("цена {number} — не целое число; округлите её: math.ceil(…)"))
    } else {
        Ok(number as i64)
    }
}
