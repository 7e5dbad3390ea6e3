//! What is on this machine: settings, scripts, the database with its key, the disk.

use std::path::Path;

use super::Finding;
use crate::app::day_in;
use crate::app::port::{Clock as _, Disk as _};
use crate::cli::control::{Request, ask_now};
use crate::cli::profit::stale_rate;
use crate::cli::real::{SystemClock, SystemDisk, standing};
use crate::cli::{bot, data_key};
use crate::config::Config;
use crate::script::{Calculation, Folder, WhatIf};
use crate::store::{Store, StoreError};

/// So much above the least, a few films fill the disk.
const SCARCE: u64 = 1 << 29;
/// Below this nothing can be written soon.
const NONE_LEFT: u64 = 64 << 20;

pub(super) fn settings(config: &Config) -> Vec<Finding> {
    let name = "настройки";
    let mut findings = Vec::new();
    if config.telegram.token.is_none() {
        let todo = "напишите /newbot @BotFather и впишите токен в .env: TELEGRAM_BOT_TOKEN=…";
        findings.push(Finding::trouble(name, "TELEGRAM_BOT_TOKEN не задан", todo));
    }
    findings.extend(config.notes().into_iter().map(|note| {
        Finding::warning(
            name,
            note.told,
            "если так и задумано, ничего не делайте; все ключи — в .env.example",
        )
    }));
    if findings.is_empty() {
        findings.push(Finding::ok(name, "читаются, всё нужное задано"));
    }
    findings
}

pub(super) fn scripts(config: &Config) -> Vec<Finding> {
    let name = "скрипты";
    let Calculation { set, losses, warnings, .. } =
        match Folder::calculate(&bot::folder_settings(config), &WhatIf::default()) {
            Ok(calculation) => calculation,
            Err(problems) => {
                let todo = "исправьте файл; пока в нём ошибка, бот работает на последней принятой версии";
                return vec![Finding::trouble(name, bot::listed(&problems), todo)];
            }
        };
    let models = set.catalog.models.len();
    let mut findings = vec![Finding::ok(name, format!("версия {}, моделей: {models}", set.version))];
    findings.extend(
        losses
            .iter()
            .map(|loss| Finding::trouble(name, loss.to_string(), "поднимите цену или поставьте allow_loss")),
    );
    findings.extend(
        warnings.iter().map(|thin| Finding::warning(name, thin.to_string(), "посмотрите: sora-bot profit")),
    );
    let today = day_in(config.locale.time_zone, SystemClock.now());
    findings.extend(
        stale_rate(&set.catalog, today).map(|reminder| Finding::warning(name, reminder, "или /rate в чате")),
    );
    findings
}

/// And whether a bot of ours runs on it.
pub(super) async fn database(config: &Config) -> (Vec<Finding>, bool) {
    let name = "база";
    let path = &config.store.path;
    let mut findings = key(config);
    if !path.exists() {
        findings.push(Finding::ok(name, format!("{} ещё нет; появится при первом запуске", path.display())));
        return (findings, false);
    }
    let options = match bot::store_options(config) {
        Ok(options) => options,
        Err(error) => {
            findings.push(Finding::trouble(
                name,
                format!("{error:#}"),
                "верните ключ, иначе данные не открыть",
            ));
            return (findings, false);
        }
    };
    let (finding, runs) = match Store::schemas(path, options) {
        Ok(Some((found, known))) if found < known => (
            Finding::warning(
                name,
                format!("{}: формат {found}, у программы {known}", path.display()),
                "обновится при запуске; рядом останется копия. Заранее: sora-bot migrate",
            ),
            false,
        ),
        Ok(_) => (Finding::ok(name, format!("{} открывается", path.display())), false),
        Err(StoreError::Locked) => match ask_now(path, &Request::Who).await {
            Ok(answer) => {
                (Finding::ok(name, format!("{}: с ней работает {}", path.display(), answer.text)), true)
            }
            Err(error) => (
                Finding::trouble(
                    name,
                    format!("её держит другой процесс, и он не отвечает: {error:#}"),
                    "найдите его: fuser -v data/bot.redb",
                ),
                true,
            ),
        },
        Err(error) => (Finding::trouble(name, error.to_string(), "см. «Что делать, если…» в docs/ru"), false),
    };
    findings.push(finding);
    (findings, runs)
}

fn key(config: &Config) -> Vec<Finding> {
    let name = "ключ данных";
    if config.store.data_key.is_some() {
        return vec![Finding::ok(name, "DATA_KEY задан")];
    }
    let file = data_key::beside(&config.store.path);
    if !file.exists() {
        return Vec::new();
    }
    let todo =
        "перенесите его в DATA_KEY и сохраните копию отдельно: кто украдёт диск, получит и то и другое";
    vec![Finding::warning(name, format!("лежит рядом с данными: {}", file.display()), todo)]
}

pub(super) fn disk(config: &Config) -> Vec<Finding> {
    let name = "диск";
    let there = standing(config.store.path.parent().unwrap_or(Path::new("")));
    let written = tempfile_in(there);
    if let Err(error) = written {
        let told = format!("в {} нельзя писать: {error}", there.display());
        return vec![Finding::trouble(name, told, "дайте права пользователю бота или смонтируйте диск")];
    }
    let Some(free) = SystemDisk.free(there) else {
        return vec![Finding::warning(name, "сколько свободно, неизвестно", "посмотрите сами: df -h")];
    };
    let least = config.delivery.least_free;
    let told = format!("{}: свободно {} МБ", there.display(), free >> 20);
    let todo = "освободите место; готовые видео хранятся delivery.keep_files_days дней, все вместе до keep_files_mib";
    vec![if free < least {
        let told = format!("{told}, а продаёт бот, пока есть {} МБ: заказы не принимаются", least >> 20);
        Finding::trouble(name, told, todo)
    } else if free < NONE_LEFT {
        Finding::trouble(name, told, todo)
    } else if free < least.saturating_add(SCARCE) {
        Finding::warning(name, told, todo)
    } else {
        Finding::ok(name, told)
    }]
}

/// Can a file be made there? It is removed at once.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".sora-bot-doctor-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    std::fs::remove_file(probe)
}
