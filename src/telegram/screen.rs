//! What a person sees of the bot: a text with buttons, or a line that answers a tap. Values only; nothing is sent here.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use super::html;
use super::tap::Tap;

/// Telegram's limit of a message, in UTF-16 units of what is read.
pub const MESSAGE_LIMIT: usize = 4096;
/// Telegram's limit of the words under a film, in UTF-16 units of what is read.
pub const CAPTION_LIMIT: usize = 1024;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// In Telegram's HTML.
    pub html: String,
    pub buttons: Vec<Vec<Button>>,
    /// Opens the person's keyboard for an answer; then there are no buttons.
    pub asks: bool,
    /// A film that Telegram has, by the id it gave; then the words are its caption.
    pub film: Option<String>,
    /// A picture above the words, which then are its caption.
    pub photo: Option<Photo>,
    /// What is sent with the words below it. Only a new message can have one.
    pub enclosed: Option<Enclosure>,
}

/// The picture of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Photo {
    /// The one that the message has already. A new message has none.
    There,
    Jpeg(Bytes),
}

/// Something to keep or to look at, made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosure {
    File {
        name: String,
        bytes: Bytes,
    },
    /// A PNG.
    Picture(Bytes),
    /// What somebody sent, a photo or a file, by the id that Telegram gave it.
    Sent(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Plain words: buttons know no HTML.
    pub label: String,
    pub press: Press,
}

/// What pressing a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Tells us.
    Tap(Tap),
    /// Opens an address; we hear nothing of it.
    Link(String),
}

/// What answers a tap: a line at the top of the chat, or a window when it has to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Plain words.
    pub text: String,
    pub alert: bool,
}

impl Screen {
    /// A message that says `html`, cut to what a message holds.
    pub fn text(html: &str) -> Self {
        Self { html: html::clipped(html, MESSAGE_LIMIT), ..Self::default() }
    }

    /// A message that brings something; `html` is cut to what stands below a file.
    pub fn enclosing(html: &str, enclosure: Enclosure) -> Self {
        let html = html::clipped(html, CAPTION_LIMIT);
        Self { html, enclosed: Some(enclosure), ..Self::default() }
    }

    /// The same below a picture.
    pub fn showing(self, photo: Photo) -> Self {
        Self { html: html::clipped(&self.html, CAPTION_LIMIT), photo: Some(photo), ..self }
    }

    /// Does it bring its own picture?
    pub fn has_picture(&self) -> bool {
        matches!(self.photo, Some(Photo::Jpeg(_)))
    }

    pub fn question(html: &str) -> Self {
        Self { asks: true, ..Self::text(html) }
    }

    pub fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        let row: Vec<Button> = buttons.into_iter().collect();
        if !row.is_empty() {
            self.buttons.push(row);
        }
        self
    }

    pub fn rows(self, rows: impl IntoIterator<Item = Vec<Button>>) -> Self {
        rows.into_iter().fold(self, Self::row)
    }

    /// Buttons one after another, so many in a row.
    pub fn grid(self, buttons: impl IntoIterator<Item = Button>, per_row: usize) -> Self {
        let buttons: Vec<Button> = buttons.into_iter().collect();
        self.rows(buttons.chunks(per_row.max(1)).map(<[_]>::to_vec))
    }

    /// The same for two screens that look the same.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.html.hash(&mut hasher);
        self.film.hash(&mut hasher);
        if let Some(Photo::Jpeg(bytes)) = &self.photo {
            bytes.hash(&mut hasher);
        }
        for button in self.buttons.iter().flatten() {
            button.label.hash(&mut hasher);
            match &button.press {
                Press::Tap(tap) => tap.encode().hash(&mut hasher),
                Press::Link(address) => address.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

impl Button {
    /// `label` may come from a template; its escapes and markup are taken out.
    pub fn new(label: &str, tap: Tap) -> Self {
        Self { label: html::plain(label), press: Press::Tap(tap) }
    }

    pub fn link(label: &str, address: &str) -> Self {
        Self { label: html::plain(label), press: Press::Link(address.to_owned()) }
    }

    /// The same with other words on it.
    pub fn labelled(self, label: &str) -> Self {
        Self { label: html::plain(label), ..self }
    }
}

impl Toast {
    pub fn line(html: &str) -> Self {
        Self { text: html::plain(html), alert: false }
    }

    /// Stays until it is closed.
    pub fn window(html: &str) -> Self {
        Self { alert: true, ..Self::line(html) }
    }
}
