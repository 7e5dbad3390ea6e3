//! The three ways over Kaspi, put together from the settings: each is on when it is set up.

use std::sync::Arc;

use anyhow::{Context as _, Result};

use crate::app::port::{Rail, Webhook};
use crate::app::{App, Desk};
use crate::config::{BankFormat, Config};
use crate::domain::rail::Way;
use crate::payment::door::Door;
use crate::payment::kaspi_bank::{BankDoor, BankSettings, Format, KaspiBank};
use crate::payment::kaspi_desk::KaspiDesk;
use crate::payment::kaspi_gateway::{GatewaySettings, KaspiGateway};

/// Those that are set up.
pub(super) fn rails(config: &Config) -> Result<Vec<(Way, Arc<dyn Rail>)>> {
    let mut rails: Vec<(Way, Arc<dyn Rail>)> = Vec::new();
    if let Some(desk) = desk(config) {
        rails.push((Way::KaspiDesk, Arc::new(KaspiDesk { link: desk.link })));
    }
    if let Some(settings) = gateway(config) {
        let gateway = KaspiGateway::new(settings).context("KASPI_GATEWAY_URL")?;
        rails.push((Way::KaspiGateway, Arc::new(gateway)));
    }
    if bank(config).is_some() {
        let link = config.payments.kaspi_bank_link.as_ref().map(ToString::to_string);
        rails.push((Way::KaspiBank, Arc::new(KaspiBank { link })));
    }
    Ok(rails)
}

/// Who calls of them.
pub(super) fn webhooks(app: &Arc<App>, config: &Config) -> Vec<Arc<dyn Webhook>> {
    let mut webhooks: Vec<Arc<dyn Webhook>> = Vec::new();
    if gateway(config).is_some() {
        let path = "/webhooks/kaspi/gateway";
        webhooks.push(Arc::new(Door { app: app.clone(), way: Way::KaspiGateway, path }));
    }
    if let Some(settings) = bank(config) {
        webhooks.push(Arc::new(BankDoor { app: app.clone(), settings }));
    }
    webhooks
}

pub(super) fn desk(config: &Config) -> Option<Desk> {
    let payments = &config.payments;
    let desk = Desk {
        phone: payments.kaspi_phone.clone(),
        recipient: payments.kaspi_recipient.clone(),
        link: payments.kaspi_link.as_ref().map(ToString::to_string),
    };
    (desk.phone.is_some() || desk.link.is_some()).then_some(desk)
}

fn gateway(config: &Config) -> Option<GatewaySettings> {
    let payments = &config.payments;
    Some(GatewaySettings {
        base_url: payments.kaspi_gateway_url.clone()?,
        key: payments.kaspi_gateway_key.clone()?,
        webhook_secret: payments.kaspi_gateway_webhook_secret.clone(),
    })
}

/// Without a door of ours the bank has nobody to ask.
fn bank(config: &Config) -> Option<BankSettings> {
    let payments = &config.payments;
    let on = !payments.kaspi_bank_addresses.is_empty() && config.http.addr.is_some();
    on.then(|| BankSettings {
        addresses: payments.kaspi_bank_addresses.clone(),
        caller_header: config.http.caller_header.clone(),
        secret: payments.kaspi_bank_secret.clone(),
        format: match payments.kaspi_bank_format {
            BankFormat::Json => Format::Json,
            BankFormat::Xml => Format::Xml,
        },
    })
}
