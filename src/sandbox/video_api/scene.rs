//! The picture that the emulator films: a slow gradient, a sun with its planet, the prompt's words.
//!
//! Painted as YUV 4:2:0 by copying and filling rows, never pixel by pixel, so that a debug build is fast enough. The
//! motion is periodic: after the last phase comes the first again, without a jump.

use std::f32::consts::TAU;

use bytes::Bytes;
use image::{Rgb, RgbImage};

use crate::sandbox::video_api::lettering::{self, Run};

/// The sky changes this often in a loop: each change makes the encoder work on the whole picture.
const SKIES: f32 = 12.0;

/// What is to be filmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The emulator's running number of the job, painted large.
    pub number: u64,
    pub model: String,
    pub prompt: String,
    /// Pixels; even.
    pub width: usize,
    /// Pixels; even.
    pub height: usize,
    pub seconds: u32,
    /// With which it begins: a picture of exactly its size.
    pub picture: Option<Bytes>,
}

/// Everything about the picture that does not move.
pub(super) struct Scene {
    width: usize,
    height: usize,
    hue: f32,
    /// Behind everything, in place of the sky.
    backdrop: Option<Frame>,
    words: Vec<Run>,
    shadow: usize,
}

/// One picture: full-size luma and two quarter-size colour planes.
#[derive(Clone)]
pub(super) struct Frame {
    pub width: usize,
    pub height: usize,
    pub y: Vec<u8>,
    pub u: Vec<u8>,
    pub v: Vec<u8>,
}

impl Scene {
    pub fn new(order: &Order) -> Self {
        let (width, height) = (order.width, order.height);
        let scale = (width.min(height) / 240).max(1);
        let margin = lettering::line_height(scale) / 2;
        let across = lettering::letters_across(width.saturating_sub(2 * margin), scale);
        let mut lines = lettering::wrap(&order.prompt, across, 5);
        lines.push(format!("{width}x{height}, {} s", order.seconds));
        let line = lettering::line_height(scale);
        let top = height.saturating_sub(margin + lines.len() * line);
        let mut words = lettering::line(&format!("#{}", order.number), (margin, margin), scale * 2);
        words.extend(lettering::line(&order.model, (margin, margin + 2 * line), scale));
        for (nth, text) in lines.iter().enumerate() {
            words.extend(lettering::line(text, (margin, top + nth * line), scale));
        }
        let shadow = scale;
        words.retain(|run| run.row + shadow < height && run.column + run.length + shadow <= width);
        // Any fixed stride does; this one makes neighbours differ most.
        let hue = order.number as f32 * 0.618_034 * TAU;
        let picture = order.picture.as_ref().and_then(|picture| image::load_from_memory(picture).ok());
        let fits = |picture: &RgbImage| picture.dimensions() == (width as u32, height as u32);
        let backdrop = picture.map(|picture| picture.into_rgb8()).filter(fits).map(|rgb| Frame::of(&rgb));
        Self { width, height, hue, backdrop, words, shadow }
    }

    /// The picture at `phase`, 0 to 1 of the loop.
    pub fn paint(&self, phase: f32) -> Frame {
        let mut frame = self.backdrop.clone().unwrap_or_else(|| {
            let mut frame = Frame::blank(self.width, self.height);
            self.paint_sky(&mut frame, (phase * SKIES).floor() / SKIES);
            frame
        });
        let (w, h) = (self.width as f32, self.height as f32);
        let angle = phase * TAU;
        let sun = (w * (0.5 + 0.22 * angle.cos()), h * (0.42 + 0.12 * angle.sin()));
        let radius = w.min(h) * 0.14;
        let planet = (sun.0 + radius * 1.7 * (angle * 2.0).cos(), sun.1 + radius * 1.7 * (angle * 2.0).sin());
        if self.backdrop.is_none() {
            frame.disc(sun, radius * 1.15, [150, 96, 156]);
            frame.disc(sun, radius, [206, 64, 164]);
        }
        frame.disc(planet, radius * 0.3, [226, 140, 116]);
        for run in &self.words {
            frame.dash(run.row + self.shadow, run.column + self.shadow, run.length, 20);
        }
        for run in &self.words {
            frame.dash(run.row, run.column, run.length, 235);
        }
        frame
    }

    fn paint_sky(&self, frame: &mut Frame, phase: f32) {
        let (w, h) = (self.width, self.height);
        let light = wave(w + h, w, 74.0, 34.0, 0.0);
        for (row, line) in frame.y.chunks_exact_mut(w).enumerate() {
            line.copy_from_slice(&light[row..row + w]);
        }
        let (half, period) = (w / 2, (w + h) / 2);
        let turn = phase * TAU;
        let blue = wave(period, half, 140.0, 34.0, self.hue + turn);
        let red = wave(period, half, 124.0, 34.0, self.hue * 1.7 - turn);
        let lines = frame.u.chunks_exact_mut(half).zip(frame.v.chunks_exact_mut(half));
        for (row, (u, v)) in lines.enumerate() {
            u.copy_from_slice(&blue[row..row + half]);
            v.copy_from_slice(&red[row..row + half]);
        }
    }
}

/// A cosine of the given period, long enough that a row can be cut out of it at any offset below the period.
fn wave(period: usize, extra: usize, middle: f32, swing: f32, start: f32) -> Vec<u8> {
    let value = |i: usize| middle + swing * (start + TAU * i as f32 / period as f32).cos();
    (0..period + extra).map(|i| value(i) as u8).collect()
}

impl Frame {
    fn blank(width: usize, height: usize) -> Self {
        let quarter = width / 2 * (height / 2);
        Self { width, height, y: vec![16; width * height], u: vec![128; quarter], v: vec![128; quarter] }
    }

    /// The reverse of `to_rgb`: of each four pixels one gives the colour.
    fn of(rgb: &RgbImage) -> Self {
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        let mut frame = Self::blank(width, height);
        for (x, y, Rgb(pixel)) in rgb.enumerate_pixels() {
            let (x, y, [r, g, b]) = (x as usize, y as usize, pixel.map(f32::from));
            frame.y[y * width + x] = (16.0 + 0.183 * r + 0.614 * g + 0.062 * b) as u8;
            if x % 2 == 0 && y % 2 == 0 {
                let at = y / 2 * (width / 2) + x / 2;
                frame.u[at] = (128.0 - 0.101 * r - 0.339 * g + 0.439 * b) as u8;
                frame.v[at] = (128.0 + 0.439 * r - 0.399 * g - 0.040 * b) as u8;
            }
        }
        frame
    }

    fn disc(&mut self, centre: (f32, f32), radius: f32, [y, u, v]: [u8; 3]) {
        let (width, height) = (self.width, self.height);
        for row in chord_rows(centre.1, radius, height) {
            let (from, to) = chord(centre, radius, row as f32, width);
            self.y[row * width + from..row * width + to].fill(y);
        }
        let (centre, radius, half) = ((centre.0 / 2.0, centre.1 / 2.0), radius / 2.0, width / 2);
        for row in chord_rows(centre.1, radius, height / 2) {
            let (from, to) = chord(centre, radius, row as f32, half);
            self.u[row * half + from..row * half + to].fill(u);
            self.v[row * half + from..row * half + to].fill(v);
        }
    }

    /// A horizontal stroke of grey.
    fn dash(&mut self, row: usize, column: usize, length: usize, light: u8) {
        let at = row * self.width + column;
        self.y[at..at + length].fill(light);
        let half = self.width / 2;
        let at = row / 2 * half + column / 2;
        let length = length.div_ceil(2).min(half - column / 2);
        self.u[at..at + length].fill(128);
        self.v[at..at + length].fill(128);
    }

    /// The picture as RGB (BT.709, studio range), by taking every `step`th pixel both ways.
    pub fn to_rgb(&self, step: usize) -> RgbImage {
        RgbImage::from_fn((self.width / step) as u32, (self.height / step) as u32, |x, y| {
            let (x, y) = (x as usize * step, y as usize * step);
            let quarter = y / 2 * (self.width / 2) + x / 2;
            let light = 1.164 * (f32::from(self.y[y * self.width + x]) - 16.0);
            let (blue, red) = (f32::from(self.u[quarter]) - 128.0, f32::from(self.v[quarter]) - 128.0);
            let mixed = [light + 1.793 * red, light - 0.213 * blue - 0.533 * red, light + 2.112 * blue];
            Rgb(mixed.map(|channel| channel.clamp(0.0, 255.0) as u8))
        })
    }
}

fn chord_rows(centre: f32, radius: f32, height: usize) -> std::ops::Range<usize> {
    let top = (centre - radius).max(0.0) as usize;
    top..((centre + radius).max(0.0) as usize).min(height)
}

/// First and last column (exclusive) of a disc in a row.
fn chord(centre: (f32, f32), radius: f32, row: f32, width: usize) -> (usize, usize) {
    let half = (radius * radius - (row - centre.1).powi(2)).max(0.0).sqrt();
    let column = |x: f32| (x.max(0.0) as usize).min(width);
    (column(centre.0 - half), column(centre.0 + half))
}
