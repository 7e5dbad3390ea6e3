//! What admins see of people and decide about them: `/users`, `/user`, `/refund`, `/ban`, `/unban`, `/audit`.

use super::handouts::whom_of;
use super::{Reply, Talk};
use crate::app::{AppError, BanOutcome, PayBackOutcome};
use crate::domain::id::{JobId, UserId};
use crate::domain::locale::TextKey;
use crate::telegram::screen::Screen;
use crate::telegram::tap::Sheet;
use crate::telegram::view::{HistoryPage, Turn};

/// Lines on a page.
const SHOWN: usize = 10;

impl Talk<'_> {
    pub fn people(&self, page: u32) -> Result<Screen, AppError> {
        let (people, more) = self.app.newest_people(index(page), SHOWN)?;
        // Nobody needs the sums on the older pages.
        let crowd = (page == 0).then(|| self.app.crowd()).transpose()?;
        Ok(self.view.people(crowd, &people, Turn { page, more }))
    }

    pub fn found_person(&self, rest: &str) -> Result<Screen, AppError> {
        let Some(whom) = whom_of(rest.trim()).filter(|_| !rest.trim().is_empty()) else {
            return Ok(self.view.plain(TextKey::UserUsage));
        };
        match self.app.person(&whom)? {
            Some(user) => self.person_sheet(user, Sheet::Card, 0),
            None => Ok(self.view.nobody(rest.trim())),
        }
    }

    pub fn person_sheet(&self, user: UserId, sheet: Sheet, page: u32) -> Result<Screen, AppError> {
        let Some(dossier) = self.app.dossier(user)? else {
            return Ok(self.view.nobody(&user.to_string()));
        };
        Ok(match sheet {
            Sheet::Card => {
                let (movements, more) = self.app.history_page(user, 0, 3)?;
                let history = HistoryPage { movements: &movements, page: 0, more };
                self.view.person(&dossier, &history, self.app.role(user), self.may_ban())
            }
            Sheet::Movements => {
                let (movements, more) = self.app.history_page(user, index(page), SHOWN)?;
                self.view.person_movements(&dossier, &HistoryPage { movements: &movements, page, more })
            }
            Sheet::Orders => {
                let (orders, more) = self.app.orders_page(user, index(page), SHOWN)?;
                self.view.person_orders(&dossier, &orders, Turn { page, more })
            }
            Sheet::Purchases => {
                let (purchases, more) = self.app.purchases_page(user, index(page), SHOWN)?;
                self.view.person_purchases(&dossier, &purchases, Turn { page, more })
            }
        })
    }

    pub fn audit(&self, page: u32) -> Result<Screen, AppError> {
        let (rows, more) = self.app.audit_page(index(page), SHOWN)?;
        let mut named = Vec::new();
        for row in rows {
            let name = |user: Option<UserId>| -> Result<Option<String>, AppError> {
                let Some(user) = user else { return Ok(None) };
                Ok(self.app.user(user)?.map(|user| user.profile.first_name).filter(|name| !name.is_empty()))
            };
            let by = match row.entry.by {
                crate::app::By::Admin(admin) => name(Some(admin))?,
                crate::app::By::Operator => None,
            };
            let whom = name(row.entry.act.user())?;
            named.push((row, by, whom));
        }
        Ok(self.view.audit(&named, Turn { page, more }))
    }

    /// `/refund 17 причина`.
    pub async fn pay_back(&self, rest: &str) -> Result<Reply, AppError> {
        let (order, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let order = order.trim_start_matches(['№', '#']);
        let Some(job) = order.parse().ok().filter(|job| *job > 0).map(JobId) else {
            return Ok(Reply::say(self.view.plain(TextKey::RefundUsage)));
        };
        let done = self.app.pay_back(self.update, self.person.id, job, self.reason(reason)).await?;
        Ok(Reply::say(match done {
            PayBackOutcome::Done(back) => {
                let profile = self.app.user(back.user)?.map(|user| user.profile).unwrap_or_default();
                self.view.paid_back_by_admin(job, &back, &profile)
            }
            PayBackOutcome::Already => self.view.numbered(TextKey::RefundAlready, job),
            PayBackOutcome::NoSuchOrder => self.view.numbered(TextKey::RefundNobody, job),
            PayBackOutcome::NotAllowed => self.view.plain(TextKey::UnknownCommand),
        }))
    }

    /// `/ban X причина` and `/unban X`.
    pub async fn ban(&self, rest: &str, banned: bool) -> Result<Reply, AppError> {
        let (whom, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let Some(found) = whom_of(whom).filter(|_| !whom.is_empty()) else {
            return Ok(Reply::say(self.view.plain(TextKey::BanUsage)));
        };
        let Some(user) = self.app.person(&found)? else {
            return Ok(Reply::say(self.view.nobody(whom)));
        };
        self.banned(user, banned, self.reason(reason)).await.map(Reply::say)
    }

    /// The same by a button; the card shows what is so then.
    pub async fn ban_tapped(&self, user: UserId, banned: bool) -> Result<Reply, AppError> {
        if !self.may_ban() {
            return Ok(self.window(TextKey::ToastOld));
        }
        let said = self.banned(user, banned, self.reason("")).await?;
        let toast = crate::telegram::screen::Toast::line(&said.html);
        Ok(Reply::show(self.person_sheet(user, Sheet::Card, 0)?).with(toast))
    }

    async fn banned(&self, user: UserId, banned: bool, reason: String) -> Result<Screen, AppError> {
        let outcome = self.app.set_banned(self.update, self.person.id, user, banned, reason).await?;
        let key = match (outcome, banned) {
            (BanOutcome::Done, true) => TextKey::BanDone,
            (BanOutcome::Done, false) => TextKey::UnbanDone,
            (BanOutcome::Already, true) => TextKey::BanAlready,
            (BanOutcome::Already, false) => TextKey::UnbanAlready,
            (BanOutcome::Staff, _) => TextKey::BanStaff,
            (BanOutcome::NoSuchUser, _) => return Ok(self.view.nobody(&user.to_string())),
            (BanOutcome::NotAllowed, _) => return Ok(self.view.plain(TextKey::UnknownCommand)),
        };
        let profile = self.app.user(user)?.map(|user| user.profile).unwrap_or_default();
        Ok(self.view.about(key, user, &profile))
    }

    fn may_ban(&self) -> bool {
        self.app.may(self.person.id, crate::domain::role::Power::Ban)
    }
}

fn index(page: u32) -> usize {
    usize::try_from(page).unwrap_or(usize::MAX)
}
