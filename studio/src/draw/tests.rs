//! The tests of drawings: of the graph, of the places and lines, and of the SVG.

mod generated;
mod graph;
mod layout;
mod picture;
mod places;
mod style;

use serde_json::{Value, json};

use crate::flow::Flow;

use super::{Graph, Mode, Overlay, WidgetFigures, svg};

/// A widget: its name, type and place, and its events with the widgets that they lead to.
type Widget<'a> = (&'a str, &'a str, (f64, f64), &'a [(&'a str, &'a str)]);

/// The Flow with these widgets.
fn flow(states: &[Widget]) -> Flow {
    let states: Vec<Value> = states
        .iter()
        .map(|(name, kind, (x, y), transitions)| {
            let transitions: Vec<Value> = transitions
                .iter()
                .map(|(event, next)| json!({ "event": event, "next": next }))
                .collect();
            json!({
                "name": name, "type": kind, "transitions": transitions,
                "properties": { "offset": { "x": x, "y": y } },
            })
        })
        .collect();
    Flow::read(&json!({ "description": "", "initial_state": "Trigger", "states": states })).unwrap()
}

/// The generated Flow of the size of the largest real one.
fn large() -> Graph {
    Graph::of(&Flow::read(&generated::flow(130, 206, 7)).unwrap())
}

/// A drawing without figures, as a file.
fn drawing(flow: &Flow) -> String {
    svg(&Graph::of(flow), &Overlay::default(), Mode::Standalone)
}

/// The titles of the elements of this class.
fn titles(svg: &str, class: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let has_class = |node: &roxmltree::Node| {
        node.attribute("class").is_some_and(|own| own.split(' ').any(|own| own == class))
    };
    let elements = document.descendants().filter(has_class);
    let title = |node: roxmltree::Node| {
        let title = node.children().find(|child| child.has_tag_name("title"))?;
        title.text().map(str::to_owned)
    };
    elements.filter_map(title).collect()
}

/// The text of the elements of this class.
fn texts(svg: &str, class: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let has_class = |node: &roxmltree::Node| {
        node.attribute("class").is_some_and(|own| own.split(' ').any(|own| own == class))
    };
    let is_shown = |node: &roxmltree::Node| {
        node.is_text() && !node.ancestors().any(|node| node.has_tag_name("title"))
    };
    let text = |node: roxmltree::Node| {
        node.descendants().filter(is_shown).filter_map(|node| node.text()).collect()
    };
    document.descendants().filter(has_class).map(text).collect()
}

/// The figures of one widget.
fn figures(name: &str, figures: WidgetFigures) -> Overlay {
    Overlay { widgets: [(name.to_owned(), figures)].into(), ..Overlay::default() }
}
