//! A spatial index that counts how many rectangles overlap a place.

use std::collections::BTreeMap;

use super::area::{Area, Span, shared_cells, span};

/// Rectangles in a grid of cells, to count those that overlap a place.
pub(super) struct OverlapIndex {
    /// The size of a cell; without end in one direction, it is a strip.
    cell: (f64, f64),
    /// Each with the first cell that it is in.
    list: Vec<(Area, (i64, i64))>,
    cells: BTreeMap<(i64, i64), Vec<u32>>,
}

impl OverlapIndex {
    /// For small rectangles, of up to this size.
    pub(super) fn small(size: f64) -> OverlapIndex {
        OverlapIndex::with((size, size))
    }

    /// For long ones, this wide, that stand upright.
    pub(super) fn upright(width: f64) -> OverlapIndex {
        OverlapIndex::with((width, f64::INFINITY))
    }

    /// For long ones, this high, that lie level.
    pub(super) fn level(height: f64) -> OverlapIndex {
        OverlapIndex::with((f64::INFINITY, height))
    }

    fn with(cell: (f64, f64)) -> OverlapIndex {
        OverlapIndex { cell, list: Vec::new(), cells: BTreeMap::new() }
    }

    pub(super) fn push(&mut self, area: Area) {
        let (across, down) = self.spans(area);
        let index = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        for x in across.0..=across.1 {
            for y in down.0..=down.1 {
                self.cells.entry((x, y)).or_default().push(index);
            }
        }
        self.list.push((area, (across.0, down.0)));
    }

    /// The number of those that overlap this one, up to `limit`, without those that `is_left_out` is for, by their indices.
    /// One along which the other goes far counts several times, as [`Areas::overlapping`](super::area::Areas) brings it.
    pub(super) fn count(
        &self,
        area: Area,
        limit: usize,
        is_left_out: impl Fn(usize) -> bool,
    ) -> usize {
        let (across, down) = self.spans(area);
        let mut count = 0;
        for x in across.0..=across.1 {
            for (at, indices) in self.cells.range((x, down.0)..=(x, down.1)) {
                for index in indices {
                    let index = *index as usize;
                    let Some((other, first)) = self.list.get(index) else { continue };
                    // It is in other cells too, and counts in the first that both are in.
                    let is_first = *at == (first.0.max(across.0), first.1.max(down.0));
                    if is_first && area.overlaps(*other) && !is_left_out(index) {
                        count += shared_cells(area, *other);
                        if count >= limit {
                            return limit;
                        }
                    }
                }
            }
        }
        count
    }

    /// The memory that they take, in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let cells = self.cells.values().map(|list| 64 + list.capacity() * size_of::<u32>());
        self.list.capacity() * size_of::<(Area, (i64, i64))>() + cells.sum::<usize>()
    }

    fn spans(&self, area: Area) -> (Span, Span) {
        (span(area.x, area.right(), self.cell.0), span(area.y, area.bottom(), self.cell.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::area::Areas;

    /// Rectangles that look random: small ones, high ones and wide ones.
    fn rectangles(count: u32) -> Vec<Area> {
        let mut seed = 7_u64;
        let mut below = |limit: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from(u32::try_from((seed >> 33) % u64::from(limit)).unwrap())
        };
        let mut rectangle = |at: u32| {
            let (x, y, long) = (below(1_500) - 600.0, below(1_500) - 600.0, below(900));
            match at % 3 {
                0 => Area::new(x, y, 5.0, long),
                1 => Area::new(x, y, long, 5.0),
                _ => Area::new(x, y, below(40), below(40)),
            }
        };
        (0..count).map(&mut rectangle).collect()
    }

    #[test]
    fn index_with_cells_of_any_kind_counts_the_overlaps_that_areas_find() {
        let list = rectangles(300);
        let areas: Areas = list.iter().copied().collect();
        for mut index in
            [OverlapIndex::small(32.0), OverlapIndex::upright(16.0), OverlapIndex::level(16.0)]
        {
            list.iter().for_each(|area| index.push(*area));
            for area in &list {
                for limit in [1, 5, usize::MAX] {
                    let expected = areas.overlapping(*area).filter(|(at, _)| at % 7 != 0);
                    let expected = expected.take(limit).count();
                    assert_eq!(index.count(*area, limit, |at| at % 7 == 0), expected, "{area:?}");
                }
            }
        }
    }
}
