//! An incident's timeline in words. Pure.

use serde::Serialize;
use shared::domain::escalation::{Entry, Event, Incident};
use shared::domain::text::{Kind, Part, sentence, span};
use shared::{SignedDuration, Timestamp};

use super::folded::{Named, in_words};

/// Alarms that join within this time are one moment.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);

/// One thing that happened.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Moment {
    pub(super) number: u32,
    pub(super) at: Timestamp,
    /// How long after the beginning.
    pub(super) after: String,
    /// What kind of thing it is: it gives the mark its shape and colour.
    pub(super) kind: Kind,
    /// The sentence.
    pub(super) parts: Vec<Fragment>,
    /// What the monitor or Twilio says of it, or what somebody wrote.
    pub(super) detail: String,
    /// It is a note that was struck out.
    pub(super) is_struck: bool,
    /// Slack was told.
    pub(super) in_slack: bool,
    /// How many entries were left out just before this one.
    pub(super) left_out: u32,
}

/// What happened, the newest first; alarms that joined within a minute are one moment. `in_slack` says whether an entry
/// was posted to Slack.
pub(super) fn timeline(incident: &Incident, in_slack: impl Fn(&Entry) -> bool) -> Vec<Moment> {
    let mut expected = 0;
    let mut timeline: Vec<Moment> = Vec::new();
    let mut rest = incident.timeline.entries.as_slice();
    while let Some(first) = rest.first() {
        let (entries, behind) = rest.split_at(joined_together(rest).max(1));
        let mut moment = moment(incident, first, &entries[1..]);
        moment.in_slack = entries.iter().all(&in_slack);
        moment.left_out = first.number.saturating_sub(expected);
        expected = first.number.saturating_add(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        timeline.push(moment);
        rest = behind;
    }
    timeline.reverse();
    timeline
}

/// How many of these entries, from the first on, say that an alarm joined within a minute.
fn joined_together(entries: &[Entry]) -> usize {
    let joins = |(entry, number): &(&Entry, u32)| {
        let first = entries[0].at;
        joined(entry).is_some()
            && entry.number == *number
            && entry.at.duration_since(first) < TOGETHER
    };
    let numbers = entries.first().map_or(0, |first| first.number)..;
    entries.iter().zip(numbers).take_while(joins).count()
}

/// The alarm that joined, if one did.
fn joined(entry: &Entry) -> Option<Named<'_>> {
    match &entry.event {
        Event::Joined { alarm, reason } => Some(Named { name: alarm, reason }),
        _ => None,
    }
}

/// An entry, and those that are told with it.
fn moment(incident: &Incident, first: &Entry, others: &[Entry]) -> Moment {
    let what = sentence(incident, &first.event).capitalized();
    let (mut parts, mut detail) = (what.parts.iter().map(fragment).collect(), what.detail);
    if !others.is_empty() {
        let alarms: Vec<Named<'_>> = [first].into_iter().chain(others).filter_map(joined).collect();
        let strong = Fragment { text: in_words(&alarms, 0), strong: true, at: None };
        let text = Fragment { text: " went off too".to_owned(), strong: false, at: None };
        parts = vec![strong, text];
        if alarms.iter().any(|alarm| alarm.reason != alarms[0].reason) {
            detail = String::new();
        }
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
