//! A Twilio of its own: it places calls to people with habits, reports their status, and has its bad days.

use std::pin::Pin;
use std::sync::Arc;

use jiff::fmt::rfc2822;
use serde_json::json;
use shared::Timestamp;
use shared::domain::callbacks::{Callback, Resource, Source};
use shared::domain::escalation::{CallEvent, End, IncidentId, Key};
use shared::jobs::escalate::text_ended;
use shared::storage::messages::WakeUp;
use shared::twilio::callbacks::Path;
use shared::twilio::rest::{ApiRequest, ApiResponse, Wire};

use crate::backend::wait;
use crate::run::{About, Asked};
use crate::script::{Habit, Pickup};
use crate::setup::BASE;
use crate::world::{Part, Shared, What, World};

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
    pub(crate) habit: Habit,
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

fn answer(status: u16, body: serde_json::Value) -> ApiResponse {
    ApiResponse::Answer { status, retry_after: None, body: body.to_string().into() }
}

/// Carries requests into the world.
pub(crate) fn wire(world: Shared) -> Wire {
    Arc::new(move |ask: ApiRequest| {
        let world = world.clone();
        Box::pin(async move { world.perform(Part::Twilio, |world| world.twilio(&ask)).await })
            as Pin<Box<dyn Future<Output = ApiResponse> + Send>>
    })
}

fn field<'a>(ask: &'a ApiRequest, name: &str) -> &'a str {
    ask.form.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

impl World {
    fn twilio(&mut self, ask: &ApiRequest) -> (ApiResponse, i64) {
        let path = ask.url.rsplit_once("/Accounts/AC0/").map_or("", |(_, path)| path).to_owned();
        self.note(|| {
            format!(
                "  {} {path} {} {}",
                ask.method,
                field(ask, "To"),
                field(ask, "Url").trim_start_matches(BASE)
            )
        });
        let faults = self.faults;
        if self.rng.chance(faults.throttled) {
            self.note(|| "  … 429, or not sent".to_owned());
            self.watch.tally.throttled += 1;
            if self.rng.chance(300) {
                return (ApiResponse::NotSent("cannot be reached".to_owned()), 0);
            }
            let retry_after =
                if self.rng.chance(500) { Some(self.rng.range(1, 6) as u64) } else { None };
            return (ApiResponse::Answer { status: 429, retry_after, body: "{}".into() }, 0);
        }
        // (What lives is not refused its end.)
        if ask.method == "POST" && !path.starts_with("Calls/") && self.rng.chance(faults.refused) {
            self.note(|| "  … refused".to_owned());
            return (
                answer(400, json!({"code": 21211, "message": "Invalid 'To' Phone Number"})),
                0,
            );
        }
        if self.strikes(faults.dark) {
            let done = self.rng.chance(500);
            self.note(|| format!("  … no answer; done: {done}"));
            self.watch.tally.dark += 1;
            if done {
                self.serve(ask, &path);
            }
            return match self.rng.chance(500) {
                true => (answer(503, json!({})), 0),
                false => (ApiResponse::NoAnswer("no answer in time".to_owned()), 6_500),
            };
        }
        (self.serve(ask, &path), 0)
    }

    fn serve(&mut self, ask: &ApiRequest, path: &str) -> ApiResponse {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match (ask.method, path) {
            ("POST", "Calls.json") => self.place(ask),
            ("GET", "Calls.json") => self.list(query),
            ("POST", "Messages.json") => {
                self.phones.texts += 1;
                let sid = format!("SM{:032x}", self.phones.texts);
                if self.rng.chance(150) {
                    self.fail_text(ask, &sid);
                }
                let (to, body) = (field(ask, "To"), field(ask, "Body"));
                self.reads_text(to, body, field(ask, "StatusCallback"));
                answer(201, json!({"sid": sid}))
            }
            (method, path) => {
                let sid = path.trim_start_matches("Calls/").trim_end_matches(".json");
                let Some(at) = self.phones.calls.iter().position(|call| call.sid == sid) else {
                    return answer(404, json!({"code": 20404, "message": "not found"}));
                };
                match method {
                    "GET" => answer(200, self.phones.calls[at].shown()),
                    _ if self.phones.calls[at].ended => answer(
                        400,
                        json!({"code": 21220, "message": "Call is not in-progress. Cannot redirect."}),
                    ),
                    _ => {
                        let answered = self.phones.calls[at].answered;
                        self.end(at, if answered { End::Completed } else { End::Canceled });
                        answer(200, self.phones.calls[at].shown())
                    }
                }
            }
        }
    }

    /// A text is not delivered: its callback says so, and that is queued.
    fn fail_text(&mut self, ask: &ApiRequest, sid: &str) {
        let url = field(ask, "StatusCallback");
        let (url, _) = url.split_once('#').unwrap_or((url, ""));
        let query = url.split_once('?').map(|(_, query)| query);
        let callback = Callback {
            resource: Resource::Message,
            sid: sid.to_owned(),
            status: "undelivered".to_owned(),
            code: Some(30_003),
            sip_code: None,
            source: Source::Form,
        };
        match text_ended(&callback, query) {
            Some(wake_up @ WakeUp::TextNotDelivered { .. }) => {
                self.watch.tally.undelivered += 1;
                self.watch.seen.undelivered(&wake_up);
                wait(self, wake_up.to_body(), None);
            }
            _ => self.fail(format!("a text whose callback is {url:?}")),
        }
    }

    fn place(&mut self, ask: &ApiRequest) -> ApiResponse {
        let at = self.phones.calls.len();
        let to = field(ask, "To").to_owned();
        let url = field(ask, "Url").to_owned();
        let about = url.strip_prefix(BASE).and_then(Path::read);
        let Some((about, incident)) = about.and_then(|path| Some((path.clone(), path.incident?)))
        else {
            self.fail(format!("a call with the URL {url}"));
            return answer(400, json!({}));
        };
        let number = |name: &str| field(ask, name).parse().unwrap_or(0);
        let (queued, blind) = (self.faults.queued, self.faults.blind);
        let waits = match self.rng.chance(queued) {
            true => self.rng.range(5_000, 120_000),
            false => self.rng.range(50, 400),
        };
        let listed = match self.strikes(blind) {
            true => self.now + self.rng.range(1_000, 15_000),
            false => self.now,
        };
        let habit = Habit::roll(&mut self.rng);
        let call = Call {
            sid: format!("CA{at:032x}"),
            to,
            incident,
            attempt: about.attempt,
            created: self.now,
            updated: self.now,
            listed,
            status: "queued",
            ended: false,
            answered: false,
            habit,
            ring_seconds: number("Timeout"),
            most_seconds: number("TimeLimit"),
            menus: 0,
        };
        let told = answer(201, call.shown());
        self.note(|| format!("  … {} in {waits} ms: {habit:?}", call.sid));
        self.saw_call(&call);
        self.phones.calls.push(call);
        self.after(waits, What::Call(at, Step::Initiated));
        told
    }

    fn list(&self, query: &str) -> ApiResponse {
        let to = query.split('&').find_map(|pair| pair.strip_prefix("To=")).unwrap_or_default();
        let to = to.replace("%2B", "+");
        let calls =
            self.phones.calls.iter().rev().filter(|call| call.to == to && call.listed <= self.now);
        answer(200, json!({"calls": calls.take(50).map(Call::shown).collect::<Vec<_>>()}))
    }

    /// A call goes on.
    pub(crate) fn go_on(&mut self, at: usize, step: Step) {
        let call = &mut self.phones.calls[at];
        if call.ended {
            return;
        }
        let (habit, ring) = (call.habit, call.ring_seconds * 1000);
        match step {
            Step::Initiated => {
                self.tell(at, "initiated");
                let soon = self.rng.range(300, 1_500);
                self.after(soon, What::Call(at, Step::Rings));
            }
            Step::Rings => {
                call.status = "ringing";
                self.tell(at, "ringing");
                let (after, next) = match habit.pickup {
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
                self.tell(at, "in-progress");
                self.after(most, What::Call(at, Step::Ends(End::Completed)));
                self.after(150, What::Call(at, Step::Asks(1, None, 0)));
                if habit.detected {
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
        self.tell(at, status);
    }

    fn tell(&mut self, at: usize, status: &str) {
        match shared::twilio::rest::call_event(status) {
            Some(event) => self.call_event(at, event),
            None => self.fail(format!("the status {status} means nothing")),
        }
    }

    /// A callback of Twilio's sets out. None is repeated.
    fn call_event(&mut self, at: usize, event: CallEvent) {
        let lost = self.faults.lost;
        if self.rng.chance(lost) {
            self.watch.tally.lost += 1;
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
