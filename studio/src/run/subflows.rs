//! `run-subflow`: another Flow within a run. (twilio.com/docs/studio/user-guide/subflows.)

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::budget::Budget;
use super::texts::WidgetTexts;
use super::variables::variables;
use super::widget::{Taken, WidgetFailure};
use super::{Action, LogEntry, Run, RunEvent, code};
use crate::flow::{Flow, State};

/// The Flow that a run goes back to, and where in it.
#[derive(Clone, Debug)]
pub(super) struct ParentFlow {
    flow: Arc<Flow>,
    trigger: &'static str,
    widget: Option<usize>,
    context: Value,
    rounds: usize,
    /// The name of its widget.
    pub(super) name: String,
}

impl Run {
    /// The Flow that a widget needs. Subflows have one level.
    pub(super) fn fetch(
        &self,
        state: &State,
        texts: &mut WidgetTexts<'_>,
        log: &mut Vec<LogEntry>,
    ) -> Result<Action, WidgetFailure> {
        if self.parent.is_some() {
            return Err((code::SUBFLOW, "a subflow has no subflow".to_owned()));
        }
        // They are evaluated again when the Flow is there; a broken one fails before it is fetched.
        variables(state, "parameters", texts, log);
        let [flow_sid, revision] =
            ["flow_sid", "flow_revision"].map(|name| state.text(name).to_owned());
        Ok(Action::FetchFlow { flow_sid, revision })
    }

    pub(super) fn take_subflow(&mut self, state: &State, event: RunEvent, now: Timestamp) -> Taken {
        match event {
            RunEvent::FlowFetched(flow) => {
                let mut budget = Budget::new(self.work_left, &self.patterns);
                let mut texts = WidgetTexts::new(&self.context, now, &mut budget);
                let parameters = variables(state, "parameters", &mut texts, &mut Vec::new());
                self.work_left = budget.left();
                self.descend(state, flow, parameters.into_iter().collect());
                Taken::Entered
            }
            RunEvent::FlowMissing | RunEvent::TimedOut => {
                self.warn(code::SUBFLOW, state, "there is no such subflow");
                Taken::Fired("failed")
            }
            RunEvent::FlowNotGiven(how) => {
                let flow_sid = state.text("flow_sid");
                let message = format!("the subflow {flow_sid} is not given here: {how}");
                self.push(LogEntry::new(None, &state.name, message));
                Taken::Fired("failed")
            }
            _ => Taken::Ignored,
        }
    }

    /// Goes into a subflow. It knows the parent's trigger and contact, and its own variables alone.
    fn descend(&mut self, state: &State, flow: Arc<Flow>, parameters: Map<String, Value>) {
        let mut context = json!({
            "trigger": self.context["trigger"],
            "flow": self.context["flow"],
            "contact": self.context["contact"],
            "widgets": {},
        });
        context["trigger"]["parent"] = json!({
            "parameters": parameters,
            "execution_sid": self.context["flow"]["sid"],
            "flow_sid": self.context["flow"]["flow_sid"],
            "trigger_type": self.trigger,
        });
        context["flow"]["flow_sid"] = json!(state.text("flow_sid"));
        context["flow"]["variables"] = json!({});
        self.parent = Some(Box::new(ParentFlow {
            flow: std::mem::replace(&mut self.flow, flow),
            trigger: std::mem::replace(&mut self.trigger, "incomingParent"),
            widget: self.widget.take(),
            context: std::mem::replace(&mut self.context, context),
            rounds: std::mem::take(&mut self.rounds),
            name: state.name.clone(),
        }));
    }

    /// Leaves a subflow that has come to its end: the variables that it set are those of the parent's widget. Returns the
    /// widget that follows there; none if the run is in no subflow.
    pub(super) fn ascend(&mut self, now: Timestamp) -> Option<Option<String>> {
        let ParentFlow { flow, trigger, widget, context, rounds, name } = *self.parent.take()?;
        let inner = std::mem::replace(&mut self.context, context);
        (self.flow, self.trigger, self.widget, self.rounds) = (flow, trigger, widget, rounds);
        self.set(&name, inner["flow"]["variables"].clone());
        let flow = self.flow.clone();
        let state = self.widget.and_then(|index| flow.states.get(index))?;
        let next = state.on("completed").and_then(|transition| transition.next.clone());
        self.leave(state, "completed", next.as_deref(), now);
        Some(next)
    }
}
