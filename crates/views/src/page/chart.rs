//! Charts of shares, as SVG within the page. Each has a title and a description, and stands beside a table with the same
//! figures.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::page::PageError;
use crate::wording::{name, number};

/// A part of each bar.
pub(super) struct Part {
    /// What it is.
    pub(super) name: &'static str,
    /// Its colour: of the palette of Okabe and Ito, and greys, which people with any colour vision can tell apart.
    pub(super) fill: (u8, u8, u8),
    /// The colour of figures on it, with a contrast of at least 4.5 : 1.
    ink: (u8, u8, u8),
}

const AXIS_INK: (u8, u8, u8) = (0x59, 0x59, 0x59);
const BLACK_INK: (u8, u8, u8) = (0, 0, 0);
const WHITE_INK: (u8, u8, u8) = (255, 255, 255);

/// The parts of a bar of verdicts, in the order of [`crate::overview::VERDICTS`].
pub(super) const VERDICT_PARTS: [Part; 5] = [
    Part { name: "correct", fill: (0x00, 0x72, 0xB2), ink: WHITE_INK },
    Part { name: "missing", fill: (0xE6, 0x9F, 0x00), ink: BLACK_INK },
    Part { name: "wrong", fill: (0xD5, 0x5E, 0x00), ink: BLACK_INK },
    Part { name: "not known", fill: (0xA6, 0xA6, 0xA6), ink: BLACK_INK },
    Part { name: "out of scope", fill: (0xE3, 0xE3, 0xE3), ink: BLACK_INK },
];

/// A bar: what it is of, and its parts.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) counts: [u64; 5],
}

/// Width of a chart in its own units, of which text has 14.
const WIDTH: u32 = 440;
const BAR: u32 = 30;
const AXIS: u32 = 28;
const MARGIN: u32 = 10;
/// The most characters of a label, for which there is room.
const LABEL: usize = 14;
const LABELS: u32 = 124;
/// Plotters writes 14 from this.
const TEXT: f64 = 14.0 * 1.24;
/// The least share, in per cent, in which a figure of five characters has room.
const ROOM: f64 = 15.0;

/// A chart in which each bar is the whole of its counts; the text of its inside, to be set in an `svg` element of this
/// size.
pub(super) fn shares(bars: &[Bar]) -> Result<(String, u32, u32), PageError> {
    let count = u32::try_from(bars.len()).unwrap_or(u32::MAX);
    let height = count.saturating_mul(BAR).saturating_add(AXIS + 2 * MARGIN);
    let mut svg = String::new();
    draw(bars, height, &mut svg).map_err(|error| PageError::Chart { message: error.to_string() })?;
    // The outer element is the page's, which gives it its names.
    let inside = svg
        .split_once('>')
        .filter(|(begin, _)| begin.starts_with("<svg "))
        .and_then(|(_, rest)| rest.trim_end().strip_suffix("</svg>"));
    match inside {
        Some(inside) => Ok((inside.to_owned(), WIDTH, height)),
        None => Err(PageError::Chart { message: "a drawing that is no SVG element".to_owned() }),
    }
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(bars: &[Bar], height: u32, into: &mut String) -> Drawn {
    let area = SVGBackend::with_string(into, (WIDTH, height)).into_drawing_area();
    let count = u32::try_from(bars.len())?;
    let ink = |(r, g, b)| RGBColor(r, g, b);
    let text = |colour| ("sans-serif", TEXT).into_font().color(&ink(colour));
    let middle = |colour, side| text(colour).pos(Pos::new(side, VPos::Center));
    let mut chart = ChartBuilder::on(&area)
        .margin(MARGIN)
        .margin_right(3 * MARGIN)
        .margin_left(LABELS)
        .x_label_area_size(AXIS)
        .build_cartesian_2d(0f64..100f64, 0f64..f64::from(count))?;
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_y_axis()
        .axis_style(ink(AXIS_INK))
        .x_labels(5)
        .x_label_formatter(&|share| format!("{share:.0} %"))
        .x_label_style(text(BLACK_INK))
        .draw()?;
    // The first bar stands at the top.
    for (place, bar) in (0..count).rev().zip(bars) {
        let (bottom, centre, top) =
            (f64::from(place) + 0.12, f64::from(place) + 0.5, f64::from(place) + 0.88);
        let (x, y) = chart.backend_coord(&(0.0, centre));
        area.draw(&Text::new(label(&bar.label), (x - 8, y), middle(BLACK_INK, HPos::Right)))?;
        let whole: u64 = bar.counts.iter().sum();
        let mut begin = 0u64;
        for (part, count) in VERDICT_PARTS.iter().zip(bar.counts).filter(|(_, count)| *count > 0) {
            let (from, to) = (share(begin, whole), share(begin + count, whole));
            let corners = [(from, bottom), (to, top)];
            // A white edge tells neighbours apart where their colours are alike.
            chart.draw_series([
                Rectangle::new(corners, ink(part.fill).filled()),
                Rectangle::new(corners, ink(WHITE_INK).stroke_width(1)),
            ])?;
            if to - from >= ROOM {
                let at = (f64::midpoint(from, to), centre);
                chart.draw_series([Text::new(number(count), at, middle(part.ink, HPos::Center))])?;
            }
            begin += count;
        }
    }
    area.present()?;
    drop(chart);
    Ok(())
}

/// As much of a name as there is room for; the description of the chart and the table have it whole.
fn label(of: &str) -> String {
    let of = name(of);
    if of.chars().count() <= LABEL {
        return of;
    }
    of.chars().take(LABEL - 1).chain(['…']).collect()
}

/// A share in per cent. Hundredths are enough for a drawing, and whole numbers give them exactly.
fn share(part: u64, whole: u64) -> f64 {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    f64::from(u32::try_from(hundredths).unwrap_or(u32::MAX)) / 100.0
}
