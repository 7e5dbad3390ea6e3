//! A disk that keeps only what was synced. What was written since is lost, kept, torn or reordered when the power goes, as
//! chance wills; a kill leaves it all. It can also fail from some moment on, as full or broken disks do.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

use super::dice::Dice;
use super::power::Power;

const SECTOR: usize = 512;

/// The platters. They outlive the machine.
#[derive(Clone)]
pub struct Disk {
    state: Arc<Mutex<State>>,
}

/// The disk as one process has it open.
pub struct Handle {
    state: Arc<Mutex<State>>,
    power: Arc<Power>,
}

#[derive(Default)]
struct State {
    durable: Vec<u8>,
    /// As the running machine sees it.
    seen: Vec<u8>,
    /// Since the last sync, in order.
    unsynced: Vec<Op>,
    ops: u64,
    plan: Option<(u64, Plan)>,
    failing: Option<ErrorKind>,
    /// It has been a whole database once. Before that the real one lies under another name, and is made anew after a crash.
    made: bool,
    /// Sabotage: syncs are answered and not done.
    forgetful: bool,
}

enum Op {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
}

/// What happens at a certain operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The machine dies in the middle of it.
    Die,
    /// It fails, and so does every later one until a restart.
    Fail(ErrorKind),
}

/// How a machine ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// The process only: what it wrote is with the operating system.
    Kill,
    Power,
}

impl Disk {
    pub fn new(forgetful: bool) -> Self {
        Self { state: Arc::new(Mutex::new(State { forgetful, ..State::default() })) }
    }

    pub fn handle(&self, power: Arc<Power>) -> Handle {
        Handle { state: self.state.clone(), power }
    }

    /// At the operation that many from now, counted from 1.
    pub fn plan(&self, operations: u64, plan: Plan) {
        let mut state = self.state.lock().unwrap();
        state.plan = Some((state.ops + operations, plan));
    }

    /// The database on it is whole.
    pub fn is_made(&self) {
        self.state.lock().unwrap().made = true;
    }

    pub fn is_failing(&self) -> bool {
        self.state.lock().unwrap().failing.is_some()
    }

    /// The machine is off; what is left on the disk is what the next one finds. Says how much was not synced, and how much of
    /// that came through.
    pub fn settle(&self, death: Death, dice: &Dice) -> (usize, usize) {
        let mut state = self.state.lock().unwrap();
        (state.plan, state.failing) = (None, None);
        let mut ops = std::mem::take(&mut state.unsynced);
        let written = ops.len();
        if !state.made {
            (state.durable, state.seen) = Default::default();
            return (written, 0);
        }
        if death == Death::Kill {
            // Not synced by it, and yet the next power cut may still take it.
            state.unsynced = ops;
            return (written, written);
        }
        for at in (1..ops.len()).rev() {
            ops.swap(at, dice.index(at + 1));
        }
        let mut kept = 0;
        for op in ops {
            if dice.one_in(2) {
                kept += 1;
                op.apply(&mut state.durable, dice.one_in(3).then_some(dice));
            }
        }
        state.seen = state.durable.clone();
        (written, kept)
    }
}

impl Op {
    /// Puts it on the disk: whole, or torn.
    fn apply(&self, disk: &mut Vec<u8>, torn: Option<&Dice>) {
        match self {
            Self::SetLen(len) => disk.resize(*len, 0),
            Self::Write { offset, data } => {
                if disk.len() < offset + data.len() {
                    disk.resize(offset + data.len(), 0);
                }
                let mut put = |from: usize, to: usize| {
                    disk[offset + from..offset + to].copy_from_slice(&data[from..to]);
                };
                match torn {
                    None => put(0, data.len()),
                    Some(dice) if dice.one_in(2) => put(0, dice.index(data.len() + 1)),
                    Some(dice) => {
                        for from in (0..data.len()).step_by(SECTOR).filter(|_| dice.one_in(2)) {
                            put(from, (from + SECTOR).min(data.len()));
                        }
                    }
                }
            }
        }
    }
}

impl Handle {
    /// One more operation; is the machine still there?
    fn begin(&self) -> Result<std::sync::MutexGuard<'_, State>, Error> {
        let mut state = self.state.lock().unwrap();
        if self.power.is_off() {
            return Err(Error::other("the machine is off"));
        }
        state.ops += 1;
        if let Some((_, plan)) = state.plan.filter(|(at, _)| state.ops >= *at) {
            state.plan = None;
            match plan {
                Plan::Die => self.power.cut(),
                Plan::Fail(kind) => state.failing = Some(kind),
            }
        }
        match state.failing {
            Some(kind) => Err(Error::from(kind)),
            None => Ok(state),
        }
    }

    /// Did the machine die in the middle of what has just been noted?
    fn alive(&self) -> Result<(), Error> {
        if self.power.is_off() { Err(Error::other("the power went")) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a played disk")
    }
}

impl StorageBackend for Handle {
    fn len(&self) -> Result<u64, Error> {
        Ok(self.begin()?.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let state = self.begin()?;
        let from = usize::try_from(offset).unwrap();
        let bytes = state.seen.get(from..from + out.len());
        out.copy_from_slice(bytes.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?);
        drop(state);
        self.alive()
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let mut state = self.begin()?;
        let len = usize::try_from(len).unwrap();
        state.seen.resize(len, 0);
        state.unsynced.push(Op::SetLen(len));
        drop(state);
        self.alive()
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.begin()?;
        self.alive()?;
        if !state.forgetful {
            let State { durable, unsynced, .. } = &mut *state;
            unsynced.drain(..).for_each(|op| op.apply(durable, None));
        }
        drop(state);
        self.power.synced();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let mut state = self.begin()?;
        let from = usize::try_from(offset).unwrap();
        state.seen[from..from + data.len()].copy_from_slice(data);
        state.unsynced.push(Op::Write { offset: from, data: data.to_vec() });
        drop(state);
        self.alive()
    }
}
