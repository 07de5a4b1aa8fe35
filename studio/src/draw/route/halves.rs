//! Ways that are made of two halves and a stretch between them: what each half costs is looked up once for all ways that it
//! is a part of.

use crate::draw::area::Point;
use crate::draw::curve::Heading;

use super::lanes::{Best, CORNER_COST, Lanes, Toll, bare_cost};

/// The corners of a way with both its ends.
const POINTS: f64 = 6.0;
/// More than two sums of the same costs can differ by, if they are made in another order.
const ROUNDING: f64 = 0.001;

/// A half of a way.
pub(super) struct Half {
    /// Its end at a box, its turn, and where the stretch between the halves begins.
    points: [Point; 3],
    /// The tolls of its two stretches, from the end.
    tolls: [Toll; 2],
    /// The heading of a way that ends so.
    heading: Heading,
    /// Its cost, but for corners.
    cost: f64,
}

impl Half {
    /// The half through these points, the stretch at whose end has this toll.
    pub(super) fn of(
        lanes: &Lanes<'_>,
        best: &Best,
        points: [Point; 3],
        end: Toll,
        heading: Heading,
    ) -> Half {
        let [at, turn, inner] = points;
        let tolls = [end, lanes.toll(best, turn, inner, None)];
        let length = at.to(turn) + turn.to(inner);
        let cost = tolls[1].added_to(tolls[0].added_to(length));
        Half { points, tolls, heading, cost }
    }
}

impl Lanes<'_> {
    /// Keeps the best way from one of the first halves to one of the last ones, if it is better than the best so far.
    pub(super) fn join(&self, best: &mut Best, firsts: &[Half], lasts: &[Half]) {
        for (first, last) in
            firsts.iter().flat_map(|first| lasts.iter().map(move |last| (first, last)))
        {
            let ([start, out, from], [tip, into, to]) = (first.points, last.points);
            let least = first.cost + from.to(to) + last.cost + CORNER_COST * POINTS - ROUNDING;
            if best.cost <= least {
                continue;
            }
            let between = self.toll(best, from, to, None);
            let points = [start, out, from, to, into, tip];
            let tolls = [first.tolls[0], first.tolls[1], between, last.tolls[1], last.tolls[0]];
            let cost = tolls.iter().fold(bare_cost(&points), |cost, toll| toll.added_to(cost));
            best.keep(&points, last.heading, cost);
        }
    }
}
