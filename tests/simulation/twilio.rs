//! A Twilio of its own: it places calls to people with habits, reports their status, and has its bad days.

mod api;

use jiff::fmt::rfc2822;
use serde_json::json;
use shared::Timestamp;
use shared::domain::escalation::{CallEvent, End, IncidentId, Key};

use crate::run::{About, Asked};
use crate::script::{PhoneBehaviour, Pickup};
use crate::world::{What, World};

pub(crate) use api::wire;

/// A call.
pub(crate) struct Call {
    pub(crate) sid: String,
    pub(crate) to: String,
    pub(crate) incident: IncidentId,
    pub(crate) attempt: u32,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    /// From when on lists show it.
    listed: i64,
    status: &'static str,
    pub(crate) ended: bool,
    pub(crate) answered: bool,
    pub(crate) behaviour: PhoneBehaviour,
    ring_seconds: i64,
    most_seconds: i64,
    /// How often its person heard the menu.
    pub(crate) menus: usize,
}

/// How a call goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Initiated,
    Rings,
    Answered,
    MachineHeard,
    /// The words are asked for: which reading, which key.
    Asks(u32, Option<Key>, u32),
    Ends(End),
}

/// Twilio's side of the run.
#[derive(Default)]
pub(crate) struct Phones {
    pub(crate) calls: Vec<Call>,
    pub(crate) texts: u32,
}

impl World {
    /// A call goes on.
    pub(crate) fn go_on(&mut self, at: usize, step: Step) {
        let call = &mut self.phones.calls[at];
        if call.ended {
            return;
        }
        let (behaviour, ring) = (call.behaviour, call.ring_seconds * 1000);
        match step {
            Step::Initiated => {
                self.send_status(at, "initiated");
                let soon = self.rng.range(300, 1_500);
                self.after(soon, What::Call(at, Step::Rings));
            }
            Step::Rings => {
                call.status = "ringing";
                self.send_status(at, "ringing");
                let (after, next) = match behaviour.pickup {
                    Pickup::Busy => (900, Step::Ends(End::Busy)),
                    Pickup::Fails => (700, Step::Ends(End::Failed)),
                    Pickup::Person(ms) | Pickup::Machine(ms) if ms < ring => (ms, Step::Answered),
                    _ => (ring + 4_000, Step::Ends(End::NoAnswer)),
                };
                self.after(after, What::Call(at, next));
            }
            Step::Answered => {
                call.status = "in-progress";
                call.answered = true;
                let most = call.most_seconds * 1000;
                self.send_status(at, "in-progress");
                self.after(most, What::Call(at, Step::Ends(End::Completed)));
                self.after(150, What::Call(at, Step::Asks(1, None, 0)));
                if behaviour.detected {
                    self.after(4_000, What::Call(at, Step::MachineHeard));
                }
            }
            Step::MachineHeard => self.call_event(at, CallEvent::Machine),
            Step::Asks(reading, key, moments) => {
                let asked = Asked { call: at, reading, key, moments };
                self.after(self.now % 90 + 20, What::Begin(About::Words(asked)));
            }
            Step::Ends(end) => self.end(at, end),
        }
    }

    fn end(&mut self, at: usize, end: End) {
        let status = match end {
            End::Completed | End::Untold => "completed",
            End::Busy => "busy",
            End::NoAnswer => "no-answer",
            End::Failed => "failed",
            End::Canceled => "canceled",
        };
        let call = &mut self.phones.calls[at];
        (call.ended, call.status, call.updated) = (true, status, self.now);
        self.note(|| format!("{at} {status}"));
        self.send_status(at, status);
    }

    fn send_status(&mut self, at: usize, status: &str) {
        match shared::twilio::rest::call_event(status) {
            Some(event) => self.call_event(at, event),
            None => self.fail(format!("the status {status} means nothing")),
        }
    }

    /// A callback of Twilio's sets out. None is repeated.
    fn call_event(&mut self, at: usize, event: CallEvent) {
        let lost = self.faults.lost;
        if self.rng.chance(lost) {
            self.watch.totals.lost += 1;
            return self.note(|| format!("{at} {event:?}: lost"));
        }
        for long in self.journeys(20) {
            self.after(long, What::Begin(About::Status(at, event.clone())));
        }
    }
}

impl Call {
    fn shown(&self) -> serde_json::Value {
        let time = |ms: i64| {
            let at = Timestamp::from_second(ms.div_euclid(1000)).unwrap_or_default();
            rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
        };
        json!({
            "sid": self.sid, "status": self.status, "to": self.to,
            "date_created": time(self.created), "date_updated": time(self.updated),
        })
    }
}
