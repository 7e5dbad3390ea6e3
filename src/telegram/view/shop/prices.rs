//! The live table of prices: what everything costs today, and what of it stays with the owner.

use bytes::Bytes;

use crate::domain::catalog::Offer;
use crate::domain::day::Day;
use crate::domain::locale::TextKey;
use crate::domain::money::Tiyn;
use crate::domain::promo;
use crate::domain::text::{Value, escape, grouped, hundredths};
use crate::media::sheet::{Section, Sheet};
use crate::telegram::html::{fitted, plain};
use crate::telegram::screen::{Enclosure, MESSAGE_LIMIT, Screen};
use crate::telegram::view::{View, words};

impl View<'_> {
    pub fn price_sheet(&self, today: Day) -> Sheet {
        let catalog = self.catalog;
        let say = |key| plain(&self.say(key, &[]));
        let columns = [
            TextKey::PricesSeconds,
            TextKey::PricesPrice,
            TextKey::PricesCost,
            TextKey::PricesProfit,
            TextKey::PricesMargin,
        ];
        let sections = catalog.models.iter().map(|model| {
            let row = |offer: &Offer| {
                let (price, applied) = promo::best(&catalog.promos, &model.id, offer.price, today);
                let economics = &catalog.economics;
                let earning = economics.alone(price, offer.cost, economics.main_rail());
                let mark = applied.map_or_else(String::new, |applied| format!(" −{} %", applied.percent));
                vec![
                    offer.seconds.to_string(),
                    format!("{} ₸{mark}", grouped(price.get())),
                    tenge(earning.cost),
                    tenge(earning.profit()),
                    format!("{} %", (earning.margin().get() + 50).div_euclid(100)),
                ]
            };
            Section { title: model.title.clone(), rows: model.offers.iter().map(row).collect() }
        });
        Sheet {
            title: say(TextKey::PricesTitle),
            columns: columns.map(say).to_vec(),
            sections: sections.collect(),
        }
    }

    pub fn prices(&self, sheet: &Sheet) -> Screen {
        let economics = &self.catalog.economics;
        let html = fitted(&sheet.text(), MESSAGE_LIMIT, MESSAGE_LIMIT, |table| {
            let values = [
                ("table", Value::Html(escape(&table))),
                ("rate", words(hundredths(economics.usd_rate.get()))),
                ("date", self.day(economics.usd_rate_date)),
            ];
            self.say(TextKey::Prices, &values)
        });
        Screen::text(&html)
    }

    pub fn price_picture(&self, png: Vec<u8>) -> Screen {
        Screen::enclosing("", Enclosure::Picture(Bytes::from(png)))
    }

    pub fn rate_usage(&self) -> Screen {
        let economics = &self.catalog.economics;
        let values = [
            ("rate", words(hundredths(economics.usd_rate.get()))),
            ("date", self.day(economics.usd_rate_date)),
        ];
        Screen::text(&self.say(TextKey::RateUsage, &values))
    }

    pub fn price_usage(&self) -> Screen {
        let line = |model: &crate::domain::catalog::Model| {
            format!("<code>{}</code> — {}", escape(model.id.as_str()), escape(&model.title))
        };
        let models: Vec<String> = self.catalog.models.iter().map(line).collect();
        Screen::text(&self.say(TextKey::PriceUsage, &[("models", Value::Html(models.join("\n")))]))
    }
}

/// Whole tenge, rounded down.
fn tenge(amount: Tiyn) -> String {
    grouped(amount.get().div_euclid(100))
}
