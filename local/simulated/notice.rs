//! Reports what came of an alarm's button, as it stands now: who is called, or why nothing rings. Pure.

use sandbox::alarms::{Afresh, Line, Notice};
use shared::Timestamp;
use shared::domain::escalation::{Attempt, Entry, Event, Incident, OVER_FOR, State};
use shared::domain::text::span;

/// The notice about an alarm of this incident. `sample` is the one whose buttons it has, if it is one.
pub(super) fn of(incident: &Incident, alarm: &str, sample: Option<&str>, now: Timestamp) -> Notice {
    let is_on = incident.open_alarms().any(|open| open.name == alarm);
    let silence = silence(incident, alarm);
    let lines = match (&silence, is_on) {
        _ if incident.ended_at.is_some() => over(incident, alarm, is_on, now),
        (_, false) => vec![Line::of(format!(
            "{alarm} is cleared. Its incident goes on: another alarm is still on."
        ))],
        (None, true) => vec![Line::of(format!("{alarm} is raised. {}", calling(incident)))],
        (Some(why), true) => {
            let raised = format!("{alarm} is raised, and {why}");
            [Line::of(raised)].into_iter().chain(came_back(incident, alarm)).collect()
        }
    };
    let is_silent = is_on && (silence.is_some() || incident.ended_at.is_some());
    Notice {
        lines,
        link: Some(format!("/incidents/{}", incident.id)),
        afresh: sample
            .filter(|_| is_silent)
            .map(|sample| Afresh { sample: sample.to_owned(), goes_on: goes_on(incident, now) }),
    }
}

/// Whether what is raised after the end of this incident, or after its end now, belongs to it.
fn goes_on(incident: &Incident, now: Timestamp) -> bool {
    match incident.ended_at {
        Some(_) => incident.reopens(now),
        None => incident.policy.flap_window.is_positive(),
    }
}

/// Why nothing rings for an open incident; `None` if somebody is called.
fn silence(incident: &Incident, alarm: &str) -> Option<String> {
    let owner = incident.taken_by();
    let name = owner.map_or("somebody", |owner| owner.person.as_str());
    let taken_at = owner.map_or(Timestamp::MAX, |owner| owner.at);
    let is_later = incident.alarms.iter().any(|one| one.name == alarm && one.since > taken_at);
    match incident.state() {
        State::Taken if !is_later => Some(format!("{name} has it: nobody else is called.")),
        State::Taken => Some(format!(
            "nothing rings: it belongs to the incident that {name} has, so {name} is told of it, and nobody is called."
        )),
        State::Exhausted => {
            Some("nothing rings: everybody was called, and nobody took it.".to_owned())
        }
        State::Silenced => Some("nothing rings: its incident is silenced.".to_owned()),
        State::Calling | State::Resolved => None,
    }
}

fn owner(incident: &Incident) -> Option<&str> {
    incident.taken_by().map(|owner| owner.person.as_str())
}

fn calling(incident: &Incident) -> String {
    match incident.under_way() {
        Some(Attempt { person, answered_at: Some(_), .. }) => format!("{person} has answered."),
        Some(Attempt { person, rang_at: Some(_), .. }) => format!("{person}’s phone rings."),
        Some(Attempt { person, .. }) => format!("{person} is being called."),
        None => "Everybody is in another call: whoever is free first is called.".to_owned(),
    }
}

/// An incident that is over, and for how long what comes back belongs to it.
fn over(incident: &Incident, alarm: &str, is_on: bool, now: Timestamp) -> Vec<Line> {
    let first = match is_on {
        true => format!("{alarm} is still on, but somebody said that its incident is over."),
        false => format!("{alarm} is cleared, and the incident is over."),
    };
    let mut lines = vec![Line::of(first)];
    let Some(ended) = incident.ended_at.filter(|_| incident.reopens(now)) else { return lines };
    let after = |long| ended.checked_add(long).unwrap_or(Timestamp::MAX);
    let until = after(incident.policy.flap_window);
    let quiet_until = if is_on { until } else { after(OVER_FOR).min(until) };
    let before = "If you raise it again before";
    lines.push(match owner(incident) {
        Some(owner) if now <= quiet_until => Line::around(
            before,
            quiet_until,
            format!(
                ", nothing rings: the incident that {owner} has goes on, and {owner} gets a text."
            ),
        ),
        Some(owner) => Line::around(
            before,
            until,
            format!(", the incident that {owner} has goes on, and {owner}’s phone rings first."),
        ),
        None => {
            Line::around(before, until, ", the same incident goes on, and people are called again.")
        }
    });
    lines
}

/// That an alarm came back soon after it was over, and until when that calls nobody.
fn came_back(incident: &Incident, alarm: &str) -> Option<Line> {
    let entries = &incident.timeline.entries;
    let is_back = |entry: &Entry| matches!(&entry.event, Event::Reopened { alarm: name, .. } if name == alarm);
    let is_over = |entry: &&Entry| {
        matches!(entry.event, Event::Resolved { .. } | Event::ResolvedByHand { .. })
    };
    let back = entries.iter().rposition(is_back)?;
    let over = entries[..back].iter().rfind(is_over)?;
    let quiet_until = over.at.checked_add(OVER_FOR.min(incident.policy.flap_window)).ok()?;
    let long = span(entries[back].at.duration_since(over.at).as_secs());
    let text = format!("It came back {long} after it was over. Until");
    let rest = ", coming back only sends a text; later a phone rings.";
    (entries[back].at <= quiet_until).then(|| Line::around(text, quiet_until, rest))
}
