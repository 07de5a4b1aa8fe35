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

    /// The least area around this one whose sides are at multiples of `step`.
    pub(super) fn rounded_out(self, step: f64) -> Area {
        let down = |at: f64| (at / step).floor() * step;
        let up = |at: f64| (at / step).ceil() * step;
        let (x, y) = (down(self.x), down(self.y));
        Area::new(x, y, up(self.right()) - x, up(self.bottom()) - y)
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

/// The rectangles in each cell, by their indices.
type Cells = BTreeMap<(i64, i64), Vec<usize>>;

/// Rectangles, found by place.
#[derive(Default)]
pub(super) struct Areas {
    list: Vec<Area>,
    /// Column by column, for what is high.
    columns: Cells,
    /// Row by row, for what is wide.
    rows: Cells,
}

impl Areas {
    pub(super) fn push(&mut self, area: Area) {
        let ((left, right), (top, bottom)) = spans(area);
        for x in left..=right {
            for y in top..=bottom {
                self.columns.entry((x, y)).or_default().push(self.list.len());
                self.rows.entry((y, x)).or_default().push(self.list.len());
            }
        }
        self.list.push(area);
    }

    /// The memory that they take, in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let in_cells = |cells: &Cells| -> usize {
            cells.values().map(|list| 64 + list.capacity() * size_of::<usize>()).sum()
        };
        self.list.capacity() * size_of::<Area>() + in_cells(&self.columns) + in_cells(&self.rows)
    }

    /// The rectangles that overlap this one, with their indices; one may come several times.
    pub(super) fn overlapping(&self, area: Area) -> impl Iterator<Item = (usize, Area)> {
        let (across, down) = spans(area);
        let is_wide = across.1 - across.0 > down.1 - down.0;
        let (cells, outer, inner) =
            if is_wide { (&self.rows, down, across) } else { (&self.columns, across, down) };
        let near =
            (outer.0..=outer.1).flat_map(move |at| cells.range((at, inner.0)..=(at, inner.1)));
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

/// The first and the last cell that something touches.
pub(super) type Span = (i64, i64);

/// The first and last column, and the first and last row, that a rectangle touches.
fn spans(area: Area) -> (Span, Span) {
    (span(area.x, area.right(), CELL), span(area.y, area.bottom(), CELL))
}

/// The first and the last cell of this size between two places.
pub(super) fn span(from: f64, to: f64, size: f64) -> Span {
    #[expect(clippy::cast_possible_truncation, reason = "places are bounded by place.rs")]
    let cell = |at: f64| (at / size).floor() as i64;
    (cell(from), cell(to))
}

/// The number of cells that both touch: so often [`Areas::overlapping`] brings the one for the other.
pub(super) fn shared_cells(a: Area, b: Area) -> usize {
    let (a, b) = (spans(a), spans(b));
    let shared = |a: Span, b: Span| usize::try_from(a.1.min(b.1) - a.0.max(b.0) + 1).unwrap_or(0);
    shared(a.0, b.0) * shared(a.1, b.1)
}
