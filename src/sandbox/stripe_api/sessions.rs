//! Checkout Sessions: made, changed and closed by the merchant. Paying is in `payments`.

use serde_json::{Value, json};

use super::books::{Books, and_nulls};
use super::params::Params;
use super::refusal::{Answer, Refusal};

const HALF_AN_HOUR: i64 = 30 * 60;
const A_DAY: i64 = 24 * 60 * 60;
/// In the currency's smallest unit.
const AMOUNT_MAX: i64 = 99_999_999;
/// Tiyn that the emulated bank gives for a cent.
pub(super) const TIYN_PER_CENT: i64 = 500;
/// What a payment must be worth at least.
const CENTS_MIN: i64 = 50;

const LOCALES: [&str; 42] = [
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru",
    "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW", "custom",
];
/// What a session can be made with here. The real one knows more; a call that uses it should fail in a test.
const KNOWN: [&str; 18] = [
    "mode",
    "line_items",
    "client_reference_id",
    "metadata",
    "payment_intent_data",
    "locale",
    "expires_at",
    "success_url",
    "cancel_url",
    "customer_email",
    "currency",
    "payment_method_types",
    "adaptive_pricing",
    "submit_type",
    "customer_creation",
    "allow_promotion_codes",
    "billing_address_collection",
    "ui_mode",
];

pub(super) fn create(books: &mut Books, params: Params, origin: &str) -> Answer {
    let params = params.only(&KNOWN)?;
    if params.required("mode")? != "payment" {
        return Err(Refusal::invalid("This server takes payments only").param("mode"));
    }
    let items = line_items(books, &params)?;
    let total: i64 = items.iter().filter_map(|item| item["amount_total"].as_i64()).sum();
    let currency = items[0]["currency"].clone();
    affordable(total, &currency)?;
    let success_url = address(&params, "success_url")?.ok_or_else(|| Refusal::missing("success_url"))?;
    let id = books.id(if books.livemode { "cs_live_a1" } else { "cs_test_a1" }, 56);
    let session = and_nulls(
        json!({
                "id": id, "object": "checkout.session", "created": books.now, "livemode": books.livemode,
                "mode": "payment", "status": "open", "payment_status": "unpaid", "currency": currency,
                "amount_subtotal": total, "amount_total": total,
                "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
                "client_reference_id": reference(&params)?, "metadata": params.metadata()?,
                "expires_at": expiry(books.now, &params)?, "locale": locale(&params)?,
                "success_url": success_url, "cancel_url": address(&params, "cancel_url")?,
                "url": format!("{origin}/checkout/{id}"), "ui_mode": "hosted_page", "payment_method_types": ["card", "customer_balance"],
                "payment_method_collection": "if_required", "payment_method_options": {}, "customer_creation": "if_required", "customer_email": params.text("customer_email")?, "adaptive_pricing": {"enabled": false},
                "automatic_tax": {
                    "enabled": false, "liability": null, "provider": null, "status": null
                },
                "custom_fields": [],
                "custom_text": {
                    "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null
                },
                "discounts": [], "phone_number_collection": {"enabled": false}, "shipping_options": []
        }),
        "payment_intent payment_link payment_method_configuration_details customer customer_account \
         customer_details after_expiration allow_promotion_codes billing_address_collection \
         client_secret collected_information consent consent_collection currency_conversion invoice \
         invoice_creation origin_context permissions recovered_from saved_payment_method_options \
         setup_intent shipping_address_collection shipping_cost submit_type subscription wallet_options",
    );
    books.line_items.insert(id.clone(), items);
    let intent = params.branch("payment_intent_data")?.only(&["metadata", "description"])?;
    books
        .promised
        .insert(id, json!({"metadata": intent.metadata()?, "description": intent.text("description")?}));
    books.keep(session.clone());
    Ok(session)
}

pub(super) fn update(books: &mut Books, id: &str, params: Params) -> Answer {
    let metadata = params.only(&["metadata"])?.metadata()?;
    books.one("checkout.session", id)?;
    if let Some(session) = books.find_mut(id) {
        for (name, value) in metadata.as_object().into_iter().flatten() {
            session["metadata"][name] = value.clone();
        }
    }
    books.one("checkout.session", id).cloned()
}

pub(super) fn expire(books: &mut Books, id: &str) -> Answer {
    let status = books.one("checkout.session", id)?["status"].clone();
    if status != "open" {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            status.as_str().unwrap_or_default()
        );
        return Err(Refusal::invalid(message));
    }
    books.expire(id);
    books.one("checkout.session", id).cloned()
}

fn line_items(books: &mut Books, params: &Params) -> Result<Vec<Value>, Refusal> {
    let wanted = params.branches("line_items")?;
    if wanted.is_empty() {
        return Err(Refusal::missing("line_items"));
    }
    let mut items = Vec::new();
    for wanted in wanted {
        let wanted = wanted.only(&["price_data", "quantity"])?;
        let quantity = wanted.whole("quantity")?.unwrap_or(1);
        if !wanted.has("price_data") {
            return Err(Refusal::missing("line_items[0][price_data]"));
        }
        let price = wanted.branch("price_data")?.only(&["currency", "unit_amount", "product_data"])?;
        let currency = price.required("currency")?.to_ascii_lowercase();
        let unit = price.whole("unit_amount")?.ok_or_else(|| Refusal::missing("unit_amount"))?;
        let product = price.branch("product_data")?.only(&["name", "description", "metadata"])?;
        let name = product.required("name")?.to_owned();
        let total = unit.checked_mul(quantity).filter(|_| unit >= 0 && (1..=999_999).contains(&quantity));
        let total =
            total.ok_or_else(|| Refusal::invalid("Invalid amount or quantity").param("line_items"))?;
        if items.first().is_some_and(|first: &Value| first["currency"] != currency.as_str()) {
            return Err(Refusal::invalid("All prices must use the same currency").param("line_items"));
        }
        items.push(json!({
            "id": books.id("li_1", 23), "object": "item", "amount_discount": 0, "amount_subtotal": total,
            "amount_tax": 0, "amount_total": total, "currency": currency, "description": name,
            "quantity": quantity, "price": null,
        }));
    }
    Ok(items)
}

fn affordable(total: i64, currency: &Value) -> Result<(), Refusal> {
    if total > AMOUNT_MAX {
        let message = "The Checkout Session's total amount due must be no more than 999,999.99.";
        return Err(Refusal::invalid(message).code("amount_too_large"));
    }
    let cents = if currency == "kzt" { total / TIYN_PER_CENT } else { total };
    if cents < CENTS_MIN {
        let message = format!(
            "The Checkout Session's total amount must convert to at least 50 cents. {} tiyn converts to approximately \
             {cents} cents.",
            total
        );
        return Err(Refusal::invalid(message).code("amount_too_small"));
    }
    Ok(())
}

fn address<'p>(params: &'p Params, name: &str) -> Result<Option<&'p str>, Refusal> {
    let text = params.text(name)?;
    let fits = |text: &str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    match text {
        Some(text) if !fits(text) => Err(Refusal::invalid("Not a valid URL").code("url_invalid").param(name)),
        text => Ok(text),
    }
}

fn reference(params: &Params) -> Result<Option<&str>, Refusal> {
    let name = "client_reference_id";
    let text = params.text(name)?;
    let fits = |text: &str| {
        text.len() <= 200 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    match text {
        Some(text) if !fits(text) => Err(Refusal::invalid("Invalid client_reference_id").param(name)),
        text => Ok(text),
    }
}

fn expiry(now: i64, params: &Params) -> Result<i64, Refusal> {
    let at = params.whole("expires_at")?.unwrap_or(now + A_DAY);
    let wrong = if at < now + HALF_AN_HOUR {
        Some("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
    } else if at > now + A_DAY {
        Some("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
    } else {
        None
    };
    wrong.map_or(Ok(at), |message| Err(Refusal::invalid(message).param("expires_at")))
}

fn locale(params: &Params) -> Result<Option<&str>, Refusal> {
    let locale = params.text("locale")?;
    match locale {
        Some(tag) if !LOCALES.contains(&tag) => {
            let message = format!("Invalid locale: must be one of {}", LOCALES.join(", "));
            Err(Refusal::invalid(message).param("locale"))
        }
        locale => Ok(locale),
    }
}
