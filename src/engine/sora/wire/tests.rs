//! What each server was seen or documented to answer, and what is read out of it.

use serde_json::json;

use super::*;
use crate::engine::lenient::LONGEST_ID;

fn video(value: Value) -> Video {
    Video::of(&value).unwrap()
}

#[test]
fn every_word_for_a_state_is_known() {
    use State::{Completed, Failed, Gone, Unsaid, Working};
    for (words, expected) in [
        (
            &["queued", "pending", "in_progress", "processing", "running", "unknown", "warming up"][..],
            Working,
        ),
        (&["completed", "succeeded", "success", "done", "SUCCESS", " Done "], Completed),
        (&["failed", "error", "FAILURE"], Failed),
        (&["cancelled", "canceled", "expired", "deleted", "Cancelled"], Gone),
        (&["", " "], Unsaid),
    ] {
        for word in words {
            assert_eq!(video(json!({ "status": word })).state, expected, "{word:?}");
        }
    }
    assert_eq!(video(json!({ "status": 3 })).state, Unsaid);
    assert_eq!(video(json!({})).state, Unsaid);
}

#[test]
fn progress_is_0_to_100_or_unsaid() {
    for (said, expected) in [
        (json!(0), Some(0)),
        (json!(47), Some(47)),
        (json!(47.9), Some(47)),
        (json!("47"), Some(47)),
        (json!(" 47.5 % "), Some(47)),
        (json!(250), Some(100)),
        (json!(-3), Some(0)),
        (json!("half"), None),
        (json!("NaN"), None),
        (json!("inf"), None),
        (json!(null), None),
        (json!([47]), None),
    ] {
        assert_eq!(video(json!({ "progress": said })).percent, expected, "{said}");
    }
}

#[test]
fn seconds_are_whole_or_unsaid() {
    for (said, expected) in [
        (json!("8"), Some(8)),
        (json!(8), Some(8)),
        (json!(8.0), Some(8)),
        (json!("8.0"), Some(8)),
        (json!(8.5), None),
        (json!(0), None),
        (json!(-8), None),
        (json!("eight"), None),
        (json!(null), None),
    ] {
        assert_eq!(video(json!({ "seconds": said })).seconds, expected, "{said}");
    }
}

#[test]
fn a_size_is_compared_only_in_one_form() {
    for (said, expected) in [
        (json!("720x1280"), Some("720x1280")),
        (json!("720X1280"), Some("720x1280")),
        (json!("720*1280"), Some("720x1280")),
        (json!("720 × 1280"), Some("720x1280")),
        (json!("720p"), None),
        (json!(""), None),
        (json!(null), None),
    ] {
        assert_eq!(video(json!({ "size": said })).size.as_deref(), expected, "{said}");
    }
}

#[test]
fn a_moment_is_read_in_seconds_milliseconds_and_words() {
    for (said, expected) in [
        (json!(1_795_000_000), Some(1_795_000_000_000)),
        (json!(1_795_000_000.5), Some(1_795_000_000_500)),
        (json!("1795000000"), Some(1_795_000_000_000)),
        (json!(1_795_000_000_123_i64), Some(1_795_000_000_123)),
        (json!("2026-11-18T11:06:40Z"), Some(1_795_000_000_000)),
        (json!(0), None),
        (json!("yesterday"), None),
        (json!(null), None),
    ] {
        let read = video(json!({ "created_at": said })).created_at;
        assert_eq!(read, expected.map(Timestamp), "{said}");
    }
}

#[test]
fn an_id_is_text_or_a_number_and_stays_below_videos() {
    for (said, expected) in [
        (json!({ "id": "video_1" }), Some("video_1")),
        (json!({ "id": 17 }), Some("17")),
        (json!({ "task_id": "t1" }), Some("t1")),
        (json!({ "id": "", "task_id": "t1" }), Some("t1")),
        (json!({ "id": ".." }), None),
        (json!({ "id": "." }), None),
        (json!({ "id": "a\nb" }), None),
        (json!({ "id": "x".repeat(LONGEST_ID + 1) }), None),
        (json!({ "id": null }), None),
        (json!({}), None),
    ] {
        let read = video(said.clone()).ticket;
        assert_eq!(read, expected.map(Ticket::new), "{said}");
    }
}

#[test]
fn a_film_may_lie_under_three_names() {
    for (said, expected) in [
        (json!({ "url": "https://a/1" }), Some("https://a/1")),
        (json!({ "video_url": "https://a/2" }), Some("https://a/2")),
        (json!({ "metadata": { "url": "https://a/3" } }), Some("https://a/3")),
        (json!({ "url": null, "metadata": { "url": "/3" } }), Some("/3")),
        (json!({ "metadata": "none" }), None),
        (json!({}), None),
    ] {
        assert_eq!(video(said.clone()).film.as_deref(), expected, "{said}");
    }
}

#[test]
fn a_fault_is_read_in_every_shape() {
    let fault = |code: Option<&str>, class: Option<&str>, message: Option<&str>| Fault {
        code: code.map(str::to_owned),
        class: class.map(str::to_owned),
        message: message.map(str::to_owned),
        page: None,
    };
    for (body, expected) in [
        (
            json!({ "error": { "code": "c", "type": "t", "message": "m", "param": null } }),
            fault(Some("c"), Some("t"), Some("m")),
        ),
        (json!({ "error": { "code": 1026, "message": "m" } }), fault(Some("1026"), None, Some("m"))),
        (json!({ "error": { "message": "m" } }), fault(None, None, Some("m"))),
        (json!({ "error": "out of memory" }), fault(None, None, Some("out of memory"))),
        (
            json!({ "error": "moderation_blocked" }),
            fault(Some("moderation_blocked"), None, Some("moderation_blocked")),
        ),
        (
            json!({ "object": "error", "message": "m", "type": "t", "code": 400 }),
            fault(Some("400"), Some("t"), Some("m")),
        ),
        (json!({ "detail": "m" }), fault(None, None, Some("m"))),
        (json!({ "detail": [{ "msg": "m", "input": "the prompt" }] }), fault(None, None, Some("m"))),
        (json!({ "error": {} }), Fault::default()),
        (json!({ "error": null }), Fault::default()),
        (json!([1, 2]), Fault::default()),
    ] {
        assert_eq!(Fault::read(body.to_string().as_bytes()), expected, "{body}");
    }
}

#[test]
fn a_body_that_is_no_json_is_kept_apart() {
    let page = Fault::read(b"<html>502 Bad Gateway</html>");
    assert_eq!(page.page.as_deref(), Some("<html>502 Bad Gateway</html>"));
    assert_eq!(page.message, None);
    assert_eq!(Fault::read(b""), Fault::default());
    assert!(Fault::read(b"\xFF\xFE").page.is_some());
}

#[test]
fn a_page_is_read_whole_or_not_at_all() {
    let body = json!({
        "object": "list", "has_more": true, "first_id": "a", "last_id": "b", "surprise": 1,
        "data": [
            { "id": "a", "prompt": "a cat", "model": "sora-2", "size": "720x1280", "seconds": "8", "created_at": 1_795_000_000 },
            { "id": "b", "prompt": "", "size": null },
        ],
    });
    let page = Page::read(body.to_string().as_bytes()).unwrap();
    let bare = Listed {
        ticket: Ticket::new("b"),
        prompt: None,
        model: None,
        size: None,
        seconds: None,
        created_at: None,
    };
    let full = Listed {
        ticket: Ticket::new("a"),
        prompt: Some("a cat".into()),
        model: Some("sora-2".into()),
        size: Some("720x1280".into()),
        seconds: Some(8),
        created_at: Some(Timestamp(1_795_000_000_000)),
    };
    assert_eq!(page.jobs, [full, bare]);
    assert_eq!((page.has_more, page.last_id.as_deref()), (Some(true), Some("b")));
    for bad in [
        json!({ "data": [{ "id": "a" }, { "prompt": "no id" }] }),
        json!({ "data": ["a"] }),
        json!({ "data": null }),
        json!({}),
        json!([]),
        json!("list"),
    ] {
        assert_eq!(Page::read(bad.to_string().as_bytes()), None, "{bad}");
    }
    assert_eq!(Page::read(b"{\"data\":[{\"id\":"), None);
}

#[test]
fn what_is_no_object_is_no_video() {
    for body in [&b""[..], b"[]", b"null", b"\"ok\"", b"<html>", b"{\"id\":\"vi"] {
        assert_eq!(Video::read(body), None);
    }
}

#[test]
fn no_change_of_an_answer_makes_it_panic() {
    let corpus = [
        json!({"id": "video_1", "object": "video", "status": "in_progress", "progress": 42, "created_at": 1_795_000_000, "seconds": "8", "size": "1280x720"}),
        json!({"id": "video_2", "status": "failed", "error": {"code": "moderation_blocked", "message": "no"}}),
    ];
    let corpus = corpus.map(|video| video.to_string().into_bytes());
    crate::domain::fuzzing::nearly_right("video", &corpus, |bytes| Video::read(bytes).is_some());
}

#[test]
fn no_change_of_a_list_makes_it_panic() {
    let job = |id: &str| json!({"id": id, "status": "completed", "prompt": "a cat", "model": "sora-2", "seconds": "8", "size": "720x1280", "created_at": 1_795_000_000});
    let list = json!({"object": "list", "has_more": true, "last_id": "video_2", "data": [job("video_1"), job("video_2")]});
    crate::domain::fuzzing::nearly_right("list of videos", &[list.to_string().into_bytes()], |bytes| {
        Page::read(bytes).is_some()
    });
}
