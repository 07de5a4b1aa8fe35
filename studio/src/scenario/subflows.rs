//! The subflows that a Flow goes into, and those that were not given to its runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::coverage::Coverage;
use crate::flow::{Flow, State};

/// The SIDs of the subflows that a Flow's widgets name.
#[derive(Clone, Debug)]
pub struct NamedSubflows<'a> {
    sids: BTreeSet<&'a str>,
    /// A widget runs a subflow, whether it names a SID or not.
    has_widget: bool,
    /// A widget has a template in place of a SID.
    has_template: bool,
}

impl<'a> NamedSubflows<'a> {
    /// Those of a Flow.
    pub fn of(flow: &'a Flow) -> NamedSubflows<'a> {
        let (templates, sids): (BTreeSet<&str>, BTreeSet<&str>) =
            sids(flow).map(|(_, sid)| sid).partition(|sid| sid.contains(['{', '}']));
        let has_widget = !templates.is_empty() || !sids.is_empty();
        let sids = sids.into_iter().filter(|sid| !sid.is_empty()).collect();
        NamedSubflows { sids, has_widget, has_template: !templates.is_empty() }
    }

    /// The reason why no widget goes into a subflow of this SID; none if one does, or if a template may stand for it.
    pub fn why_not_runnable(&self, sid: &str) -> Option<String> {
        if self.has_template || self.sids.contains(sid) {
            return None;
        }
        let sids: Vec<&str> = self.sids.iter().copied().collect();
        Some(match (self.has_widget, sids.is_empty()) {
            (false, _) => "the Flow has no subflow".to_owned(),
            (true, true) => "no run-subflow of the Flow names a SID".to_owned(),
            (true, false) => {
                format!("no run-subflow of the Flow names {sid}, expected {}", sids.join(" or "))
            }
        })
    }
}

/// The notes about subflows after runs: those that were wanted and are not given, and those that are given and that no
/// widget names, as a template may have; each once. (One that a widget names and no run has entered has its coverage.)
pub fn subflow_notes(
    flow: &Flow,
    given: &BTreeMap<String, Arc<Flow>>,
    coverage: &[&Coverage],
) -> Vec<String> {
    let is_passed =
        |widget: &str| coverage.iter().any(|one| !one.main.missed_widgets().contains(&widget));
    let wanted =
        sids(flow).filter(|(state, sid)| !given.contains_key(*sid) && is_passed(&state.name));
    let wanted: BTreeSet<&str> = wanted.map(|(_, sid)| sid).collect();
    let missing = wanted
        .into_iter()
        .map(|sid| format!("the subflow {sid} is not given here: name its file under [subflows]"));
    let named = NamedSubflows::of(flow).sids;
    let idle = given.keys().filter(|sid| !named.contains(sid.as_str()));
    let idle = idle.map(|sid| format!("the subflow {sid} is not used: no widget goes into it"));
    missing.chain(idle).collect()
}

/// The widgets that run a subflow, each with the SID that stands there.
fn sids(flow: &Flow) -> impl Iterator<Item = (&State, &str)> {
    let runs = flow.states.iter().filter(|state| state.kind == "run-subflow");
    runs.map(|state| (state, state.text("flow_sid")))
}
