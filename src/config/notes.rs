//! What start-up and the doctor say of settings that are right and yet may surprise: for the log in English, for whoever
//! looks after the shop in Russian.

use super::Config;
use crate::domain::rail::Way;

/// One such sentence, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    pub log: &'static str,
    pub told: &'static str,
}

impl Config {
    pub fn notes(&self) -> Vec<Note> {
        let all = self.about_work().into_iter().chain(self.about_kaspi()).chain(self.about_money());
        all.filter_map(|(holds, log, told)| holds.then_some(Note { log, told })).collect()
    }

    fn about_work(&self) -> [Condition; 6] {
        let openai = self.engine.openai_base_url.as_ref().map(|url| url.host_str() == Some("api.openai.com"));
        let http = &self.http;
        [
            (
                openai.is_none(),
                "OPENAI_BASE_URL is not set: the /v1/videos engine is off.",
                "OPENAI_BASE_URL не задан: движок /v1/videos выключен.",
            ),
            (
                openai == Some(true) && !self.engine.openai_videos_are_back,
                "OPENAI_BASE_URL is api.openai.com, but OpenAI removed its Videos API on 2026-09-24: name a server that \
                 still speaks /v1/videos.",
                "OPENAI_BASE_URL — это api.openai.com, а он закрыл Videos API 2026-09-24: укажите сервер, который всё ещё \
                 говорит на /v1/videos.",
            ),
            (
                openai == Some(false) && self.engine.openai_api_key.is_none(),
                "OPENAI_API_KEY is not set: the engine is called without a key.",
                "OPENAI_API_KEY не задан: к движку бот обращается без ключа.",
            ),
            (
                self.telegram.admin_user_ids.is_empty(),
                "ADMIN_USER_ID is not set: nobody can use the admin commands or is told of trouble.",
                "ADMIN_USER_ID не задан: команды владельца никому не доступны, и о неполадках некому сообщить.",
            ),
            (
                http.public_url.is_some() && http.addr.is_none(),
                "PUBLIC_URL is set but neither PORT nor HTTP_ADDR: webhooks have no door and stay off.",
                "PUBLIC_URL задан, а PORT и HTTP_ADDR — нет: вебхукам некуда приходить, они выключены.",
            ),
            (
                http.public_url.as_ref().is_some_and(|url| url.scheme() == "http"),
                "PUBLIC_URL is not https: Telegram and Stripe send webhooks to https only.",
                "PUBLIC_URL без https: Telegram и Stripe шлют вебхуки только на https.",
            ),
        ]
    }

    fn about_kaspi(&self) -> [Condition; 7] {
        let payments = &self.payments;
        let gateway = (payments.kaspi_gateway_url.is_some(), payments.kaspi_gateway_key.is_some());
        let (bank, door) = (!payments.kaspi_bank_addresses.is_empty(), self.http.addr.is_some());
        [
            (
                payments.kaspi_phone.is_some() || payments.kaspi_link.is_some(),
                "The Kaspi desk is on: its receipts are read by the documents only, no real receipt was ever tried.",
                "Переводы на Kaspi включены: чеки бот читает только по документам, на настоящем чеке это не проверялось.",
            ),
            (
                bank && !door,
                "payments.kaspi_bank_addresses is set but neither PORT nor HTTP_ADDR: Kaspi cannot reach the bot, this way \
                 stays off.",
                "payments.kaspi_bank_addresses задан, а PORT и HTTP_ADDR — нет: Kaspi до бота не достучится, этот способ \
                 выключен.",
            ),
            (
                bank && door,
                "Kaspi's check/pay protocol is on: it is written by its documents only, the real Kaspi was never tried.",
                "Платежи Kaspi (check/pay) включены: протокол сделан только по документам, с настоящим Kaspi не \
                 проверялся.",
            ),
            (
                gateway == (true, true),
                "The Kaspi gateway is on: it is written by its documents only, a real gateway was never tried.",
                "Шлюз Kaspi включён: он сделан только по документам, с настоящим шлюзом не проверялся.",
            ),
            (
                gateway == (true, true) && payments.kaspi_gateway_webhook_secret.is_none(),
                "KASPI_GATEWAY_WEBHOOK_SECRET is not set: the gateway's webhooks are refused, payments are found by asking.",
                "KASPI_GATEWAY_WEBHOOK_SECRET не задан: вебхуки шлюза бот не принимает, об оплате спрашивает сам.",
            ),
            (
                gateway == (true, false),
                "KASPI_GATEWAY_KEY is not set: the Kaspi gateway is off.",
                "KASPI_GATEWAY_KEY не задан: шлюз Kaspi выключен.",
            ),
            (
                gateway == (false, true),
                "KASPI_GATEWAY_URL is not set: the Kaspi gateway is off.",
                "KASPI_GATEWAY_URL не задан: шлюз Kaspi выключен.",
            ),
        ]
    }

    fn about_money(&self) -> [Condition; 5] {
        let payments = &self.payments;
        let (cards, heard) = (payments.takes_cards(), !payments.stripe_webhook_secrets.is_empty());
        [
            (
                payments.stripe && payments.stripe_secret_key.is_none() && heard,
                "STRIPE_WEBHOOK_SECRET is set and STRIPE_SECRET_KEY is not: Stripe is off.",
                "STRIPE_WEBHOOK_SECRET задан, а STRIPE_SECRET_KEY — нет: Stripe выключен.",
            ),
            (
                cards && payments.is_stripe_test(),
                "STRIPE_SECRET_KEY is a test key: nobody's money is real, and tokens are given for it.",
                "STRIPE_SECRET_KEY — тестовый: деньги ненастоящие, а токены за них начисляются.",
            ),
            (
                cards && !heard,
                "STRIPE_WEBHOOK_SECRET is not set: Stripe is asked every few seconds instead of being listened to.",
                "STRIPE_WEBHOOK_SECRET не задан: об оплате бот сам спрашивает Stripe каждые несколько секунд. Секрет дают в Stripe → \
                 Developers → Webhooks, адрес PUBLIC_URL/webhooks/stripe.",
            ),
            (
                cards && heard && self.http.addr.is_none(),
                "STRIPE_WEBHOOK_SECRET is set but neither PORT nor HTTP_ADDR: Stripe is asked, not listened to.",
                "STRIPE_WEBHOOK_SECRET задан, а PORT и HTTP_ADDR — нет: об оплате бот спрашивает Stripe сам.",
            ),
            (
                payments.ways().iter().any(|way| *way != Way::Stars),
                "Telegram's terms for bot developers (6.2) ask that digital goods be sold for Telegram Stars alone. Other \
                 ways to pay are on: whether to offer them is your decision and your risk. Each has a switch in [payments].",
                "Правила Telegram для ботов (п. 6.2) разрешают продавать цифровые товары только за Telegram Stars. Включены \
                 и другие способы оплаты: предлагать ли их — ваше решение и ваш риск. Каждый выключается в [payments].",
            ),
        ]
    }
}

/// Whether it is to be said, and the two sentences.
type Condition = (bool, &'static str, &'static str);
