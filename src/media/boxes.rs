//! Walks the boxes of an MP4 without trusting their sizes.
//!
//! Media data is skipped by seeking and never read. Codec-specific boxes are not interpreted here, so that a film with a
//! sound codec nobody has heard of is still a film.

use std::io::{Read, Seek, SeekFrom};

use mp4_atom::{Atom, Decode, FourCC, Header, ReadFrom};

use crate::media::film::FilmError;

/// An index of a two-hour film is about 10 MB; ours last seconds.
const MAX_MOOV: u64 = 16 * 1024 * 1024;
/// Fragmented films have two boxes a fragment; beyond this somebody is wasting our time.
const MAX_TOP_BOXES: usize = 10_000;

/// Reads the body of the `moov` box, after checking that the file is an MP4, has media data, and that no box reaches
/// beyond its end.
pub(super) fn read_moov(reader: &mut (impl Read + Seek)) -> Result<Vec<u8>, FilmError> {
    let end = reader.seek(SeekFrom::End(0))?;
    let (mut at, mut moov, mut has_media) = (0, None, false);
    for nth in 0.. {
        if end - at < 8 {
            break;
        }
        if nth == MAX_TOP_BOXES {
            return Err(FilmError::Oversized);
        }
        reader.seek(SeekFrom::Start(at))?;
        let header = Header::read_from(reader).map_err(|_| FilmError::NotMp4)?;
        if nth == 0 && header.kind != FourCC::new(b"ftyp") {
            return Err(FilmError::NotMp4);
        }
        let body = reader.stream_position()?;
        let body_end = match header.size {
            Some(size) => body.saturating_add(size as u64),
            None => end,
        };
        if body_end > end {
            return Err(FilmError::Truncated);
        }
        if header.kind == FourCC::new(b"mdat") {
            has_media |= body_end > body;
        } else if header.kind == FourCC::new(b"moov") && moov.is_none() {
            moov = Some(read_body(reader, body_end - body)?);
        }
        at = body_end;
    }
    // A download that broke off between two boxes looks whole until one asks what is missing.
    match moov {
        Some(moov) if has_media => Ok(moov),
        _ => Err(FilmError::Truncated),
    }
}

fn read_body(reader: &mut impl Read, length: u64) -> Result<Vec<u8>, FilmError> {
    if length > MAX_MOOV {
        return Err(FilmError::Oversized);
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    Ok(body)
}

/// The boxes inside `body`, in order; ends at the first one that makes no sense.
pub(super) fn children(body: &[u8]) -> impl Iterator<Item = (FourCC, &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let header = Header::decode(&mut rest).ok()?;
        let (inside, after) = rest.split_at_checked(header.size.unwrap_or(rest.len()))?;
        rest = after;
        Some((header.kind, inside))
    })
}

/// The body of the box at `path`, first match at each level.
pub(super) fn find<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(body, |body, kind| {
        children(body).find(|(found, _)| *found == FourCC::new(kind)).map(|(_, inside)| inside)
    })
}

/// The box at `path` as a value; `None` if absent or malformed.
pub(super) fn decode<A: Atom>(body: &[u8], path: &[&[u8; 4]]) -> Option<A> {
    A::decode_body(&mut find(body, path)?).ok()
}

/// The bodies of the tracks that hold pictures.
pub(super) fn video_tracks(moov: &[u8]) -> impl Iterator<Item = &[u8]> {
    children(moov)
        .filter(|(kind, _)| *kind == FourCC::new(b"trak"))
        .map(|(_, track)| track)
        // hdlr: 4 bytes version and flags, 4 bytes of zero, then the handler's name
        .filter(|track| find(track, &[b"mdia", b"hdlr"]).and_then(|body| body.get(8..12)) == Some(b"vide"))
}

/// The big-endian number at byte `at`.
pub(super) fn number(body: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(body.get(at..)?.first_chunk().copied()?))
}
