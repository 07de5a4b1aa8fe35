//! An incident's timeline in words. Pure.

use serde::Serialize;
use shared::domain::escalation::{Entry, Event, Incident, Outcome};
use shared::jobs::escalate::words::{named, outcome_words, repaired_words, span};
use shared::{Timestamp, domain::text::mask_numbers};

use super::standing::{count, name};

/// One thing that happened.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Moment {
    pub(super) number: u32,
    pub(super) at: Timestamp,
    /// How long after the beginning.
    pub(super) after: String,
    /// What kind of thing it is: it gives the mark its shape and colour.
    pub(super) kind: Kind,
    /// Who or what the sentence begins with; may be empty.
    pub(super) subject: String,
    /// The sentence behind it, with its own space or comma.
    pub(super) text: String,
    /// What the monitor or Twilio says of it.
    pub(super) detail: String,
    /// Slack was told.
    pub(super) in_slack: bool,
    /// How many entries were left out just before this one.
    pub(super) left_out: u32,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Alarm,
    Call,
    Missed,
    Taken,
    Over,
    Trouble,
    Note,
}

impl Kind {
    /// What kind of thing it is that a call ended so.
    pub(super) fn of(outcome: Outcome) -> Kind {
        match outcome {
            Outcome::Taken => Kind::Taken,
            Outcome::Resolved => Kind::Over,
            Outcome::Canceled => Kind::Note,
            Outcome::Failed | Outcome::Refused | Outcome::Silent => Kind::Trouble,
            _ => Kind::Missed,
        }
    }
}

/// What happened, the newest first. `told` says whether Slack was told of an entry.
pub(super) fn timeline(incident: &Incident, told: impl Fn(&Entry) -> bool) -> Vec<Moment> {
    let mut expected = 0;
    let mut timeline: Vec<Moment> = Vec::with_capacity(incident.timeline.entries.len());
    for entry in &incident.timeline.entries {
        let (kind, subject, text, detail) = words(&entry.event);
        let after = entry.at.duration_since(incident.raised_at).as_secs();
        timeline.push(Moment {
            number: entry.number,
            at: entry.at,
            after: if after > 0 { format!("+{}", span(after)) } else { String::new() },
            kind,
            subject,
            text,
            detail,
            in_slack: told(entry),
            left_out: entry.number.saturating_sub(expected),
        });
        expected = entry.number.saturating_add(1);
    }
    timeline.reverse();
    timeline
}

/// What an entry says as one sentence.
pub(super) fn sentence(event: &Event) -> String {
    let (_, subject, text, detail) = words(event);
    let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
    format!("{subject}{text}{detail}")
}

fn words(event: &Event) -> (Kind, String, String, String) {
    let (kind, subject, text, detail) = match event {
        Event::Raised { alarm, reason } => {
            (Kind::Alarm, name(alarm), " went off".to_owned(), Some(reason.clone()))
        }
        Event::Joined { alarm, reason } => {
            (Kind::Alarm, name(alarm), " went off too".to_owned(), Some(reason.clone()))
        }
        Event::JoinedUnnamed => (Kind::Alarm, "", "One more alarm went off".to_owned(), None),
        Event::JoinedTogether { alarms } => {
            (Kind::Alarm, "", format!("{alarms} more alarms went off"), None)
        }
        Event::Recovered { alarm, left } => {
            let alarm = if alarm.is_empty() { "One of the alarms" } else { alarm };
            (Kind::Over, alarm, format!(" recovered; {left} still in ALARM"), None)
        }
        Event::RecoveredTogether { alarms, left } => {
            (Kind::Over, "", format!("{alarms} alarms recovered; {left} still in ALARM"), None)
        }
        Event::Deleted { alarm, left } => {
            let alarm = if alarm.is_empty() { "One of the alarms" } else { alarm };
            let left = if *left > 0 { format!("; {left} still in ALARM") } else { String::new() };
            (Kind::Over, alarm, format!(" was deleted, which counts as its recovery{left}"), None)
        }
        Event::NoData { alarm } => {
            (Kind::Note, name(alarm), " has no data: that is no recovery".to_owned(), None)
        }
        Event::Reopened { alarm, owner } => {
            let owner = owner.as_ref().map(|owner| format!("; {owner} has it"));
            let text = format!(" went off: it is open again{}", owner.unwrap_or_default());
            (Kind::Alarm, name(alarm), text, None)
        }
        Event::Calling { person, call, of, .. } => {
            (Kind::Call, person.as_str(), format!(" is called: call {call} of {of}"), None)
        }
        Event::Ringing { person, .. } => {
            (Kind::Call, person.as_str(), "’s phone rings".to_owned(), None)
        }
        Event::Answered { person, .. } => {
            (Kind::Call, person.as_str(), " answered".to_owned(), None)
        }
        Event::Machine { person, .. } => {
            let text = ": a machine seems to have answered";
            (Kind::Call, person.as_str(), text.to_owned(), None)
        }
        Event::OtherKey { person, .. } => {
            let text = " pressed a key that means nothing: the menu is read again";
            (Kind::Call, person.as_str(), text.to_owned(), None)
        }
        Event::AskedWhetherOver { person, .. } => {
            let text = " pressed 3, and is asked whether it is over";
            (Kind::Call, person.as_str(), text.to_owned(), None)
        }
        Event::CallEnded { person, outcome, why, .. } => {
            let why = why.as_deref().map(mask_numbers);
            (Kind::of(*outcome), person.as_str(), format!(": {}", outcome_words(*outcome)), why)
        }
        Event::PassedOver { person } => {
            let text = " is in another call: passed over for now";
            (Kind::Missed, person.as_str(), text.to_owned(), None)
        }
        Event::NobodyOnCall { schedule } => {
            let text = format!("Nobody is on call in {schedule}: that shift is skipped");
            (Kind::Alarm, "", text, None)
        }
        Event::Waiting => {
            (Kind::Note, "", "Everybody is in another call: waiting".to_owned(), None)
        }
        Event::CalledTooOften { person, calls, about_us } => {
            let what = if *about_us { " for alarms about Ringdown itself" } else { "" };
            let text = format!(" was called {calls} times within the hour{what}: left out");
            (Kind::Trouble, person.as_str(), text, None)
        }
        Event::Taken { person, after_seconds } => {
            (Kind::Taken, person.as_str(), format!(" took it after {}", span(*after_seconds)), None)
        }
        Event::Exhausted { calls } => {
            (Kind::Trouble, "Nobody", format!(" took it after {}", count(*calls, "call")), None)
        }
        Event::CalledAgain => {
            let text = "Still in ALARM, and nobody has it: all are called again";
            (Kind::Note, "", text.to_owned(), None)
        }
        Event::AskedAgain { owner } => {
            (Kind::Note, owner.as_str(), " is asked again: it still goes on".to_owned(), None)
        }
        Event::CalledInstead { owner } => {
            let text =
                " cannot be called by this policy: its people are called, for it still goes on";
            (Kind::Note, owner.as_str(), text.to_owned(), None)
        }
        Event::GivenBack { person } => {
            let text = " cannot do it after all: the next one is called";
            (Kind::Missed, person.as_str(), text.to_owned(), None)
        }
        Event::Silenced { by, until } => {
            let text = format!(" silenced it until {}", until.strftime("%H:%M UTC"));
            (Kind::Note, by.as_str(), text, None)
        }
        Event::SilenceOver => {
            let text = "The silence is over, and it still goes on: all are called again";
            (Kind::Note, "", text.to_owned(), None)
        }
        Event::RoundAgain { owner: Some(owner) } => {
            (Kind::Note, owner.as_str(), " is asked first: the alarm is new".to_owned(), None)
        }
        Event::RoundAgain { owner: None } => {
            (Kind::Note, "", "The alarm is new: all are called again".to_owned(), None)
        }
        Event::CalledBack { owner: Some(owner) } => (
            Kind::Note,
            owner.as_str(),
            " is called first: it was over, and is back".to_owned(),
            None,
        ),
        Event::CalledBack { owner: None } => {
            let text = "It was over, and is back: the policy’s people are called, since its owner cannot be";
            (Kind::Note, "", text.to_owned(), None)
        }
        Event::OwnerTold { person, alarms, more } => {
            let text = " is told in Slack what went off too".to_owned();
            (Kind::Note, person.as_str(), text, Some(named(alarms, *more)))
        }
        Event::Texted { person, failed: None } => {
            (Kind::Note, person.as_str(), " was sent a text message".to_owned(), None)
        }
        Event::Texted { person, failed: Some(why) } => {
            let text = ": no text message could be sent".to_owned();
            (Kind::Trouble, person.as_str(), text, Some(mask_numbers(why)))
        }
        Event::Resolved { after_seconds } => {
            let text = format!(" after {}: all alarms are OK", span(*after_seconds));
            (Kind::Over, "Over", text, None)
        }
        Event::DeclaredOver { person, after_seconds } => {
            let text = format!(" says that it is over, after {}", span(*after_seconds));
            (Kind::Over, person.as_str(), text, None)
        }
        Event::NothingChanged { for_seconds, after_seconds } => {
            let (quiet, lasted) = (span(*for_seconds), span(*after_seconds));
            (
                Kind::Over,
                "Resolved",
                format!(": nothing changed for {quiet}; it lasted {lasted}"),
                None,
            )
        }
        Event::Repaired { what } => {
            (Kind::Trouble, "The audit", format!(" repaired {}", repaired_words(*what)), None)
        }
    };
    (kind, subject.to_owned(), text, detail.unwrap_or_default())
}
