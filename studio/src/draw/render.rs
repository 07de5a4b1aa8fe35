//! The SVG elements of a drawing: its frame, and `edge`, `people` and `widget` inside.

mod edge;
mod people;
mod widget;

use std::collections::BTreeSet;
use std::fmt::Write;

use super::area::Area;
use super::graph::Graph;
use super::layout::Layout;
use super::overlay::Overlay;
use super::scene::Scene;
use super::text::{count, escape, number};
use super::{Mode, STYLE, legend};

/// The space around the drawing.
const MARGIN: f64 = 28.0;
/// An embedded drawing begins and ends at multiples of this.
const ROUNDED: f64 = 40.0;
/// The least width of a drawing with a heading.
const MIN_WIDTH: f64 = 560.0;
/// The height of a heading of two lines, with the space below it.
const HEADING: f64 = 54.0;
/// The longest heading, in characters.
const MAX_TITLE: usize = 120;
/// The widgets whose people a description names.
const MAX_DESCRIBED: usize = 12;

impl Layout {
    /// Draws a graph with its figures at these places, as [`svg`](super::svg) does; `None` if this is the layout of another.
    pub fn svg(&self, graph: &Graph, overlay: &Overlay, mode: Mode) -> Option<String> {
        self.is_of(graph, overlay).then(|| svg(self, graph, overlay, mode))
    }
}

pub(super) fn svg(layout: &Layout, graph: &Graph, overlay: &Overlay, mode: Mode) -> String {
    let scene = Scene::of(layout, graph, overlay);
    let ground = scene.area().unwrap_or(Area::new(0.0, 0.0, 0.0, 0.0)).grown(MARGIN, MARGIN);
    let (mut head, mut view) = (String::new(), ground);
    if mode == Mode::Embedded {
        // Figures that grow by a digit do not move the whole.
        view = ground.rounded_out(ROUNDED);
    }
    if mode == Mode::Standalone {
        let width = ground.width.max(MIN_WIDTH);
        let left = ground.middle().x - width / 2.0;
        let (legend, height) = legend::rows(graph, overlay, width - 2.0 * MARGIN);
        let height = MARGIN + HEADING + height;
        view = Area::new(left, ground.y - height, width, ground.height + height);
        head = heading(graph, view, &legend);
    }
    let mut svg = opening(graph, overlay, mode, view);
    svg.push_str(&head);
    let reachable = graph.reachable();
    svg.push_str("<g class=\"edges\">");
    // The path last: on top of the others.
    for is_on_path in [false, true] {
        for line in scene.lines.iter().filter(|line| line.is_on_path == is_on_path) {
            edge::line(&mut svg, graph, line, &reachable);
        }
    }
    svg.push_str("</g><g class=\"labels\">");
    for line in &scene.lines {
        edge::label(&mut svg, graph, line);
    }
    svg.push_str("</g>");
    if mode == Mode::Embedded {
        people::layer(&mut svg, graph, &layout.boxes, overlay);
    }
    svg.push_str("<g class=\"widgets\">");
    for (area, name) in &layout.missing {
        widget::missing(&mut svg, *area, name);
    }
    let mut ids = BTreeSet::new();
    for (at, area) in layout.boxes.iter().enumerate() {
        let is_first = ids.insert(graph.nodes[at].name.as_str());
        let place = widget::Place { at, area: *area, is_first, is_reachable: reachable[at] };
        widget::widget(&mut svg, graph, overlay, &place);
    }
    svg.push_str("</g></svg>\n");
    svg
}

/// The opening tag and what describes the whole.
fn opening(graph: &Graph, overlay: &Overlay, mode: Mode, view: Area) -> String {
    // Links inside an image would be hidden from those who cannot see it.
    let has_links = overlay.widgets.values().any(|figures| figures.link.is_some());
    let role = if has_links { "group" } else { "img" };
    let path = if overlay.path.is_empty() { "" } else { " has-path" };
    let [x, y, width, height] = [view.x, view.y, view.width, view.height].map(number);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow-graph{path}\" role=\"{role}\" \
         viewBox=\"{x} {y} {width} {height}\" width=\"{width}\" height=\"{height}\">\
         <title>{}</title><desc>{}</desc>",
        escape(&title(graph)),
        escape(&description(graph, overlay)),
    );
    if mode == Mode::Standalone {
        let _ = write!(svg, "<style>{STYLE}</style>");
    }
    let _ = write!(
        svg,
        "<rect class=\"paper\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
    );
    svg
}

fn title(graph: &Graph) -> String {
    match graph.title.trim() {
        "" => "Flow".to_owned(),
        title => super::text::cut(title, MAX_TITLE),
    }
}

/// `26 widgets, 30 connections`
fn size(graph: &Graph) -> String {
    let (widgets, edges) = (graph.nodes.len(), graph.connections().count());
    let plural = |number: usize, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{} {one}s", count(number as u64)),
    };
    format!("{}, {}", plural(widgets, "widget"), plural(edges, "connection"))
}

/// The drawing in words.
fn description(graph: &Graph, overlay: &Overlay) -> String {
    let mut words = size(graph);
    if let Some(first) = graph.initial.and_then(|first| graph.nodes.get(first)) {
        let _ = write!(words, "; it begins with {}", first.name);
    }
    words.push('.');
    let people = graph.nodes.iter().filter_map(|node| {
        let figures = overlay.widgets.get(&node.name).filter(|figures| figures.now > 0)?;
        Some(format!("{} in {}", count(figures.now), node.name))
    });
    let people: Vec<String> = people.collect();
    if !people.is_empty() {
        let _ = write!(words, " Now {}", people[..people.len().min(MAX_DESCRIBED)].join(", "));
        if people.len() > MAX_DESCRIBED {
            let _ = write!(words, " and others");
        }
        words.push('.');
    }
    words
}

/// The title, the size, and the legend.
fn heading(graph: &Graph, view: Area, legend: &str) -> String {
    let (x, y) = (number(view.x + MARGIN), view.y + MARGIN);
    let title = super::text::fit(&title(graph), 17.0, view.width - 2.0 * MARGIN);
    format!(
        "<text class=\"title\" x=\"{x}\" y=\"{}\">{}</text>\
         <text class=\"size\" x=\"{x}\" y=\"{}\">{}</text>\
         <g transform=\"translate({x} {})\">{legend}</g>",
        number(y + 12.0),
        escape(&title),
        number(y + 31.0),
        size(graph),
        number(y + HEADING),
    )
}
