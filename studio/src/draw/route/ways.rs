//! Ways beside the boxes, where no bow is clear: down from box to box, and from side to side.

use crate::draw::area::{Area, Point};
use crate::draw::curve::{Curve, Heading};

use super::halves::Half;
use super::lanes::{BOX_COST, Best, FIRST_LANE, LANE, LANES, Lanes, Toll, nearest};

/// The gaps that are looked at for one edge.
const MAX_GAPS: usize = 40;
/// The lanes that are looked at for each pair of turns.
const MAX_LANES: usize = 60;
/// The gaps next to each end of an edge where it may turn.
const MAX_TURNS: usize = 6;
/// The heights at a box's side where edges leave, from its middle.
const DEPARTURES: [f64; 3] = [15.0, 22.0, 8.0];
/// The heights at a box's side where edges arrive, from its middle.
const ARRIVALS: [f64; 4] = [-8.0, -19.0, -1.0, -26.0];

impl Lanes<'_> {
    /// The way from below a box to above another, along the lane with the least detour.
    pub(super) fn down(
        &mut self,
        start: Point,
        tip: Point,
        ranks: (usize, usize),
        ends: (usize, usize),
    ) -> Curve {
        let lower = |rank: usize| 12.0 + 6.0 * (rank % 4) as f64;
        let half = (tip.y - start.y) / 2.0 - 1.0;
        let (first, last) = (start.y + lower(ranks.0).min(half), tip.y - lower(ranks.1).min(half));
        let detour = |lane: f64| (start.x - lane).abs() + 1.1 * (lane - tip.x).abs();
        let mut best = Best::new(ends, Heading::Down);
        for (lane, detour) in nearest(&self.upright, start.x, tip.x, detour) {
            if best.cost <= detour + tip.y - start.y {
                break;
            }
            self.consider(
                &mut best,
                &[
                    start,
                    Point::new(start.x, first),
                    Point::new(lane, first),
                    Point::new(lane, last),
                    Point::new(tip.x, last),
                    tip,
                ],
            );
        }
        // Straight down from the one, or straight down to the other, with the way over in a gap.
        let middle = f64::midpoint(start.y, tip.y);
        for (gap, _) in nearest(&self.level, middle, middle, |gap| (gap - middle).abs()) {
            if gap > start.y + 8.0 && gap < tip.y - 14.0 {
                let over = [start, Point::new(start.x, gap), Point::new(tip.x, gap), tip];
                self.consider(&mut best, &over);
            }
        }
        if best.cost >= BOX_COST {
            self.around_down(&mut best, start, tip);
        }
        self.take(best, start, tip)
    }

    /// The ways down along a lane that is entered and left in any of the next gaps.
    fn around_down(&self, best: &mut Best, start: Point, tip: Point) {
        let next = self.level.partition_point(|gap| *gap < start.y + 8.0);
        let end = self.level.partition_point(|gap| *gap < tip.y - 14.0);
        let firsts = &self.level[next..end.min(next + MAX_TURNS).max(next)];
        let lasts = &self.level[end.saturating_sub(MAX_TURNS).max(next).min(end)..end];
        let detour = |lane: f64| (start.x - lane).abs() + (lane - tip.x).abs();
        let (from, to) = (Some(best.ends.0), Some(best.ends.1));
        let leave = |gap: &f64| (*gap, self.toll(best, start, Point::new(start.x, *gap), from));
        let firsts: Vec<(f64, Toll)> = firsts.iter().map(leave).collect();
        let arrive = |gap: &f64| (*gap, self.toll(best, Point::new(tip.x, *gap), tip, to));
        let lasts: Vec<(f64, Toll)> = lasts.iter().map(arrive).collect();
        for (lane, detour) in nearest(&self.upright, start.x, tip.x, detour).take(MAX_LANES) {
            if best.cost <= detour + tip.y - start.y {
                break;
            }
            let half = |end: Point, (gap, toll): (f64, Toll)| {
                let points = [end, Point::new(end.x, gap), Point::new(lane, gap)];
                Half::of(self, best, points, toll, Heading::Down)
            };
            let leaving: Vec<Half> = firsts.iter().map(|gap| half(start, *gap)).collect();
            let arriving: Vec<Half> = lasts.iter().map(|gap| half(tip, *gap)).collect();
            self.join(best, &leaving, &arriving);
        }
    }

    /// The way from the side of a box to the side of another.
    pub(super) fn beside(&mut self, from: usize, to: usize) -> Curve {
        let (a, b) = (self.list[from], self.list[to]);
        let arrivals = self.arrivals.entry(to).or_default();
        let arrive = b.middle().y + ARRIVALS[*arrivals % ARRIVALS.len()];
        *arrivals += 1;
        let departures = self.departures.entry(from).or_default();
        let leave = a.middle().y + DEPARTURES[*departures % DEPARTURES.len()];
        *departures += 1;
        let mut best = Best::new((from, to), Heading::Right);
        let (ax, bx) = (a.middle().x, b.middle().x);
        let detour = |lane: f64| (ax - lane).abs() + (lane - bx).abs();
        let rise = (leave - arrive).abs();
        for (lane, detour) in nearest(&self.upright, ax, bx, detour) {
            if best.cost <= detour + rise - a.width {
                break;
            }
            let (Some((start, _)), Some((tip, heading))) = (side(a, lane), side(b, lane)) else {
                continue;
            };
            best.heading = heading;
            self.consider(
                &mut best,
                &[
                    Point::new(start, leave),
                    Point::new(lane, leave),
                    Point::new(lane, arrive),
                    Point::new(tip, arrive),
                ],
            );
        }
        if best.cost >= BOX_COST {
            self.around(&mut best, (leave, arrive));
        }
        self.take(best, Point::new(a.right(), leave), Point::new(b.right(), arrive))
    }

    /// The ways from side to side with a level stretch in a gap between.
    fn around(&self, best: &mut Best, (leave, arrive): (f64, f64)) {
        let (a, b) = (self.list[best.ends.0], self.list[best.ends.1]);
        let lanes = |area: Area| {
            let lane = |lane: u32| FIRST_LANE + LANE * f64::from(lane);
            (0..LANES).map(lane).flat_map(move |lane| [area.x - lane, area.right() + lane])
        };
        let detour = |gap: f64| (leave - gap).abs() + (gap - arrive).abs();
        // The stretches at the boxes are the same for each gap.
        let ends = |area: Area, y: f64, own: usize| {
            let end = |lane: f64| {
                let (x, heading) = side(area, lane)?;
                let end = Point::new(x, y);
                let toll = self.toll(best, end, Point::new(lane, y), Some(own));
                Some((end, lane, heading, toll))
            };
            lanes(area).filter_map(end).collect::<Vec<_>>()
        };
        let (firsts, lasts) = (ends(a, leave, best.ends.0), ends(b, arrive, best.ends.1));
        for (gap, detour) in nearest(&self.level, leave, arrive, detour).take(MAX_GAPS) {
            if best.cost <= detour {
                break;
            }
            let half = |(end, lane, heading, toll): &(Point, f64, Heading, Toll)| {
                let points = [*end, Point::new(*lane, end.y), Point::new(*lane, gap)];
                Half::of(self, best, points, *toll, *heading)
            };
            let leaving: Vec<Half> = firsts.iter().map(half).collect();
            let arriving: Vec<Half> = lasts.iter().map(half).collect();
            self.join(best, &leaving, &arriving);
        }
    }
}

/// The side of a box that a lane passes, and the heading of a line from there.
fn side(area: Area, lane: f64) -> Option<(f64, Heading)> {
    if lane >= area.right() + FIRST_LANE - 1.0 {
        Some((area.right(), Heading::Left))
    } else if lane <= area.x - FIRST_LANE + 1.0 {
        Some((area.x, Heading::Right))
    } else {
        None
    }
}
