//! `/promo`: a promotion in three taps, and the end of one. Both are proposed and shown like any other change.

use super::Done;
use crate::app::ScriptRefusal;
use crate::domain::day::{Day, Weekday};
use crate::domain::id::ModelId;
use crate::domain::locale::TextKey;
use crate::domain::promo::Promo;
use crate::telegram::dialog::{Reply, Talk};
use crate::telegram::html::plain;
use crate::telegram::tap::{PromoStep, When};
use crate::telegram::view::View;

impl Talk<'_> {
    pub fn promos(&self) -> Done {
        Ok(Reply::say(self.view.promos(self.app.today(), &self.set.version)))
    }

    pub(super) async fn promo(&self, step: PromoStep) -> Done {
        let known = |model: &Option<ModelId>| {
            model.as_ref().is_none_or(|model| self.set.catalog.model(model).is_some())
        };
        let today = self.app.today();
        Ok(match step {
            PromoStep::List => Reply::show(self.view.promos(today, &self.set.version)),
            PromoStep::Models => Reply::show(self.view.promo_models()),
            PromoStep::Percents(model) if known(&model) => {
                Reply::show(self.view.promo_percents(model.as_ref()))
            }
            PromoStep::Days(model, percent) if known(&model) => {
                Reply::show(self.view.promo_days(model.as_ref(), percent, today))
            }
            PromoStep::Make(model, percent, when) if known(&model) => {
                let Some(promo) = self.made(model, percent, when, today) else {
                    return Ok(self.window(TextKey::ToastOld));
                };
                self.in_its_place(self.app.add_promo(self.admin(), promo).await)?
            }
            PromoStep::End(at, version) => {
                self.in_its_place(self.app.end_promo(self.admin(), at, &version).await)?
            }
            PromoStep::Percents(_) | PromoStep::Days(..) | PromoStep::Make(..) => {
                self.window(TextKey::ToastOld)
            }
        })
    }

    /// The proposal takes the place of the buttons that led to it.
    fn in_its_place(&self, proposed: Result<crate::app::Proposal, ScriptRefusal>) -> Done {
        let mut reply = self.proposed(&proposed?);
        reply.show = reply.say.pop();
        Ok(reply)
    }

    /// None when it would be over already: the button is an old one.
    fn made(&self, model: Option<ModelId>, percent: u32, when: When, today: Day) -> Option<Promo> {
        let (from, to, days) = match when {
            When::Days(from, length) => {
                let last = usize::try_from(length.saturating_sub(1)).ok()?;
                let to = from.following().nth(last).filter(|to| *to >= today)?;
                (Some(from), Some(to), Vec::new())
            }
            When::Weekends => (None, None, vec![Weekday::Saturday, Weekday::Sunday]),
            When::Always => (None, None, Vec::new()),
        };
        let is_weekend = |day: Day| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let weekend = !days.is_empty()
            || from
                .zip(to)
                .is_some_and(|(from, to)| is_weekend(from) && is_weekend(to) && to.days_since(from) <= 1);
        // Every buyer reads the title, so it is in the language of the shop and not in the admin's.
        let shop = View::of(self.set, Some(&self.set.default_language));
        let title = weekend.then(|| plain(&shop.say(TextKey::PromoWeekendTitle, &[])));
        Some(Promo { title, from, to, days, percent, models: model.into_iter().collect(), allow_loss: false })
    }
}
