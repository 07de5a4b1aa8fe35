//! Points, rectangles, and an index that finds the rectangles near a place.

use std::collections::BTreeMap;

/// A place in the drawing; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Point {
    pub(super) fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// The distance to another.
    pub(super) fn to(self, other: Point) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point at a share of the way to another.
    pub(super) fn towards(self, other: Point, share: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn new(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area { x, y, width, height }
    }

    /// The smallest one around two points.
    pub(super) fn around(a: Point, b: Point) -> Area {
        Area::new(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs())
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The same one, larger by so much on each side.
    pub(super) fn grown(self, x: f64, y: f64) -> Area {
        Area::new(self.x - x, self.y - y, self.width + 2.0 * x, self.height + 2.0 * y)
    }

    /// The smallest one that holds both.
    pub(super) fn with(self, other: Area) -> Area {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Area::new(x, y, right - x, bottom - y)
    }

    /// Whether they share more than an edge.
    pub(super) fn overlaps(self, other: Area) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// The side of an index's cells.
const CELL: f64 = 256.0;

/// Rectangles, found by place.
#[derive(Default)]
pub(super) struct Areas {
    list: Vec<Area>,
    cells: BTreeMap<(i64, i64), Vec<usize>>,
}

impl Areas {
    pub(super) fn push(&mut self, area: Area) {
        for cell in cells(area) {
            self.cells.entry(cell).or_default().push(self.list.len());
        }
        self.list.push(area);
    }

    /// The rectangles that overlap this one, with their indices; one may come several times.
    pub(super) fn overlapping(&self, area: Area) -> impl Iterator<Item = (usize, Area)> {
        let (top, bottom) = (cell(area.y), cell(area.bottom()));
        let columns = cell(area.x)..=cell(area.right());
        let near = columns.flat_map(move |x| self.cells.range((x, top)..=(x, bottom)));
        let near = near.flat_map(|(_, indices)| indices);
        near.map(|index| (*index, self.list[*index]))
            .filter(move |(_, other)| area.overlaps(*other))
    }
}

impl FromIterator<Area> for Areas {
    fn from_iter<T: IntoIterator<Item = Area>>(list: T) -> Areas {
        let mut areas = Areas::default();
        list.into_iter().for_each(|area| areas.push(area));
        areas
    }
}

/// The cells that a rectangle touches.
fn cells(area: Area) -> impl Iterator<Item = (i64, i64)> {
    let (top, bottom) = (cell(area.y), cell(area.bottom()));
    (cell(area.x)..=cell(area.right())).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
}

#[expect(clippy::cast_possible_truncation, reason = "places are bounded by place.rs")]
fn cell(at: f64) -> i64 {
    (at / CELL).floor() as i64
}
