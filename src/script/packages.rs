//! `packages.lua` as values: how many tokens are sold together, and for how many tenge.

use mlua::Value;

use super::fields::Fields;
use super::machine::Machine;
use super::pricing::whole;
use super::problem::Report;
use super::rails;
use super::tree::Node;
use crate::domain::catalog::Package;
use crate::domain::money::Tokens;

const PACKAGES_LIMIT: usize = 16;
const TITLE_LIMIT: usize = 40;

pub(super) fn read(machine: &Machine, root: &Node, report: &mut Report) -> Option<Vec<Package>> {
    let mut fields = Fields::of(root, "", report)?;
    let price = fields.function("price").cloned();
    let mut packages: Vec<Package> = Vec::new();
    for (path, node) in fields.list("packages").unwrap_or_default() {
        let Some(package) = package(node, &path, fields.report()) else {
            continue;
        };
        if packages.iter().any(|other| other.tokens == package.tokens) {
            let message = format!("пакет с tokens = {} уже есть выше", package.tokens);
            fields.report().wrong(&path, message);
        }
        packages.push(package);
    }
    if packages.len() > PACKAGES_LIMIT {
        fields.wrong("packages", format!("пакетов больше {PACKAGES_LIMIT}"));
    }
    fields.finish();
    if !report.is_clean() {
        return None;
    }
    let price = price?;
    for package in &mut packages {
        let arguments = vec![
            ("tokens", Value::Integer(package.tokens.get())),
            ("discount_percent", Value::Integer(i64::from(package.discount_percent))),
        ];
        let answer = machine.record("package", arguments).and_then(|table| machine.call(&price, &[table]));
        match answer {
            Ok(answer) => package.price_tenge = checked(&answer, package, report)?,
            Err(mut problem) => {
                problem.path = Some("price".to_owned());
                report.add(problem);
                return None;
            }
        }
    }
    Some(packages)
}

fn package(node: &Node, path: &str, report: &mut Report) -> Option<Package> {
    let mut fields = Fields::of(node, path, report)?;
    let tokens = fields.integer("tokens", 1..=10_000_000);
    let discount = fields.integer("discount_percent", 0..=90);
    let title = fields.optional_text("title", TITLE_LIMIT);
    let rails = rails::named(&mut fields);
    let allow_loss = fields.flag("allow_loss");
    fields.finish();
    Some(Package {
        tokens: Tokens::new(tokens?),
        price_tenge: 0,
        discount_percent: u32::try_from(discount?).ok()?,
        title: title?.map(str::to_owned),
        rails: rails?,
        allow_loss,
    })
}

/// A package is never dearer than its tokens one by one: a token costs one tenge.
fn checked(answer: &Value, package: &Package, report: &mut Report) -> Option<i64> {
    let price = whole(answer, package.tokens.get());
    price
        .map_err(|message| report.wrong("price", format!("пакет с tokens = {}: {message}", package.tokens)))
        .ok()
}
