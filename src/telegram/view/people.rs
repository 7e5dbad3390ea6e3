//! People as admins read them: all at a glance, and one of them with what he has, had and made. Whatever a person calls himself
//! is escaped and cut.

use super::purchase::sum;
use super::{HistoryPage, NAME_SHOWN, View, number, words};
use crate::app::{Asking, Crowd, Dossier, Giving, HandoutDone, HandoutRefusal, PaidBack};
use crate::domain::account::Balance;
use crate::domain::id::{JobId, UserId};
use crate::domain::job::{Job, Phase};
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::purchase::{Purchase, PurchaseState};
use crate::domain::role::Role;
use crate::domain::text::{Value, shortened};
use crate::domain::time::Timestamp;
use crate::domain::user::{Profile, User};
use crate::telegram::screen::{Button, Screen};
use crate::telegram::tap::{AdminTap, Sheet, Tap};

/// Which page of several.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// 0 is the newest.
    pub page: u32,
    /// Older ones follow.
    pub more: bool,
}

impl View<'_> {
    /// The newest people, and above the first of them how many there are in all.
    pub fn people(&self, crowd: Option<Crowd>, people: &[(User, Balance)], turn: Turn) -> Screen {
        let mut blocks = Vec::new();
        if let Some(Crowd { total, new_today, new_lately, active, buyers, banned }) = crowd {
            let values = [
                ("total", number(total)),
                ("today", number(new_today)),
                ("lately", number(new_lately)),
                ("active", number(active)),
                ("buyers", number(buyers)),
                ("banned", number(banned)),
            ];
            blocks.push(self.say(TextKey::Users, &values));
        }
        let lines = people.iter().map(|(user, balance)| {
            let values = [
                ("name", self.named(user.id, &user.profile)),
                ("id", words(user.id.to_string())),
                ("balance", number(balance.available.get())),
                ("when", self.day_of(user.since)),
            ];
            self.say(TextKey::UsersLine, &values)
        });
        blocks.push(lines.collect::<Vec<_>>().join("\n"));
        let open = people.iter().map(|(user, _)| {
            let label = shortened(&called(user.id, &user.profile), 24);
            self.opening(&label, user.id)
        });
        Screen::text(&blocks.join("\n\n")).grid(open, 2).row(self.turning(turn, AdminTap::People))
    }

    /// One person. `role` is what he is behind the counter; `may_ban` whoever looks.
    pub fn person(
        &self,
        dossier: &Dossier,
        history: &HistoryPage<'_>,
        role: Option<Role>,
        may_ban: bool,
    ) -> Screen {
        let Dossier { user, language, balance, seen, banned, dealings } = dossier;
        let date = |at: &Option<Timestamp>| at.map_or_else(|| "—".to_owned(), |at| self.date(at));
        let values = [
            ("name", self.named(user.id, &user.profile)),
            ("id", words(user.id.to_string())),
            ("since", self.day_of(user.since)),
            ("seen", Value::Html(date(seen))),
            ("language", words(shortened(language.as_deref().unwrap_or("—"), 12))),
            ("available", number(balance.available.get())),
            ("held", number(balance.held.get())),
            ("debt", number(balance.debt.get())),
            ("bought", number(dealings.bought.get())),
            ("given", number(dealings.given.get())),
            ("orders", number(dealings.orders)),
            ("films", number(dealings.films)),
            ("spent", number(dealings.spent.get())),
        ];
        let mut blocks = vec![self.say(TextKey::UserCard, &values)];
        if let Some(role) = role {
            blocks.push(self.say(role_name(role), &[]));
        }
        if let Some(at) = banned {
            blocks.push(self.say(TextKey::UserBanned, &[("when", Value::Html(self.date(*at)))]));
        }
        if !history.movements.is_empty() {
            let lines: Vec<String> =
                history.movements.iter().map(|movement| self.movement(movement)).collect();
            blocks.push(lines.join("\n"));
        }
        let sheet = |key, sheet| self.button(key, &[], Tap::Admin(AdminTap::Person(user.id, sheet, 0)));
        let ban = match banned {
            _ if !may_ban || role.is_some() => None,
            Some(_) => Some((TextKey::ButtonUnban, AdminTap::Unban(user.id))),
            None => Some((TextKey::ButtonBan, AdminTap::Ban(user.id))),
        };
        let sheets = [
            sheet(TextKey::ButtonUserMovements, Sheet::Movements),
            sheet(TextKey::ButtonUserOrders, Sheet::Orders),
            sheet(TextKey::ButtonUserPurchases, Sheet::Purchases),
        ];
        let ban = ban.map(|(key, tap)| self.button(key, &[], Tap::Admin(tap)));
        // Two in a row: of three a telephone shows their beginnings only.
        Screen::text(&blocks.join("\n\n")).grid(sheets.into_iter().chain(ban), 2)
    }

    pub fn person_movements(&self, dossier: &Dossier, history: &HistoryPage<'_>) -> Screen {
        let lines = history.movements.iter().map(|movement| self.movement(movement)).collect();
        let turn = Turn { page: history.page, more: history.more };
        self.sheet(TextKey::UserMovements, dossier, lines, Sheet::Movements, turn)
    }

    /// Without prompts: whose job it is to help needs none.
    pub fn person_orders(&self, dossier: &Dossier, orders: &[Job], turn: Turn) -> Screen {
        let line = |job: &Job| {
            let values = [
                ("number", words(job.id.to_string())),
                ("model", words(self.title(&job.quote.model))),
                ("seconds", number(job.quote.seconds)),
                ("price", number(job.quote.price.get())),
                ("state", Value::Html(self.say(phase_name(job.state.phase()), &[]))),
                ("when", Value::Html(self.date(job.created_at))),
            ];
            self.say(TextKey::UserOrderLine, &values)
        };
        let lines = orders.iter().map(line).collect();
        self.sheet(TextKey::UserOrders, dossier, lines, Sheet::Orders, turn)
    }

    pub fn person_purchases(&self, dossier: &Dossier, purchases: &[Purchase], turn: Turn) -> Screen {
        let line = |purchase: &Purchase| {
            let values = [
                ("code", words(purchase.code().to_string())),
                ("way", Value::Html(self.way(purchase.way))),
                ("sum", words(sum(&purchase.price))),
                ("tokens", number(purchase.tokens.get())),
                ("state", Value::Html(self.say(purchase_state(purchase.state), &[]))),
                ("when", Value::Html(self.date(purchase.created_at))),
            ];
            self.say(TextKey::UserPurchaseLine, &values)
        };
        let lines = purchases.iter().map(line).collect();
        self.sheet(TextKey::UserPurchases, dossier, lines, Sheet::Purchases, turn)
    }

    fn sheet(
        &self,
        head: TextKey,
        dossier: &Dossier,
        lines: Vec<String>,
        sheet: Sheet,
        turn: Turn,
    ) -> Screen {
        let user = &dossier.user;
        let head = self.say(head, &[("name", self.named(user.id, &user.profile))]);
        let body = if lines.is_empty() { self.say(TextKey::UserNothing, &[]) } else { lines.join("\n") };
        let back = Tap::Admin(AdminTap::Person(user.id, Sheet::Card, 0));
        Screen::text(&format!("{head}\n\n{body}"))
            .row(self.turning(turn, |page| AdminTap::Person(user.id, sheet, page)))
            .row([self.button(TextKey::ButtonBack, &[], back)])
    }

    pub fn handed_out(&self, done: &HandoutDone) -> Screen {
        let key = match (done.repeated, done.giving) {
            (true, _) => TextKey::TopUpRepeated,
            (false, Giving::TopUp) => TextKey::TopUpDone,
            (false, Giving::Grant) => TextKey::GrantDone,
        };
        let values = [
            ("name", self.named(done.user, &done.profile)),
            ("id", words(done.user.to_string())),
            ("amount", number(done.amount.get())),
            ("before", number(done.before.get())),
            ("after", number(done.after.get())),
        ];
        Screen::text(&self.say(key, &values)).row([self.card_button(done.user, &done.profile)])
    }

    /// Who is about to get how much, and why that is asked.
    pub fn ask_to_hand_out(&self, asking: &Asking) -> Screen {
        let lines = asking.people.iter().map(|(user, seen)| {
            let seen = seen.map_or_else(|| "—".to_owned(), |at| self.date(at));
            let values = [
                ("name", self.named(user.id, &user.profile)),
                ("id", words(user.id.to_string())),
                ("since", self.day_of(user.since)),
                ("seen", Value::Html(seen)),
            ];
            self.say(TextKey::HandoutPerson, &values)
        });
        let people = lines.collect::<Vec<_>>().join("\n");
        let mut blocks = vec![self.say(
            TextKey::HandoutAsk,
            &[("amount", number(asking.amount.get())), ("people", Value::Html(people))],
        )];
        let shared = asking.people.len() > 1;
        for (holds, key) in [
            (asking.large, TextKey::HandoutLarge),
            (shared, TextKey::HandoutShared),
            (asking.stale && !shared, TextKey::HandoutStale),
        ] {
            blocks.extend(holds.then(|| self.say(key, &[])));
        }
        let yes = asking.people.iter().map(|(user, _)| {
            let name = shortened(&called(user.id, &user.profile), 24);
            let values = [("amount", number(asking.amount.get())), ("label", words(name))];
            vec![self.button(
                TextKey::ButtonHandOut,
                &values,
                Tap::Admin(AdminTap::HandOut(asking.number, user.id)),
            )]
        });
        Screen::text(&blocks.join("\n\n")).rows(yes).row([self.button(
            TextKey::ButtonDiscard,
            &[],
            Tap::Admin(AdminTap::KeepBack(asking.number)),
        )])
    }

    /// `whom` is what the admin wrote.
    pub fn not_handed_out(&self, refusal: &HandoutRefusal, whom: &str) -> Screen {
        let most = |limit: Tokens| [("most", number(limit.get()))];
        match refusal {
            HandoutRefusal::NotAllowed => self.plain(TextKey::UnknownCommand),
            HandoutRefusal::Limit(limit) => Screen::text(&self.say(TextKey::TopUpLimit, &most(*limit))),
            HandoutRefusal::NoSuchUser => self.nobody(whom),
            HandoutRefusal::Amount => Screen::text(&self.say(TextKey::TopUpAmount, &most(Tokens::CAP))),
            HandoutRefusal::Conflict => self.plain(TextKey::TopUpConflict),
            HandoutRefusal::Gone => self.plain(TextKey::ToastHandoutGone),
            HandoutRefusal::Failed(_) => self.plain(TextKey::Sorry),
        }
    }

    pub fn nobody(&self, whom: &str) -> Screen {
        Screen::text(&self.say(TextKey::TopUpNobody, &[("whom", words(shortened(whom, NAME_SHOWN)))]))
    }

    pub fn granted(&self, amount: Tokens, balance: Tokens) -> Screen {
        let values = [("amount", number(amount.get())), ("balance", number(balance.get()))];
        let generate = self.menu_button(crate::domain::menu::MenuAction::Generate);
        Screen::text(&self.say(TextKey::Granted, &values)).row([generate])
    }

    pub fn paid_back_by_admin(&self, job: JobId, back: &PaidBack, profile: &Profile) -> Screen {
        let values = [
            ("number", words(job.to_string())),
            ("amount", number(back.amount.get())),
            ("name", self.named(back.user, profile)),
        ];
        let mut html = self.say(TextKey::RefundDone, &values);
        if back.was_running {
            html = format!("{html}\n\n{}", self.say(TextKey::RefundWasRunning, &[]));
        }
        Screen::text(&html).row([self.card_button(back.user, profile)])
    }

    /// A sentence about an order.
    pub fn numbered(&self, key: TextKey, job: JobId) -> Screen {
        Screen::text(&self.say(key, &[("number", words(job.to_string()))]))
    }

    /// A sentence about a person.
    pub fn about(&self, key: TextKey, user: UserId, profile: &Profile) -> Screen {
        let values = [("name", self.named(user, profile)), ("id", words(user.to_string()))];
        Screen::text(&self.say(key, &values)).row([self.card_button(user, profile)])
    }

    fn card_button(&self, user: UserId, profile: &Profile) -> Button {
        self.opening(&format!("👤 {}", shortened(&called(user, profile), 24)), user)
    }

    /// A button to somebody's card.
    pub(super) fn opening(&self, label: &str, user: UserId) -> Button {
        let label = crate::domain::text::escape(label);
        Button::new(&label, Tap::Admin(AdminTap::Person(user, Sheet::Card, 0)))
    }

    /// `Айгерим @aigerim`; who has no name is called by his number.
    pub(super) fn named(&self, user: UserId, profile: &Profile) -> Value {
        let username = profile.username.as_ref().map(|name| format!(" @{name}")).unwrap_or_default();
        words(shortened(&format!("{}{username}", called(user, profile)), NAME_SHOWN))
    }

    pub(super) fn turning(&self, turn: Turn, tap: impl Fn(u32) -> AdminTap) -> Vec<Button> {
        let newer = turn.page.checked_sub(1).map(|page| (TextKey::ButtonNewer, page));
        let older = turn.more.then(|| (TextKey::ButtonOlder, turn.page.saturating_add(1)));
        let turns = newer.into_iter().chain(older);
        turns.map(|(key, page)| self.button(key, &[], Tap::Admin(tap(page)))).collect()
    }
}

fn called(user: UserId, profile: &Profile) -> String {
    match profile.first_name.trim() {
        "" => user.to_string(),
        name => name.to_owned(),
    }
}

fn role_name(role: Role) -> TextKey {
    match role {
        Role::Owner => TextKey::RoleOwner,
        Role::Cashier => TextKey::RoleCashier,
        Role::Support => TextKey::RoleSupport,
    }
}

fn phase_name(phase: Phase) -> TextKey {
    match phase {
        Phase::Queued => TextKey::PhaseQueued,
        Phase::Submitting | Phase::Rendering | Phase::Fetching => TextKey::PhaseRunning,
        Phase::Ready => TextKey::PhaseReady,
        Phase::Delivered => TextKey::PhaseDelivered,
        Phase::Cancelled => TextKey::PhaseCancelled,
        Phase::Refunded => TextKey::PhaseRefunded,
    }
}

fn purchase_state(state: PurchaseState) -> TextKey {
    match state {
        PurchaseState::Open => TextKey::PurchaseIsOpen,
        PurchaseState::Claimed => TextKey::PurchaseIsClaimed,
        PurchaseState::Paid => TextKey::PurchaseIsPaid,
        PurchaseState::Expired => TextKey::PurchaseIsExpired,
        PurchaseState::Rejected => TextKey::PurchaseIsRejected,
        PurchaseState::Quarantined => TextKey::PurchaseIsQuarantined,
        PurchaseState::Dropped => TextKey::PurchaseIsDropped,
        PurchaseState::Processing => TextKey::StatePurchaseProcessing,
    }
}
