//! Spans of time that lie over each other: the last one wins.

use jiff::Timestamp;

/// From, until; the latter is no longer part of it.
pub(super) type Span = (Timestamp, Timestamp);

/// What is on top at a moment, and how long it has been and stays so.
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
    // Those above do not cover the moment: each is over by then, or has yet to begin.
    let above = &spans[winner.map_or(0, |winner| winner + 1)..];
    let over = above.iter().map(|(_, until)| *until).filter(|until| *until <= at);
    let to_come = above.iter().map(|(from, _)| *from).filter(|from| *from > at);
    Slot {
        winner,
        from: over.fold(from, Timestamp::max),
        until: to_come.fold(until, Timestamp::min),
    }
}
