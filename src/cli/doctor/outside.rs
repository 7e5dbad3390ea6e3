//! Who is asked: Telegram, the rails, and whether the internet reaches our door. Nobody is told a secret that is not his.

use tokio::time::timeout;

use super::{Finding, PATIENCE};
use crate::app::port::Clock as _;
use crate::cli::real::SystemClock;
use crate::cli::{kaspi, stripe};
use crate::config::Config;
use crate::telegram::{self, Examined, TelegramSettings};

/// Seconds that our clock may differ: Stripe's signatures hold for 300, look-ups of lost answers allow 30.
const SKEW: i64 = 30;

pub(super) async fn telegram(config: &Config, runs: bool) -> Vec<Finding> {
    let name = "Telegram";
    let Some(token) = config.telegram.token.clone() else { return Vec::new() };
    let public_url = config.http.public_url.clone().filter(|_| config.http.addr.is_some());
    let settings = TelegramSettings {
        token,
        api_url: config.telegram.api_url.clone(),
        public_url,
        grace: config.worker.grace,
    };
    let asked = telegram::examine(&settings, &config.telegram.admin_user_ids, !runs);
    let examined = match timeout(PATIENCE, asked).await {
        Ok(Ok(examined)) => examined,
        Ok(Err(error)) => {
            return vec![Finding::trouble(name, error.to_string(), "проверьте сеть и сертификаты")];
        }
        Err(_) => {
            return vec![Finding::trouble(name, "не отвечает", "проверьте сеть: api.telegram.org, порт 443")];
        }
    };
    let username = match &examined.username {
        Ok(username) => username,
        Err(error) => {
            return vec![if examined.refused {
                let todo = "токен отозван или скопирован не целиком: возьмите новый у @BotFather, /token";
                Finding::trouble(name, "не принимает TELEGRAM_BOT_TOKEN", todo)
            } else {
                let told = format!("не отвечает: {error}");
                Finding::trouble(name, told, "проверьте сеть: api.telegram.org, порт 443")
            }];
        }
    };
    let mut findings = vec![Finding::ok(name, format!("токен принят, это @{username}"))];
    findings.extend(clock(&examined));
    findings.extend(owners(config, &examined));
    findings.extend(webhook(&settings, &examined, runs));
    match examined.rival {
        Some(true) => findings.push(Finding::trouble(
            "один экземпляр",
            "с этим токеном уже работает другой бот",
            "остановите его (старый сервер? прежний бот?) — иначе сообщения достанутся то одному, то другому",
        )),
        Some(false) => {
            findings.push(Finding::ok("один экземпляр", "больше никто этим токеном не пользуется"))
        }
        None if runs => findings.push(Finding::ok("один экземпляр", "бот работает здесь")),
        None => {}
    }
    findings
}

fn clock(examined: &Examined) -> Option<Finding> {
    let name = "часы";
    let skew = SystemClock.now().seconds() - examined.clock?;
    Some(match skew.abs() {
        ..=SKEW => Finding::ok(name, format!("расходятся с Telegram на {} с", skew.abs())),
        _ => Finding::trouble(
            name,
            format!("расходятся с Telegram на {} с: подписи Stripe и сроки будут неверны", skew.abs()),
            "включите синхронизацию: timedatectl set-ntp true",
        ),
    })
}

fn owners(config: &Config, examined: &Examined) -> Vec<Finding> {
    let name = "владельцы";
    let admins = config.telegram.admin_user_ids.len();
    if admins == 0 {
        return Vec::new();
    }
    if examined.strangers.is_empty() {
        return vec![Finding::ok(name, format!("{admins}, бот может им писать"))];
    }
    let strangers = examined.strangers.iter();
    strangers
        .map(|user| {
            Finding::warning(
                name,
                format!("{user} ещё не писал боту, и бот ему написать не может"),
                "откройте бота и нажмите /start",
            )
        })
        .collect()
}

fn webhook(settings: &TelegramSettings, examined: &Examined, runs: bool) -> Option<Finding> {
    let name = "вебхук";
    let hook = examined.webhook.as_ref()?;
    let waiting = hook.waiting;
    if let Some(failure) = hook.failure.as_ref().filter(|_| !hook.url.is_empty() && waiting > 0) {
        let told = format!("Telegram не может доставить обновления ({waiting} ждут): {failure}");
        return Some(Finding::trouble(
            name,
            told,
            "проверьте PUBLIC_URL и сертификат; адрес должен открываться снаружи",
        ));
    }
    Some(match (&settings.public_url, hook.url.as_str()) {
        (Some(public), url) if url.starts_with(public.as_str().trim_end_matches('/')) => {
            Finding::ok(name, format!("стоит на нас, ждёт обновлений: {waiting}"))
        }
        (Some(_), "") if !runs => Finding::ok(name, "ещё не поставлен; бот поставит его сам при запуске"),
        (Some(_), "") => Finding::warning(name, "не стоит, хотя PUBLIC_URL задан", "перезапустите бота"),
        (Some(_), url) => Finding::warning(
            name,
            format!("стоит на другом адресе: {}", host(url)),
            "при запуске бот переставит его на себя; если там ещё работает другой бот, остановите его",
        ),
        (None, "") => Finding::ok(name, format!("не нужен: бот спрашивает сам, ждёт обновлений: {waiting}")),
        (None, url) => Finding::warning(
            name,
            format!("стоит на {}, а PUBLIC_URL не задан", host(url)),
            "при запуске бот снимет его и будет спрашивать сам",
        ),
    })
}

/// An address of a webhook may hold a secret in its path.
fn host(url: &str) -> String {
    url.parse::<url::Url>().ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Does the internet reach our own health check?
pub(super) async fn door(config: &Config, runs: bool) -> Option<Finding> {
    let name = "снаружи";
    let url = config.http.public_url.as_ref().filter(|_| config.http.addr.is_some())?;
    if !runs {
        return Some(Finding::ok(name, "проверю, когда бот будет запущен"));
    }
    let health = format!("{}/healthz", url.as_str().trim_end_matches('/'));
    let client = reqwest::Client::builder().timeout(PATIENCE).build().ok()?;
    let answer = client.get(health).send().await;
    let told = match answer {
        Ok(answer) if answer.status().is_success() => {
            return Some(Finding::ok(name, format!("{url} отвечает")));
        }
        Ok(answer) => format!("{url}/healthz отвечает {}", answer.status()),
        Err(error) => format!("{url} не открывается: {}", error.without_url()),
    };
    Some(Finding::trouble(name, told, "направьте этот адрес на HTTP_ADDR (или PORT) бота, с TLS"))
}

/// Which ways to pay are on, and whether those that can be asked are well.
pub(super) async fn rails(config: &Config, offline: bool) -> Vec<Finding> {
    let name = "оплата";
    let payments = &config.payments;
    let mut on = Vec::new();
    if payments.stars {
        on.push("Telegram Stars");
    }
    if payments.kaspi_phone.is_some() || payments.kaspi_link.is_some() {
        on.push("перевод на Kaspi");
    }
    if payments.kaspi_gateway_url.is_some() && payments.kaspi_gateway_key.is_some() {
        on.push("Kaspi через шлюз");
    }
    if payments.takes_cards() {
        on.push("Stripe (проверен только по документам)");
    }
    let known = match kaspi::rails(config) {
        Ok(known) if !offline => known,
        Ok(_) => Vec::new(),
        Err(error) => return vec![Finding::trouble(name, format!("{error:#}"), "исправьте [payments]")],
    };
    let mut findings = vec![match on.is_empty() {
        true => Finding::warning(name, "ни один способ не включён", "хватит stars = true в [payments]"),
        false => Finding::ok(name, format!("включено: {}", on.join(", "))),
    }];
    let cards = if offline { None } else { stripe::rail(config).ok().flatten() };
    for (way, rail) in known.into_iter().chain(cards) {
        findings.push(match timeout(PATIENCE, rail.health()).await {
            Ok(Ok(())) => Finding::ok(name, format!("{way}: принимает")),
            Ok(Err(error)) => Finding::warning(name, format!("{way}: {error}"), "посмотрите у этого сервиса"),
            Err(_) => Finding::warning(name, format!("{way}: не отвечает"), "проверьте адрес и сеть"),
        });
    }
    findings
}
