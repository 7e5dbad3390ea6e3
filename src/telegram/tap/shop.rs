//! What the buttons of an admin say: which file, which proposal, which version, which promotion.

use super::{can_name, number, short};
use crate::app::ProposalId;
use crate::domain::day::Day;
use crate::domain::id::ModelId;

/// A file of the set named on a button fits beside everything else.
const FILE_LIMIT: usize = 48;
const VERSION_LIMIT: usize = 16;
/// Days that a promotion from a button may last; the owner writes longer ones into the file.
const DAYS_LIMIT: u64 = 366;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopTap {
    /// Send this file.
    File(String),
    Apply(ProposalId),
    Discard(ProposalId),
    /// Show what going back to this version would change.
    Version(String),
    /// Do it, if `from` is still in force.
    RollBack {
        to: String,
        from: String,
    },
    Promo(PromoStep),
}

/// A place on the way to a promotion, or to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromoStep {
    List,
    /// On which model?
    Models,
    /// How much off? No model means all of them.
    Percents(Option<ModelId>),
    Days(Option<ModelId>, u32),
    Make(Option<ModelId>, u32, When),
    /// The one at this place of the catalog of that version.
    End(usize, String),
}

/// When a promotion holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many days from that one on.
    Days(Day, u32),
    /// Each Saturday and Sunday.
    Weekends,
    Always,
}

/// Can a button name this file?
pub fn can_name_file(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    (1..=FILE_LIMIT).contains(&name.len()) && name.bytes().all(plain)
}

impl ShopTap {
    pub(super) fn encode(&self) -> String {
        match self {
            Self::File(name) => format!("f:{name}"),
            Self::Apply(id) => format!("y:{id}"),
            Self::Discard(id) => format!("n:{id}"),
            Self::Version(version) => format!("v:{version}"),
            Self::RollBack { to, from } => format!("r:{to}:{from}"),
            Self::Promo(step) => format!("p:{}", step.encode()),
        }
    }

    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["f", name] if can_name_file(name) => Some(Self::File((*name).to_owned())),
            ["y", id] => Some(Self::Apply(proposal(id)?)),
            ["n", id] => Some(Self::Discard(proposal(id)?)),
            ["v", id] => Some(Self::Version(version(id)?)),
            ["r", to, from] => Some(Self::RollBack { to: version(to)?, from: version(from)? }),
            ["p", step @ ..] => PromoStep::parse(step).map(Self::Promo),
            _ => None,
        }
    }
}

impl PromoStep {
    fn encode(&self) -> String {
        match self {
            Self::List => "l".to_owned(),
            Self::Models => "n".to_owned(),
            Self::Percents(model) => format!("q:{}", covered(model.as_ref())),
            Self::Days(model, percent) => {
                format!("d:{}:{}", covered(model.as_ref()), short(u64::from(*percent)))
            }
            Self::Make(model, percent, when) => {
                let (model, percent) = (covered(model.as_ref()), short(u64::from(*percent)));
                format!("m:{model}:{percent}:{}", when.encode())
            }
            Self::End(at, version) => format!("e:{}:{version}", short(u64::try_from(*at).unwrap_or(0))),
        }
    }

    fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["l"] => Self::List,
            ["n"] => Self::Models,
            ["q", model] => Self::Percents(covers(model)?),
            ["d", model, off] => Self::Days(covers(model)?, percent(off)?),
            ["m", model, off, when @ ..] => Self::Make(covers(model)?, percent(off)?, When::parse(when)?),
            ["e", at, id] => Self::End(usize::try_from(number(at)?).ok()?, version(id)?),
            _ => return None,
        })
    }
}

impl When {
    fn encode(self) -> String {
        match self {
            Self::Days(from, days) => format!("{from}:{}", short(u64::from(days))),
            Self::Weekends => "w".to_owned(),
            Self::Always => "a".to_owned(),
        }
    }

    fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["w"] => Some(Self::Weekends),
            ["a"] => Some(Self::Always),
            [from, days] => {
                let days = number(days).filter(|days| (1..=DAYS_LIMIT).contains(days))?;
                Some(Self::Days(Day::parse(from)?, u32::try_from(days).ok()?))
            }
            _ => None,
        }
    }
}

/// No model's id is a star.
fn covered(model: Option<&ModelId>) -> &str {
    model.map_or("*", ModelId::as_str)
}

/// The outer None is no answer.
fn covers(written: &str) -> Option<Option<ModelId>> {
    if written == "*" {
        return Some(None);
    }
    let model = ModelId::new(written);
    can_name(&model).then_some(Some(model))
}

fn percent(written: &str) -> Option<u32> {
    number(written)
        .filter(|percent| (1..=90).contains(percent))
        .and_then(|percent| u32::try_from(percent).ok())
}

fn proposal(written: &str) -> Option<ProposalId> {
    let id: ProposalId = written.parse().ok()?;
    (id.to_string() == written).then_some(id)
}

fn version(written: &str) -> Option<String> {
    let fits = (1..=VERSION_LIMIT).contains(&written.len());
    (fits && written.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::tap::Tap;

    #[test]
    fn every_button_of_an_admin_comes_back_as_it_was_and_fits() {
        let model = || Some(ModelId::new("m".repeat(31)));
        let version = "f".repeat(VERSION_LIMIT);
        let day = Day::parse("2026-11-28").unwrap();
        for tap in [
            ShopTap::File(format!("scripts/{}.lua", "x".repeat(FILE_LIMIT - 12))),
            ShopTap::Apply(ProposalId(u64::MAX)),
            ShopTap::Discard(ProposalId(0)),
            ShopTap::Version(version.clone()),
            ShopTap::RollBack { to: version.clone(), from: version.clone() },
            ShopTap::Promo(PromoStep::List),
            ShopTap::Promo(PromoStep::Models),
            ShopTap::Promo(PromoStep::Percents(None)),
            ShopTap::Promo(PromoStep::Days(model(), 90)),
            ShopTap::Promo(PromoStep::Make(model(), 90, When::Days(day, 366))),
            ShopTap::Promo(PromoStep::Make(None, 1, When::Weekends)),
            ShopTap::Promo(PromoStep::Make(None, 1, When::Always)),
            ShopTap::Promo(PromoStep::End(31, version)),
        ] {
            let tap = Tap::Shop(tap);
            let data = tap.encode();
            assert!(data.len() <= 64, "{data} has {} bytes", data.len());
            assert_eq!(Tap::parse(&data), Some(tap), "{data}");
        }
    }

    #[test]
    fn what_no_button_of_an_admin_says_is_nothing() {
        for data in [
            "1:s",
            "1:s:",
            "1:s:f:",
            "1:s:f:a b",
            "1:s:f:имя.lua",
            "1:s:y:",
            "1:s:y:1",
            "1:s:y:+000000000000001",
            "1:s:y:00000000000000001",
            "1:s:v:a/b",
            "1:s:r:abc",
            "1:s:p",
            "1:s:p:q:",
            "1:s:p:d:*:0",
            "1:s:p:d:*:2j",
            "1:s:p:m:*:a:z",
            "1:s:p:m:*:a:2026-02-30:1",
            "1:s:p:m:*:a:2026-11-28:0",
            "1:s:p:m:*:a:2026-11-28:a7",
            "1:s:p:e:-1:abc",
        ] {
            assert_eq!(Tap::parse(data), None, "{data:?}");
        }
    }
}
