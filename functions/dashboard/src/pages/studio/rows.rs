//! An Execution and its steps as a row. Pure. Nothing in it changes by the second, but by what happens.

use serde::Serialize;
use shared::Timestamp;
use shared::domain::executions::views::{ExecutionState, ExecutionView, StepView, is_failure};
use shared::domain::executions::{ENDED, Stuck, TRIGGER};
use shared::domain::sid::Sid;
use shared::domain::text::span;
use studio::draw::{edge_id, widget_id};

/// An Execution as it is listed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct RunRow {
    pub(super) sid: Sid,
    pub(super) short: String,
    pub(super) flow: Option<Sid>,
    pub(super) flow_name: Option<String>,
    pub(super) contact: Option<String>,
    /// `active`, `stuck` or `ended`.
    pub(super) state: &'static str,
    /// The same for people.
    pub(super) word: &'static str,
    /// The widget that it is in, or that it ended in.
    pub(super) widget: Option<String>,
    /// Since when it is there.
    pub(super) since: Option<Timestamp>,
    pub(super) began_at: Option<Timestamp>,
    pub(super) is_start_known: bool,
    /// How long it lasted, once it is over.
    pub(super) lasted: String,
    pub(super) revision: Option<u32>,
    pub(super) started_by: Option<String>,
    pub(super) is_hang_up: bool,
    pub(super) stuck: Option<StuckRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) is_cut: bool,
    /// How many steps it has.
    pub(super) steps: usize,
}

/// An event of an Execution.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct EventRow {
    pub(super) at: Timestamp,
    /// The end of the event's type.
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    /// The ids of the widget that it left, of that which it led to and of the edge between them in the graph; empty where
    /// it is none of the Flow's own steps.
    pub(super) left_id: String,
    pub(super) to_id: String,
    pub(super) edge_id: String,
    /// How long it was in its widget.
    pub(super) took: String,
    pub(super) is_after_gap: bool,
    pub(super) is_after_end: bool,
    pub(super) is_failure: bool,
    pub(super) is_of_subflow: bool,
    /// The SID of a step.
    pub(super) step: Option<Sid>,
}

/// Why an Execution is stuck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct StuckRow {
    pub(super) widget: String,
    pub(super) since: Timestamp,
    /// How long its widget can last.
    pub(super) limit: String,
}

impl StuckRow {
    pub(super) fn of(stuck: &Stuck) -> StuckRow {
        let limit = i64::try_from(stuck.limit_seconds).unwrap_or(i64::MAX);
        StuckRow { widget: stuck.widget.clone(), since: stuck.since, limit: span(limit) }
    }
}

impl RunRow {
    /// The row of an Execution, and the name of its Flow if the row is to show it.
    pub(super) fn of(view: &ExecutionView, flow_name: Option<&str>) -> RunRow {
        let (state, word) = match view.state {
            ExecutionState::Active => ("active", "Running"),
            ExecutionState::Stuck => ("stuck", "Stuck"),
            ExecutionState::Ended => ("ended", "Ended"),
        };
        let last = view.steps.iter().rfind(|step| step.parent.is_none());
        let ended_in = || last.map(|step| if step.to == ENDED { &step.from } else { &step.to });
        let lasted = view.seconds.filter(|_| state == "ended");
        RunRow {
            sid: view.sid.clone(),
            short: short(&view.sid),
            flow: view.flow.clone(),
            flow_name: flow_name.map(str::to_owned),
            contact: view.contact.clone(),
            state,
            word,
            widget: view.widget.clone().or_else(|| ended_in().cloned()),
            since: view.since,
            began_at: view.began_at,
            is_start_known: view.is_start_known,
            lasted: lasted.map(span).unwrap_or_default(),
            revision: view.revision,
            started_by: view.started_by.clone(),
            is_hang_up: view.steps.iter().any(|step| step.is_hang_up),
            stuck: view.stuck.as_ref().map(StuckRow::of),
            events: events(view),
            is_cut: view.is_cut,
            steps: view.steps.len(),
        }
    }
}

/// A SID in a few characters.
pub(super) fn short(sid: &Sid) -> String {
    let sid = sid.as_str();
    let end = sid.len().saturating_sub(6);
    match (sid.get(..2), sid.get(end..)) {
        (Some(letters), Some(last)) if sid.len() > 10 => format!("{letters}…{last}"),
        _ => sid.to_owned(),
    }
}

/// The name of a Flow that has none.
pub(super) fn unnamed(sid: &Sid) -> String {
    format!("Unnamed Flow {}", short(sid))
}

/// Why something could not be fetched, in a few words where Twilio's are an address.
pub(super) fn reason(failure: String) -> String {
    match failure.contains("20404") {
        true => "Twilio has no such Flow in this account".to_owned(),
        false => failure,
    }
}

/// All events of an Execution in their order.
fn events(view: &ExecutionView) -> Vec<EventRow> {
    let of_execution = |at: Option<Timestamp>, kind, name: &str| {
        let name = name.to_owned();
        at.map(|at| EventRow {
            at,
            kind,
            name,
            from: String::new(),
            to: String::new(),
            left_id: String::new(),
            to_id: String::new(),
            edge_id: String::new(),
            took: String::new(),
            is_after_gap: false,
            is_after_end: false,
            is_failure: false,
            is_of_subflow: false,
            step: None,
        })
    };
    let started_at = view.began_at.filter(|_| view.is_start_known);
    let started = of_execution(started_at, "execution.started", "Flow started");
    let ended_at = view.ended_at.filter(|_| view.state == ExecutionState::Ended);
    let ended = of_execution(ended_at, "execution.ended", "Flow ended");
    started.into_iter().chain(view.steps.iter().map(event)).chain(ended).collect()
}

fn event(step: &StepView) -> EventRow {
    let name = match step.event.as_str() {
        "" if step.from == TRIGGER => "Flow started",
        "" if step.to == ENDED => "Flow ended",
        "" => "(no name)",
        name => name,
    };
    let id = |id: String| if step.parent.is_none() { id } else { String::new() };
    EventRow {
        at: step.at,
        kind: "step.ended",
        name: name.to_owned(),
        from: step.from.clone(),
        to: step.to.clone(),
        left_id: id(widget_id(&step.from)),
        to_id: id(widget_id(&step.to)),
        edge_id: id(edge_id(&step.from, Some(step.to.as_str()).filter(|to| *to != ENDED))),
        took: step.milliseconds.map(took).unwrap_or_default(),
        is_after_gap: step.is_after_gap,
        is_after_end: step.is_after_end,
        is_failure: is_failure(&step.event),
        is_of_subflow: step.parent.is_some(),
        step: Some(step.sid.clone()),
    }
}

/// A time in a widget: below ten seconds with a decimal.
pub(super) fn took(milliseconds: i64) -> String {
    let tenths = (milliseconds + 50) / 100;
    match (tenths / 10, tenths % 10) {
        (seconds @ 0..10, tenths @ 1..) => format!("{seconds}.{tenths} s"),
        (seconds, _) => span(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_in_a_widget_is_short() {
        for (milliseconds, text) in [
            (0, "0 s"),
            (49, "0 s"),
            (99, "0.1 s"),
            (100, "0.1 s"),
            (9_940, "9.9 s"),
            (9_990, "10 s"),
            (10_000, "10 s"),
            (61_000, "1 min 1 s"),
        ] {
            assert_eq!(took(milliseconds), text);
        }
    }

    #[test]
    fn sid_is_short() {
        assert_eq!(short(&"FN0123456789abcdef0123456789abcdef".into()), "FN…abcdef");
        assert_eq!(short(&"FN1".into()), "FN1");
    }
}
