//! What was typed, as a script for a Flow: the caller's actions, hang-ups, outcomes and subflows.

use std::collections::BTreeMap;
use std::sync::Arc;

use studio::Flow;
use studio::play::{PlayScript, PlayedFlows, no_outcome};

use super::super::only_flow;
use super::options::RunOptions;

/// The script for this Flow.
///
/// # Errors
/// Says which widget or outcome the Flow does not have, or which subflow cannot be read.
pub(super) fn script(options: &RunOptions, main: &Flow) -> Result<PlayScript, String> {
    let mut flows = BTreeMap::new();
    for (sid, file) in &options.subflows {
        flows.insert(sid.clone(), Arc::new(only_flow(file)?.flow()));
    }
    let known = PlayedFlows { main, subflows: &flows };
    if let Some(widget) = options.hang_ups.iter().find(|widget| known.state(widget).is_none()) {
        return Err(format!("--hang-up-in: {}", known.unknown(widget)));
    }
    let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (widget, outcome) in &options.outcomes {
        if let Some(why) = no_outcome(known, widget, outcome) {
            return Err(format!("--outcome: {why}"));
        }
        outcomes.entry(widget.clone()).or_default().push(outcome.clone());
    }
    Ok(PlayScript {
        actions: options.caller.actions.clone().into(),
        hang_ups: options.hang_ups.iter().cloned().collect(),
        outcomes,
        flows,
        ..PlayScript::default()
    })
}
