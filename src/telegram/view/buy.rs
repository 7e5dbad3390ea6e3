//! What can be bought: the list of packages and the menu below it.

use super::{View, number, words};
use crate::domain::catalog::Package;
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::menu::{BuyAction, Does, MenuButton, MenuContext};
use crate::domain::text::Value;
use crate::telegram::screen::{Button, Screen};
use crate::telegram::tap::Tap;

impl View<'_> {
    /// Packages and how they are bought. `id` is what the user names to the owner where nothing can be paid here: then `sells`
    /// is false.
    pub fn packages(&self, id: UserId, viewer: &MenuContext, sells: bool) -> Screen {
        let lines: Vec<String> = self.catalog.packages.iter().map(|package| self.package(package)).collect();
        // An id is a name made of digits: grouping it would spoil it.
        let values = [("packages", Value::Html(lines.join("\n"))), ("id", words(id.to_string()))];
        let mut html = self.say(if sells { TextKey::BuyPackages } else { TextKey::Buy }, &values);
        if viewer.admin {
            html = format!("{html}\n\n{}", self.say(TextKey::BuyAdmin, &[]));
        }
        self.with_packages(Screen::text(&html), viewer)
    }

    fn with_packages(&self, screen: Screen, viewer: &MenuContext) -> Screen {
        let rows = self.menus.buy.for_person(viewer);
        let named = |package: &Package| {
            let named = |button: &MenuButton<_>| button.does == Does::Act(BuyAction::Package(package.tokens));
            rows.iter().flatten().any(named)
        };
        let rest: Vec<&Package> = self.catalog.packages.iter().filter(|package| !named(package)).collect();
        let mut screen = screen;
        for row in &rows {
            let mut buttons = Vec::new();
            for button in row {
                match button.does {
                    Does::Act(BuyAction::Rest) => {
                        let rest = rest.iter().map(|package| self.buying(button, package, viewer));
                        screen = screen.grid(rest, self.menus.pickers.packages);
                    }
                    Does::Act(BuyAction::Package(tokens)) => {
                        let package = self.catalog.packages.iter().find(|package| package.tokens == tokens);
                        buttons.extend(package.map(|package| self.buying(button, package, viewer)));
                    }
                    Does::Act(BuyAction::Menu(action)) => {
                        let values = [("balance", number(viewer.balance.get()))];
                        buttons.push(self.arranged(button, &values, |_| self.menu_button(action)));
                    }
                    Does::Open(ref address) => {
                        let values = [("balance", number(viewer.balance.get()))];
                        let link = |_| Button::link(address, address);
                        buttons.push(self.arranged(button, &values, link));
                    }
                }
            }
            screen = screen.row(buttons);
        }
        screen
    }

    fn buying(&self, button: &MenuButton<BuyAction>, package: &Package, viewer: &MenuContext) -> Button {
        let values = [
            ("tokens", number(package.tokens.get())),
            ("price", number(package.price_tenge)),
            ("percent", number(package.discount_percent)),
            ("balance", number(viewer.balance.get())),
        ];
        let tap = Tap::Package(package.tokens);
        self.arranged(button, &values, |_| self.button(TextKey::ButtonPackage, &values, tap.clone()))
    }

    /// How a package is bought that somebody has chosen.
    pub fn package_chosen(&self, package: &Package, id: UserId) -> Screen {
        let values = [
            ("tokens", number(package.tokens.get())),
            ("price", number(package.price_tenge)),
            ("id", words(id.to_string())),
        ];
        Screen::text(&self.say(TextKey::BuyPackage, &values))
    }

    fn package(&self, package: &Package) -> String {
        let key = if package.discount_percent > 0 { TextKey::PackageOff } else { TextKey::Package };
        let values = [
            ("tokens", number(package.tokens.get())),
            ("price", number(package.price_tenge)),
            ("percent", number(package.discount_percent)),
        ];
        self.titled(package, self.say(key, &values))
    }
}
