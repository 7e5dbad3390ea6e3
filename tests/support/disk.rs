//! A disk in memory whose power can be cut: what was not synced by then is gone.

use std::sync::{Arc, Mutex};

use redb::StorageBackend;

/// The platters. They outlive the machine that wrote them.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    synced: Vec<u8>,
    written: Vec<u8>,
    syncs: u64,
    /// The power goes at this sync: it fails, and so does everything after it.
    cut_at: Option<u64>,
    dead: bool,
    operations: u64,
    /// From this operation on the disk takes and gives nothing more.
    fails_at: Option<(u64, std::io::ErrorKind)>,
    /// When it first did.
    failed: Option<std::time::Instant>,
}

impl Disk {
    /// Every operation fails from the `nth` on, counted from 1.
    pub fn fails_at(&self, nth: u64, kind: std::io::ErrorKind) {
        self.state.lock().unwrap().fails_at = Some((nth, kind));
    }

    pub fn operations(&self) -> u64 {
        self.state.lock().unwrap().operations
    }

    /// When it began to fail, if it has.
    pub fn failed(&self) -> Option<std::time::Instant> {
        self.state.lock().unwrap().failed
    }

    /// The process is started again, on a disk that works; what the old one wrote is still with the operating system.
    pub fn replaced(&self) -> Self {
        let written = self.state.lock().unwrap().written.clone();
        let fresh = State { synced: written.clone(), written, ..State::default() };
        Self { state: Arc::new(Mutex::new(fresh)) }
    }

    /// The power will go at the `nth` sync from now on, counted from 1.
    pub fn cut_at_sync(&self, nth: u64) {
        let mut state = self.state.lock().unwrap();
        state.cut_at = Some(state.syncs + nth);
    }

    /// The power is back; what was not synced is gone.
    pub fn restart(&self) -> Self {
        let state = self.state.lock().unwrap();
        let synced = state.synced.clone();
        let fresh = State { written: synced.clone(), synced, ..State::default() };
        Self { state: Arc::new(Mutex::new(fresh)) }
    }

    pub fn syncs(&self) -> u64 {
        self.state.lock().unwrap().syncs
    }

    pub fn is_dead(&self) -> bool {
        self.state.lock().unwrap().dead
    }
}

impl State {
    fn alive(&mut self) -> Result<(), std::io::Error> {
        self.operations += 1;
        match self.fails_at {
            _ if self.dead => Err(std::io::Error::other("the power is off")),
            Some((nth, kind)) if self.operations >= nth => {
                self.failed.get_or_insert_with(std::time::Instant::now);
                Err(std::io::Error::from(kind))
            }
            _ => Ok(()),
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, std::io::Error> {
        let mut state = self.state.lock().unwrap();
        state.alive()?;
        Ok(state.written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        let mut state = self.state.lock().unwrap();
        state.alive()?;
        let from = usize::try_from(offset).unwrap();
        let bytes = state.written.get(from..from + out.len());
        out.copy_from_slice(bytes.ok_or_else(|| std::io::Error::other("read past the end"))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        let mut state = self.state.lock().unwrap();
        state.alive()?;
        state.written.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        let mut state = self.state.lock().unwrap();
        state.alive()?;
        state.syncs += 1;
        if state.cut_at.is_some_and(|at| state.syncs >= at) {
            state.dead = true;
            return state.alive();
        }
        state.synced = state.written.clone();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        let mut state = self.state.lock().unwrap();
        state.alive()?;
        let from = usize::try_from(offset).unwrap();
        state.written[from..from + data.len()].copy_from_slice(data);
        Ok(())
    }
}
