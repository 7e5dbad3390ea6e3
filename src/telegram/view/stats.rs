//! How the shop is doing: figures to be read, and the same as a picture. Tokens are worth a tenge each, so what is left is what
//! was spent on films less what their engines ask; fees and discounts are in `sora-bot profit`.

use bytes::Bytes;

use super::{View, number, words};
use crate::domain::job::RefundReason;
use crate::domain::locale::TextKey;
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::notice::Figures;
use crate::domain::stats::{Stats, Sums};
use crate::domain::text::{Value, grouped};
use crate::media::chart::{Bars, Dashboard, Ranks, Tile};
use crate::media::figure::Ink;
use crate::telegram::html::plain;
use crate::telegram::screen::{Enclosure, Screen};

impl View<'_> {
    /// The figures below their picture; without it, as a message.
    pub fn stats(&self, stats: &Stats, picture: Option<Vec<u8>>) -> Screen {
        let cost = self.catalog.economics.tiyn(stats.total.cost);
        let title = self.say(TextKey::StatsTitle, &[("period", self.period(stats.from, stats.to))]);
        let mut html = format!("<b>{title}</b>\n\n{}", self.figures(&stats.figures(cost)));
        let mut failures: Vec<_> = stats.failures.iter().collect();
        failures.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        if !failures.is_empty() {
            html = format!("{html}\n\n<b>{}</b>", self.say(TextKey::StatsWhy, &[]));
        }
        for (reason, count) in failures {
            let values = [("reason", words(self.failed(*reason))), ("count", number(*count))];
            html = format!("{html}\n{}", self.say(TextKey::StatsFailure, &values));
        }
        match picture {
            Some(png) => Screen::enclosing(&html, Enclosure::Picture(Bytes::from(png))),
            None => Screen::text(&html),
        }
    }

    pub fn digest(&self, figures: &Figures) -> Screen {
        let values = [("date", self.day(figures.day)), ("stats", Value::Html(self.figures(figures)))];
        Screen::text(&self.say(TextKey::Digest, &values))
    }

    fn figures(&self, figures: &Figures) -> String {
        let profit = profit(figures.captured, figures.cost);
        let percent = profit.get() * 100 / (figures.captured.get() * 100).max(1);
        let tenge = |tiyn: Tiyn| number(tiyn.get().div_euclid(100));
        let values = [
            ("received", tenge(figures.received)),
            ("sold", number(figures.sold.get())),
            ("topped_up", number(figures.topped_up.get())),
            ("given", number(figures.given.get())),
            ("films", number(figures.films)),
            ("captured", number(figures.captured.get())),
            ("cost", number(-(-figures.cost.get()).div_euclid(100))),
            ("profit", tenge(profit)),
            ("percent", number(percent)),
            ("orders", number(figures.orders)),
            ("failed", number(figures.failed)),
            ("cancelled", number(figures.cancelled)),
            ("refunded", number(figures.refunded.get())),
            ("active", number(figures.active)),
            ("newcomers", number(figures.newcomers)),
            ("conversion", number(figures.converted)),
            ("users", number(figures.users)),
        ];
        self.say(TextKey::Stats, &values)
    }

    /// The same as a drawing.
    pub fn dashboard(&self, stats: &Stats) -> Dashboard {
        let plainly = |key| plain(&self.say(key, &[]));
        let total = &stats.total;
        let cost = |sums: &Sums| self.catalog.economics.tiyn(sums.cost);
        let tenge = |tiyn: Tiyn| tiyn.get().div_euclid(100);
        let tile = |key, value: String| Tile { name: plainly(key), value };
        let tiles = vec![
            tile(TextKey::StatsReceived, grouped(tenge(total.received))),
            tile(TextKey::StatsFilms, counted(total.films)),
            tile(TextKey::StatsProfit, grouped(tenge(profit(total.captured, cost(total))))),
            tile(TextKey::StatsFailed, counted(stats.failed())),
            tile(TextKey::StatsActive, counted(stats.active.len())),
            tile(
                TextKey::StatsNewcomers,
                format!("{} / {}", counted(stats.newcomers.len()), counted(stats.converted)),
            ),
        ];
        let groups = stats
            .days
            .iter()
            .map(|(day, sums)| (day.date().2.to_string(), vec![tenge(sums.received), sums.captured.get()]));
        let bars = Bars {
            title: plainly(TextKey::StatsByDay),
            series: vec![plainly(TextKey::StatsReceived), plainly(TextKey::StatsCaptured)],
            groups: groups.collect(),
        };
        let mut models: Vec<_> = stats.models.iter().filter(|(_, sums)| sums.films > 0).collect();
        models.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.captured));
        let models = models.into_iter().map(|(model, sums)| {
            let values = [("films", number(sums.films)), ("captured", number(sums.captured.get()))];
            (self.title(model), sums.captured.get(), plain(&self.say(TextKey::StatsModel, &values)))
        });
        let by_model =
            Ranks { title: plainly(TextKey::StatsByModel), ink: Ink::First, rows: models.collect() };
        Dashboard {
            title: plain(&self.say(TextKey::StatsTitle, &[("period", self.period(stats.from, stats.to))])),
            tiles,
            bars,
            ranks: vec![by_model, self.failures(stats)],
        }
    }

    fn failures(&self, stats: &Stats) -> Ranks {
        let mut rows: Vec<_> = stats.failures.iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let rows = rows.into_iter().map(|(reason, count)| {
            (self.failed(*reason), i64::try_from(*count).unwrap_or(i64::MAX), counted(*count))
        });
        let title = plain(&self.say(TextKey::StatsWhy, &[]));
        Ranks { title, ink: Ink::Bad, rows: rows.collect() }
    }

    /// In a few words for an admin; users read sentences.
    fn failed(&self, reason: RefundReason) -> String {
        let key = match reason {
            RefundReason::Moderation => TextKey::FailedModeration,
            RefundReason::BadInput => TextKey::FailedBadInput,
            RefundReason::EngineFailed => TextKey::FailedEngine,
            RefundReason::EngineClosed => TextKey::FailedEngineClosed,
            RefundReason::TimedOut => TextKey::FailedTimedOut,
            RefundReason::FilmLost => TextKey::FailedFilmLost,
            RefundReason::TooLarge => TextKey::FailedTooLarge,
            RefundReason::Unknown => TextKey::FailedUnknown,
            RefundReason::SourceGone => TextKey::FailedSourceGone,
            RefundReason::Owner => TextKey::FailedOwner,
            RefundReason::Picture => TextKey::FailedPicture,
        };
        plain(&self.say(key, &[]))
    }

    pub fn panel(&self, link: &str, minutes: u64) -> Screen {
        let html = self.say(TextKey::PanelLink, &[("minutes", number(minutes)), ("link", words(link))]);
        let screen = Screen::text(&html);
        // Of other addresses, such as this machine's own, Telegram makes no button.
        if link.starts_with("https:") {
            return screen.row([super::Button::link(&self.say(TextKey::ButtonPanel, &[]), link)]);
        }
        screen
    }
}

/// What is left of tokens spent once the engines have theirs.
fn profit(captured: Tokens, cost: Tiyn) -> Tiyn {
    Tiyn::new(captured.get().saturating_mul(100).saturating_sub(cost.get()))
}

fn counted(count: impl TryInto<i64>) -> String {
    grouped(count.try_into().unwrap_or(i64::MAX))
}
