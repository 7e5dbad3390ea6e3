//! Updates of every kind, well formed, new-fangled and hostile.

use serde_json::{Value, json};

use super::*;

const CHAT: i64 = 1001;

fn read(update: Value) -> What {
    Event::read(&Incoming { id: UpdateId(7), json: update.to_string() }).what
}

fn user() -> Value {
    json!({"id": CHAT, "is_bot": false, "first_name": "Айгерим", "username": "aigerim", "language_code": "ru"})
}

fn private(content: Value) -> Value {
    let mut message = json!({
        "message_id": 5, "date": 1, "from": user(), "chat": {"id": CHAT, "type": "private", "first_name": "Айгерим"}
    });
    for (key, value) in content.as_object().unwrap() {
        message[key] = value.clone();
    }
    json!({"update_id": 7, "message": message})
}

fn words(update: Value) -> Option<Words> {
    match read(update) {
        What::Said { words, .. } => Some(words),
        _ => None,
    }
}

#[test]
fn free_words_are_a_prompt_and_slashed_ones_a_command() {
    let prompt = words(private(json!({"text": "A cat"})));
    assert_eq!(prompt, Some(Words::Prompt("A cat".to_owned())));
    let command = words(private(json!({"text": "/generate a\nb"})));
    assert!(matches!(command, Some(Words::Command(c)) if c.name == "generate" && c.rest == "a\nb"));
}

#[test]
fn a_kind_of_entity_from_the_future_takes_nothing_away() {
    let update = private(json!({
        "text": "завтра в 5",
        "entities": [{"type": "date_time", "offset": 0, "length": 6, "unix_time": 99}],
        "quote": {"text": "x", "position": 0, "entities": [{"type": "hologram", "offset": 0, "length": 1}]},
        "reply_to_message": {"message_id": 1, "text": "y", "entities": [{"type": "hologram"}]},
        "successful_payment": {"total_amount": 18_446_744_073_709_551_615u64},
        "date": 99_999_999_999u64,
    }));
    // The client's own types lose the words of the very same update: that is why they are not used here.
    let typed: teloxide::types::Update = serde_json::from_str(&update.to_string()).unwrap();
    let lost = match typed.kind {
        teloxide::types::UpdateKind::Message(message) => message.text().is_none(),
        _ => true,
    };
    assert!(lost, "the client has learned; its types may serve now");
    assert_eq!(words(update), Some(Words::Prompt("завтра в 5".to_owned())));
}

fn picture(id: &str, bytes: u64, caption: &str, album: Option<&str>, moves: bool) -> Option<Words> {
    let (id, caption, album) = (id.to_owned(), caption.to_owned(), album.map(str::to_owned));
    Some(Words::Picture(SentPicture { id, bytes, caption, album, moves }))
}

#[test]
fn contents_without_words_are_told_apart() {
    for (content, expected) in [
        (
            json!({"photo": [{"file_id": "s", "width": 90, "height": 60}, {"file_id": "l", "width": 900, "height": 600,
                "file_size": 5_000}], "caption": "cat", "media_group_id": "7"}),
            picture("l", 5_000, "cat", Some("7"), false),
        ),
        (
            json!({"document": {"file_id": "d", "file_name": "cat.webp", "mime_type": "image/webp", "file_size": 9}}),
            picture("d", 9, "", None, false),
        ),
        (
            json!({"document": {"file_id": "d", "file_name": "IMG_1.HEIC", "mime_type": "application/octet-stream"}}),
            picture("d", 0, "", None, false),
        ),
        (
            json!({"animation": {"file_id": "a"}, "document": {"file_id": "a", "mime_type": "video/mp4"}}),
            picture("a", 0, "", None, true),
        ),
        (json!({"photo": []}), Some(Words::Other)),
        (json!({"photo": "x", "caption": "cat"}), Some(Words::Other)),
        (json!({"sticker": {"file_id": "x"}}), Some(Words::Other)),
        (json!({"voice": 5}), Some(Words::Other)),
        (json!({"document": {}}), Some(Words::Other)),
        (json!({"pinned_message": {"message_id": 1}}), None),
        (json!({"hologram": {}}), None),
        (json!({}), None),
    ] {
        assert_eq!(words(private(content.clone())), expected, "{content}");
    }
}

#[test]
fn a_person_is_who_sent_it() {
    let What::Said { person, .. } = read(private(json!({"text": "/start"}))) else {
        panic!("not said");
    };
    assert_eq!(person.id, UserId(CHAT));
    assert_eq!(person.profile.first_name, "Айгерим");
    assert_eq!(person.profile.username.as_deref(), Some("aigerim"));
    assert_eq!(person.profile.language.as_deref(), Some("ru"));
}

#[test]
fn a_tap_names_its_message_only_in_a_private_chat() {
    let tap = |message: Value| {
        let update = json!({"update_id": 7, "callback_query":
            {"id": "q", "from": user(), "chat_instance": "1", "data": "1:m:help", "message": message}});
        match read(update) {
            What::Tapped(tapped) => tapped,
            other => panic!("{other:?}"),
        }
    };
    let own = tap(json!({"message_id": 9, "date": 0, "chat": {"id": CHAT, "type": "private"}}));
    assert_eq!(own.message, Some(MessageRef { chat: CHAT, message: 9 }));
    assert_eq!((own.query.as_str(), own.data.as_str()), ("q", "1:m:help"));
    let group = tap(json!({"message_id": 9, "date": 0, "chat": {"id": -5, "type": "group"}}));
    assert_eq!(group.message, None);
    assert_eq!(tap(Value::Null).message, None);
}

#[test]
fn in_a_group_only_commands_are_heard() {
    let group = |text: &str| {
        read(json!({"update_id": 7, "message": {"message_id": 5, "date": 1, "from": user(), "text": text,
            "chat": {"id": -100, "type": "supergroup", "title": "g"}}}))
    };
    let heard = group("/start@sora_bot");
    let What::Group { chat: -100, person, bot: Some(bot) } = heard else { panic!("{heard:?}") };
    assert_eq!((person.id, bot.as_str()), (UserId(CHAT), "sora_bot"));
    assert!(matches!(group("hello"), What::Ignored(_)));
}

#[test]
fn who_comes_back_is_noticed() {
    let member = |status: &str| {
        read(
            json!({"update_id": 7, "my_chat_member": {"chat": {"id": CHAT, "type": "private"}, "from": user(), "date": 1,
            "old_chat_member": {"status": "kicked"}, "new_chat_member": {"status": status, "user": {}}}}),
        )
    };
    assert!(matches!(member("member"), What::Returned(person) if person.id == UserId(CHAT)));
    assert!(matches!(member("kicked"), What::Ignored(_)));
}

#[test]
fn hostile_updates_are_ignored() {
    for json in [
        "",
        "null",
        "[]",
        "{}",
        "{\"update_id\": 7}",
        "{\"message\": 5}",
        "{\"message\": {\"message_id\": 1e30, \"chat\": {\"id\": 1}}}",
        "{\"message\": {\"message_id\": 1, \"chat\": {\"id\": 99999999999999999999}}}",
        "{\"message\": {\"message_id\": 1, \"chat\": {\"id\": 1, \"type\": \"private\"}, \"text\": \"x\"}}",
        "{\"callback_query\": {\"id\": 5}}",
        "{\"pre_checkout_query\": {\"total_amount\": -1}}",
        "{\"channel_post\": {}}",
    ] {
        let event = Event::read(&Incoming { id: UpdateId(7), json: json.to_owned() });
        assert!(matches!(event.what, What::Ignored(_)), "{json}");
        assert_eq!(event.update, UpdateId(7));
    }
    let bot = json!({"message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "text": "x",
        "from": {"id": 1, "is_bot": true}}});
    assert!(matches!(read(bot), What::Ignored(_)));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let event = Event::read(&Incoming { id: UpdateId(7), json: deep });
    assert!(matches!(event.what, What::Ignored(_)));
}

#[test]
fn money_in_stars_is_heard_with_its_payer_and_waits_for_no_turn() {
    let told = json!({
        "currency": "XTR", "total_amount": 215, "invoice_payload": "purchase:12",
        "telegram_payment_charge_id": "stx1", "provider_payment_charge_id": "",
    });
    let event = |what: &str, from: serde_json::Value| {
        let mut message = json!({"message_id": 5, "from": from, "chat": {"id": 1001, "type": "private"}});
        message[what] = told.clone();
        let json = json!({"update_id": 1, "message": message}).to_string();
        Event::read(&Incoming { id: UpdateId(1), json })
    };
    let paid = event("successful_payment", json!({"id": 1001, "is_bot": false, "first_name": "A"}));
    let expected = stars::paid("stx1", "purchase:12", UserId(1001), Money::stars(215));
    assert_eq!((paid.place, paid.what), (None, What::Money(RailEvent::Paid(expected))));
    let back = event("refunded_payment", json!({"id": 9, "is_bot": true, "first_name": "bot"}));
    let expected = stars::returned(PaymentId::new("stx1"), 215);
    assert_eq!((back.place, back.what), (None, What::Money(RailEvent::Returned(expected))));
}

#[test]
fn no_change_of_an_update_makes_it_panic() {
    let corpus = [
        private(
            json!({"text": "/generate@sora_bot кот\nна рояле", "entities": [{"type": "bot_command", "offset": 0, "length": 9}]}),
        ),
        private(
            json!({"photo": [{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9, "file_size": 9}], "caption": "кот"}),
        ),
        private(
            json!({"document": {"file_id": "d", "file_unique_id": "u", "file_name": "pricing.lua", "file_size": 9}}),
        ),
        private(
            json!({"successful_payment": {"currency": "XTR", "total_amount": 9, "invoice_payload": "x", "telegram_payment_charge_id": "c", "provider_payment_charge_id": "p"}}),
        ),
        json!({"update_id": 7, "callback_query": {"id": "1", "from": user(), "chat_instance": "1", "data": "1:m:balance",
            "message": {"message_id": 5, "date": 1, "chat": {"id": CHAT, "type": "private"}}}}),
    ];
    let corpus = corpus.map(|update| update.to_string().into_bytes());
    crate::domain::fuzzing::nearly_right("update", &corpus, |bytes| {
        let json = String::from_utf8_lossy(bytes).into_owned();
        !matches!(Event::read(&Incoming { id: UpdateId(7), json }).what, What::Ignored(_))
    });
}

#[test]
fn no_change_of_a_buttons_data_makes_it_panic() {
    use crate::telegram::tap::Tap;
    let corpus =
        ["1:m:balance", "1:x:1", "1:v:again:1", "1:b:1", "1:l:kk"].map(|data| data.as_bytes().to_vec());
    crate::domain::fuzzing::nearly_right("button", &corpus, |bytes| {
        Tap::parse(&String::from_utf8_lossy(bytes)).is_some()
    });
}
