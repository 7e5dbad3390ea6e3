//! The request that costs money: sent once, and honest about what is not known.

use std::collections::HashSet;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Multipart};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

use crate::domain::catalog::Size;

use super::*;

pub(super) fn request() -> RenderRequest {
    RenderRequest {
        reference: "17-1".into(),
        prompt: "Кот за роялем\r\nв джаз-клубе \"Рояль\"".into(),
        model: "sora-2-pro".into(),
        size: Size { width: 1024, height: 1792 },
        seconds: 8,
        source: None,
        picture: None,
        picture_link: None,
    }
}

fn failure(submission: Submission) -> Failure {
    match submission {
        Submission::Refused(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_is_a_form_of_four_text_fields_sent_once() {
    let fields = Arc::new(Mutex::new(Vec::new()));
    let noted = fields.clone();
    let create = async move |mut form: Multipart| {
        while let Some(field) = form.next_field().await.unwrap() {
            let shape = (field.file_name().is_none(), field.content_type().is_none());
            assert_eq!(shape, (true, true), "plain fields");
            let name = field.name().unwrap().to_owned();
            let value = field.text().await.unwrap();
            noted.lock().unwrap().push((name, value));
        }
        (StatusCode::ACCEPTED, Json(json!({ "id": "video_1", "status": "queued" })))
    };
    let (origin, calls) = serve(Router::new().route("/v1/videos", post(create))).await;

    let submission = sora(&origin).submit(&request()).await;

    assert_eq!(submission, Submission::Accepted(Ticket::new("video_1")));
    assert_eq!(calls.all(), [format!("POST /v1/videos Bearer {KEY}")]);
    let expected = [
        ("model", "sora-2-pro"),
        ("prompt", "Кот за роялем\r\nв джаз-клубе \"Рояль\""),
        ("seconds", "8"),
        ("size", "1024x1792"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(*fields.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_picture_goes_along_as_a_file_that_says_what_it_is() {
    let parts = Arc::new(Mutex::new(Vec::new()));
    let noted = parts.clone();
    let create = async move |mut form: Multipart| {
        while let Some(field) = form.next_field().await.unwrap() {
            let said = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let part = (said(field.name()), said(field.file_name()), said(field.content_type()));
            let bytes = field.bytes().await.unwrap();
            noted.lock().unwrap().push((part, bytes));
        }
        Json(json!({ "id": "video_1" }))
    };
    let (origin, _) = serve(Router::new().route("/v1/videos", post(create))).await;
    let picture = bytes::Bytes::from(vec![0xff; 300_000]);

    let asked = RenderRequest { picture: Some(picture.clone()), ..request() };
    assert_eq!(sora(&origin).submit(&asked).await, Submission::Accepted(Ticket::new("video_1")));

    let parts = parts.lock().unwrap();
    let (what, bytes) = parts.last().unwrap();
    let what = (what.0.as_str(), what.1.as_str(), what.2.as_str());
    assert_eq!((parts.len(), what), (5, ("input_reference", "first-frame.jpg", "image/jpeg")));
    assert_eq!(bytes, &picture);
}

#[tokio::test]
async fn without_a_key_there_is_no_authorization() {
    let create = post(async || Json(json!({ "id": "video_1" })));
    let (origin, calls) = serve(Router::new().route("/v1/videos", create)).await;
    let own = Sora::new(SoraSettings { key: SecretString::from(""), ..settings(&origin) });

    own.unwrap().submit(&request()).await;

    assert_eq!(calls.all(), ["POST /v1/videos no key"]);
}

#[tokio::test]
async fn nothing_that_was_not_sent_is_in_doubt() {
    let (not_tls, calls) = serve_raw("no TLS here\r\n").await;
    let tls = not_tls.replace("http:", "https:");
    for origin in [nowhere().await, "http://nobody.invalid".to_owned(), tls] {
        let failure = failure(sora(&origin).submit(&request()).await);
        assert_eq!(failure.kind, FailureKind::Network, "{origin}: {failure}");
        assert!(!failure.detail.contains(KEY) && !failure.detail.contains("/v1"));
    }
    let calls = calls.all();
    assert!(calls.iter().all(|call| !call.contains("POST")), "{calls:?}");
}

#[tokio::test]
async fn what_was_sent_and_not_answered_is_unknown_and_not_sent_again() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":\"video_1\"",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        "not HTTP at all\r\n\r\n",
    ] {
        let (origin, calls) = serve_raw(answer).await;
        let submission = sora(&origin).submit(&request()).await;
        assert!(matches!(submission, Submission::Unknown(_)), "{answer:?}: {submission:?}");
        assert_eq!(calls.all(), ["POST /v1/videos HTTP/1.1"], "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_leaves_it_unknown() {
    let silence = post(async || std::future::pending::<()>().await);
    let (origin, calls) = serve(Router::new().route("/v1/videos", silence)).await;

    let submission = hasty(&origin).submit(&request()).await;

    assert!(matches!(submission, Submission::Unknown(_)), "{submission:?}");
    assert_eq!(calls.all().len(), 1);
}

#[tokio::test]
async fn each_order_has_a_connection_of_its_own() {
    let peers = Arc::new(Mutex::new(HashSet::new()));
    let noted = peers.clone();
    let create = async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
        noted.lock().unwrap().insert(peer);
        Json(json!({ "id": "video_1" }))
    };
    let router = Router::new().route("/v1/videos", post(create));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let sora = sora(&origin);
    for times in 1..=3 {
        let submission = sora.submit(&request()).await;
        assert_eq!(submission, Submission::Accepted(Ticket::new("video_1")));
        assert_eq!(peers.lock().unwrap().len(), times);
    }
}

#[tokio::test]
async fn an_order_follows_no_redirect() {
    let (elsewhere, calls) = serve(Router::new()).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{elsewhere}/v1/videos");
        let redirect = post(async move || {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("location", location)]).into_response()
        });
        let (origin, _) = serve(Router::new().route("/v1/videos", redirect)).await;
        let submission = sora(&origin).submit(&request()).await;
        match (status, submission) {
            (303, Submission::Unknown(_)) => {}
            (_, Submission::Refused(failure)) => assert_eq!(failure.kind, FailureKind::Access),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(calls.all(), Vec::<String>::new());
}

#[tokio::test]
async fn a_busy_server_says_when_to_come_back() {
    let busy = post(async || (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "slow down"));
    let (origin, _) = serve(Router::new().route("/v1/videos", busy)).await;

    let failure = failure(sora(&origin).submit(&request()).await);

    assert_eq!(failure.kind, FailureKind::Busy);
    assert_eq!(failure.retry_after, Some(Duration::from_secs(7)));
    assert_eq!(failure.detail, "HTTP 429 slow down");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let flood = post(async || {
        axum::body::Body::from_stream(futures::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(bytes::Bytes::from_static(&[b' '; 65_536]))
        }))
    });
    let (origin, _) = serve(Router::new().route("/v1/videos", flood)).await;

    let submission = sora(&origin).submit(&request()).await;

    assert!(matches!(submission, Submission::Unknown(_)), "{submission:?}");
}

#[tokio::test]
async fn a_film_is_changed_and_continued_at_its_own_addresses() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let noted = bodies.clone();
    let answer = async move |Json(body): Json<serde_json::Value>| {
        noted.lock().unwrap().push(body);
        Json(json!({ "id": "video_2", "status": "queued" }))
    };
    let routes = Router::new()
        .route("/v1/videos/extensions", post(answer.clone()))
        .route("/v1/videos/{id}/remix", post(answer));
    let (origin, calls) = serve(routes).await;
    let film = Ticket::new("video_1");
    for source in [FilmSource::Remix(film.clone()), FilmSource::Extension(film)] {
        let wish = RenderRequest { prompt: "снег".into(), source: Some(source), ..request() };
        assert_eq!(sora(&origin).submit(&wish).await, Submission::Accepted(Ticket::new("video_2")));
    }
    let asked = ["/videos/video_1/remix", "/videos/extensions"];
    assert_eq!(calls.all(), asked.map(|path| format!("POST /v1{path} Bearer {KEY}")));
    let part = json!({ "prompt": "снег", "seconds": "8", "video": { "id": "video_1" } });
    assert_eq!(*bodies.lock().unwrap(), [json!({ "prompt": "снег" }), part]);
}
