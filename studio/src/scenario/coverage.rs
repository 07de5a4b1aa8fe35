//! The widgets and transitions of a Flow that runs have passed.

use std::collections::{BTreeMap, BTreeSet};

use super::reach::unreachable;
use super::start::ways_in;
use crate::flow::{Flow, State, Transition};
use crate::play::{Played, PlayedFlows, TraceDetail};

/// The parts that runs have passed of a Flow, and of each of its subflows.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The Flow's own widgets and transitions.
    pub main: FlowCoverage,
    /// Those of the subflows, with their SIDs.
    pub subflows: Vec<(String, FlowCoverage)>,
    /// The names of the widgets that run them, in the same order.
    parents: Vec<BTreeSet<String>>,
}

impl Coverage {
    /// Nothing is passed yet.
    pub fn new(flows: PlayedFlows<'_>) -> Coverage {
        let all = flows.subflows.iter();
        let parents = |sid: &String| {
            let its = flows.runs().filter(|(_, run, _)| run == sid);
            its.map(|(state, ..)| state.name.clone()).collect()
        };
        Coverage {
            main: FlowCoverage::new(flows.main, false),
            subflows: all.map(|(sid, flow)| (sid.clone(), FlowCoverage::new(flow, true))).collect(),
            parents: flows.subflows.keys().map(parents).collect(),
        }
    }

    /// Counts what a run has passed.
    pub fn add(&mut self, played: &Played) {
        self.main.add(played, None);
        for ((_, coverage), parents) in self.subflows.iter_mut().zip(&self.parents) {
            coverage.add(played, Some(parents));
        }
    }
}

/// How often each widget and each transition of a Flow was passed.
#[derive(Clone, Debug)]
pub struct FlowCoverage {
    widgets: Vec<(String, u64)>,
    transitions: Vec<CoveredTransition>,
    /// The transitions that no run can take, with the reasons.
    impossible: Vec<(String, &'static str)>,
    /// The widgets that no way leads to.
    unreachable: Vec<String>,
    index: BTreeMap<(String, usize), usize>,
}

#[derive(Clone, Debug)]
struct CoveredTransition {
    name: String,
    widget: String,
    count: u64,
}

impl FlowCoverage {
    /// Nothing of a Flow is passed yet. The events of a trigger that lead nowhere are no transitions, and those that can
    /// never be fired are not counted.
    fn new(flow: &Flow, is_subflow: bool) -> FlowCoverage {
        let starts = if is_subflow { vec!["incomingParent"] } else { ways_in(flow) };
        let mut coverage = FlowCoverage {
            widgets: flow.states.iter().map(|state| (state.name.clone(), 0)).collect(),
            transitions: Vec::new(),
            impossible: Vec::new(),
            unreachable: unreachable(flow, &starts),
            index: BTreeMap::new(),
        };
        for state in &flow.states {
            for (index, transition) in state.transitions.iter().enumerate() {
                if state.kind == "trigger" && transition.next.is_none() {
                    continue;
                }
                if let Some(reason) = impossible(&state.kind, &transition.event, is_subflow) {
                    coverage.impossible.push((transition_name(state, transition), reason));
                    continue;
                }
                let key = (state.name.clone(), index);
                coverage.index.insert(key, coverage.transitions.len());
                let (name, widget) = (transition_name(state, transition), state.name.clone());
                coverage.transitions.push(CoveredTransition { name, widget, count: 0 });
            }
        }
        coverage
    }

    /// Counts what a run has passed in its own Flow (none), or in the subflows of these widgets.
    fn add(&mut self, played: &Played, subflow: Option<&BTreeSet<String>>) {
        for entry in &played.entries {
            let TraceDetail::Left { step, transition, .. } = &entry.detail else { continue };
            let is_its = match (subflow, &step.subflow) {
                (None, None) => true,
                (Some(parents), Some(parent)) => parents.contains(parent),
                _ => false,
            };
            if !is_its {
                continue;
            }
            if let Some((_, count)) = self.widgets.iter_mut().find(|(name, _)| *name == step.from) {
                *count += 1;
            }
            let index = transition.and_then(|index| self.index.get(&(step.from.clone(), index)));
            if let Some(covered) = index.and_then(|index| self.transitions.get_mut(*index)) {
                covered.count += 1;
            }
        }
    }

    /// How many widgets were passed, and how many there are.
    pub fn widgets(&self) -> (usize, usize) {
        (self.widgets.iter().filter(|(_, count)| *count > 0).count(), self.widgets.len())
    }

    /// How many transitions were taken, and how many there are.
    pub fn transitions(&self) -> (usize, usize) {
        let taken = self.transitions.iter().filter(|one| one.count > 0).count();
        (taken, self.transitions.len())
    }

    /// The transitions that are not counted, because no run can take them: their names and the reasons.
    pub fn impossible(&self) -> &[(String, &'static str)] {
        &self.impossible
    }

    /// The widgets that no run has passed.
    pub fn missed_widgets(&self) -> Vec<&str> {
        let missed = self.widgets.iter().filter(|(_, count)| *count == 0);
        missed.map(|(name, _)| name.as_str()).collect()
    }

    /// The widgets that no run can pass, because no way leads to them.
    pub fn unreachable_widgets(&self) -> &[String] {
        &self.unreachable
    }

    /// The transitions that no run has taken, though their widget was passed, and how often it was.
    pub fn untaken_transitions(&self) -> Vec<(&str, u64)> {
        let counts: BTreeMap<&str, u64> =
            self.widgets.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let missed = self.transitions.iter().filter(|one| one.count == 0);
        let passed = |one: &CoveredTransition| counts.get(one.widget.as_str()).copied();
        missed
            .filter_map(|one| Some((one.name.as_str(), passed(one).filter(|count| *count > 0)?)))
            .collect()
    }

    /// The transitions that no run has taken: `menu.keypress`, or `menu_key.match equal_to "1"`.
    pub fn missed_transitions(&self) -> Vec<&str> {
        let missed = self.transitions.iter().filter(|one| one.count == 0);
        missed.map(|one| one.name.as_str()).collect()
    }
}

/// The reason why no run of a Flow can fire an event, if none can.
fn impossible(kind: &str, event: &str, is_subflow: bool) -> Option<&'static str> {
    match (kind, event) {
        ("trigger", "incomingParent") if is_subflow => None,
        ("trigger", _) if is_subflow => Some("a parent Flow starts it"),
        ("record-voicemail", "noAudio") => Some("only old accounts have it"),
        ("send-to-flex", "composerStarted") => Some("it is not played"),
        ("trigger", "incomingConversationMessage") => Some("it is not played"),
        ("trigger", "incomingParent") => Some("only a parent Flow fires it"),
        _ => None,
    }
}

/// The name of a transition, for a person.
fn transition_name(state: &State, transition: &Transition) -> String {
    let conditions = transition.conditions.iter();
    let conditions: Vec<String> =
        conditions.map(|one| format!(" {} {:?}", one.kind, one.value)).collect();
    format!("{}.{}{}", state.name, transition.event, conditions.join(" and"))
}
