//! Whether a Flow has gone quiet: nobody starts it at an hour at which it is usually started.
//!
//! **The rule.** A Flow is quiet when it has had no start for longer than a limit, and the limit is three times the longest
//! pause of the same hours of the week in the last four weeks, an hour at least.
//!
//! *The same hours* are those just before this moment, as many as the limit is long, one, two, three and four weeks ago on
//! the clock of a time zone. No hour of the clock begins or ends anything. So a Flow whose day begins at seven is quiet at
//! eight at the earliest: at half past seven the night is among the same hours, and no morning is compared with a night. A
//! longer limit looks at more hours; the least one that holds counts.
//!
//! *The longest pause* is the longest whole time between two starts of which any part is within the same hours, however far
//! it goes beyond them: at three at night a Flow that rests from eight to six has ten hours, and is quiet after thirty.
//!
//! *Two weeks of data*: two of the four weeks can be compared at least, else nothing is quiet. A week cannot where its hours
//! lie before the first start that is known, or within a week or more without any start. A silence that is longer than a
//! week itself begins no alert: it is no pause, and the Flow is not in use.
//!
//! *Nothing at all*: a time in which no event came from any Flow, because the sink was down or so was Ringdown, is not told
//! from a pause, since an account with one Flow is silent each night. It counts as a pause: it may delay an alert in the same
//! hours of the four weeks after it, and never causes one.
//!
//! *The zone* is the configuration's, UTC if it has none. Callers keep the hours of a clock, so on the day on which the clock
//! is put back, a morning by UTC would come an hour late in each Flow.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::pauses::{MIN_PAUSE, Pause, Starts, WITHOUT_DATA};
use crate::domain::text::span;

/// The least limit.
const MIN_LIMIT: SignedDuration = SignedDuration::from_hours(1);
/// The limit is so many times the longest pause.
const TIMES_PAUSE: i32 = 3;
/// How many weeks are looked back.
const WEEKS: i64 = 4;
/// How many of them must be comparable.
const MIN_WEEKS: usize = 2;
/// The silence after which a Flow is in use no more, and not called quiet either.
const UNUSED_AFTER: SignedDuration = SignedDuration::from_hours(28 * 24);

/// A Flow that is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// The last start.
    pub since: Timestamp,
    /// The longest usual pause, in seconds; one that is shorter than [`MIN_PAUSE`] is given as that.
    pub usual_seconds: i64,
}

impl Quiet {
    /// The alert, in a sentence without a full stop.
    pub fn reason(&self, now: Timestamp) -> String {
        let lasts = span(now.duration_since(self.since).as_secs());
        format!("no start for {lasts}; usually at most {} at this hour", span(self.usual_seconds))
    }
}

/// Whether a Flow is quiet now, by what is known of its starts, the newest of which is `last`. `None` also where it cannot
/// be known.
pub fn quiet(starts: &Starts, last: Timestamp, now: Timestamp, zone: &TimeZone) -> Option<Quiet> {
    let lasts = now.duration_since(last);
    if lasts <= MIN_LIMIT || lasts >= WITHOUT_DATA {
        return None;
    }
    let weeks: Vec<Timestamp> = (1..=WEEKS).filter_map(|week| before(now, week, zone)).collect();
    // What was a week ago must have been read.
    if weeks.iter().max().is_none_or(|newest| starts.until < *newest) {
        return None;
    }
    // The pause that the newest start has ended, before its end is among those that were read.
    let newest =
        starts.last.filter(|before| *before < last).map(|before| Pause::between(before, last));
    let pauses: Vec<Pause> = starts.pauses.iter().copied().chain(newest).collect();
    let mut limit = MIN_LIMIT;
    // Each round has a longer limit, of another pause: there are no more rounds than pauses.
    while lasts > limit {
        let usual = longest(starts, &pauses, &weeks, limit)?;
        let wanted = usual.saturating_mul(TIMES_PAUSE);
        if wanted <= limit {
            let usual_seconds = usual.max(MIN_PAUSE).as_secs();
            return Some(Quiet { since: last, usual_seconds });
        }
        limit = wanted;
    }
    None
}

/// The change of a Flow that people are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuietChange {
    /// It has gone quiet.
    Quiet(Quiet),
    /// It is started again: how it was quiet, and the start.
    Resumed(Quiet, Timestamp),
}

/// How a Flow stands now, after `before`, and what people are told: once that it is quiet, and once that it is started
/// again. A Flow that Twilio has no more is not quiet, and neither is one that nobody has started for four weeks: of both
/// nothing is told.
pub fn next(
    before: Option<Quiet>,
    starts: &Starts,
    last: Option<Timestamp>,
    is_deleted: bool,
    now: Timestamp,
    zone: &TimeZone,
) -> (Option<Quiet>, Option<QuietChange>) {
    let Some(last) = last.filter(|_| !is_deleted) else { return (None, None) };
    let is = quiet(starts, last, now, zone);
    match (before, is) {
        (Some(before), _) if last <= before.since => {
            let is_used = now.duration_since(before.since) < UNUSED_AFTER;
            (is_used.then_some(before), None)
        }
        // A start came late, and none after it.
        (Some(_), Some(is)) => (Some(is), None),
        (Some(before), None) => (None, Some(QuietChange::Resumed(before, last))),
        (None, is) => (is, is.map(QuietChange::Quiet)),
    }
}

/// The longest pause of the same hours; `None` if too few weeks can be compared.
fn longest(
    starts: &Starts,
    pauses: &[Pause],
    weeks: &[Timestamp],
    limit: SignedDuration,
) -> Option<SignedDuration> {
    let of_week = |until: &Timestamp| {
        let from = until.checked_sub(limit).ok()?;
        starts.first.filter(|first| *first <= from)?;
        let longest = pauses.iter().filter(|pause| pause.touches(from, *until));
        let longest = longest.map(|pause| pause.length()).max().unwrap_or_default();
        (longest < WITHOUT_DATA).then_some(longest)
    };
    let comparable: Vec<SignedDuration> = weeks.iter().filter_map(of_week).collect();
    if comparable.len() < MIN_WEEKS {
        return None;
    }
    comparable.into_iter().max()
}

/// The same time by the clock of this zone, so many weeks ago.
fn before(now: Timestamp, weeks: i64, zone: &TimeZone) -> Option<Timestamp> {
    let then = now.to_zoned(zone.clone()).checked_sub(Span::new().try_weeks(weeks).ok()?).ok()?;
    Some(then.timestamp())
}

#[cfg(test)]
mod tests;
