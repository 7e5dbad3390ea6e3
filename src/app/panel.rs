//! Who may look at the operator's page: an admin asks in the chat for a link, which opens a session once. Both live in memory
//! and end with the process; neither lets anybody change anything.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::App;
use crate::domain::id::UserId;
use crate::domain::role::Power;
use crate::domain::time::Timestamp;

/// How long a link waits to be opened.
pub const PANEL_LINK_MINUTES: u64 = 10;
/// How long somebody who came in may stay.
pub const PANEL_SESSION: Duration = Duration::from_secs(12 * 3600);
/// Links and sessions of one admin: his newest.
const EACH: usize = 5;

/// Links that wait and sessions that are open, by the hash of their secret.
#[derive(Default)]
pub(super) struct Doors {
    links: Mutex<Vec<Door>>,
    sessions: Mutex<Vec<Door>>,
}

struct Door {
    secret: [u8; 32],
    user: UserId,
    until: Timestamp,
}

impl App {
    /// A link that opens the page once. None for who may not look, and where there is no page.
    pub fn open_panel(&self, user: UserId) -> Option<String> {
        let url = self.settings.panel_url.as_ref().filter(|_| self.may_look(user))?;
        let lasts = Duration::from_secs(60 * PANEL_LINK_MINUTES);
        let secret = self.let_in(&self.doors.links, user, lasts);
        tracing::info!(%user, "a link to the operator's page was given out");
        Some(format!("{url}/login?key={secret}"))
    }

    /// Spends a link; answers the secret of the session that it opens.
    pub fn enter_panel(&self, key: &str) -> Option<String> {
        let now = self.clock.now();
        let mut links = held(&self.doors.links);
        let at = position(&links, key)?;
        let link = links.swap_remove(at);
        drop(links);
        let good = link.until > now && self.may_look(link.user);
        tracing::info!(user = %link.user, good, "somebody came to the operator's page with a link");
        good.then(|| self.let_in(&self.doors.sessions, link.user, PANEL_SESSION))
    }

    /// Whose session this is, if he may still look.
    pub fn panel_user(&self, session: &str) -> Option<UserId> {
        let sessions = held(&self.doors.sessions);
        let door = &sessions[position(&sessions, session)?];
        (door.until > self.clock.now() && self.may_look(door.user)).then_some(door.user)
    }

    pub fn leave_panel(&self, session: &str) {
        let mut sessions = held(&self.doors.sessions);
        if let Some(at) = position(&sessions, session) {
            sessions.swap_remove(at);
        }
    }

    fn may_look(&self, user: UserId) -> bool {
        self.may(user, Power::See)
    }

    fn let_in(&self, doors: &Mutex<Vec<Door>>, user: UserId, lasts: Duration) -> String {
        let mut secret = [0; 32];
        self.random.fill(&mut secret);
        let secret = hex::encode(secret);
        let now = self.clock.now();
        let mut doors = held(doors);
        doors.retain(|door| door.until > now);
        let his = doors.iter().filter(|door| door.user == user).count();
        for _ in EACH..=his {
            if let Some(oldest) = doors.iter().position(|door| door.user == user) {
                doors.remove(oldest);
            }
        }
        doors.push(Door { secret: hashed(&secret), user, until: now.plus(lasts) });
        secret
    }
}

/// Looks at all of them, so that the time it takes tells nothing.
fn position(doors: &[Door], secret: &str) -> Option<usize> {
    let given = hashed(secret);
    let mut found = None;
    for (at, door) in doors.iter().enumerate() {
        if bool::from(door.secret.ct_eq(&given)) {
            found = Some(at);
        }
    }
    found
}

fn hashed(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn held(doors: &Mutex<Vec<Door>>) -> MutexGuard<'_, Vec<Door>> {
    doors.lock().unwrap_or_else(PoisonError::into_inner)
}
