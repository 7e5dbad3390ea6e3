//! What all pages have around them, and the small parts that they are made of. Every value is escaped where it stands.

use chrono::DateTime;
use maud::{DOCTYPE, Markup, html};

use crate::app::App;
use crate::domain::id::UserId;
use crate::domain::job::{JobState, RefundReason};
use crate::domain::rail::{Currency, Money, Way};
use crate::domain::text::grouped;
use crate::domain::time::Timestamp;

const PAGES: [(&str, &str); 7] = [
    ("/panel", "Очередь"),
    ("/panel/charts", "Графики"),
    ("/panel/users", "Люди"),
    ("/panel/money", "Оплаты"),
    ("/panel/ledger", "Книга"),
    ("/panel/engines", "Сервисы"),
    ("/panel/scripts", "Скрипты"),
];

fn document(title: &str, refresh: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ru" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                @if refresh { meta http-equiv="refresh" content="5"; }
                title { (title) " · sora-bot" }
                link rel="stylesheet" href="/panel/style.css";
            }
            body { (body) }
        }
    }
}

/// A page of somebody who is signed in. `at` is its own address.
pub(super) fn page(at: &str, title: &str, refresh: bool, content: &Markup) -> Markup {
    let body = html! {
        nav {
            @for (address, name) in PAGES {
                a href=(address) aria-current=[(address == at).then_some("page")] { (name) }
            }
            form method="post" action="/panel/logout" { button { "Выйти" } }
        }
        main { h1 { (title) } (content) }
    };
    document(title, refresh, &body)
}

/// Before the link is spent.
pub(super) fn door(key: &str) -> Markup {
    let body = html! {
        main class="door" {
            h1 { "Страница владельца" }
            form method="post" action="/panel/login" {
                input type="hidden" name="key" value=(key);
                button { "Войти" }
            }
        }
    };
    document("Вход", false, &body)
}

/// The same for a stranger, a link that was spent, and a session that is over.
pub(super) fn stranger() -> Markup {
    let body = html! {
        main class="door" {
            h1 { "Сюда входят по ссылке" }
            p { "Напишите боту " code { "/panel" } ": он пришлёт новую. Каждая ссылка работает один раз." }
        }
    };
    document("Вход", false, &body)
}

/// Columns, then rows of cells; a sentence where there are none. On a telephone each cell names its column.
pub(super) fn table(columns: &[&str], rows: &[Vec<Markup>], none: &str) -> Markup {
    html! {
        @if rows.is_empty() {
            p class="none" { (none) }
        } @else {
            table {
                thead { tr { @for column in columns { th { (column) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (cell, column) in row.iter().zip(columns) { td data-name=(column) { span { (cell) } } } }
                    }
                }
            }
        }
    }
}

pub(super) fn words(text: impl std::fmt::Display) -> Markup {
    html! { (text.to_string()) }
}

pub(super) fn number(amount: i64) -> Markup {
    html! { span class="number" { (grouped(amount)) } }
}

/// By the owner's clock.
pub(super) fn moment(app: &App, at: Timestamp) -> Markup {
    let utc = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    let there = utc.with_timezone(&app.settings.time_zone);
    html! { time { (there.format("%d.%m.%Y %H:%M").to_string()) } }
}

/// `5 936 ₸`, `215 ⭐`; of other currencies in their smallest units.
pub(super) fn money(money: &Money) -> Markup {
    let written = match &money.currency {
        Currency::Kzt if money.amount % 100 == 0 => format!("{} ₸", grouped(money.amount / 100)),
        Currency::Stars => format!("{} ⭐", grouped(money.amount)),
        Currency::Kzt | Currency::Other(_) => money.to_string(),
    };
    html! { span class="number" { (written) } }
}

pub(super) fn way(way: Way) -> Markup {
    words(match way {
        Way::Stars => "Telegram Stars",
        Way::Stripe => "карта (Stripe)",
        Way::KaspiDesk => "перевод на Kaspi",
        Way::KaspiGateway => "счёт в Kaspi",
        Way::KaspiBank => "платежи в Kaspi",
    })
}

pub(super) fn user(id: UserId) -> Markup {
    html! { a href={ "/panel/users/" (id) } { (id) } }
}

pub(super) fn state(state: &JobState) -> Markup {
    let (class, words) = match state {
        JobState::Queued => ("waits", "ждёт".to_owned()),
        JobState::Submitting(intent) => ("runs", format!("отправляется, попытка {}", intent.attempt)),
        JobState::Rendering(_) => ("runs", "делается".to_owned()),
        JobState::Fetching(_) => ("runs", "скачивается".to_owned()),
        JobState::Ready(_) => ("runs", "готово, отправляется".to_owned()),
        JobState::Delivered(_) => ("good", "доставлено".to_owned()),
        JobState::Cancelled => ("over", "отменено".to_owned()),
        JobState::Refunded(reason) => ("bad", format!("возврат: {}", why(*reason))),
    };
    html! { span class={ "state " (class) } { (words) } }
}

pub(super) fn why(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::Moderation => "запрещено правилами",
        RefundReason::BadInput => "модель так не умеет",
        RefundReason::EngineFailed => "сервис сломался",
        RefundReason::EngineClosed => "сервис отказал нам",
        RefundReason::TimedOut => "слишком долго",
        RefundReason::FilmLost => "видео не скачалось",
        RefundReason::TooLarge => "больше 50 МБ",
        RefundReason::Unknown => "неизвестно, принят ли заказ",
        RefundReason::SourceGone => "исходного видео уже нет",
        RefundReason::Owner => "вернул владелец",
        RefundReason::Picture => "картинка не подошла",
    }
}
