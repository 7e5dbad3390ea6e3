//! What an MP4 says of itself: size, length, and whether all of it is there.
//!
//! Reads only the index; the pictures themselves are neither read nor decoded, so a film that passes may still show
//! garbage.

use std::io::{Read, Seek};

use mp4_atom::{Mdhd, Mehd, Mvhd, Tkhd};
use thiserror::Error;

use crate::media::boxes;

/// A film as a player would announce it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Film {
    /// Pixels, as shown (a rotated film has its sides swapped).
    pub width: u32,
    /// Pixels, as shown.
    pub height: u32,
    /// Milliseconds; 0 if the file does not say (a live fragmented film).
    pub duration_ms: u64,
}

/// Why bytes are not a film that can be sent.
#[derive(Debug, Error)]
pub enum FilmError {
    #[error("this is not an mp4 file")]
    NotMp4,
    #[error("the film breaks off before its end")]
    Truncated,
    #[error("the file has no video track")]
    NoVideo,
    #[error("the film's index is larger than any film we sell needs")]
    Oversized,
    #[error("the film could not be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Reads the index of an MP4, wherever in the file it stands.
///
/// # Errors
/// See [`FilmError`]; hostile bytes end in one of them.
pub fn probe(mut reader: impl Read + Seek) -> Result<Film, FilmError> {
    let moov = boxes::read_moov(&mut reader)?;
    let track = boxes::video_tracks(&moov).next().ok_or(FilmError::NoVideo)?;
    let (width, height) = shown_size(track).ok_or(FilmError::NoVideo)?;
    Ok(Film { width, height, duration_ms: duration_ms(&moov, track) })
}

fn shown_size(track: &[u8]) -> Option<(u32, u32)> {
    let head: Tkhd = boxes::decode(track, &[b"tkhd"])?;
    let mut size = (u32::from(head.width.integer()), u32::from(head.height.integer()));
    if size.0 == 0 || size.1 == 0 {
        size = coded_size(track)?;
    }
    let quarter_turn = head.matrix.a == 0 && head.matrix.d == 0 && head.matrix.b != 0;
    let (width, height) = if quarter_turn { (size.1, size.0) } else { size };
    (width > 0 && height > 0).then_some((width, height))
}

/// Some writers leave the track's size empty; the sample description has it too.
fn coded_size(track: &[u8]) -> Option<(u32, u32)> {
    let descriptions = boxes::find(track, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    let (_, entry) = boxes::children(descriptions.get(8..)?).next()?;
    let sides = boxes::number(entry, 24)?;
    Some((sides >> 16, sides & 0xffff))
}

fn duration_ms(moov: &[u8], track: &[u8]) -> u64 {
    let movie: Option<Mvhd> = boxes::decode(moov, &[b"mvhd"]);
    let scale = movie.as_ref().map_or(0, |movie| movie.timescale);
    let whole = movie.map_or(0, |movie| movie.duration);
    let fragments: Option<Mehd> = boxes::decode(moov, &[b"mvex", b"mehd"]);
    let media: Option<Mdhd> = boxes::decode(track, &[b"mdia", b"mdhd"]);
    let told = [
        (whole, scale),
        (fragments.map_or(0, |box_| box_.fragment_duration), scale),
        media.map_or((0, 0), |media| (media.duration, media.timescale)),
    ];
    told.into_iter().map(|(length, scale)| in_ms(length, scale)).find(|ms| *ms > 0).unwrap_or(0)
}

fn in_ms(length: u64, timescale: u32) -> u64 {
    // All ones is how the format writes "unknown".
    if timescale == 0 || length == u64::MAX || length == u64::from(u32::MAX) {
        return 0;
    }
    u64::try_from(u128::from(length) * 1000 / u128::from(timescale)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use mp4_atom::{Encode, FourCC, Ftyp, Hdlr, Matrix, Mdia, Moov, Trak};

    use super::*;

    const QUARTER_TURN: Matrix =
        Matrix { a: 0, b: 0x10000, u: 0, c: -0x10000, d: 0, v: 0, x: 0, y: 0, w: 0x4000_0000 };

    fn bytes(atom: &impl Encode) -> Vec<u8> {
        let mut bytes = Vec::new();
        atom.encode(&mut bytes).unwrap();
        bytes
    }

    fn ftyp() -> Vec<u8> {
        let brand = FourCC::new(b"isom");
        bytes(&Ftyp { major_brand: brand, minor_version: 0, compatible_brands: vec![brand] })
    }

    fn moov(handler: &[u8; 4], matrix: Matrix) -> Moov {
        let hdlr = Hdlr { handler: FourCC::new(handler), name: String::new() };
        let tkhd = Tkhd { width: 1280.into(), height: 720.into(), matrix, ..Tkhd::default() };
        let mdia = Mdia { hdlr, ..Mdia::default() };
        let mvhd = Mvhd { timescale: 600, duration: 4500, ..Mvhd::default() };
        Moov { mvhd, trak: vec![Trak { tkhd, mdia, ..Trak::default() }], ..Moov::default() }
    }

    fn index() -> Vec<u8> {
        bytes(&moov(b"vide", Matrix::default()))
    }

    /// A box with its size written in 32 bits, or in 64.
    fn media(wide: bool) -> Vec<u8> {
        let body = [7; 100];
        let mut bytes = match wide {
            true => [&1_u32.to_be_bytes()[..], b"mdat", &116_u64.to_be_bytes()].concat(),
            false => [&108_u32.to_be_bytes()[..], b"mdat"].concat(),
        };
        bytes.extend(body);
        bytes
    }

    fn read(parts: &[Vec<u8>]) -> Result<Film, FilmError> {
        probe(Cursor::new(parts.concat()))
    }

    #[test]
    fn the_index_is_found_before_and_after_the_media() {
        let film = Film { width: 1280, height: 720, duration_ms: 7500 };
        let endless = [&0_u32.to_be_bytes()[..], b"mdat", &[7; 100]].concat();
        let free = [&16_u32.to_be_bytes()[..], b"free", &[0; 8]].concat();
        let cases = [
            vec![ftyp(), index(), media(false)],
            vec![ftyp(), media(false), index()],
            vec![ftyp(), free, media(true), index()],
            vec![ftyp(), index(), endless],
            vec![ftyp(), index(), media(false), vec![0; 5]],
        ];
        for (nth, parts) in cases.iter().enumerate() {
            assert_eq!(read(parts).unwrap(), film, "case {nth}");
        }
    }

    #[test]
    fn a_film_turned_by_a_quarter_is_as_wide_as_it_was_high() {
        let film = read(&[ftyp(), bytes(&moov(b"vide", QUARTER_TURN)), media(false)]).unwrap();
        assert_eq!((film.width, film.height), (720, 1280));
    }

    #[test]
    fn a_film_of_unknown_length_is_still_a_film() {
        let mut unknown = moov(b"vide", Matrix::default());
        for (timescale, duration) in [(600, u64::MAX), (0, 4500), (600, 0)] {
            unknown.mvhd = Mvhd { timescale, duration, ..Mvhd::default() };
            let film = read(&[ftyp(), bytes(&unknown), media(false)]).unwrap();
            assert_eq!((film.width, film.duration_ms), (1280, 0));
        }
    }

    #[test]
    fn what_is_no_whole_film_is_named() {
        let huge = [&0x7fff_ffff_u32.to_be_bytes()[..], b"moov"].concat();
        let wide = [&1_u32.to_be_bytes()[..], b"mdat", &u64::MAX.to_be_bytes()].concat();
        let tiny = [&3_u32.to_be_bytes()[..], b"moov", &[0; 20]].concat();
        let sound = bytes(&moov(b"soun", Matrix::default()));
        let cases = [
            (vec![], "the film breaks off before its end"),
            (vec![b"<html><body>Sign in</body></html>".to_vec()], "this is not an mp4 file"),
            (vec![index(), media(false)], "this is not an mp4 file"),
            (vec![ftyp(), tiny], "this is not an mp4 file"),
            (vec![ftyp(), index()], "the film breaks off before its end"),
            (vec![ftyp(), media(false)], "the film breaks off before its end"),
            (vec![ftyp(), index(), huge], "the film breaks off before its end"),
            (vec![ftyp(), index(), wide], "the film breaks off before its end"),
            (vec![ftyp(), sound, media(false)], "the file has no video track"),
        ];
        for (parts, message) in cases {
            assert_eq!(read(&parts).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn an_index_beyond_its_bound_is_not_read() {
        let length = 17 * 1024 * 1024_u32;
        let index = [&(length + 8).to_be_bytes()[..], b"moov", &vec![0; length as usize]].concat();
        assert!(matches!(read(&[ftyp(), index, media(false)]), Err(FilmError::Oversized)));
        let crumbs = [&8_u32.to_be_bytes()[..], b"free"].concat().repeat(20_000);
        assert!(matches!(read(&[ftyp(), crumbs]), Err(FilmError::Oversized)));
    }

    #[test]
    fn no_change_of_bytes_makes_it_panic() {
        let made = [ftyp(), media(false), index()].concat();
        let corpus = [made, include_bytes!("../engine/tiny.mp4").to_vec()];
        crate::domain::fuzzing::nearly_right("film", &corpus, |bytes| {
            let Ok(film) = probe(Cursor::new(bytes)) else { return false };
            assert!(film.width > 0 && film.height > 0, "{film:?}");
            true
        });
    }
}
