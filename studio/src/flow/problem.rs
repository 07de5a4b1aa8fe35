//! The structure of a Flow that was read: what would keep it from running. All findings of a file, with their lines and
//! columns: [`FlowDefinition::check`](super::FlowDefinition::check).

use super::{Flow, State};

/// Something wrong with a Flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The problem in a sentence.
    pub message: String,
    /// Its place as Studio writes it: `#/states/3/transitions/0/next`.
    pub path: String,
}

impl Flow {
    /// The problems of its structure: each state has a name of its own and a type, the initial one is there, and every
    /// `next` names one. The properties of the types of widget are not checked.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.first().is_none() {
            let message = format!("there is no state {:?} to begin with", self.initial_state);
            problems.push(Problem { message, path: "#/initial_state".to_owned() });
        }
        for (index, state) in self.states.iter().enumerate() {
            let path = format!("#/states/{index}");
            let before = self.states.iter().take(index);
            if state.name.is_empty() {
                let message = "the state has no name".to_owned();
                problems.push(Problem { message, path: format!("{path}/name") });
            } else if before.into_iter().any(|other| other.name == state.name) {
                let message = format!("there is another state {:?}", state.name);
                problems.push(Problem { message, path: format!("{path}/name") });
            }
            if state.kind.is_empty() {
                let message = format!("the state {:?} has no type", state.name);
                problems.push(Problem { message, path: format!("{path}/type") });
            }
            problems.extend(self.loose_ends(state, &path));
        }
        problems
    }

    fn loose_ends(&self, state: &State, path: &str) -> Vec<Problem> {
        let transitions = state.transitions.iter().enumerate();
        let loose = transitions.filter_map(|(index, transition)| {
            let next = transition.next.as_deref().filter(|next| self.state(next).is_none())?;
            let message = format!(
                "{:?} of {:?} leads to {next:?}: there is no widget of that name",
                transition.event, state.name
            );
            Some(Problem { message, path: format!("{path}/transitions/{index}/next") })
        });
        loose.collect()
    }
}
