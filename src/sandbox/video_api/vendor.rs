//! What vendors' wires have in common: shapes told as words, and a key in a header.

use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;

use crate::sandbox::video_api::{
    VideoApi,
    request::{Source, Wish},
    wire::ApiError,
};

/// Any length that one of the shipped models has.
const LONGEST_S: u32 = 30;

/// `720p` or `768P`, and `16:9`, in pixels: both even.
pub(super) fn size(resolution: &str, aspect: &str) -> Result<(u32, u32), String> {
    let short = resolution.trim_end_matches(['p', 'P']).parse::<u32>();
    let sides = aspect.split_once(':').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let (Ok(short @ 64..=2160), Some((w @ 1..=32, h @ 1..=32))) = (short, sides) else {
        return Err(format!("no such shape: {resolution}, {aspect}"));
    };
    let long = |long: u32, small: u32| (short * long / small).div_ceil(2) * 2;
    Ok(if w >= h { (long(w, h), short) } else { (short, long(h, w)) })
}

/// An order that this kitchen can cook. A first frame of another size is left away: nobody cuts it here.
pub(super) fn wish(
    model: String,
    prompt: String,
    seconds: u32,
    size: (u32, u32),
    picture: Option<Bytes>,
) -> Result<Wish, String> {
    if prompt.trim().is_empty() {
        return Err("prompt: it is empty".to_owned());
    }
    if !(1..=LONGEST_S).contains(&seconds) {
        return Err(format!("duration: 1 to {LONGEST_S} seconds"));
    }
    let fits =
        |picture: &Bytes| image::load_from_memory(picture).is_ok_and(|p| (p.width(), p.height()) == size);
    Ok(Wish { model, prompt, seconds, size, picture: picture.filter(fits), source: Source::Words })
}

pub(super) fn check_key(api: &VideoApi, headers: &HeaderMap, scheme: &str) -> Result<(), ApiError> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| value.strip_prefix(scheme)).unwrap_or_default();
    let is_right = api.key.as_deref().map_or(!key.is_empty(), |expected| expected == key);
    let refused = || ApiError::new(StatusCode::UNAUTHORIZED, "invalid_api_key", "No auth credentials found");
    is_right.then_some(()).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_in_words_is_a_size_in_even_pixels() {
        for (resolution, aspect, expected) in [
            ("720p", "16:9", Some((1280, 720))),
            ("720p", "9:16", Some((720, 1280))),
            ("1080p", "1:1", Some((1080, 1080))),
            ("768P", "16:9", Some((1366, 768))),
            ("480p", "16:9", Some((854, 480))),
            ("hd", "16:9", None),
            ("720p", "wide", None),
            ("720p", "0:9", None),
        ] {
            assert_eq!(size(resolution, aspect).ok(), expected, "{resolution} {aspect}");
        }
    }
}
