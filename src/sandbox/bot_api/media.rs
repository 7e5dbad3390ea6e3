//! Sending photos, videos, documents and albums.
//!
//! Where the bytes come from and where they are kept is the business of `files`.

use serde_json::{Value, json};

use super::{
    files::joined,
    params::Params,
    refusal::{Answer, Refusal},
    world::World,
};

/// Items of an album.
const ALBUM: std::ops::RangeInclusive<usize> = 2..=10;

impl World {
    pub(super) fn send_media(&mut self, p: &Params, kind: &'static str) -> Answer {
        let content = self.media_content(p, kind, kind)?;
        self.send(p, content)
    }

    /// The content of a media message; `field` is where the call names the file.
    fn media_content(&mut self, p: &Params, kind: &'static str, field: &str) -> Answer {
        let caption = self.caption_content(p)?;
        let media = self.media(p, kind, field)?;
        let mut content = joined(json!({}), caption);
        if kind == "animation" {
            // clients of before animations existed look here
            content["document"] = media.clone();
        }
        content[kind] = media;
        if p.flag("has_spoiler") {
            content["has_media_spoiler"] = json!(true);
        }
        Ok(content)
    }

    /// The content of an `InputMedia` object.
    pub(super) fn input_media(&mut self, p: &Params, item: &Value) -> Result<(&'static str, Value), Refusal> {
        let kinds = ["photo", "video", "document", "animation"];
        let kind = kinds.into_iter().find(|kind| item["type"] == *kind).ok_or_else(|| {
            Refusal::mistake(format!("can't parse InputMedia: type {} is not supported", item["type"]))
        })?;
        if item["media"].as_str().is_none_or(str::is_empty) {
            return Err(Refusal::mistake("can't parse InputMedia: media not found"));
        }
        let content = self.media_content(&p.inside(item), kind, "media")?;
        Ok((kind, content))
    }

    pub(super) fn send_media_group(&mut self, p: &Params) -> Answer {
        let Some(items) = p.value("media").and_then(Value::as_array).cloned() else {
            return Err(Refusal::mistake("can't parse media JSON object"));
        };
        if !ALBUM.contains(&items.len()) {
            let few = if items.len() < *ALBUM.start() { "Too few" } else { "Too much" };
            return Err(Refusal::mistake(format!("{few} messages to send as an album")));
        }
        let mut contents = Vec::new();
        let mut documents = 0;
        for item in &items {
            let (kind, content) = self.input_media(p, item)?;
            if kind == "animation" {
                return Err(Refusal::mistake("Wrong media type: animation can't be sent in an album"));
            }
            documents += usize::from(kind == "document");
            contents.push(content);
        }
        if documents != 0 && documents != items.len() {
            return Err(Refusal::mistake("Document can't be mixed with other media types"));
        }
        let group = self.fresh_id();
        let mut sent = Vec::new();
        for content in contents {
            sent.push(self.send(p, joined(content, json!({"media_group_id": group})))?);
        }
        Ok(Value::Array(sent))
    }
}
