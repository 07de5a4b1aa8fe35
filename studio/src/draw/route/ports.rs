//! The points below and above a box where its edges begin and end: in the order of where they lead, apart from each other.

use crate::draw::area::{Area, Point};

use super::Ends;

/// The distance between two edges that leave.
const OUT_STEP: f64 = 26.0;
/// The distance between two edges that arrive.
const IN_STEP: f64 = 15.0;
/// The farthest that an edge begins or ends from a box's middle.
const REACH: f64 = 72.0;

/// The ports of each edge; those of edges that leave or arrive at a side are of no use.
pub(super) struct Ports {
    /// Where it begins, below a box.
    pub(super) out: Vec<Point>,
    /// Where it ends, above a box.
    pub(super) into: Vec<Point>,
    /// Its rank among those that begin at the same box.
    pub(super) out_rank: Vec<usize>,
    /// Its rank among those that end at the same box.
    pub(super) into_rank: Vec<usize>,
}

impl Ports {
    pub(super) fn assign(boxes: &[Area], edges: &[Ends], is_down: fn(Area, Area) -> bool) -> Ports {
        let below = |area: Area| Point::new(area.middle().x, area.bottom());
        let above = |area: Area| Point::new(area.middle().x, area.y);
        let mut ports = Ports {
            out: edges.iter().map(|(from, _)| below(boxes[*from])).collect(),
            into: edges.iter().map(|(from, to)| above(boxes[to.unwrap_or(*from)])).collect(),
            out_rank: vec![0; edges.len()],
            into_rank: vec![0; edges.len()],
        };
        let (mut leaving, mut arriving) =
            (vec![Vec::new(); boxes.len()], vec![Vec::new(); boxes.len()]);
        for (at, (from, to)) in edges.iter().enumerate() {
            match to {
                None => leaving[*from].push(at),
                Some(to) if from != to && is_down(boxes[*from], boxes[*to]) => {
                    leaving[*from].push(at);
                    arriving[*to].push(at);
                }
                Some(_) => {}
            }
        }
        for (area, edges_here) in boxes.iter().zip(&leaving) {
            // An end has its place at the left.
            let wanted = |at: usize| match edges[at].1 {
                Some(to) => boxes[to].middle().x,
                None if edges_here.len() == 1 => area.middle().x,
                None => f64::NEG_INFINITY,
            };
            let places = places(*area, edges_here, OUT_STEP, wanted);
            for (rank, (at, x)) in places.into_iter().enumerate() {
                ports.out[at].x = x;
                ports.out_rank[at] = rank;
            }
        }
        for (area, edges_here) in boxes.iter().zip(&arriving) {
            let places = places(*area, edges_here, IN_STEP, |at| ports.out[at].x);
            for (rank, (at, x)) in places.into_iter().enumerate() {
                ports.into[at].x = x;
                ports.into_rank[at] = rank;
            }
        }
        ports
    }
}

/// The x of each edge at a box, in order: as near as can be to where it wants to be.
fn places(
    area: Area,
    edges: &[usize],
    step: f64,
    wanted: impl Fn(usize) -> f64,
) -> Vec<(usize, f64)> {
    let (left, right) = (area.middle().x - REACH, area.middle().x + REACH);
    let mut places: Vec<(usize, f64)> = edges.iter().map(|at| (*at, wanted(*at))).collect();
    places.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let gaps = places.len().saturating_sub(1).max(1);
    let step = step.min((right - left) / gaps as f64);
    let mut least = f64::NEG_INFINITY;
    for place in &mut places {
        place.1 = place.1.clamp(left, right).max(least);
        least = place.1 + step;
    }
    let mut most = right;
    for place in places.iter_mut().rev() {
        place.1 = place.1.min(most);
        most = place.1 - step;
    }
    places
}
