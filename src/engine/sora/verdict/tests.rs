//! The table of errors in both directions: what an order meets, and what a question meets.

use std::time::Duration;

use serde_json::{Value, json};

use super::FailureKind::{Access, BadInput, Billing, Busy, Missing, Moderation, Network, Picture, Server};
use super::*;
use crate::domain::id::Ticket;

const PROMPT: &str = "my dog Rex runs along the Abay street";
const KEY: &str = "sk-0123456789abcdef";
const VEIL: Veil<'_> = Veil { key: KEY, prompt: Some(PROMPT) };

fn answer(status: u16, body: impl ToString) -> Answer {
    Answer { status, retry_after: None, poll_after: None, body: Ok(body.to_string().into_bytes()) }
}

fn error(code: &str) -> Value {
    json!({ "error": { "message": "no", "type": "invalid_request_error", "param": null, "code": code } })
}

fn with_message(message: &str) -> Value {
    json!({ "error": { "message": message, "type": null, "code": null } })
}

/// None stands for "nobody knows".
fn refused(answer: &Answer) -> Option<FailureKind> {
    match submission(answer, &VEIL) {
        Submission::Accepted(ticket) => panic!("{ticket} for {answer:?}"),
        Submission::Refused(failure) => Some(failure.kind),
        Submission::Unknown(_) => None,
    }
}

#[test]
fn any_success_with_an_id_is_a_ticket() {
    for status in [200, 201, 202] {
        for body in
            [json!({ "id": "v1" }), json!({ "task_id": "v1" }), json!({ "id": "v1", "status": "failed" })]
        {
            let expected = Submission::Accepted(Ticket::new("v1"));
            assert_eq!(submission(&answer(status, &body), &VEIL), expected, "{body}");
        }
    }
}

#[test]
fn a_success_that_says_no_id_is_unknown_unless_it_says_why() {
    for body in [
        "",
        "<html>our content policy</html>",
        "{\"id\":",
        "{}",
        "{\"error\":{\"message\":\"oops\"}}",
        "{\"message\":\"blocked by our content policy\"}",
    ] {
        assert_eq!(refused(&answer(200, body)), None, "{body}");
    }
    assert_eq!(refused(&answer(200, error("moderation_blocked"))), Some(Moderation));
    let unread = Answer { body: Err("connection reset".into()), ..answer(200, "") };
    assert_eq!(refused(&unread), None);
}

#[test]
fn an_order_is_judged_by_its_code_first() {
    for (status, code, expected) in [
        (400, "moderation_blocked", Moderation),
        (400, "content_policy_violation", Moderation),
        (403, "content_policy_violation", Moderation),
        (500, "moderation_blocked", Moderation),
        (429, "insufficient_quota", Billing),
        (403, "insufficient_user_quota", Billing),
        (400, "billing_hard_limit_reached", Billing),
        (429, "billing_not_active", Billing),
        (429, "organization_spend_limit_exceeded", Billing),
        (400, "project_spend_limit_exceeded", Billing),
        (429, "organization_usage_limit_exceeded", Billing),
        (401, "invalid_api_key", Access),
        (401, "account_deactivated", Access),
        (400, "model_not_found", Access),
        (404, "model_not_found", Access),
        (429, "rate_limit_exceeded", Busy),
        (400, "rate_limit_exceeded", Busy),
        (400, "invalid_value", BadInput),
    ] {
        assert_eq!(refused(&answer(status, error(code))), Some(expected), "{status} {code}");
    }
}

#[test]
fn an_order_is_judged_by_its_message_where_the_code_is_lost() {
    for (status, message, expected) in [
        (429, "Too many running tasks", Some(Busy)),
        (429, "You exceeded your current quota, please check your plan", Some(Billing)),
        (400, "Billing hard limit has been reached", Some(Billing)),
        (400, "Your request was rejected by the safety system", Some(Moderation)),
        (400, "OpenAIException - {\"code\":\"moderation_blocked\"}", Some(Moderation)),
        (400, "Inpaint image must match the requested width and height", Some(Picture)),
        (500, "The server had an error", None),
    ] {
        assert_eq!(refused(&answer(status, with_message(message))), expected, "{message}");
    }
}

/// As LiteLLM 1.108.7 answers, asked for it.
#[test]
fn a_gateways_refusals_are_told_apart_though_all_of_them_are_400() {
    let litellm = |message: &str, class: &str| json!({ "error": { "message": message, "type": class, "param": null, "code": "400" } });
    let wrapped = |code: &str| {
        let upstream = json!({ "error": { "code": code, "message": "no", "param": null, "type": "invalid_request_error" } });
        let behind = "LiteLLM: model group 'sora-2' failed with the error above. No fallback was attempted.";
        litellm(
            &format!("litellm.BadRequestError: OpenAIException - {upstream}\n\n{behind}"),
            "invalid_request_error",
        )
    };
    let unknown_model = "/videos: Invalid model name passed in model=sora-9. Call `/v1/models` to view available models for your key.";
    for (body, expected) in [
        (litellm("No connected db.", "no_db_connection"), Access),
        (litellm(unknown_model, "invalid_request_error"), Access),
        (wrapped("invalid_value"), BadInput),
        (wrapped("content_policy_violation"), Moderation),
        (wrapped("billing_hard_limit_reached"), Billing),
        (wrapped("insufficient_quota"), Billing),
    ] {
        assert_eq!(refused(&answer(400, &body)), Some(expected), "{body}");
    }
    let down = "litellm.InternalServerError: InternalServerError: OpenAIException - Cannot connect to host 10.0.0.1:80";
    assert_eq!(
        refused(&answer(500, litellm(down, "internal_server_error"))),
        None,
        "it may have tried before"
    );
}

#[test]
fn an_order_is_judged_by_its_status_last() {
    for (statuses, expected) in [
        (&[400, 413, 415, 422, 431][..], Some(BadInput)),
        (&[401, 403, 404, 405, 410, 501, 301, 302, 307, 308], Some(Access)),
        (&[402], Some(Billing)),
        (&[425, 429], Some(Busy)),
        // these may come from something in between, after the engine took it
        (&[303, 408, 409, 499, 500, 502, 503, 504, 520, 524, 529], None),
    ] {
        for &status in statuses {
            assert_eq!(refused(&answer(status, "{}")), expected, "{status}");
            let page = "<html>see our content policy</html>";
            assert_eq!(refused(&answer(status, page)), expected, "{status}, a page");
        }
    }
    let server_error = json!({ "error": { "message": "no", "type": "server_error", "code": null } });
    assert_eq!(refused(&answer(500, server_error)), None);
}

#[test]
fn a_server_that_says_when_to_come_back_took_nothing() {
    for status in [429, 503] {
        let busy = Answer { retry_after: Some(Duration::from_secs(7)), ..answer(status, "") };
        let Submission::Refused(failure) = submission(&busy, &VEIL) else {
            panic!("{status} must be a refusal");
        };
        assert_eq!((failure.kind, failure.retry_after), (Busy, Some(Duration::from_secs(7))));
    }
}

#[test]
fn a_detail_names_the_status_and_the_code_but_neither_key_nor_prompt() {
    let message = format!("bad '{PROMPT}' for {KEY}\n\u{7}");
    let body = json!({ "error": { "message": message, "code": "invalid_value" } });
    let expected = Submission::Refused(Failure {
        kind: BadInput,
        detail: "HTTP 400 invalid_value: bad '…' for …".into(),
        retry_after: None,
    });
    assert_eq!(submission(&answer(400, body), &VEIL), expected);

    let echo = format!("<html>{PROMPT} {KEY}</html>");
    let Submission::Unknown(said) = submission(&answer(502, echo), &VEIL) else {
        panic!("a 502 is unknown");
    };
    assert_eq!(said, "HTTP 502 <html>… …</html>");

    let job = json!({ "id": "v", "status": "failed", "prompt": PROMPT, "error": { "message": PROMPT } });
    let polled = polled(&answer(200, job), KEY).unwrap();
    assert!(matches!(polled.progress, Progress::Failed(failure) if failure.detail == "…"));
}

#[test]
fn a_prompt_in_a_message_is_no_sign() {
    let prompt = "a poster that says content policy and nothing else";
    let veil = Veil { key: "", prompt: Some(prompt) };
    let body = with_message(&format!("cannot parse: {prompt}"));
    let Submission::Refused(failure) = submission(&answer(400, body), &veil) else {
        panic!("a 400 is a refusal");
    };
    assert_eq!(failure.kind, BadInput);
}

#[test]
fn a_question_is_judged_too() {
    for (status, body, expected) in [
        (404, json!({}), Missing),
        (410, json!({}), Missing),
        (404, error("model_not_found"), Missing),
        (401, json!({}), Access),
        (403, json!({}), Access),
        (401, error("invalid_api_key"), Access),
        (302, json!({}), Access),
        (400, json!({}), BadInput),
        (402, json!({}), Billing),
        (429, json!({}), Busy),
        (429, error("insufficient_quota"), Billing),
        (400, error("moderation_blocked"), Moderation),
        (408, json!({}), Server),
        (409, json!({}), Server),
        (500, json!({}), Server),
        (503, json!({}), Server),
        (504, json!({}), Server),
    ] {
        let failure = polled(&answer(status, &body), KEY).unwrap_err();
        assert_eq!(failure.kind, expected, "{status} {body}");
    }
    let busy = Answer { retry_after: Some(Duration::from_secs(3)), ..answer(503, "") };
    let failure = polled(&busy, KEY).unwrap_err();
    assert_eq!((failure.kind, failure.retry_after), (Busy, Some(Duration::from_secs(3))));
    let cut = Answer { body: Err("reset".into()), ..answer(200, "") };
    assert_eq!(polled(&cut, KEY).unwrap_err().kind, Network);
}

#[test]
fn a_render_that_failed_says_why() {
    for (error, expected) in [
        (json!({ "code": "moderation_blocked", "message": "no" }), Moderation),
        (json!("content_policy_violation"), Moderation),
        (json!({ "code": "insufficient_quota" }), Billing),
        (json!({ "code": "model_not_found" }), Access),
        (json!({ "code": "server_error", "message": "something broke" }), Server),
        (json!({ "code": "video_generation_failed" }), Server),
        (json!({ "code": 400, "message": "bad size" }), BadInput),
        (json!({ "code": 402 }), Billing),
        (json!({ "code": 404 }), Server),
        (json!({ "code": 429 }), Busy),
        (json!({ "code": 500 }), Server),
        (json!({ "type": "invalid_request_error" }), BadInput),
        (json!({ "message": "cuda out of memory" }), Server),
        (json!("out of memory"), Server),
        (json!(null), Server),
    ] {
        let body = json!({ "id": "v", "status": "failed", "error": error });
        let Progress::Failed(failure) = polled(&answer(200, &body), KEY).unwrap().progress else {
            panic!("{body} has failed");
        };
        assert_eq!(failure.kind, expected, "{body}");
        assert!(!failure.detail.is_empty());
    }
}

#[test]
fn progress_follows_the_state() {
    let read = |body: Value| polled(&answer(200, body), KEY).map(|polled| polled.progress);
    let working = |percent| Ok(Progress::Working { percent });
    assert_eq!(read(json!({ "id": "v", "status": "in_progress", "progress": 40 })), working(Some(40)));
    assert_eq!(read(json!({ "id": "v", "status": "thinking" })), working(None));
    assert_eq!(read(json!({ "id": "v" })), working(None));
    assert_eq!(read(json!({ "id": "v", "status": "done" })), Ok(Progress::Completed));
    for word in ["cancelled", "expired", "deleted"] {
        let gone = read(json!({ "id": "v", "status": word }));
        assert!(matches!(gone, Ok(Progress::Failed(failure)) if failure.kind == Missing));
    }
    let disguised = read(json!({ "error": { "code": "rate_limit_exceeded" } }));
    assert_eq!(disguised.unwrap_err().kind, Busy);
    assert_eq!(read(json!({})).unwrap_err().kind, Server);
    assert_eq!(read(json!([])).unwrap_err().kind, Server);
}

#[test]
fn the_next_question_comes_when_the_engine_says() {
    let hinted = |poll_after, retry_after| {
        let answer =
            Answer { poll_after, retry_after, ..answer(200, json!({ "id": "v", "status": "queued" })) };
        polled(&answer, KEY).unwrap().again_in
    };
    let (short, long) = (Some(Duration::from_millis(1500)), Some(Duration::from_secs(9)));
    assert_eq!(hinted(None, None), None);
    assert_eq!(hinted(short, None), short);
    assert_eq!(hinted(None, long), long);
    assert_eq!(hinted(short, long), short);
}

#[test]
fn a_server_without_a_list_closes_nothing() {
    for status in [404, 405, 410, 501] {
        let failure = page(&answer(status, "{}"), KEY).unwrap_err();
        assert_eq!(failure.kind, Missing, "{status}");
    }
    assert_eq!(page(&answer(401, "{}"), KEY).unwrap_err().kind, Access);
    assert_eq!(page(&answer(200, "{}"), KEY).unwrap_err().kind, Server);
    assert!(page(&answer(200, "{\"data\":[]}"), KEY).is_ok());
}

#[test]
fn a_refusal_is_put_down_to_the_picture_where_its_words_are_about_that() {
    let said = |code: &str, message: &str| json!({ "error": { "message": message, "code": code } });
    for (code, message, expected) in [
        ("", "Inpaint image must match the requested width and height", Picture),
        ("unsupported_file_mimetype", "Invalid file 'input_reference': unsupported type 'x'.", Picture),
        ("moderation_blocked", "The input image contains a human face.", Picture),
        ("moderation_blocked", "Your request was blocked by our moderation system.", Moderation),
        ("invalid_value", "Invalid value: '5'. Supported values are: '4'.", BadInput),
        ("insufficient_quota", "Too many uploads of your image: no quota.", Billing),
    ] {
        let body = said(code, message);
        assert_eq!(refused(&answer(400, &body)), Some(expected), "{message}");
        let mut failed = body.clone();
        failed["id"] = json!("v1");
        failed["status"] = json!("failed");
        if !code.is_empty() && expected != BadInput && code != "unsupported_file_mimetype" {
            let polled = polled(&answer(200, &failed), KEY).unwrap();
            assert!(
                matches!(polled.progress, Progress::Failed(failure) if failure.kind == expected),
                "{message}"
            );
        }
    }
}

#[test]
fn no_change_of_a_refusal_makes_it_panic_or_tells_the_key() {
    let corpus = [
        error("moderation_blocked"),
        error("billing_hard_limit_reached"),
        with_message(&format!("Incorrect API key provided: {KEY}")),
        json!({ "detail": [{ "msg": "seconds must be 4, 8 or 12", "input": PROMPT }] }),
    ];
    let corpus = corpus.map(|body| body.to_string().into_bytes());
    crate::domain::fuzzing::nearly_right("refusal", &corpus, |bytes| {
        let answer = Answer { status: 400, retry_after: None, poll_after: None, body: Ok(bytes.to_vec()) };
        let Submission::Refused(failure) = submission(&answer, &VEIL) else { return false };
        assert!(!failure.detail.contains(KEY), "{}", failure.detail);
        failure.kind != BadInput || failure.detail.contains("seconds must be")
    });
}
