//! Each refusal in Telegram's words.

use super::*;

/// Each case is refused with 400 and this text.
async fn refuses<const N: usize>(server: &Server, cases: [(&str, Value, &str); N]) {
    for (method, params, expected) in cases {
        assert_eq!(
            server.refused(method, params.clone()).await,
            format!("Bad Request: {expected}"),
            "{params}"
        );
    }
}

fn long(count: usize) -> String {
    "я".repeat(count)
}

#[tokio::test]
async fn a_text_that_telegram_refuses_is_refused_in_its_words() {
    let server = Server::start().await;
    let cases = [
        (json!({"chat_id": 1001}), "message text is empty"),
        (json!({"chat_id": 1001, "text": " \n "}), "text must be non-empty"),
        (json!({"chat_id": 1001, "text": long(4097)}), "message is too long"),
        (json!({"chat_id": 1001, "text": "🎬".repeat(2049)}), "message is too long"),
        (json!({"text": "x"}), "chat_id is empty"),
        (json!({"chat_id": 5, "text": "x"}), "chat not found"),
        (json!({"chat_id": "@aigerim", "text": "x"}), "chat not found"),
        (json!({"chat_id": 1001, "text": "x", "parse_mode": "BB"}), "unsupported parse_mode"),
        (
            json!({"chat_id": 1001, "text": "<b>x", "parse_mode": "HTML"}),
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            json!({"chat_id": 1001, "text": "x", "reply_parameters": {"message_id": 999}}),
            "message to be replied not found",
        ),
        (
            json!({"chat_id": 1001, "text": "x", "reply_markup": "{\"inline"}),
            "can't parse reply keyboard markup JSON object",
        ),
    ];
    refuses(&server, cases.map(|(params, expected)| ("sendMessage", params, expected))).await;
    server.done("sendMessage", json!({"chat_id": 1001, "text": long(4096)})).await;
}

#[tokio::test]
async fn a_change_that_telegram_refuses_is_refused_in_its_words() {
    let server = Server::start().await;
    let own = server.sends("моё").await;
    let theirs = server.api.says(AIGERIM, "/start");
    let text = |message_id: i64, text: &str| json!({"chat_id": 1001, "message_id": message_id, "text": text});
    let caption = |caption: String| json!({"chat_id": 1001, "message_id": own, "caption": caption});
    let cases = [
        ("editMessageText", text(999, "x"), "message to edit not found"),
        ("editMessageText", text(theirs, "x"), "message can't be edited"),
        ("editMessageText", json!({"chat_id": 1001, "text": "x"}), "message identifier is not specified"),
        (
            "editMessageText",
            text(own, "моё"),
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ),
        ("editMessageCaption", caption("x".to_owned()), "there is no caption in the message to edit"),
        ("editMessageCaption", caption(long(1025)), "message caption is too long"),
        ("deleteMessage", json!({"chat_id": 1001, "message_id": 999}), "message to delete not found"),
        (
            "copyMessage",
            json!({"chat_id": 1001, "from_chat_id": 1001, "message_id": 9}),
            "message to copy not found",
        ),
        (
            "answerCallbackQuery",
            json!({"callback_query_id": "7"}),
            "query is too old and response timeout expired or query ID is invalid",
        ),
        ("answerCallbackQuery", json!({"callback_query_id": "7", "text": long(201)}), "MESSAGE_TOO_LONG"),
    ];
    refuses(&server, cases).await;
}

#[tokio::test]
async fn other_calls_that_telegram_refuses_are_refused_in_its_words() {
    let server = Server::start().await;
    let command = |command: &str, description: &str| json!({"commands": [{"command": command, "description": description}]});
    let cases = [
        ("sendChatAction", json!({"chat_id": 1001, "action": "sleep"}), "wrong parameter action in request"),
        ("getFile", json!({"file_id": "x"}), "wrong file_id or the file is temporarily unavailable"),
        ("sendVideo", json!({"chat_id": 1001}), "there is no video in the request"),
        ("sendVideo", json!({"chat_id": 1001, "video": "x"}), "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", json!({"chat_id": 1001, "photo": "https://e.kz/a"}), "failed to get HTTP URL content"),
        ("sendMediaGroup", json!({"chat_id": 1001, "media": []}), "Too few messages to send as an album"),
        ("setMyCommands", command("Новое", "x"), "BOT_COMMAND_INVALID"),
        ("setMyCommands", command("new", ""), "BOT_COMMAND_DESCRIPTION_INVALID"),
        (
            "setWebhook",
            json!({"url": "http://e.kz/"}),
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "setWebhook",
            json!({"url": "https://e.kz/", "secret_token": "a b"}),
            "secret token contains unallowed characters",
        ),
    ];
    refuses(&server, cases).await;
}

#[tokio::test]
async fn a_wrong_token_or_method_is_told_apart() {
    let server = Server::start().await;
    let answer = server.client.get(format!("{}/bot1:x/getMe", server.base)).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let expected = json!({"ok": false, "error_code": 401, "description": "Unauthorized"});
    assert_eq!(answer.json::<Value>().await.unwrap(), expected);
    assert_eq!(server.call("sendTelepathy", json!({})).await["error_code"], 404);
    let foreign = server.client.post(server.url("getMe")).header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn only_the_bots_own_mistakes_are_violations() {
    let server = Server::start().await;
    server.api.blocks(AIGERIM);
    let blocked = server.call("sendMessage", json!({"chat_id": AIGERIM, "text": "x"})).await;
    assert_eq!(blocked["error_code"], 403);
    assert_eq!(blocked["description"], "Forbidden: bot was blocked by the user");
    server.api.unblocks(AIGERIM);
    server.refused("deleteMessage", json!({"chat_id": AIGERIM, "message_id": 999})).await;
    assert_eq!(server.api.violations(), Vec::<String>::new());

    let odd = json!({"chat_id": AIGERIM, "text": "x", "colour": "red", "disable_notification": "maybe"});
    server.done("sendMessage", odd).await;
    server.refused("sendMessage", json!({"chat_id": AIGERIM})).await;
    assert_eq!(
        server.api.violations(),
        [
            "sendMessage has no parameter colour",
            "sendMessage: disable_notification is not what it should be: \"maybe\"",
            "sendMessage: Bad Request: message text is empty",
        ]
    );
}

#[tokio::test]
async fn flood_control_names_the_wait_and_notices_who_does_not_wait() {
    let settings = BotApiSettings { flood_control: FloodControl::Enforce, ..BotApiSettings::default() };
    let server = Server::with(settings).await;
    let mut answers = Vec::new();
    for count in 0..5 {
        answers
            .push(server.call("sendMessage", json!({"chat_id": AIGERIM, "text": count.to_string()})).await);
    }
    let refused: Vec<_> = answers.iter().filter(|answer| answer["ok"] == false).collect();
    assert_eq!(refused[0]["description"], "Too Many Requests: retry after 1");
    assert_eq!(refused[0]["parameters"]["retry_after"], 1);
    assert!(server.api.violations()[0].contains("did not wait for retry_after"));
}
