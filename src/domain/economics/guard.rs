//! Which sales would leave too little, and which line of the owner's files is to blame. Every way to sell is looked at;
//! of each line only the worst is told.

use super::{Sale, sales};
use crate::domain::catalog::Catalog;
use crate::domain::money::BasisPoints;

/// The worst sale that one line makes possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding<'c> {
    pub verdict: Verdict,
    pub culprit: Culprit,
    pub sale: Sale<'c>,
    pub margin: BasisPoints,
    /// Other sales that the same line makes as possible and that fall under the same verdict.
    pub others: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Below the floor.
    Refused,
    /// Below the floor, and the owner insists.
    Allowed,
    /// Above the floor, below the level that the owner wants to hear of.
    Warned,
}

/// The line that makes a sale what it is, by its place in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// Its price is too near its cost already, before any discount or fee on a whole payment.
    Model(usize),
    /// The price is fine; the package's discount, or the fee on so small a package, takes the rest.
    Package(usize),
    /// At its list price it is fine.
    Promo(usize),
}

/// Findings by line: models, packages, promotions; the hardest verdict of each line only.
pub fn guard(catalog: &Catalog) -> Vec<Finding<'_>> {
    let mut findings: Vec<Finding<'_>> = Vec::new();
    for sale in sales(catalog) {
        let Some(found) = judge(catalog, sale) else {
            continue;
        };
        match findings.iter_mut().find(|known| known.culprit == found.culprit) {
            None => findings.push(found),
            Some(known) if known.verdict == found.verdict => {
                let others = known.others + 1;
                if found.margin < known.margin {
                    *known = found;
                }
                known.others = others;
            }
            Some(known) if found.verdict < known.verdict => *known = found,
            Some(_) => {}
        }
    }
    findings.sort_by_key(|finding| finding.culprit);
    findings
}

fn judge<'c>(catalog: &'c Catalog, sale: Sale<'c>) -> Option<Finding<'c>> {
    let economics = &catalog.economics;
    let margin = sale.earning(economics).margin();
    let level =
        [economics.margin_floor, economics.margin_warning].into_iter().find(|level| margin < *level)?;
    let insists =
        sale.model.allow_loss || sale.package.allow_loss || sale.promo.is_some_and(|promo| promo.allow_loss);
    let verdict = match (margin < economics.margin_floor, insists) {
        (true, false) => Verdict::Refused,
        (true, true) => Verdict::Allowed,
        (false, _) => Verdict::Warned,
    };
    let culprit = match sale.promo {
        Some(promo) => {
            let list = Sale { promo: None, ..sale };
            if list.earning(economics).margin() < level {
                // The list price is told of; the promotion adds no news.
                return None;
            }
            Culprit::Promo(place(&catalog.promos, promo)?)
        }
        None => {
            if economics.bare(sale.offer.price, sale.offer.cost).margin() < level {
                Culprit::Model(place(&catalog.models, sale.model)?)
            } else {
                Culprit::Package(place(&catalog.packages, sale.package)?)
            }
        }
    };
    Some(Finding { verdict, culprit, sale, margin, others: 0 })
}

fn place<T>(all: &[T], one: &T) -> Option<usize> {
    all.iter().position(|other| std::ptr::eq(other, one))
}
