//! Charts as inline SVG. Ink takes the colour of the page, so that one drawing serves light, dark and paper.

use std::{collections::BTreeMap, io};

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

/// Width of a chart, in units of the drawing.
const WIDTH: i32 = 720;

/// Height of a bar with the space around it.
const BAR_HEIGHT: i32 = 26;

/// Space for the names of bars.
const NAMES_WIDTH: i32 = 190;

/// Space for the counts after bars.
const COUNTS_WIDTH: i32 = 80;

/// Height of a legend above its chart.
const LEGEND_HEIGHT: u32 = 24;

/// Width of a name in a legend.
const LEGEND_WIDTH: i32 = 110;

/// Stands for the colour of the page's text.
const INK: RGBColor = RGBColor(1, 2, 3);

/// How [`INK`] is written in SVG.
const INK_HEX: &str = "#010203";

/// Colours of lines and bars, readable on white and on black, and apart for the colour-blind (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];

/// Lines over places that have labels.
#[derive(Debug)]
pub(super) struct Lines {
    /// The labels in order.
    pub(super) labels: Vec<String>,
    /// By name: places and values from 0 to 100.
    pub(super) lines: BTreeMap<String, Vec<(usize, u64)>>,
}

fn failed(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("a chart could not be drawn: {error}"))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A drawing of that height.
fn drawing(height: i32, draw: impl FnOnce(&Area<'_>) -> io::Result<()>) -> io::Result<String> {
    let mut svg = String::new();
    let size = (u32::try_from(WIDTH).map_err(failed)?, u32::try_from(height).map_err(failed)?);
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area)?;
        area.present().map_err(failed)?;
    }
    Ok(svg.replace(INK_HEX, "currentColor"))
}

fn text(area: &Area<'_>, text: &str, at: (i32, i32), side: HPos) -> io::Result<()> {
    let style = ("sans-serif", 14).into_font().color(&INK).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style)).map_err(failed)
}

/// Horizontal bars with their names and counts.
pub(super) fn bars(counts: &[(String, u64)]) -> io::Result<String> {
    let rows = i32::try_from(counts.len()).map_err(failed)?;
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    drawing(BAR_HEIGHT * rows.max(1), |area| {
        for ((name, count), row) in counts.iter().zip(0..) {
            let (top, middle) = (BAR_HEIGHT * row, BAR_HEIGHT * row + BAR_HEIGHT / 2);
            let room = u64::try_from(WIDTH - NAMES_WIDTH - COUNTS_WIDTH).map_err(failed)?;
            let end = NAMES_WIDTH + i32::try_from(room * count / most).map_err(failed)?;
            text(area, name, (NAMES_WIDTH - 8, middle), HPos::Right)?;
            let bar = Rectangle::new(
                [(NAMES_WIDTH, top + 4), (end.max(NAMES_WIDTH + 1), top + BAR_HEIGHT - 4)],
                COLOURS[0].filled(),
            );
            area.draw(&bar).map_err(failed)?;
            text(area, &count.to_string(), (end + 6, middle), HPos::Left)?;
        }
        Ok(())
    })
}

/// Lines of values from 0 to 100, with a legend.
pub(super) fn lines(lines: &Lines) -> io::Result<String> {
    let Lines { labels, lines } = lines;
    drawing(320, |area| {
        let (top, plot) = area.split_vertically(LEGEND_HEIGHT);
        legend(&top, lines.keys())?;
        let last = labels.len().saturating_sub(1).max(1);
        let mut chart = ChartBuilder::on(&plot)
            .margin(12)
            .margin_right(28)
            .x_label_area_size(28)
            .y_label_area_size(44)
            .build_cartesian_2d(0..last, 0_u64..100)
            .map_err(failed)?;
        let ink = ("sans-serif", 13).into_font().color(&INK);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(INK.mix(0.15))
            .axis_style(INK)
            .label_style(ink)
            .x_labels(labels.len().min(12))
            .x_label_formatter(&|place| labels.get(*place).cloned().unwrap_or_default())
            .draw()
            .map_err(failed)?;
        for (points, colour) in lines.values().zip(COLOURS.into_iter().cycle()) {
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3);
            chart.draw_series(line).map_err(failed)?;
        }
        Ok(())
    })
}

/// Names with the colours of their lines, side by side.
fn legend<'n>(area: &Area<'_>, names: impl Iterator<Item = &'n String>) -> io::Result<()> {
    let middle = i32::try_from(LEGEND_HEIGHT).map_err(failed)? / 2;
    for ((name, colour), place) in names.zip(COLOURS.into_iter().cycle()).zip(0..) {
        let left = 44 + LEGEND_WIDTH * place;
        let line = PathElement::new([(left, middle), (left + 16, middle)], colour.stroke_width(2));
        area.draw(&line).map_err(failed)?;
        text(area, name, (left + 22, middle), HPos::Left)?;
    }
    Ok(())
}
