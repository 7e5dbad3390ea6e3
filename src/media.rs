//! Films and pictures as bytes: what an MP4 says of itself, the first frame that a picture becomes, small JPEGs to stand for
//! either, and tables and charts as pictures.
//!
//! Pure: works on the bytes or the reader it is given and keeps nothing. Every input is treated as hostile: no panic,
//! and no allocation sized by a number found in a file.

mod boxes;
pub mod canvas;
pub mod chart;
pub mod code;
pub mod figure;
pub mod film;
mod keyframe;
pub mod picture;
pub mod sheet;
pub mod thumbnail;

/// The most pixels of a picture that is decoded at all: forty megapixels, more than any phone takes.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The most bytes of a picture that is decoded at all: what Telegram lets a bot download.
pub const MAX_PICTURE_BYTES: usize = 20_000_000;
