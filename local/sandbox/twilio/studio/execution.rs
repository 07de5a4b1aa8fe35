//! An Execution: one person's run through a Flow, and its status.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::twilio::studio::flow::{Flow, State};

use super::super::Twilio;
use super::events::{self, Stream};
use crate::commands::send::random;

/// What the request for an Execution says. Nothing here changes.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) account: String,
    pub(super) flow_sid: String,
    pub(super) revision: u32,
    pub(super) flow: Arc<Flow>,
    pub(super) to: String,
    pub(super) from: String,
    /// The request's `Parameters`.
    pub(super) data: Map<String, Value>,
}

/// One widget that is done with.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) sid: String,
    pub(super) at: Timestamp,
    /// The event that it fired, and its type.
    pub(super) event: String,
    pub(super) kind: String,
    pub(super) from: String,
    /// `Ended` if nothing follows.
    pub(super) to: String,
}

/// An Execution.
pub(super) struct Execution {
    pub(super) sid: String,
    pub(super) created: Timestamp,
    pub(super) order: Order,
    facts: Mutex<Facts>,
}

struct Facts {
    updated: Timestamp,
    /// Liquid is looked up in it.
    context: Value,
    /// Oldest first.
    steps: Vec<Step>,
    /// Where its events go; none once it has ended.
    stream: Option<Stream>,
}

impl Execution {
    /// An Execution that begins now, and is told so.
    pub(super) fn begin(twilio: &Arc<Twilio>, order: Order) -> Execution {
        let now = twilio.now();
        let sid = format!("FN{}", random());
        let context = json!({
            "trigger": {"request": {"to": order.to, "from": order.from, "parameters": order.data}},
            "flow": {
                "sid": sid,
                "flow_sid": order.flow_sid,
                "channel": {"address": order.from},
                "data": order.data,
                "variables": {},
            },
            "contact": {"channel": {"address": order.to}},
            "widgets": {},
        });
        let stream = Stream::open(twilio.clone());
        let facts = Facts { updated: now, context, steps: Vec::new(), stream: None };
        let execution = Execution { sid, created: now, order, facts: Mutex::new(facts) };
        stream.put(events::started(&execution));
        execution.facts().stream = Some(stream);
        execution
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is still active.
    pub(super) fn is_active(&self) -> bool {
        self.facts().stream.is_some()
    }

    /// `active` or `ended`.
    pub(super) fn status(&self) -> &'static str {
        if self.is_active() { "active" } else { "ended" }
    }

    /// When it last changed.
    pub(super) fn updated(&self) -> Timestamp {
        self.facts().updated
    }

    /// All that its widgets know.
    pub(super) fn context(&self) -> Value {
        self.facts().context.clone()
    }

    /// The steps so far, oldest first.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.facts().steps.clone()
    }

    /// Who began it: for a request of the REST API that is the account. (K)
    pub(super) fn started_by(&self) -> &str {
        &self.order.account
    }

    /// What a widget has found out, in place of what it found out before.
    pub(super) fn found(&self, widget: &str, what: Value) {
        self.facts().context["widgets"][widget] = what;
    }

    /// Sets a variable.
    pub(super) fn set(&self, name: &str, value: String) {
        self.facts().context["flow"]["variables"][name] = value.into();
    }

    /// A widget is done with. An Execution that has ended takes no more steps.
    pub(super) fn step(&self, at: Timestamp, from: &State, event: &str, to: Option<&str>) {
        let step = Step {
            sid: format!("FT{}", random()),
            at,
            event: event.to_owned(),
            kind: from.kind.clone(),
            from: from.name.clone(),
            to: to.unwrap_or("Ended").to_owned(),
        };
        let mut facts = self.facts();
        let Some(stream) = &facts.stream else { return };
        stream.put(events::step_ended(self, &step));
        facts.updated = at;
        facts.steps.push(step);
    }

    /// It ends, unless it has.
    pub(super) fn end(&self, at: Timestamp) {
        let mut facts = self.facts();
        let Some(stream) = facts.stream.take() else { return };
        facts.updated = at;
        stream.put(events::ended(self, at));
        tracing::info!(execution = self.sid, "a sandbox Execution ended");
    }
}
