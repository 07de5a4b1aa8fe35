//! The starts of a Flow, from the lists of its Executions by day.

use jiff::{SignedDuration, Timestamp};

use crate::Error;
use crate::domain::executions::pauses::{MIN_PAUSE, Starts};
use crate::domain::sid::Sid;
use crate::storage::Store;
use crate::storage::executions::{EXECUTION_RETENTION, listed_from, listed_partition, read_place};

/// The time that is read at once: a part of a day of UTC.
const PART: SignedDuration = SignedDuration::from_hours(1);
/// A pause longer than [`MIN_PAUSE`] has one whole cell without a start: of each cell one page of starts is read.
const CELL_SECONDS: i64 = 600;
/// The starts of a page.
const PAGE: usize = 100;
/// How exactly the end of a pause is known where there are more starts in a cell than a page has.
const PRECISION: SignedDuration = SignedDuration::from_secs(15);
/// Starts that are younger than this are not read yet: Twilio sends again for four hours what it could not deliver.
const MIN_AGE: SignedDuration = SignedDuration::from_hours(5);
/// How many parts are read in a minute, of all Flows together; one of each at least. What is there when this begins is four
/// weeks, 720 parts.
const MAX_PARTS: usize = 48;
/// How far a clock of Twilio's may be ahead of ours, and a little more.
const MAX_AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// The starts of a Flow of which nothing was read yet: it is read from the oldest Execution on that is kept.
pub(super) fn unread(now: Timestamp) -> Starts {
    let oldest = now.checked_sub(EXECUTION_RETENTION).unwrap_or(now).as_second();
    let hour = oldest - oldest.rem_euclid(PART.as_secs());
    Starts::unknown(Timestamp::from_second(hour).unwrap_or(now))
}

/// Reads further starts of a Flow, one of so many: some hours of them.
pub(super) async fn advance(
    store: &dyn Store,
    flow: &Sid,
    starts: &mut Starts,
    flows: usize,
    now: Timestamp,
) -> Result<(), Error> {
    for _ in 0..(MAX_PARTS / flows.max(1)).max(1) {
        let Ok(until) = starts.until.checked_add(PART) else { return Ok(()) };
        if now.duration_since(until) < MIN_AGE {
            return Ok(());
        }
        let found = read(store, flow, starts.until, until, now).await?;
        starts.add(&found, until);
    }
    Ok(())
}

/// The newest start of a Flow that is not older than this.
pub(super) async fn newest(
    store: &dyn Store,
    flow: &Sid,
    oldest: Timestamp,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let mut day = now.checked_add(MAX_AHEAD).unwrap_or(now);
    loop {
        let found = store.page(&listed_partition(Some(flow), day), None, 1, now).await?;
        if let Some((at, _)) = found.first().and_then(|record| read_place(&record.key.sk)) {
            return Ok(Some(at).filter(|at| *at >= oldest));
        }
        let begin = day.as_second() - day.as_second().rem_euclid(86_400);
        if begin <= oldest.as_second() {
            return Ok(None);
        }
        day = day.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    }
}

/// The starts from one moment to another of the same hour, the oldest first. Where there are many, some are left out, and no
/// pause longer than [`MIN_PAUSE`] comes of it.
async fn read(
    store: &dyn Store,
    flow: &Sid,
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<Timestamp>, Error> {
    let (mut starts, mut before): (Vec<Timestamp>, _) = (Vec::new(), until);
    // The beginning of a cell of which the oldest starts were not read.
    let mut unread: Option<Timestamp> = None;
    loop {
        let page = page(store, flow, from, before, PAGE, now).await?;
        if let Some(cell) = unread.take()
            && let Some(oldest) = starts.last().copied()
            && page.first().is_none_or(|next| oldest.duration_since(*next) > MIN_PAUSE)
        {
            starts.push(first(store, flow, cell, oldest, now).await?);
        }
        let is_last = page.len() < PAGE;
        starts.extend(page);
        let oldest = starts.last().copied().filter(|_| !is_last);
        let Some(oldest) = oldest else { break };
        let cell = oldest.as_second() - oldest.as_second().rem_euclid(CELL_SECONDS);
        before = Timestamp::from_second(cell).unwrap_or(oldest).max(from);
        unread = Some(before);
    }
    starts.reverse();
    Ok(starts)
}

/// The first start of a cell, about: `known` is one, and there are more before it.
async fn first(
    store: &dyn Store,
    flow: &Sid,
    cell: Timestamp,
    known: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, Error> {
    let (mut none_before, mut start) = (cell, known);
    while start.duration_since(none_before) > PRECISION {
        let half = start.duration_since(none_before) / 2;
        let middle = none_before.checked_add(half).unwrap_or(start);
        match page(store, flow, cell, middle, 1, now).await?.first() {
            Some(earlier) => start = *earlier,
            None => none_before = middle,
        }
    }
    Ok(start)
}

/// Up to so many starts before a moment, the newest first, none of them before `from`, which is on the same day.
async fn page(
    store: &dyn Store,
    flow: &Sid,
    from: Timestamp,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Timestamp>, Error> {
    // Places have milliseconds.
    let newest = before.checked_sub(SignedDuration::from_millis(1)).unwrap_or(before);
    let after = listed_from(newest);
    let partition = listed_partition(Some(flow), newest);
    let found = store.page(&partition, Some(&after), limit, now).await?;
    let starts = found.iter().filter_map(|record| Some(read_place(&record.key.sk)?.0));
    Ok(starts.take_while(|start| *start >= from).collect())
}
