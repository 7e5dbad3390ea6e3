//! Files that people and the bot sent, in memory, and what their `file_id`s stand for.
//!
//! The oldest go when the cap is reached, as on Telegram they may at any time. Nothing touches the disk.

use std::{collections::BTreeMap, io::Cursor};

use bytes::Bytes;
use image::{ImageFormat, ImageReader};
use serde_json::{Value, json};

use super::{
    params::{Params, Upload},
    refusal::{Answer, Refusal},
    world::World,
};

/// Largest upload by the bot.
pub(super) const UPLOAD_MAX: usize = 50 * 1024 * 1024;
/// Largest file `getFile` serves.
const DOWNLOAD_MAX: usize = 20 * 1024 * 1024;
const PHOTO_MAX: usize = 10 * 1024 * 1024;
const PHOTO_SIDES_MAX: u32 = 10_000;
const THUMBNAIL_SIDE: u32 = 320;
const THUMBNAIL_MAX: usize = 200 * 1024;
/// Above this a preview is not worth the memory of decoding.
const PREVIEW_PIXELS_MAX: u64 = 16_000_000;
/// Above this Telegram shows a video without measures and preview as a grey square.
const BARE_VIDEO_MAX: usize = 10 * 1024 * 1024;

/// A file as it is kept.
#[derive(Clone, Debug)]
pub struct StoredFile {
    pub bytes: Bytes,
    pub mime: String,
    pub name: Option<String>,
    /// As in `File.file_path`.
    pub path: String,
    /// photo, video, document, animation or thumbnail.
    pub kind: &'static str,
    /// The message field that sends it again: `{"file_id":…}`, or a list of sizes for a photo.
    media: Value,
}

pub(super) struct Files {
    /// Part of every id, so that ids of another run are strangers and not other files.
    run: u32,
    next: u64,
    total: usize,
    cap: usize,
    kept: BTreeMap<u64, StoredFile>,
}

impl Files {
    pub fn new(run: u32, cap: usize) -> Self {
        Self { run, next: 1, total: 0, cap, kept: BTreeMap::new() }
    }

    pub fn get(&self, file_id: &str) -> Option<&StoredFile> {
        self.kept.get(&self.number(file_id)?)
    }

    pub fn at_path(&self, path: &str) -> Option<&StoredFile> {
        self.kept.values().find(|file| file.path == path)
    }

    /// Keeps bytes and answers with their ids and size; older files make room.
    fn keep(&mut self, kind: &'static str, upload: &Upload) -> Value {
        let number = self.next;
        self.next += 1;
        let mime = upload.mime.clone().unwrap_or_else(|| sniffed(&upload.bytes).to_owned());
        let ending = match (upload.name.as_deref().and_then(|name| name.rsplit_once('.')), mime.as_str()) {
            (Some((_, ending)), _) if ending.chars().all(|c| c.is_ascii_alphanumeric()) => ending.to_owned(),
            (_, "image/jpeg") => "jpg".to_owned(),
            (_, "video/mp4") => "mp4".to_owned(),
            _ => "bin".to_owned(),
        };
        let path = format!("{kind}s/file_{number}.{ending}");
        let ids = json!({
            "file_id": format!("sandbox-{:x}-{number}", self.run),
            "file_unique_id": format!("u{:x}{number}", self.run),
            "file_size": upload.bytes.len(),
        });
        let (bytes, name) = (upload.bytes.clone(), upload.name.clone());
        self.total += bytes.len();
        self.kept.insert(number, StoredFile { bytes, mime, name, path, kind, media: ids.clone() });
        while self.total > self.cap && self.kept.len() > 1 {
            let Some((_, oldest)) = self.kept.pop_first() else {
                break;
            };
            self.total -= oldest.bytes.len();
        }
        ids
    }

    fn number(&self, file_id: &str) -> Option<u64> {
        let (run, number) = file_id.strip_prefix("sandbox-")?.split_once('-')?;
        (u32::from_str_radix(run, 16).ok()? == self.run).then(|| number.parse().ok())?
    }

    fn remember(&mut self, media: &Value) {
        let ids = media.as_array().map_or(std::slice::from_ref(media), Vec::as_slice);
        for id in ids.iter().filter_map(|size| size["file_id"].as_str()) {
            if let Some(file) = self.number(id).and_then(|number| self.kept.get_mut(&number)) {
                file.media = media.clone();
            }
        }
    }

    /// A photo as a list of sizes, smallest first; the last one is the picture as it was sent.
    pub fn keep_photo(&mut self, upload: &Upload) -> Value {
        let (width, height) = measures(&upload.bytes).unwrap_or((0, 0));
        let mut sizes = Vec::new();
        if let Some((preview, w, h)) = preview(&upload.bytes, width, height) {
            let preview = Upload { bytes: preview, name: None, mime: Some("image/jpeg".to_owned()) };
            sizes.push(joined(self.keep("photo", &preview), json!({"width": w, "height": h})));
        }
        sizes.push(joined(self.keep("photo", upload), json!({"width": width, "height": height})));
        let media = Value::Array(sizes);
        self.remember(&media);
        media
    }

    /// A document, video or animation with the fields given.
    pub fn keep_file(&mut self, kind: &'static str, upload: &Upload, fields: Value) -> Value {
        let media = joined(self.keep(kind, upload), fields);
        self.remember(&media);
        media
    }
}

impl World {
    pub(super) fn get_file(&mut self, p: &Params) -> Answer {
        let id = p.text("file_id");
        if id.is_empty() {
            return Err(Refusal::mistake("file_id is not specified"));
        }
        let Some(file) = self.files.get(id) else {
            return Err(Refusal::state("wrong file_id or the file is temporarily unavailable"));
        };
        if file.bytes.len() > DOWNLOAD_MAX {
            return Err(Refusal::state("file is too big"));
        }
        let number = self.files.number(id).unwrap_or_default();
        let unique = format!("u{:x}{number}", self.files.run);
        let size = file.bytes.len();
        Ok(json!({"file_id": id, "file_unique_id": unique, "file_size": size, "file_path": file.path}))
    }

    /// What the bot sends under `kind`: an upload, something sent before, or an address.
    pub(super) fn media(&mut self, p: &Params, kind: &'static str, field: &str) -> Answer {
        let text = p.text(field);
        let upload = match text.strip_prefix("attach://") {
            Some(part) => p.upload(part).ok_or_else(|| {
                Refusal::mistake(format!("wrong file identifier/HTTP URL specified: no part {part}"))
            })?,
            None => match p.upload(field) {
                Some(upload) => upload,
                None => return self.sent_before(text, kind),
            },
        };
        if upload.bytes.is_empty() {
            return Err(Refusal::mistake("file must be non-empty"));
        }
        if kind == "photo" {
            check_photo(&upload.bytes)?;
            return Ok(self.files.keep_photo(upload));
        }
        let mut fields = json!({});
        if let Some(name) = &upload.name {
            fields["file_name"] = json!(name);
        }
        let mime = upload.mime.as_deref().filter(|mime| *mime != "application/octet-stream");
        let mime = mime.unwrap_or_else(|| sniffed(&upload.bytes));
        fields["mime_type"] = json!(mime);
        if let Some(thumbnail) = self.thumbnail(p) {
            fields["thumbnail"] = thumbnail;
        }
        if kind != "document" {
            self.measure(p, kind, upload, &mut fields);
        }
        let upload = Upload { mime: Some(mime.to_owned()), ..upload.clone() };
        Ok(self.files.keep_file(kind, &upload, fields))
    }

    /// Width, height and length as the bot gave them; Telegram believes them.
    fn measure(&mut self, p: &Params, kind: &str, upload: &Upload, fields: &mut Value) {
        for name in ["width", "height", "duration"] {
            fields[name] = json!(p.int(name).unwrap_or(0).max(0));
        }
        if kind != "video" {
            return;
        }
        if sniffed(&upload.bytes) != "video/mp4" {
            self.note("sendVideo: not an MP4, Telegram would show a document".to_owned());
        }
        let bare = ["width", "height", "duration"].iter().any(|name| fields[*name] == 0);
        if upload.bytes.len() > BARE_VIDEO_MAX && (bare || fields.get("thumbnail").is_none()) {
            self.note("sendVideo: a large video without measures and thumbnail shows as a square".to_owned());
        }
    }

    fn sent_before(&self, text: &str, kind: &str) -> Answer {
        if text.is_empty() {
            return Err(Refusal::mistake(format!("there is no {kind} in the request")));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return Err(Refusal::mistake("failed to get HTTP URL content"));
        }
        let Some(file) = self.files.get(text) else {
            return Err(Refusal::mistake("wrong file identifier/HTTP URL specified"));
        };
        if file.kind != kind {
            let text = format!("can't use file of type {} as {}", capital(file.kind), capital(kind));
            return Err(Refusal::mistake(text));
        }
        Ok(file.media.clone())
    }

    /// The thumbnail, or `None` with a note when Telegram would quietly drop it.
    fn thumbnail(&mut self, p: &Params) -> Option<Value> {
        let text = p.text("thumbnail");
        let upload = match text.strip_prefix("attach://") {
            Some(part) => p.upload(part),
            None => p.upload("thumbnail"),
        };
        let Some(upload) = upload else {
            if !text.is_empty() {
                self.note("thumbnail: only a new upload counts".to_owned());
            }
            return None;
        };
        let (width, height) = measures(&upload.bytes).unwrap_or((0, 0));
        let fits = (1..=THUMBNAIL_SIDE).contains(&width) && (1..=THUMBNAIL_SIDE).contains(&height);
        if sniffed(&upload.bytes) != "image/jpeg" || upload.bytes.len() > THUMBNAIL_MAX || !fits {
            self.note(format!(
                "thumbnail: must be a JPEG of at most 200 kB and 320x320, not {} bytes of {width}x{height}",
                upload.bytes.len()
            ));
            return None;
        }
        let upload = Upload { mime: Some("image/jpeg".to_owned()), ..upload.clone() };
        let ids = self.files.keep("thumbnail", &upload);
        Some(joined(ids, json!({"width": width, "height": height})))
    }
}

fn check_photo(bytes: &Bytes) -> Result<(), Refusal> {
    if bytes.len() > PHOTO_MAX {
        return Err(Refusal::mistake(format!(
            "file of size {} bytes is too big for a photo; the maximum size is {PHOTO_MAX} bytes",
            bytes.len()
        )));
    }
    let (width, height) = measures(bytes).ok_or_else(|| Refusal::mistake("IMAGE_PROCESS_FAILED"))?;
    let (long, short) = (width.max(height), width.min(height));
    if width + height > PHOTO_SIDES_MAX || short == 0 || long > short * 20 {
        return Err(Refusal::mistake("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(())
}

fn measures(bytes: &Bytes) -> Option<(u32, u32)> {
    ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()
}

/// A JPEG of at most 320 px for a larger picture that can be decoded.
fn preview(bytes: &Bytes, width: u32, height: u32) -> Option<(Bytes, u32, u32)> {
    let small = width <= THUMBNAIL_SIDE && height <= THUMBNAIL_SIDE;
    if small || u64::from(width) * u64::from(height) > PREVIEW_PIXELS_MAX {
        return None;
    }
    let picture = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.decode().ok()?;
    let picture = picture.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE).into_rgb8();
    let mut jpeg = Vec::new();
    picture.write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg).ok()?;
    Some((jpeg.into(), picture.width(), picture.height()))
}

/// The type of the content by its first bytes.
fn sniffed(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i', b'c', ..] => "image/heic",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        _ => "application/octet-stream",
    }
}

/// The type of the content, if its first bytes tell.
pub(super) fn known_type(bytes: &[u8]) -> Option<&'static str> {
    Some(sniffed(bytes)).filter(|mime| *mime != "application/octet-stream")
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// One object with the fields of both.
pub(super) fn joined(mut object: Value, fields: Value) -> Value {
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
    object
}
