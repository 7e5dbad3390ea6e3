//! Order, independence, panics, floods and stopping, with handlers that wait to be let go.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::*;
use crate::domain::id::UpdateId;
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
async fn a_flood_of_one_chat_leaves_room_for_the_others() {
    let notebook = Notebook::new(&[1], &[]);
    let (runner, inbox) = runner(&notebook);
    let flood = u64::from(ROOM) * 2;
    for id in 1..=flood {
        runner.push(event(id, 10)).await;
    }
    runner.push(event(flood + 1, 20)).await;
    assert_eq!(notebook.done(1).await, [flood + 1]);
    notebook.release(1);
    runner.stop(Duration::from_secs(5)).await;
    let dropped = inbox.handled.lock().unwrap().len();
    assert!(dropped >= ROOM as usize, "what was dropped is not handled later");
}
