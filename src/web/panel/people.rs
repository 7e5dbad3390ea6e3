//! Who buys: everybody, and all about one person.

use maud::{Markup, html};

use super::frame::{moment, number, page, table, user, words};
use super::{frame, money, work};
use crate::app::{App, AppError, UserRow, Whom};
use crate::domain::money::Tokens;

pub(super) fn all(app: &App, at: usize) -> Result<Markup, AppError> {
    let found = app.people(at)?;
    let rows: Vec<Vec<Markup>> = found.rows.iter().map(|row| line(app, row)).collect();
    let content = html! {
        (search("/panel/users", ""))
        p { "Всего: " (number(i64::try_from(found.total).unwrap_or(i64::MAX))) }
        (table(&["Номер", "Имя", "На счёте", "В заказах", "С нами с"], &rows, "Пока никого."))
        p class="pages" {
            @if at > 0 { a href={ "/panel/users?page=" (at - 1) } { "← новее" } }
            @if found.more { a href={ "/panel/users?page=" (at + 1) } { "старше →" } }
        }
    };
    Ok(page("/panel/users", "Люди", false, &content))
}

pub(super) fn search(action: &str, written: &str) -> Markup {
    html! {
        form class="search" action=(action) {
            input name="who" value=(written) placeholder="номер или @имя" aria-label="Кто";
            button { "Найти" }
        }
    }
}

pub(super) fn one(app: &App, whom: &Whom) -> Result<Markup, AppError> {
    let Some(found) = app.dossier_of(whom)? else {
        let content =
            html! { (search("/panel/users", "")) p class="none" { "Такого человека бот не знает." } };
        return Ok(page("/panel/users", "Люди", false, &content));
    };
    let balance = found.row.balance;
    let jobs: Vec<Vec<Markup>> = found.jobs.iter().map(|job| work::row_of_his(app, job)).collect();
    let purchases: Vec<Vec<Markup>> = found
        .purchases
        .iter()
        .map(|purchase| {
            vec![
                words(purchase.code()),
                words(money::purchase_state(purchase.state)),
                frame::way(purchase.way),
                number(purchase.tokens.get()),
                frame::money(&purchase.price),
                moment(app, purchase.created_at),
            ]
        })
        .collect();
    let movements: Vec<Vec<Markup>> = found
        .movements
        .iter()
        // What was spent moved nothing that he could still spend.
        .filter(|moved| moved.amount != Tokens::ZERO)
        .map(|moved| {
            vec![
                words(money::reason(&moved.reason)),
                number(moved.amount.get()),
                number(moved.balance_after.get()),
                moment(app, moved.at),
            ]
        })
        .collect();
    let content = html! {
        (search("/panel/users", ""))
        p { (name(&found.row)) " · " (user(found.row.id)) " · с нами с " (moment(app, found.row.since)) }
        ul class="tiles" {
            li { span { "На счёте" } b { (number(balance.available.get())) } }
            li { span { "В заказах" } b { (number(balance.held.get())) } }
            @if balance.debt.get() > 0 { li { span { "Долг" } b { (number(balance.debt.get())) } } }
        }
        p { a href={ "/panel/ledger?who=" (found.row.id) } { "Всё в книге →" } }
        h2 { "Движения" }
        (table(&["Что", "Сколько", "Стало", "Когда"], &movements, "Ничего не двигалось."))
        h2 { "Покупки" }
        (table(&["Код", "Состояние", "Способ", "Токены", "Цена", "Когда"], &purchases, "Покупок нет."))
        h2 { "Заказы" }
        (table(&["Заказ", "Состояние", "Модель", "Цена", "Когда"], &jobs, "Заказов нет."))
    };
    Ok(page("/panel/users", "Человек", false, &content))
}

fn line(app: &App, row: &UserRow) -> Vec<Markup> {
    vec![
        user(row.id),
        name(row),
        number(row.balance.available.get()),
        number(row.balance.held.get()),
        moment(app, row.since),
    ]
}

fn name(row: &UserRow) -> Markup {
    html! {
        (if row.profile.first_name.is_empty() { "без имени" } else { &row.profile.first_name })
        @if let Some(username) = &row.profile.username { " @" (username) }
    }
}
