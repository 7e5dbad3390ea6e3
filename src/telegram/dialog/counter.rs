//! The commands and buttons of those who run the shop, each with the power that it takes. For everybody else there are none:
//! he gets the very answer of a command that nobody has.

use super::{Reply, Talk};
use crate::app::{AppError, Giving};
use crate::domain::locale::TextKey;
use crate::domain::role::Power;
use crate::telegram::command::Command;
use crate::telegram::tap::AdminTap;

impl Talk<'_> {
    pub async fn behind_the_counter(&self, command: &Command) -> Result<Reply, AppError> {
        let (name, rest) = (command.name.as_str(), command.rest.as_str());
        let power = match name {
            "users" | "user" | "audit" | "stats" | "panel" => Power::See,
            "topup" => Power::TopUp,
            "grant" => Power::Grant,
            "refund" => Power::Refund,
            "ban" | "unban" => Power::Ban,
            "broadcast" => Power::Announce,
            _ => Power::EditShop,
        };
        if !self.app.may(self.person.id, power) {
            return Ok(Reply::say(self.view.plain(TextKey::UnknownCommand)));
        }
        match name {
            "users" => self.people(0).map(Reply::say),
            "user" => self.found_person(rest).map(Reply::say),
            "audit" => self.audit(0).map(Reply::say),
            "topup" => self.hand_out(Giving::TopUp, rest).await,
            "grant" => self.hand_out(Giving::Grant, rest).await,
            "refund" => self.pay_back(rest).await,
            "broadcast" => self.broadcast(rest).await,
            "ban" => self.ban(rest, true).await,
            "unban" => self.ban(rest, false).await,
            _ => self.shop(command).await,
        }
    }

    pub async fn admin_tapped(&self, tap: AdminTap) -> Result<Reply, AppError> {
        let power = match tap {
            AdminTap::People(_) | AdminTap::Person(..) | AdminTap::Audit(_) => Power::See,
            AdminTap::HandOut(..) | AdminTap::KeepBack(_) => Power::TopUp,
            AdminTap::Ban(_) | AdminTap::Unban(_) => Power::Ban,
        };
        if !self.app.may(self.person.id, power) {
            return Ok(self.window(TextKey::ToastOld));
        }
        match tap {
            AdminTap::People(page) => self.people(page).map(Reply::show),
            AdminTap::Person(user, sheet, page) => self.person_sheet(user, sheet, page).map(Reply::show),
            AdminTap::Audit(page) => self.audit(page).map(Reply::show),
            AdminTap::HandOut(number, user) => self.hand_out_to(number, user).await,
            AdminTap::KeepBack(number) => self.keep_back(number).await,
            AdminTap::Ban(user) => self.ban_tapped(user, true).await,
            AdminTap::Unban(user) => self.ban_tapped(user, false).await,
        }
    }
}
