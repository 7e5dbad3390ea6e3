//! Turns a scene into what is downloaded: an H.264 film in an MP4, a thumbnail, a sheet of stills.
//!
//! Two seconds are encoded, as a closed group of pictures; the film's sample table then plays the group again and again.
//! So a film costs the same time and the same few hundred kilobytes at any length. The index comes first.

use std::io::Cursor;

use anyhow::{Context, Result};
use image::{DynamicImage, ImageFormat, RgbImage, imageops};
use mp4_atom::{
    Avc1, Avcc, Codec, Dinf, Dref, Encode, FourCC, Ftyp, Hdlr, Mdhd, Mdia, Minf, Moov, Mvhd, Stbl, Stco,
    Stsc, StscEntry, Stsd, Stss, Stsz, StszSamples, Stts, SttsEntry, Tkhd, Trak, Url, Visual, Vmhd,
};
use openh264::{
    OpenH264API,
    encoder::{
        Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile, QpRange, RateControlMode,
        VuiConfig,
    },
    formats::YUVSlices,
    nal_units,
};

use crate::sandbox::video_api::scene::{Frame, Order, Scene};

const FRAME_RATE: u32 = 24;
/// Pictures in the group that is repeated: two seconds.
const GROUP: usize = 48;
/// Units of media time in a second and in a picture.
const TICKS: u32 = FRAME_RATE * 1000;
const PARAMETER_SETS: [u8; 2] = [7, 8];
/// Bytes of the head of `mdat`.
const BOX_HEAD: usize = 8;

/// The film of an order, as an MP4. Takes about a second of one core: not for an async thread.
pub(super) fn film(order: &Order) -> Result<Vec<u8>> {
    let group = encode(&Scene::new(order))?;
    let samples = (order.seconds * FRAME_RATE) as usize;
    let head = ftyp();
    // The index has the same length whatever offset it holds, so it is written twice.
    let mut file = Vec::new();
    for offset in [0, 1] {
        let start = if offset == 0 { 0 } else { file.len() + BOX_HEAD };
        file.clear();
        head.encode(&mut file)?;
        index(order, &group, samples, start.try_into()?).encode(&mut file)?;
    }
    let media: usize = group.pictures.iter().map(Vec::len).sum();
    file.extend_from_slice(&u32::try_from(media + BOX_HEAD)?.to_be_bytes());
    file.extend_from_slice(b"mdat");
    group.pictures.iter().for_each(|picture| file.extend_from_slice(picture));
    Ok(file)
}

/// A still of the film's beginning, as a WebP of about 360 pixels on its longest side.
pub(super) fn thumbnail(order: &Order) -> Result<Vec<u8>> {
    write(still(&Scene::new(order).paint(0.0), 360), ImageFormat::WebP)
}

/// Eight stills of the film in two rows, as a JPEG.
pub(super) fn spritesheet(order: &Order) -> Result<Vec<u8>> {
    let scene = Scene::new(order);
    let stills: Vec<RgbImage> = (0..8).map(|nth| still(&scene.paint(nth as f32 / 8.0), 180)).collect();
    let (width, height) = stills[0].dimensions();
    let mut sheet = RgbImage::new(width * 4, height * 2);
    for (nth, still) in (0..).zip(&stills) {
        imageops::replace(&mut sheet, still, (nth % 4 * width).into(), (nth / 4 * height).into());
    }
    write(sheet, ImageFormat::Jpeg)
}

/// The frame, shrunk to `side` pixels on its longest side. Most pixels are left out before the rest are blended: a debug
/// build is slow at the first and fast at the second.
fn still(frame: &Frame, side: usize) -> RgbImage {
    let step = (frame.width.max(frame.height) / (2 * side)).max(1);
    let side = side as u32;
    DynamicImage::from(frame.to_rgb(step)).thumbnail(side, side).into_rgb8()
}

fn write(picture: RgbImage, format: ImageFormat) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}

/// A closed group of pictures: the first stands alone, the others lean on those before them.
struct Group {
    parameters: Avcc,
    /// Length-prefixed units, as MP4 keeps them.
    pictures: Vec<Vec<u8>>,
}

fn encode(scene: &Scene) -> Result<Group> {
    let config = EncoderConfig::new()
        .profile(Profile::Baseline)
        .rate_control_mode(RateControlMode::Off)
        .qp(QpRange::new(26, 26))
        .complexity(Complexity::Low)
        .max_frame_rate(FrameRate::from_hz(FRAME_RATE as f32))
        .intra_frame_period(IntraFramePeriod::from_num_frames(GROUP as u32))
        .skip_frames(false)
        .scene_change_detect(false)
        .adaptive_quantization(false)
        .background_detection(false)
        .num_threads(1)
        .vui(VuiConfig::bt709());
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
    let (mut sequence, mut picture_set, mut pictures) = (None, None, Vec::with_capacity(GROUP));
    for nth in 0..GROUP {
        let frame = scene.paint(nth as f32 / GROUP as f32);
        let stream = encoder.encode(&planes(&frame))?.to_vec();
        let mut sample = Vec::with_capacity(stream.len());
        for unit in nal_units(&stream).filter_map(without_start_code) {
            match unit[0] & 0x1f {
                kind if kind == PARAMETER_SETS[0] => sequence = Some(unit.to_vec()),
                kind if kind == PARAMETER_SETS[1] => picture_set = Some(unit.to_vec()),
                _ => {
                    sample.extend_from_slice(&u32::try_from(unit.len())?.to_be_bytes());
                    sample.extend_from_slice(unit);
                }
            }
        }
        pictures.push(sample);
    }
    let sequence = sequence.context("the encoder gave no sequence parameters")?;
    let picture_set = picture_set.context("the encoder gave no picture parameters")?;
    Ok(Group { parameters: Avcc::new(&sequence, &picture_set)?, pictures })
}

fn planes(frame: &Frame) -> YUVSlices<'_> {
    let half = frame.width / 2;
    YUVSlices::new((&frame.y, &frame.u, &frame.v), (frame.width, frame.height), (frame.width, half, half))
}

fn without_start_code(unit: &[u8]) -> Option<&[u8]> {
    let ones = unit.iter().position(|byte| *byte == 1)?;
    Some(&unit[ones + 1..]).filter(|unit| !unit.is_empty())
}

fn ftyp() -> Ftyp {
    let brands = [b"isom", b"iso2", b"avc1", b"mp41"];
    Ftyp {
        major_brand: FourCC::new(b"isom"),
        minor_version: 512,
        compatible_brands: brands.map(FourCC::new).to_vec(),
    }
}

/// The index of a film of `samples` pictures, whose group of pictures begins at byte `start` of the file.
fn index(order: &Order, group: &Group, samples: usize, start: u32) -> Moov {
    let length_ms = u64::from(order.seconds) * 1000;
    let (width, height) = (order.width as u16, order.height as u16);
    let track = Trak {
        tkhd: Tkhd {
            track_id: 1,
            duration: length_ms,
            enabled: true,
            in_movie: true,
            width: width.into(),
            height: height.into(),
            ..Tkhd::default()
        },
        mdia: Mdia {
            mdhd: Mdhd {
                timescale: TICKS,
                duration: samples as u64 * u64::from(TICKS / FRAME_RATE),
                language: "und".into(),
                ..Mdhd::default()
            },
            hdlr: Hdlr { handler: FourCC::new(b"vide"), name: "video".into() },
            minf: Minf {
                vmhd: Some(Vmhd::default()),
                dinf: Dinf { dref: Dref { entries: vec![Url::default().into()] } },
                stbl: sample_table(
                    group,
                    samples,
                    start,
                    Visual { data_reference_index: 1, width, height, ..Visual::default() },
                ),
                ..Minf::default()
            },
        },
        ..Trak::default()
    };
    Moov {
        mvhd: Mvhd {
            timescale: 1000,
            duration: length_ms,
            rate: 1.into(),
            volume: 1.into(),
            next_track_id: 2,
            ..Mvhd::default()
        },
        trak: vec![track],
        ..Moov::default()
    }
}

/// Every round of the group is a chunk of its own, and all chunks lie at the same place.
fn sample_table(group: &Group, samples: usize, start: u32, visual: Visual) -> Stbl {
    let rounds = samples.div_ceil(GROUP);
    let rest = samples % GROUP;
    let chunk = |first_chunk: usize, pictures: usize| StscEntry {
        first_chunk: first_chunk as u32,
        samples_per_chunk: pictures as u32,
        sample_description_index: 1,
    };
    let mut chunks = vec![chunk(1, samples.min(GROUP))];
    if rest > 0 && rounds > 1 {
        chunks.push(chunk(rounds, rest));
    }
    let sizes = group.pictures.iter().map(|picture| picture.len() as u32);
    let avc1 = Avc1 { visual, avcc: group.parameters.clone(), ..Avc1::default() };
    Stbl {
        stsd: Stsd { codecs: vec![Codec::from(avc1)] },
        stts: Stts {
            entries: vec![SttsEntry { sample_count: samples as u32, sample_delta: TICKS / FRAME_RATE }],
        },
        stss: Some(Stss { entries: (0..rounds).map(|round| (round * GROUP + 1) as u32).collect() }),
        stsc: Stsc { entries: chunks },
        stsz: Stsz { samples: StszSamples::Different { sizes: sizes.cycle().take(samples).collect() } },
        stco: Some(Stco { entries: vec![start; rounds] }),
        ..Stbl::default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::{
        film::{Film, FilmError, probe},
        thumbnail,
    };

    fn order(width: usize, height: usize, seconds: u32) -> Order {
        Order {
            number: 7,
            model: "sora-2".into(),
            prompt: "Кот и piano 🎹".into(),
            width,
            height,
            seconds,
            picture: None,
        }
    }

    #[test]
    fn a_film_says_its_size_and_length_and_begins_with_a_picture() {
        for (width, height, seconds) in [(128, 72, 4), (72, 128, 20), (96, 96, 1), (96, 96, 3)] {
            let film = film(&order(width, height, seconds)).unwrap();
            let told = probe(Cursor::new(&film)).unwrap();
            let asked =
                Film { width: width as u32, height: height as u32, duration_ms: u64::from(seconds) * 1000 };
            assert_eq!(told, asked);
            let picture =
                image::load_from_memory(&thumbnail::from_film(Cursor::new(&film)).unwrap()).unwrap();
            assert_eq!((picture.width() as usize, picture.height() as usize), (width, height));
            let painted = Scene::new(&order(width, height, seconds)).paint(0.0).to_rgb(1);
            // A corner of plain sky: what was painted came through the codec and back.
            let apart = painted.get_pixel(2, 2).0.into_iter().zip(picture.to_rgb8().get_pixel(2, 2).0);
            assert!(apart.clone().all(|(a, b)| a.abs_diff(b) < 32), "{:?}", apart.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_film_begins_with_the_picture_that_came_with_its_order() {
        let red = image::RgbImage::from_pixel(128, 72, image::Rgb([200, 30, 30]));
        let mut png = Cursor::new(Vec::new());
        red.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let film = film(&Order { picture: Some(png.into_inner().into()), ..order(128, 72, 4) }).unwrap();
        let first = image::load_from_memory(&thumbnail::from_film(Cursor::new(&film)).unwrap()).unwrap();
        let [r, g, b] = first.to_rgb8().get_pixel(124, 36).0;
        assert!(r > 160 && g < 70 && b < 70, "{r} {g} {b}");
    }

    #[test]
    fn a_long_film_is_no_larger_than_a_short_one() {
        let [short, long] = [4, 20].map(|seconds| film(&order(128, 72, seconds)).unwrap().len());
        assert!(long - short < 4000, "{short} {long}");
    }

    #[test]
    fn a_film_cut_anywhere_is_not_taken_for_whole() {
        let film = film(&order(64, 64, 4)).unwrap();
        for length in 0..film.len() {
            let cut = probe(Cursor::new(&film[..length]));
            assert!(matches!(cut, Err(FilmError::Truncated | FilmError::NotMp4)), "{length}: {cut:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_film_never_brings_the_reader_down(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        ) {
            static FILM: std::sync::LazyLock<Vec<u8>> =
                std::sync::LazyLock::new(|| film(&order(64, 64, 4)).unwrap());
            let mut film = FILM.clone();
            for (at, byte) in changes {
                let at = at.index(film.len().min(2000));
                film[at] = byte;
            }
            let _ = probe(Cursor::new(&film));
            let _ = thumbnail::from_film(Cursor::new(&film));
        }
    }
}
