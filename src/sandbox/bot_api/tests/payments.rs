//! Stars: from the invoice to the refund.

use super::*;

fn terms() -> Value {
    json!({
        "chat_id": AIGERIM, "title": "500 токенов", "description": "Пакет", "payload": "purchase:1",
        "currency": "XTR", "provider_token": "", "prices": [{"label": "500", "amount": 250}],
    })
}

/// Answers the next question before a payment.
async fn answer(server: &Server, verdict: Value) -> Value {
    let updates = server.updates(0).await;
    let update = updates.last().unwrap();
    let query = update["pre_checkout_query"].clone();
    let mut params = verdict;
    params["pre_checkout_query_id"] = query["id"].clone();
    server.done("answerPreCheckoutQuery", params).await;
    server.done("getUpdates", json!({"offset": update["update_id"].as_i64().unwrap() + 1})).await;
    query
}

#[tokio::test]
async fn stars_are_asked_for_paid_and_given_back_once() {
    let server = Server::start().await;
    let invoice = server.done("sendInvoice", terms()).await;
    assert_eq!(invoice["invoice"]["total_amount"], 250);
    assert_eq!(invoice["reply_markup"]["inline_keyboard"][0][0]["pay"], true);
    let id = invoice["message_id"].as_i64().unwrap();

    let (charge, query) = tokio::join!(server.api.pays(AIGERIM, id), answer(&server, json!({"ok": true})));
    let charge = charge.unwrap();
    assert_eq!((&query["invoice_payload"], &query["total_amount"]), (&json!("purchase:1"), &json!(250)));
    let paid = server.updates(0).await[0]["message"]["successful_payment"].clone();
    assert_eq!((&paid["telegram_payment_charge_id"], &paid["currency"]), (&json!(charge), &json!("XTR")));
    let offset = server.updates(0).await[0]["update_id"].as_i64().unwrap() + 1;
    server.done("getUpdates", json!({"offset": offset})).await;

    let (again, _) = tokio::join!(server.api.pays(AIGERIM, id), answer(&server, json!({"ok": true})));
    assert_ne!(again.unwrap(), charge);
    assert_eq!(server.done("getMyStarBalance", json!({})).await, json!({"amount": 500}));

    let refund = json!({"user_id": AIGERIM, "telegram_payment_charge_id": charge});
    server.done("refundStarPayment", refund.clone()).await;
    assert_eq!(server.refused("refundStarPayment", refund).await, "Bad Request: CHARGE_ALREADY_REFUNDED");
    let unknown = json!({"user_id": AIGERIM, "telegram_payment_charge_id": "x"});
    assert_eq!(server.refused("refundStarPayment", unknown).await, "Bad Request: CHARGE_NOT_FOUND");
    let last = server.updates(0).await.last().unwrap().clone();
    assert_eq!(last["message"]["refunded_payment"]["telegram_payment_charge_id"], charge);

    let statement = server.done("getStarTransactions", json!({"offset": 1, "limit": 2})).await;
    let sides: Vec<_> =
        statement["transactions"].as_array().unwrap().iter().map(|t| t.get("receiver").is_some()).collect();
    assert_eq!(sides, [false, true]);
    assert_eq!(statement["transactions"][1]["receiver"]["user"]["id"], AIGERIM);
}

#[tokio::test]
async fn a_payment_needs_a_yes_in_time() {
    let settings = BotApiSettings { pre_checkout_wait: Duration::ZERO, ..BotApiSettings::default() };
    let hurried = Server::with(settings).await;
    let id = hurried.done("sendInvoice", terms()).await["message_id"].as_i64().unwrap();
    assert_eq!(hurried.api.pays(AIGERIM, id).await, Err(NotPaid::NoAnswer));
    let late = hurried.updates(0).await[0]["pre_checkout_query"]["id"].clone();
    let late =
        hurried.refused("answerPreCheckoutQuery", json!({"pre_checkout_query_id": late, "ok": true})).await;
    assert!(late.contains("query is too old"));
    assert_eq!(hurried.api.pays(AIGERIM, 999).await, Err(NotPaid::NoInvoice));

    let server = Server::start().await;
    let mut params = terms();
    params.as_object_mut().unwrap().remove("chat_id");
    let link = server.done("createInvoiceLink", params).await;
    let no = json!({"ok": false, "error_message": "Цена изменилась"});
    let (paid, _) = tokio::join!(server.api.pays_link(AIGERIM, link.as_str().unwrap()), answer(&server, no));
    assert_eq!(paid, Err(NotPaid::Declined("Цена изменилась".to_owned())));
    assert_eq!(server.done("getMyStarBalance", json!({})).await, json!({"amount": 0}));
    assert!(server.api.violations().is_empty());
}

#[tokio::test]
async fn an_invoice_in_stars_has_one_price_and_no_provider() {
    let server = Server::start().await;
    for (field, value, expected) in [
        ("title", json!("x".repeat(33)), "INVOICE_TITLE_TOO_LONG"),
        ("title", json!(""), "invoice title is empty"),
        ("description", json!("x".repeat(256)), "INVOICE_DESCRIPTION_TOO_LONG"),
        ("payload", json!("ы".repeat(65)), "INVOICE_PAYLOAD_INVALID"),
        ("currency", json!("KZT"), "CURRENCY_INVALID"),
        ("provider_token", json!("x"), "PAYMENT_PROVIDER_INVALID"),
        ("prices", json!([]), "STARS_INVOICE_INVALID"),
        (
            "prices",
            json!([{"label": "a", "amount": 1}, {"label": "b", "amount": 1}]),
            "STARS_INVOICE_INVALID",
        ),
        ("prices", json!([{"label": "a", "amount": 0}]), "STARS_INVOICE_INVALID"),
        (
            "reply_markup",
            json!({"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}),
            "REPLY_MARKUP_BUY_EMPTY",
        ),
    ] {
        let mut params = terms();
        params[field] = value;
        assert_eq!(
            server.refused("sendInvoice", params).await,
            format!("Bad Request: {expected}"),
            "{field}"
        );
    }
}
