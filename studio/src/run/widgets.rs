//! The widgets by their types: the beginning of each when a run comes to it, and the event that it fires then.

use jiff::Timestamp;
use serde_json::Value;

use super::budget::Budget;
use super::calls::{CallLine, RunCall};
use super::messages::Outbound;
use super::split::{Branch, split};
use super::texts::WidgetTexts;
use super::variables::variables;
use super::widget::{Begun, Taken, WidgetFailure, fired, kind};
use super::{
    Action, EndReason, LogEntry, Run, RunEvent, calls, code, hand_over, http, prompts, queues,
};
use crate::flow::{State, failure_event};

/// The beginning of a widget, before the run has changed.
enum WidgetPlan {
    /// Nothing else changes.
    Begin(Begun),
    /// It sends a message, and waits.
    Send(Outbound),
    /// It is a split, and done.
    Split(Branch),
    /// It sets variables, and is done.
    Set(Vec<(String, Value)>),
}

impl Run {
    /// Whether a widget needs somebody on the line.
    pub(super) fn is_voice(&self, state: &State) -> bool {
        match state.kind.as_str() {
            kind::SAY | kind::GATHER | kind::STREAM => true,
            kind::ENQUEUE | kind::CONNECT | kind::RECORD => true,
            kind::FLEX => self.call.is_some(),
            other => hand_over::is_voice(other, self.call.is_some()),
        }
    }

    /// Whether a widget learns of a hang-up.
    pub(super) fn is_of_call(&self, state: &State) -> bool {
        matches!(state.kind.as_str(), kind::CALL | kind::OLD_CALL) || self.is_voice(state)
    }

    /// Whether a hang-up now would end the widget that it is in: any other widget goes on.
    pub fn ends_by_hang_up(&self) -> bool {
        self.widget().is_some_and(|state| self.is_of_call(state))
    }

    /// Begins a widget. If one of its templates cannot be evaluated, it fails; and if it has no event for that, the text
    /// stays as it is. (Which of the two Studio does is not documented.)
    pub(super) fn begin(&mut self, state: &State, budget: &mut Budget, now: Timestamp) -> Begun {
        let (mut texts, mut log) = (WidgetTexts::new(&self.context, now, budget), Vec::new());
        let plan = self.plan(state, &mut texts, &mut log);
        if texts.budget.left() == 0 {
            return Begun::Ends(EndReason::TooMuchWork { widget: state.name.clone() });
        }
        let event = failure_event(&state.kind);
        let has_failed = plan.is_err() || !texts.errors.is_empty();
        let errors = texts.errors.into_iter().map(|error| match event {
            Some(event) => (code::TEMPLATE, format!("{error}; the widget takes {event}")),
            None => (code::TEMPLATE, format!("{error}; the text stays as it is")),
        });
        let errors: Vec<WidgetFailure> = errors.collect();
        log.into_iter().for_each(|entry| self.push(entry));
        // A text that cannot be evaluated explains what came of it.
        let failure = plan.as_ref().err().filter(|_| errors.is_empty()).cloned();
        for (code, message) in errors.into_iter().chain(failure) {
            self.warn(code, state, &message);
        }
        match (event, plan) {
            (Some(event), _) if has_failed => fired(state, event),
            (_, Ok(plan)) => self.keep(state, plan),
            (_, Err((_, why))) => {
                Begun::Ends(EndReason::Unplayable { widget: state.name.clone(), why })
            }
        }
    }

    /// The beginning of a widget.
    fn plan(
        &self,
        state: &State,
        texts: &mut WidgetTexts<'_>,
        log: &mut Vec<LogEntry>,
    ) -> Result<WidgetPlan, WidgetFailure> {
        let begun = match state.kind.as_str() {
            kind::TRIGGER => fired(state, self.trigger),
            kind::CALL | kind::OLD_CALL => Begun::Waits(self.place(state, texts)?),
            kind::HTTP => Begun::Waits(http::request(state, texts)?),
            kind::FUNCTION => Begun::Waits(http::function(state, texts)?),
            kind::GATHER => Begun::Waits(prompts::gather(state, texts)),
            kind::SAY => Begun::Waits(Action::SayPlay(prompts::prompt(state, texts))),
            kind::SET => return Ok(WidgetPlan::Set(variables(state, "variables", texts, log))),
            kind::SPLIT => return Ok(WidgetPlan::Split(split(state, texts, log))),
            kind::SEND | kind::WAIT => return Ok(WidgetPlan::Send(Outbound::new(state, texts)?)),
            kind::ENQUEUE => Begun::Waits(queues::enqueue(state, texts)?),
            kind::FLEX => Begun::Waits(queues::flex(state, texts)?),
            kind::CONNECT => Begun::Waits(calls::connect(state, texts)),
            kind::RECORD => Begun::Waits(calls::record(state, texts)),
            // The recording of a whole call, and a stream of its sound: both run beside the Flow.
            kind::RECORD_CALL if self.line() != Some(CallLine::Open) => {
                return Err((code::WRONG_TRIGGER, "there is no call to record".to_owned()));
            }
            kind::RECORD_CALL => fired(state, "success"),
            kind::STREAM => fired(state, "next"),
            kind::SUBFLOW => Begun::Waits(self.fetch(state, texts, log)?),
            _ => match hand_over::action(state, self.trigger, texts)? {
                Some(action) => Begun::Waits(action),
                None => {
                    let why = match state.kind.as_str() {
                        "" => "it has no type".to_owned(),
                        kind => format!("Studio has no type of widget {kind:?}"),
                    };
                    Begun::Ends(EndReason::Unplayable { widget: state.name.clone(), why })
                }
            },
        };
        Ok(WidgetPlan::Begin(begun))
    }

    /// Changes the run as the beginning of a widget does.
    fn keep(&mut self, state: &State, plan: WidgetPlan) -> Begun {
        match plan {
            WidgetPlan::Set(variables) => {
                for (key, value) in variables {
                    self.context["widgets"][&state.name][&key] = value.clone();
                    self.context["flow"]["variables"][key] = value;
                }
                fired(state, "next")
            }
            WidgetPlan::Send(outbound) => Begun::Waits(self.outbound.insert(outbound).action()),
            WidgetPlan::Split(Branch { begun, step }) => {
                self.split = Some(step);
                begun
            }
            WidgetPlan::Begin(begun) => {
                if let Begun::Waits(Action::PlaceCall { to, from, .. }) = &begun {
                    self.call = Some(RunCall::dialing(to, from));
                }
                begun
            }
        }
    }

    /// Gives an event to a widget that waits.
    pub(super) fn take(&mut self, state: &State, event: RunEvent, now: Timestamp) -> Taken {
        match (state.kind.as_str(), event) {
            (kind::CALL | kind::OLD_CALL, event) => self.take_dialing(state, event),
            (kind::HTTP | kind::FUNCTION, event) => self.take_response(state, event),
            (kind::GATHER, event) => self.take_input(state, event),
            (kind::SAY, RunEvent::Spoken) => Taken::Fired("audioComplete"),
            (kind::SEND | kind::WAIT, event) => self.take_message(state, event),
            (kind::ENQUEUE | kind::FLEX, event) => self.take_queue(state, event),
            (kind::CONNECT, event) => self.take_connection(state, event),
            (kind::RECORD, event) => self.take_recording(state, event),
            (kind::SUBFLOW, event) => self.take_subflow(state, event, now),
            (_, event) => self.take_back(state, event),
        }
    }
}
