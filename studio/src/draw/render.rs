//! The SVG elements of a drawing.

use std::fmt::Write;

use super::area::Area;
use super::graph::{EdgeEnd, Graph};
use super::overlay::Overlay;
use super::text::{cut, escape, widget_id};
use super::{Mode, STYLE, place, type_words};

/// The space around the drawing.
const MARGIN: f64 = 32.0;

pub(super) fn svg(graph: &Graph, overlay: &Overlay, mode: Mode) -> String {
    let boxes = place::boxes(graph);
    let all = boxes.iter().copied().reduce(Area::with).unwrap_or(Area::new(0.0, 0.0, 400.0, 100.0));
    let view = all.grown(MARGIN, MARGIN);
    let Area { x, y, width, height } = view;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow-graph\" role=\"img\" \
         viewBox=\"{x} {y} {width} {height}\" width=\"{width}\" height=\"{height}\"><title>{}</title>",
        escape(&graph.title)
    );
    if mode == Mode::Standalone {
        let _ = write!(svg, "<style>{STYLE}</style>");
    }
    let _ = write!(
        svg,
        "<rect class=\"paper\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
    );
    for edge in &graph.edges {
        let EdgeEnd::Widget(to) = edge.to else { continue };
        let (Some(from), Some(to)) = (boxes.get(edge.from), boxes.get(to)) else { continue };
        let (from, to) = (from.middle(), to.middle());
        let _ =
            write!(svg, "<path class=\"line\" d=\"M{},{} L{},{}\"/>", from.x, from.y, to.x, to.y);
    }
    for (node, area) in graph.nodes.iter().zip(&boxes) {
        let Area { x, y, width, height } = area;
        let now = overlay.widgets.get(&node.name).map_or(0, |figures| figures.now);
        let _ = write!(
            svg,
            "<g id=\"{}\"><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\
             <text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{} {now}</text></g>",
            widget_id(&node.name),
            x + 12.0,
            y + 28.0,
            escape(&cut(&node.name, 24)),
            x + 12.0,
            y + 48.0,
            escape(&type_words(&node.kind).unwrap_or_default()),
        );
    }
    svg.push_str("</svg>");
    svg
}
