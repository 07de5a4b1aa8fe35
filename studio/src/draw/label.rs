//! The labels of edges, each along its own line where it covers no box, no other label, and as few other lines as can be.

use super::area::{Area, Areas, Point};
use super::curve::{Curve, Heading};
use super::overlap_index::OverlapIndex;
use super::route::Ends;
use super::text;

/// The size of a label's letters.
pub(super) const SIZE: f64 = 11.0;
/// The height of a label.
pub(super) const HEIGHT: f64 = 16.0;
/// The space at either end of a label's text.
const PADDING: f64 = 4.0;
/// The space between a label and the line that it stands beside.
const BESIDE: f64 = 5.0;
/// The shares of a line's length where its label may stand, best first.
const SHARES: [f64; 13] =
    [0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72, 0.21, 0.79, 0.15, 0.86, 0.1, 0.92];
/// The distance between two points of a line that count as in the way.
const SAMPLE: f64 = 16.0;

/// A label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    /// The events and conditions.
    pub(super) text: String,
    /// Its figures; may be empty.
    pub(super) figures: String,
    /// The ground that it covers.
    pub(super) area: Area,
}

impl Label {
    pub(super) fn new(text: String, figures: String) -> Label {
        let space = if text.is_empty() || figures.is_empty() { 0.0 } else { 5.0 };
        let width = text::width(&text, SIZE) + space + text::width(&figures, SIZE) * 1.06;
        let area = Area::new(0.0, 0.0, width + 2.0 * PADDING, HEIGHT);
        Label { text, figures, area }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.figures.is_empty()
    }
}

/// The ground that labels keep off.
pub(super) struct Ground {
    boxes: Areas,
    /// Short pieces of the lines, …
    lines: OverlapIndex,
    /// … and the line of each.
    owners: Vec<usize>,
    heads: Areas,
}

impl Ground {
    /// The ground of these lines and boxes.
    pub(super) fn of(curves: &[Curve], boxes: &[Area]) -> Ground {
        let (mut lines, mut owners) = (OverlapIndex::small(2.0 * SAMPLE), Vec::new());
        for (owner, curve) in curves.iter().enumerate() {
            for pair in curve.points(SAMPLE).windows(2) {
                lines.push(Area::around(pair[0], pair[1]).grown(0.5, 0.5));
                owners.push(owner);
            }
        }
        let heads = curves.iter().map(Curve::head_area).collect();
        Ground { boxes: boxes.iter().copied().collect(), lines, owners, heads }
    }

    /// The memory that it takes, in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let indices = self.owners.len() * size_of::<usize>();
        self.boxes.bytes() + self.lines.bytes() + self.heads.bytes() + indices
    }
}

/// Gives each label its place; none to those without text. They keep off what is `taken` as they do off each other.
pub(super) fn placed(
    labels: Vec<Label>,
    curves: &[Curve],
    ground: &Ground,
    ends: &[Ends],
    mut taken: Areas,
) -> Vec<Option<Label>> {
    let Ground { boxes, lines, owners, heads } = ground;
    let mut placed = Vec::new();
    for (at, mut label) in labels.into_iter().enumerate() {
        if label.is_empty() {
            placed.push(None);
            continue;
        }
        let points = curves[at].points(SAMPLE / 4.0);
        let mut best: Option<(f64, Area)> = None;
        for (cost, area) in candidates(&curves[at], label.area, ends[at]) {
            let is_worse = |cost: f64| best.is_some_and(|(least, _)| cost >= least);
            // What costs most is looked at first: what is worse already is not looked at further.
            let cost = cost
                + 1_000.0 * boxes.overlapping(area.grown(2.0, 2.0)).count() as f64
                + 400.0 * taken.overlapping(area.grown(2.0, 1.0)).count() as f64
                + 600.0 * heads.overlapping(area).count() as f64;
            if is_worse(cost) {
                continue;
            }
            let others = lines.count(area, usize::MAX, |line| owners[line] == at);
            let cost = cost + 14.0 * others as f64;
            if is_worse(cost) {
                continue;
            }
            let cost = cost + if hides(&points, area) { 300.0 } else { 0.0 };
            if !is_worse(cost) {
                best = Some((cost, area));
            }
        }
        if let Some((_, area)) = best {
            label.area = area;
        }
        taken.push(label.area);
        placed.push(Some(label));
    }
    placed
}

/// Little of a line with these points is left to see where a label stands on this ground.
fn hides(points: &[Point], area: Area) -> bool {
    let seen = points.iter().filter(|at| !area.overlaps(Area::around(**at, **at).grown(0.1, 0.1)));
    seen.count() * 2 < points.len()
}

/// The places where a label of this size may stand, with what speaks against each.
fn candidates(curve: &Curve, size: Area, (from, to): Ends) -> Vec<(f64, Area)> {
    let (width, height) = (size.width, size.height);
    let centred = |at: Point| Area::new(at.x - width / 2.0, at.y - height / 2.0, width, height);
    let right = |at: Point| Area::new(at.x + BESIDE, at.y - height / 2.0, width, height);
    let left = |at: Point| Area::new(at.x - BESIDE - width, at.y - height / 2.0, width, height);
    if to.is_none() {
        let beside = |side: f64| Point::new(curve.tip.x + side, curve.tip.y);
        return vec![(0.0, right(beside(4.0))), (10.0, left(beside(-4.0)))];
    }
    let points = curve.points(6.0);
    let mut candidates = Vec::new();
    for (rank, share) in SHARES.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let index = (share * (points.len() - 1) as f64).round() as usize;
        let (at, cost) = (points[index], 5.0 * rank as f64);
        if to == Some(from) {
            candidates.push((cost, right(at)));
            continue;
        }
        candidates.extend([(cost, centred(at)), (cost + 4.0, right(at)), (cost + 5.0, left(at))]);
        // A label that is wider than the space between two boxes side by side stands above or below it.
        if curve.heading != Heading::Down && curve.start.to(curve.tip) < 2.0 * width {
            for (drop, more) in [
                (-14.0, 8.0),
                (14.0, 9.0),
                (-48.0, 30.0),
                (48.0, 31.0),
                (-62.0, 50.0),
                (62.0, 51.0),
            ] {
                candidates.push((cost + more, centred(Point::new(at.x, at.y + drop))));
            }
        }
    }
    candidates
}
