//! Walks the list page by page, newest first, and knows when everything since a moment has been seen.
//!
//! Pure. Doubt is an error, never an end: "it is not in the list" lets the worker order a second time.

use std::collections::HashSet;

use crate::app::port::{Failure, FailureKind};
use crate::domain::{id::Ticket, reconcile::Listed, time::Timestamp};

/// Two thousand renders within the few minutes that are asked about are not ours to count.
pub(super) const MAX_PAGES: usize = 20;

/// A piece of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub jobs: Vec<Listed>,
    pub has_more: Option<bool>,
    pub last_id: Option<String>,
}

#[derive(Debug)]
pub(super) struct Walk {
    /// Nothing older matters.
    back_to: Timestamp,
    jobs: Vec<Listed>,
    seen: HashSet<Ticket>,
    after: Option<String>,
    pages: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Further,
    Complete,
}

impl Walk {
    pub fn new(back_to: Timestamp) -> Self {
        Self { back_to, jobs: Vec::new(), seen: HashSet::new(), after: None, pages: 0 }
    }

    /// The id behind which the next page begins.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    pub fn into_jobs(self) -> Vec<Listed> {
        self.jobs
    }

    pub fn take(&mut self, page: Page) -> Result<Step, Failure> {
        self.pages += 1;
        let before = self.seen.len();
        self.seen.extend(page.jobs.iter().map(|job| job.ticket.clone()));
        let repeats = self.seen.len() - before < page.jobs.len();
        let reached = self.is_reached(&page.jobs);
        let last = page.jobs.last().map(|job| job.ticket.as_str().to_owned());
        self.jobs.extend(page.jobs);
        match (page.has_more, last) {
            // a server that does not know `after` begins again: what lies behind its first page stays unseen
            _ if repeats => Err(unproven("its pages repeat one another")),
            (Some(false), _) | (None, None) => Ok(Step::Complete),
            (Some(true), None) => Err(unproven("an empty page of which more is to follow")),
            _ if reached => Ok(Step::Complete),
            _ if self.pages == MAX_PAGES => Err(unproven("it is too long")),
            // not told whether there is more: an empty page will tell
            (Some(true) | None, Some(last)) => {
                self.after = Some(page.last_id.unwrap_or(last));
                Ok(Step::Further)
            }
        }
    }

    /// Does the page end before the moment? Only a page that is sorted can say so.
    fn is_reached(&self, jobs: &[Listed]) -> bool {
        let newest_first = jobs
            .windows(2)
            .all(|pair| pair[0].created_at.is_some() && pair[0].created_at >= pair[1].created_at);
        let last = jobs.last().and_then(|job| job.created_at);
        newest_first && last.is_some_and(|at| at < self.back_to)
    }
}

fn unproven(why: &str) -> Failure {
    Failure {
        kind: FailureKind::Server,
        detail: format!("the list proves nothing: {why}"),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(jobs: &[(&str, Option<i64>)], has_more: Option<bool>) -> Page {
        let listed = |&(ticket, at): &(&str, Option<i64>)| Listed {
            ticket: Ticket::new(ticket),
            prompt: None,
            model: None,
            size: None,
            seconds: None,
            created_at: at.map(Timestamp),
        };
        Page { jobs: jobs.iter().map(listed).collect(), has_more, last_id: None }
    }

    #[test]
    fn a_page_ends_the_walk_or_leads_on() {
        use Step::{Complete, Further};
        let (newer, older, unsaid) = (Some(2_000), Some(500), None);
        for (jobs, has_more, expected) in [
            (&[("a", newer)][..], Some(false), Some(Complete)),
            (&[], Some(false), Some(Complete)),
            (&[], None, Some(Complete)),
            (&[], Some(true), None),
            (&[("a", newer)], Some(true), Some(Further)),
            (&[("a", newer)], None, Some(Further)),
            (&[("a", newer), ("b", older)], Some(true), Some(Complete)),
            (&[("a", newer), ("b", older)], None, Some(Complete)),
            // exactly the moment may still be ours
            (&[("a", newer), ("b", Some(1_000))], Some(true), Some(Further)),
            // oldest first: the newest are yet to come
            (&[("a", older), ("b", newer)], Some(true), Some(Further)),
            (&[("a", Some(400)), ("b", older)], Some(true), Some(Further)),
            (&[("a", newer), ("b", unsaid)], Some(true), Some(Further)),
            (&[("a", unsaid), ("b", older)], Some(true), Some(Further)),
            (&[("a", newer), ("a", newer)], Some(true), None),
        ] {
            let step = Walk::new(Timestamp(1_000)).take(page(jobs, has_more)).ok();
            assert_eq!(step, expected, "{jobs:?} {has_more:?}");
        }
    }

    #[test]
    fn a_server_that_turns_no_page_proves_nothing() {
        let mut walk = Walk::new(Timestamp(1_000));
        assert_eq!(walk.take(page(&[("a", Some(2_000))], None)), Ok(Step::Further));
        assert_eq!(walk.after(), Some("a"));
        let failure = walk.take(page(&[("a", Some(2_000))], None)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Server);
    }

    #[test]
    fn a_list_without_end_proves_nothing() {
        let mut walk = Walk::new(Timestamp(1_000));
        for number in 1..MAX_PAGES {
            let name = number.to_string();
            let step = walk.take(page(&[(name.as_str(), Some(2_000))], Some(true)));
            assert_eq!(step, Ok(Step::Further));
        }
        assert!(walk.take(page(&[("last", Some(2_000))], Some(true))).is_err());
    }
}
