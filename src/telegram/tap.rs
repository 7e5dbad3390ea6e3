//! What a button does, and how that is written into its callback data: at most 64 bytes, with a version in front.
//!
//! The data comes back from outside and may be forged or years old: reading it decides nothing but what was asked for.
//! Whose draft or order it is, and what it costs now, is looked up by whoever acts on it.

use crate::domain::broadcast::Mute;
use crate::domain::id::{DraftId, JobId, ModelId, PurchaseId, UserId};
use crate::domain::menu::{MenuAction, VideoAction};
use crate::domain::money::Tokens;
use crate::domain::rail::Way;

mod admin;
mod crowd;
mod desk;
mod shop;
mod step;

pub use admin::{AdminTap, Sheet};
pub use crowd::CrowdStep;
pub use desk::{ClaimStep, DeskTap, DoubtStep};
pub use shop::{PromoStep, ShopTap, When, can_name_file};
pub use step::{Choice, Step};

/// Raise it when the meaning of the data changes: buttons of old messages then say that they are old.
const VERSION: &str = "1";
/// A model's id with the longest of everything else still fits into 64 bytes.
const MODEL_LIMIT: usize = 31;
/// The id of an idea and that of its category fit together.
const IDEA_LIMIT: usize = 24;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tap {
    Menu(MenuAction),
    /// Under the film of an order.
    Video(VideoAction, JobId),
    Cancel(JobId),
    Draft(DraftId, Step),
    /// This package is wanted.
    Package(Tokens),
    /// This package, this way, at the price that was on the button.
    Buy(Tokens, Way, i64),
    Purchase(PurchaseId, PurchaseStep),
    /// Of what waits for a cashier.
    Desk(DeskTap),
    /// The categories of ideas.
    Ideas,
    /// The ideas of a category, by its id.
    Category(String),
    /// One of them: its prompt becomes a draft.
    Idea(String, String),
    /// Erases what is kept of him, or does not.
    DeleteMe(bool),
    /// The tag of the language to speak; None: the client's.
    Language(Option<String>),
    /// Of the shop's files, versions and promotions; for admins.
    Shop(ShopTap),
    /// Of people and what was done; for admins.
    Admin(AdminTap),
    /// Of a message to many, by its number; for owners.
    Crowd(u64, CrowdStep),
    /// He does not want to hear such things any more: below one of them.
    Mute(Mute),
    /// The same in `/notifications`, where it can be undone: muted or not.
    SetMuted(Mute, bool),
    /// This film among all that he has.
    Gallery(JobId),
    /// A page of what moved, 0 the newest.
    History(u32),
}

/// What a user does with a purchase that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseStep {
    /// Has it been paid?
    Look,
    /// «Я оплатил».
    Paid,
    Drop,
    /// By link and code instead of an invoice to a telephone.
    Link,
    /// The link as a code to be read by another telephone.
    Code,
}

/// Can a button name this model? The data has room for short plain ids only.
pub fn can_name(model: &ModelId) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=MODEL_LIMIT).contains(&model.as_str().len()) && model.as_str().bytes().all(plain)
}

impl Tap {
    pub fn encode(&self) -> String {
        let words = match self {
            Self::Menu(action) => format!("m:{}", action.name()),
            Self::Video(action, job) => format!("v:{}:{}", action.name(), short(job.0)),
            Self::Cancel(job) => format!("x:{}", short(job.0)),
            Self::Draft(draft, step) => format!("d:{}:{}", short(draft.0), step.encode()),
            Self::Package(tokens) => format!("b:{}", short(u64::try_from(tokens.get()).unwrap_or(0))),
            Self::Buy(tokens, way, price) => {
                let numbers = [tokens.get(), *price].map(|n| short(u64::try_from(n).unwrap_or(0)));
                format!("w:{}:{}:{way}", numbers[0], numbers[1])
            }
            Self::Purchase(purchase, step) => format!("u:{}:{}", short(purchase.0), step.name()),
            Self::Desk(tap) => format!("k:{}", tap.encode()),
            Self::Ideas => "i".to_owned(),
            Self::Category(category) => format!("i:{category}"),
            Self::Idea(category, idea) => format!("i:{category}:{idea}"),
            Self::DeleteMe(sure) => format!("z:{}", if *sure { "y" } else { "n" }),
            Self::Language(None) => "l".to_owned(),
            Self::Language(Some(tag)) => format!("l:{tag}"),
            Self::Shop(tap) => format!("s:{}", tap.encode()),
            Self::Admin(tap) => format!("a:{}", tap.encode()),
            Self::Crowd(broadcast, step) => format!("c:{}", step.encode(*broadcast)),
            Self::Mute(what) => format!("n:{}", crowd::mute_name(*what)),
            Self::SetMuted(what, muted) => format!("n:{}:{}", crowd::mute_name(*what), u8::from(*muted)),
            Self::Gallery(job) => format!("g:{}", short(job.0)),
            Self::History(page) => format!("h:{}", short(u64::from(*page))),
        };
        format!("{VERSION}:{words}")
    }

    /// None for what no button of this version says.
    pub fn parse(data: &str) -> Option<Self> {
        let words: Vec<&str> = data.split(':').collect();
        match words.as_slice() {
            [VERSION, "m", action] => MenuAction::parse(action).map(Self::Menu),
            [VERSION, "v", action, job] => {
                Some(Self::Video(VideoAction::parse(action)?, JobId(number(job)?)))
            }
            [VERSION, "x", job] => Some(Self::Cancel(JobId(number(job)?))),
            [VERSION, "d", draft, step @ ..] => {
                Some(Self::Draft(DraftId(number(draft)?), Step::parse(step)?))
            }
            [VERSION, "b", tokens] => {
                let tokens = Tokens::new(i64::try_from(number(tokens)?).ok()?);
                tokens.is_movable().then_some(Self::Package(tokens))
            }
            [VERSION, "w", tokens, price, way] => {
                let tokens = Tokens::new(i64::try_from(number(tokens)?).ok()?);
                let price = i64::try_from(number(price)?).ok().filter(|price| *price > 0)?;
                tokens.is_movable().then_some(Self::Buy(tokens, Way::parse(way)?, price))
            }
            [VERSION, "u", purchase, step] => {
                Some(Self::Purchase(PurchaseId(number(purchase)?), PurchaseStep::parse(step)?))
            }
            [VERSION, "k", tap @ ..] => DeskTap::parse(tap).map(Self::Desk),
            [VERSION, "i"] => Some(Self::Ideas),
            [VERSION, "i", category] => idea_id(category).map(Self::Category),
            [VERSION, "i", category, idea] => Some(Self::Idea(idea_id(category)?, idea_id(idea)?)),
            [VERSION, "z", "y"] => Some(Self::DeleteMe(true)),
            [VERSION, "z", "n"] => Some(Self::DeleteMe(false)),
            [VERSION, "g", job] => Some(Self::Gallery(JobId(number(job)?))),
            [VERSION, "h", page] => small(page).map(Self::History),
            [VERSION, "l"] => Some(Self::Language(None)),
            [VERSION, "l", tag] if is_tag(tag) => Some(Self::Language(Some((*tag).to_owned()))),
            [VERSION, "s", tap @ ..] => ShopTap::parse(tap).map(Self::Shop),
            [VERSION, "a", tap @ ..] => AdminTap::parse(tap).map(Self::Admin),
            [VERSION, "c", tap @ ..] => CrowdStep::parse(tap).map(|(number, step)| Self::Crowd(number, step)),
            [VERSION, "n", what] => crowd::mute(what).map(Self::Mute),
            [VERSION, "n", what, "0"] => crowd::mute(what).map(|what| Self::SetMuted(what, false)),
            [VERSION, "n", what, "1"] => crowd::mute(what).map(|what| Self::SetMuted(what, true)),
            _ => None,
        }
    }
}

/// Could it be the tag of a language?
fn is_tag(written: &str) -> bool {
    (2..=16).contains(&written.len())
        && written.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl PurchaseStep {
    const ALL: [Self; 5] = [Self::Look, Self::Paid, Self::Drop, Self::Link, Self::Code];

    fn name(self) -> &'static str {
        match self {
            Self::Look => "l",
            Self::Paid => "p",
            Self::Drop => "x",
            Self::Link => "k",
            Self::Code => "q",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

fn model_id(written: &str) -> Option<ModelId> {
    let model = ModelId::new(written);
    can_name(&model).then_some(model)
}

/// An id as `ideas.lua` may write it.
fn idea_id(written: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    let fits = (1..=IDEA_LIMIT).contains(&written.len());
    (fits && written.bytes().all(plain)).then(|| written.to_owned())
}

/// A person in the link with which he invites others.
pub fn in_link(user: UserId) -> String {
    short(u64::try_from(user.0).unwrap_or(0))
}

/// A number in base 36.
fn short(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).expect("a digit is below 36");
        digits.push(char::from_digit(digit, 36).expect("a digit is below 36"));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// The number that `short` writes so and in no other way.
fn number(written: &str) -> Option<u64> {
    let number = u64::from_str_radix(written, 36).ok()?;
    (short(number) == written).then_some(number)
}

fn small(written: &str) -> Option<u32> {
    number(written).and_then(|n| u32::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::Orientation;

    fn longest() -> Choice {
        Choice {
            model: ModelId::new("m".repeat(MODEL_LIMIT)),
            seconds: 9_999,
            orientation: Orientation::Horizontal,
        }
    }

    #[test]
    fn every_button_comes_back_as_it_was_and_fits() {
        let draft = DraftId(u64::MAX);
        let mut taps = vec![
            Tap::Cancel(JobId(17)),
            Tap::Cancel(JobId(u64::MAX)),
            Tap::Draft(DraftId(0), Step::Offers),
            Tap::Draft(draft, Step::Quality),
            Tap::Draft(draft, Step::Seconds(longest().model)),
            Tap::Draft(draft, Step::Shape(longest().model, 12)),
            Tap::Draft(draft, Step::Confirm(longest())),
            Tap::Draft(draft, Step::Order(longest(), Tokens::CAP)),
            Tap::Draft(draft, Step::Drop),
            Tap::Package(Tokens::CAP),
            Tap::Purchase(PurchaseId(u64::MAX), PurchaseStep::Look),
            Tap::Purchase(PurchaseId(1), PurchaseStep::Paid),
            Tap::Purchase(PurchaseId(1), PurchaseStep::Drop),
            Tap::Ideas,
            Tap::Category("c".repeat(IDEA_LIMIT)),
            Tap::Idea("c".repeat(IDEA_LIMIT), "i".repeat(IDEA_LIMIT)),
            Tap::DeleteMe(true),
            Tap::DeleteMe(false),
            Tap::Language(None),
            Tap::Language(Some("kk".to_owned())),
            Tap::Gallery(JobId(u64::MAX)),
            Tap::History(u32::MAX),
        ];
        taps.extend(Way::ALL.map(|way| Tap::Buy(Tokens::CAP, way, i64::MAX)));
        taps.extend(MenuAction::ALL.iter().map(|action| Tap::Menu(*action)));
        taps.extend(VideoAction::ALL.iter().map(|action| Tap::Video(*action, JobId(u64::MAX))));
        taps.extend(Orientation::ALL.map(|orientation| {
            let choice = Choice { orientation, ..longest() };
            Tap::Draft(draft, Step::Confirm(choice))
        }));
        for tap in taps {
            let data = tap.encode();
            assert!(data.len() <= 64, "{data} has {} bytes", data.len());
            assert_eq!(Tap::parse(&data), Some(tap), "{data}");
        }
    }

    #[test]
    fn what_no_button_says_is_nothing() {
        for data in [
            "",
            ":",
            "1",
            "1:",
            "0:m:help",
            "2:m:help",
            "m:help",
            "1:m:",
            "1:m:help:",
            "1:m:format_disk",
            "1:v:again",
            "1:v:again:",
            "1:v:again:-1",
            "1:z",
            "1:z:yes",
            "1:g",
            "1:g:0z",
            "1:h:-1",
            "1:l:",
            "1:l:KK",
            "1:l:kk:kk",
            "1:x:+1",
            "1:x:01",
            "1:x:ZZ",
            "1:x:3w5e11264sgsg",
            "1:d:1",
            "1:d:1:p:sora:8:v",
            "1:d:1:p:sora:8:v:0",
            "1:d:1:p:sora:8:v:gjdgxt",
            "1:d:1:p:sora:8:v:-5",
            "1:d:1:c:sora:8:z",
            "1:d:1:c:so ra:8:v",
            "1:d:1:c::8:v",
            "1:d:1:c:sora:zzzzzzz:v",
            "1:d:1:s:модель",
            "1:d:1:x:y",
            "1:b:0",
            "1:b:-1",
            "1:w:1:1:cash",
            "1:w:1:0:stars",
            "1:w:0:1:stars",
            "1:u:1:z",
            "1:u:1",
            "1:b:gjdgxt",
            "1:i:",
            "1:i:A",
            "1:i:a:",
            "1:i:a:b:c",
            "1:i:0123456789012345678901234",
            "confirm_17_8_v",
            "🙂",
        ] {
            assert_eq!(Tap::parse(data), None, "{data:?}");
        }
        assert_eq!(Tap::parse(&"1:".repeat(10_000)), None);
    }

    #[test]
    fn a_model_is_named_on_buttons_only_if_it_fits() {
        for (id, expected) in [
            ("sora-2-pro-1080", true),
            ("a:b", false),
            ("модель", false),
            ("", false),
            ("0123456789012345678901234567890", true),
            ("01234567890123456789012345678901", false),
        ] {
            assert_eq!(can_name(&ModelId::new(id)), expected, "{id}");
        }
    }
}
