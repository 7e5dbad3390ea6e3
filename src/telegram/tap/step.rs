//! What the buttons of a draft say: where on the way from a prompt to an order somebody is.

use super::{model_id, number, short, small};
use crate::domain::catalog::Orientation;
use crate::domain::id::ModelId;
use crate::domain::money::Tokens;

/// A place on the way from a prompt to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The ready-made offers.
    Offers,
    Quality,
    Seconds(ModelId),
    Shape(ModelId, u32),
    Confirm(Choice),
    /// «Создать за …»: the price is the one that was on the button.
    Order(Choice, Tokens),
    /// Forget it.
    Drop,
}

/// What a video will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub model: ModelId,
    pub seconds: u32,
    pub orientation: Orientation,
}

impl Step {
    pub(super) fn encode(&self) -> String {
        match self {
            Self::Offers => "o".to_owned(),
            Self::Quality => "q".to_owned(),
            Self::Seconds(model) => format!("s:{model}"),
            Self::Shape(model, seconds) => format!("r:{model}:{}", short(u64::from(*seconds))),
            Self::Confirm(choice) => format!("c:{}", choice.encode()),
            Self::Order(choice, price) => {
                let price = u64::try_from(price.get()).unwrap_or(0);
                format!("p:{}:{}", choice.encode(), short(price))
            }
            Self::Drop => "x".to_owned(),
        }
    }

    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["o"] => Some(Self::Offers),
            ["q"] => Some(Self::Quality),
            ["s", model] => model_id(model).map(Self::Seconds),
            ["r", model, seconds] => Some(Self::Shape(model_id(model)?, small(seconds)?)),
            ["c", model, seconds, shape] => Choice::parse(model, seconds, shape).map(Self::Confirm),
            ["p", model, seconds, shape, price] => {
                let price = Tokens::new(i64::try_from(number(price)?).ok()?);
                let choice = Choice::parse(model, seconds, shape)?;
                price.is_movable().then_some(Self::Order(choice, price))
            }
            ["x"] => Some(Self::Drop),
            _ => None,
        }
    }
}

impl Choice {
    pub(super) fn encode(&self) -> String {
        let shape = &self.orientation.name()[..1];
        format!("{}:{}:{shape}", self.model, short(u64::from(self.seconds)))
    }

    fn parse(model: &str, seconds: &str, shape: &str) -> Option<Self> {
        let orientation = Orientation::ALL.into_iter().find(|o| o.name()[..1] == *shape)?;
        Some(Self { model: model_id(model)?, seconds: small(seconds)?, orientation })
    }
}
