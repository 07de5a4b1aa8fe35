//! A night of the job Escalate, told in its own words: an alarm goes off, a phone rings, somebody presses a key, time
//! passes.
//!
//! What a story does not expect fails it: each call and each text is expected by the words that tell of it, and the end
//! of the night counts them all.

pub(crate) mod alarm;
pub(crate) mod phone;
mod plan;
mod slack;
mod twilio;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{House, Plan, TOKEN};
use alarm::Alarm;
use phone::{PEOPLE, Phone};
pub(crate) use plan::{Way, config, policy, usual};

/// How often we look whether something has happened, …
const LOOK: Duration = Duration::from_millis(20);
/// … and how often at most: twenty seconds.
const LOOKS: u32 = 1000;
/// How far the clocks are pushed at once while an Execution is under way.
const STEP: Duration = Duration::from_secs(14);

/// What a story said that it expects.
#[derive(Default)]
struct Expected {
    calls: BTreeMap<&'static str, usize>,
    texts: BTreeMap<&'static str, Vec<String>>,
    mends: bool,
    ended: bool,
}

/// A night.
pub(crate) struct Night {
    pub(crate) house: House,
    /// The process of the pretend Twilio, if it is not the house's own.
    exchange: Option<House>,
    pub(crate) way: Way,
    expected: Mutex<Expected>,
}

impl Night {
    pub(crate) async fn begin(way: Way, policies: &str) -> Night {
        Night::begin_with(way, policies, &[]).await
    }

    /// A night in a house with this environment too.
    pub(crate) async fn begin_with(way: Way, policies: &str, set: &[(&str, &str)]) -> Night {
        let plan = Plan { config: config(way, policies), ..Plan::new() };
        let plan = plan.set("ALARMS_TOKEN", "the-alarms-token");
        let plan = set.iter().fold(plan, |plan, (name, value)| plan.set(name, value));
        Night::of(way, plan.start().await, None)
    }

    /// A night whose Twilio is another process, which outlives the house; and what the house is started with.
    pub(crate) async fn with_an_exchange(way: Way, policies: &str) -> (Night, Plan) {
        let plan = || Plan { config: config(way, policies), ..Plan::new() };
        let exchange = plan().start().await;
        // The account there has a token of its own; the tests sign with theirs.
        let tokens = format!("{},{TOKEN}", exchange.simulated().auth_token.expose());
        let plan = plan()
            .unset("PUBLIC_BASE_URL")
            .unset("TWILIO_AUTH_TOKEN")
            .set("TWILIO_AUTH_TOKEN", &tokens)
            .set("TWILIO_ACCOUNT_SID", ringdown::pretend::twilio::PRETEND_ACCOUNT)
            .set("TWILIO_FROM_NUMBER", "+15005550006")
            .set("TWILIO_API_BASE_URL", &format!("{}/pretend/twilio", exchange.address));
        (Night::of(way, plan.start().await, Some(exchange)), plan)
    }

    fn of(way: Way, house: House, exchange: Option<House>) -> Night {
        Night { house, exchange, way, expected: Mutex::default() }
    }

    fn expected(&self) -> MutexGuard<'_, Expected> {
        self.expected.lock().unwrap()
    }

    fn exchange(&self) -> &House {
        self.exchange.as_ref().unwrap_or(&self.house)
    }

    pub(crate) fn alarm<'a>(&'a self, name: &'a str) -> Alarm<'a> {
        Alarm { night: self, name }
    }

    pub(crate) fn phone(&self, name: &str) -> Phone<'_> {
        let (name, number) = *PEOPLE.iter().find(|(known, _)| *known == name).unwrap();
        Phone { night: self, name, number }
    }

    /// Lets time go by, once nothing is under way.
    pub(crate) async fn passes(&self, time: Duration) {
        self.settles().await;
        self.goes_by(time).await;
    }

    /// Lets time go by until this person is called: two minutes at most.
    pub(crate) async fn passes_until_called(&self, name: &str) {
        let before = phone::calls(&self.phone(name).state().await);
        for _ in 0..24 {
            self.settles().await;
            if phone::calls(&self.phone(name).state().await) > before {
                return;
            }
            self.push(Duration::from_secs(5)).await;
        }
        panic!("{name} is not called: {}", self.house.log());
    }

    /// Pushes the clocks, in steps while an Execution is under way: it is looked at every now and then, and a look that
    /// is late by more than that would be the audit's to mend.
    async fn goes_by(&self, time: Duration) {
        let mut left = time;
        while self.way == Way::Studio && left > STEP && self.is_calling().await {
            self.push(STEP).await;
            self.settles().await;
            left -= STEP;
        }
        self.push(left).await;
    }

    /// Whether a call is under way, as far as the house knows.
    async fn is_calling(&self) -> bool {
        let incidents = self.incidents().await;
        let mut calls = incidents.iter().flat_map(|one| one["attempts"].as_array().unwrap());
        calls.any(|call| call["ended_at"].is_null())
    }

    /// Pushes the clocks at once.
    pub(crate) async fn push(&self, time: Duration) {
        let ahead = json!({"ahead_ms": u64::try_from(time.as_millis()).unwrap()}).to_string();
        for house in self.exchange.iter().chain([&self.house]) {
            assert_eq!(post(house, "/pretend/clock", ahead.clone()).await.0, 200);
        }
    }

    /// How much work each process has begun until it was idle.
    async fn begun(&self) -> Vec<Value> {
        let mut begun = Vec::new();
        for house in self.exchange.iter().chain([&self.house]) {
            begun.push(house.idles().await);
        }
        begun
    }

    /// Waits until neither Twilio nor the house has anything left to do at this time.
    pub(crate) async fn settles(&self) {
        let (mut before, mut now) = (None, self.begun().await);
        while before.as_ref() != Some(&now) {
            before = Some(std::mem::replace(&mut now, self.begun().await));
        }
    }

    /// What time it is in the house, in CloudWatch's way.
    pub(crate) async fn now(&self) -> jiff::Timestamp {
        get(&self.house, "/pretend/clock").await["now"].as_str().unwrap().parse().unwrap()
    }

    /// All incidents, the newest first.
    pub(crate) async fn incidents(&self) -> Vec<Value> {
        get(&self.house, "/incidents.json").await.as_array().unwrap().clone()
    }

    /// Waits until the newest incident is in this state.
    pub(crate) async fn is(&self, state: &str) -> Found {
        self.has(state, "").await
    }

    /// Waits until the newest incident of this policy (of any, if it is empty) is in this state.
    pub(crate) async fn has(&self, state: &str, policy: &str) -> Found {
        for _ in 0..LOOKS {
            let all = self.incidents().await;
            let mut its =
                all.into_iter().filter(|one| policy.is_empty() || one["policy"] == policy);
            if let Some(found) = its.next().filter(|one| one["state"] == state) {
                return Found(found);
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("it is not {state}: {:#?}\n{}", self.incidents().await, self.house.log());
    }

    /// The house is killed in the middle of what it does. Gives what the next one needs.
    pub(crate) async fn killed(mut self, plan: &Plan) -> Asleep {
        let expected = std::mem::take(&mut *self.expected());
        self.expected().ended = true;
        let exchange = self.exchange.take();
        let way = self.way;
        let plan = Plan { folder: self.house.folder.clone(), ..plan.clone() };
        // A house that is dropped is killed; this one is waited for, since the next one needs its lock.
        self.house.kill().await;
        Asleep { plan, exchange, way, expected }
    }

    /// The audit is expected to mend something.
    pub(crate) fn needs_mending(&self) {
        self.expected().mends = true;
    }

    /// This story counts its calls by itself, for they are more than a phone remembers.
    pub(crate) fn counts_itself(&self) {
        self.expected().ended = true;
    }

    /// Nothing more happens in the next minute, and nothing happened that the story did not tell of.
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
                self.house.log()
            );
            let texts = self.expected().texts.get(name).cloned().unwrap_or_default();
            assert_eq!(phone::texts(&state), texts, "texts to {name}");
        }
        let mended = self.house.log().contains("the audit mends");
        assert_eq!(mended, self.expected().mends, "mended: {}", self.house.log());
        self.expected().ended = true;
    }
}

impl Drop for Night {
    fn drop(&mut self) {
        let ended = self.expected.lock().is_ok_and(|expected| expected.ended);
        assert!(
            ended || std::thread::panicking(),
            "this story has no end: nobody counted its calls"
        );
    }
}

/// A night without a house.
pub(crate) struct Asleep {
    pub(crate) plan: Plan,
    exchange: Option<House>,
    way: Way,
    expected: Expected,
}

impl Asleep {
    /// The next house, on what the one before has kept.
    pub(crate) async fn goes_on(self) -> Night {
        let house = self.plan.start().await;
        let Asleep { exchange, way, expected, .. } = self;
        Night { house, exchange, way, expected: Mutex::new(expected) }
    }
}

/// An incident in the state that was waited for.
pub(crate) struct Found(pub(crate) Value);

impl Found {
    /// This person has it.
    pub(crate) fn by(self, person: &str) -> Found {
        assert_eq!(self.0["taken_by"], person, "{:#}", self.0);
        self
    }

    /// These were its calls, in words.
    pub(crate) fn after(self, calls: &[&str]) -> Found {
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
        shared::app::words::span(at(to).duration_since(at(from)).as_secs())
    }
}

pub(crate) async fn get(house: &House, path: &str) -> Value {
    let answer = house.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

pub(crate) async fn post(house: &House, path: &str, body: String) -> (u16, String) {
    let answer =
        house.http.post(format!("{}{path}", house.address)).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
