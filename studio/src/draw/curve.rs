//! The line of an edge: straight and curved parts, and an arrow head.

use std::fmt::Write;

use super::area::{Area, Point};
use super::text::number;

/// The length of an arrow head.
pub(super) const HEAD: f64 = 8.0;
/// Half the width of an arrow head.
const HEAD_WIDTH: f64 = 4.2;
/// The points of one part of a line that are looked at, however long it is.
const MAX_POINTS: f64 = 400.0;
/// The radius of a corner.
const CORNER: f64 = 18.0;

/// The direction in which a line arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    Down,
    Left,
    Right,
}

impl Heading {
    /// A step of this length.
    fn step(self, length: f64) -> Point {
        match self {
            Heading::Down => Point::new(0.0, length),
            Heading::Left => Point::new(-length, 0.0),
            Heading::Right => Point::new(length, 0.0),
        }
    }
}

/// A part of a line, from the end of the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Line(Point),
    Cubic(Point, Point, Point),
}

/// A line with its arrow head's tip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    pub(super) start: Point,
    parts: Vec<Part>,
    pub(super) tip: Point,
    pub(super) heading: Heading,
}

impl Curve {
    /// A single bow, whose ends leave and arrive along their control points.
    pub(super) fn bow(
        start: Point,
        controls: (Point, Point),
        tip: Point,
        heading: Heading,
    ) -> Curve {
        let end = before(tip, heading);
        Curve { start, parts: vec![Part::Cubic(controls.0, controls.1, end)], tip, heading }
    }

    /// Straight stretches through these points, the first to the last, with round corners.
    pub(super) fn through(points: &[Point], heading: Heading) -> Curve {
        let mut points: Vec<Point> = points.to_vec();
        points.dedup_by(|a, b| a.to(*b) < 0.5);
        let start = points.first().copied().unwrap_or(Point::new(0.0, 0.0));
        let tip = points.last().copied().unwrap_or(start);
        if let Some(end) = points.last_mut() {
            *end = before(tip, heading);
        }
        let mut parts = Vec::new();
        for at in 1..points.len() {
            let (from, corner) = (points[at - 1], points[at]);
            let Some(next) = points.get(at + 1).copied() else {
                parts.push(Part::Line(corner));
                break;
            };
            let radius = CORNER.min(from.to(corner) / 2.0).min(corner.to(next) / 2.0);
            let share = |other: Point| radius / corner.to(other).max(1.0);
            let (enter, leave) =
                (corner.towards(from, share(from)), corner.towards(next, share(next)));
            parts.push(Part::Line(enter));
            let pull = 0.45;
            parts.push(Part::Cubic(
                corner.towards(enter, pull),
                corner.towards(leave, pull),
                leave,
            ));
        }
        Curve { start, parts, tip, heading }
    }

    /// The memory that it takes, in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Curve>() + self.parts.capacity() * size_of::<Part>()
    }

    /// Points along the line, about this far from each other (farther on very long parts), both ends among them.
    pub(super) fn points(&self, distance: f64) -> Vec<Point> {
        let mut points = vec![self.start];
        let mut at = self.start;
        for part in &self.parts {
            let (length, end) = match *part {
                Part::Line(end) => (at.to(end), end),
                Part::Cubic(a, b, end) => (at.to(a) + a.to(b) + b.to(end), end),
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length")]
            let count = (length / distance).ceil().clamp(1.0, MAX_POINTS) as u32;
            for step in 1..=count {
                let share = f64::from(step) / f64::from(count);
                points.push(match *part {
                    Part::Line(end) => at.towards(end, share),
                    Part::Cubic(a, b, end) => cubic(at, a, b, end, share),
                });
            }
            at = end;
        }
        points
    }

    /// The ground of a large arrow head.
    pub(super) fn head_area(&self) -> Area {
        let back = self.heading.step(HEAD * 1.25);
        let end = Point::new(self.tip.x - back.x, self.tip.y - back.y);
        Area::around(self.tip, end).grown(HEAD_WIDTH, HEAD_WIDTH)
    }

    /// The line as the `d` of a path.
    pub(super) fn path(&self) -> String {
        let mut path = format!("M{}", pair(self.start));
        for part in &self.parts {
            let _ = match part {
                Part::Line(to) => write!(path, "L{}", pair(*to)),
                Part::Cubic(a, b, to) => write!(path, "C{} {} {}", pair(*a), pair(*b), pair(*to)),
            };
        }
        path
    }

    /// The arrow head as the `d` of a path, larger by this factor than that of a thin line.
    pub(super) fn head(&self, factor: f64) -> String {
        let Point { x, y } = self.tip;
        let back = self.heading.step(HEAD * factor);
        let (x, y) = (x - back.x, y - back.y);
        let (across_x, across_y) = (back.y / HEAD * HEAD_WIDTH, back.x / HEAD * HEAD_WIDTH);
        let left = pair(Point::new(x - across_x, y - across_y));
        let right = pair(Point::new(x + across_x, y + across_y));
        format!("M{}L{left}L{right}Z", pair(self.tip))
    }
}

/// The end of the line below an arrow head.
fn before(tip: Point, heading: Heading) -> Point {
    let step = heading.step(HEAD - 2.0);
    Point::new(tip.x - step.x, tip.y - step.y)
}

fn pair(point: Point) -> String {
    format!("{},{}", number(point.x), number(point.y))
}

fn cubic(from: Point, a: Point, b: Point, to: Point, share: f64) -> Point {
    let (ab, bc, cd) = (from.towards(a, share), a.towards(b, share), b.towards(to, share));
    ab.towards(bc, share).towards(bc.towards(cd, share), share)
}
