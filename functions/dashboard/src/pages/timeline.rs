//! An incident's timeline in words. Pure.

use serde::Serialize;
use shared::domain::escalation::{Entry, Event, Incident};
use shared::domain::text::{Kind, Part, sentence, span};
use shared::{SignedDuration, Timestamp};

use super::folded::{Named, in_words, reasons};

/// Alarms that join within this time are one moment.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);

/// One thing that happened.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Moment {
    pub(super) number: u32,
    pub(super) at: Timestamp,
    /// How long after the beginning.
    pub(super) after: String,
    /// The kind of thing it is: it gives the mark its shape and colour.
    pub(super) kind: Kind,
    /// The sentence.
    pub(super) parts: Vec<Fragment>,
    /// The words of the monitor or Twilio about it, or of somebody who wrote them.
    pub(super) detail: String,
    /// It is a note that was struck out.
    pub(super) is_struck: bool,
    /// Slack was told.
    pub(super) in_slack: bool,
    /// How many entries were left out just before this one.
    pub(super) left_out: u32,
}

/// Moments, the newest first; alarms that joined within a minute are one moment, that of the first of them, whatever
/// happened in between. `in_slack` says whether an entry was posted to Slack.
pub(super) fn timeline(incident: &Incident, in_slack: impl Fn(&Entry) -> bool) -> Vec<Moment> {
    let mut told: Vec<Together<'_>> = Vec::new();
    let (mut expected, mut joins) = (0, None);
    for entry in &incident.timeline.entries {
        let left_out = entry.number.saturating_sub(expected);
        expected = entry.number.saturating_add(1);
        let is_join = joined(entry).is_some();
        // Entries that are told together have no gap between them.
        let open = joins.filter(|at: &usize| is_join && left_out == 0 && told[*at].takes(entry));
        if let Some(at) = open {
            told[at].entries.push(entry);
            continue;
        }
        if is_join || left_out > 0 {
            joins = is_join.then_some(told.len());
        }
        told.push(Together { entries: vec![entry], left_out });
    }
    let moments = told.iter().rev().filter_map(|Together { entries, left_out }| {
        let (first, others) = entries.split_first()?;
        let in_slack = entries.iter().all(|entry| in_slack(entry));
        Some(Moment { in_slack, left_out: *left_out, ..moment(incident, first, others) })
    });
    moments.collect()
}

/// Entries that are told as one.
struct Together<'a> {
    entries: Vec<&'a Entry>,
    /// How many were left out just before the first.
    left_out: u32,
}

impl Together<'_> {
    /// Whether an alarm that joins is told with these.
    fn takes(&self, entry: &Entry) -> bool {
        self.entries.first().is_some_and(|first| entry.at.duration_since(first.at) < TOGETHER)
    }
}

/// The alarm that joined, if one did.
fn joined(entry: &Entry) -> Option<Named<'_>> {
    match &entry.event {
        Event::Joined { alarm, reason, by: None } => Some(Named { name: alarm, reason }),
        _ => None,
    }
}

/// An entry, and those that are told with it.
fn moment(incident: &Incident, first: &Entry, others: &[&Entry]) -> Moment {
    let what = sentence(incident, &first.event).capitalized();
    let (mut parts, mut detail) = (what.parts.iter().map(fragment).collect(), what.detail);
    if !others.is_empty() {
        let entries = [first].into_iter().chain(others.iter().copied());
        let alarms: Vec<Named<'_>> = entries.filter_map(joined).collect();
        let strong = Fragment { text: in_words(&alarms, 0), strong: true, at: None };
        let text = Fragment { text: " went off too".to_owned(), strong: false, at: None };
        parts = vec![strong, text];
        detail = reasons(&alarms);
    }
    let after = first.at.duration_since(incident.raised_at).as_secs();
    Moment {
        number: first.number,
        at: first.at,
        after: if after > 0 { format!("+{}", span(after)) } else { String::new() },
        kind: what.kind,
        parts,
        detail,
        is_struck: matches!(first.event, Event::Noted { struck_by: Some(_), .. }),
        in_slack: false,
        left_out: 0,
    }
}

/// A part of a sentence.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fragment {
    pub(super) text: String,
    /// A name, or something else that stands out.
    pub(super) strong: bool,
    /// A time: each reader's own clock shows it.
    pub(super) at: Option<Timestamp>,
}

fn fragment(part: &Part) -> Fragment {
    Fragment {
        text: part.plain(),
        strong: !matches!(part, Part::Text(_) | Part::Time(_)),
        at: if let Part::Time(at) = part { Some(*at) } else { None },
    }
}
