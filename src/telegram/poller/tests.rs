//! The poller against a scripted source, and against a small Bot API over HTTP.

use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::routing::any;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::telegram::api::Api;
use crate::telegram::inbox::fake::MemoryInbox;
use crate::telegram::runner::Handler;

/// Answers from a list; after its end it stops the poller.
struct Script {
    answers: Mutex<std::vec::IntoIter<Result<Vec<u64>, Fault>>>,
    asked: Mutex<Vec<(Option<u64>, Duration, usize)>>,
    webhooks_deleted: Mutex<usize>,
    inbox: Arc<MemoryInbox>,
    began: tokio::time::Instant,
    stop: CancellationToken,
}

#[async_trait]
impl Source for Script {
    async fn updates(&self, offset: Option<UpdateId>) -> Result<Vec<Incoming>, Fault> {
        let kept = self.inbox.rows.lock().unwrap().len() + self.inbox.handled.lock().unwrap().len();
        let asked = (offset.map(|id| id.0), self.began.elapsed(), kept);
        self.asked.lock().unwrap().push(asked);
        let next = self.answers.lock().unwrap().next();
        match next {
            Some(answer) => answer.map(|ids| ids.into_iter().map(message).collect()),
            None => {
                while !self.inbox.rows.lock().unwrap().is_empty() {
                    tokio::task::yield_now().await;
                }
                self.stop.cancel();
                std::future::pending().await
            }
        }
    }

    async fn delete_webhook(&self) -> Result<(), Fault> {
        *self.webhooks_deleted.lock().unwrap() += 1;
        Ok(())
    }
}

/// From here on, updates come from a chat each, and are not handled before `QUESTION` is heard.
const CROWD: u64 = 1_000_000;
const QUESTION: u64 = 2_000_000;

struct Opener(CancellationToken);

impl AtOnce for Opener {
    fn hear(&self, update: &Incoming) {
        if update.id == UpdateId(QUESTION) {
            self.0.cancel();
        }
    }
}

struct Seen(mpsc::UnboundedSender<u64>, CancellationToken);

#[async_trait]
impl Handler for Seen {
    async fn handle(&self, event: &Event) {
        if event.update.0 >= CROWD {
            self.1.cancelled().await;
        }
        self.0.send(event.update.0).unwrap();
    }

    async fn apologise(&self, _: &Event) {}
}

struct Run {
    script: Arc<Script>,
    seen: mpsc::UnboundedReceiver<u64>,
    ended: Result<(), TelegramError>,
}

/// Polls through `answers` with `left` in the inbox from the last run.
async fn run(left: &[u64], answers: Vec<Result<Vec<u64>, Fault>>) -> Run {
    let inbox = Arc::new(MemoryInbox::default());
    inbox.accept(left.iter().copied().map(message).collect()).await.unwrap();
    let stop = CancellationToken::new();
    let script = Arc::new(Script {
        answers: Mutex::new(answers.into_iter()),
        asked: Mutex::default(),
        webhooks_deleted: Mutex::default(),
        inbox: Arc::clone(&inbox),
        began: tokio::time::Instant::now(),
        stop: stop.clone(),
    });
    let (sender, seen) = mpsc::unbounded_channel();
    let gate = CancellationToken::new();
    let runner = Runner::new(Arc::new(Seen(sender, gate.clone())), Arc::clone(&inbox) as _);
    let at_once = Arc::new(Opener(gate));
    let poller = Poller { source: Arc::clone(&script) as _, at_once, inbox, runner: runner.clone() };
    let ended = poller.run(&stop).await;
    runner.stop(Duration::from_secs(1)).await;
    Run { script, seen, ended }
}

fn drained(run: &mut Run) -> Vec<u64> {
    std::iter::from_fn(|| run.seen.try_recv().ok()).collect()
}

fn message(id: u64) -> Incoming {
    let chat = if id < CROWD { 5 } else { id };
    let update = json!({"update_id": id, "message": {"message_id": 1, "date": 0, "text": "x",
        "from": {"id": chat, "is_bot": false, "first_name": "a"}, "chat": {"id": chat, "type": "private"}}});
    Incoming { id: UpdateId(id), json: update.to_string() }
}

#[tokio::test(start_paused = true)]
async fn updates_are_kept_before_they_are_confirmed() {
    let answers = vec![Ok(vec![50, 51]), Ok(vec![52])];
    let run = run(&[], answers).await;
    run.ended.unwrap();
    let asked: Vec<_> = run.script.asked.lock().unwrap().iter().map(|(o, _, kept)| (*o, *kept)).collect();
    assert_eq!(asked, [(None, 0), (Some(52), 2), (Some(53), 3)]);
}

#[tokio::test(start_paused = true)]
async fn what_the_last_run_left_comes_first_and_in_order() {
    let mut run = run(&[7, 8, 9], vec![Ok(vec![10])]).await;
    run.ended.as_ref().unwrap();
    assert_eq!(run.script.asked.lock().unwrap()[0].0, Some(10));
    assert_eq!(drained(&mut run), [7, 8, 9, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_new_count_after_a_quiet_week_is_followed() {
    let mut run = run(&[], vec![Ok(vec![90_000]), Ok(vec![17]), Ok(vec![18])]).await;
    run.ended.as_ref().unwrap();
    assert_eq!(drained(&mut run), [90_000, 17, 18]);
    let asked: Vec<_> = run.script.asked.lock().unwrap().iter().map(|(offset, ..)| *offset).collect();
    assert_eq!(asked, [None, Some(90_001), Some(18), Some(19)]);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_comes_again_is_run_once() {
    let mut run = run(&[], vec![Ok(vec![50]), Ok(vec![50]), Ok(vec![])]).await;
    run.ended.as_ref().unwrap();
    assert_eq!(drained(&mut run), [50]);
}

#[tokio::test(start_paused = true)]
async fn a_question_before_a_payment_is_heard_behind_a_flood_that_nobody_works_off() {
    let batches = (0..20).map(|nth| Ok((CROWD + nth * 100..CROWD + nth * 100 + 100).collect()));
    let mut run = run(&[], batches.chain([Ok(vec![QUESTION])]).collect()).await;
    run.ended.as_ref().unwrap();
    let mut done = drained(&mut run);
    done.sort_unstable();
    assert!(done.into_iter().eq((CROWD..CROWD + 2_000).chain([QUESTION])));
}

#[tokio::test(start_paused = true)]
async fn failures_pause_longer_and_longer() {
    let broken = || Err(Fault::Transient("down".to_owned()));
    let mut answers: Vec<_> = (0..7).map(|_| broken()).collect();
    answers.push(Ok(vec![]));
    answers.push(Err(Fault::Rival));
    answers.push(Err(Fault::Patience(Duration::from_secs(100))));
    let run = run(&[], answers).await;
    run.ended.unwrap();
    let asked = run.script.asked.lock().unwrap();
    let pauses: Vec<u64> = asked.windows(2).map(|pair| (pair[1].1 - pair[0].1).as_secs()).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 0, 1, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_in_the_way_is_removed() {
    let run = run(&[], vec![Err(Fault::Webhook), Ok(vec![])]).await;
    run.ended.unwrap();
    assert_eq!(*run.script.webhooks_deleted.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_ends_it() {
    let run = run(&[], vec![Err(Fault::Token)]).await;
    assert!(matches!(run.ended, Err(TelegramError::TokenRefused)));
}

/// A Bot API that notes what it was asked, as method and body, and gives the same answer to everything.
async fn bot_api(status: u16, answer: Value) -> (Api, mpsc::UnboundedReceiver<(String, Value)>) {
    bot_api_saying(status, answer.to_string()).await
}

async fn bot_api_saying(status: u16, answer: String) -> (Api, mpsc::UnboundedReceiver<(String, Value)>) {
    type Shared = (mpsc::UnboundedSender<(String, Value)>, u16, String);
    async fn respond(
        State((calls, status, answer)): State<Shared>,
        uri: axum::http::Uri,
        body: String,
    ) -> (axum::http::StatusCode, String) {
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        calls.send((uri.path().to_owned(), body)).unwrap();
        (axum::http::StatusCode::from_u16(status).unwrap(), answer)
    }
    let (calls, seen) = mpsc::unbounded_channel();
    let app = Router::new().fallback(any(respond)).with_state((calls, status, answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (Api::new(&SecretString::from("12345:sEcReT"), &url).unwrap(), seen)
}

#[tokio::test]
async fn polling_asks_for_what_we_understand_and_takes_it_raw() {
    let new = json!({"update_id": 3, "hologram": {"entities": [{"type": "new"}]}});
    let deep = format!("{{\"update_id\": 4, \"message\": {}{}}}", "[".repeat(500), "]".repeat(500));
    let answer = format!("{{\"ok\": true, \"result\": [{new}, {deep}, {{\"no\": \"number\"}}]}}");
    let (api, mut calls) = bot_api_saying(200, answer).await;
    let updates = Api::updates(&api, Some(UpdateId(3))).await.unwrap();
    let expected = [(3, new.to_string()), (4, deep)];
    assert_eq!(updates, expected.map(|(id, json)| Incoming { id: UpdateId(id), json }));
    let (path, body) = calls.recv().await.unwrap();
    assert_eq!(path.to_lowercase(), "/bot12345:secret/getupdates");
    assert_eq!(body["offset"], 3);
    assert!(body["timeout"].as_u64().unwrap() >= 25);
    assert_eq!(
        body["allowed_updates"],
        json!(["message", "callback_query", "my_chat_member", "pre_checkout_query"])
    );
}

#[tokio::test]
async fn removing_the_webhook_drops_nothing() {
    let (api, mut calls) = bot_api(200, json!({"ok": true, "result": true})).await;
    Api::delete_webhook(&api).await.unwrap();
    let (path, body) = calls.recv().await.unwrap();
    assert_eq!(path.to_lowercase(), "/bot12345:secret/deletewebhook");
    assert_eq!(body["drop_pending_updates"], false);
}

#[tokio::test]
async fn what_telegram_refuses_is_understood() {
    for (status, answer, fault) in [
        (
            429,
            json!({"ok": false, "description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}}),
            Fault::Patience(Duration::from_secs(7)),
        ),
        (
            409,
            json!({"ok": false, "description": "Conflict: terminated by other getUpdates request"}),
            Fault::Rival,
        ),
        (409, json!({"ok": false, "description": "Conflict: a webhook is active"}), Fault::Webhook),
    ] {
        let (api, _calls) = bot_api(status, answer).await;
        assert_eq!(Api::updates(&api, None).await, Err(fault));
    }
    let (api, _calls) = bot_api_saying(502, "<html>Bad Gateway</html>".to_owned()).await;
    assert!(matches!(Api::updates(&api, None).await, Err(Fault::Transient(_))));
}

#[tokio::test]
async fn no_error_holds_the_token() {
    let (api, _calls) =
        bot_api(401, json!({"ok": false, "error_code": 401, "description": "Unauthorized"})).await;
    assert_eq!(Api::updates(&api, None).await, Err(Fault::Token));
    let nobody = "http://127.0.0.1:1/".parse().unwrap();
    let unreachable = Api::new(&SecretString::from("12345:sEcReT"), &nobody).unwrap();
    let fault = Api::updates(&unreachable, None).await.unwrap_err();
    assert!(matches!(fault, Fault::Transient(_)));
    assert!(!format!("{fault} {fault:?}").contains("sEcReT"));
}
