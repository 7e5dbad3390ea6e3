//! What is being made and by whom: the live queue, the last orders that are over, and the engines.

use maud::{Markup, html};

use super::frame::{moment, number, page, state, table, user, words};
use crate::app::{App, AppError, JobRow};

/// Orders shown that are over.
const OVER: usize = 30;

pub(super) fn queue(app: &App) -> Result<Markup, AppError> {
    let (jobs, over, view) = (app.unfinished_jobs()?, app.finished_jobs(OVER)?, app.queue()?);
    let place = |position: Option<usize>| position.map_or_else(|| words("в работе"), words);
    let live: Vec<Vec<Markup>> =
        jobs.iter().map(|job| [vec![place(job.position)], row(app, &job.row)].concat()).collect();
    let over: Vec<Vec<Markup>> = over.iter().map(|job| row(app, job)).collect();
    let content = html! {
        ul class="tiles" {
            li { span { "В работе" } b { (view.running) " из " (view.capacity) } }
            li { span { "Ждут" } b { (view.waiting) } }
        }
        (table(&["Место", "Заказ", "Состояние", "Человек", "Модель", "Цена", "Когда"], &live, "Очередь пуста."))
        h2 { "Последние заказы" }
        (table(&["Заказ", "Состояние", "Человек", "Модель", "Цена", "Когда"], &over, "Заказов ещё не было."))
    };
    Ok(page("/panel", "Очередь", true, &content))
}

fn row(app: &App, job: &JobRow) -> Vec<Markup> {
    let mut cells = row_of_his(app, job);
    cells.insert(2, user(job.user));
    cells
}

/// Where it is plain whose it is.
pub(super) fn row_of_his(app: &App, job: &JobRow) -> Vec<Markup> {
    let set = app.scripts.current();
    let title = set.catalog.model(&job.quote.model).map(|model| model.title.clone());
    let title = title.unwrap_or_else(|| job.quote.model.to_string());
    vec![
        words(format!("№ {}", job.id)),
        state(&job.state),
        words(format!("{title}, {} с", job.quote.seconds)),
        number(job.quote.price.get()),
        moment(app, job.created_at),
    ]
}

pub(super) fn engines(app: &App) -> Markup {
    let rows: Vec<Vec<Markup>> = app
        .engine_rows()
        .into_iter()
        .map(|engine| {
            let (class, standing) = match (engine.open, app.engines.get(&engine.name).is_some()) {
                (true, _) => ("state good", "продаётся"),
                (false, true) => ("state bad", "закрыт: отказывает или не отвечает"),
                (false, false) => ("state over", "не настроен: нет адреса или ключа"),
            };
            let models = if engine.models.is_empty() { "—".to_owned() } else { engine.models.join(", ") };
            vec![words(&engine.name), html! { span class=(class) { (standing) } }, words(models)]
        })
        .collect();
    let content = table(&["Сервис", "Состояние", "Модели"], &rows, "Ни один сервис не настроен.");
    page("/panel/engines", "Сервисы", true, &content)
}
