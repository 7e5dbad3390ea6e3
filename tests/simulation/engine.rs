//! An engine with a book of its own: what it took, what came of it, and so what the owner has to pay for.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sora_bot::app::port::{
    Capabilities, Engine, Failure, FailureKind as Kind, Fetched, Polled, Progress, RenderRequest, Sighting,
    Sought, Submission,
};
use sora_bot::domain::id::Ticket;
use sora_bot::domain::money::MicroUsd;
use sora_bot::domain::reconcile::Listed;
use sora_bot::domain::time::Timestamp;

use super::fates::{self, Asked, Course, Questioned, Served};
use super::world::Outside;

/// Longer than any deadline of the bot, and shorter than it looks for gifts.
const LATE: Duration = Duration::from_secs(20 * 60);
/// A list shows a render so long after it was taken, at most: below `look_up_after`.
const LIST_LAG: u64 = 8;
pub const OURS: &str = "broke on purpose";

pub struct SimEngine {
    outside: Arc<Outside>,
    name: String,
    book: Mutex<Vec<Render>>,
}

/// A line of the engine's bill.
#[derive(Clone, Debug)]
pub struct Render {
    pub ticket: Ticket,
    pub request: RenderRequest,
    pub at: Timestamp,
    pub takes: Duration,
    listed_at: Timestamp,
    pub course: Course,
    pub stopped: bool,
    /// Asked for by the bot, not by somebody else with the same account.
    pub ours: bool,
}

impl SimEngine {
    pub fn new(outside: Arc<Outside>, name: &str) -> Self {
        Self { outside, name: name.into(), book: Mutex::default() }
    }

    pub fn book(&self) -> Vec<Render> {
        self.book.lock().unwrap().clone()
    }

    /// Somebody else with the same account orders the same.
    pub fn taken_from_elsewhere(&self, request: &RenderRequest) {
        self.take(request, false);
    }

    fn take(&self, request: &RenderRequest, ours: bool) -> Ticket {
        let now = self.outside.now();
        let mut book = self.book.lock().unwrap();
        let course = fates::course(&self.outside);
        let takes = if course == Course::Late { LATE } else { self.outside.dice.seconds(4, 120) };
        let ticket = Ticket::new(format!("{}_{}", self.name, book.len() + 1));
        let whose = if ours { "" } else { " from somebody else" };
        self.outside.tell(format!("{} takes «{}»{whose} as {ticket}: {course:?}", self.name, request.prompt));
        let listed_at = now.plus(self.outside.dice.seconds(0, LIST_LAG));
        let request = request.clone();
        book.push(Render {
            ticket: ticket.clone(),
            request,
            at: now,
            takes,
            listed_at,
            course,
            stopped: false,
            ours,
        });
        ticket
    }

    fn stop(&self, ticket: &Ticket) -> Result<(), Failure> {
        let now = self.outside.now();
        let mut book = self.book.lock().unwrap();
        let render = book.iter_mut().find(|render| render.ticket == *ticket && !render.stopped);
        let render = render.filter(|render| now.since(render.at) < render.takes);
        render.ok_or_else(|| self.failure(Kind::Missing))?.stopped = true;
        self.outside.tell(format!("{} stops {ticket}", self.name));
        Ok(())
    }

    fn find_by(&self, ticket: &Ticket) -> Option<Render> {
        self.book.lock().unwrap().iter().find(|render| render.ticket == *ticket).cloned()
    }

    fn failure(&self, kind: Kind) -> Failure {
        let retry_after = (kind == Kind::Busy).then(|| self.outside.dice.seconds(1, 20));
        Failure { retry_after, ..Failure::new(kind, format!("{} says {kind:?}", self.name)) }
    }

    fn progress(&self, render: &Render, seems: Questioned) -> Result<Progress, Failure> {
        let gone = self.outside.now().since(render.at);
        let percent =
            u8::try_from((gone.as_millis() * 100 / render.takes.as_millis().max(1)).min(99)).unwrap();
        let done = gone >= render.takes;
        match render.course {
            _ if render.stopped => Err(self.failure(Kind::Missing)),
            Course::Vanishes if done => Err(self.failure(Kind::Missing)),
            Course::Fails(kind) if done => Ok(Progress::Failed(self.failure(kind))),
            Course::Stuck => Ok(Progress::Working { percent: Some(percent.min(97)) }),
            _ if done => Ok(Progress::Completed),
            _ => Ok(Progress::Working {
                percent: match seems {
                    Questioned::Vague => None,
                    Questioned::Backwards => Some(percent / 2),
                    _ => Some(percent),
                },
            }),
        }
    }
}

#[async_trait]
impl Engine for SimEngine {
    fn capabilities(&self) -> Capabilities {
        Capabilities { picture: true, ..Capabilities::default() }
    }

    async fn submit(&self, request: &RenderRequest) -> Submission {
        self.outside.there().await;
        let asked = fates::asked(&self.outside);
        let last = self.book.lock().unwrap().last().map(|render| render.ticket.clone());
        if asked != Asked::Takes {
            self.outside.tell(format!("{} is asked for «{}»: {asked:?}", self.name, request.prompt));
        }
        assert!(asked != Asked::Breaks, "{OURS}");
        let ticket = match asked {
            Asked::Takes | Asked::TakesUnheard | Asked::TakesAndBreaks => Some(self.take(request, true)),
            Asked::SameTicket => Some(last.unwrap_or_else(|| self.take(request, true))),
            _ => None,
        };
        self.outside.back().await;
        match (asked, ticket) {
            (Asked::Takes | Asked::SameTicket, Some(ticket)) => Submission::Accepted(ticket),
            (Asked::Refuses(kind), _) => Submission::Refused(self.failure(kind)),
            (Asked::TakesAndBreaks, _) => panic!("{OURS}"),
            _ => Submission::Unknown("no answer".into()),
        }
    }

    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure> {
        self.outside.there().await;
        let seems = fates::questioned(&self.outside);
        assert!(seems != Questioned::Breaks, "{OURS}");
        let render = self.find_by(ticket);
        self.outside.back().await;
        if let Questioned::Fails(kind) = seems {
            return Err(self.failure(kind));
        }
        let render = render.ok_or_else(|| self.failure(Kind::Missing))?;
        let progress = self.progress(&render, seems)?;
        let again_in = self.outside.dice.one_in(3).then(|| self.outside.dice.millis(100, 20_000));
        let cost = self.outside.dice.one_in(4).then(|| MicroUsd::new(790_000));
        Ok(Polled { progress, again_in, cost })
    }

    async fn find(&self, sought: &Sought<'_>) -> Result<Sighting, Failure> {
        self.outside.there().await;
        let served = fates::served(&self.outside);
        assert!(served != Served::Breaks, "{OURS}");
        let now = self.outside.now();
        let visible: Vec<Render> = self.book().into_iter().filter(|render| render.listed_at <= now).collect();
        self.outside.back().await;
        match served {
            Served::Fails(kind) => Err(self.failure(kind)),
            Served::Unheard => Err(self.failure(Kind::Network)),
            _ if self.name == "fal" => {
                let reference = &sought.request.reference;
                let known = self.book().into_iter().find(|render| render.request.reference == *reference);
                Ok(known.map_or(Sighting::Absent, |render| Sighting::Taken(render.ticket)))
            }
            _ => Ok(Sighting::Listed(visible.iter().map(listed).collect())),
        }
    }

    async fn cancel(&self, ticket: &Ticket) -> Result<(), Failure> {
        self.outside.there().await;
        let served = fates::served(&self.outside);
        assert!(served != Served::Breaks, "{OURS}");
        if let Served::Fails(kind) = served {
            return Err(self.failure(kind));
        }
        let refuses = self.name == "fal" || self.outside.storm(4);
        if refuses {
            return Err(self.failure(Kind::Missing));
        }
        let stopped = self.stop(ticket);
        self.outside.back().await;
        if served == Served::Unheard { Err(self.failure(Kind::Network)) } else { stopped }
    }

    async fn fetch(
        &self,
        ticket: &Ticket,
        path: &Path,
        thumbnail: &Path,
        max: u64,
    ) -> Result<Fetched, Failure> {
        self.outside.there().await;
        let served = fates::served(&self.outside);
        assert!(served != Served::Breaks, "{OURS}");
        let render = self.find_by(ticket).ok_or_else(|| self.failure(Kind::Missing))?;
        let bytes = match render.course {
            Course::Thrown => return Err(self.failure(Kind::Missing)),
            Course::Heavy => 1_500,
            Course::Huge => 3_000,
            _ => 300,
        };
        let arrives = if served == Served::Honest { bytes } else { bytes / 2 };
        std::fs::write(path, vec![b'f'; usize::try_from(arrives).unwrap()]).unwrap();
        std::fs::write(thumbnail, "a picture").unwrap();
        self.outside.back().await;
        match served {
            Served::Fails(kind) => Err(self.failure(kind)),
            Served::Unheard => Err(self.failure(Kind::Broken)),
            _ if bytes > max => Err(self.failure(Kind::TooLarge)),
            _ => Ok(Fetched { bytes, width: 1280, height: 720, duration_ms: 8000, has_thumbnail: true }),
        }
    }

    async fn check(&self) -> Result<(), Failure> {
        self.outside.there().await;
        match fates::served(&self.outside) {
            Served::Fails(kind) => Err(self.failure(kind)),
            _ => Ok(()),
        }
    }
}

fn listed(render: &Render) -> Listed {
    Listed {
        ticket: render.ticket.clone(),
        prompt: Some(render.request.prompt.clone()),
        model: Some(render.request.model.clone()),
        size: Some(render.request.size.to_string()),
        seconds: Some(render.request.seconds),
        created_at: Some(render.at),
    }
}
