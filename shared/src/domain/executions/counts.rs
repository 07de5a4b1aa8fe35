//! Counters of a Flow, and their names. An event counts once, at the time that it carries.

use crate::domain::sid::Sid;
use jiff::{SignedDuration, Timestamp};

/// The upper bounds of the buckets of Executions' durations, in seconds; a last one is behind them.
pub const SECONDS: &[u64] = &[5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400];

/// The name of the bucket behind the last bound.
const INFINITE: &str = "+Inf";

/// Something that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The SID of the Flow that it counts for.
    pub flow: Sid,
    /// When it happened.
    pub at: Timestamp,
    /// The counter.
    pub name: CountName,
}

/// The name of a counter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountName {
    /// Events, each once. The sum only grows: it tells whether anything is new.
    Events,
    /// Executions that began.
    Started,
    /// Executions that are over: by the event of their end or by a step that led to it, whichever came first.
    Ended,
    /// Executions whose further steps are left out.
    Cut,
    /// Steps from one widget to another by an event.
    Edge {
        /// The widget that was left.
        from: String,
        /// The event.
        event: String,
        /// The widget that came next.
        to: String,
    },
    /// The same by the last widget, as far as it was known then; empty if none was.
    LastWidget(String),
    /// Executions that lasted no longer than this bound of [`SECONDS`], and longer than the one before; `None` is behind all.
    Bucket(Option<u64>),
    /// The sum of the durations, in milliseconds.
    Milliseconds(u64),
}

/// The counters of a duration. A negative one counts as none at all.
pub(super) fn seconds(duration: SignedDuration) -> Vec<CountName> {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or_default();
    let bound = SECONDS.iter().find(|bound| milliseconds <= **bound * 1_000);
    vec![CountName::Bucket(bound.copied()), CountName::Milliseconds(milliseconds)]
}

impl CountName {
    /// How much is added.
    pub fn amount(&self) -> u64 {
        match self {
            CountName::Milliseconds(milliseconds) => *milliseconds,
            _ => 1,
        }
    }

    /// Whether it is counted for good, for the metrics.
    pub fn is_for_good(&self) -> bool {
        !matches!(self, CountName::Edge { .. })
    }

    /// Whether it is counted by hour and day, for the pages.
    pub fn is_by_time(&self) -> bool {
        matches!(self, CountName::Edge { .. } | CountName::Started | CountName::Ended)
    }

    /// The name of the counter in its row: words with bars between them, each escaped, whatever a widget is called.
    pub fn to_text(&self) -> String {
        match self {
            CountName::Events => "events".to_owned(),
            CountName::Started => "started".to_owned(),
            CountName::Ended => "ended".to_owned(),
            CountName::Cut => "cut".to_owned(),
            CountName::Edge { from, event, to } => {
                format!("edge|{}|{}|{}", escaped(from), escaped(event), escaped(to))
            }
            CountName::LastWidget(widget) => format!("last|{}", escaped(widget)),
            CountName::Bucket(Some(bound)) => format!("seconds|{bound}"),
            CountName::Bucket(None) => format!("seconds|{INFINITE}"),
            CountName::Milliseconds(_) => "milliseconds".to_owned(),
        }
    }

    /// The counter of this name; `None` if there is none. (The sum of durations comes without its amount.)
    pub fn read(text: &str) -> Option<CountName> {
        let words: Vec<&str> = text.split('|').collect();
        Some(match words.as_slice() {
            ["events"] => CountName::Events,
            ["started"] => CountName::Started,
            ["ended"] => CountName::Ended,
            ["cut"] => CountName::Cut,
            ["edge", from, event, to] => {
                CountName::Edge { from: plain(from), event: plain(event), to: plain(to) }
            }
            ["last", widget] => CountName::LastWidget(plain(widget)),
            ["seconds", "+Inf"] => CountName::Bucket(None),
            ["seconds", bound] => CountName::Bucket(Some(bound.parse().ok()?)),
            ["milliseconds"] => CountName::Milliseconds(0),
            _ => return None,
        })
    }
}

fn escaped(word: &str) -> String {
    word.replace('%', "%25").replace('|', "%7C")
}

fn plain(word: &str) -> String {
    word.replace("%7C", "|").replace("%25", "%")
}
