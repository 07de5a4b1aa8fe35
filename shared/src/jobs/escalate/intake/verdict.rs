//! Whether an alarm may call anybody at all, and if not, what of that is reported. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::alarm::{Actions, Change, Kind, Malformed, State};
use crate::domain::text::mask_e164;

/// A part of a body: an alarm's change, or what cannot be read as one.
pub(super) type Part = Result<Change, Malformed>;

/// A note about an alarm (or a body of no known shape), stored beside its record, so that nothing is reported twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Whether its actions are enabled, as CloudWatch last announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) actions: Option<Actions>,
    /// The last report about it, unless it has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reported: Option<Reported>,
    /// Its change while its actions were disabled: that counts if they are enabled while it still goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) held: Option<Change>,
}

/// A report about an alarm that was made already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub(super) enum Reported {
    /// No policy is for the alarm that went off then; `None` where its monitor gives no times.
    NoPolicy { at: Option<Timestamp> },
    /// Its actions are disabled.
    Disabled,
    /// It is of no known shape, or cut off; `state` differs once it has changed.
    DeadLetter { state: String },
}

/// The policy and the `[[ignore]]` that the configuration has for an alarm's name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Configured<'a> {
    /// Whether a policy is for it.
    pub(super) has_policy: bool,
    /// `[[ignore]]` names it, with its reason.
    pub(super) ignored: Option<Option<&'a str>>,
}

/// The verdict on a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its policy decides, or that of the incident that it goes on in.
    Take(Change),
    /// It changes nothing.
    Nothing,
    /// It is suppressed or muted, for this reason.
    Quiet(String),
    /// The configuration says that it is not for a phone.
    Ignored(Option<String>),
    /// Its actions are disabled since then; whether that is reported.
    Disabled(Timestamp, bool),
    /// No policy is for it; whether it becomes a dead letter.
    NoPolicy(bool),
}

/// Whether the verdict depends on what is remembered of the alarm. What Alertmanager sends and a policy takes needs none.
pub(super) fn needs_note(change: &Change, configured: Configured<'_>) -> bool {
    let may_be_disabled = change.state == State::Alarm && !change.unordered;
    change.actions.is_some()
        || change.state == State::Deleted
        || (configured.ignored.is_none() && (!configured.has_policy || may_be_disabled))
}

/// Decides about a change, and gives what is remembered of its alarm from now on. What was sent again by a person
/// (`replayed`) is kept again if it still calls nobody.
pub(super) fn decide(
    change: Change,
    configured: Configured<'_>,
    note: &Note,
    replayed: bool,
) -> (Verdict, Note) {
    // Its note is emptied: an alarm of this name that is made later has its actions enabled.
    if change.state == State::Deleted {
        return (Verdict::Take(change), Note::default());
    }
    if let Some(actions) = change.actions {
        return announced(change, actions, configured, note);
    }
    if let Some(reason) = change.quiet.clone().filter(|_| change.state == State::Alarm) {
        return (Verdict::Quiet(reason), note.clone());
    }
    // What ends an incident that was open when the configuration changed is heard all the same.
    let may_end = change.state == State::Ok;
    if let Some(reason) = configured.ignored.filter(|_| !may_end) {
        return (Verdict::Ignored(reason.map(str::to_owned)), note.clone());
    }
    match change.state {
        State::Alarm => goes_off(change, configured, note, replayed),
        State::Ok | State::NoData if configured.has_policy => (Verdict::Take(change), note.clone()),
        State::Ok | State::Deleted | State::NoData => {
            let is_over = matches!(note.reported, Some(Reported::NoPolicy { .. }));
            let reported = note.reported.clone().filter(|_| !is_over);
            let verdict = if may_end { Verdict::Take(change) } else { Verdict::Nothing };
            (verdict, Note { reported, ..note.clone() })
        }
    }
}

fn goes_off(
    change: Change,
    configured: Configured<'_>,
    note: &Note,
    replayed: bool,
) -> (Verdict, Note) {
    let enabled = Actions { enabled: true, since: change.at };
    // What was announced before CloudWatch acted is over, and the announcement of that was lost.
    let is_over = |actions: &Actions| change.acts && actions.since < change.at;
    let note = &match note.actions.filter(|actions| !actions.enabled && is_over(actions)) {
        Some(_) => Note { actions: Some(enabled), held: None, ..note.clone() },
        None => note.clone(),
    };
    let is_disabled = |actions: &Actions| !actions.enabled && !change.acts;
    if let Some(actions) = note.actions.filter(is_disabled) {
        let reported = Some(Reported::Disabled);
        let is_new = note.reported != reported;
        let note = Note { reported, held: Some(change), ..note.clone() };
        return (Verdict::Disabled(actions.since, is_new), note);
    }
    if configured.has_policy {
        let reported = note.reported.clone().filter(|reported| *reported != Reported::Disabled);
        return (Verdict::Take(change), Note { reported, ..note.clone() });
    }
    let reported = Some(Reported::NoPolicy { at: (!change.undated).then_some(change.at) });
    let is_new = replayed || note.reported != reported;
    (Verdict::NoPolicy(is_new), Note { reported, ..note.clone() })
}

/// CloudWatch announces whether the alarm's actions are enabled. An alarm that still goes on when they are enabled again
/// goes off then: nobody was called for it.
fn announced(
    change: Change,
    actions: Actions,
    configured: Configured<'_>,
    note: &Note,
) -> (Verdict, Note) {
    let known = |have: Actions| have == actions || have.since > actions.since;
    if note.actions.is_some_and(known) {
        return (Verdict::Nothing, note.clone());
    }
    let was_disabled = note.actions.is_some_and(|have| !have.enabled);
    let kept =
        |reported: &Reported| was_disabled && !actions.enabled || *reported != Reported::Disabled;
    let reported = note.reported.clone().filter(kept);
    let held = note.held.clone();
    let now =
        Note { actions: Some(actions), reported, held: held.clone().filter(|_| !actions.enabled) };
    let goes_on = change.state == State::Alarm && change.quiet.is_none();
    if !(actions.enabled && was_disabled && goes_on) {
        return (Verdict::Nothing, now);
    }
    let change = match held.filter(|held| held.at == change.at) {
        Some(held) => held,
        None => {
            let reason = match change.reason.as_str() {
                "" => "It was in ALARM when its actions were enabled.".to_owned(),
                reason => reason.to_owned(),
            };
            Change { actions: None, reason, ..change }
        }
    };
    decide(change, configured, &now, false)
}

/// Whether what is no alarm becomes a dead letter, and what is remembered of it from now on.
pub(super) fn decide_malformed(kind: &Kind, note: &Note, replayed: bool) -> (bool, Note) {
    let state = match kind {
        Kind::Unknown => String::new(),
        Kind::Truncated { state, .. } => state.clone(),
    };
    let reported = Some(Reported::DeadLetter { state });
    (replayed || note.reported != reported, Note { reported, ..note.clone() })
}

/// Why a part becomes a dead letter.
pub(super) fn reason_of(part: &Part) -> String {
    match part {
        Ok(change) => format!("no policy is for the alarm {}", mask_e164(&change.name)),
        Err(malformed) => malformed.reason.clone(),
    }
}

#[cfg(test)]
mod tests;
