//! The process: started, asked to stop, killed. Whatever happens to a test, its process ends with it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// A process that has not ended by then is a failed test.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Bot {
    child: Child,
    log: PathBuf,
    /// How much its forerunners had said.
    log_before: u64,
    /// How often its forerunners had asked for updates when it started.
    pub polls_before: usize,
}

impl Bot {
    /// Starts a command whose lines are added to the file `log`.
    pub fn spawn(mut command: Command, log: &Path, polls_before: usize) -> Self {
        let lines: File = OpenOptions::new().create(true).append(true).open(log).unwrap();
        let log_before = lines.metadata().unwrap().len();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(lines).spawn().unwrap();
        Self { child, log: log.to_owned(), log_before, polls_before }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has taken for its data. Pages of the program's own file come in as it runs through them and are not growth.
    pub fn memory_kib(&self) -> i64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    /// `kill -9`: it gets no chance to do anything.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a supervisor does.
    pub fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Ends when it does, however long that is.
    #[cfg(feature = "failpoints")]
    pub async fn has_ended(&mut self) {
        while self.child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end; its log:\n{}", self.lines());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops it in good order.
    pub async fn stop(self) {
        let log = self.log.clone();
        self.ask_to_stop();
        let status = self.ended().await;
        assert_eq!(status.code(), Some(0), "its log:\n{}", std::fs::read_to_string(log).unwrap());
    }

    /// Has it logged this?
    pub fn said(&self, words: &str) -> bool {
        let log = std::fs::read(&self.log).unwrap();
        let own = log.get(usize::try_from(self.log_before).unwrap()..).unwrap_or_default();
        String::from_utf8_lossy(own).contains(words)
    }

    /// The same from this byte on.
    pub fn lines_after(&self, read: usize) -> String {
        let mut log = File::open(&self.log).unwrap();
        log.seek(SeekFrom::Start(read as u64)).unwrap();
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What it and those before it have logged.
    pub fn lines(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
