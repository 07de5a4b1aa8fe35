//! Bar charts as SVG: a bar for each part of a span, what failed on top of it. Pure.
//!
//! Places along the width are percentages, and heights are pixels: a chart is as wide as its page, and its words stay
//! legible.

use minijinja::{HtmlEscape, Value};
use shared::domain::numbers::{Bar, Numbers};

use super::labels::SpanLabels;
use crate::pages::markup::thousands;

/// Where bars begin and end, in pixels from the top.
const PLOT: (f64, f64) = (22.0, 132.0);
/// The height of all.
const HEIGHT: u32 = 156;

/// A chart.
struct Chart<'a> {
    id: &'static str,
    title: &'a str,
    bars: Vec<Column<'a>>,
}

/// One bar of it: what is good below, and what is not on top.
struct Column<'a> {
    label: &'a str,
    said: String,
    good: u64,
    bad: u64,
}

/// The incidents that began in each part.
pub(super) fn incidents(numbers: &Numbers, words: &SpanLabels) -> Option<Value> {
    let column = |bar: &Bar| (bar.incidents as u64, 0);
    let said = |good: u64, _| format!("{} began", thousands(good));
    chart("incidents", "Incidents that began", (numbers, words), column, said)
}

/// Messages by their end.
pub(super) fn messages(numbers: &Numbers, words: &SpanLabels) -> Option<Value> {
    let column = |bar: &Bar| (bar.delivered.messages_delivered, bar.delivered.messages_failed);
    let said = |good, bad| format!("{} delivered, {} failed", thousands(good), thousands(bad));
    chart("messages", "Messages delivered and failed", (numbers, words), column, said)
}

/// Calls by their end.
pub(super) fn calls(numbers: &Numbers, words: &SpanLabels) -> Option<Value> {
    let column = |bar: &Bar| (bar.delivered.calls_completed, bar.delivered.calls_failed);
    let said = |good, bad| format!("{} completed, {} failed", thousands(good), thousands(bad));
    chart("calls", "Calls completed and failed", (numbers, words), column, said)
}

/// The chart, unless there is nothing to be seen.
fn chart(
    id: &'static str,
    title: &str,
    (numbers, words): (&Numbers, &SpanLabels),
    column: impl Fn(&Bar) -> (u64, u64),
    said: impl Fn(u64, u64) -> String,
) -> Option<Value> {
    let bars = numbers.bars.iter().zip(&words.labels).map(|(bar, label)| {
        let (good, bad) = column(bar);
        Column { label, said: said(good, bad), good, bad }
    });
    let chart = Chart { id, title, bars: bars.collect() };
    (chart.highest() > 0).then(|| Value::from_safe_string(chart.svg()))
}

impl Column<'_> {
    fn sum(&self) -> u64 {
        self.good.saturating_add(self.bad)
    }
}

impl Chart<'_> {
    fn highest(&self) -> u64 {
        self.bars.iter().map(Column::sum).max().unwrap_or_default()
    }

    fn svg(&self) -> String {
        let (id, title, highest) = (self.id, HtmlEscape(self.title), self.highest());
        let (top, bottom) = PLOT;
        let mut svg = format!(
            "<svg class=\"chart\" role=\"img\" width=\"100%\" height=\"{HEIGHT}\" aria-labelledby=\"{id}-title\" \
             aria-describedby=\"{id}-desc\"><title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{}</desc>",
            HtmlEscape(&self.description())
        );
        svg += &format!("<line x1=\"0\" x2=\"100%\" y1=\"{top}\" y2=\"{top}\"/>");
        svg += &format!("<text x=\"0\" y=\"{}\">{}</text>", top - 6.0, thousands(highest));
        let slot = 100.0 / self.bars.len().max(1) as f64;
        for (at, bar) in self.bars.iter().enumerate() {
            let (x, width) = (slot * (at as f64 + 0.12), slot * 0.76);
            let good = height(bar.good, highest);
            // What failed can be seen, however little it is.
            let bad = height(bar.bad, highest).min(bottom - top - good + 1.0);
            svg +=
                &format!("<g><title>{}: {}</title>", HtmlEscape(bar.label), HtmlEscape(&bar.said));
            for (class, height, below) in [("good", good, 0.0), ("bad", bad, good)] {
                if height > 0.0 {
                    let y = bottom - below - height;
                    svg += &format!(
                        "<rect class=\"{class}\" x=\"{x:.2}%\" width=\"{width:.2}%\" y=\"{y:.1}\" height=\"{height:.1}\"/>"
                    );
                }
            }
            svg += "</g>";
        }
        svg += &format!(
            "<line class=\"ground\" x1=\"0\" x2=\"100%\" y1=\"{bottom}\" y2=\"{bottom}\"/>"
        );
        let last = self.bars.len().saturating_sub(1);
        let places = [(0, "start", "0"), (last / 2, "middle", "50%"), (last, "end", "100%")];
        for (at, anchor, x) in places.iter().take(self.bars.len().min(3)) {
            let label = self.bars.get(*at).map_or("", |bar| bar.label);
            let y = bottom + 18.0;
            svg += &format!(
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
                HtmlEscape(label)
            );
        }
        svg + "</svg>"
    }

    fn description(&self) -> String {
        let most = self.bars.iter().rev().max_by_key(|bar| bar.sum());
        let (Some(first), Some(last), Some(most)) = (self.bars.first(), self.bars.last(), most)
        else {
            return String::new();
        };
        let said = &most.said;
        format!("From {} to {}. The most: {}, {said}.", first.label, last.label, most.label)
    }
}

/// The height of so many in pixels: at least one, if there is any.
fn height(count: u64, highest: u64) -> f64 {
    let (top, bottom) = PLOT;
    match count {
        0 => 0.0,
        count => (count as f64 / highest.max(1) as f64 * (bottom - top)).max(1.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(bars: &[(u64, u64)], label: &str) -> String {
        let bars = bars.iter().map(|(good, bad)| Column {
            label,
            said: format!("{good} and {bad}"),
            good: *good,
            bad: *bad,
        });
        Chart { id: "test", title: "A < test", bars: bars.collect() }.svg()
    }

    /// The values of an attribute of the rectangles.
    fn of_rectangles(svg: &str, name: &str) -> Vec<f64> {
        let rectangles = svg.split("<rect ").skip(1);
        let value = |rectangle: &str| {
            let (_, from) = rectangle.split_once(&format!(" {name}=\"")).unwrap();
            from.split(['"', '%']).next().unwrap().parse().unwrap()
        };
        rectangles.map(value).collect()
    }

    #[test]
    fn highest_bar_fills_the_height_and_failures_lie_on_top() {
        let svg = drawn(&[(75, 25), (50, 0), (0, 0)], "18 Nov");
        assert_eq!(of_rectangles(&svg, "height"), [82.5, 27.5, 55.0]);
        assert_eq!(of_rectangles(&svg, "y"), [49.5, 22.0, 77.0]);
        assert!(svg.contains("<title id=\"test-title\">A &lt; test</title>"), "{svg}");
        assert!(svg.contains(">From 18 Nov to 18 Nov. The most: 18 Nov, 75 and 25.<"), "{svg}");
    }

    #[test]
    fn one_failure_among_very_many_can_be_seen() {
        let svg = drawn(&[(1_000_000, 1)], "18 Nov");
        assert_eq!(of_rectangles(&svg, "height"), [110.0, 1.0]);
    }

    proptest! {
        #[test]
        fn no_bar_leaves_its_chart(
            bars in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..40), label in "[<>&\"'a-z ]{0,12}",
        ) {
            let svg = drawn(&bars, &label);
            let (x, width) = (of_rectangles(&svg, "x"), of_rectangles(&svg, "width"));
            prop_assert!(x.iter().zip(&width).all(|(x, width)| *x >= 0.0 && x + width <= 100.01));
            let (y, height) = (of_rectangles(&svg, "y"), of_rectangles(&svg, "height"));
            prop_assert!(y.iter().zip(&height).all(|(y, height)| *y >= PLOT.0 - 1.1 && y + height <= PLOT.1 + 0.1));
            let tags = svg.matches('<').count();
            prop_assert_eq!(tags, svg.matches('>').count());
            prop_assert_eq!(svg.matches("<g>").count(), bars.len());
        }
    }
}
