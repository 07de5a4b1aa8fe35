//! `split-based-on`: the branch that a run takes.

use super::predicate::{Unheld, holds};
use super::texts::WidgetTexts;
use super::widget::Begun;
use super::{EndReason, LogEntry, SplitComparison, SplitStep, code};
use crate::flow::{State, Transition};

/// The outcome of a split.
pub(super) struct Branch {
    /// The event that it fires, and the widget that follows; or the reason why the run ends.
    pub(super) begun: Begun,
    /// The comparisons on the way.
    pub(super) step: SplitStep,
}

/// The first transition of the file whose conditions all hold, else `noMatch`, wherever that stands. The conditions are
/// about the widget's input: their own arguments go stale in Studio's editor.
pub(super) fn split(state: &State, texts: &mut WidgetTexts<'_>, log: &mut Vec<LogEntry>) -> Branch {
    let mut step = SplitStep { input: texts.get(state, "input"), comparisons: Vec::new() };
    let begun = branch(state, texts, log, &mut step);
    Branch { begun, step }
}

fn branch(
    state: &State,
    texts: &mut WidgetTexts<'_>,
    log: &mut Vec<LogEntry>,
    step: &mut SplitStep,
) -> Begun {
    for transition in state.transitions.iter().filter(|one| one.event == "match") {
        match all_hold(state, transition, texts, log, step) {
            Ok(true) => return Begun::Fired { event: "match", to: transition.next.clone() },
            Ok(false) => {}
            Err(reason) => return Begun::Ends(reason),
        }
    }
    match state.on("noMatch") {
        Some(transition) => Begun::Fired { event: "noMatch", to: transition.next.clone() },
        None => {
            let message = "no condition holds, and there is no transition noMatch".to_owned();
            let widget = state.name.clone();
            log.push(LogEntry::new(Some(code::NO_MATCH), &widget, message));
            Begun::Ends(EndReason::NoMatch { widget })
        }
    }
}

/// Whether all conditions of a transition hold. Studio's editor writes one; what several mean is not documented.
fn all_hold(
    state: &State,
    transition: &Transition,
    texts: &mut WidgetTexts<'_>,
    log: &mut Vec<LogEntry>,
    step: &mut SplitStep,
) -> Result<bool, EndReason> {
    for condition in &transition.conditions {
        let value = texts.render(&format!("the value of {}", condition.kind), &condition.value);
        let found = holds(&condition.kind, &step.input, &value, texts.budget);
        if found == Err(Unheld::UnknownPredicate) {
            let why = match condition.kind.as_str() {
                "" => "a condition has no type".to_owned(),
                kind => format!("Studio has no condition {kind:?}"),
            };
            return Err(EndReason::Unplayable { widget: state.name.clone(), why });
        }
        let (predicate, to) = (condition.kind.clone(), transition.next.clone());
        let holds = found == Ok(true);
        step.comparisons.push(SplitComparison { predicate, value, holds, to });
        if let Err(Unheld::Pattern(message)) = found {
            log.push(LogEntry::new(None, &state.name, message.to_owned()));
        }
        if !holds {
            return Ok(false);
        }
    }
    Ok(!transition.conditions.is_empty())
}
