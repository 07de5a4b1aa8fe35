//! The pauses between the starts of a Flow, over the last weeks: all of its past that [`quiet`](super::quiet) looks at.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The pauses that are kept are longer than this. Shorter ones change nothing: three times as much is an hour, and within an
/// hour no Flow is quiet.
pub const MIN_PAUSE: SignedDuration = SignedDuration::from_mins(20);
/// The length that is no pause any more: a week without a start says nothing about its hours.
pub const WITHOUT_DATA: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long pauses are kept: four weeks, and what the rule looks back from there. With pauses of 20 minutes and more this
/// bounds their number to 2,592.
const PAUSE_RETENTION: SignedDuration = SignedDuration::from_hours(36 * 24);

/// A time without a start between two starts: the seconds since 1970 of the one and of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause(i64, i64);

impl Pause {
    /// The pause between two starts, to the second.
    pub fn between(start: Timestamp, next: Timestamp) -> Pause {
        Pause(start.as_second(), next.as_second())
    }

    /// Its length.
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_secs(self.1.saturating_sub(self.0))
    }

    /// Whether a part of it, or an end, is within these moments.
    pub fn touches(self, from: Timestamp, until: Timestamp) -> bool {
        self.0 <= until.as_second() && self.1 >= from.as_second()
    }
}

/// A Flow's starts up to a moment, as far as they are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starts {
    /// Up to when, this moment not included.
    pub until: Timestamp,
    /// The first start that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The last start before `until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// The pauses that are longer than [`MIN_PAUSE`] and are over, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
}

impl Starts {
    /// Nothing is known up to this moment.
    pub fn unknown(until: Timestamp) -> Starts {
        Starts { until, first: None, last: None, pauses: Vec::new() }
    }

    /// Adds the starts from `self.until` up to this moment, in their order. Starts may be left out as long as no pause longer
    /// than [`MIN_PAUSE`] comes of it.
    pub fn add(&mut self, starts: &[Timestamp], until: Timestamp) {
        for start in starts.iter().copied().filter(|start| *start >= self.until && *start < until) {
            let pause = self.last.map(|last| Pause::between(last, start));
            self.pauses.extend(pause.filter(|pause| pause.length() > MIN_PAUSE));
            self.first.get_or_insert(start);
            self.last = Some(self.last.map_or(start, |last| last.max(start)));
        }
        self.until = self.until.max(until);
        let oldest = self.until.checked_sub(PAUSE_RETENTION).unwrap_or(Timestamp::MIN);
        self.pauses.retain(|pause| pause.touches(oldest, Timestamp::MAX));
    }
}
