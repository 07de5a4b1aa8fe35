//! How an incident stands, in the few words that somebody half asleep can read. Pure.

use serde::Serialize;
use shared::Timestamp;
use shared::domain::escalation::{Attempt, Ending, Incident, IncidentId, State};
use shared::domain::text::{count, span};

use super::folded;

/// How an incident stands.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    pub(super) id: IncidentId,
    pub(super) policy: String,
    pub(super) state: State,
    pub(super) is_open: bool,
    /// Its subject: its alarms in words.
    pub(super) what: String,
    /// Says who is called, who has it, or that nobody does.
    pub(super) headline: String,
    /// The step under way now, with a clock that runs.
    pub(super) clock: Option<Clock>,
    /// The rest of it.
    pub(super) detail: String,
    /// The calls that were decided.
    pub(super) calls: u32,
    /// Until when nobody is called.
    pub(super) silenced_until: Option<Timestamp>,
    pub(super) raised_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

/// A clock that runs.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Clock {
    /// The thing that is measured: "ringing", "next call".
    pub(super) what: &'static str,
    pub(super) at: Timestamp,
    /// `for` counts up since then, `in` counts down to it.
    pub(super) kind: &'static str,
}

impl Summary {
    /// How this incident stands.
    pub(super) fn of(incident: &Incident) -> Summary {
        let state = incident.state();
        let (headline, clock, detail) = match state {
            State::Calling => calling(incident),
            State::Taken => taken(incident),
            State::Exhausted => exhausted(incident),
            State::Silenced => silenced(incident),
            State::Resolved => resolved(incident),
        };
        Summary {
            id: incident.id.clone(),
            policy: incident.policy.name.clone(),
            state,
            is_open: state != State::Resolved,
            what: folded::what(incident),
            headline,
            clock,
            detail,
            calls: all_calls(incident),
            silenced_until: incident.silenced_until,
            raised_at: incident.raised_at,
            ended_at: incident.ended_at,
        }
    }

    /// Puts first what nobody has, and before all what calls somebody now.
    pub(super) fn urgency(&self) -> u8 {
        match self.state {
            State::Calling => 0,
            State::Exhausted => 1,
            State::Taken => 2,
            State::Silenced => 3,
            State::Resolved => 4,
        }
    }

    /// The same as one spoken sentence, without what changes by the second.
    pub(super) fn as_sentence(&self) -> String {
        let detail = if self.detail.is_empty() { "" } else { ", " };
        format!("{}: {}{detail}{}", self.what, self.headline, self.detail)
    }
}

type Texts = (String, Option<Clock>, String);

fn calling(incident: &Incident) -> Texts {
    let (calls, of) = (incident.round.calls, incident.policy.attempts);
    let Some(attempt) = incident.under_way() else {
        let clock = Clock { what: "waiting", at: last_entry_at(incident), kind: "for" };
        let detail = "whoever is free first is called".to_owned();
        return ("Everybody is in another call".to_owned(), Some(clock), detail);
    };
    let then = match next(incident) {
        Some(next) if calls < of => format!(", then {next}"),
        _ => ", the last one".to_owned(),
    };
    let clock = match *attempt {
        Attempt { answered_at: Some(at), machine: true, .. } => {
            Clock { what: "a machine answered, on the line", at, kind: "for" }
        }
        Attempt { answered_at: Some(at), .. } => {
            Clock { what: "answered, on the line", at, kind: "for" }
        }
        Attempt { rang_at: Some(at), .. } => Clock { what: "ringing", at, kind: "for" },
        Attempt { placed_at: Some(at), .. } => Clock { what: "dialled, waiting", at, kind: "for" },
        Attempt { decided_at: at, .. } => Clock { what: "being dialled", at, kind: "for" },
    };
    let detail = format!("call {calls} of {of}{}{then}", in_this_round(incident));
    (format!("Calling {}", attempt.person), Some(clock), detail)
}

/// How many calls were decided, of all rounds.
fn all_calls(incident: &Incident) -> u32 {
    incident.attempts.last().map_or(0, |attempt| attempt.number)
}

/// What goes with a number of calls that are not all.
fn in_this_round(incident: &Incident) -> &'static str {
    if incident.round.calls < all_calls(incident) { " in this round" } else { "" }
}

/// Who is called if this call does not do it, as far as one can tell now.
fn next(incident: &Incident) -> Option<&str> {
    let round = &incident.round;
    round.passed.first().or_else(|| round.order.get(round.next)).map(String::as_str)
}

fn last_entry_at(incident: &Incident) -> Timestamp {
    incident.timeline.entries.last().map_or(incident.raised_at, |entry| entry.at)
}

fn taken(incident: &Incident) -> Texts {
    let Some(owner) = incident.taken_by() else {
        return ("Somebody has it".to_owned(), None, String::new());
    };
    let clock = Clock { what: "in their hands", at: owner.at, kind: "for" };
    let detail = took_after(incident).map(|after| format!("took it after {after}"));
    (format!("{} has it", owner.person), Some(clock), detail.unwrap_or_default())
}

/// How long it took until somebody had it, in words.
fn took_after(incident: &Incident) -> Option<String> {
    incident.took_seconds().map(span)
}

fn exhausted(incident: &Incident) -> Texts {
    let again = incident.next_round_at();
    let again = again.map(|at| Clock { what: "calling again", at, kind: "in" });
    let over = incident.resolves_at();
    let over = over.map(|at| Clock { what: "over, if nothing changes,", at, kind: "in" });
    let clock = [again, over].into_iter().flatten().min_by_key(|clock| clock.at);
    let calls = count(incident.round.calls as usize, "call");
    let detail = format!("after {calls}{}", in_this_round(incident));
    ("Nobody took it".to_owned(), clock, detail)
}

fn silenced(incident: &Incident) -> Texts {
    let clock = incident.silenced_until.map(|at| Clock { what: "calling again", at, kind: "in" });
    let by = incident.silenced_by().map(|by| format!("{by} silenced it"));
    ("Nobody is called for now".to_owned(), clock, by.unwrap_or_default())
}

fn resolved(incident: &Incident) -> Texts {
    let lasted = incident.ended_at.map(|at| at.duration_since(incident.raised_at).as_secs());
    let lasted = lasted.map(|seconds| format!("after {}", span(seconds)));
    let by = match (&incident.owner, took_after(incident)) {
        (Some(owner), Some(after)) => format!("{} took it after {after}", owner.person),
        (Some(owner), None) => format!("{} had it", owner.person),
        (None, _) => "nobody had taken it".to_owned(),
    };
    let lasted = lasted.map_or_else(String::new, |lasted| format!("{lasted}; "));
    let why = match incident.ending() {
        Some(Ending::ByHand(by)) => format!("; {by} resolved it"),
        Some(Ending::NothingChanged(seconds)) => {
            format!("; nothing changed for {}", span(seconds))
        }
        _ => String::new(),
    };
    ("Resolved".to_owned(), None, format!("{lasted}{by}{why}"))
}
