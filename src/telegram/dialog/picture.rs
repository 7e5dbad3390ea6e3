//! A picture that a film shall begin with: whether one can, what shall happen in it, and the card that shows it.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::catalog::Size;
use crate::domain::draft::Draft;
use crate::domain::locale::TextKey;
use crate::domain::warning::called_for;
use crate::media::MAX_PICTURE_BYTES;
use crate::media::picture::PictureError;
use crate::telegram::command::Command;
use crate::telegram::darkroom::Spoiled;
use crate::telegram::screen::{Photo, Screen};
use crate::telegram::update::SentPicture;

impl Talk<'_> {
    /// Begins a draft with a picture, if any film can begin with it; asks for words if there are none.
    pub async fn picture(&self, sent: &SentPicture) -> Result<Reply, AppError> {
        let words = caption(&sent.caption);
        if let Some(album) = &sent.album
            && !self.app.begins_album(self.update, self.person.id, album.clone()).await?
        {
            // The words of an album may stand below any picture of it.
            let waits = !words.is_empty() && self.app.picture_waits(self.person.id)?;
            return if waits { self.prompt(&words, true).await } else { Ok(Reply::default()) };
        }
        let on_sale = self.on_sale();
        let Some(limit) = on_sale.iter().filter(|m| m.abilities.picture).map(|m| m.prompt_limit).max() else {
            return Ok(Reply::say(self.view.plain(TextKey::PictureNotNow)));
        };
        if let Some(refused) = refused_unseen(sent) {
            return Ok(Reply::say(self.view.plain(refused)));
        }
        let length = words.chars().count();
        if length > limit {
            return Ok(Reply::say(self.view.prompt_too_long(limit, length)));
        }
        let whole = match self.telegram.look_at(&sent.id).await {
            Ok(whole) => whole,
            Err(spoiled) => return Ok(Reply::say(self.view.plain(told(spoiled)))),
        };
        let (user, picture) = (self.person.id, sent.id.clone());
        let draft = self.app.begin_pictured(self.update, user, words, picture).await?;
        let screen = if draft.prompt.is_empty() {
            self.view.ask_action(sent.album.is_some())
        } else {
            let warnings = called_for(&self.set.ideas.warnings, &draft.prompt);
            let screen = match warnings.as_slice() {
                [] => self.begun(&draft).await?,
                warnings => self.view.precheck(&draft, warnings),
            };
            // what is confirmed at once shows its own cut
            let screen = if screen.has_picture() { screen } else { screen.showing(Photo::Jpeg(whole)) };
            if sent.album.is_some() { self.view.of_album(screen) } else { screen }
        };
        Ok(Reply::say(screen))
    }

    /// A new message about a draft: it shows the draft's picture, if it has one and Telegram still has it.
    pub async fn anew(&self, draft: &Draft, screen: Screen) -> Screen {
        let Some(picture) = draft.picture.as_deref().filter(|_| !screen.has_picture()) else {
            return screen;
        };
        match self.telegram.look_at(picture).await {
            Ok(whole) => screen.showing(Photo::Jpeg(whole)),
            Err(_) => screen,
        }
    }

    /// The screen of a draft's film of this size, with the very frame that it will begin with. `Err`: why there is none.
    pub async fn with_frame(&self, draft: &Draft, size: Size, screen: Screen) -> Result<Screen, TextKey> {
        let Some(picture) = &draft.picture else { return Ok(screen) };
        let frame = self.telegram.frame(picture, size).await;
        frame.map(|frame| screen.showing(Photo::Jpeg(frame))).map_err(told)
    }

    /// What is ordered with a draft: its frame, if it has a picture.
    pub async fn frame_of(&self, draft: &Draft, size: Size) -> Result<Option<bytes::Bytes>, TextKey> {
        match &draft.picture {
            None => Ok(None),
            Some(picture) => self.telegram.frame(picture, size).await.map(Some).map_err(told),
        }
    }
}

/// The words below a picture: all of them, or what follows /generate.
fn caption(said: &str) -> String {
    match Command::parse(said) {
        Some(command) if command.name == "generate" => command.rest,
        _ => said.trim().to_owned(),
    }
}

/// What is known of it before a byte has come.
fn refused_unseen(sent: &SentPicture) -> Option<TextKey> {
    let too_large = usize::try_from(sent.bytes).unwrap_or(usize::MAX) > MAX_PICTURE_BYTES;
    if sent.moves {
        Some(TextKey::PictureMoves)
    } else if too_large {
        Some(TextKey::PictureTooLarge)
    } else {
        None
    }
}

fn told(spoiled: Spoiled) -> TextKey {
    match spoiled {
        Spoiled::Lost => TextKey::PictureLost,
        Spoiled::Unfit(PictureError::UnknownFormat) => TextKey::PictureUnknown,
        Spoiled::Unfit(PictureError::Heic) => TextKey::PictureHeic,
        Spoiled::Unfit(PictureError::Animated) => TextKey::PictureMoves,
        Spoiled::Unfit(PictureError::TooLarge) => TextKey::PictureTooLarge,
        Spoiled::Unfit(PictureError::TooManyPixels) => TextKey::PictureTooManyPixels,
        Spoiled::Unfit(PictureError::TooSmall) => TextKey::PictureTooSmall,
        Spoiled::Unfit(PictureError::Damaged) => TextKey::PictureDamaged,
    }
}
