//! Money: what waits for somebody to look, and the ledger to be searched. What is decided is decided in the chat.

use maud::{Markup, html};

use super::frame::{moment, money, number, page, table, user, way, words};
use crate::app::{App, AppError, LedgerQuery, PurchaseRow};
use crate::domain::account::MovementReason;
use crate::domain::ledger::{Account, Mint};
use crate::domain::purchase::{Code, PurchaseState};
use crate::domain::rail::Doubt;

pub(super) fn waiting(app: &App) -> Result<Markup, AppError> {
    let waiting = app.waiting_money()?;
    let purchase = |row: &PurchaseRow| {
        vec![
            words(Code(row.id)),
            user(row.user),
            way(row.way),
            money(&row.price),
            number(row.tokens.get()),
            moment(app, row.created_at),
        ]
    };
    let claimed: Vec<Vec<Markup>> = waiting.claimed.iter().map(purchase).collect();
    let open: Vec<Vec<Markup>> = waiting.open.iter().map(purchase).collect();
    let doubted: Vec<Vec<Markup>> = waiting
        .doubted
        .iter()
        .map(|payment| {
            vec![
                words(payment.number),
                way(payment.way),
                money(&payment.money),
                words(doubt(payment.doubt)),
                payment.user.map_or_else(|| words("—"), user),
                moment(app, payment.heard_at),
            ]
        })
        .collect();
    let columns = ["Код", "Человек", "Способ", "Сумма", "Токены", "Когда"];
    let content = html! {
        p { "Подтверждают и отклоняют в чате с ботом: " code { "/kaspi" } "." }
        h2 { "Говорят, что заплатили" }
        (table(&columns, &claimed, "Никто не ждёт проверки."))
        h2 { "Платежи, которые не сошлись" }
        (table(&["№", "Способ", "Сумма", "Почему", "Человек", "Когда"], &doubted, "Все платежи сошлись."))
        h2 { "Открытые счета" }
        (table(&columns, &open, "Открытых счетов нет."))
    };
    Ok(page("/panel/money", "Оплаты", false, &content))
}

pub(super) fn ledger(app: &App, query: &LedgerQuery, who: &str) -> Result<Markup, AppError> {
    let found = app.ledger(query)?;
    let id = query.id.as_deref().unwrap_or_default();
    let rows: Vec<Vec<Markup>> = found
        .rows
        .iter()
        .map(|(seq, transfer)| {
            vec![
                words(seq),
                html! { code { (transfer.id) } },
                account(transfer.from),
                account(transfer.to),
                number(transfer.amount.get()),
                moment(app, transfer.at),
            ]
        })
        .collect();
    let content = html! {
        form class="search" action="/panel/ledger" {
            input name="who" value=(who) placeholder="номер или @имя" aria-label="Кто";
            input name="id" value=(id) placeholder="часть номера: hold:17" aria-label="Номер записи";
            button { "Найти" }
        }
        (table(&["№", "Запись", "Откуда", "Куда", "Токены", "Когда"], &rows, "Ничего не найдено."))
        @if let Some(before) = found.older {
            form class="pages" action="/panel/ledger" {
                input type="hidden" name="who" value=(who);
                input type="hidden" name="id" value=(id);
                input type="hidden" name="before" value=(before);
                button { "старше →" }
            }
        }
    };
    Ok(page("/panel/ledger", "Книга", false, &content))
}

fn account(account: Account) -> Markup {
    match account {
        Account::Available(of) => html! { "счёт " (user(of)) },
        Account::Held(of) => html! { "заказы " (user(of)) },
        Account::Debt(of) => html! { "долг " (user(of)) },
        Account::Revenue => words("выручка"),
        Account::Mint(Mint::Sold(by)) => way(by),
        Account::Mint(Mint::Grant) => words("подарки"),
        Account::Mint(Mint::Admin) => words("администратор"),
        Account::Mint(Mint::Moved) => words("прежний бот"),
    }
}

pub(super) fn reason(reason: &MovementReason) -> String {
    match reason {
        MovementReason::Welcome => "подарок новичку".to_owned(),
        MovementReason::TopUp => "от администратора".to_owned(),
        MovementReason::Hold(job) => format!("заказ № {job}"),
        MovementReason::Capture(job) => format!("видео № {job} оплачено"),
        MovementReason::Release(job) => format!("возврат за заказ № {job}"),
        MovementReason::Refund(job) => format!("возврат за видео № {job}"),
        MovementReason::Purchase => "покупка".to_owned(),
        MovementReason::TakenBack => "платёж вернулся плательщику".to_owned(),
        MovementReason::GivenBack => "платёж снова у нас".to_owned(),
        MovementReason::Repaid => "погашение долга".to_owned(),
        MovementReason::Grant => "подарок".to_owned(),
        MovementReason::Promo => "промокод".to_owned(),
        MovementReason::Inviter => "за приглашённого друга".to_owned(),
        MovementReason::Invited => "за приход по приглашению".to_owned(),
        MovementReason::MovedIn => "из прежнего бота".to_owned(),
        MovementReason::MovedJob => "заказ прежнего бота не сделан".to_owned(),
    }
}

pub(super) fn purchase_state(state: PurchaseState) -> &'static str {
    match state {
        PurchaseState::Open => "ждёт оплаты",
        PurchaseState::Claimed => "ждёт проверки",
        PurchaseState::Paid => "оплачено",
        PurchaseState::Expired => "истекло",
        PurchaseState::Rejected => "отклонено",
        PurchaseState::Quarantined => "не сошлось",
        PurchaseState::Dropped => "отменено",
        PurchaseState::Processing => "банк переводит",
    }
}

fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::NoPurchase => "неизвестно, за что",
        Doubt::Way => "оплачено другим способом",
        Doubt::Payer => "заплатил другой человек",
        Doubt::Currency => "другая валюта",
        Doubt::Amount => "другая сумма",
        Doubt::Mode => "тестовые деньги",
        Doubt::Account => "чужой счёт",
    }
}
