//! The options that were typed, as a script for a Flow: the caller's actions, hang-ups, outcomes and subflows.

use std::collections::BTreeMap;
use std::sync::Arc;

use studio::Flow;
use studio::play::{PlayScript, PlayedFlows, no_outcome};
use studio::scenario::NamedSubflows;

use super::super::{only_flow, printable, refused_subflow};
use super::options::RunOptions;

/// The script for this Flow, and the reasons why Studio would refuse a subflow.
///
/// # Errors
/// Says which widget, outcome or subflow the Flow does not have, or which subflow cannot be read.
pub(super) fn script(
    options: &RunOptions,
    main: &Flow,
) -> Result<(PlayScript, Vec<String>), String> {
    let (mut flows, mut refused) = (BTreeMap::new(), Vec::new());
    let named = NamedSubflows::of(main);
    for (sid, file) in &options.subflows {
        if let Some(why) = named.why_not_runnable(sid) {
            return Err(format!("--subflow {}: {}", printable(sid), printable(&why)));
        }
        let subflow =
            only_flow(file).map_err(|error| format!("--subflow {}: {error}", printable(sid)))?;
        refused.extend(refused_subflow(sid, &subflow));
        flows.insert(sid.clone(), Arc::new(subflow.flow()));
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
    let script = PlayScript {
        actions: options.caller.actions.clone().into(),
        hang_ups: options.hang_ups.iter().cloned().collect(),
        outcomes,
        flows,
        ..PlayScript::default()
    };
    Ok((script, refused))
}
