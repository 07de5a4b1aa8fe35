//! `split-based-on`: the branch that a run takes.

use super::predicate::{Unheld, holds};
use super::texts::WidgetTexts;
use super::{EndReason, LogEntry, code};
use crate::flow::{State, Transition};

/// The outcome of a split.
pub(super) enum Branch {
    /// The event that it fires, and the widget that follows.
    Taken { event: &'static str, to: Option<String> },
    /// There is none.
    Missing(EndReason),
}

/// The first transition of the file whose conditions all hold, else `noMatch`, wherever that stands. The conditions are
/// about the widget's input: their own arguments go stale in Studio's editor.
pub(super) fn split(state: &State, texts: &mut WidgetTexts<'_>, log: &mut Vec<LogEntry>) -> Branch {
    let input = texts.get(state, "input");
    for transition in state.transitions.iter().filter(|one| one.event == "match") {
        match all_hold(state, transition, &input, texts, log) {
            Ok(true) => return Branch::Taken { event: "match", to: transition.next.clone() },
            Ok(false) => {}
            Err(reason) => return Branch::Missing(reason),
        }
    }
    match state.on("noMatch") {
        Some(transition) => Branch::Taken { event: "noMatch", to: transition.next.clone() },
        None => {
            let message = "no condition holds, and there is no transition noMatch".to_owned();
            let widget = state.name.clone();
            log.push(LogEntry { code: Some(code::NO_MATCH), widget: widget.clone(), message });
            Branch::Missing(EndReason::NoMatch { widget })
        }
    }
}

fn all_hold(
    state: &State,
    transition: &Transition,
    input: &str,
    texts: &mut WidgetTexts<'_>,
    log: &mut Vec<LogEntry>,
) -> Result<bool, EndReason> {
    for condition in &transition.conditions {
        let value = texts.render(&condition.value);
        match holds(&condition.kind, input, &value) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(Unheld::Pattern(message)) => {
                let (widget, message) = (state.name.clone(), message.to_owned());
                log.push(LogEntry { code: None, widget, message });
                return Ok(false);
            }
            Err(Unheld::UnknownPredicate) => {
                let why = format!("the condition {} is not played here", condition.kind);
                return Err(EndReason::Unplayable { widget: state.name.clone(), why });
            }
        }
    }
    Ok(!transition.conditions.is_empty())
}
