//! A scenario of the job Escalate, told in its own words: an alarm goes off, a phone rings, somebody presses a key, time
//! passes.
//!
//! What a scenario does not expect fails it: each call and each text is expected by the words that tell of it, and the end
//! of the scenario counts them all.

pub(crate) mod alarm;
mod clocks;
pub(crate) mod phone;
mod plan;
mod slack;
mod twilio;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Plan, Server, TOKEN};
use alarm::Alarm;
use clocks::{MOMENTS, hold};
use phone::{PEOPLE, Phone};
pub(crate) use plan::{CallWith, config, policy, usual};

/// What a scenario said that it expects.
#[derive(Default)]
struct Expected {
    calls: BTreeMap<&'static str, usize>,
    texts: BTreeMap<&'static str, Vec<String>>,
    repairs: bool,
    ended: bool,
}

/// A scenario.
pub(crate) struct Scenario {
    pub(crate) server: Server,
    /// The process of the sandbox's Twilio, if it is not the server's own.
    twilio: Option<Server>,
    pub(crate) call_with: CallWith,
    expected: Mutex<Expected>,
}

impl Scenario {
    pub(crate) async fn begin(call_with: CallWith, policies: &str) -> Scenario {
        Scenario::begin_with(call_with, policies, &[]).await
    }

    /// A scenario in a server with this environment too.
    pub(crate) async fn begin_with(
        call_with: CallWith,
        policies: &str,
        set: &[(&str, &str)],
    ) -> Scenario {
        let plan = Plan { config: config(call_with, policies), ..Plan::new() };
        let plan = plan.set("ALARMS_TOKEN", "the-alarms-token");
        let plan = set.iter().fold(plan, |plan, (name, value)| plan.set(name, value));
        Scenario::of(call_with, plan.start().await, None).await
    }

    /// A scenario whose Twilio is another process, which outlives the server; and what the server is started with.
    pub(crate) async fn with_separate_twilio(
        call_with: CallWith,
        policies: &str,
    ) -> (Scenario, Plan) {
        let plan = || Plan { config: config(call_with, policies), ..Plan::new() };
        let twilio = plan().start().await;
        // The account there has a token of its own, and refuses requests with that by which the tests sign: the next is
        // tried then.
        let tokens = format!("{TOKEN},{}", twilio.simulated().auth_token.expose());
        let plan = plan()
            .unset("PUBLIC_BASE_URL")
            .unset("TWILIO_AUTH_TOKEN")
            .set("TWILIO_AUTH_TOKEN", &tokens)
            .set("TWILIO_ACCOUNT_SID", sandbox::twilio::SANDBOX_ACCOUNT)
            .set("TWILIO_FROM_NUMBER", "+15005550006")
            .set("TWILIO_API_BASE_URL", &format!("{}/sandbox/twilio", twilio.address));
        (Scenario::of(call_with, plan.start().await, Some(twilio)).await, plan)
    }

    /// A scenario that begins with what an earlier server has left in the folder.
    pub(crate) async fn begin_on(call_with: CallWith, plan: &Plan) -> Scenario {
        Scenario::of(call_with, plan.start().await, None).await
    }

    /// The clocks stand still until the scenario pushes them.
    async fn of(call_with: CallWith, server: Server, twilio: Option<Server>) -> Scenario {
        for server in twilio.iter().chain([&server]) {
            hold(server).await;
        }
        Scenario { server, twilio, call_with, expected: Mutex::default() }
    }

    fn expected(&self) -> MutexGuard<'_, Expected> {
        self.expected.lock().unwrap()
    }

    fn twilio(&self) -> &Server {
        self.twilio.as_ref().unwrap_or(&self.server)
    }

    pub(crate) fn alarm<'a>(&'a self, name: &'a str) -> Alarm<'a> {
        Alarm { scenario: self, name }
    }

    pub(crate) fn phone(&self, name: &str) -> Phone<'_> {
        let (name, number) = *PEOPLE.iter().find(|(known, _)| *known == name).unwrap();
        Phone { scenario: self, name, number }
    }

    /// All incidents, the newest first.
    pub(crate) async fn incidents(&self) -> Vec<Value> {
        get(&self.server, "/incidents.json").await.as_array().unwrap().clone()
    }

    /// Waits until the newest incident is in this state.
    pub(crate) async fn is(&self, state: &str) -> IncidentJson {
        self.has(state, "").await
    }

    /// Waits until the newest incident of this policy (of any, if it is empty) is in this state.
    pub(crate) async fn has(&self, state: &str, policy: &str) -> IncidentJson {
        for _ in 0..MOMENTS {
            let all = self.incidents().await;
            let mut its =
                all.into_iter().filter(|one| policy.is_empty() || one["policy"] == policy);
            if let Some(found) = its.next().filter(|one| one["state"] == state) {
                return IncidentJson(found);
            }
            self.waits_a_moment().await;
        }
        panic!("it is not {state}: {:#?}\n{}", self.incidents().await, self.server.log());
    }

    /// The server is killed in the middle of what it does. Gives what the next one needs.
    pub(crate) async fn killed(mut self, plan: &Plan) -> KilledScenario {
        let expected = std::mem::take(&mut *self.expected());
        self.expected().ended = true;
        let twilio = self.twilio.take();
        let call_with = self.call_with;
        let plan = Plan { folder: self.server.folder.clone(), ..plan.clone() };
        // A server that is dropped is killed; this one is waited for, since the next one needs its lock.
        self.server.kill().await;
        KilledScenario { plan, twilio, call_with, expected }
    }

    /// The reconciler is expected to repair something.
    pub(crate) fn needs_repair(&self) {
        self.expected().repairs = true;
    }

    /// Nothing more happens in the next minute, and nothing happened that the scenario did not tell of.
    pub(crate) async fn end(self) {
        self.settles().await;
        let is_calling =
            self.incidents().await.iter().any(|incident| incident["state"] == "calling");
        if !is_calling {
            self.goes_by(Duration::from_secs(61)).await;
        }
        self.settles().await;
        for (name, _) in PEOPLE {
            let phone = self.phone(name);
            let state = phone.state().await;
            let calls = self.expected().calls.get(name).copied().unwrap_or_default();
            assert_eq!(
                phone::calls(&state),
                calls,
                "calls of {name}: {state:#}\n{}",
                self.server.log()
            );
            let texts = self.expected().texts.get(name).cloned().unwrap_or_default();
            assert_eq!(phone::texts(&state), texts, "texts to {name}");
        }
        let repaired = self.server.log().contains("the reconciler repairs");
        assert_eq!(repaired, self.expected().repairs, "repaired: {}", self.server.log());
        self.expected().ended = true;
    }
}

impl Drop for Scenario {
    fn drop(&mut self) {
        let ended = self.expected.lock().is_ok_and(|expected| expected.ended);
        assert!(
            ended || std::thread::panicking(),
            "this scenario has no end: nobody counted its calls"
        );
    }
}

/// A scenario whose server was killed.
pub(crate) struct KilledScenario {
    pub(crate) plan: Plan,
    twilio: Option<Server>,
    call_with: CallWith,
    expected: Expected,
}

impl KilledScenario {
    /// The next server, on what the one before has kept.
    pub(crate) async fn goes_on(self) -> Scenario {
        let server = self.plan.start().await;
        hold(&server).await;
        let KilledScenario { twilio, call_with, expected, .. } = self;
        Scenario { server, twilio, call_with, expected: Mutex::new(expected) }
    }
}

/// An incident in the state that was waited for.
pub(crate) struct IncidentJson(pub(crate) Value);

impl IncidentJson {
    /// This person has it.
    pub(crate) fn by(self, person: &str) -> IncidentJson {
        assert_eq!(self.0["taken_by"], person, "{:#}", self.0);
        self
    }

    /// These were its calls, in words.
    pub(crate) fn after(self, calls: &[&str]) -> IncidentJson {
        let attempts = self.0["attempts"].as_array().unwrap().iter();
        let told: Vec<String> = attempts
            .map(|call| {
                format!("{}: {}", call["person"].as_str().unwrap(), call["says"].as_str().unwrap())
            })
            .collect();
        assert_eq!(told, calls);
        self
    }

    pub(crate) fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }

    /// The seconds from one of its times to another, as Slack is told them.
    pub(crate) fn span(&self, from: &str, to: &str) -> String {
        let at = |name: &str| self.0[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        shared::domain::text::span(at(to).duration_since(at(from)).as_secs())
    }
}

pub(crate) async fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

pub(crate) async fn post(server: &Server, path: &str, body: String) -> (u16, String) {
    let answer =
        server.http.post(format!("{}{path}", server.address)).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
