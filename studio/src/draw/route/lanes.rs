//! Upright lanes next to the boxes and level gaps between them, and the stretches of both that edges use.

use std::collections::BTreeMap;

use crate::draw::area::{Area, Areas, Point};
use crate::draw::curve::{Curve, Heading};
use crate::draw::overlap_index::OverlapIndex;

use super::CLEARANCE;

/// The distance of the first lane from a box.
pub(super) const FIRST_LANE: f64 = 15.0;
/// The distance between two lanes.
pub(super) const LANE: f64 = 8.0;
/// The lanes along each side of a box.
pub(super) const LANES: u32 = 4;
/// The candidates that are looked at for one edge.
const MAX_CANDIDATES: usize = 240;
/// The cost of a box in the way, in pixels of detour.
pub(super) const BOX_COST: f64 = 4_000.0;
/// The cost of another edge along the same stretch.
const SHARED_COST: f64 = 90.0;
/// So many other edges along a stretch count, and no more.
const MAX_SHARED: usize = 20;
/// The cost of a corner.
pub(super) const CORNER_COST: f64 = 30.0;

/// The boxes, the lanes between them, and the stretches in use.
pub(super) struct Lanes<'a> {
    pub(super) list: &'a [Area],
    boxes: Areas,
    /// The x of each lane, from the left.
    pub(super) upright: Vec<f64>,
    /// The y of each gap, from the top.
    pub(super) level: Vec<f64>,
    used_upright: OverlapIndex,
    used_level: OverlapIndex,
    /// The number of edges that have left each box at a side so far.
    pub(super) departures: BTreeMap<usize, usize>,
    /// The number of edges that have arrived at each box at a side so far.
    pub(super) arrivals: BTreeMap<usize, usize>,
}

/// The cost of a stretch beside its length.
#[derive(Clone, Copy)]
pub(super) struct Toll {
    /// The boxes in the way.
    boxes: usize,
    /// The edges along the same stretch.
    shared: usize,
}

impl Toll {
    /// The cost with this one. The sums are made in the order of a way, so that equal ways cost the same to the last digit.
    pub(super) fn added_to(self, cost: f64) -> f64 {
        cost + BOX_COST * self.boxes as f64 + SHARED_COST * self.shared as f64
    }
}

/// The cost of a way by its length and corners.
pub(super) fn bare_cost(points: &[Point]) -> f64 {
    let length: f64 = points.windows(2).map(|pair| pair[0].to(pair[1])).sum();
    length + CORNER_COST * points.len() as f64
}

/// The best way so far between two boxes.
pub(super) struct Best {
    pub(super) ends: (usize, usize),
    /// The heading of the ways that are looked at.
    pub(super) heading: Heading,
    way: Vec<Point>,
    way_heading: Heading,
    pub(super) cost: f64,
}

impl Best {
    pub(super) fn new(ends: (usize, usize), heading: Heading) -> Best {
        Best { ends, heading, way: Vec::new(), way_heading: heading, cost: f64::INFINITY }
    }

    /// Keeps a way of this cost if it is better.
    pub(super) fn keep(&mut self, points: &[Point], heading: Heading, cost: f64) {
        if cost < self.cost {
            self.way = points.to_vec();
            self.way_heading = heading;
            self.cost = cost;
        }
    }
}

impl<'a> Lanes<'a> {
    pub(super) fn between(boxes: &'a [Area]) -> Lanes<'a> {
        let sides = boxes.iter().flat_map(|area| {
            let lane = |lane: u32| FIRST_LANE + LANE * f64::from(lane);
            (0..LANES).flat_map(move |at| [area.x - lane(at), area.right() + lane(at)])
        });
        let gaps = boxes.iter().flat_map(|area| {
            [area.y - FIRST_LANE - 5.0, area.bottom() + FIRST_LANE + 5.0, area.bottom() + 34.0]
        });
        Lanes {
            list: boxes,
            boxes: boxes.iter().copied().collect(),
            upright: sorted(sides.collect()),
            level: sorted(gaps.collect()),
            used_upright: OverlapIndex::upright(2.0 * LANE),
            used_level: OverlapIndex::level(2.0 * LANE),
            departures: BTreeMap::new(),
            arrivals: BTreeMap::new(),
        }
    }

    /// Whether a line touches no box but those at its ends.
    pub(super) fn is_clear(&self, curve: &Curve, from: usize, to: usize) -> bool {
        let points = curve.points(12.0);
        points
            .windows(2)
            .all(|pair| self.in_the_way(pair[0], pair[1], &[from, to]).next().is_none())
    }

    /// Keeps lanes away from here if they can do without.
    pub(super) fn avoid(&mut self, area: Area) {
        self.used_upright.push(area);
    }

    /// Keeps a way if it is better than the best so far.
    pub(super) fn consider(&self, best: &mut Best, points: &[Point]) {
        let mut cost = bare_cost(points);
        let last = points.len().saturating_sub(2);
        for (at, pair) in points.windows(2).enumerate() {
            if best.cost <= cost {
                return;
            }
            let own = match at {
                0 => Some(best.ends.0),
                at if at == last => Some(best.ends.1),
                _ => None,
            };
            cost = self.toll(best, pair[0], pair[1], own).added_to(cost);
        }
        best.keep(points, best.heading, cost);
    }

    /// The cost of a stretch beside its length. What makes any way along it worse than the best one is not counted further.
    pub(super) fn toll(&self, best: &Best, a: Point, b: Point, own: Option<usize>) -> Toll {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let too_many = (best.cost / BOX_COST).ceil() as usize;
        let boxes = self.in_the_way(a, b, own.as_slice()).take(too_many).count();
        let used = if is_upright(&[a, b]) { &self.used_upright } else { &self.used_level };
        Toll { boxes, shared: used.count(stretch(a, b), MAX_SHARED, |_| false) }
    }

    /// The line along a way; straight if there is none.
    pub(super) fn take(&mut self, best: Best, start: Point, tip: Point) -> Curve {
        let way = if best.way.is_empty() { vec![start, tip] } else { best.way };
        for pair in way.windows(2) {
            let used = if is_upright(pair) { &mut self.used_upright } else { &mut self.used_level };
            used.push(stretch(pair[0], pair[1]));
        }
        Curve::through(&way, best.way_heading)
    }

    /// The boxes that a stretch comes too near to, but for its own.
    fn in_the_way<'b>(
        &'b self,
        a: Point,
        b: Point,
        own: &'b [usize],
    ) -> impl Iterator<Item = (usize, Area)> + 'b {
        let near = Area::around(a, b).grown(CLEARANCE, CLEARANCE);
        self.boxes.overlapping(near).filter(|(index, _)| !own.contains(index))
    }
}

fn is_upright(pair: &[Point]) -> bool {
    (pair[0].x - pair[1].x).abs() < 0.5
}

/// The ground that another edge along this stretch would share.
fn stretch(a: Point, b: Point) -> Area {
    Area::around(a, b).grown(2.5, 2.5)
}

fn sorted(mut places: Vec<f64>) -> Vec<f64> {
    places.sort_by(f64::total_cmp);
    places.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    places
}

/// The places with the least detour between two others, best first, each with its detour.
pub(super) fn nearest(
    places: &[f64],
    a: f64,
    b: f64,
    detour: impl Fn(f64) -> f64,
) -> impl Iterator<Item = (f64, f64)> {
    let (low, high) = (a.min(b), a.max(b));
    let start = places.partition_point(|place| *place < low).saturating_sub(MAX_CANDIDATES / 2);
    let end = places.partition_point(|place| *place <= high) + MAX_CANDIDATES / 2;
    let near = places[start..end.min(places.len())].iter();
    let mut near: Vec<(f64, f64)> = near.map(|place| (*place, detour(*place))).collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1));
    near.truncate(MAX_CANDIDATES);
    near.into_iter()
}
