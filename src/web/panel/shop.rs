//! The shop: accepted scripts with what each changed, and charts of the last days.

use maud::{Markup, html};

use super::drawn::{drawn, ranked};
use super::frame::{moment, number, page, table, why, words};
use crate::app::{App, AppError, By, ScriptAuthor};
use crate::domain::text::grouped;
use crate::media::chart::{Bars, Ranks};
use crate::media::figure::Ink;

pub(super) fn versions(app: &App) -> Result<Markup, AppError> {
    let rows: Vec<Vec<Markup>> = app
        .accepted_versions()?
        .into_iter()
        .enumerate()
        .map(|(at, version)| {
            vec![
                html! { a href={ "/panel/scripts/" (version.number) } { (version.version) } },
                html! { @if at == 0 { span class="now" { "в силе" } } },
                words(author(version.author)),
                words(version.note),
                moment(app, version.at),
            ]
        })
        .collect();
    let content = html! {
        p { "Вернуть прежнюю версию: " code { "/rollback" } " в чате с ботом." }
        (table(&["Версия", "", "Кто", "Что", "Когда"], &rows, "Версий ещё нет."))
    };
    Ok(page("/panel/scripts", "Скрипты", false, &content))
}

fn author(author: ScriptAuthor) -> String {
    match author {
        ScriptAuthor::Folder => "папка".to_owned(),
        ScriptAuthor::Person(By::Admin(id)) => format!("администратор {id}"),
        ScriptAuthor::Person(By::Operator) => "оператор".to_owned(),
    }
}

pub(super) fn version(app: &App, number: u64) -> Result<Markup, AppError> {
    let content = match app.script_diff(number)? {
        None => html! { p class="none" { "Такой версии нет." } },
        Some(diffs) => html! {
            p { a href="/panel/scripts" { "← все версии" } }
            @if diffs.is_empty() { p class="none" { "Сравнить не с чем: файлы те же, или это самая старая из версий." } }
            @for diff in &diffs {
                h2 { (diff.file) }
                pre {
                    @for (sign, line) in &diff.lines {
                        @let class = match sign { '+' => "added", '-' => "removed", '…' => "between", _ => "same" };
                        span class=(class) { (sign) " " (line) "\n" }
                    }
                }
            }
        },
    };
    Ok(page("/panel/scripts", &format!("Версия № {number}"), false, &content))
}

pub(super) fn charts(app: &App, days: u32) -> Result<Markup, AppError> {
    let stats = app.stats(days)?;
    let set = app.scripts.current();
    let cost = set.catalog.economics.tiyn(stats.total.cost);
    let total = &stats.total;
    let left = total.captured.get() - (-(-cost.get()).div_euclid(100));
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let groups = stats.days.iter().map(|(day, sums)| {
        (day.date().2.to_string(), vec![sums.received.get().div_euclid(100), sums.captured.get()])
    });
    let bars = Bars {
        title: "По дням".to_owned(),
        series: vec!["Получено, ₸".to_owned(), "Потрачено токенов".to_owned()],
        groups: groups.collect(),
    };
    let mut models: Vec<_> = stats.models.iter().filter(|(_, sums)| sums.films > 0).collect();
    models.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.captured));
    let models = models.into_iter().map(|(id, sums)| {
        let title = set.catalog.model(id).map_or_else(|| id.to_string(), |model| model.title.clone());
        (title, sums.captured.get(), format!("{} видео, {} ₸", sums.films, grouped(sums.captured.get())))
    });
    let mut failures: Vec<_> = stats.failures.iter().collect();
    failures.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let failures = failures.into_iter();
    let failures =
        failures.map(|(reason, count)| (why(*reason).to_owned(), whole(*count), count.to_string()));
    let ranks = [
        Ranks { title: "По моделям".to_owned(), ink: Ink::First, rows: models.collect() },
        Ranks { title: "Почему не вышло".to_owned(), ink: Ink::Bad, rows: failures.collect() },
    ];
    let content = html! {
        p class="pages" {
            @for choice in [1, 7, 30, 90] {
                a href={ "/panel/charts?days=" (choice) } aria-current=[(choice == days).then_some("page")] {
                    (choice) " дн."
                }
            }
        }
        p class="none" { (stats.from.dotted()) " — " (stats.to.dotted()) }
        ul class="tiles" {
            li { span { "Получено, ₸" } b { (number(total.received.get().div_euclid(100))) } }
            li { span { "Потрачено токенов" } b { (number(total.captured.get())) } }
            li { span { "Сервисам, ₸" } b { (number(total.captured.get() - left)) } }
            li { span { "Остаётся, ₸" } b { (number(left)) } }
            li { span { "Видео" } b { (number(whole(total.films))) } }
            li { span { "Не вышло" } b { (number(whole(stats.failed()))) } }
            li { span { "Активных" } b { (stats.active.len()) } }
            li { span { "Новых / купили" } b { (stats.newcomers.len()) " / " (stats.converted) } }
        }
        section class="drawing" { (drawn(&bars.figure(), "Деньги и токены по дням")) }
        div class="side" {
            @for rank in &ranks {
                @if !rank.rows.is_empty() { (ranked(rank)) }
            }
        }
    };
    Ok(page("/panel/charts", "Графики", false, &content))
}
