//! The problems of a configuration that is not used, or of a calendar of it, and how they are said.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file::{Instead, Problems, UnreadCalendar};
use crate::domain::schedule::time;
use crate::domain::text::escape;
use crate::{domain::text::mask_numbers, hex};

/// How much is told of the first problem, in characters.
const MAX_WHY: usize = 400;
/// How many schedules are named.
const MAX_NAMED: usize = 10;

/// A configuration that fails its check, all of it or some of its calendars: what is used instead, since when, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Names what was read.
    pub(super) hash: String,
    /// When it was first read.
    pub since: Timestamp,
    /// The first problem, with file, line and key.
    pub why: String,
    /// How many more problems there are.
    #[serde(default)]
    pub more: usize,
    /// When the last good configuration, which is used instead, was first read; unknown if nobody kept it.
    #[serde(default)]
    pub former_of: Option<Timestamp>,
    /// The schedules whose calendars cannot be read, if that is all that is wrong.
    #[serde(default)]
    pub schedules: Vec<String>,
    /// Those of them that have no former reading, and go on with the part of the calendar that can be read.
    #[serde(default)]
    pub partial: Vec<String>,
    /// Those of them that have neither: nobody is on call there.
    #[serde(default)]
    pub empty: Vec<String>,
    /// Whether Slack was told.
    #[serde(default)]
    pub(super) reported: bool,
    /// Whether it was counted.
    #[serde(default)]
    pub(super) counted: bool,
}

impl Rejected {
    /// A configuration that is not used at all.
    pub(super) fn whole(hash: &str, problems: &Problems, since: Timestamp) -> Rejected {
        let why = problems.0.first().map(ToString::to_string).unwrap_or_default();
        Rejected::of(hash, &why, problems.0.len().saturating_sub(1), since)
    }

    /// A configuration that cannot even be read.
    pub(super) fn unreadable(hash: &str, why: &str, since: Timestamp) -> Rejected {
        Rejected::of(hash, why, 0, since)
    }

    /// A configuration that is used, without these calendars; `None` if there are none.
    pub(super) fn calendars(
        hash: &str,
        unread: &[UnreadCalendar],
        since: Timestamp,
    ) -> Option<Rejected> {
        let first = unread.first()?;
        let named = |kinds: &[Instead]| {
            let its = unread.iter().filter(|calendar| kinds.contains(&calendar.instead));
            its.map(|calendar| calendar.schedule.clone()).take(MAX_NAMED).collect()
        };
        let rejected = Rejected::of(hash, &first.problem.to_string(), unread.len() - 1, since);
        Some(Rejected {
            schedules: named(&[Instead::Former, Instead::Part, Instead::Nothing]),
            partial: named(&[Instead::Part]),
            empty: named(&[Instead::Nothing]),
            ..rejected
        })
    }

    fn of(hash: &str, why: &str, more: usize, since: Timestamp) -> Rejected {
        let mut why = mask_numbers(why).replace(['\n', '\r'], " ");
        if let Some((end, _)) = why.char_indices().nth(MAX_WHY) {
            why.truncate(end);
            why.push('…');
        }
        Rejected {
            hash: hash.to_owned(),
            since,
            why,
            more,
            former_of: None,
            schedules: Vec::new(),
            partial: Vec::new(),
            empty: Vec::new(),
            reported: false,
            counted: false,
        }
    }

    /// Says what happened, and what is used now: a sentence without its end.
    pub fn headline(&self) -> String {
        if self.schedules.is_empty() {
            let of = self.former_of.map(|at| format!(" (of {})", time(at, &TimeZone::UTC)));
            return format!(
                "The configuration fails its check: the last good one{} stays in use",
                of.unwrap_or_default()
            );
        }
        let what = match &self.schedules[..] {
            [one] => format!("The calendar of {one} cannot be read"),
            all => format!("The calendars of {} cannot be read", all.join(", ")),
        };
        let all = self.schedules.len();
        let (partial, empty) = (self.partial.len(), self.empty.len());
        let mut instead = Vec::new();
        if partial + empty < all {
            instead.push("the last good reading stays in use".to_owned());
        }
        if partial > 0 {
            let of = if partial < all {
                format!(" of {}", self.partial.join(", "))
            } else {
                String::new()
            };
            instead.push(format!("only the part{of} that can be read is in use"));
        }
        if empty > 0 {
            instead.push(match empty < all {
                true => format!("but nobody is on call in {}", self.empty.join(", ")),
                false => "nobody is on call there".to_owned(),
            });
        }
        format!("{what}: {}", instead.join(", "))
    }

    /// The reason, and how many more there are.
    pub fn reason(&self) -> String {
        match self.more {
            0 => self.why.clone(),
            1 => format!("{} (and 1 more problem)", self.why),
            more => format!("{} (and {more} more problems)", self.why),
        }
    }

    /// Since when it is so, in UTC.
    pub fn since_in_words(&self) -> String {
        time(self.since, &TimeZone::UTC)
    }

    /// The line for Slack that tells of it.
    pub(super) fn line(&self) -> String {
        format!(
            ":warning: *{}.*\n{}\n`ringdown check` lists everything that is wrong.",
            escape(&self.headline()),
            escape(&self.reason())
        )
    }

    /// The line for Slack that says that it is over.
    pub(super) fn over(&self) -> String {
        let since = self.since_in_words();
        match self.schedules.is_empty() {
            true => format!(
                ":white_check_mark: The configuration passes its check again, and is in use. The former one was used \
                 since {since}."
            ),
            false => format!(
                ":white_check_mark: The calendar of {} can be read again. It could not since {since}.",
                escape(&self.schedules.join(", "))
            ),
        }
    }

    /// Names one rejection: the same configuration may be rejected again later.
    pub(super) fn id(&self) -> String {
        hex(&Sha256::digest(format!("{} {}", self.hash, self.since))[..8])
    }
}
