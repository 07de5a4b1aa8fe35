//! Incidents to look at, in every state.

use shared::config::file::Config;
use shared::domain::escalation::{
    Alarm, CallEvent, End, Incident, IncidentId, Key as Pressed, Policy, Signal,
};
use shared::testing::sample;

use super::{CONFIG, at};

pub(in crate::tests) fn policy() -> Policy {
    let config = Config::parse(vec![("main".to_owned(), CONFIG.to_owned())]).unwrap();
    config.escalation.policy_at("checkout", at(0)).unwrap()
}

pub(in crate::tests) fn alarm(name: &str) -> Alarm {
    Alarm {
        reason: "12 percent of requests fail".to_owned(),
        description: "Runbook: https://wiki.example.com/checkout".to_owned(),
        ..sample::alarm(name, at(0))
    }
}

/// An incident that begins now with this alarm.
pub(in crate::tests) fn raised(name: &str) -> Incident {
    sample::incident(IncidentId::of("checkout", at(0)), &policy(), alarm(name))
}

/// The incident after these signals, each at its second.
pub(in crate::tests) fn after_signals(incident: Incident, signals: &[(i64, Signal)]) -> Incident {
    sample::after(incident, signals.iter().map(|(second, signal)| (signal, at(*second))))
}

pub(in crate::tests) fn call(attempt: u32, event: CallEvent) -> Signal {
    Signal::Call { attempt, call: Some(format!("CA{attempt}").as_str().into()), event }
}

/// Alpha does not answer, bravo's phone rings.
pub(in crate::tests) fn calling() -> Incident {
    after_signals(
        raised("checkout-5xx"),
        &[
            (1, call(1, CallEvent::Placed { reading_seconds: 8 })),
            (2, call(1, CallEvent::Ringing)),
            (27, call(1, CallEvent::Ended(End::NoAnswer))),
            (28, call(2, CallEvent::Placed { reading_seconds: 8 })),
            (30, call(2, CallEvent::Ringing)),
        ],
    )
}

/// Bravo has it.
pub(in crate::tests) fn taken() -> Incident {
    after_signals(
        calling(),
        &[
            (36, call(2, CallEvent::Answered)),
            (44, call(2, CallEvent::Pressed(Pressed::Take))),
            (45, Signal::Texted { person: "bravo".to_owned(), failed: None }),
            (50, call(2, CallEvent::Ended(End::Completed))),
        ],
    )
}

/// Nobody took it.
pub(in crate::tests) fn exhausted() -> Incident {
    after_signals(
        calling(),
        &[
            (36, call(2, CallEvent::Answered)),
            (44, call(2, CallEvent::Pressed(Pressed::Decline))),
            (46, call(2, CallEvent::Ended(End::Completed))),
        ],
    )
}

/// It is over.
pub(in crate::tests) fn resolved() -> Incident {
    after_signals(taken(), &[(300, Signal::Recovered { key: "checkout-5xx".to_owned() })])
}

/// It was over, and goes on: it is still theirs who had it.
pub(in crate::tests) fn reopened() -> Incident {
    let again = Alarm { since: at(330), ..alarm("checkout-5xx") };
    after_signals(resolved(), &[(330, Signal::Alarm(again))])
}
