//! The emulator over loopback, as any HTTP client sees it.

mod faults;
mod vendors;

use std::{io::Cursor, sync::Arc, time::Duration};

use image::{DynamicImage, ImageFormat};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::{
    media::film::{Film, probe},
    sandbox::video_api::{VideoApi, VideoApiSettings},
};

struct Server {
    api: Arc<VideoApi>,
    client: Client,
    root: String,
}

impl Server {
    async fn start(render: Duration) -> Self {
        Self::with(VideoApiSettings { render, ..VideoApiSettings::default() }).await
    }

    async fn with(settings: VideoApiSettings) -> Self {
        let api = VideoApi::new(settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}/v1", listener.local_addr().unwrap());
        let router = api.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { api, client: Client::new(), root }
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.root)).bearer_auth("sk-test")
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.call(Method::GET, path)).await
    }

    async fn create(&self, body: Value) -> (StatusCode, Value) {
        read(self.call(Method::POST, "/videos").json(&body)).await
    }

    async fn created(&self) -> String {
        let (status, video) = self.create(json!({ "prompt": "a cat" })).await;
        assert_eq!(status, 200, "{video}");
        video["id"].as_str().unwrap().to_owned()
    }
}

async fn read(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn an_order_becomes_a_film_of_the_asked_size_and_length() {
    let server = Server::start(Duration::ZERO).await;
    let form = Form::new()
        .text("model", "sora-2-pro")
        .text("prompt", "Кошка играет на пианино")
        .text("size", "1024x1792")
        .text("seconds", "12");
    let (status, video) = read(server.call(Method::POST, "/videos").multipart(form)).await;
    assert_eq!(
        (status.as_u16(), &video["status"], &video["object"]),
        (200, &json!("queued"), &json!("video"))
    );
    assert_eq!((&video["seconds"], &video["size"]), (&json!("12"), &json!("1024x1792")));
    let id = video["id"].as_str().unwrap();

    let (_, video) = server.get(&format!("/videos/{id}")).await;
    assert_eq!(
        (&video["status"], &video["progress"], &video["error"]),
        (&json!("completed"), &json!(100), &Value::Null)
    );
    let answer = server.call(Method::GET, &format!("/videos/{id}/content")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "video/mp4");
    let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let film = answer.bytes().await.unwrap();
    assert_eq!(film.len(), length);
    assert_eq!(probe(Cursor::new(&film)).unwrap(), Film { width: 1024, height: 1792, duration_ms: 12_000 });
    for (variant, kind) in [("thumbnail", ImageFormat::WebP), ("spritesheet", ImageFormat::Jpeg)] {
        let path = format!("/videos/{id}/content?variant={variant}");
        let picture = server.call(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(image::guess_format(&picture).unwrap(), kind);
    }
    let made = &server.api.creates()[0];
    assert_eq!((made.model.as_str(), made.width, made.height, made.seconds), ("sora-2-pro", 1024, 1792, 12));
    assert_eq!(made.prompt, "Кошка играет на пианино");
}

#[tokio::test]
async fn a_job_grows_with_time_and_only_then_can_be_fetched() {
    let server = Server::start(Duration::from_secs(100)).await;
    let id = server.created().await;
    tokio::time::pause();
    let mut seen = Vec::new();
    for seconds in [5, 25, 30, 50] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        let video = server.api.jobs().pop().unwrap();
        seen.push((video.status, video.progress));
    }
    assert_eq!(seen, [("queued", 0), ("in_progress", 30), ("in_progress", 60), ("completed", 100)]);
    tokio::time::resume();

    let young = server.created().await;
    let answer = server.call(Method::GET, &format!("/videos/{young}")).send().await.unwrap();
    let pause: u64 = answer.headers()["openai-poll-after-ms"].to_str().unwrap().parse().unwrap();
    assert!((1..=5000).contains(&pause), "{pause}");
    assert_eq!(server.get(&format!("/videos/{young}/content")).await.0, 404);
    let (status, body) = read(server.call(Method::DELETE, &format!("/videos/{young}"))).await;
    assert_eq!(status, 400, "{body}");
    assert!(server.get(&format!("/videos/{id}")).await.1["completed_at"].is_u64());
}

#[tokio::test]
async fn a_wrong_order_is_refused_with_the_name_of_what_is_wrong() {
    let server = Server::start(Duration::ZERO).await;
    let long = "я".repeat(32_001);
    let cases = [
        (json!({}), 400, "prompt", "missing_required_parameter"),
        (json!({"prompt": ""}), 400, "prompt", "string_below_min_length"),
        (json!({"prompt": long}), 400, "prompt", "string_above_max_length"),
        (json!({"prompt": "a", "seconds": 8}), 400, "seconds", "invalid_type"),
        (json!({"prompt": "a", "seconds": "5"}), 400, "seconds", "invalid_value"),
        (json!({"prompt": "a", "size": "1024x1792"}), 400, "size", "invalid_value"),
        (json!({"prompt": "a", "model": "sora-2-pro", "size": "640x480"}), 400, "size", "invalid_value"),
        (json!({"prompt": "a", "model": "sora-9"}), 404, "model", "model_not_found"),
        (json!({"prompt": "a", "seed": 4}), 400, "seed", "unknown_parameter"),
    ];
    for (body, status, param, code) in cases {
        let (got, answer) = server.create(body).await;
        let error = &answer["error"];
        assert_eq!((got.as_u16(), &error["param"], &error["code"]), (status, &json!(param), &json!(code)));
        assert!(error["message"].is_string() && error["type"] == "invalid_request_error", "{error}");
    }
    for model in ["sora-2", "sora-2-2025-12-08", "sora-2-pro-2025-10-06"] {
        assert_eq!(
            server.create(json!({"prompt": "a", "model": model, "seconds": "20"})).await.0,
            200,
            "{model}"
        );
    }
    assert_eq!(server.api.creates().len(), 3, "a refused order leaves no job");
}

#[tokio::test]
async fn a_first_frame_must_be_a_picture_of_exactly_the_films_size() {
    let server = Server::start(Duration::ZERO).await;
    let send = async |bytes: Vec<u8>, kind: &str| {
        let part = Part::bytes(bytes).file_name("frame.png").mime_str(kind).unwrap();
        let form = Form::new().text("prompt", "a").text("size", "1280x720").part("input_reference", part);
        read(server.call(Method::POST, "/videos").multipart(form)).await
    };
    let (status, body) = send(png(720, 1280), "image/png").await;
    assert_eq!(status, 400);
    assert_eq!(body["error"]["message"], "Inpaint image must match the requested width and height");
    assert_eq!(send(png(1280, 720), "application/octet-stream").await.0, 400);
    assert_eq!(send(b"no picture".to_vec(), "image/png").await.0, 400);
    assert_eq!(send(png(1280, 720), "image/png").await.0, 200);

    use base64::Engine;
    let url = format!("data:image/png;base64,{}", base64::prelude::BASE64_STANDARD.encode(png(720, 1280)));
    let body = json!({"prompt": "a", "input_reference": {"image_url": url}});
    assert_eq!(server.create(body).await.0, 200);
    assert!(server.api.creates().iter().all(|made| made.has_picture));
}

#[tokio::test]
async fn a_list_is_paged_both_ways_and_a_deleted_job_is_gone() {
    let server = Server::start(Duration::ZERO).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(server.created().await);
    }
    let gone = ids.remove(2);
    let (_, answer) = read(server.call(Method::DELETE, &format!("/videos/{gone}"))).await;
    assert_eq!(answer, json!({"id": gone, "object": "video.deleted", "deleted": true}));
    assert_eq!(server.get(&format!("/videos/{gone}")).await.0, 404);
    for order in ["asc", "desc"] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let (_, page) = server.get(&format!("/videos?limit=3&order={order}{after}")).await;
            let on_page = page["data"].as_array().unwrap().iter();
            seen.extend(on_page.map(|video| video["id"].as_str().unwrap().to_owned()));
            assert_eq!(page["last_id"], json!(seen.last()));
            if page["has_more"] == false {
                break;
            }
            after = format!("&after={}", seen.last().unwrap());
        }
        if order == "desc" {
            seen.reverse();
        }
        assert_eq!(seen, ids);
    }
    assert_eq!(server.get("/videos?limit=101").await.0, 400);
    assert_eq!(server.get("/videos?limit=x").await.0, 400);
    server.api.set_lists_down(true);
    assert_eq!(server.get("/videos").await.0, 503);
}

#[tokio::test]
async fn a_remix_keeps_everything_but_the_prompt() {
    let server = Server::start(Duration::ZERO).await;
    let (_, source) = server.create(json!({"prompt": "a cat", "size": "1280x720", "seconds": "8"})).await;
    let path = format!("/videos/{}/remix", source["id"].as_str().unwrap());
    let (status, remix) = read(server.call(Method::POST, &path).json(&json!({"prompt": "a dog"}))).await;
    assert_eq!(status, 200);
    assert_eq!(remix["remixed_from_video_id"], source["id"]);
    assert_eq!((&remix["size"], &remix["seconds"]), (&source["size"], &source["seconds"]));
    assert_eq!(
        read(server.call(Method::POST, "/videos/video_no/remix").json(&json!({"prompt": "a"}))).await.0,
        404
    );
}

#[tokio::test]
async fn an_extension_is_the_whole_film_and_six_of_them_are_the_most() {
    let server = Server::start(Duration::ZERO).await;
    let (_, source) = server.create(json!({"prompt": "a cat", "size": "1280x720", "seconds": "8"})).await;
    let extend = async |video: &serde_json::Value, seconds: &str| {
        let body = json!({"prompt": "it jumps", "seconds": seconds, "video": {"id": video["id"]}});
        read(server.call(Method::POST, "/videos/extensions").json(&body)).await
    };
    assert_eq!(extend(&json!({"id": "video_no"}), "4").await.0, 404);
    assert_eq!(extend(&source, "5").await.0, 400, "no such length");
    let mut last = source;
    for nth in 1..=6 {
        let (status, whole) = extend(&last, "4").await;
        assert_eq!((status.as_u16(), whole["seconds"].as_str()), (200, Some(&*(8 + 4 * nth).to_string())));
        assert_eq!((&whole["size"], &whole["remixed_from_video_id"]), (&last["size"], &json!(null)));
        last = whole;
    }
    assert_eq!(extend(&last, "4").await.0, 400);
    let created = server.api.creates().pop().unwrap();
    assert_eq!((created.extensions, created.seconds), (6, 32));
}

#[tokio::test]
async fn nobody_gets_in_without_the_key_and_every_call_is_recorded() {
    let key = Some("sk-right".to_owned());
    let server = Server::with(VideoApiSettings { key, ..VideoApiSettings::default() }).await;
    let url = format!("{}/videos?limit=1", server.root);
    let (status, body) = read(server.client.get(&url)).await;
    assert_eq!((status.as_u16(), body["error"]["type"].as_str()), (401, Some("invalid_request_error")));
    let (status, body) = server.get("/videos").await;
    assert_eq!((status.as_u16(), body["error"]["code"].as_str()), (401, Some("invalid_api_key")));
    assert_eq!(read(server.client.get(&url).bearer_auth("sk-right")).await.0, 200);
    let unknown = server.client.put(&url).bearer_auth("sk-right");
    assert_eq!(read(unknown).await.0, 404);
    let calls = server.api.calls();
    let seen: Vec<_> =
        calls.iter().map(|call| (call.method.as_str(), call.path.as_str(), call.status)).collect();
    assert_eq!(seen[0], ("GET", "/v1/videos?limit=1", Some(401)));
    assert_eq!(seen[3], ("PUT", "/v1/videos?limit=1", Some(404)));
}
