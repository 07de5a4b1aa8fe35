//! How long it took, as SVG: for each of the three times a line from the median to the 90th percentile, on a scale on which
//! ten times as long is one step. Pure.

use minijinja::Value;
use shared::domain::numbers::{IncidentFigures, Times};
use shared::domain::text::span;

/// The scale: seconds, and how each is written.
const TICKS: [(i64, &str); 6] =
    [(1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3_600, "1 h"), (86_400, "1 d")];
/// The end of the scale, if nothing took longer.
const LEAST_END: i64 = 3_600;
/// The height of one of the three, in pixels.
const LANE: usize = 46;
/// Where words and lines begin, as a percentage: a dot at the very edge is whole.
const EDGE: f64 = 2.0;

/// The drawing; nothing if nothing was measured.
pub(super) fn svg(figures: &IncidentFigures) -> Option<Value> {
    let lanes = [
        ("Answered", &figures.time_to_answer),
        ("Taken", &figures.time_to_take),
        ("Resolved", &figures.time_to_resolve),
    ];
    let longest = lanes.iter().filter_map(|(_, times)| times.p90_seconds).max()?;
    Some(Value::from_safe_string(drawn(&lanes, longest.max(LEAST_END))))
}

fn drawn(lanes: &[(&str, &Times)], end: i64) -> String {
    let bottom = LANE * lanes.len();
    let said: Vec<String> = lanes.iter().map(|(name, times)| lane_label(name, times)).collect();
    let mut svg = format!(
        "<svg class=\"chart lanes\" role=\"img\" width=\"100%\" height=\"{}\" aria-labelledby=\"lanes-title\" \
         aria-describedby=\"lanes-desc\"><title id=\"lanes-title\">Median and 90th percentile of three times</title>\
         <desc id=\"lanes-desc\">{}.</desc>",
        bottom + 24,
        said.join("; ")
    );
    let shown: Vec<_> = TICKS.iter().filter(|(seconds, _)| *seconds <= end).collect();
    for (at, (seconds, text)) in shown.iter().enumerate() {
        let x = place(*seconds, end);
        let anchor = if at == 0 { "start" } else { "middle" };
        let text_x = if at == 0 { 0.0 } else { x.min(96.0) };
        svg += &format!(
            "<line x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"{bottom}\"/>\
             <text x=\"{text_x:.2}%\" y=\"{}\" text-anchor=\"{anchor}\">{text}</text>",
            bottom + 18
        );
    }
    for (at, ((name, times), said)) in lanes.iter().zip(&said).enumerate() {
        let (text, y) = (LANE * at + 17, LANE * at + 31);
        svg += &format!(
            "<g><title>{said}</title><text class=\"name\" x=\"3%\" y=\"{text}\">{name}</text>"
        );
        if let (Some(median), Some(p90)) = (times.median_seconds, times.p90_seconds) {
            let (from, until) = (place(median, end), place(p90, end));
            svg += &format!(
                "<line class=\"range\" x1=\"{from:.2}%\" x2=\"{until:.2}%\" y1=\"{y}\" y2=\"{y}\"/>\
                 <circle class=\"p90\" cx=\"{until:.2}%\" cy=\"{y}\" r=\"4.5\"/>\
                 <circle class=\"median\" cx=\"{from:.2}%\" cy=\"{y}\" r=\"6\"/>"
            );
        }
        svg += "</g>";
    }
    svg + "</svg>"
}

fn lane_label(name: &str, times: &Times) -> String {
    match (times.median_seconds, times.p90_seconds) {
        (Some(median), Some(p90)) => {
            format!("{name}: median {}, 90 % within {}", span(median), span(p90))
        }
        _ => format!("{name}: none"),
    }
}

/// Where so many seconds are, as a percentage of the width.
fn place(seconds: i64, end: i64) -> f64 {
    let share = (seconds.max(1) as f64).ln() / (end.max(2) as f64).ln();
    EDGE + share.clamp(0.0, 1.0) * (100.0 - 2.0 * EDGE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn figures(answer: Vec<i64>, resolve: Vec<i64>) -> IncidentFigures {
        IncidentFigures {
            time_to_answer: Times::of(answer),
            time_to_resolve: Times::of(resolve),
            ..IncidentFigures::default()
        }
    }

    #[test]
    fn lane_says_its_median_and_its_90th_percentile() {
        let svg = svg(&figures(vec![20, 25], vec![3_600])).unwrap().to_string();
        let said = "Answered: median 20 s, 90 % within 25 s; Taken: none; Resolved: median 1 h, 90 % within 1 h.";
        assert!(svg.contains(said), "{svg}");
        assert_eq!(svg.matches("class=\"median\"").count(), 2);
        assert!(svg.contains("cx=\"98.00%\"") && !svg.contains(">1 d<"), "{svg}");
    }

    #[test]
    fn nothing_measured_is_nothing_drawn() {
        assert!(svg(&IncidentFigures::default()).is_none());
    }

    proptest! {
        #[test]
        fn every_time_has_its_place(seconds in proptest::collection::vec(0_i64..i64::MAX, 1..20)) {
            let svg = svg(&figures(seconds.clone(), seconds)).unwrap().to_string();
            for x in svg.split("cx=\"").skip(1) {
                let x: f64 = x.split('%').next().unwrap().parse().unwrap();
                prop_assert!((0.0..=100.0).contains(&x));
            }
        }
    }
}
