//! The guard of the owner's margins as problems and warnings: which line is to blame, with the numbers in his language.

use super::load::Source;
use super::place::{field, item};
use super::problem::{Problem, Report};
use crate::domain::catalog::Catalog;
use crate::domain::economics::{Culprit, Earning, Finding, RailId, Verdict, guard};
use crate::domain::growth::PromoCode;
use crate::domain::text::{grouped, hundredths};

/// What the guard has to say of a catalog.
pub(super) struct Margins {
    /// Why the set is refused.
    pub(super) losses: Vec<Problem>,
    /// What the owner should know although the set is good.
    pub(super) warnings: Vec<Problem>,
}

/// `paths` are the places of the catalog's models in `pricing`.
pub(super) fn check(
    catalog: &Catalog,
    paths: &[String],
    pricing: &Source<'_>,
    packages: &Source<'_>,
) -> Margins {
    let report =
        |source: &Source<'_>| Report::new(&source.file, source.content.as_ref().map_or("", String::as_str));
    let mut wrong = [report(pricing), report(packages)];
    let mut warned = [report(pricing), report(packages)];
    unknown_rails(catalog, &mut wrong[1]);
    for finding in guard(catalog) {
        let (file, path) = match finding.culprit {
            Culprit::Model(at) => (0, paths[at].clone()),
            Culprit::Promo(at) => (0, item("promos", at + 1)),
            Culprit::Package(at) => (1, item("packages", at + 1)),
        };
        let reports = if finding.verdict == Verdict::Refused { &mut wrong } else { &mut warned };
        reports[file].wrong(&path, told(catalog, &finding));
    }
    let gathered = |reports: [Report; 2]| reports.into_iter().flat_map(Report::into_problems).collect();
    Margins { losses: gathered(wrong), warnings: gathered(warned) }
}

/// The discounts of codes, each as if it were a promotion for everybody: somebody will use it.
pub(super) fn check_codes(
    catalog: &Catalog,
    codes: &[PromoCode],
    source: &Source<'_>,
    margins: &mut Margins,
) {
    for (at, promo) in codes.iter().enumerate().filter_map(|(at, code)| Some((at, code.promo()?))) {
        let alone = Catalog { promos: vec![promo], ..catalog.clone() };
        let found = guard(&alone);
        let his = found.iter().filter(|finding| matches!(finding.culprit, Culprit::Promo(_)));
        for finding in his {
            let text = source.content.as_ref().map_or("", String::as_str);
            let mut report = Report::new(&source.file, text);
            report.wrong(&item("codes", at + 1), told(&alone, finding));
            let into =
                if finding.verdict == Verdict::Refused { &mut margins.losses } else { &mut margins.warnings };
            into.extend(report.into_problems());
        }
    }
}

/// A package over a rail without fees could not be counted, so it could not be guarded.
fn unknown_rails(catalog: &Catalog, report: &mut Report) {
    let known = |rail: &RailId| catalog.economics.rails.iter().any(|known| known.id == *rail);
    for (at, package) in catalog.packages.iter().enumerate() {
        for (index, rail) in package.rails.iter().enumerate().filter(|(_, rail)| !known(rail)) {
            let path = item(&field(&item("packages", at + 1), "rails"), index + 1);
            report
                .wrong(&path, format!("у «{}» нет комиссий: опишите его в rails в pricing.lua", rail.name()));
        }
    }
}

fn told(catalog: &Catalog, finding: &Finding<'_>) -> String {
    let Finding { verdict, sale, margin, others, .. } = finding;
    let economics = &catalog.economics;
    let video = format!("{}, {} с", sale.model.title, sale.offer.seconds);
    let promo = match sale.promo {
        Some(promo) => format!(" со скидкой {} % — {} ₸", promo.percent, grouped(sale.price().get())),
        None => String::new(),
    };
    let package = grouped(sale.package.tokens.get());
    let (name, level) = match verdict {
        Verdict::Refused | Verdict::Allowed => ("margin_floor_percent", economics.margin_floor),
        Verdict::Warned => ("margin_warning_percent", economics.margin_warning),
    };
    let others = match others {
        0 => String::new(),
        count => format!("; таких сочетаний ещё {count}"),
    };
    let advice = match verdict {
        Verdict::Refused => ". Если так и задумано, допишите в эту строку allow_loss = true",
        Verdict::Allowed => ". Продаётся, потому что здесь есть allow_loss = true",
        Verdict::Warned => "",
    };
    format!(
        "{video}{promo} (пакет {package}, {}): маржа {} % меньше {name} = {} %: {}{others}{advice}",
        sale.rail.id.name(),
        hundredths(margin.get()),
        hundredths(level.get()),
        parts(&sale.earning(economics))
    )
}

/// Where the money goes.
fn parts(earning: &Earning) -> String {
    format!(
        "из {} ₸ движку {}, за приём оплаты {}, вам {}",
        hundredths(earning.paid.get()),
        hundredths(earning.cost.get()),
        hundredths(earning.fee.get()),
        hundredths(earning.profit().get())
    )
}
