//! Order, independence, panics, floods and stopping, with handlers that wait to be let go.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::*;
use crate::app::Incoming;
use crate::telegram::inbox::fake::MemoryInbox;
use crate::telegram::update::What;

/// Notes what it ran. Updates in `held` wait until they are let go; those in `panics` panic.
struct Notebook {
    begun: Mutex<Vec<u64>>,
    done: watch::Sender<Vec<u64>>,
    sorry: Mutex<Vec<u64>>,
    held: BTreeMap<u64, Semaphore>,
    panics: Vec<u64>,
}

impl Notebook {
    fn new(held: &[u64], panics: &[u64]) -> Arc<Self> {
        Arc::new(Self {
            begun: Mutex::default(),
            done: watch::Sender::default(),
            sorry: Mutex::default(),
            held: held.iter().map(|id| (*id, Semaphore::new(0))).collect(),
            panics: panics.to_vec(),
        })
    }

    fn release(&self, id: u64) {
        self.held[&id].add_permits(1);
    }

    async fn done(&self, count: usize) -> Vec<u64> {
        let mut done = self.done.subscribe();
        done.wait_for(|ids| ids.len() >= count).await.unwrap().clone()
    }
}

#[async_trait]
impl Handler for Notebook {
    async fn handle(&self, event: &Event) {
        let id = event.update.0;
        self.begun.lock().unwrap().push(id);
        if let Some(gate) = self.held.get(&id) {
            gate.acquire().await.unwrap().forget();
        }
        assert!(!self.panics.contains(&id), "asked to panic");
        self.done.send_modify(|ids| ids.push(id));
    }

    async fn apologise(&self, event: &Event) {
        self.sorry.lock().unwrap().push(event.update.0);
    }
}

fn event(id: u64, chat: i64) -> Event {
    Event { update: UpdateId(id), place: (chat != 0).then_some(chat), what: What::Ignored("test") }
}

/// Waits until everything that was pushed has been run.
async fn idle(runner: &Runner) {
    loop {
        let all = runner.inner.room.acquire_many(ROOM).await;
        drop(all.expect("the room is never closed"));
        // What waits in the inbox takes no room.
        if runner.inner.chats().is_empty() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn runner(notebook: &Arc<Notebook>) -> (Runner, Arc<MemoryInbox>) {
    let inbox = Arc::new(MemoryInbox::default());
    (Runner::new(Arc::clone(notebook) as _, Arc::clone(&inbox) as _), inbox)
}

#[tokio::test]
async fn a_chat_is_served_in_order_while_a_slow_one_holds_nobody_up() {
    let notebook = Notebook::new(&[1], &[]);
    let (runner, inbox) = runner(&notebook);
    for (id, chat) in [(1, 10), (2, 10), (3, 20), (4, 20), (5, 0), (6, 20)] {
        runner.push(event(id, chat)).await;
    }
    let mut others = notebook.done(4).await;
    let of_twenty: Vec<u64> = others.iter().copied().filter(|id| *id != 5).collect();
    assert_eq!(of_twenty, [3, 4, 6], "in the order of the chat");
    others.sort_unstable();
    assert_eq!(others, [3, 4, 5, 6]);
    assert!(!notebook.begun.lock().unwrap().contains(&2), "2 waits for 1");
    notebook.release(1);
    assert_eq!(notebook.done(6).await[4..], [1, 2]);
    runner.stop(Duration::from_secs(5)).await;
    assert_eq!(inbox.handled.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn a_panic_costs_one_update_and_an_apology() {
    let notebook = Notebook::new(&[], &[1]);
    let (runner, inbox) = runner(&notebook);
    for id in 1..=3 {
        runner.push(event(id, 10)).await;
    }
    assert_eq!(notebook.done(2).await, [2, 3]);
    runner.stop(Duration::from_secs(5)).await;
    assert_eq!(*notebook.sorry.lock().unwrap(), [1]);
    assert_eq!(inbox.handled.lock().unwrap().iter().map(|id| id.0).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn stopping_finishes_what_runs_and_leaves_the_rest_in_the_inbox() {
    let notebook = Notebook::new(&[1], &[]);
    let (runner, inbox) = runner(&notebook);
    for id in 1..=3 {
        runner.push(event(id, 10)).await;
    }
    while notebook.begun.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let stopping = tokio::spawn({
        let runner = runner.clone();
        async move { runner.stop(Duration::from_secs(60)).await }
    });
    while !runner.inner.stopping.is_cancelled() {
        tokio::task::yield_now().await;
    }
    notebook.release(1);
    stopping.await.unwrap();
    assert_eq!(*inbox.handled.lock().unwrap(), [UpdateId(1)]);
}

#[tokio::test(start_paused = true)]
async fn stopping_gives_up_on_what_does_not_finish() {
    let notebook = Notebook::new(&[1], &[]);
    let (runner, inbox) = runner(&notebook);
    runner.push(event(1, 10)).await;
    runner.stop(Duration::from_secs(8)).await;
    assert!(inbox.handled.lock().unwrap().is_empty(), "it stays for the next start");
}

#[tokio::test]
async fn a_flood_of_one_chat_leaves_room_for_the_others_and_is_run_to_its_end_in_order() {
    let notebook = Notebook::new(&[1], &[]);
    let (runner, inbox) = runner(&notebook);
    let flood = u64::from(ROOM) * 2;
    let said = |id: u64| {
        let json = serde_json::json!({"update_id": id, "message": {"message_id": 1, "text": "x",
            "from": {"id": 10}, "chat": {"id": 10, "type": "private"}}});
        Incoming { id: UpdateId(id), json: json.to_string() }
    };
    inbox.accept((1..=flood).map(said).collect()).await.unwrap();
    for id in 1..=flood {
        runner.push(Event::read(&said(id))).await;
    }
    runner.push(event(flood + 1, 20)).await;
    assert_eq!(notebook.done(1).await, [flood + 1]);
    notebook.release(1);
    let done = notebook.done(usize::try_from(flood).unwrap() + 1).await;
    assert!(done[1..].iter().copied().eq(1..=flood), "each once, in order");
    idle(&runner).await;
    assert!(inbox.rows.lock().unwrap().is_empty());
    runner.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_backlog_of_ten_thousand_is_worked_off_in_order_per_chat() {
    let notebook = Notebook::new(&[], &[]);
    let (runner, _) = runner(&notebook);
    // What belongs to which chat follows no pattern, and some speak much more than others.
    let chat = |id: u64| i64::try_from(1 + (id * id * 7_919) % 401).unwrap();
    let inbox = Arc::clone(&runner.inner.inbox);
    let rows: Vec<Incoming> = (1..=10_000)
        .map(|id| {
            let chat = chat(id);
            let json = serde_json::json!({"update_id": id, "message": {"message_id": 1, "text": "x",
                "from": {"id": chat}, "chat": {"id": chat, "type": "private"}}});
            Incoming { id: UpdateId(id), json: json.to_string() }
        })
        .collect();
    inbox.accept(rows.clone()).await.unwrap();
    for row in &rows {
        runner.push(Event::read(row)).await;
    }
    idle(&runner).await;
    let done = notebook.done(rows.len()).await;
    assert_eq!(done.len(), rows.len());
    let mut last = BTreeMap::new();
    for id in done {
        let before = last.insert(chat(id), id);
        assert!(before.is_none_or(|before| before < id), "{before:?} before {id}");
    }
    runner.stop(Duration::from_secs(5)).await;
}
