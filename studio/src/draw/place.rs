//! The places of the boxes: where Studio's canvas has them, nudged where they would overlap, or in layers.

use std::collections::BTreeMap;

use super::area::{Area, Areas};
use super::graph::Graph;
use super::layers;

/// The width of a widget's box.
pub(super) const BOX_WIDTH: f64 = 190.0;
/// The height of a widget's box.
pub(super) const BOX_HEIGHT: f64 = 70.0;
/// The least space between two boxes, sideways: enough for a line with its arrow head.
const SPACE_X: f64 = 28.0;
/// The least space between two boxes, up and down.
const SPACE_Y: f64 = 40.0;
/// The farthest that a place is from the canvas's middle: an offset beyond it is a mistake.
const MAX_OFFSET: f64 = 20_000.0;

/// The box of each widget.
pub(super) fn boxes(graph: &Graph) -> Vec<Area> {
    let offsets: Vec<Option<(f64, f64)>> = graph.nodes.iter().map(offset_of).collect();
    let places = if is_arranged(&offsets) {
        beneath(&offsets)
    } else {
        let edges: Vec<_> = graph.connections().collect();
        layers::places(graph.nodes.len(), graph.initial, &edges)
    };
    nudged(&places)
}

fn offset_of(node: &super::Node) -> Option<(f64, f64)> {
    let offset = node.offset.filter(|at| at.x.is_finite() && at.y.is_finite())?;
    let bounded = |at: f64| at.clamp(-MAX_OFFSET, MAX_OFFSET).round();
    Some((bounded(offset.x), bounded(offset.y)))
}

/// Whether somebody has arranged the widgets: most have a place, and not all of them the same.
fn is_arranged(offsets: &[Option<(f64, f64)>]) -> bool {
    let mut spots: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for (x, y) in offsets.iter().flatten() {
        #[expect(clippy::cast_possible_truncation, reason = "bounded and rounded")]
        let spot = (*x as i64, *y as i64);
        *spots.entry(spot).or_default() += 1;
    }
    let placed: usize = spots.values().sum();
    let fullest = spots.values().max().copied().unwrap_or_default();
    placed * 2 > offsets.len() && (fullest == 1 || fullest * 2 <= placed)
}

/// The places of all, those without one in rows beneath the others.
fn beneath(offsets: &[Option<(f64, f64)>]) -> Vec<(f64, f64)> {
    let placed = || offsets.iter().flatten();
    let left = placed().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let right = placed().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max);
    let below = placed().map(|(_, y)| *y).fold(f64::NEG_INFINITY, f64::max) + 2.0 * BOX_HEIGHT;
    let (mut x, mut y) = (left, below);
    let next = |offset: &Option<(f64, f64)>| {
        offset.unwrap_or_else(|| {
            let place = (x, y);
            x += BOX_WIDTH + 2.0 * SPACE_X;
            if x > right {
                (x, y) = (left, y + BOX_HEIGHT + 2.0 * SPACE_Y);
            }
            place
        })
    };
    offsets.iter().map(next).collect()
}

/// The boxes at these places. One that would come too near to another above it, or to its left, moves down or to the
/// right, whichever is less.
fn nudged(places: &[(f64, f64)]) -> Vec<Area> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| {
        let ((ax, ay), (bx, by)) = (places[*a], places[*b]);
        ay.total_cmp(&by).then(ax.total_cmp(&bx)).then(a.cmp(b))
    });
    let mut taken = Areas::default();
    let mut boxes = vec![Area::new(0.0, 0.0, BOX_WIDTH, BOX_HEIGHT); places.len()];
    for index in order {
        let (x, y) = places[index];
        let mut area = Area::new(x, y, BOX_WIDTH, BOX_HEIGHT);
        while let Some((_, other)) = taken.overlapping(area.grown(SPACE_X, SPACE_Y)).next() {
            let (down, right) =
                (other.bottom() + SPACE_Y - area.y, other.right() + SPACE_X - area.x);
            if down <= right { area.y += down } else { area.x += right }
        }
        taken.push(area);
        boxes[index] = area;
    }
    boxes
}
