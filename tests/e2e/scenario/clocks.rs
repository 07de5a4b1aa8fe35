//! The clocks of a scenario: they stand still until it pushes them, and it waits by them until nothing is under way.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Server;

use super::{CallWith, Scenario, get, phone, post};

/// How often we look whether something has happened, …
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// … and how often at most.
pub(super) const LOOKS: u32 = 1000;
/// How far the clocks are pushed at once while something is waited for, …
const MOMENT: Duration = Duration::from_millis(250);
/// … and how often at most: twenty seconds by the clocks.
pub(super) const MOMENTS: u32 = 80;
/// How far the clocks are pushed at once while an Execution is under way.
const STEP: Duration = Duration::from_secs(14);

impl Scenario {
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
        panic!("{name} is not called: {}", self.server.log());
    }

    /// Pushes the clocks, in steps while an Execution is under way: it is looked at every now and then, and a look that
    /// is late by more than that would be the reconciler's to repair.
    pub(super) async fn goes_by(&self, time: Duration) {
        let mut left = time;
        while self.call_with == CallWith::Studio && left > STEP && self.is_calling().await {
            self.push(STEP).await;
            self.settles().await;
            left -= STEP;
        }
        self.push(left).await;
    }

    /// Whether a call is under way, as far as the server knows.
    async fn is_calling(&self) -> bool {
        let incidents = self.incidents().await;
        let mut calls = incidents.iter().flat_map(|one| one["attempts"].as_array().unwrap());
        calls.any(|call| call["ended_at"].is_null())
    }

    /// Lets a moment go by, once nothing is under way.
    pub(super) async fn waits_a_moment(&self) {
        self.settles().await;
        self.push(MOMENT).await;
        self.settles().await;
    }

    /// Lets as much of the clocks' time go by as of the real one: what has a pace of its own is waited for.
    pub(super) async fn looks_again(&self) {
        tokio::time::sleep(POLL_INTERVAL).await;
        self.push(POLL_INTERVAL).await;
    }

    /// Pushes the clocks at once.
    pub(crate) async fn push(&self, time: Duration) {
        let ahead = json!({"ahead_ms": u64::try_from(time.as_millis()).unwrap()}).to_string();
        for server in self.twilio.iter().chain([&self.server]) {
            assert_eq!(post(server, "/sandbox/clock", ahead.clone()).await.0, 200);
        }
    }

    /// How much work each process has begun until it was idle.
    async fn begun(&self) -> Vec<Value> {
        let mut begun = Vec::new();
        for server in self.twilio.iter().chain([&self.server]) {
            begun.push(server.idles("/sandbox/idle").await);
        }
        begun
    }

    /// Waits until neither Twilio nor the server has anything left to do at this time.
    pub(crate) async fn settles(&self) {
        let (mut before, mut now) = (None, self.begun().await);
        while before.as_ref() != Some(&now) {
            before = Some(std::mem::replace(&mut now, self.begun().await));
        }
    }

    /// The time in the server, in CloudWatch's way.
    pub(crate) async fn now(&self) -> jiff::Timestamp {
        get(&self.server, "/sandbox/clock").await["now"].as_str().unwrap().parse().unwrap()
    }
}

/// Lets the clock of a server stand still.
pub(super) async fn hold(server: &Server) {
    let hold = json!({"ahead_ms": 0, "hold": true}).to_string();
    assert_eq!(post(server, "/sandbox/clock", hold).await.0, 200);
}
