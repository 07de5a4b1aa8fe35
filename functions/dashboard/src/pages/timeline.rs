//! An incident's timeline in words. Pure.

use serde::Serialize;
use shared::Timestamp;
use shared::domain::escalation::{Entry, Incident};
use shared::domain::text::{Kind, Part, sentence, span};

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
    /// What the monitor or Twilio says of it.
    pub(super) detail: String,
    /// Slack was told.
    pub(super) in_slack: bool,
    /// How many entries were left out just before this one.
    pub(super) left_out: u32,
}

/// What happened, the newest first. `in_slack` says whether an entry was posted to Slack.
pub(super) fn timeline(incident: &Incident, in_slack: impl Fn(&Entry) -> bool) -> Vec<Moment> {
    let mut expected = 0;
    let mut timeline: Vec<Moment> = Vec::with_capacity(incident.timeline.entries.len());
    for entry in &incident.timeline.entries {
        let what = sentence(incident, &entry.event).capitalized();
        let after = entry.at.duration_since(incident.raised_at).as_secs();
        timeline.push(Moment {
            number: entry.number,
            at: entry.at,
            after: if after > 0 { format!("+{}", span(after)) } else { String::new() },
            kind: what.kind,
            parts: what.parts.iter().map(fragment).collect(),
            detail: what.detail,
            in_slack: in_slack(entry),
            left_out: entry.number.saturating_sub(expected),
        });
        expected = entry.number.saturating_add(1);
    }
    timeline.reverse();
    timeline
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
