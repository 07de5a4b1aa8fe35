//! The context of an Execution: what it knows of its call. Pure.
//!
//! Under `widgets.call` stands what Twilio said of the call that the widget of this name placed: `CallSid` and
//! `CallStatus`. That is documented for Liquid only, and not for every moment of a call, so other spellings are read too,
//! and what is not there is not known. (Studio, "Make Outgoing Call widget".)

use serde_json::Value;

use crate::domain::escalation::{CallEvent, End};
use crate::domain::sid::{CALL, Sid};
use crate::twilio::rest;

/// The name of the widget that places the call.
const WIDGET: &str = "call";

/// The facts that an Execution knows of its call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The call's SID.
    pub call_sid: Option<Sid>,
    /// The status of the call, in Twilio's words, as the widget that placed it knows.
    call_status: Option<String>,
}

impl Context {
    /// Reads `GET …/Executions/{sid}/Context`.
    pub fn of(body: &Value) -> Context {
        let widget = &body["context"]["widgets"][WIDGET];
        let text = |names: &[&str]| names.iter().find_map(|name| widget[*name].as_str());
        let sid = text(&["CallSid", "call_sid", "sid"]).and_then(|sid| Sid::parse(CALL, sid));
        let status = text(&["CallStatus", "call_status", "status"]);
        Context { call_sid: sid, call_status: status.map(str::to_owned) }
    }

    /// The outcome of the call of an Execution that is over, as far as it is known: that it was answered, and how it ended.
    pub fn ended(&self) -> Vec<CallEvent> {
        match self.call_status.as_deref().and_then(rest::call_event) {
            Some(CallEvent::Answered | CallEvent::Ended(End::Completed)) => {
                vec![CallEvent::Answered, CallEvent::Ended(End::Completed)]
            }
            Some(ended @ CallEvent::Ended(_)) => vec![ended],
            _ => vec![CallEvent::Ended(End::Untold)],
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const SID: &str = "CA0123456789abcdef0123456789abcdef";

    fn of(widget: Value) -> Context {
        Context::of(
            &json!({"context": {"trigger": {}, "flow": {}, "widgets": {"call": widget}, "contact": {}}}),
        )
    }

    #[test]
    fn its_call_may_be_spelt_in_several_ways() {
        for widget in [
            json!({"CallSid": SID, "CallStatus": "busy"}),
            json!({"call_sid": SID, "call_status": "busy"}),
            json!({"sid": SID, "status": "busy"}),
        ] {
            let context = of(widget);
            assert_eq!(context.call_sid, Some(SID.into()));
            assert_eq!(context.ended(), [CallEvent::Ended(End::Busy)]);
        }
        for other in [json!({}), json!({"CallSid": "SM1", "CallStatus": 7}), json!([]), Value::Null]
        {
            assert_eq!(of(other), Context::default());
        }
    }

    #[test]
    fn call_outcome_is_read_from_the_context() {
        let answered = vec![CallEvent::Answered, CallEvent::Ended(End::Completed)];
        for (status, expected) in [
            ("in-progress", answered.clone()),
            ("completed", answered),
            ("no-answer", vec![CallEvent::Ended(End::NoAnswer)]),
            ("failed", vec![CallEvent::Ended(End::Failed)]),
            ("ringing", vec![CallEvent::Ended(End::Untold)]),
            ("something new", vec![CallEvent::Ended(End::Untold)]),
        ] {
            assert_eq!(of(json!({"CallStatus": status})).ended(), expected, "{status}");
        }
        assert_eq!(Context::default().ended(), [CallEvent::Ended(End::Untold)]);
    }

    proptest! {
        #[test]
        fn nothing_can_make_it_panic(text in ".{0,80}", status in ".{0,20}") {
            let body: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
            let _ = Context::of(&body).ended();
            let _ = of(json!({"CallSid": status, "CallStatus": status})).ended();
        }
    }
}
