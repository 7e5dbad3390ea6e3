//! The emulator's jobs and their life: queued → in_progress → completed | failed.
//!
//! Nothing runs in the background: where a job stands follows from its age alone, so a test with a paused clock sees the
//! same as one that waits.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use tokio::time::Instant;

use crate::sandbox::video_api::{
    fate::{ContentFault, Fate},
    request::{Source, Wish},
    scene::Order,
    wire::{JobError, VideoObject},
};

/// A film can be fetched for an hour after it was made, as the real service had it. Seconds.
const KEPT_FOR: u64 = 3600;
/// Jobs remembered; the oldest is forgotten first.
const MAX_JOBS: usize = 10_000;
/// First frames kept; a film of before them is rendered again without.
const PICTURES_KEPT: usize = 64;
const STUCK_AT: u8 = 37;

/// A call for a film that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRecord {
    pub id: String,
    /// Running number, from 1; painted on the film.
    pub number: u64,
    pub model: String,
    pub prompt: String,
    pub seconds: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Whether a first frame was sent along.
    pub has_picture: bool,
    pub remix_of: Option<String>,
    /// The film that it goes on with.
    pub extends: Option<String>,
    /// How often the film was extended, this time included.
    pub extensions: u32,
    /// Seconds since 1970.
    pub created_at: u64,
}

#[derive(Debug)]
pub(super) struct Job {
    pub record: CreateRecord,
    picture: Option<Bytes>,
    fate: Fate,
    born: Instant,
    render: Duration,
    polls: u32,
    downloads: u32,
    deleted: bool,
}

/// Where a job stands.
enum Stage {
    Queued,
    Running(u8),
    Completed,
    Failed(JobError),
    Odd(&'static str),
}

impl Job {
    fn stage(&self, now: Instant) -> Stage {
        let age = now.saturating_duration_since(self.born);
        if let Fate::OddStatus(word) = self.fate {
            return Stage::Odd(word);
        }
        if age < self.render {
            let percent = (age.as_secs_f64() / self.render.as_secs_f64() * 100.0) as u8;
            return match percent {
                0..10 => Stage::Queued,
                _ if self.fate == Fate::Hang => Stage::Running(percent.min(STUCK_AT)),
                percent => Stage::Running(percent),
            };
        }
        match self.fate {
            Fate::Hang => Stage::Running(STUCK_AT),
            Fate::Moderation => Stage::Failed(JobError {
                code: "moderation_blocked",
                message: "Your request was blocked by our moderation system.",
            }),
            Fate::RenderError => Stage::Failed(JobError {
                code: "server_error",
                message: "The video could not be generated because of an error on the server.",
            }),
            Fate::FailedWith(code) => {
                Stage::Failed(JobError { code, message: "The video could not be generated." })
            }
            _ => Stage::Completed,
        }
    }

    pub fn view(&self, now: Instant) -> VideoObject {
        let record = &self.record;
        let (status, progress, error) = match self.stage(now) {
            Stage::Queued => ("queued", 0, None),
            Stage::Running(percent) => ("in_progress", percent, None),
            Stage::Completed => ("completed", 100, None),
            Stage::Failed(error) => ("failed", STUCK_AT, Some(error)),
            Stage::Odd(word) => (word, STUCK_AT, None),
        };
        let completed_at = (status == "completed").then(|| record.created_at + self.render.as_secs());
        VideoObject {
            id: record.id.clone(),
            object: "video",
            model: record.model.clone(),
            status,
            progress,
            created_at: record.created_at,
            completed_at,
            expires_at: completed_at.map(|at| at + KEPT_FOR),
            prompt: record.prompt.clone(),
            size: format!("{}x{}", record.width, record.height),
            seconds: record.seconds.to_string(),
            remixed_from_video_id: record.remix_of.clone(),
            error,
        }
    }

    pub fn is_completed(&self, now: Instant) -> bool {
        matches!(self.stage(now), Stage::Completed)
    }

    pub fn is_over(&self, now: Instant) -> bool {
        matches!(self.stage(now), Stage::Completed | Stage::Failed(_))
    }

    /// How long a caller may wait before asking again; `None` when there is nothing to wait for.
    pub fn ask_again_after(&self, now: Instant) -> Option<Duration> {
        let left = self.render.saturating_sub(now.saturating_duration_since(self.born));
        let pace = (self.render / 20).clamp(Duration::from_millis(50), Duration::from_secs(5));
        (!self.is_over(now)).then(|| if left.is_zero() { pace } else { pace.min(left) })
    }

    /// Counts a question about the job; true if it is to be answered with an error.
    pub fn poll_fails(&mut self) -> bool {
        self.polls += 1;
        matches!(self.fate, Fate::PollErrors { times } if self.polls <= times)
    }

    /// Counts a download; what is to go wrong with it.
    pub fn download_fault(&mut self) -> Option<ContentFault> {
        self.downloads += 1;
        match self.fate {
            Fate::Content { fault, times } if self.downloads <= times => Some(fault),
            _ => None,
        }
    }

    pub fn order(&self) -> Order {
        let record = &self.record;
        Order {
            number: record.number,
            model: record.model.clone(),
            prompt: record.prompt.clone(),
            width: record.width as usize,
            height: record.height as usize,
            seconds: record.seconds,
            picture: self.picture.clone(),
        }
    }

    fn is_visible(&self) -> bool {
        !self.deleted && self.fate != Fate::Vanish
    }
}

/// All jobs, oldest first.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    jobs: VecDeque<Job>,
    made: u64,
}

impl Jobs {
    /// Takes in an order; `started_at` (ms since 1970) keeps ids of different runs apart.
    pub fn add(&mut self, wish: Wish, fate: Fate, render: Duration, clock: (u64, u64)) -> &Job {
        let (created_at, started_at) = clock;
        self.made += 1;
        if self.jobs.len() == MAX_JOBS {
            self.jobs.pop_front();
        }
        let (remix_of, extends, extensions) = match wish.source {
            Source::Words => (None, None, 0),
            Source::Remix(of) => (Some(of), None, 0),
            Source::Extension { of, nth } => (None, Some(of), nth),
        };
        let record = CreateRecord {
            id: format!("video_{started_at:016x}{:016x}", self.made),
            number: self.made,
            model: wish.model,
            prompt: wish.prompt,
            seconds: wish.seconds,
            width: wish.size.0,
            height: wish.size.1,
            has_picture: wish.picture.is_some(),
            remix_of,
            extends,
            extensions,
            created_at,
        };
        let born = Instant::now();
        let picture = wish.picture;
        self.jobs.push_back(Job {
            record,
            picture,
            fate,
            born,
            render,
            polls: 0,
            downloads: 0,
            deleted: false,
        });
        if let Some(old) = self.jobs.iter_mut().rev().filter(|job| job.picture.is_some()).nth(PICTURES_KEPT) {
            old.picture = None;
        }
        self.jobs.back().expect("a job was just added")
    }

    /// The job with this id, unless it was deleted or its fate is to vanish.
    pub fn find(&mut self, id: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.record.id == id && job.is_visible())
    }

    pub fn delete(&mut self, id: &str) {
        if let Some(job) = self.find(id) {
            job.deleted = true;
        }
    }

    /// Every job ever accepted, deleted ones too, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.jobs.iter()
    }

    /// A page of the visible jobs, and whether more follow. `None`: there is no job `after`.
    pub fn page(&self, after: Option<&str>, limit: usize, newest_first: bool) -> Option<(Vec<&Job>, bool)> {
        let mut visible: Vec<&Job> = self.all().filter(|job| job.is_visible()).collect();
        if newest_first {
            visible.reverse();
        }
        let from = match after {
            None => 0,
            Some(id) => visible.iter().position(|job| job.record.id == id)? + 1,
        };
        let rest = visible.split_off(from);
        let more = rest.len() > limit;
        Some((rest.into_iter().take(limit).collect(), more))
    }
}
