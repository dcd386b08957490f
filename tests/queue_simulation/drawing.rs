//! The drawings of the page. Ink takes the colour of the page, so that one drawing serves light and dark.

use plotters::{coord::ranged1d::SegmentValue, prelude::*};

use super::{centre::Class, discipline::Order, outcome};

const SIZE: (u32, u32) = (720, 320);
/// Stands for the colour of the page's text.
const INK: RGBColor = RGBColor(1, 2, 3);
/// Colours apart for the colour-blind (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 3] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115)];

fn finish(svg: &str) -> String {
    svg.replace("#010203", "currentColor")
}

/// How long 95 % of each class wait under each order, on a logarithmic scale.
pub(crate) fn waits(load: u32, overdue: usize) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let classes = Class::ALL.map(|class| format!("{class:?}").to_lowercase());
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(60)
            .build_cartesian_2d((0..Class::ALL.len() - 1).into_segmented(), (0.5..700.0_f64).log_scale())
            .unwrap();
        let ink = ("sans-serif", 13).into_font().color(&INK);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(INK.mix(0.15))
            .axis_style(INK)
            .label_style(ink.clone())
            .y_desc("minutes, 95 %")
            .x_label_formatter(&|place| match place {
                SegmentValue::CenterOf(at) => classes.get(*at).cloned().unwrap_or_default(),
                SegmentValue::Exact(_) | SegmentValue::Last => String::new(),
            })
            .draw()
            .unwrap();
        for (order, colour) in Order::ALL.into_iter().zip(COLOURS) {
            let outcome = outcome(order, load, overdue);
            let points: Vec<_> = Class::ALL
                .iter()
                .enumerate()
                .map(|(at, class)| (SegmentValue::CenterOf(at), outcome.p95(*class).max(0.5)))
                .collect();
            let line = LineSeries::new(points, colour.stroke_width(2)).point_size(4);
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2));
            chart.draw_series(line).unwrap().label(order.name()).legend(legend);
        }
        let legend = &mut chart.configure_series_labels();
        legend.position(SeriesLabelPosition::UpperLeft).label_font(ink).draw().unwrap();
        area.present().unwrap();
    }
    finish(&svg)
}

/// How many items wait over the day.
pub(crate) fn backlog(load: u32, overdue: usize) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let outcomes = Order::ALL.map(|order| (order, outcome(order, load, overdue)));
        let most = outcomes.iter().flat_map(|(_, outcome)| &outcome.backlog).max().copied().unwrap_or(1);
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..8.0_f64, 0..most + most / 10)
            .unwrap();
        let ink = ("sans-serif", 13).into_font().color(&INK);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(INK.mix(0.15))
            .axis_style(INK)
            .label_style(ink.clone())
            .y_desc("items that wait")
            .x_label_formatter(&|hour| format!("{hour:.0} h"))
            .draw()
            .unwrap();
        for ((order, outcome), colour) in outcomes.iter().zip(COLOURS) {
            let points = outcome.backlog.iter().enumerate().map(|(at, waiting)| (at as f64 / 12.0, *waiting));
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2));
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)))
                .unwrap()
                .label(order.name())
                .legend(legend);
        }
        let legend = &mut chart.configure_series_labels();
        legend.position(SeriesLabelPosition::LowerLeft).label_font(ink).draw().unwrap();
        area.present().unwrap();
    }
    finish(&svg)
}
