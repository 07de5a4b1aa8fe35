//! The ways of the edges from box to box: straight down where it is clear, beside the boxes where it is not.

mod halves;
mod lanes;
mod ports;
mod ways;

use super::area::{Area, Point};
use super::curve::{Curve, Heading};

use lanes::Lanes;
use ports::Ports;

/// The least drop of an edge that leaves below and arrives above.
const MIN_DROP: f64 = 28.0;
/// The least distance of an edge that leads straight to the side.
const MIN_REACH: f64 = 28.0;
/// The length of the line to the mark of an end.
pub(super) const STUB: f64 = 24.0;
/// The reach of a loop beside its box.
const LOOP: f64 = 28.0;
/// The space that a bow keeps from boxes.
const CLEARANCE: f64 = 7.0;

/// An edge from one box to another, or to no other: then its line is short.
pub(super) type Ends = (usize, Option<usize>);

/// The line of each edge between these boxes.
pub(super) fn routes(boxes: &[Area], edges: &[Ends]) -> Vec<Curve> {
    let ports = Ports::assign(boxes, edges, is_down);
    let mut lanes = Lanes::between(boxes);
    let mut curves: Vec<Option<Curve>> = vec![None; edges.len()];
    // Those with the least choice first: the others go around them.
    for (at, (from, to)) in edges.iter().enumerate() {
        let Some(to) = to else {
            let start = ports.out[at];
            let tip = Point::new(start.x, start.y + STUB);
            curves[at] = Some(Curve::through(&[start, tip], Heading::Down));
            continue;
        };
        let (a, b) = (boxes[*from], boxes[*to]);
        curves[at] = if from == to {
            lanes.avoid(Area::new(a.right(), a.middle().y - 22.0, LOOP, 44.0));
            Some(itself(a))
        } else if is_down(a, b) {
            bow_down(ports.out[at], ports.into[at]).filter(|bow| lanes.is_clear(bow, *from, *to))
        } else {
            bow_across(a, b).filter(|bow| lanes.is_clear(bow, *from, *to))
        };
    }
    let routed = edges.iter().zip(curves).enumerate().map(|(at, ((from, to), curve))| {
        curve.unwrap_or_else(|| {
            let to = to.unwrap_or(*from);
            if is_down(boxes[*from], boxes[to]) {
                let ranks = (ports.out_rank[at], ports.into_rank[at]);
                lanes.down(ports.out[at], ports.into[at], ranks, (*from, to))
            } else {
                lanes.beside(*from, to)
            }
        })
    });
    routed.collect()
}

/// Whether an edge between these leaves below and arrives above.
fn is_down(from: Area, to: Area) -> bool {
    to.y >= from.bottom() + MIN_DROP
}

/// A bow from below one box to above another.
fn bow_down(start: Point, tip: Point) -> Option<Curve> {
    if (start.x - tip.x).abs() < 0.5 {
        return Some(Curve::through(&[start, tip], Heading::Down));
    }
    let pull = ((tip.y - start.y) * 0.5).clamp(20.0, 130.0);
    let controls = (Point::new(start.x, start.y + pull), Point::new(tip.x, tip.y - pull));
    Some(Curve::bow(start, controls, tip, Heading::Down))
}

/// A bow from the side of one box to the near side of another, about as high.
fn bow_across(from: Area, to: Area) -> Option<Curve> {
    let (start, tip) = (from.middle(), to.middle());
    let is_level = (start.y - tip.y).abs() < from.height * 1.5;
    let (start, tip, heading) = if is_level && to.x >= from.right() + MIN_REACH {
        (Point::new(from.right(), start.y), Point::new(to.x, tip.y), Heading::Right)
    } else if is_level && to.right() <= from.x - MIN_REACH {
        (Point::new(from.x, start.y), Point::new(to.right(), tip.y), Heading::Left)
    } else {
        return None;
    };
    if (start.y - tip.y).abs() < 0.5 {
        return Some(Curve::through(&[start, tip], heading));
    }
    let middle = f64::midpoint(start.x, tip.x);
    let controls = (Point::new(middle, start.y), Point::new(middle, tip.y));
    Some(Curve::bow(start, controls, tip, heading))
}

/// A loop at a box's right side.
fn itself(area: Area) -> Curve {
    let (right, middle) = (area.right(), area.middle().y);
    let (start, tip) = (Point::new(right, middle + 17.0), Point::new(right, middle - 17.0));
    let out = right + LOOP + 6.0;
    let controls = (Point::new(out, middle + 19.0), Point::new(out, middle - 17.0));
    Curve::bow(start, controls, tip, Heading::Left)
}
