//! What buyers, banks and the merchant's dashboard do to a session: pay, be declined, pay late, get money back, dispute.
//!
//! Nothing here asks who may do it: that is the page's business, and the tests'.

use serde_json::{Value, json};

use super::books::{API_VERSION, Books, and_nulls};
use super::refusal::{Answer, Refusal};
use super::sessions::TIYN_PER_CENT;

/// How the buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    /// By a card that is good.
    Card,
    /// By one that the bank declines.
    Declined,
    /// By a transfer: the page is done, the money comes later or never.
    Transfer,
}

/// The fee of a card from abroad in hundredths of a per cent, and in cents a payment.
const FEE: (i64, i64) = (540, 30);
const DISPUTE_FEE_CENTS: i64 = 1500;

pub(super) fn pay(books: &mut Books, session: &str, how: Pay) -> Answer {
    let open = books.one("checkout.session", session)?;
    if open["status"] != "open" {
        return Err(Refusal::invalid("You're all done here: this session is not open any more"));
    }
    let intent = intent_of(books, session);
    match how {
        Pay::Card => {
            succeed(books, &intent);
            complete(books, session, "paid");
            books.event("checkout.session.completed", session);
        }
        Pay::Declined => {
            let error = json!({"type": "card_error", "code": "card_declined", "decline_code": "generic_decline",
                "message": "Your card was declined."});
            change(
                books,
                &intent,
                &[("status", json!("requires_payment_method")), ("last_payment_error", error)],
            );
            books.event("payment_intent.payment_failed", &intent);
        }
        Pay::Transfer => {
            change(books, &intent, &[("status", json!("processing"))]);
            books.event("payment_intent.processing", &intent);
            complete(books, session, "unpaid");
            books.event("checkout.session.completed", session);
        }
    }
    books.one("checkout.session", session).cloned()
}

/// The end of a transfer: the money came, or will not.
pub(super) fn settle(books: &mut Books, session: &str, came: bool) -> Answer {
    let waiting = books.one("checkout.session", session)?;
    if (waiting["status"].as_str(), waiting["payment_status"].as_str()) != (Some("complete"), Some("unpaid"))
    {
        return Err(Refusal::invalid("No transfer is under way for this session"));
    }
    let intent = waiting["payment_intent"].as_str().unwrap_or_default().to_owned();
    if came {
        succeed(books, &intent);
        change(books, session, &[("payment_status", json!("paid"))]);
        books.event("checkout.session.async_payment_succeeded", session);
    } else {
        change(books, &intent, &[("status", json!("requires_payment_method"))]);
        books.event("payment_intent.payment_failed", &intent);
        books.event("checkout.session.async_payment_failed", session);
    }
    books.one("checkout.session", session).cloned()
}

/// Gives back `amount` of a charge, or all that is left of it.
pub(super) fn refund(books: &mut Books, charge: &str, amount: Option<i64>, extra: &Value) -> Answer {
    let found = books.one("charge", charge)?.clone();
    let left = number(&found, "amount_captured") - number(&found, "amount_refunded");
    if left <= 0 {
        let message = format!("Charge {charge} has already been refunded.");
        return Err(Refusal::invalid(message).code("charge_already_refunded"));
    }
    let amount = amount.unwrap_or(left);
    if !(1..=left).contains(&amount) {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(Refusal::invalid(message).param("amount"));
    }
    let id = books.id("re_3", 23);
    let transaction = transaction(books, ("refund", &id), -amount, &found["currency"], 0);
    let refund = json!({
        "id": id, "object": "refund", "amount": amount, "balance_transaction": transaction, "charge": charge,
        "created": books.now, "currency": found["currency"], "destination_details": {"type": "card"},
        "metadata": extra["metadata"], "payment_intent": found["payment_intent"], "reason": extra["reason"],
        "receipt_number": null, "source_transfer_reversal": null, "status": "succeeded",
        "transfer_reversal": null,
    });
    books.keep(refund.clone());
    count_refunded(books, charge, amount);
    books.event("refund.created", &id);
    books.event("charge.refunded", charge);
    Ok(refund)
}

/// The buyer's bank would not take the money back: it is the merchant's again.
pub(super) fn fail_refund(books: &mut Books, refund: &str) -> Answer {
    let found = books.one("refund", refund)?.clone();
    if found["status"] != "succeeded" {
        return Err(Refusal::invalid("This refund has failed already"));
    }
    change(books, refund, &[("status", json!("failed")), ("failure_reason", json!("lost_or_stolen_card"))]);
    count_refunded(books, found["charge"].as_str().unwrap_or_default(), -number(&found, "amount"));
    books.event("refund.failed", refund);
    books.one("refund", refund).cloned()
}

/// The buyer disputes a charge. An inquiry takes no money yet.
pub(super) fn dispute(books: &mut Books, charge: &str, inquiry: bool) -> Answer {
    let found = books.one("charge", charge)?.clone();
    let id = books.id("du_1", 23);
    let amount = number(&found, "amount");
    let withdrawn: Vec<Value> = if inquiry {
        Vec::new()
    } else {
        let id = transaction(books, ("adjustment", &id), -amount, &found["currency"], DISPUTE_FEE_CENTS);
        books.find(&id).cloned().into_iter().collect()
    };
    let dispute = json!({
        "id": id, "object": "dispute", "amount": amount, "balance_transactions": withdrawn, "charge": charge,
        "created": books.now, "currency": found["currency"], "enhanced_eligibility_types": [], "evidence": {},
        "evidence_details": {
            "due_by": books.now + 604_800, "has_evidence": false, "past_due": false, "submission_count": 0
        },
        "is_charge_refundable": inquiry, "livemode": books.livemode, "metadata": {},
        "payment_intent": found["payment_intent"], "reason": "fraudulent",
        "status": if inquiry { "warning_needs_response" } else { "needs_response" },
    });
    books.keep(dispute);
    change(books, charge, &[("disputed", json!(true))]);
    books.event("charge.dispute.created", &id);
    if !inquiry {
        books.event("charge.dispute.funds_withdrawn", &id);
    }
    books.one("dispute", &id).cloned()
}

/// The bank decides. Money that was taken comes back to the one who wins.
pub(super) fn close_dispute(books: &mut Books, dispute: &str, won: bool) -> Answer {
    let found = books.one("dispute", dispute)?.clone();
    let status = found["status"].as_str().unwrap_or_default();
    if matches!(status, "won" | "lost" | "warning_closed") {
        return Err(Refusal::invalid("This dispute is closed already"));
    }
    let inquiry = status.starts_with("warning");
    let end = if inquiry {
        "warning_closed"
    } else if won {
        "won"
    } else {
        "lost"
    };
    change(books, dispute, &[("status", json!(end))]);
    if won && !inquiry {
        transaction(
            books,
            ("adjustment", dispute),
            number(&found, "amount"),
            &found["currency"],
            -DISPUTE_FEE_CENTS,
        );
        books.event("charge.dispute.funds_reinstated", dispute);
    }
    books.event("charge.dispute.closed", dispute);
    books.one("dispute", dispute).cloned()
}

/// The session's payment intent, made when the buyer first tries to pay.
fn intent_of(books: &mut Books, session: &str) -> String {
    let found = books.find(session).cloned().unwrap_or_default();
    if let Some(id) = found["payment_intent"].as_str() {
        return id.to_owned();
    }
    let promised = books.promised.get(session).cloned().unwrap_or_default();
    let id = books.id("pi_3", 23);
    let intent = and_nulls(
        json!({
                "id": id, "object": "payment_intent", "amount": found["amount_total"], "amount_capturable": 0,
                "amount_details": {"tip": {}}, "amount_received": 0, "capture_method": "automatic_async", "client_secret": format!("{id}_secret_sandbox"),
                "confirmation_method": "automatic", "created": books.now, "currency": found["currency"],
                "description": promised["description"], "livemode": books.livemode, "metadata": promised["metadata"],
                "payment_method_options": {},
                "payment_method_types": ["card", "customer_balance"], "status": "requires_payment_method"
        }),
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason \
         customer last_payment_error latest_charge next_action on_behalf_of payment_method processing \
         receipt_email review setup_future_usage shipping statement_descriptor \
         statement_descriptor_suffix transfer_data transfer_group source",
    );
    books.keep(intent);
    change(books, session, &[("payment_intent", json!(id))]);
    books.event("payment_intent.created", &id);
    id
}

fn complete(books: &mut Books, session: &str, payment_status: &str) {
    let buyer = json!({"address": null, "email": "buyer@example.com", "name": "Айгерим", "phone": null,
        "tax_exempt": "none", "tax_ids": []});
    change(
        books,
        session,
        &[
            ("status", json!("complete")),
            ("payment_status", json!(payment_status)),
            ("customer_details", buyer),
            ("url", Value::Null),
        ],
    );
}

fn succeed(books: &mut Books, intent: &str) {
    let found = books.find(intent).cloned().unwrap_or_default();
    let charge = books.id("ch_3", 23);
    let (amount, currency) = (number(&found, "amount"), &found["currency"]);
    let cents = to_cents(amount, currency);
    let fee = (cents * FEE.0 + 9_999) / 10_000 + FEE.1;
    let transaction = transaction(books, ("charge", &charge), amount, currency, fee);
    books.keep(and_nulls(json!({
        "id": charge, "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0,
        "balance_transaction": transaction, "billing_details": {
            "address": null, "email": "buyer@example.com", "name": "Айгерим", "phone": null, "tax_id": null
        },
        "calculated_statement_descriptor": "SORA BOT", "captured": true, "created": books.now,
        "currency": currency, "description": found["description"], "disputed": false,
        "fraud_details": {}, "livemode": books.livemode, "metadata": found["metadata"],
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
        "paid": true, "payment_intent": intent, "payment_method_details": {
            "type": "card", "card": {"brand": "visa", "country": "KZ", "last4": "4242"}
        },
        "refunded": false, "status": "succeeded"
}), "application application_fee application_fee_amount customer failure_balance_transaction \
         failure_code failure_message on_behalf_of payment_method receipt_email receipt_number \
         receipt_url review shipping source source_transfer statement_descriptor \
         statement_descriptor_suffix transfer_data transfer_group"));
    change(
        books,
        intent,
        &[
            ("status", json!("succeeded")),
            ("amount_received", json!(amount)),
            ("latest_charge", json!(charge)),
            ("last_payment_error", Value::Null),
        ],
    );
    books.event("charge.succeeded", &charge);
    books.event("payment_intent.succeeded", intent);
}

/// A line of the merchant's balance, in cents of his bank's currency; its id.
fn transaction(books: &mut Books, source: (&str, &str), amount: i64, currency: &Value, fee: i64) -> String {
    let id = books.id("txn_3", 23);
    let cents = to_cents(amount, currency);
    let rate = (currency == "kzt").then(|| json!(0.002));
    let details = json!({"amount": fee, "application": null, "currency": "usd",
        "description": "Stripe processing fees", "type": "stripe_fee"});
    books.keep(json!({
        "id": id, "object": "balance_transaction", "amount": cents, "available_on": books.now + 604_800,
        "balance_type": "payments", "created": books.now, "currency": "usd", "description": null,
        "exchange_rate": rate, "fee": fee, "fee_details": [details], "net": cents - fee,
        "reporting_category": source.0, "source": source.1, "status": "pending", "type": source.0,
    }));
    id
}

fn to_cents(amount: i64, currency: &Value) -> i64 {
    if currency == "kzt" { amount / TIYN_PER_CENT } else { amount }
}

fn count_refunded(books: &mut Books, charge: &str, amount: i64) {
    let Some(charge) = books.find_mut(charge) else { return };
    let refunded = number(charge, "amount_refunded") + amount;
    charge["amount_refunded"] = json!(refunded);
    charge["refunded"] = json!(refunded == number(charge, "amount_captured"));
}

fn change(books: &mut Books, id: &str, fields: &[(&str, Value)]) {
    let Some(object) = books.find_mut(id) else { return };
    for (name, value) in fields {
        object[*name] = value.clone();
    }
}

fn number(object: &Value, field: &str) -> i64 {
    object[field].as_i64().unwrap_or_default()
}

/// The account that the key belongs to.
pub(super) fn account(books: &Books) -> Value {
    json!({
        "id": "acct_1SoraSandbox000", "object": "account", "business_type": "company", "charges_enabled": true,
        "country": "US", "default_currency": "usd", "details_submitted": true, "payouts_enabled": true,
        "livemode": books.livemode, "type": "standard", "settings": {"dashboard": {"display_name": "Sora bot"}},
        "metadata": {"api_version": API_VERSION},
    })
}
