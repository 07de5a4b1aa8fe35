//! Metrics of an incident's change: the outcomes of its calls, and how long it took until it was answered, taken and over.

use jiff::Timestamp;

use super::Family;
use super::catalogue::{ANSWER_SECONDS, CALLS, RESOLVE_SECONDS, TAKE_SECONDS};
use crate::domain::escalation::{Incident, Milestones, Outcome};

/// The counters that this change of an incident lets grow. `before` is the incident as it was stored last, if it was.
///
/// Each attempt counts once, when it first has an outcome, and each of the three times once. An incident that is over and
/// then reopened is the same one: its first end is the one that counts, and whoever takes it after that, if nobody had
/// before. The counters belong into the transaction that stores the change.
pub fn counted(before: Option<&Incident>, after: &Incident) -> Vec<(String, u64)> {
    let before = before.filter(|before| before.id == after.id);
    let had_outcome = |number: u32| {
        let attempt = before.and_then(|before| before.attempt(number));
        attempt.is_some_and(|attempt| attempt.outcome.is_some())
    };
    let new = after.attempts.iter().filter(|attempt| !had_outcome(attempt.number));
    let outcomes = new.filter_map(|attempt| attempt.outcome);
    let mut counters: Vec<_> =
        outcomes.map(|outcome| (CALLS.series(&[word(outcome)]), 1)).collect();
    let none = Milestones::default();
    let (had, has) = (before.map_or(&none, |before| &before.milestones), &after.milestones);
    let mut observe = |family: &Family, had: Option<Timestamp>, has: Option<Timestamp>| {
        if let (None, Some(at)) = (had, has) {
            let duration = at.duration_since(after.raised_at);
            counters.extend(family.observed(&[&after.policy.name], duration));
        }
    };
    observe(ANSWER_SECONDS, had.answered_at, has.answered_at);
    observe(TAKE_SECONDS, had.taken_at, has.taken_at);
    observe(RESOLVE_SECONDS, had.ended_at, has.ended_at);
    counters
}

/// The label for an outcome.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Taken => "taken",
        Outcome::Declined => "declined",
        Outcome::Resolved => "resolved",
        Outcome::TooLate => "too-late",
        Outcome::NoAnswer => "no-answer",
        Outcome::Busy => "busy",
        Outcome::Failed => "failed",
        Outcome::Refused => "refused",
        Outcome::InCall => "in-call",
        Outcome::Voicemail => "voicemail",
        Outcome::HungUp => "hung-up",
        Outcome::Canceled => "canceled",
        Outcome::Silent => "silent",
    }
}
