//! Watches the owner's folders and says, on a thread of its own, when to look at them. The folders and their parents are
//! watched, never the files: editors save by renaming, and a renamed file takes its watch with it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::files::ENGINES_PREFIX;
use super::folder::Folder;

/// One save makes several events; this long without another one means that it is over.
const QUIET: Duration = Duration::from_millis(40);
/// A folder that never gets quiet is looked at all the same.
const DEBOUNCE: Duration = Duration::from_millis(100);
/// Some changes make no event: a folder on a network, a lost watch.
const SAFETY_LOOK: Duration = Duration::from_secs(5);
/// How often to look where the system gives no events at all.
const POLL: Duration = Duration::from_millis(500);

/// Watches for as long as it lives. Dropping it waits for a look that is under way, so not from within one.
#[must_use = "dropping it ends the watch"]
pub struct Watcher {
    stop: Sender<Signal>,
    thread: Option<JoinHandle<()>>,
}

enum Signal {
    Changed,
    Stop,
}

impl Folder {
    /// Starts watching. `look` is called at once, then whenever something may have changed, on the watcher's own thread.
    pub fn watch(&self, look: impl Fn() + Send + 'static) -> Watcher {
        self.watch_with(notify::recommended_watcher, look)
    }

    /// As `watch`, with another way to hear of changes.
    pub(super) fn watch_with(&self, start: StartSystem, look: impl Fn() + Send + 'static) -> Watcher {
        let (signals, heard) = mpsc::channel();
        let stop = signals.clone();
        let engines = self.settings.scripts_dir.join(ENGINES_PREFIX);
        let dirs = [&self.settings.scripts_dir, &self.settings.locales_dir, &engines].map(absolute);
        let thread = thread::Builder::new()
            .name("scripts".to_owned())
            .spawn(move || watch(Watches::new(dirs, signals, start), &heard, &look))
            .map_err(|error| tracing::error!(%error, "scripts are not watched: no thread"))
            .ok();
        Watcher { stop, thread }
    }
}

pub(super) type Listener = Box<dyn Fn(notify::Result<notify::Event>) + Send>;
pub(super) type StartSystem = fn(Listener) -> notify::Result<RecommendedWatcher>;

fn absolute(dir: &PathBuf) -> PathBuf {
    std::path::absolute(dir).unwrap_or_else(|_| dir.clone())
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Nobody hears it if the thread is gone already, and that is as well.
        let _ = self.stop.send(Signal::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(mut watches: Watches, heard: &Receiver<Signal>, look: &dyn Fn()) {
    loop {
        let pace = if watches.renew() { SAFETY_LOOK } else { POLL };
        look();
        match heard.recv_timeout(pace) {
            Ok(Signal::Changed) if settled(heard) => {}
            Err(RecvTimeoutError::Timeout) => {}
            _ => return,
        }
    }
}

/// Waits until the folder is quiet. False means stop.
fn settled(heard: &Receiver<Signal>) -> bool {
    let latest = Instant::now() + DEBOUNCE;
    loop {
        let left = latest.saturating_duration_since(Instant::now());
        match heard.recv_timeout(QUIET.min(left)) {
            Ok(Signal::Changed) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// The system's watches on the folders and their parents.
struct Watches {
    dirs: [PathBuf; 3],
    system: Option<RecommendedWatcher>,
}

impl Watches {
    fn new(dirs: [PathBuf; 3], signals: Sender<Signal>, start: StartSystem) -> Self {
        let ours = dirs.clone();
        let listener = move |event: notify::Result<notify::Event>| {
            if event.as_ref().map_or(true, |event| concerns(event, &ours)) {
                let _ = signals.send(Signal::Changed);
            }
        };
        let system = start(Box::new(listener)).map_err(|error| warn(&error)).ok();
        Self { dirs, system }
    }

    /// Watches anew: a folder that was deleted and made again is another folder to the system. False when the system
    /// gives no events, and only looking helps.
    fn renew(&mut self) -> bool {
        let Some(system) = &mut self.system else {
            return false;
        };
        let mut refused = None;
        for dir in &self.dirs {
            for watched in [dir.parent(), Some(dir.as_path())].into_iter().flatten() {
                // A folder that is not watched, or not there, is nothing to stop for: its parent tells when it comes.
                let _ = system.unwatch(watched);
                if watched.exists() {
                    refused = system.watch(watched, RecursiveMode::NonRecursive).err().or(refused);
                }
            }
        }
        if let Some(error) = refused.filter(|_| self.dirs.iter().all(|dir| dir.exists())) {
            warn(&error);
            self.system = None;
        }
        self.system.is_some()
    }
}

fn warn(error: &notify::Error) {
    tracing::warn!(%error, "the system does not tell of changed scripts; looking for them twice a second instead");
}

/// Is it one of our folders or in one, and more than somebody reading? Reading the files makes such events itself.
fn concerns(event: &notify::Event, dirs: &[PathBuf]) -> bool {
    let wrote = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    let ours = |path: &Path| dirs.iter().any(|dir| path.starts_with(dir));
    wrote && (event.need_rescan() || event.paths.iter().any(|path| ours(path)))
}
