//! A vendor that the program does not know, added as one Lua file while it is as it is, at a server that behaves like the
//! vendor's page says.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::world::{Told, World, binary};

const KEY: &str = "key_0123456789abcdef";
const FILM: &[u8] = include_bytes!("../../src/engine/tiny.mp4");

#[derive(Default)]
struct Runway {
    orders: Mutex<Vec<Value>>,
    asked: AtomicUsize,
}

fn is_ours(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    is("authorization", &format!("Bearer {KEY}")) && is("x-runway-version", "2024-11-06")
}

async fn create(
    State(runway): State<Arc<Runway>>,
    headers: HeaderMap,
    Json(order): Json<Value>,
) -> axum::response::Response {
    if !is_ours(&headers) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "no" }))).into_response();
    }
    runway.orders.lock().unwrap().push(order);
    Json(json!({ "id": "17f20503-6c24-4c16-946b-35dbbce2af2f" })).into_response()
}

async fn task(State(runway): State<Arc<Runway>>, Path(id): Path<String>, headers: HeaderMap) -> Json<Value> {
    assert!(is_ours(&headers));
    let host = headers["host"].to_str().unwrap();
    let (status, output) = match runway.asked.fetch_add(1, Ordering::SeqCst) {
        0 => ("THROTTLED", json!(null)),
        1 => ("RUNNING", json!(null)),
        _ => ("SUCCEEDED", json!([format!("http://{host}/films/1.mp4")])),
    };
    Json(json!({ "id": id, "status": status, "progress": 0.5, "output": output }))
}

#[tokio::test]
async fn a_vendor_from_its_page_alone_is_one_file() {
    let runway = Arc::new(Runway::default());
    let router = Router::new()
        .route("/v1/text_to_video", post(create))
        .route("/v1/tasks/{id}", get(task))
        .route("/films/1.mp4", get(async || ([("content-type", "video/mp4")], FILM)))
        .with_state(runway.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let home = tempfile::tempdir().unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["pricing.lua", "packages.lua", "menus.lua", "ideas.lua"] {
        fs::create_dir_all(home.path().join("scripts/engines")).unwrap();
        fs::copy(root.join("scripts").join(file), home.path().join("scripts").join(file)).unwrap();
    }
    // those that the shipped models name stay where they are
    for engine in ["fal", "gemini", "kling", "minimax", "openrouter"] {
        let file = format!("scripts/engines/{engine}.lua");
        fs::copy(root.join(&file), home.path().join(&file)).unwrap();
    }
    let script = fs::read_to_string(root.join("tests/engines/runway.lua"))
        .unwrap()
        .replace("every_s = 5", "every_s = 1");
    fs::write(home.path().join("scripts/engines/runway.lua"), script).unwrap();

    let mut command = binary(&[
        "engine",
        "try",
        "runway",
        "a cat on a roof",
        "--model",
        "gen4.5",
        "--seconds",
        "5",
        "--size",
        "1280x720",
    ]);
    command.current_dir(home.path()).env("RUNWAYML_API_SECRET", KEY).env("RUNWAY_BASE_URL", &address);
    let told = Told::of(command).await;

    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("THROTTLED") && told.out.contains("64x64"), "{told:?}");
    assert!(!told.out.contains(KEY) && !told.err.contains(KEY), "the key is not shown");
    assert_eq!(fs::read(home.path().join("try.mp4")).unwrap(), FILM);
    let expected =
        json!({ "model": "gen4.5", "promptText": "a cat on a roof", "ratio": "1280:720", "duration": 5 });
    assert_eq!(*runway.orders.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_try_at_a_videos_server_shows_everything_but_the_key() {
    let world = World::usual().await;
    // the shipped files serve where there is no folder
    fs::remove_dir_all(world.home().join("scripts")).unwrap();
    let key = world.environment()["OPENAI_API_KEY"].clone();
    let told = world
        .told(&["engine", "try", "sora", "a cat on a roof", "--seconds", "4", "--size", "720x1280"])
        .await;
    assert_eq!(told.code, Some(0), "{told:?}");
    for part in [
        "→ POST http",
        "\"prompt\": \"a cat on a roof\"",
        "authorization: (hidden)",
        "← HTTP 200 {",
        "(the film)",
        "720x1280, 4.000 s",
    ] {
        assert!(told.out.contains(part), "{part}: {}", told.out);
    }
    assert!(!told.out.contains(&key) && !told.err.contains(&key), "the key is not shown");
}

#[tokio::test]
async fn every_shipped_engine_passes_its_recorded_replies() {
    let home = tempfile::tempdir().unwrap();
    let mut command = binary(&["engine", "test"]);
    command.current_dir(home.path());
    let told = Told::of(command).await;
    assert_eq!(told.code, Some(0), "{}\n{}", told.out, told.err);
    for engine in ["fal", "gemini", "kling", "minimax", "openrouter", "replicate"] {
        assert!(told.out.contains(&format!("{engine} (")), "{engine}: {}", told.out);
    }
    assert!(told.out.matches("  ok   ").count() > 100, "{}", told.out);
}
