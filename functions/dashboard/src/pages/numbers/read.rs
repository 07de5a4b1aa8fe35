//! The data of a span's figures: the counters of its parts, and its incidents. No more is read than it needs.

use std::collections::BTreeSet;

use shared::domain::escalation::IncidentId;
use shared::domain::numbers::{Clocks, Delivered, IncidentTotals, Numbers, Readings, Span};
use shared::storage::{Store, counters, hours, incidents};
use shared::{Error, Timestamp};

/// How many incidents that are over are read: older ones are left out, and the page says so.
const MAX_READ: usize = 2_000;
/// How many are read at once: each may be large.
const READ_AT_ONCE: usize = 50;

/// The figures of a span that ends now.
pub(super) async fn numbers(
    store: &dyn Store,
    clocks: &Clocks,
    span: Span,
    now: Timestamp,
) -> Result<Numbers, Error> {
    let beginnings = span.beginnings(clocks.days(), now);
    let from = beginnings.first().copied().unwrap_or(now);
    let readings = readings(store, &beginnings, now).await?;
    let totals = totals(store, from, now).await?;
    Ok(Numbers::of(span, (&beginnings, now), &readings, totals, clocks))
}

/// What had been delivered at the beginning of each part, and now.
async fn readings(
    store: &dyn Store,
    beginnings: &[Timestamp],
    now: Timestamp,
) -> Result<Readings, Error> {
    let total = Delivered::of(&counters::totals(store, now).await?);
    let kept = hours::counters_at(store, beginnings, now).await?;
    let first = kept.first().cloned().flatten();
    let known_since = first.map_or(now, |(at, _)| at);
    // Of the quarter that has just begun, the counters may not be kept yet: they are those of now.
    let at_beginning = |kept: &hours::StoredCounters| match kept {
        Some((_, counters)) => Delivered::of(&counters.0),
        None => total.clone(),
    };
    Ok(Readings {
        at_beginnings: kept.iter().map(at_beginning).collect(),
        now: total.clone(),
        since: beginnings.first().and_then(|from| (known_since > *from).then_some(known_since)),
    })
}

/// The incidents that began at this time or later.
async fn totals(
    store: &dyn Store,
    from: Timestamp,
    now: Timestamp,
) -> Result<IncidentTotals, Error> {
    let mut totals = IncidentTotals::default();
    let latest = incidents::latest(store, now).await?;
    latest.iter().filter(|one| one.raised_at >= from).for_each(|one| totals.add(one));
    let counted: BTreeSet<IncidentId> = latest.into_iter().map(|incident| incident.id).collect();
    let (mut after, mut read) = (None, 0);
    loop {
        let behind = after.as_deref();
        let (page, next) = incidents::archive(store, &counted, behind, READ_AT_ONCE, now).await?;
        read += READ_AT_ONCE;
        let oldest = page.last().map(|incident| incident.raised_at);
        page.iter().filter(|one| one.raised_at >= from).for_each(|incident| totals.add(incident));
        if next.is_none() || oldest.is_some_and(|oldest| oldest < from) {
            return Ok(totals);
        }
        if read >= MAX_READ {
            totals.cut_at(oldest.unwrap_or(from));
            return Ok(totals);
        }
        after = next;
    }
}
