//! A menu's function is tried out on every kind of person before it is accepted, and what it gave then stays at hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlua::Function;

use super::live::Live;
use super::{Button, Known};
use crate::domain::menu::{Menu, MenuContext, MenuModel, MenuPromo};
use crate::domain::money::Tokens;
use crate::script::problem::Report;

/// None, and a report, when the function fails on anybody or gives the same person two different menus.
pub(super) fn computed<B: Button>(
    live: &Arc<Live>,
    menu: &'static str,
    function: &Function,
    report: &mut Report,
) -> Option<Menu<B>> {
    live.add(menu, function, report.line(menu));
    let mut tried = Vec::new();
    let mut usual = BTreeMap::new();
    for context in people(&live.known) {
        let drawn =
            live.draw::<B>(menu, &context).and_then(|rows| Ok((live.draw::<B>(menu, &context)?, rows)));
        let (rows, again) = match drawn {
            Ok(drawn) => drawn,
            Err(mut problem) => {
                problem.message = format!("{} ({})", problem.message, described(&context));
                report.add(problem);
                return None;
            }
        };
        if rows != again {
            let message = "меню вышло разным у одного и того же человека: оно должно зависеть только от ctx";
            report.wrong(menu, format!("{message} ({})", described(&context)));
            return None;
        }
        // The first one of his kind: nothing on the account, everything on sale.
        usual.entry((context.admin, context.language)).or_insert_with(|| rows.clone());
        tried.push(rows);
    }
    let live = Arc::clone(live);
    let formula = move |context: &MenuContext| {
        live.drawn(menu, context).unwrap_or_else(|| {
            let who = (context.admin, context.language.clone());
            usual.get(&who).cloned().unwrap_or_default()
        })
    };
    Some(Menu::Computed { formula: Arc::new(formula), tried })
}

/// Everybody there could be: each language, admin or not, poor or rich, with and without models and a promotion. Nobody
/// while another file is broken: then nothing is accepted anyway.
fn people(known: &Known) -> Vec<MenuContext> {
    let (Some(pricing), Some(packages)) = (&known.pricing, &known.packages) else {
        return Vec::new();
    };
    let models: Vec<_> = pricing.models.iter().filter_map(MenuModel::of).collect();
    let promo = MenuPromo { title: "Скидка".to_owned(), percent: 20 };
    let mut people = Vec::new();
    for language in known.labels.keys() {
        for models in [models.clone(), Vec::new()] {
            for promo in [None, Some(promo.clone())] {
                for (admin, balance) in
                    [(false, Tokens::ZERO), (true, Tokens::ZERO), (false, Tokens::CAP), (true, Tokens::CAP)]
                {
                    people.push(MenuContext {
                        language: language.clone(),
                        admin,
                        balance,
                        models: models.clone(),
                        packages: packages.clone(),
                        promo: promo.clone(),
                    });
                }
            }
        }
    }
    people
}

fn described(context: &MenuContext) -> String {
    let promo = if context.promo.is_some() { ", идёт акция" } else { "" };
    format!(
        "при language = \"{}\", admin = {}, balance = {}, моделей {}{promo}",
        context.language,
        context.admin,
        context.balance.get(),
        context.models.len(),
    )
}
