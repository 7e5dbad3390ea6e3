//! Films: whole, bounded, of the right kind, and never with the key to strangers.

use axum::Router;
use axum::body::Body;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

use super::*;

const MAX_BYTES: u64 = 200_000;
const CONTENT: &str = "/v1/videos/video_1/content";

/// One red pixel, as a PNG.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// What is known of the tiny film of this many bytes.
fn whole(bytes: u64) -> Fetched {
    Fetched { bytes, width: 64, height: 64, duration_ms: 500, has_thumbnail: true }
}

/// A folder to fetch into.
struct Shelf {
    _folder: TempDir,
    film: PathBuf,
    thumbnail: PathBuf,
}

impl Shelf {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { film: folder.path().join("1.mp4"), thumbnail: folder.path().join("1.thumb"), _folder: folder }
    }

    async fn fetch(&self, sora: &Sora) -> Result<Fetched, Failure> {
        let ticket = Ticket::new("video_1");
        sora.fetch(&ticket, &self.film, &self.thumbnail, MAX_BYTES).await
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.film.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn typed(name: &'static str, body: impl Into<Body>) -> Response {
    ([("content-type", name)], body.into()).into_response()
}

/// Fetches from a server whose content route answers so, and expects that nothing is left on the disk.
async fn failed_fetch(answer: fn() -> Response) -> Failure {
    let content = get(async move || answer());
    let (origin, _) = serve(Router::new().route(CONTENT, content)).await;
    let shelf = Shelf::new();
    let failure = shelf.fetch(&hasty(&origin)).await.unwrap_err();
    assert_eq!(shelf.names(), Vec::<String>::new(), "{failure}");
    failure
}

#[tokio::test]
async fn a_film_and_its_picture_arrive_whole() {
    let content = get(async |Query(query): Query<HashMap<String, String>>| {
        match query.get("variant").map(String::as_str) {
            Some("thumbnail") => typed("image/png", PICTURE),
            _ => typed("video/mp4", film(150_000)),
        }
    });
    let (origin, calls) = serve(Router::new().route(CONTENT, content)).await;
    let shelf = Shelf::new();
    fs::write(&shelf.film, "what was there before").unwrap();

    let fetched = shelf.fetch(&sora(&origin)).await.unwrap();

    assert_eq!(fetched, whole(150_000));
    assert_eq!(fs::read(&shelf.film).unwrap(), film(150_000));
    assert!(fs::read(&shelf.thumbnail).unwrap().starts_with(b"\xff\xd8"), "the picture has become a JPEG");
    assert_eq!(shelf.names(), ["1.mp4", "1.thumb"]);
    let expected =
        [format!("GET {CONTENT} Bearer {KEY}"), format!("GET {CONTENT}?variant=thumbnail Bearer {KEY}")];
    assert_eq!(calls.all(), expected);
}

#[tokio::test]
async fn a_film_without_a_length_arrives_too() {
    let content = get(async || {
        let pieces: Vec<_> = film(100_000)
            .chunks(7)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        typed("application/octet-stream", Body::from_stream(stream::iter(pieces)))
    });
    let (origin, _) = serve(Router::new().route(CONTENT, content)).await;
    let shelf = Shelf::new();

    let fetched = shelf.fetch(&sora(&origin)).await.unwrap();

    // the server gave the film for the picture as well: the film's own first picture serves
    assert_eq!(fetched, whole(100_000));
    assert_eq!(fs::read(&shelf.film).unwrap(), film(100_000));
    assert_eq!(shelf.names(), ["1.mp4", "1.thumb"]);
}

#[tokio::test]
async fn what_is_too_long_is_not_kept() {
    let said = failed_fetch(|| typed("video/mp4", film(200_001))).await;
    assert_eq!(said.kind, FailureKind::TooLarge);
    let endless = failed_fetch(|| {
        let head = stream::iter([Ok::<_, std::io::Error>(Bytes::from(film(1000)))]);
        let rest = stream::repeat_with(|| Ok(Bytes::from_static(&[0; 4096])));
        typed("video/mp4", Body::from_stream(head.chain(rest)))
    });
    assert_eq!(endless.await.kind, FailureKind::TooLarge);
}

#[tokio::test]
async fn what_is_no_film_is_broken() {
    for answer in [
        || typed("video/mp4", Body::empty()),
        || typed("video/mp4", &b"\0\0\0\x18ftyp"[..]),
        || typed("video/mp4", &b"<!doctype html><p>sorry"[..]),
        || typed("text/html", film(1000)),
        || typed("application/json", "{\"status\":\"queued\"}"),
        || StatusCode::NO_CONTENT.into_response(),
    ] as [fn() -> Response; 6]
    {
        let failure = failed_fetch(answer).await;
        assert_eq!(failure.kind, FailureKind::Broken, "{failure}");
    }
}

#[tokio::test]
async fn what_breaks_off_or_stalls_is_the_networks_fault() {
    let stalled = failed_fetch(|| {
        let head = stream::iter([Ok::<_, std::io::Error>(Bytes::from(film(1000)))]);
        typed("video/mp4", Body::from_stream(head.chain(stream::pending())))
    });
    assert_eq!(stalled.await.kind, FailureKind::Network);

    let mut cut = b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 5000\r\n\r\n".to_vec();
    cut.extend(film(4000));
    let (origin, _) = serve_raw(cut).await;
    let shelf = Shelf::new();
    let failure = shelf.fetch(&sora(&origin)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Network);
    assert_eq!(shelf.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_film_says_why() {
    for (answer, expected) in [
        ((|| StatusCode::UNAUTHORIZED.into_response()) as fn() -> Response, FailureKind::Access),
        (|| StatusCode::BAD_GATEWAY.into_response(), FailureKind::Server),
        (|| StatusCode::TOO_MANY_REQUESTS.into_response(), FailureKind::Busy),
    ] {
        assert_eq!(failed_fetch(answer).await.kind, expected);
    }
}

#[tokio::test]
async fn a_film_that_lies_elsewhere_is_fetched_without_the_key() {
    let give = get(async || typed("video/mp4", film(5000)));
    let (elsewhere, strangers) = serve(Router::new().route("/film", give)).await;
    let target = format!("{elsewhere}/film");
    let content = get(async move || Redirect::temporary(&target));
    let (origin, _) = serve(Router::new().route(CONTENT, content)).await;

    let fetched = Shelf::new().fetch(&sora(&origin)).await.unwrap();

    assert_eq!(fetched.bytes, 5000);
    let calls = strangers.all();
    assert!(calls.iter().all(|call| call == "GET /film no key"), "{calls:?}");
}

/// A server without a content route whose render reads so; `/film` is there too.
async fn without_content(render: Value) -> (Result<Fetched, Failure>, Vec<String>) {
    let give = get(async || typed("video/mp4", film(5000)));
    let (elsewhere, strangers) = serve(Router::new().route("/film", give.clone())).await;
    let render = render.to_string().replace("http://elsewhere", &elsewhere);
    let tell = get(async move || typed("application/json", render.clone()));
    let router = Router::new().route("/v1/videos/video_1", tell).route("/film", give);
    let (origin, calls) = serve(router).await;
    let fetched = Shelf::new().fetch(&sora(&origin)).await;
    (fetched, [calls.all(), strangers.all()].concat())
}

#[tokio::test]
async fn an_address_told_replaces_the_content_route() {
    for (name, address, asked) in [
        ("url", "http://elsewhere/film", "GET /film no key".to_owned()),
        ("video_url", "/film", format!("GET /film Bearer {KEY}")),
        ("url", "../film", format!("GET /film Bearer {KEY}")),
    ] {
        let render = json!({ "id": "video_1", "status": "completed", name: address });
        let (fetched, calls) = without_content(render).await;
        assert_eq!(fetched.map(|fetched| fetched.bytes), Ok(5000), "{address}");
        assert!(calls.contains(&asked), "{calls:?}");
    }
}

#[tokio::test]
async fn without_film_or_address_it_is_missing() {
    for render in [
        json!({ "id": "video_1", "status": "completed" }),
        json!({ "id": "video_1", "status": "completed", "url": "file:///etc/passwd" }),
        json!({ "id": "video_1", "status": "completed", "url": "http://elsewhere/gone" }),
        json!({ "id": "video_1", "status": "in_progress", "url": "/film" }),
        json!({ "id": "video_1", "status": "expired" }),
    ] {
        let (fetched, _) = without_content(render.clone()).await;
        assert_eq!(fetched.unwrap_err().kind, FailureKind::Missing, "{render}");
    }
    let moderated = json!({ "status": "failed", "error": { "code": "moderation_blocked" } });
    let (fetched, _) = without_content(moderated).await;
    assert_eq!(fetched.unwrap_err().kind, FailureKind::Moderation);

    let (origin, _) = serve(Router::new()).await;
    let failure = Shelf::new().fetch(&sora(&origin)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
}

#[tokio::test]
async fn a_bad_picture_does_not_spoil_the_film() {
    for picture in [
        || StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        || typed("image/png", "this is no png at all"),
        || typed("image/jpeg", Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())),
    ] as [fn() -> Response; 3]
    {
        let content = get(async move |Query(query): Query<HashMap<String, String>>| {
            if query.contains_key("variant") {
                return picture();
            }
            typed("video/mp4", film(5000))
        });
        let (origin, _) = serve(Router::new().route(CONTENT, content)).await;
        let shelf = Shelf::new();
        let fetched = shelf.fetch(&hasty(&origin)).await.unwrap();
        assert_eq!(fetched, whole(5000), "the film's own first picture serves");
        assert_eq!(shelf.names(), ["1.mp4", "1.thumb"]);
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told() {
    let content = get(async || typed("video/mp4", film(5000)));
    let (origin, _) = serve(Router::new().route(CONTENT, content)).await;
    let shelf = Shelf::new();
    let nowhere = shelf.film.join("no such folder").join("1.mp4");
    let ticket = Ticket::new("video_1");
    let fetched = sora(&origin).fetch(&ticket, &nowhere, &shelf.thumbnail, MAX_BYTES).await;
    let failure = fetched.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Broken);
    assert!(failure.detail.contains("disk") && !failure.detail.contains("no such folder"));
}
