//! When a process dies, and what the outside answers next. Every outside call passes by here, before its effect and
//! after it, so that a test can kill the process at each of them in turn.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

/// One process' end. The next process gets a new one.
#[derive(Default)]
pub struct Fate {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    passed: u64,
    /// The process dies when it passes this outside point, counted from 1.
    dies_at: Option<u64>,
    dead: CancellationToken,
}

impl Fate {
    /// The process dies at the `nth` outside point from now on.
    pub fn die_at(&self, nth: u64) {
        let mut state = self.state.lock().unwrap();
        state.dies_at = Some(state.passed + nth);
    }

    /// A new process lives until somebody says otherwise.
    pub fn new_life(&self) {
        let mut state = self.state.lock().unwrap();
        state.dies_at = None;
        state.dead = CancellationToken::new();
    }

    /// Cancelled once the process is dead.
    pub fn death(&self) -> CancellationToken {
        self.state.lock().unwrap().dead.clone()
    }

    pub fn kill(&self) {
        self.state.lock().unwrap().dead.cancel();
    }

    /// An outside call is here. In a dead process nothing goes on.
    pub async fn pass(&self) {
        let dead = {
            let mut state = self.state.lock().unwrap();
            state.passed += 1;
            if state.dies_at == Some(state.passed) {
                state.dead.cancel();
            }
            state.dead.is_cancelled()
        };
        if dead {
            std::future::pending::<()>().await;
        }
    }
}

/// What happens at the next calls, one after another, and at all those after them.
pub struct Script<T> {
    next: VecDeque<T>,
    then: T,
}

impl<T: Clone> Script<T> {
    pub fn always(then: T) -> Self {
        Self { next: VecDeque::new(), then }
    }

    pub fn add(&mut self, next: impl IntoIterator<Item = T>) {
        self.next.extend(next);
    }

    pub fn take(&mut self) -> T {
        self.next.pop_front().unwrap_or_else(|| self.then.clone())
    }
}
