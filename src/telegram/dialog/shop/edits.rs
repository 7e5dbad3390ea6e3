//! `/rate` and `/price`: the commonest wishes, each an edit of a file that is proposed and shown.

use super::Done;
use crate::app::hundredths;
use crate::domain::id::ModelId;
use crate::telegram::dialog::{Reply, Talk};

/// `[model] ±percent`, read.
#[derive(Debug, PartialEq, Eq)]
struct Raise<'a> {
    model: Option<&'a str>,
    hundredths: i64,
}

impl Talk<'_> {
    /// `rest` is what follows the command.
    pub(super) async fn rate(&self, rest: &str) -> Done {
        let plain = rest.trim().starts_with(|c: char| c.is_ascii_digit()) && !rest.contains('%');
        let rate = hundredths(rest).filter(|rate| plain && *rate > 0);
        let Some(rate) = rate else {
            return Ok(Reply::say(self.view.rate_usage()));
        };
        Ok(self.proposed(&self.app.set_rate(self.admin(), rate).await?))
    }

    pub(super) async fn price(&self, rest: &str) -> Done {
        let Some(Raise { model, hundredths }) = Raise::parse(rest) else {
            return Ok(Reply::say(self.view.price_usage()));
        };
        let model = model.map(|written| self.model_named(written));
        Ok(self.proposed(&self.app.raise_prices(self.admin(), model, hundredths).await?))
    }

    /// As the catalog spells it; a hidden model is in no catalog and found by its own id.
    fn model_named(&self, written: &str) -> ModelId {
        let known = self.set.catalog.models.iter().map(|model| &model.id);
        let meant = known.into_iter().find(|id| id.as_str().eq_ignore_ascii_case(written));
        meant.cloned().unwrap_or_else(|| ModelId::new(written))
    }
}

impl<'a> Raise<'a> {
    /// A bare number is no percentage: somebody who writes a price must not get a rise.
    fn parse(rest: &'a str) -> Option<Self> {
        let percent = |text: &str| {
            let said = text.ends_with('%') || text.starts_with(['+', '-', '−', '–']);
            said.then(|| hundredths(text)).flatten()
        };
        let rest = rest.trim();
        if let Some(hundredths) = percent(rest) {
            return Some(Self { model: None, hundredths });
        }
        let (model, rest) = rest.split_once(char::is_whitespace)?;
        Some(Self { model: Some(model), hundredths: percent(rest.trim())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_is_a_percentage_of_one_model_or_of_all() {
        let raise = |model, hundredths| Some(Raise { model, hundredths });
        for (rest, expected) in [
            ("+5%", raise(None, 500)),
            (" -10 % ", raise(None, -1_000)),
            ("5 %", raise(None, 500)),
            ("+5", raise(None, 500)),
            ("sora-2 +5%", raise(Some("sora-2"), 500)),
            ("sora-2  −2,5 %", raise(Some("sora-2"), -250)),
            ("sora-2 790", None),
            ("790", None),
            ("sora-2", None),
            ("sora-2 +5% now", None),
            ("", None),
        ] {
            assert_eq!(Raise::parse(rest), expected, "{rest:?}");
        }
    }
}
