//! The outcomes of an incident's calls, and its policy, as text. Pure.

use serde::Serialize;
use shared::Timestamp;
use shared::domain::escalation::{Attempt, Incident, Policy};
use shared::domain::text::{Kind, count, outcome_text, span};

/// One call as it is shown.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Call {
    pub(super) number: u32,
    /// Which round it belongs to, if there was more than one.
    pub(super) round: Option<u32>,
    pub(super) person: String,
    pub(super) outcome: &'static str,
    pub(super) kind: Kind,
    pub(super) is_under_way: bool,
    pub(super) at: Timestamp,
    /// How long it rang and lasted, once that is known.
    pub(super) lasted: String,
    /// Since when it rings, or is on the line.
    pub(super) since: Option<Timestamp>,
    /// The page of the Execution that places it, if one does.
    pub(super) execution: Option<String>,
}

/// The calls, the newest first.
pub(super) fn calls(incident: &Incident) -> Vec<Call> {
    let rounds = incident.round.number > 1;
    let shown = |attempt: &Attempt| Call {
        number: attempt.number,
        round: rounds.then_some(attempt.round),
        person: attempt.person.clone(),
        outcome: attempt.outcome.map_or_else(|| under_way(attempt), outcome_text),
        kind: attempt.outcome.map_or(Kind::Call, Kind::of),
        is_under_way: attempt.outcome.is_none(),
        at: attempt.decided_at,
        lasted: lasted(attempt),
        since: attempt.answered_at.or(attempt.rang_at).filter(|_| attempt.ended_at.is_none()),
        execution: execution(attempt),
    };
    incident.attempts.iter().rev().map(shown).collect()
}

/// The page of a call's newest Execution.
fn execution(attempt: &Attempt) -> Option<String> {
    let (flow, call) = attempt.with.flow_sid().zip(attempt.calls.last())?;
    Some(format!("/studio/{flow}?execution={}#chosen", call.sid))
}

fn under_way(attempt: &Attempt) -> &'static str {
    match (attempt.placed_at, attempt.rang_at, attempt.answered_at) {
        (_, _, Some(_)) => "on the line",
        (_, Some(_), None) => "ringing",
        (Some(_), None, None) => "dialled",
        (None, None, None) => "being dialled",
    }
}

fn lasted(attempt: &Attempt) -> String {
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| {
        Some(span(to?.duration_since(from?).as_secs()))
    };
    let rang = between(attempt.rang_at, attempt.answered_at.or(attempt.ended_at));
    let talked = between(attempt.answered_at, attempt.ended_at);
    let parts =
        [rang.map(|span| format!("rang {span}")), talked.map(|span| format!("on the line {span}"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A policy in words, sentence by sentence.
pub(super) fn policy_text(policy: &Policy) -> Vec<String> {
    let Policy { attempts, ring_seconds, answer_seconds, .. } = policy;
    let again = span(policy.retry_exhausted_after.as_secs());
    let repage = span(policy.repage_after.as_secs());
    let roster = policy.roster.join(", then ");
    let mut words = vec![
        format!("Calls {roster}, and around again: {} at most.", count(*attempts as usize, "call")),
        format!(
            "A phone rings for {ring_seconds} s. The menu is read twice; each time there are \
             {answer_seconds} s to press a key."
        ),
        format!(
            "If nobody takes it, all are called again after {again}. Whoever took it is asked again \
             after {repage}, if it still goes on."
        ),
    ];
    if let Some(after) = policy.resolve_after {
        let after = span(after.as_secs());
        words
            .push(format!("It is over by itself once none of its alarms has changed for {after}."));
    }
    if !policy.flap_window.is_zero() {
        let flap = span(policy.flap_window.as_secs());
        words.push(format!("What goes off again within {flap} belongs to the same incident."));
    }
    words
}
