//! Twilio's REST API: calls and texts are placed, looked up, listed and ended; or it is throttled, refuses, or does not answer.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::json;
use shared::domain::callbacks::{Callback, Resource, Source};
use shared::domain::escalation::End;
use shared::jobs::escalate::text_ended;
use shared::storage::messages::WakeUp;
use shared::twilio::callbacks::Path;
use shared::twilio::rest::{ApiRequest, ApiResponse, Wire};

use super::{Call, Step};
use crate::backend::wait;
use crate::script::PhoneBehaviour;
use crate::setup::BASE;
use crate::world::{Part, Shared, What, World};

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
            self.watch.totals.throttled += 1;
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
        if self.strikes(faults.outcome_unknown) {
            let done = self.rng.chance(500);
            self.note(|| format!("  … no answer; done: {done}"));
            self.watch.totals.outcome_unknown += 1;
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
            sid: sid.into(),
            status: "undelivered".to_owned(),
            code: Some(30_003),
            sip_code: None,
            source: Source::Form,
        };
        match text_ended(&callback, query) {
            Some(wake_up @ WakeUp::TextNotDelivered { .. }) => {
                self.watch.totals.undelivered += 1;
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
        let (queued, listed_late) = (self.faults.queued, self.faults.listed_late);
        let waits = match self.rng.chance(queued) {
            true => self.rng.range(5_000, 120_000),
            false => self.rng.range(50, 400),
        };
        let listed = match self.strikes(listed_late) {
            true => self.now + self.rng.range(1_000, 15_000),
            false => self.now,
        };
        let behaviour = PhoneBehaviour::roll(&mut self.rng);
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
            behaviour,
            ring_seconds: number("Timeout"),
            most_seconds: number("TimeLimit"),
            menus: 0,
        };
        let told = answer(201, call.shown());
        self.note(|| format!("  … {} in {waits} ms: {behaviour:?}", call.sid));
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
}
