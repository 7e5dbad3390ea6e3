//! The other side of the chats: what people write, tap and send.
//!
//! People are never refused anything: a test may make them do what no real client would.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    BotApi,
    events::Event,
    files::joined,
    params::Upload,
    text,
    world::{World, now},
};

/// Somebody with a private chat with the bot; the chat has the person's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    pub username: Option<String>,
    pub language_code: String,
}

impl Person {
    pub(super) fn user(&self) -> Value {
        let mut user = json!({
            "id": self.id, "is_bot": false, "first_name": self.first_name, "language_code": self.language_code,
        });
        if let Some(username) = &self.username {
            user["username"] = json!(username);
        }
        user
    }

    pub(super) fn chat(&self) -> Value {
        let mut chat = json!({"id": self.id, "type": "private", "first_name": self.first_name});
        if let Some(username) = &self.username {
            chat["username"] = json!(username);
        }
        chat
    }
}

/// A person and what the server knows of them.
pub(super) struct Resident {
    pub person: Person,
    pub blocked: bool,
    /// The keyboard below the input field, or null.
    pub keyboard: Value,
}

/// How a picture is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoOrFile {
    Photo,
    File,
}

impl BotApi {
    /// Lets a person in (or changes who they are). Their chat is open: the bot may write first.
    pub fn add_person(&self, person: Person) {
        let resident = Resident { blocked: false, keyboard: Value::Null, person };
        self.world().people.insert(resident.person.id, resident);
    }

    pub fn knows(&self, person: i64) -> bool {
        self.world().people.contains_key(&person)
    }

    /// The commands this person is offered, as `[{command, description}]`.
    pub fn commands_for(&self, person: i64) -> Value {
        self.world().offered(person)
    }

    /// The reply keyboard this person sees, or null.
    pub fn keyboard_for(&self, person: i64) -> Value {
        self.world().people.get(&person).map(|resident| resident.keyboard.clone()).unwrap_or_default()
    }

    /// Writes a text; commands, mentions and addresses in it are marked as Telegram marks them.
    ///
    /// # Panics
    /// As everything a person does: if the person was never added.
    pub fn says(&self, person: i64, text: &str) -> i64 {
        self.sends_raw(person, text_content(text))
    }

    /// The same in reply to a message; one that is gone is not quoted.
    pub fn replies(&self, person: i64, to: i64, text: &str) -> i64 {
        let quoted = self.world().message(person, to).cloned();
        let mut content = text_content(text);
        if let Some(mut quoted) = quoted {
            quoted.as_object_mut().map(|fields| fields.remove("reply_to_message"));
            content["reply_to_message"] = quoted;
        }
        self.sends_raw(person, content)
    }

    /// Sends a picture, compressed (a photo) or as it is (a file). The bytes may be anything.
    pub fn sends_picture(
        &self,
        person: i64,
        bytes: impl Into<Bytes>,
        name: Option<&str>,
        caption: &str,
        way: PhotoOrFile,
    ) -> i64 {
        let upload = Upload { bytes: bytes.into(), name: name.map(str::to_owned), mime: None };
        let mut world = self.world();
        let content = match way {
            PhotoOrFile::Photo => json!({"photo": world.files.keep_photo(&upload)}),
            PhotoOrFile::File => world.document(&upload),
        };
        world.arrive(person, joined(content, caption_content(caption)))
    }

    /// Sends a photo.
    pub fn sends_photo(&self, person: i64, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        self.sends_picture(person, bytes, None, caption, PhotoOrFile::Photo)
    }

    /// Sends photos together; the words stand below the one of this place.
    pub fn sends_album(&self, person: i64, photos: &[Bytes], caption: (usize, &str)) -> Vec<i64> {
        let mut world = self.world();
        let group = json!({"media_group_id": world.fresh_id()});
        let send = |(nth, bytes): (usize, &Bytes)| {
            let upload = Upload { bytes: bytes.clone(), name: None, mime: None };
            let photo = json!({"photo": world.files.keep_photo(&upload)});
            let words = if nth == caption.0 { caption_content(caption.1) } else { json!({}) };
            world.arrive(person, joined(joined(photo, words), group.clone()))
        };
        photos.iter().enumerate().map(send).collect()
    }

    /// Sends a document.
    pub fn sends_file(
        &self,
        person: i64,
        bytes: impl Into<Bytes>,
        name: &str,
        mime: &str,
        caption: &str,
    ) -> i64 {
        let upload = Upload { bytes: bytes.into(), name: Some(name.to_owned()), mime: Some(mime.to_owned()) };
        let mut world = self.world();
        let content = world.document(&upload);
        world.arrive(person, joined(content, caption_content(caption)))
    }

    /// Sends a message with any content at all, known to the Bot API or not.
    pub fn sends_raw(&self, person: i64, content: Value) -> i64 {
        self.world().arrive(person, content)
    }

    /// Edits a message of their own: the bot gets `edited_message`.
    pub fn edits(&self, person: i64, message_id: i64, text: &str) {
        let mut world = self.world();
        let Some(message) = world.message(person, message_id).cloned() else {
            return;
        };
        let mut message = joined(message, text_content(text));
        message["edit_date"] = json!(now());
        world.put(person, &message);
        world.enqueue("edited_message", message);
    }

    /// Taps a button; answers with the id of the query. Neither the message nor the button need exist.
    pub fn taps(&self, person: i64, message_id: i64, data: &str) -> String {
        let mut world = self.world();
        let query = world.fresh_id();
        let gone = json!({"chat": world.resident(person).person.chat(), "message_id": message_id, "date": 0});
        let message = world.message(person, message_id).cloned().unwrap_or(gone);
        let from = world.resident(person).person.user();
        world.taps.insert(query.clone(), (person, message_id));
        let body = json!({
            "id": query, "from": from, "message": message, "data": data, "chat_instance": person.to_string(),
        });
        world.enqueue("callback_query", body);
        query
    }

    /// Blocks the bot: it gets 403 from now on.
    pub fn blocks(&self, person: i64) {
        self.world().set_blocked(person, true);
    }

    pub fn unblocks(&self, person: i64) {
        self.world().set_blocked(person, false);
    }

    /// Clears the chat on the person's side and the bot's: edits then find no message.
    pub fn deletes_chat(&self, person: i64) {
        let mut world = self.world();
        for message_id in world.chats.remove(&person).unwrap_or_default().into_keys() {
            world.bell.ring(Event::Deleted { chat_id: person, message_id });
        }
    }
}

impl World {
    /// A person who must have been added.
    pub(super) fn resident(&self, person: i64) -> &Resident {
        self.people.get(&person).expect("people are added before they do anything")
    }

    /// A new message from a person: into the chat, and to the bot.
    pub(super) fn arrive(&mut self, person: i64, content: Value) -> i64 {
        self.resident(person);
        let message = joined(self.frame(person, false), content);
        self.put(person, &message);
        let id = message["message_id"].as_i64().unwrap_or_default();
        self.enqueue("message", message);
        id
    }

    fn document(&mut self, upload: &Upload) -> Value {
        let mut fields = json!({"file_name": upload.name.as_deref().unwrap_or("file")});
        if let Some(mime) = upload.mime.as_deref().or_else(|| super::files::known_type(&upload.bytes)) {
            fields["mime_type"] = json!(mime);
        }
        json!({"document": self.files.keep_file("document", upload, fields)})
    }

    fn set_blocked(&mut self, person: i64, blocked: bool) {
        let Some(resident) = self.people.get_mut(&person) else {
            return;
        };
        if std::mem::replace(&mut resident.blocked, blocked) == blocked {
            return;
        }
        let bot = json!({"user": self.bot});
        let member = joined(bot.clone(), json!({"status": "member"}));
        let gone = joined(bot, json!({"status": "kicked", "until_date": 0}));
        let (old, new) = if blocked { (member, gone) } else { (gone, member) };
        let person = &self.resident(person).person;
        let body = json!({
            "chat": person.chat(), "from": person.user(), "date": now(),
            "old_chat_member": old, "new_chat_member": new,
        });
        self.enqueue("my_chat_member", body);
    }
}

fn text_content(source: &str) -> Value {
    let mut content = json!({"text": source});
    let entities = text::found_entities(source);
    if !entities.is_empty() {
        content["entities"] = json!(entities);
    }
    content
}

fn caption_content(caption: &str) -> Value {
    if caption.is_empty() {
        return json!({});
    }
    let mut content = json!({"caption": caption});
    let entities = text::found_entities(caption);
    if !entities.is_empty() {
        content["caption_entities"] = json!(entities);
    }
    content
}
