//! All that a drawing consists of, each with its place.

use super::area::{Area, Areas};
use super::curve::Curve;
use super::graph::{EdgeEnd, Graph};
use super::label::{self, Label};
use super::overlay::{ChangeKind, EdgeFigures, Overlay};
use super::{place, route, text};

/// The size of the mark for a widget that is not there.
const MISSING: (f64, f64) = (150.0, 26.0);
/// The least space between such a mark and a box.
const MISSING_SPACE: f64 = 16.0;
/// The longest label of an edge, in characters.
const MAX_LABEL: usize = 24;

/// A drawing's parts.
pub(super) struct Scene {
    /// The box of each widget.
    pub(super) boxes: Vec<Area>,
    /// The marks for widgets that are not there, with their names.
    pub(super) missing: Vec<(Area, String)>,
    /// The lines of the edges that are drawn.
    pub(super) lines: Vec<Line>,
}

/// The line of an edge.
pub(super) struct Line {
    /// The edge's index in the graph.
    pub(super) edge: usize,
    pub(super) curve: Curve,
    pub(super) figures: Option<EdgeFigures>,
    /// Its weight against the busiest one, from 1 to 3; 0 without anybody.
    pub(super) weight: u8,
    pub(super) is_on_path: bool,
    /// What has become of it between two definitions.
    pub(super) change: Option<ChangeKind>,
    /// The label, cut to its length, and its figures.
    pub(super) label: Option<Label>,
}

impl Scene {
    pub(super) fn of(graph: &Graph, overlay: &Overlay) -> Scene {
        let boxes = place::boxes(graph);
        let mut areas = boxes.clone();
        let mut taken: Areas = boxes.iter().copied().collect();
        let mut missing = Vec::new();
        let mut onwards = vec![false; boxes.len()];
        for edge in &graph.edges {
            if let (true, Some(onward)) = (edge.to != EdgeEnd::Ended, onwards.get_mut(edge.from)) {
                *onward = true;
            }
        }
        let (mut edges, mut ends) = (Vec::new(), Vec::new());
        for (at, edge) in graph.edges.iter().enumerate() {
            let Some(from) = boxes.get(edge.from) else { continue };
            let (name, next) = names(graph, at);
            let figures = overlay.edges.get(&(name.clone(), next.clone())).copied();
            let is_on_path = is_on_path(overlay, &name, next.as_deref());
            let change = overlay.edge_changes.get(&(name.clone(), next.clone())).copied();
            let to = match &edge.to {
                EdgeEnd::Widget(to) if *to < boxes.len() => Some(*to),
                EdgeEnd::Widget(_) => continue,
                EdgeEnd::Missing(name) => {
                    let area = beside(*from, &taken);
                    taken.push(area);
                    areas.push(area);
                    missing.push((area, name.clone()));
                    Some(areas.len() - 1)
                }
                // An end that nobody took is worth a mark only where nothing else follows.
                EdgeEnd::Ended => {
                    let is_taken = is_on_path
                        || change.is_some()
                        || figures.is_some_and(|figures| figures.count > 0);
                    if onwards[edge.from] && !is_taken {
                        continue;
                    }
                    None
                }
            };
            edges.push((at, figures, is_on_path, change));
            ends.push((edge.from, to));
        }
        let curves = route::routes(&areas, &ends);
        let wanted: Vec<Label> =
            edges.iter().map(|(at, figures, ..)| label_of(graph, *at, figures.as_ref())).collect();
        let labels = label::placed(wanted, &curves, &areas, &ends);
        let busiest = overlay.edges.values().map(|figures| figures.count).max().unwrap_or_default();
        let lines = edges.into_iter().zip(curves).zip(labels);
        let lines = lines.map(|(((edge, figures, is_on_path, change), curve), label)| Line {
            edge,
            curve,
            figures,
            weight: weight(figures.as_ref(), busiest),
            is_on_path,
            change,
            label,
        });
        Scene { lines: lines.collect(), boxes, missing }
    }

    /// The ground that it covers.
    pub(super) fn area(&self) -> Option<Area> {
        let points = self.lines.iter().flat_map(|line| line.curve.points(40.0));
        let lines = points.map(|point| Area::around(point, point).grown(4.0, 4.0));
        let labels =
            self.lines.iter().filter_map(|line| line.label.as_ref().map(|label| label.area));
        let missing = self.missing.iter().map(|(area, _)| *area);
        let boxes = self.boxes.iter().map(|area| area.grown(6.0, 14.0));
        boxes.chain(missing).chain(lines).chain(labels).reduce(Area::with)
    }
}

/// The weight of a line, by the number of those who took it.
fn weight(figures: Option<&EdgeFigures>, busiest: u64) -> u8 {
    let count = figures.map_or(0, |figures| u128::from(figures.count));
    match count * 100 / u128::from(busiest.max(1)) {
        _ if count == 0 => 0,
        50.. => 3,
        15.. => 2,
        _ => 1,
    }
}

/// The names at an edge's ends; `None` is the end.
pub(super) fn names(graph: &Graph, edge: usize) -> (String, Option<String>) {
    let edge = &graph.edges[edge];
    let name =
        |node: usize| graph.nodes.get(node).map(|node| node.name.clone()).unwrap_or_default();
    let to = match &edge.to {
        EdgeEnd::Widget(to) => Some(name(*to)),
        EdgeEnd::Missing(name) => Some(name.clone()),
        EdgeEnd::Ended => None,
    };
    (name(edge.from), to)
}

/// Whether the execution whose path is shown went from one to the other.
fn is_on_path(overlay: &Overlay, from: &str, to: Option<&str>) -> bool {
    let to = to.unwrap_or(super::ENDED);
    overlay.path.windows(2).any(|pair| pair[0].widget == from && pair[1].widget == to)
}

/// A free place for a mark near its box, at one of its lower corners if that is free.
fn beside(from: Area, taken: &Areas) -> Area {
    let (width, height) = MISSING;
    let at = |x: f64, y: f64| Area::new(x, y, width, height);
    let below = from.bottom() + 44.0;
    let level = from.middle().y - height / 2.0;
    let near = [
        at(from.x - width + 70.0, below),
        at(from.right() - 70.0, below),
        at(from.x - width - 96.0, level),
        at(from.right() + 96.0, level),
    ];
    let other = |area: &Area| taken.overlapping(area.grown(MISSING_SPACE, MISSING_SPACE)).next();
    if let Some(free) = near.into_iter().find(|area| other(area).is_none()) {
        return free;
    }
    let mut area = near[0];
    while let Some((_, other)) = other(&area) {
        area.y = other.bottom() + MISSING_SPACE;
    }
    area
}

fn label_of(graph: &Graph, edge: usize, figures: Option<&EdgeFigures>) -> Label {
    let edge = &graph.edges[edge];
    let shown = match edge.to {
        EdgeEnd::Ended if figures.is_none() => String::new(),
        EdgeEnd::Ended if edge.labels.iter().all(String::is_empty) => "ended".to_owned(),
        _ => text::cut(&edge.labels.join(", "), MAX_LABEL),
    };
    let figures = figures.filter(|figures| figures.count > 0).map(|figures| {
        let count = text::count(figures.count);
        match figures.percent {
            Some(share) => format!("{count} · {}", text::percent(share)),
            None => count,
        }
    });
    Label::new(shown, figures.unwrap_or_default())
}
