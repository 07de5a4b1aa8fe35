//! A Flow and its subflows, and the names of their widgets in a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::flow::{Flow, State};

/// The type of the widgets that run a subflow.
const RUNS_SUBFLOW: &str = "run-subflow";

/// A Flow with its subflows. The widgets of a subflow are called by the name of the widget that runs it and their own:
/// `ask/menu`.
#[derive(Clone, Copy, Debug)]
pub struct PlayedFlows<'a> {
    /// The Flow itself.
    pub main: &'a Flow,
    /// Its subflows by their SIDs.
    pub subflows: &'a BTreeMap<String, Arc<Flow>>,
}

impl<'a> PlayedFlows<'a> {
    /// The widget of this name: the Flow's own, or one of a subflow.
    pub fn state(self, place: &str) -> Option<&'a State> {
        let inner = |(at, _)| {
            let (parent, name) = (place.get(..at)?, place.get(at + 1..)?);
            self.subflow(self.main.state(parent)?)?.1.state(name)
        };
        self.main.state(place).or_else(|| place.match_indices('/').find_map(inner))
    }

    /// The widgets that run one of the subflows, each with the subflow's SID and itself.
    pub fn runs(self) -> impl Iterator<Item = (&'a State, &'a str, &'a Arc<Flow>)> {
        let run = move |state| {
            let (sid, flow) = self.subflow(state)?;
            Some((state, sid, flow))
        };
        self.main.states.iter().filter_map(run)
    }

    /// The words for a name that no widget has; they propose those of a subflow that end like it.
    pub fn unknown(self, place: &str) -> String {
        let named = self.runs().filter(|(_, _, flow)| flow.state(place).is_some());
        let meant: Vec<String> =
            named.map(|(parent, ..)| format!("{}/{place}", parent.name)).collect();
        match meant.is_empty() {
            true => format!("the Flow has no {place}"),
            false => format!("the Flow has no {place} (a subflow has it: {})", meant.join(", ")),
        }
    }

    fn subflow(self, state: &State) -> Option<(&'a str, &'a Arc<Flow>)> {
        let sid = Some(state).filter(|state| state.kind == RUNS_SUBFLOW)?.text("flow_sid");
        self.subflows.get_key_value(sid).map(|(sid, flow)| (sid.as_str(), flow))
    }
}
