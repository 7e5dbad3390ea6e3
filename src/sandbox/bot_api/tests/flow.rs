//! Messages, edits, taps, commands and faults, with plain requests.

use super::*;

#[tokio::test]
async fn parameters_may_come_by_query_form_json_or_multipart() {
    let server = Server::start().await;
    let markup = json!({"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}).to_string();
    let fields =
        [("chat_id", "1001"), ("text", "<b>да</b>"), ("parse_mode", "html"), ("reply_markup", &markup)];
    let form = fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, text)| {
        form.text(name.to_string(), text.to_string())
    });
    let url = server.url("SENDmessage");
    let requests = [
        server.client.get(&url).query(&fields),
        server.client.post(&url).form(&fields),
        server.client.post(&url).multipart(form),
        server.client.post(&url).json(&json!({
            "chat_id": 1001, "text": "<b>да</b>", "parse_mode": "HTML",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
        })),
    ];
    for request in requests {
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let message = &answer["result"];
        assert_eq!(message["text"], "да", "{answer}");
        assert_eq!(message["entities"], json!([{"type": "bold", "offset": 0, "length": 2}]));
        assert_eq!(message["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "b");
        assert_eq!(message["chat"]["id"], 1001);
        assert_eq!(message["from"]["is_bot"], true);
    }
    assert_eq!(server.api.violations(), Vec::<String>::new());
    let call = &server.api.calls()[3];
    assert_eq!((call.method, call.chat_id), ("sendMessage", Some(1001)));
    assert!(matches!(&call.outcome, Outcome::Done(message) if message["text"] == "да"));
}

#[tokio::test]
async fn an_edit_replaces_the_message_and_the_keyboard_goes_unless_given() {
    let server = Server::start().await;
    let markup = json!({"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]});
    let sent = json!({"chat_id": AIGERIM, "text": "0 %", "reply_markup": markup});
    let id = server.done("sendMessage", sent).await["message_id"].as_i64().unwrap();
    let mut events = server.api.subscribe();
    let edit = json!({"chat_id": AIGERIM, "message_id": id, "text": "50 %"});
    server.done("editMessageText", edit).await;
    let chat = server.api.chat(AIGERIM);
    assert_eq!(chat.len(), 1);
    assert_eq!((&chat[0]["text"], &chat[0]["reply_markup"]), (&json!("50 %"), &Value::Null));
    let event = events.recv().await.unwrap();
    assert_eq!((event.wire().0, &event.wire().1["message"]["text"]), ("message", &json!("50 %")));

    let edit = json!({"chat_id": AIGERIM, "message_id": id, "reply_markup": markup});
    assert_eq!(server.done("editMessageReplyMarkup", edit).await["text"], "50 %");
    server.done("deleteMessage", json!({"chat_id": AIGERIM, "message_id": id})).await;
    assert!(server.api.chat(AIGERIM).is_empty());
    server.done("deleteMessages", json!({"chat_id": AIGERIM, "message_ids": [id, 7]})).await;
}

#[tokio::test]
async fn a_tap_is_answered_once() {
    let server = Server::start().await;
    let id = server.sends("меню").await;
    let query = server.api.taps(AIGERIM, id, "buy:1");
    let update = &server.updates(0).await[0]["callback_query"];
    assert_eq!((&update["data"], &update["message"]["message_id"]), (&json!("buy:1"), &json!(id)));
    let mut events = server.api.subscribe();
    let answer = json!({"callback_query_id": query, "text": "Готово", "show_alert": true});
    server.done("answerCallbackQuery", answer.clone()).await;
    let shown: Vec<_> = [events.recv().await.unwrap(), events.recv().await.unwrap()].map(|e| e.wire()).into();
    assert_eq!(
        shown[0],
        ("answered", json!({"chat_id": AIGERIM, "callback_query_id": query, "message_id": id}))
    );
    assert_eq!(shown[1], ("toast", json!({"chat_id": AIGERIM, "text": "Готово", "show_alert": true})));
    assert!(server.refused("answerCallbackQuery", answer).await.contains("query is too old"));
}

#[tokio::test]
async fn replies_copies_and_forwards_carry_their_source() {
    let server = Server::start().await;
    let id = server.api.says(AIGERIM, "идея #кино");
    let reply = json!({"chat_id": AIGERIM, "text": "x", "reply_parameters": {"message_id": id}});
    assert_eq!(server.done("sendMessage", reply).await["reply_to_message"]["text"], "идея #кино");
    let from = json!({"chat_id": AIGERIM, "from_chat_id": AIGERIM, "message_id": id});
    let copy = server.done("copyMessage", from.clone()).await["message_id"].as_i64().unwrap();
    let forward = server.done("forwardMessage", from).await;
    assert_eq!(forward["forward_origin"]["sender_user"]["id"], AIGERIM);
    let chat = server.api.chat(AIGERIM);
    let copied = chat.iter().find(|message| message["message_id"] == copy).unwrap();
    assert_eq!((&copied["text"], &copied["entities"][0]["type"]), (&json!("идея #кино"), &json!("hashtag")));
    let own = server.api.replies(AIGERIM, copy, "да");
    assert_eq!(server.api.chat(AIGERIM).last().unwrap()["reply_to_message"]["message_id"], copy);
    assert!(own > copy);
}

#[tokio::test]
async fn commands_follow_scope_and_language_and_the_page_hears_of_it() {
    let server = Server::start().await;
    let mut events = server.api.subscribe();
    let list = |name: &str| json!([{"command": name, "description": "x"}]);
    server.done("setMyCommands", json!({"commands": list("start")})).await;
    assert_eq!(events.recv().await.unwrap().wire().1["commands"][0]["command"], "start");
    let ru = json!({"commands": list("new"), "scope": {"type": "all_private_chats"}, "language_code": "ru"});
    server.done("setMyCommands", ru).await;
    assert_eq!(server.api.commands_for(AIGERIM), list("new"));
    assert_eq!(server.done("getMyCommands", json!({})).await, list("start"));
    let scope = json!({"scope": {"type": "all_private_chats"}, "language_code": "ru"});
    server.done("deleteMyCommands", scope).await;
    assert_eq!(server.api.commands_for(AIGERIM), list("start"));

    server.done("setMyName", json!({"name": "Сора", "language_code": "ru"})).await;
    assert_eq!(server.done("getMyName", json!({"language_code": "ru"})).await, json!({"name": "Сора"}));
    assert_eq!(server.done("getMyName", json!({})).await, json!({"name": "Sora"}));
    server.done("setMyShortDescription", json!({"short_description": "видео"})).await;
    let short = server.done("getMyShortDescription", json!({})).await;
    assert_eq!(short, json!({"short_description": "видео"}));
    server.done("setChatMenuButton", json!({"menu_button": {"type": "commands"}})).await;
    assert_eq!(server.done("getChatMenuButton", json!({"chat_id": AIGERIM})).await["type"], "commands");
}

#[tokio::test]
async fn a_reply_keyboard_stays_with_the_person_and_not_in_the_message() {
    let server = Server::start().await;
    let markup = json!({"keyboard": [["Да", "Нет"]], "resize_keyboard": true});
    let sent = json!({"chat_id": AIGERIM, "text": "?", "reply_markup": markup});
    assert_eq!(server.done("sendMessage", sent).await.get("reply_markup"), None);
    assert_eq!(server.api.keyboard_for(AIGERIM), markup);
    let gone = json!({"chat_id": AIGERIM, "text": "!", "reply_markup": {"remove_keyboard": true}});
    server.done("sendMessage", gone).await;
    assert_eq!(server.api.keyboard_for(AIGERIM), Value::Null);
}

#[tokio::test]
async fn ordered_faults_come_once_and_a_lost_answer_is_still_done() {
    let server = Server::start().await;
    let params = json!({"chat_id": AIGERIM, "text": "x"});
    server.api.fail_next("sendmessage", Fault::Refuse(Refusal::too_many(7)));
    server.api.fail_next("sendMessage", Fault::Refuse(Refusal::new(500, "Internal Server Error")));
    assert_eq!(server.call("sendMessage", params.clone()).await["parameters"]["retry_after"], 7);
    assert_eq!(server.call("sendMessage", params.clone()).await["error_code"], 500);
    server.api.fail_next("sendMessage", Fault::BadGateway);
    let page = server.client.post(server.url("sendMessage")).json(&params).send().await.unwrap();
    assert_eq!(page.status(), 502);
    assert!(page.text().await.unwrap().contains("<html>"));
    assert!(server.api.chat(AIGERIM).is_empty());

    server.api.fail_next("sendMessage", Fault::LoseAnswer);
    let lost = server.client.post(server.url("sendMessage")).json(&params).send().await;
    let lost = match lost {
        Ok(response) => response.bytes().await.err(),
        Err(error) => Some(error),
    };
    assert!(lost.is_some());
    assert_eq!(server.api.chat(AIGERIM).len(), 1);
    server.done("sendMessage", params.clone()).await;

    server.api.fail_next("sendMessage", Fault::Hang);
    let hanging = server.client.post(server.url("sendMessage")).json(&params).send();
    tokio::select! {
        _ = hanging => panic!("answered"),
        seen = server.api.wait_for(AIGERIM, |chat| (chat.len() == 3).then_some(()), PATIENCE) => seen.unwrap(),
    }
    assert!(server.api.violations().is_empty());
}

#[tokio::test]
async fn waiting_ends_with_the_message_or_with_the_whole_chat() {
    let server = Server::start().await;
    let waiting = server.api.wait_for(
        AIGERIM,
        |chat| chat.iter().find(|message| message["text"] == "два").cloned(),
        PATIENCE,
    );
    let (seen, _) = tokio::join!(waiting, async {
        server.sends("раз").await;
        server.sends("два").await
    });
    assert_eq!(seen.unwrap()["text"], "два");
    let unseen = server.api.wait_for(AIGERIM, |_| None::<()>, Duration::ZERO).await.unwrap_err();
    assert!(unseen.to_string().contains("the chat holds 2 messages"));
}

#[tokio::test]
async fn a_text_mention_needs_somebody_known() {
    let server = Server::start().await;
    let text = "<a href=\"tg://user?id=1001\">она</a> <a href=\"tg://user?id=5\">он</a>";
    let sent = json!({"chat_id": AIGERIM, "text": text, "parse_mode": "HTML"});
    let entities = server.done("sendMessage", sent).await["entities"].clone();
    assert_eq!(entities.as_array().unwrap().len(), 1);
    assert_eq!(entities[0]["user"]["first_name"], "Айгерим");
}
