//! What the use cases have to say, said: films, refunds, credits and alerts that must arrive, and cards that move.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::app::port::{Addressee, CardView, Chat, ChatError, FilmParcel, Parcel, Sent};
use crate::domain::economics::RailId;
use crate::domain::id::MessageRef;
use crate::domain::job::Job;
use crate::domain::locale::TextKey;

use super::Telegram;
use super::api::{CommandList, Fault, Upload};
use super::screen::{Screen, Toast};
use super::sender::{Edit, Rank};
use super::view::{Commands, Progress, View};

#[async_trait]
impl Chat for Telegram {
    async fn deliver(&self, to: &Addressee, parcel: &Parcel) -> Result<Sent, ChatError> {
        let scripts = self.scripts.current();
        let view = View::of(&scripts, to.language.as_deref());
        let chat = to.id.0;
        if let Some((film, link)) = parcel.film().and_then(|film| Some((film, film.link.as_ref()?))) {
            let screen = view.linked(film, link, matches!(parcel, Parcel::Gift(_)));
            return self.told(chat, Rank::Important, &screen).await;
        }
        let screen = match parcel {
            Parcel::Film(film) => return self.film(chat, film, &view.film(&film.job, &film.viewer)).await,
            Parcel::Gift(film) => return self.film(chat, film, &view.gift(&film.job, &film.viewer)).await,
            Parcel::Copy(film) => return self.copy(chat, film, &view.film(&film.job, &film.viewer)).await,
            Parcel::File(film) => {
                let FilmParcel { job, film, path, thumbnail, .. } = film;
                let screen = &view.file(job);
                let upload = Upload { film: *film, path, thumbnail: thumbnail.as_deref(), screen };
                let name = format!("video-{}.mp4", job.id);
                let call = self.api.document(chat, &name, &upload);
                return Ok(Sent { message: Some(self.sender.upload(chat, call).await?), file_id: None });
            }
            Parcel::Card { job } => {
                if let Some(card) = job.card {
                    self.edit(card, &view.ended(job), Rank::Important, true).await.or_else(gone_is_well)?;
                }
                return Ok(Sent { message: None, file_id: None });
            }
            Parcel::Refund { job, reason, balance } => view.refund(job, *reason, *balance),
            Parcel::Credit { amount, balance } => view.credit(*amount, *balance),
            Parcel::Alert(alert) => view.alert(alert, None),
            Parcel::ScriptsChanged { alert, who } => view.alert(alert, who.as_deref()),
            Parcel::Purchase { purchase, balance } => {
                let screen = view.purchase(purchase, *balance);
                if let Some(card) = purchase.card {
                    match self.edit(card, &screen, Rank::Important, false).await {
                        Err(Fault::Gone) => {}
                        edited => {
                            edited?;
                            // Who pays over Kaspi looks elsewhere meanwhile: a new message calls him back.
                            if purchase.way.rail() != RailId::Kaspi || !purchase.state.is_decided() {
                                return Ok(Sent { message: Some(card), file_id: None });
                            }
                        }
                    }
                }
                screen
            }
            Parcel::Claim(claim) => {
                if let Some(picture) = &claim.purchase.evidence.picture {
                    self.show_receipt(chat, &view.receipt_of(&claim.purchase, picture)).await?;
                }
                view.claim(claim)
            }
            Parcel::Doubt(money) => view.doubt(money),
            Parcel::Decided { decided, by } => view.decided_by(decided, by.as_deref()),
            Parcel::TakenBack { amount, debt } => view.taken_back(*amount, *debt),
            Parcel::GivenBack { amount, balance } => view.given_back(*amount, *balance),
            Parcel::PaidBack { job, amount, balance } => view.paid_back(*job, *amount, *balance),
            Parcel::Granted { amount, balance } => view.granted(*amount, *balance),
            Parcel::Banned => view.plain(TextKey::Banned),
            Parcel::Unbanned => view.plain(TextKey::Unbanned),
            Parcel::Bonus { amount, why, balance } => view.bonus(*amount, *why, *balance),
            Parcel::Nudge { balance } => view.nudge(*balance),
            Parcel::Broadcast { text } => view.broadcast(text),
            Parcel::BroadcastReport { broadcast } => view.broadcast_status(broadcast),
        };
        let rank = if matches!(parcel, Parcel::Broadcast { .. }) { Rank::Crowd } else { Rank::Important };
        self.told(chat, rank, &screen).await
    }

    async fn show_progress(&self, to: &Addressee, job: &Job, view: &CardView) -> Option<Duration> {
        let message = job.card?;
        let scripts = self.scripts.current();
        let progress = Progress { stage: view.stage, elapsed: view.elapsed };
        let screen = View::of(&scripts, to.language.as_deref()).order(job, progress);
        let edit = Edit { message, fingerprint: screen.fingerprint(), closes: false };
        let call = async {
            let shown = self.api.edit(message, &screen).await;
            if let Err(fault) = &shown {
                tracing::debug!(order = job.id.0, %fault, "progress is not shown");
            }
            shown
        };
        self.sender.decorate(edit, call).await
    }
}

/// What the conversation says. Nothing of it must arrive: what fails is logged, and the person asks again.
impl Telegram {
    pub(super) async fn say(&self, chat: i64, screen: &Screen) {
        let call = || async {
            match &screen.enclosed {
                None => self.api.send(chat, screen).await,
                Some(enclosure) => self.api.enclose(chat, screen, enclosure).await,
            }
        };
        match self.sender.say(chat, Rank::Reply, call).await {
            Ok(_) => {}
            // Telegram has forgotten the film: what is known of it can be said all the same.
            Err(Fault::Refused(_)) if screen.film.is_some() => {
                let words = Screen { film: None, ..screen.clone() };
                if let Err(fault) = self.sender.say(chat, Rank::Reply, || self.api.send(chat, &words)).await {
                    tracing::warn!(%fault, "a reply did not arrive");
                }
            }
            Err(fault) => tracing::warn!(%fault, "a reply did not arrive"),
        }
    }

    /// What somebody sent: all of it, or its first bytes, one more than `at_most`. None when it cannot be had.
    pub(super) async fn fetch(&self, file: &str, at_most: usize) -> Option<Bytes> {
        let fetched = self.api.download(file, at_most).await;
        fetched.inspect_err(|fault| tracing::warn!(%fault, "a file that was sent could not be fetched")).ok()
    }

    /// Changes a card; if it is gone, the same is said anew.
    pub(super) async fn show(&self, message: MessageRef, screen: &Screen) {
        match self.edit(message, screen, Rank::Reply, false).await {
            Ok(()) => {}
            Err(Fault::Gone) => self.say(message.chat, screen).await,
            // As above.
            Err(Fault::Refused(_)) if screen.film.is_some() => self.say(message.chat, screen).await,
            Err(fault) => tracing::warn!(%fault, "a card was not changed"),
        }
    }

    /// Changes a card for the last time.
    pub(super) async fn close(&self, message: MessageRef, screen: &Screen) {
        let closed = self.edit(message, screen, Rank::Reply, true).await.or_else(gone_is_well);
        if let Err(fault) = closed {
            tracing::warn!(%fault, "a card was not closed");
        }
    }

    /// What the menu button of one chat lists; None: the same as everybody's with that client.
    pub(super) async fn offer(&self, chat: i64, commands: Option<&Commands>) {
        let list = CommandList::Chat(chat);
        let set = match commands {
            Some(commands) => self.api.set_commands(list, commands).await,
            None => self.api.delete_commands(list).await,
        };
        if let Err(fault) = set {
            tracing::warn!(%fault, "a chat's list of commands was not changed");
        }
    }

    /// Answers a tap, at once: it takes no turn, since nothing new appears in the chat.
    pub(super) async fn answer(&self, query: &str, toast: Option<&Toast>) {
        if let Err(fault) = self.api.answer(query, toast).await {
            // Too late is the usual reason, after a restart.
            tracing::debug!(%fault, "a tap was not answered");
        }
    }

    /// A receipt above the card of its claim. One that Telegram has forgotten is not worth the card.
    async fn show_receipt(&self, chat: i64, screen: &Screen) -> Result<(), Fault> {
        let Some(enclosure) = &screen.enclosed else { return Ok(()) };
        let call = || self.api.enclose(chat, screen, enclosure);
        match self.sender.say(chat, Rank::Important, call).await {
            Err(Fault::Refused(why)) => {
                tracing::warn!(why, "a receipt's picture cannot be shown any more");
                Ok(())
            }
            shown => shown.map(drop),
        }
    }

    async fn edit(
        &self,
        message: MessageRef,
        screen: &Screen,
        rank: Rank,
        closes: bool,
    ) -> Result<(), Fault> {
        let edit = Edit { message, fingerprint: screen.fingerprint(), closes };
        let call = || self.api.edit(message, screen);
        self.sender.edit(edit, rank, call).await
    }

    /// Says something that must arrive, without a film.
    async fn told(&self, chat: i64, rank: Rank, screen: &Screen) -> Result<Sent, ChatError> {
        let message = self.sender.say(chat, rank, || self.api.send(chat, screen)).await?;
        Ok(Sent { message: Some(message), file_id: None })
    }

    /// Sends once more what the chat has had: what Telegram has of it, or else ours.
    async fn copy(&self, chat: i64, film: &FilmParcel, screen: &Screen) -> Result<Sent, ChatError> {
        if film.job.file_id.is_some() {
            let kept = Screen { film: film.job.file_id.clone(), ..screen.clone() };
            let call = || self.api.send(chat, &kept);
            match self.sender.say(chat, Rank::Important, call).await {
                // Telegram may forget a file at any time. Ours is the other copy.
                Err(Fault::Refused(_)) if film.path.exists() => {}
                sent => return Ok(Sent { message: Some(sent?), file_id: None }),
            }
        }
        self.film(chat, film, screen).await
    }

    /// Sends a film from the disk.
    async fn film(&self, chat: i64, parcel: &FilmParcel, screen: &Screen) -> Result<Sent, ChatError> {
        let FilmParcel { film, path, thumbnail, .. } = parcel;
        let upload = Upload { film: *film, path, thumbnail: thumbnail.as_deref(), screen };
        let (message, file_id) = self.sender.upload(chat, self.api.video(chat, &upload)).await?;
        Ok(Sent { message: Some(message), file_id })
    }
}

/// A card that its owner has deleted needs no last word.
fn gone_is_well(fault: Fault) -> Result<(), Fault> {
    if matches!(fault, Fault::Gone) { Ok(()) } else { Err(fault) }
}
