//! Cards by Stripe, put together from the settings: on when there is a key, and heard when there is a webhook's secret.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use secrecy::ExposeSecret as _;

use crate::app::App;
use crate::app::port::{Rail, Webhook};
use crate::config::Config;
use crate::domain::rail::Way;
use crate::payment::door::Door;
use crate::payment::stripe::{Stripe, StripeSettings};

pub(super) fn rail(config: &Config) -> Result<Option<(Way, Arc<dyn Rail>)>> {
    let payments = &config.payments;
    let Some(key) = payments.stripe_secret_key.clone().filter(|_| payments.stripe) else { return Ok(None) };
    // The token's digits are the bot's own number, which everybody may know.
    let token = config.telegram.token.as_ref().context("no bot token")?;
    let bot = token.expose_secret().split(':').next().unwrap_or_default().to_owned();
    let webhook_secrets = payments.stripe_webhook_secrets.clone();
    let settings = StripeSettings { key, webhook_secrets, api_url: payments.stripe_api_url.clone(), bot };
    let rail: Arc<dyn Rail> = Arc::new(Stripe::new(settings).context("Stripe")?);
    Ok(Some((Way::Stripe, rail)))
}

pub(super) fn webhook(app: &Arc<App>, config: &Config) -> Option<Arc<dyn Webhook>> {
    let heard = config.payments.takes_cards() && !config.payments.stripe_webhook_secrets.is_empty();
    let door: Arc<dyn Webhook> =
        Arc::new(Door { app: app.clone(), way: Way::Stripe, path: "/webhooks/stripe" });
    heard.then_some(door)
}
