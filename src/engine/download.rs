//! Brings a file from the engine to the disk: whole, of the right kind and not too long, or not at all.
//!
//! Never leaves a half file under the final name; never looks inside beyond the first bytes.

use std::io;
use std::path::{Path, PathBuf};

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use tokio::fs::{self, File};
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::app::port::{Failure, FailureKind};

use super::answer::explain;

/// Fewer and larger writes: each is a trip to another thread.
const WRITE_BYTES: usize = 256 * 1024;
/// As many first bytes as tell a film or a picture from an error page.
const HEAD_BYTES: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An MP4.
    Film,
    /// A JPEG, PNG or WebP.
    Picture,
}

impl Kind {
    fn may_be_called(self, content_type: &str) -> bool {
        let name = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        let anything = ["", "application/octet-stream", "binary/octet-stream", "application/binary"];
        anything.contains(&name.as_str())
            || match self {
                Self::Film => name.starts_with("video/") || name == "application/mp4",
                Self::Picture => name.starts_with("image/"),
            }
    }

    fn may_begin(self, head: &[u8]) -> bool {
        let at = |from: usize, bytes: &[u8]| head.get(from..from + bytes.len()) == Some(bytes);
        match self {
            Self::Film => at(4, b"ftyp"),
            Self::Picture => {
                at(0, b"\xFF\xD8\xFF") || at(0, b"\x89PNG") || (at(0, b"RIFF") && at(8, b"WEBP"))
            }
        }
    }
}

/// Saves the body of a successful answer under `path`, created or overwritten. Returns its bytes.
pub(super) async fn save(
    mut response: Response,
    kind: Kind,
    path: &Path,
    max_bytes: u64,
) -> Result<u64, Failure> {
    let called = response.headers().get(CONTENT_TYPE).map_or(Ok(""), |value| value.to_str());
    if !called.is_ok_and(|name| kind.may_be_called(name)) {
        return Err(broken(format!("HTTP {} with another type than a {kind:?}", response.status().as_u16())));
    }
    let promised = response.content_length();
    if promised.is_some_and(|bytes| bytes > max_bytes) {
        return Err(too_large(max_bytes));
    }
    let part = part_of(path);
    let saved = match stream(&mut response, kind, &part, max_bytes).await {
        Ok(bytes) if promised.is_some_and(|promised| promised != bytes) => Err(Failure {
            kind: FailureKind::Network,
            detail: format!("{bytes} bytes came of {promised:?} promised"),
            retry_after: None,
        }),
        Ok(bytes) => settle(&part, path).await.map(|()| bytes).map_err(unwritten),
        Err(failure) => Err(failure),
    };
    if saved.is_err() {
        // it may not even be there
        let _ = fs::remove_file(&part).await;
    }
    saved
}

async fn stream(response: &mut Response, kind: Kind, part: &Path, max_bytes: u64) -> Result<u64, Failure> {
    let file = File::create(part).await.map_err(unwritten)?;
    let mut file = BufWriter::with_capacity(WRITE_BYTES, file);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let mut bytes = 0;
    while let Some(chunk) = response.chunk().await.map_err(cut_off)? {
        bytes += chunk.len() as u64;
        if bytes > max_bytes {
            return Err(too_large(max_bytes));
        }
        if head.len() < HEAD_BYTES {
            head.extend(chunk.iter().take(HEAD_BYTES - head.len()));
            // said as soon as it is seen, not after the rest has come
            if head.len() == HEAD_BYTES && !kind.may_begin(&head) {
                return Err(broken(format!("what came does not begin like a {kind:?}")));
            }
        }
        file.write_all(&chunk).await.map_err(unwritten)?;
    }
    if head.len() < HEAD_BYTES {
        return Err(broken(format!("only {bytes} bytes came")));
    }
    file.flush().await.map_err(unwritten)?;
    file.get_ref().sync_all().await.map_err(unwritten)?;
    Ok(bytes)
}

/// Gives the file its name, and makes the name last: the user pays as soon as this returns.
async fn settle(part: &Path, path: &Path) -> io::Result<()> {
    fs::rename(part, path).await?;
    if cfg!(unix)
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn cut_off(error: reqwest::Error) -> Failure {
    Failure { kind: FailureKind::Network, detail: explain(error), retry_after: None }
}

fn broken(detail: String) -> Failure {
    Failure { kind: FailureKind::Broken, detail, retry_after: None }
}

/// Our own disk. There is no kind for it, and it passes like a broken film: later, or with the money given back.
fn unwritten(error: io::Error) -> Failure {
    broken(format!("it cannot be written to the disk: {error}"))
}

fn too_large(max_bytes: u64) -> Failure {
    Failure {
        kind: FailureKind::TooLarge,
        detail: format!("longer than {max_bytes} bytes"),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_head_tell_what_a_file_is() {
        for (name, film, picture) in [
            ("video/mp4", true, false),
            ("Video/MP4; charset=binary", true, false),
            ("application/octet-stream", true, true),
            ("", true, true),
            ("image/webp", false, true),
            ("application/json", false, false),
            ("text/html; charset=utf-8", false, false),
        ] {
            assert_eq!(Kind::Film.may_be_called(name), film, "{name:?}");
            assert_eq!(Kind::Picture.may_be_called(name), picture, "{name:?}");
        }
        for (head, film, picture) in [
            (&b"\0\0\0\x20ftypisom"[..], true, false),
            (b"ftypisom\0\0\0\0", false, false),
            (b"<!doctype htm", false, false),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01", false, true),
            (b"RIFF\x10\0\0\0WEBPVP8 ", false, true),
            (b"RIFF\x10\0\0\0WAVEfmt ", false, false),
            (b"", false, false),
        ] {
            assert_eq!(Kind::Film.may_begin(head), film, "{head:?}");
            assert_eq!(Kind::Picture.may_begin(head), picture, "{head:?}");
        }
    }
}
