//! The page's side over loopback.

use std::sync::Mutex;

use futures::StreamExt;
use reqwest::{Client, StatusCode, multipart};
use tokio::net::TcpListener;

use super::*;
use crate::sandbox::bot_api::BotApiSettings;

struct Switch(Mutex<String>);

impl EngineSwitch for Switch {
    fn state(&self) -> EngineState {
        EngineState { next: self.0.lock().unwrap().clone(), render_seconds: 20, services: Vec::new() }
    }

    fn set_next(&self, next: &str) -> Result<(), String> {
        if next == "explode" {
            return Err("the engine cannot explode".to_owned());
        }
        next.clone_into(&mut self.0.lock().unwrap());
        Ok(())
    }

    fn set_up(&self, engine: &str, up: bool) -> Result<(), String> {
        self.set_next(&format!("{engine} {}", if up { "up" } else { "down" }))
    }
}

struct Server {
    api: Arc<BotApi>,
    base: String,
    client: Client,
}

impl Server {
    async fn start() -> Self {
        let api = BotApi::new(BotApiSettings::default());
        let person = |id, first_name: &str| Person {
            id,
            first_name: first_name.to_owned(),
            username: None,
            language_code: "ru".to_owned(),
        };
        let page = ChatPage {
            bot_api: Arc::clone(&api),
            personas: vec![
                Persona { person: person(1001, "Айгерим"), admin: false },
                Persona { person: person(1, "Владелец"), admin: true },
            ],
            panel: Arc::new(|id| Box::pin(async move { json!({"balance": id * 10}) })),
            engine: Arc::new(Switch(Mutex::new("ok".to_owned()))),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = page.router().merge(api.router());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { api, base, client: Client::new() }
    }

    async fn get(&self, path: &str) -> Value {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let answer = self.client.post(format!("{}{path}", self.base)).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }
}

#[tokio::test]
async fn the_page_reads_the_state_a_chat_and_the_panel() {
    let server = Server::start().await;
    let state = server.get("/sandbox/state").await;
    assert_eq!(state["bot"], json!({"username": "sora_sandbox_bot", "first_name": "Sora"}));
    assert_eq!(state["engine"], json!({"next": "ok", "render_seconds": 20, "services": []}));
    assert_eq!(
        (&state["personas"][0]["role"], &state["personas"][1]["role"]),
        (&json!("user"), &json!("admin"))
    );
    let empty = json!({"messages": [], "commands": [], "keyboard": null});
    assert_eq!(server.get("/sandbox/chats/1001").await, empty);
    assert_eq!(server.get("/sandbox/panel/1").await, json!({"balance": 10}));
    for path in ["/sandbox/chats/7", "/sandbox/panel/x", "/sandbox/files/x", "/assets/x.js"] {
        assert!(server.get(path).await["error"].is_string(), "{path}");
    }
    let page = server.client.get(&server.base).send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let script = server.client.get(format!("{}/assets/chat.js", server.base)).send().await.unwrap();
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
}

#[tokio::test]
async fn what_the_page_does_reaches_the_bot() {
    let server = Server::start().await;
    let (_, first) = server.post("/sandbox/chats/1001/text", json!({"text": " /start "})).await;
    assert_eq!(
        (&first["message"]["text"], &first["message"]["entities"][0]["length"]),
        (&json!("/start"), &json!(6))
    );
    let id = first["message"]["message_id"].clone();
    let (_, reply) = server.post("/sandbox/chats/1001/text", json!({"text": "да", "reply_to": id})).await;
    assert_eq!(reply["message"]["reply_to_message"]["message_id"], id);
    let (status, tapped) =
        server.post("/sandbox/chats/1001/tap", json!({"message_id": id, "callback_data": "x"})).await;
    assert_eq!((status, &tapped["ok"]), (StatusCode::OK, &json!(true)));
    let (_, engine) = server.post("/sandbox/engine", json!({"next": "hang"})).await;
    assert_eq!(engine["next"], "hang");
    let kinds: Vec<_> =
        server.api.pending_updates().iter().map(|u| u.get("callback_query").is_some()).collect();
    assert_eq!(kinds, [false, false, true]);

    for (path, body) in [
        ("/sandbox/chats/1001/text", json!({"text": " "})),
        ("/sandbox/chats/1001/text", json!({})),
        ("/sandbox/chats/7/text", json!({"text": "x"})),
        ("/sandbox/chats/1001/tap", json!({"message_id": 99, "callback_data": "x"})),
        ("/sandbox/chats/1001/pay", json!({"message_id": id})),
        ("/sandbox/chats/1001/pay", json!({"link": "https://t.me/$nobody"})),
        ("/sandbox/chats/1001/pay", json!({})),
        ("/sandbox/engine", json!({"next": "explode"})),
    ] {
        let (status, answer) = server.post(path, body).await;
        assert!(status.is_client_error() && answer["error"].is_string(), "{path}: {status} {answer}");
    }
}

#[tokio::test]
async fn a_picture_is_sent_as_a_photo_or_as_a_file() {
    let server = Server::start().await;
    let url = format!("{}/sandbox/chats/1001/photo", server.base);
    let film = b"\0\0\0\x18ftypisom-the-rest".to_vec();
    let part = || multipart::Part::bytes(film.clone()).file_name("a.mp4");
    let form = multipart::Form::new().text("caption", "кот").text("as_file", "true").part("file", part());
    let sent: Value = server.client.post(&url).multipart(form).send().await.unwrap().json().await.unwrap();
    let document = &sent["message"]["document"];
    assert_eq!((&sent["message"]["caption"], &document["mime_type"]), (&json!("кот"), &json!("video/mp4")));
    let photo = multipart::Form::new().part("file", part());
    let photo: Value = server.client.post(&url).multipart(photo).send().await.unwrap().json().await.unwrap();
    assert!(photo["message"]["photo"][0]["file_id"].is_string());
    let none = server.client.post(&url).multipart(multipart::Form::new().text("caption", "x"));
    assert_eq!(none.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_file_is_read_whole_or_in_parts() {
    let server = Server::start().await;
    let film = b"\0\0\0\x18ftypisom-the-rest";
    server.api.sends_file(1001, film.as_slice(), "a.mp4", "video/mp4", "");
    let id = server.api.chat(1001)[0]["document"]["file_id"].clone();
    let url = format!("{}/sandbox/files/{}", server.base, id.as_str().unwrap());
    let whole = server.client.get(&url).send().await.unwrap();
    assert_eq!(
        (whole.status(), &whole.headers()["content-type"]),
        (StatusCode::OK, &"video/mp4".parse().unwrap())
    );
    let ranged = server.client.get(&url).header("range", "bytes=4-7").send().await.unwrap();
    assert_eq!(ranged.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(ranged.headers()["content-range"], format!("bytes 4-7/{}", film.len()));
    assert_eq!(ranged.bytes().await.unwrap().as_ref(), b"ftyp");
    let outside = server.client.get(&url).header("range", "bytes=999-").send().await.unwrap();
    assert_eq!(outside.status(), StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn what_a_person_uploads_never_runs_as_a_page() {
    let server = Server::start().await;
    server.api.sends_file(1001, b"<script>".as_slice(), "a.html", "text/html", "");
    let id = server.api.chat(1001)[0]["document"]["file_id"].as_str().unwrap().to_owned();
    let answer = server.client.get(format!("{}/sandbox/files/{id}", server.base)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    assert_eq!(answer.headers()["content-disposition"], "attachment");
}

#[tokio::test]
async fn events_stream_and_the_panel_follows_a_message() {
    let server = Server::start().await;
    let answer = server.client.get(format!("{}/sandbox/events", server.base)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    server.api.says(1001, "привет");
    let mut stream = answer.bytes_stream();
    let mut seen = String::new();
    while !seen.contains("event: panel\ndata: {}\n\n") {
        seen.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
    }
    assert!(seen.starts_with("event: message\ndata: {\"chat_id\":1001,\"message\":{"), "{seen}");
}

#[tokio::test]
async fn other_sites_are_turned_away() {
    let server = Server::start().await;
    let host = server.base.strip_prefix("http://").unwrap().to_owned();
    for (name, value, status) in [
        ("origin", "https://evil.example".to_owned(), StatusCode::FORBIDDEN),
        ("origin", "null".to_owned(), StatusCode::FORBIDDEN),
        ("origin", "http://127.0.0.1:1".to_owned(), StatusCode::FORBIDDEN),
        ("host", "evil.example".to_owned(), StatusCode::FORBIDDEN),
        ("origin", format!("http://{host}"), StatusCode::OK),
    ] {
        let post = server.client.post(format!("{}/sandbox/engine", server.base)).header(name, &value);
        assert_eq!(
            post.json(&json!({"next": "ok"})).send().await.unwrap().status(),
            status,
            "{name}: {value}"
        );
    }
}
