//! Addresses of ours under which one file can be had by whoever holds them, for a while: a first frame by an engine that takes
//! pictures by address only; a film by its buyer where Telegram does not carry it. Nobody else can make such an address, and
//! a wrong one teaches nothing: it costs no look into the store.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::storage::ONLY_COPY;
use super::{App, AppError};
use crate::domain::id::JobId;
use crate::domain::job::{Gift, Job, JobState};
use crate::domain::time::Timestamp;

/// Bytes of a signature, and of a picture's fingerprint, that stand in an address: nobody guesses one of 2^128.
const SHORT: usize = 16;

/// Makes addresses and knows its own again.
pub struct Links {
    /// What the internet reaches, without a slash at its end.
    base: String,
    key: [u8; 32],
}

/// A film that lies behind an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmLink {
    pub address: String,
    /// So long it surely works.
    pub until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Picture,
    Film,
}

/// What an address says, once it is known to be ours.
#[derive(Debug, PartialEq, Eq)]
struct Claim {
    job: JobId,
    until: Timestamp,
    /// Of a picture, its fingerprint.
    print: Option<String>,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Picture => "pictures",
            Self::Film => "films",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Picture => ".jpg",
            Self::Film => ".mp4",
        }
    }
}

impl Links {
    /// `base` is our own address as the internet sees it.
    pub fn new(base: &str, key: [u8; 32]) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), key }
    }

    fn picture(&self, job: JobId, frame: &[u8], until: Timestamp) -> String {
        self.address(Kind::Picture, &format!("{job}-{}-{}", until.0, print(frame)))
    }

    fn film(&self, job: JobId, until: Timestamp) -> String {
        self.address(Kind::Film, &format!("{job}-{}", until.0))
    }

    fn address(&self, kind: Kind, said: &str) -> String {
        format!("{}/{}/{said}-{}{}", self.base, kind.folder(), self.signature(kind, said), kind.ending())
    }

    /// What the last piece of an address says. None: it is none of ours.
    fn read(&self, kind: Kind, name: &str) -> Option<Claim> {
        let (said, signature) = name.strip_suffix(kind.ending())?.rsplit_once('-')?;
        if !bool::from(self.signature(kind, said).as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let mut parts = said.split('-');
        let job = JobId(parts.next()?.parse().ok()?);
        let until = Timestamp(parts.next()?.parse().ok()?);
        Some(Claim { job, until, print: parts.next().map(str::to_owned) })
    }

    fn signature(&self, kind: Kind, said: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(format!("{} {said}", kind.folder()).as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..SHORT])
    }
}

fn print(frame: &[u8]) -> String {
    hex::encode(&Sha256::digest(frame)[..SHORT])
}

impl App {
    /// Where an engine finds the first frame of an order until then, if it can reach us.
    pub(super) fn picture_link(&self, job: JobId, frame: &[u8], until: Timestamp) -> Option<String> {
        self.links.as_ref().map(|links| links.picture(job, frame, until))
    }

    /// Where its buyer finds a film that the chat does not carry, if anybody can reach us.
    pub(super) fn film_link(&self, job: &Job) -> Option<FilmLink> {
        let links = self.links.as_ref()?;
        let until = self.clock.now().plus(self.linked_for());
        Some(FilmLink { address: links.film(job.id, until), until })
    }

    /// How long a film is kept that is nowhere else.
    pub(super) fn linked_for(&self) -> Duration {
        self.settings.keep_films.max(ONLY_COPY)
    }

    /// Can this film be handed over: by the chat, or by an address of ours?
    pub(super) fn can_hand_over(&self, bytes: u64) -> bool {
        bytes <= self.settings.max_upload || self.links.is_some()
    }

    /// The first frame, a JPEG, behind the last piece of an address. None for anything that is wrong, too late, or of an order
    /// that nobody renders any more.
    ///
    /// # Errors
    /// What the store says.
    pub fn linked_picture(&self, name: &str) -> Result<Option<Bytes>, AppError> {
        let Some(claim) = self.link_claim(Kind::Picture, name) else { return Ok(None) };
        let frame = self.store.frame(claim.job)?;
        Ok(frame.filter(|frame| claim.print.as_deref() == Some(print(frame).as_str())))
    }

    /// Where the film behind the last piece of an address lies. None for anything that is wrong or too late, and for somebody
    /// who was forgotten.
    ///
    /// # Errors
    /// What the store says.
    pub fn linked_film(&self, name: &str) -> Result<Option<PathBuf>, AppError> {
        let Some(claim) = self.link_claim(Kind::Film, name) else { return Ok(None) };
        let job = self.store.job(claim.job)?.filter(|job| is_here(job) && !job.prompt.is_empty());
        Ok(job.map(|job| self.film_paths(job.id).0))
    }

    fn link_claim(&self, kind: Kind, name: &str) -> Option<Claim> {
        let claim = self.links.as_ref()?.read(kind, name)?;
        (self.clock.now() <= claim.until).then_some(claim)
    }
}

fn is_here(job: &Job) -> bool {
    job.film().is_some()
        || matches!((&job.state, &job.gift), (JobState::Ready(_), _) | (_, Some(Gift::Here(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn links() -> Links {
        Links::new("https://bot.example.kz/sora/", [7; 32])
    }

    fn name(address: &str) -> &str {
        address.rsplit('/').next().unwrap()
    }

    #[test]
    fn an_address_says_what_it_was_made_for() {
        let address = links().picture(JobId(17), b"a frame", NOW);
        assert!(address.starts_with("https://bot.example.kz/sora/pictures/17-"), "{address}");
        let claim = Claim { job: JobId(17), until: NOW, print: Some(print(b"a frame")) };
        assert_eq!(links().read(Kind::Picture, name(&address)), Some(claim));
        let address = links().film(JobId(17), NOW);
        let claim = Claim { job: JobId(17), until: NOW, print: None };
        assert_eq!(links().read(Kind::Film, name(&address)), Some(claim));
    }

    #[test]
    fn whatever_is_changed_in_an_address_makes_it_none() {
        for (kind, address) in [
            (Kind::Picture, links().picture(JobId(17), b"a frame", NOW)),
            (Kind::Film, links().film(JobId(17), NOW)),
        ] {
            let right = name(&address);
            assert!(links().read(kind, right).is_some());
            for at in 0..right.len() {
                for other in ['0', '1', 'a', '-', '.'] {
                    let mut changed = right.to_owned();
                    changed.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
                    assert!(changed == right || links().read(kind, &changed).is_none(), "{changed}");
                }
            }
            for cut in 0..right.len() {
                assert!(links().read(kind, &right[..cut]).is_none(), "{}", &right[..cut]);
            }
            assert!(links().read(kind, &format!("{right}.mp4")).is_none());
        }
    }

    #[test]
    fn a_film_is_no_picture_and_another_key_makes_other_addresses() {
        let film = links().film(JobId(17), NOW).replace(".mp4", ".jpg");
        assert!(links().read(Kind::Picture, name(&film)).is_none());
        let others = Links::new("https://bot.example.kz/sora", [8; 32]).film(JobId(17), NOW);
        assert!(links().read(Kind::Film, name(&others)).is_none());
    }
}
