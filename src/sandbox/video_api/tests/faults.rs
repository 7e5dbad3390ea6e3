//! Every fate, as a client meets it.

use std::{io::Cursor, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    media::film::{FilmError, probe},
    sandbox::video_api::{ContentFault, Fate, tests::Server},
};

#[tokio::test]
async fn a_refused_create_says_why_once_and_leaves_no_job() {
    let server = Server::start(Duration::ZERO).await;
    let cases = [
        (Fate::ServerError, 500, "server_error"),
        (Fate::RateLimited { retry_after: Some(7) }, 429, "rate_limit_exceeded"),
        (Fate::BillingLimit, 400, "billing_hard_limit_reached"),
        (Fate::NoQuota, 429, "insufficient_quota"),
        (Fate::BadKey, 401, "invalid_api_key"),
        (Fate::ModelGone, 404, "model_not_found"),
        (Fate::Refused, 400, "content_policy_violation"),
    ];
    for (fate, status, code) in cases {
        server.api.fail_next(fate);
        assert_eq!(server.api.next(), fate);
        let answer = server.call(Method::POST, "/videos").json(&json!({"prompt": "a"})).send().await.unwrap();
        let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(retry_after.as_deref(), (code == "rate_limit_exceeded").then_some("7"));
        assert_eq!(answer.status(), status);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], code);
    }
    server.api.fail_next(Fate::Drop);
    assert!(server.call(Method::POST, "/videos").json(&json!({"prompt": "a"})).send().await.is_err());
    assert!(server.api.creates().is_empty());
    server.created().await;
}

#[tokio::test]
async fn an_accepted_create_can_be_lost_on_the_way_back_yet_is_on_the_list() {
    let server = Server::start(Duration::ZERO).await;
    let fates =
        [Fate::AcceptThenDrop, Fate::AcceptThenSilence, Fate::AcceptThenBadGateway, Fate::AcceptThenGarbage];
    for (nth, fate) in fates.into_iter().enumerate() {
        server.api.fail_next(fate);
        let request = server.call(Method::POST, "/videos").json(&json!({"prompt": format!("nr {nth}")}));
        let answer = request.timeout(Duration::from_millis(500)).send().await;
        match fate {
            Fate::AcceptThenBadGateway => assert_eq!(answer.unwrap().status(), 502),
            Fate::AcceptThenGarbage => assert!(answer.unwrap().json::<Value>().await.is_err()),
            Fate::AcceptThenSilence => assert!(answer.unwrap_err().is_timeout()),
            _ => assert!(!answer.unwrap_err().is_timeout()),
        }
        let (_, page) = server.get("/videos?limit=1").await;
        assert_eq!(page["data"][0]["prompt"], format!("nr {nth}"));
    }
    assert_eq!(server.api.creates().len(), fates.len());
}

#[tokio::test]
async fn a_job_can_end_badly_in_every_way_that_is_asked_for() {
    let server = Server::start(Duration::ZERO).await;
    let cases = [
        (Fate::Moderation, "failed", Some("moderation_blocked")),
        (Fate::RenderError, "failed", Some("server_error")),
        (Fate::FailedWith("sentinel"), "failed", Some("sentinel")),
        (Fate::Hang, "in_progress", None),
        (Fate::OddStatus("simmering"), "simmering", None),
    ];
    for (fate, status, code) in cases {
        server.api.fail_next(fate);
        let id = server.created().await;
        let (answered, video) = server.get(&format!("/videos/{id}")).await;
        assert_eq!((answered.as_u16(), video["status"].as_str()), (200, Some(status)));
        assert_eq!(video["error"]["code"].as_str(), code);
    }
    server.api.fail_next(Fate::Vanish);
    let id = server.created().await;
    assert_eq!(server.get(&format!("/videos/{id}")).await.0, 404);
    server.api.fail_next(Fate::PollErrors { times: 2 });
    let id = server.created().await;
    for status in [500, 500, 200] {
        assert_eq!(server.get(&format!("/videos/{id}")).await.0, status);
    }
}

#[tokio::test]
async fn a_download_can_go_wrong_and_then_be_right() {
    let server = Server::start(Duration::ZERO).await;
    let fetch = async |fault| {
        server.api.fail_next(Fate::Content { fault, times: 1 });
        let path = format!("/videos/{}/content", server.created().await);
        let first = server.call(Method::GET, &path).send().await.unwrap();
        (first, path)
    };
    for (fault, status) in
        [(ContentFault::NotFound, 404), (ContentFault::Gone, 410), (ContentFault::Unavailable, 503)]
    {
        assert_eq!(fetch(fault).await.0.status(), status);
    }
    assert!(fetch(ContentFault::Empty).await.0.bytes().await.unwrap().is_empty());
    let page = fetch(ContentFault::WrongType).await.0;
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(fetch(ContentFault::CutShort).await.0.bytes().await.is_err());
    let (first, path) = fetch(ContentFault::Truncated).await;
    let half = first.bytes().await.unwrap();
    assert!(matches!(probe(Cursor::new(half)), Err(FilmError::Truncated)));
    let whole = server.call(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    assert!(probe(Cursor::new(whole)).is_ok());
}
