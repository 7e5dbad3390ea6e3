//! Questions: how a render is, what there is, and goodbye.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde_json::json;
use std::collections::HashMap;

use super::*;
use crate::domain::reconcile::Listed;
use crate::domain::time::Timestamp;

fn ticket() -> Ticket {
    Ticket::new("video_1")
}

#[tokio::test]
async fn a_poll_tells_the_progress_and_the_pause() {
    let tell = get(async || {
        (
            [("openai-poll-after-ms", "2500")],
            Json(json!({ "id": "video_1", "status": "in_progress", "progress": 40 })),
        )
    });
    let (origin, calls) = serve(Router::new().route("/v1/videos/video_1", tell)).await;

    let polled = sora(&origin).poll(&ticket()).await.unwrap();

    let percent = Some(40);
    assert_eq!(polled.progress, Progress::Working { percent });
    assert_eq!(polled.again_in, Some(Duration::from_millis(2500)));
    assert_eq!(calls.all(), [format!("GET /v1/videos/video_1 Bearer {KEY}")]);
}

#[tokio::test]
async fn a_question_without_an_answer_is_the_networks_fault() {
    let (cut, _) = serve_raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{").await;
    let (hung_up, _) = serve_raw("").await;
    let silence = get(async || std::future::pending::<()>().await);
    let (silent, _) = serve(Router::new().route("/v1/videos/video_1", silence)).await;
    for origin in [cut, hung_up, silent, nowhere().await] {
        let failure = hasty(&origin).poll(&ticket()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Network, "{failure}");
        assert!(!failure.detail.contains("127.0.0.1:"), "{failure}");
    }
}

#[tokio::test]
async fn a_poll_of_the_unknown_is_missing() {
    let (origin, _) = serve(Router::new()).await;
    let failure = sora(&origin).poll(&ticket()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
}

#[tokio::test]
async fn a_redirect_to_another_host_goes_without_the_key() {
    let tell = get(async || Json(json!({ "id": "video_1", "status": "queued" })));
    let (elsewhere, strangers) = serve(Router::new().route("/moved", tell)).await;
    // the same machine under another name and port is another host
    let target = format!("{elsewhere}/moved").replace("127.0.0.1", "localhost");
    let away = get(async move || Redirect::temporary(&target));
    let (origin, _) = serve(Router::new().route("/v1/videos/video_1", away)).await;

    sora(&origin).poll(&ticket()).await.unwrap();

    assert_eq!(strangers.all(), ["GET /moved no key"]);
}

/// Five jobs, two a page: created at 5000 s, 4000 s … 1000 s.
async fn list_of_five() -> (String, Calls) {
    let list = get(async |Query(query): Query<HashMap<String, String>>| {
        let from = query.get("after").map_or(0, |after| after[1..].parse::<usize>().unwrap() + 1);
        let job = |number: usize| json!({ "id": format!("v{number}"), "created_at": 5000 - number * 1000 });
        let jobs: Vec<_> = (from..5).take(2).map(job).collect();
        Json(json!({ "object": "list", "data": jobs, "has_more": from + 2 < 5 }))
    });
    serve(Router::new().route("/v1/videos", list)).await
}

async fn listed(origin: &str, since: Timestamp) -> Result<Vec<Listed>, Failure> {
    let request = super::submitting::request();
    match sora(origin).find(&Sought { request: &request, since }).await? {
        Sighting::Listed(jobs) => Ok(jobs),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_list_is_read_back_to_the_moment_and_no_further() {
    let (origin, calls) = list_of_five().await;
    let since = Timestamp::from_seconds(3500);

    let listing = listed(&origin, since).await.unwrap();

    let names: Vec<_> = listing.iter().map(|job| job.ticket.as_str()).collect();
    assert_eq!(names, ["v0", "v1", "v2", "v3"]);
    let expected = [
        format!("GET /v1/videos?limit=100&order=desc Bearer {KEY}"),
        format!("GET /v1/videos?limit=100&order=desc&after=v1 Bearer {KEY}"),
    ];
    assert_eq!(calls.all(), expected);
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let (origin, calls) = list_of_five().await;
    let listing = listed(&origin, Timestamp(0)).await.unwrap();
    assert_eq!(listing.len(), 5);
    assert_eq!(calls.all().len(), 3);
}

#[tokio::test]
async fn half_a_list_proves_nothing() {
    let list = get(async |Query(query): Query<HashMap<String, String>>| {
        if query.contains_key("after") {
            return Err(StatusCode::BAD_GATEWAY);
        }
        Ok(Json(json!({ "data": [{ "id": "v0", "created_at": 5000 }], "has_more": true })))
    });
    let (origin, _) = serve(Router::new().route("/v1/videos", list)).await;
    let failure = listed(&origin, Timestamp(0)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Server);

    let (listless, _) = serve(Router::new()).await;
    let failure = listed(&listless, Timestamp(0)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
}

#[tokio::test]
async fn a_render_can_be_removed() {
    let remove = delete(async || Json(json!({ "id": "video_1", "deleted": true })));
    let (origin, calls) = serve(Router::new().route("/v1/videos/video_1", remove)).await;
    let sora = sora(&origin);

    sora.cancel(&ticket()).await.unwrap();

    assert_eq!(calls.all(), [format!("DELETE /v1/videos/video_1 Bearer {KEY}")]);
    let failure = sora.cancel(&Ticket::new("gone")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
}

/// The fourth is LiteLLM's: it has no list and takes the question for an order.
#[tokio::test]
async fn whether_it_is_there_is_asked_by_its_list_and_one_without_a_list_is_there_too() {
    let litellm = r#"{"error":{"message":"litellm.BadRequestError: LLM Provider NOT provided. You passed model=","type":"invalid_request_error","param":null,"code":"400"}}"#;
    let stranger =
        r#"{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}"#;
    for (status, body, expected) in [
        (200, r#"{"object":"list","data":[],"has_more":false}"#, None),
        (404, "", None),
        (405, r#"{"detail":"Method Not Allowed"}"#, None),
        (400, litellm, None),
        (400, stranger, Some(FailureKind::Access)),
        (401, "", Some(FailureKind::Access)),
        (402, "", Some(FailureKind::Billing)),
        (500, "", Some(FailureKind::Server)),
    ] {
        let answer = move || async move { (axum::http::StatusCode::from_u16(status).unwrap(), body) };
        let (origin, _) = serve(Router::new().route("/v1/videos", axum::routing::get(answer))).await;
        let found = sora(&origin).check().await;
        assert_eq!(found.err().map(|failure| failure.kind), expected, "{status} {body}");
    }
}
