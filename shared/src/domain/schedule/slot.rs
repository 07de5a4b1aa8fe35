//! Spans of time that lie over each other: the last one wins.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// From, until; the latter is no longer part of it.
pub(super) type Span = (Timestamp, Timestamp);

/// The span on top at a moment, and how long it has been and stays so.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Which of the spans; `None` where there is none.
    pub(super) winner: Option<usize>,
    /// Since when, …
    pub(super) from: Timestamp,
    /// … and until when.
    pub(super) until: Timestamp,
}

/// Which of these spans is on top at this moment. A later one lies over those before it, and cuts what is seen of them.
pub(super) fn last_covering(spans: &[Span], at: Timestamp) -> Slot {
    let winner = spans.iter().rposition(|(from, until)| *from <= at && at < *until);
    let (from, until) = winner.map_or((Timestamp::MIN, Timestamp::MAX), |winner| spans[winner]);
    // Those above do not cover the moment: each is over by then, or has yet to begin. The winner itself is neither.
    let above = &spans[winner.unwrap_or(0)..];
    let over = above.iter().map(|(_, until)| *until).filter(|until| *until <= at);
    let to_come = above.iter().map(|(from, _)| *from).filter(|from| *from > at);
    Slot {
        winner,
        from: over.fold(from, Timestamp::max),
        until: to_come.fold(until, Timestamp::min),
    }
}

/// The span on top at any moment, of many spans that are asked for often.
#[derive(Debug)]
pub(super) struct Timeline(Vec<(Timestamp, Option<usize>)>);

impl Timeline {
    /// Of these spans a later one lies over those before it.
    pub(super) fn of(spans: &[Span]) -> Timeline {
        let spans = spans.iter().enumerate().filter(|(_, (from, until))| from < until);
        let ends =
            |(index, (from, until)): (usize, &Span)| [(*from, true, index), (*until, false, index)];
        let mut changes: Vec<(Timestamp, bool, usize)> = spans.flat_map(ends).collect();
        changes.sort_unstable();
        let mut on = BTreeSet::new();
        let mut slots = vec![(Timestamp::MIN, None)];
        for (at, begins, index) in changes {
            if begins {
                on.insert(index);
            } else {
                on.remove(&index);
            }
            slots.push((at, on.last().copied()));
        }
        // Of all that changes at one moment only the last counts.
        slots.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = later.1;
            }
            same
        });
        slots.dedup_by_key(|(_, winner)| *winner);
        Timeline(slots)
    }

    /// The same as [`last_covering`] of its spans.
    pub(super) fn at(&self, at: Timestamp) -> Slot {
        let next = self.0.partition_point(|(from, _)| *from <= at);
        let (from, winner) =
            next.checked_sub(1).map_or((Timestamp::MIN, None), |index| self.0[index]);
        let until = self.0.get(next).map_or(Timestamp::MAX, |(from, _)| *from);
        Slot { winner, from, until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_of_no_length_covers_nothing() {
        let at = |second| Timestamp::constant(second, 0);
        let timeline = Timeline::of(&[(at(0), at(9)), (at(4), at(4))]);
        for second in [3, 4, 5] {
            let slot = timeline.at(at(second));
            assert_eq!(slot, Slot { winner: Some(0), from: at(0), until: at(9) }, "{second}");
        }
    }
}
