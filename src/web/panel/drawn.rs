//! A drawing as SVG within the page: sharp at every width, without a script and without a file of its own.

use maud::{Markup, html};

use crate::media::chart::Ranks;
use crate::media::figure::{Align, Face, Figure, Ink, Shape};

pub(super) fn drawn(figure: &Figure, name: &str) -> Markup {
    html! {
        svg class="chart" viewBox={ "0 0 " (figure.width) " " (figure.height) } role="img" aria-label=(name) {
            @for shape in &figure.shapes { (shape_of(shape)) }
        }
    }
}

/// Names with bars below them, in the page's own letters: a drawing would make them small on a telephone.
pub(super) fn ranked(ranks: &Ranks) -> Markup {
    let longest = ranks.rows.iter().map(|(_, length, _)| *length).max().unwrap_or(0).max(1);
    html! {
        section class="ranks" {
            h2 { (ranks.title) }
            @for (name, length, words) in &ranks.rows {
                p { span { (name) } span { (words) } }
                svg viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true" {
                    rect width="1000" height="1" fill=(color(Ink::Band)) {}
                    rect width=((*length).max(0) * 1000 / longest) height="1" fill=(color(ranks.ink)) {}
                }
            }
        }
    }
}

fn shape_of(shape: &Shape) -> Markup {
    match shape {
        Shape::Rectangle { x, y, width, height, ink } => html! {
            rect x=(x) y=(y) width=(width) height=(height) fill=(color(*ink)) {}
        },
        Shape::Words { x, y, align, face, size, ink, words } => {
            let anchor = match align {
                Align::Begin => "start",
                Align::Middle => "middle",
                Align::End => "end",
            };
            let weight = if *face == Face::Bold { "700" } else { "400" };
            html! {
                text x=(x) y=(y) text-anchor=(anchor) dominant-baseline="central" font-size=(size)
                    font-weight=(weight) fill=(color(*ink)) { (words) }
            }
        }
    }
}

fn color(ink: Ink) -> String {
    let [red, green, blue] = ink.rgb();
    format!("#{red:02x}{green:02x}{blue:02x}")
}
