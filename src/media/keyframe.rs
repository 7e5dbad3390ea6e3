//! Finds the first picture of an H.264 film and hands it out as a stream that a decoder takes.
//!
//! Only the first sample of the first video track is looked at, and only if the film says that it stands on its own.

use std::io::{Read, Seek, SeekFrom};

use mp4_atom::{Atom, Avcc, FourCC};

use crate::media::boxes;

/// A lossless 4K picture is about this large; ours are some 100 kB.
const MAX_SAMPLE: u64 = 16 * 1024 * 1024;
/// The fixed part of a visual sample entry, before its own boxes.
const VISUAL_ENTRY: usize = 78;
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// Parameter sets and the first picture, as an Annex B stream.
pub(super) fn first(reader: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    let moov = boxes::read_moov(reader).ok()?;
    let track = boxes::video_tracks(&moov).next()?;
    let table = boxes::find(track, &[b"mdia", b"minf", b"stbl"])?;
    let codec = parameters(table)?;
    if boxes::find(table, &[b"stss"]).is_some_and(|keys| boxes::number(keys, 8) != Some(1)) {
        return None;
    }
    let (offset, size) = first_sample(table)?;
    reader.seek(SeekFrom::Start(offset)).ok()?;
    let mut sample = Vec::new();
    reader.take(size).read_to_end(&mut sample).ok()?;
    let mut stream = Vec::new();
    for set in codec.sequence_parameter_sets.iter().chain(&codec.picture_parameter_sets) {
        push(&mut stream, set);
    }
    for unit in units(&sample, codec.length_size.into()) {
        push(&mut stream, unit);
    }
    Some(stream)
}

fn parameters(table: &[u8]) -> Option<Avcc> {
    let descriptions = boxes::find(table, &[b"stsd"])?;
    let (kind, entry) = boxes::children(descriptions.get(8..)?).next()?;
    if kind != FourCC::new(b"avc1") && kind != FourCC::new(b"avc3") {
        return None;
    }
    let mut body = boxes::find(entry.get(VISUAL_ENTRY..)?, &[b"avcC"])?;
    Avcc::decode_body(&mut body).ok().filter(|codec| (1..=4).contains(&codec.length_size))
}

/// Where the first sample lies: offset and size in bytes.
fn first_sample(table: &[u8]) -> Option<(u64, u64)> {
    let offset = match boxes::find(table, &[b"stco"]) {
        Some(chunks) => u64::from(boxes::number(chunks, 8)?),
        None => {
            let chunks = boxes::find(table, &[b"co64"])?;
            u64::from(boxes::number(chunks, 8)?) << 32 | u64::from(boxes::number(chunks, 12)?)
        }
    };
    let sizes = boxes::find(table, &[b"stsz"])?;
    let size = match boxes::number(sizes, 4)? {
        0 => boxes::number(sizes, 12)?,
        all_alike => all_alike,
    };
    Some((offset, u64::from(size))).filter(|(_, size)| (1..=MAX_SAMPLE).contains(size))
}

/// The units of a sample, each of which is preceded by its length in `prefix` bytes.
fn units(sample: &[u8], prefix: usize) -> impl Iterator<Item = &[u8]> {
    let mut rest = sample;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_at_checked(prefix)?;
        let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let (unit, after) = after.split_at_checked(length)?;
        rest = after;
        Some(unit)
    })
    .take_while(|unit| !unit.is_empty())
}

fn push(stream: &mut Vec<u8>, unit: &[u8]) {
    stream.extend_from_slice(&START_CODE);
    stream.extend_from_slice(unit);
}
