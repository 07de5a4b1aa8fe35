//! The people who are in a Flow now: a mark for each, behind the box of their widget. One who goes on is seen on the way
//! between two boxes.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::draw::area::Area;
use crate::draw::graph::Graph;
use crate::draw::overlay::Overlay;
use crate::draw::text::{number, person_id};

/// The radius of a mark.
const RADIUS: f64 = 9.0;

/// The marks, in a layer that is there without anybody too; in the order of their ids, so that a page that follows moves none that stays.
pub(super) fn layer(svg: &mut String, graph: &Graph, places: &[Area], overlay: &Overlay) {
    let mut boxes = BTreeMap::new();
    for (node, area) in graph.nodes.iter().zip(places) {
        boxes.entry(node.name.as_str()).or_insert(area);
    }
    svg.push_str("<g class=\"people\" id=\"flow-people\">");
    for (id, widget) in &overlay.people {
        let Some(area) = boxes.get(widget.as_str()) else { continue };
        let middle = area.middle();
        let _ = write!(
            svg,
            "<circle class=\"person\" id=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{RADIUS}\"/>",
            person_id(id),
            number(middle.x),
            number(middle.y)
        );
    }
    svg.push_str("</g>");
}
