//! The engines in a table: which have a key, which answer and let us in, and what is thereby on sale.

use tokio::time::timeout;

use super::{Finding, Level, PATIENCE};
use crate::app::port::{Failure, FailureKind};
use crate::app::{Engines, day_in};
use crate::cli::bot;
use crate::cli::engines::engines_of_folder;
use crate::cli::real::SystemClock;
use crate::cli::table::{Cell, Form, Table};
use crate::config::Config;
use crate::domain::catalog::Model;
use crate::domain::day::Day;
use crate::domain::id::EngineId;
use crate::script::{Folder, WhatIf};

const NAME: &str = "сервисы";

/// What became of asking one of them something that costs nothing.
enum Standing {
    /// No address, or no key.
    Off,
    Retired(Day),
    /// There is nothing that it could be asked for nothing.
    Unasked,
    Well,
    Unwell(Failure),
}

struct Row {
    id: EngineId,
    standing: Standing,
    proven: bool,
    /// Titles of the models that are rendered there as long as it is well.
    models: Vec<String>,
}

pub(super) async fn engines(config: &Config) -> Vec<Finding> {
    let engines = match engines_of_folder(config) {
        Ok(engines) => engines,
        Err(error) => return vec![Finding::trouble(NAME, format!("{error:#}"), "исправьте адрес")],
    };
    let set =
        Folder::calculate(&bot::folder_settings(config), &WhatIf::default()).ok().map(|right| right.set);
    let models = set.as_ref().map(|set| &set.catalog.models[..]).unwrap_or_default();
    let mut names = engines.names();
    names.extend(set.iter().flat_map(|set| set.engines.keys().cloned()));
    names.push(EngineId::new("sora"));
    names.sort();
    names.dedup();
    let today = day_in(config.locale.time_zone, crate::app::port::Clock::now(&SystemClock));
    let mut rows = Vec::new();
    for id in names {
        let asks = set.as_ref().and_then(|set| set.engines.get(&id)).is_none_or(|one| one.check.is_some());
        let standing = standing(&engines, &id, asks, today).await;
        let proven = engines.get(&id).is_some_and(|engine| engine.capabilities().proven);
        let here = models.iter().filter(|model| is_sold_on(model, &id, today));
        rows.push(Row { standing, proven, models: here.map(|model| model.title.clone()).collect(), id });
    }
    let sells = rows.iter().any(|row| row.serves() && !row.models.is_empty());
    let mut findings: Vec<Finding> = rows.iter().filter_map(|row| row.finding(sells)).collect();
    findings.push(Finding::ok(NAME, table(&rows)));
    if !sells && !models.is_empty() {
        let titles: Vec<&str> = models.iter().map(|model| model.title.as_str()).collect();
        let told = format!("не продаются, их сервис не настроен или не отвечает: {}", titles.join(", "));
        findings.push(Finding::trouble(
            NAME,
            told,
            "задайте OPENAI_BASE_URL и OPENAI_API_KEY или ключ другого сервиса",
        ));
    }
    findings
}

async fn standing(engines: &Engines, id: &EngineId, asks: bool, today: Day) -> Standing {
    let Some(engine) = engines.get(id) else { return Standing::Off };
    if let Some(day) = engine.capabilities().retired_on.filter(|day| *day <= today) {
        return Standing::Retired(day);
    }
    if !asks {
        return Standing::Unasked;
    }
    match timeout(PATIENCE, engine.check()).await {
        Ok(Ok(())) => Standing::Well,
        Ok(Err(failure)) => Standing::Unwell(failure),
        Err(_) => Standing::Unwell(Failure::new(FailureKind::Network, "не отвечает")),
    }
}

fn is_sold_on(model: &Model, engine: &EngineId, today: Day) -> bool {
    model.routes.iter().any(|route| route.engine == *engine && !route.is_retired(today))
}

impl Row {
    fn serves(&self) -> bool {
        matches!(self.standing, Standing::Well | Standing::Unasked)
    }

    /// `sells`: something is on sale all the same.
    fn finding(&self, sells: bool) -> Option<Finding> {
        let id = &self.id;
        Some(match &self.standing {
            Standing::Off => return None,
            Standing::Retired(day) => Finding::warning(
                NAME,
                format!("{id}: закрыт с {day}, на нём ничего не продаётся"),
                "укажите другой сервер или другой сервис",
            ),
            Standing::Unasked => Finding::ok(
                NAME,
                format!(
                    "{id}: ключ есть; спросить бесплатно, жив ли он, нечем — снимите одно видео: sora-bot engine try {id}"
                ),
            ),
            Standing::Well if self.proven => Finding::ok(NAME, format!("{id}: отвечает и пускает нас")),
            Standing::Well => Finding::ok(
                NAME,
                format!(
                    "{id}: отвечает; сделан только по документам вендора, видео через него ещё не снимали"
                ),
            ),
            Standing::Unwell(failure) => Finding {
                name: NAME,
                level: if sells { Level::Warning } else { Level::Trouble },
                told: format!("{id}: {failure}"),
                todo: Some("проверьте адрес, ключ и оплату у этого сервиса".to_owned()),
            },
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let (key, answers, lets_in) = match &self.standing {
            Standing::Off => ("нет", "—", "—"),
            Standing::Retired(_) => ("есть", "закрыт", "—"),
            Standing::Unasked => ("есть", "?", "?"),
            Standing::Well => ("есть", "да", "да"),
            Standing::Unwell(failure) => match failure.kind {
                FailureKind::Network => ("есть", "нет", "?"),
                FailureKind::Access | FailureKind::Billing => ("есть", "да", "нет"),
                _ => ("есть", "да", "?"),
            },
        };
        let sold = match (self.models.is_empty(), self.serves()) {
            (false, true) => self.models.join(", "),
            (false, false) => format!("нет; было бы: {}", self.models.join(", ")),
            (true, _) => "—".to_owned(),
        };
        let tried = if self.proven { "да" } else { "нет" };
        let words = [self.id.as_str(), key, answers, lets_in, tried, &sold];
        words.map(|word| Cell::Words(word.to_owned())).to_vec()
    }
}

fn table(rows: &[Row]) -> String {
    let columns = ["сервис", "настроен", "отвечает", "пускает", "проверен", "в продаже"];
    let mut table = Table::new("кто снимает и что поэтому продаётся", &columns);
    table.rows = rows.iter().map(Row::cells).collect();
    table.render(Form::Text)
}
