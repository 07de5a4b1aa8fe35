//! Lines with their arrow heads, and labels.

use std::fmt::Write;

use crate::draw::curve::Heading;
use crate::draw::graph::{EdgeEnd, Graph};
use crate::draw::label::{Label, SIZE};
use crate::draw::scene::Line;
use crate::draw::text::{count, edge_id, escape, number, percent};

/// The radius of the mark of an end.
const END: f64 = 4.5;

/// A line.
pub(super) fn line(svg: &mut String, graph: &Graph, line: &Line, reachable: &[bool]) {
    let edge = &graph.edges[line.edge];
    let mut class = "edge".to_owned();
    if line.is_on_path {
        class.push_str(" on-path");
    }
    if !reachable.get(edge.from).copied().unwrap_or(true) {
        class.push_str(" unreachable");
    }
    if matches!(edge.to, EdgeEnd::Missing(_)) {
        class.push_str(" to-missing");
    }
    if let Some(change) = line.change {
        let _ = write!(class, " {}", change.word());
    }
    if line.weight > 0 {
        let _ = write!(class, " weight-{}", line.weight);
    }
    let (from, to) = graph.names(line.edge);
    let id = id(graph, line).map(|id| format!(" id=\"{id}\"")).unwrap_or_default();
    let _ = write!(
        svg,
        "<g class=\"{class}\"{id}><title>{}</title><path class=\"line\" d=\"{}\"/>",
        escape(&sentence(&from, to.as_deref(), &edge.labels, line)),
        line.curve.path()
    );
    let tip = line.curve.tip;
    let _ = match edge.to {
        EdgeEnd::Ended => {
            let (x, y) = (number(tip.x), number(tip.y));
            write!(svg, "<circle class=\"end\" cx=\"{x}\" cy=\"{y}\" r=\"{END}\"/></g>")
        }
        _ => write!(
            svg,
            "<path class=\"head\" d=\"{}\"/></g>",
            line.curve.head(if line.weight > 2 { 1.25 } else { 1.0 })
        ),
    };
    debug_assert!(edge.to != EdgeEnd::Ended || line.curve.heading == Heading::Down);
}

/// The id of a line; of a second widget with its name, a line has none.
fn id(graph: &Graph, line: &Line) -> Option<String> {
    let (from, to) = graph.names(line.edge);
    let first = graph.nodes.iter().position(|node| node.name == from);
    (first == Some(graph.edges[line.edge].from)).then(|| edge_id(&from, to.as_deref()))
}

/// `menu → report_key: keypress. 142 took it (38%).`
fn sentence(from: &str, to: Option<&str>, labels: &[String], line: &Line) -> String {
    let mut words = format!("{from} → {}: {}", to.unwrap_or("the end"), labels.join(", "));
    if let Some(change) = line.change {
        let _ = write!(words, ". It is {}", change.word());
    }
    if let Some(figures) = line.figures {
        let _ = write!(words, ". {} took it", count(figures.count));
        if let Some(share) = figures.percent {
            let _ = write!(words, " ({})", percent(share));
        }
    }
    words
}

/// A label on a ground of its own, so that lines below it do not run through its letters.
pub(super) fn label(svg: &mut String, graph: &Graph, line: &Line) {
    let Some(Label { text, figures, area }) = &line.label else { return };
    let on_path = if line.is_on_path { " on-path" } else { "" };
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(number);
    let middle = area.middle();
    let id = id(graph, line).map(|id| format!(" id=\"{id}-label\"")).unwrap_or_default();
    let figures = match figures.is_empty() {
        true => String::new(),
        false => format!("<tspan class=\"figures\"> {}</tspan>", escape(figures)),
    };
    let _ = write!(
        svg,
        "<g class=\"label{on_path}\"{id}><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>\
         <text x=\"{}\" y=\"{}\">{}{figures}</text></g>",
        number(middle.x),
        number(middle.y + SIZE * 0.36),
        escape(text),
    );
}
