//! The widgets that a way leads to.

use std::collections::BTreeSet;

use crate::flow::Flow;

/// The widgets that no way leads to from these events of the trigger: no caller will ever reach them.
pub(super) fn unreachable(flow: &Flow, starts: &[&str]) -> Vec<String> {
    let first = flow.first();
    let mut reached: BTreeSet<&str> = first.iter().map(|state| state.name.as_str()).collect();
    let mut open: Vec<&str> = first
        .into_iter()
        .flat_map(|state| &state.transitions)
        .filter(|one| starts.contains(&one.event.as_str()))
        .filter_map(|one| one.next.as_deref())
        .collect();
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            let transitions = flow.state(name).map(|state| state.transitions.as_slice());
            let next = transitions.unwrap_or_default().iter().filter_map(|one| one.next.as_deref());
            open.extend(next);
        }
    }
    let names = flow.states.iter().map(|state| &state.name);
    names.filter(|name| !reached.contains(name.as_str())).cloned().collect()
}
