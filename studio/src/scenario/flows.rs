//! The Flow of a file of scenarios, and its subflows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::table::{Field, Problems};
use crate::flow::{Flow, State};

/// The Flows whose widgets a file may name.
pub(super) struct ScenarioFlows<'a> {
    /// The Flow itself.
    pub(super) main: &'a Flow,
    /// Its subflows by their SIDs.
    pub(super) subflows: &'a BTreeMap<String, Arc<Flow>>,
}

impl ScenarioFlows<'_> {
    /// The widgets of this name: the Flow's own, and those of its subflows.
    pub(super) fn states(&self, name: &str) -> impl Iterator<Item = &State> {
        let subflows = self.subflows.values().filter_map(move |flow| flow.state(name));
        self.main.state(name).into_iter().chain(subflows)
    }

    /// The name of a widget that a field holds; it is a problem if there is none of that name.
    pub(super) fn widget(&self, field: Field<'_>, problems: &mut Problems<'_>) -> Option<String> {
        let (at, key) = (field.at, field.key.clone());
        let name = field.text(problems)?;
        if self.states(&name).next().is_none() {
            problems.add(at, &key, format!("the Flow has no {name}"));
        }
        Some(name)
    }
}
