//! The layout of a graph: places and lines, which figures do not change. It is worth keeping: lines that lead around boxes
//! take most of a drawing's time.

use super::area::{Area, Areas, Point};
use super::curve::Curve;
use super::graph::{EdgeEnd, Graph};
use super::label::Ground;
use super::overlay::Overlay;
use super::route::Ends;
use super::{Offset, place, route};

/// The size of a mark for a widget that is not there.
const MISSING: (f64, f64) = (150.0, 26.0);
/// The least space between such a mark and a box.
const MISSING_SPACE: f64 = 16.0;

/// The places of a graph's widgets and the lines of its edges.
pub struct Layout {
    shape: Shape,
    /// The box of each widget.
    pub(super) boxes: Vec<Area>,
    /// The marks for widgets that are not there, with their names.
    pub(super) missing: Vec<(Area, String)>,
    /// The boxes at the ends of each edge that is drawn, marks behind the widgets.
    pub(super) ends: Vec<Ends>,
    /// The line of each edge that is drawn.
    pub(super) curves: Vec<Curve>,
    /// The ground that labels keep off.
    pub(super) ground: Ground,
    /// The ground of boxes, marks and lines.
    pub(super) area: Option<Area>,
    /// The memory of all this, in bytes, roughly.
    bytes: usize,
}

/// All that a layout depends on.
#[derive(PartialEq)]
struct Shape {
    initial: Option<usize>,
    places: Vec<Option<Offset>>,
    edges: Vec<(usize, EdgeEnd)>,
    /// The edges that are drawn, by their indices.
    drawn: Vec<usize>,
}

impl Shape {
    fn of(graph: &Graph, overlay: &Overlay) -> Shape {
        Shape {
            initial: graph.initial,
            places: graph.nodes.iter().map(|node| node.offset).collect(),
            edges: graph.edges.iter().map(|edge| (edge.from, edge.to.clone())).collect(),
            drawn: drawn(graph, overlay),
        }
    }

    /// The memory that it takes, with the names of the marks.
    fn bytes(&self) -> usize {
        let edges = self.edges.iter().map(|(_, to)| match to {
            EdgeEnd::Missing(name) => 64 + 2 * name.len(),
            EdgeEnd::Widget(_) | EdgeEnd::Ended => 64,
        });
        edges.sum::<usize>() + 32 * self.places.len()
    }
}

impl Layout {
    /// The layout of a graph. Of the figures it depends on this alone: whether anybody took an edge to the end, which is
    /// drawn then.
    pub fn of(graph: &Graph, overlay: &Overlay) -> Layout {
        let shape = Shape::of(graph, overlay);
        let boxes = place::boxes(graph);
        let mut areas = boxes.clone();
        let mut taken: Areas = boxes.iter().copied().collect();
        let (mut missing, mut ends) = (Vec::new(), Vec::new());
        for edge in shape.drawn.iter().filter_map(|at| graph.edges.get(*at)) {
            let to = match &edge.to {
                EdgeEnd::Widget(to) => Some(*to),
                EdgeEnd::Missing(name) => {
                    let area = beside(boxes[edge.from], &taken);
                    taken.push(area);
                    areas.push(area);
                    missing.push((area, name.clone()));
                    Some(areas.len() - 1)
                }
                EdgeEnd::Ended => None,
            };
            ends.push((edge.from, to));
        }
        let curves = route::routes(&areas, &ends);
        let points = curves.iter().flat_map(|curve| curve.points(40.0));
        let lines = points.map(|point: Point| Area::around(point, point).grown(4.0, 4.0));
        let marks = missing.iter().map(|(area, _)| *area);
        let grown = boxes.iter().map(|area| area.grown(6.0, 14.0));
        let area = grown.chain(marks).chain(lines).reduce(Area::with);
        let ground = Ground::of(&curves, &areas);
        let marks = 64 * (boxes.len() + missing.len());
        let lines: usize = curves.iter().map(Curve::bytes).sum();
        let bytes = shape.bytes() + marks + lines + ground.bytes();
        Layout { shape, boxes, missing, ends, curves, ground, area, bytes }
    }

    /// Whether this is the layout of this graph with these figures.
    pub fn is_of(&self, graph: &Graph, overlay: &Overlay) -> bool {
        self.shape == Shape::of(graph, overlay)
    }

    /// The memory that it takes, in bytes, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The edges that are drawn, by their indices in the graph.
    pub(super) fn drawn(&self) -> &[usize] {
        &self.shape.drawn
    }
}

/// The edges of a graph that are drawn. An end that nobody took is worth a mark only where nothing else follows.
fn drawn(graph: &Graph, overlay: &Overlay) -> Vec<usize> {
    let count = graph.nodes.len();
    let mut onwards = vec![false; count];
    for edge in &graph.edges {
        if let (true, Some(onward)) = (edge.to != EdgeEnd::Ended, onwards.get_mut(edge.from)) {
            *onward = true;
        }
    }
    let is_drawn = |(at, edge): &(usize, &super::Edge)| match &edge.to {
        _ if edge.from >= count => false,
        EdgeEnd::Widget(to) => *to < count,
        EdgeEnd::Missing(_) => true,
        EdgeEnd::Ended => !onwards[edge.from] || overlay.is_taken(&graph.names(*at)),
    };
    graph.edges.iter().enumerate().filter(is_drawn).map(|(at, _)| at).collect()
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
