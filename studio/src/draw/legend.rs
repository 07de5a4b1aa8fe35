//! The legend: the families and marks that a drawing has, and no others.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::WidgetFamily;
use super::graph::{EdgeEnd, Graph};
use super::icon::{HANG_UP, icon};
use super::overlay::{ChangeKind, Overlay};
use super::text::{number, width};

/// The height of a row.
const ROW: f64 = 24.0;
/// The space between two entries.
const SPACE: f64 = 20.0;
/// The width of an entry's mark.
const MARK: f64 = 28.0;

/// The width of a legend of its own.
const WIDTH: f64 = 900.0;

/// A legend of its own.
pub(super) fn svg(graph: &Graph, overlay: &Overlay) -> String {
    let (rows, height) = rows(graph, overlay, WIDTH);
    let (width, height) = (number(WIDTH), number(height));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow-graph\" role=\"img\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\
         <title>Legend</title>{rows}</svg>\n"
    )
}

/// The rows of a legend of at most this width, from 0, 0 on, and their height.
pub(super) fn rows(graph: &Graph, overlay: &Overlay, limit: f64) -> (String, f64) {
    let mut svg = "<g class=\"legend\">".to_owned();
    let (mut x, mut y) = (0.0, 0.0);
    for (class, mark, words) in entries(graph, overlay) {
        let wide = MARK + width(words, 12.0);
        if x > 0.0 && x + wide > limit {
            (x, y) = (0.0, y + ROW);
        }
        let _ = write!(
            svg,
            "<g class=\"{class}\" transform=\"translate({} {})\">{mark}<text class=\"entry\" x=\"{MARK}\" y=\"4\">{words}</text></g>",
            number(x),
            number(y + ROW / 2.0),
        );
        x += wide + SPACE;
    }
    svg.push_str("</g>");
    (svg, y + ROW)
}

/// The entries: a class, the mark around 0 on a line, and words.
fn entries(graph: &Graph, overlay: &Overlay) -> Vec<(String, String, &'static str)> {
    let families: BTreeSet<WidgetFamily> =
        graph.nodes.iter().map(|node| WidgetFamily::of(&node.kind)).collect();
    let in_order = WidgetFamily::ALL.into_iter().filter(|family| families.contains(family));
    let mut entries: Vec<(String, String, &str)> = in_order
        .map(|family| {
            let mark = format!(
                "<rect class=\"stripe\" x=\"0\" y=\"-8\" width=\"4\" height=\"16\" rx=\"2\"/>\
                 <path class=\"icon\" transform=\"translate(9 -6.5) scale(.8)\" d=\"{}\"/>",
                icon(family)
            );
            (format!("widget {}", family.class()), mark, family.name())
        })
        .collect();
    let mut add = |holds: bool, class: &str, mark: String, words| {
        if holds {
            entries.push((class.to_owned(), mark, words));
        }
    };
    let any = |holds: fn(&super::WidgetFigures) -> bool| overlay.widgets.values().any(holds);
    let pill = "<rect class=\"pill\" x=\"2\" y=\"-9\" width=\"20\" height=\"18\" rx=\"9\"/>";
    let pill = |text: &str| format!("{pill}<text x=\"12\" y=\"4\">{text}</text>");
    add(any(|figures| figures.now > 0), "badge now", pill("n"), "in it now");
    add(any(|figures| figures.stuck > 0), "badge stuck-count", pill("n"), "stuck");
    let hang_up = format!(
        "<rect x=\"0\" y=\"-9\" width=\"24\" height=\"18\" rx=\"9\"/>\
         <path transform=\"translate(5.5 -7) scale(.8)\" d=\"{HANG_UP}\"/>"
    );
    add(any(|figures| figures.hang_ups > 0), "badge hang-ups", hang_up, "hung up");
    let line = "<path class=\"line\" d=\"M0,0H22\"/>".to_owned();
    add(!overlay.path.is_empty(), "edge on-path", line, "one execution's path");
    for change in ChangeKind::ALL {
        let is_there = overlay.widget_changes.values().chain(overlay.edge_changes.values());
        let mark = pill(&change.sign().to_string());
        let class = format!("badge change {}", change.word());
        add(is_there.copied().any(|one| one == change), &class, mark, change.word());
    }
    let dashed =
        "<rect class=\"box\" x=\"0\" y=\"-7\" width=\"22\" height=\"14\" rx=\"4\"/>".to_owned();
    let unreachable = graph.reachable().contains(&false);
    add(unreachable, "widget unknown unreachable", dashed, "cannot be reached");
    let is_missing = |edge: &super::Edge| matches!(edge.to, EdgeEnd::Missing(_));
    let mark = "<rect x=\"0\" y=\"-7\" width=\"22\" height=\"14\" rx=\"7\"/>".to_owned();
    add(graph.edges.iter().any(is_missing), "missing", mark, "is not there");
    let end =
        "<path class=\"line\" d=\"M4,0H14\"/><circle class=\"end\" cx=\"17\" cy=\"0\" r=\"4.5\"/>";
    let has_end = graph.edges.iter().any(|edge| edge.to == EdgeEnd::Ended);
    add(has_end, "edge", end.to_owned(), "the end");
    entries
}
