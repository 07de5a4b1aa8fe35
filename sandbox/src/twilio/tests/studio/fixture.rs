//! Our own Flow in the simulated Studio, and a server that answers it by a script.

use serde_json::json;

use super::super::super::call::PhoneAction;
use super::*;

pub(super) const REPORT: &str = "/report/default-1/1";
pub(super) const MENU: &str = "Checkout is down. Press 1.";

/// The server's answer to a report.
pub(super) fn answers_with(words: &str, again: bool) -> (u16, String) {
    (200, json!({"say": words, "again": again}).to_string())
}

pub(super) fn down() -> (u16, String) {
    (503, String::new())
}

/// Ringdown's own Flow: it rings for 25 seconds, and waits 10 for a key.
pub(super) fn definition() -> Value {
    let template = include_str!("../../../../../shared/flows/outage-call.json");
    let mut definition: Value = serde_json::from_str(template).expect("JSON");
    for state in definition["states"].as_array_mut().expect("states") {
        let timeout = match state["type"].as_str().expect("a type") {
            "make-outgoing-call-v2" => 25,
            "gather-input-on-call" => 10,
            _ => continue,
        };
        state["properties"]["timeout"] = timeout.into();
    }
    definition
}

/// A fixture with our Flow in it.
pub(super) struct StudioFixture {
    pub(super) fixture: Fixture,
    pub(super) flow: String,
}

impl StudioFixture {
    /// The server answers to reports like this, one after the other.
    pub(super) async fn new(answers: impl IntoIterator<Item = (u16, String)>) -> StudioFixture {
        let fixture = Fixture::new().await;
        let to_events = vec![(204, String::new()); 99].into();
        fixture.receiver.answers.lock().expect("no panic").extend([
            (REPORT.to_owned(), answers.into_iter().collect()),
            ("/twilio/events".to_owned(), to_events),
        ]);
        let definition = definition().to_string();
        let fields =
            [("FriendlyName", "outage"), ("Status", "published"), ("Definition", &definition)];
        let studio = StudioFixture { fixture, flow: String::new() };
        let (status, flow) = studio.ask("POST", "", &fields).await;
        assert_eq!(status, 201, "{flow}");
        let flow = flow["sid"].as_str().expect("a SID").to_owned();
        StudioFixture { flow, ..studio }
    }

    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (u16, Value) {
        let who = format!("{SANDBOX_ACCOUNT}:{TOKEN}");
        self.fixture.ask_at(&who, method, &format!("/v2/Flows{path}"), fields).await
    }

    pub(super) fn path(&self) -> String {
        format!("/{}/Executions", self.flow)
    }

    /// Asks for an Execution: its answer.
    pub(super) async fn create(&self) -> (u16, Value) {
        let url = format!("{PUBLIC}{REPORT}");
        let parameters = json!({"say": MENU, "report_url": url, "token": "t&=1"}).to_string();
        let fields = [("To", ALPHA), ("From", "+15005550006"), ("Parameters", &parameters)];
        self.ask("POST", &self.path(), &fields).await
    }

    /// Begins an Execution, and waits until its phone rings; tells its SID.
    pub(super) async fn begin(&self) -> String {
        let (status, execution) = self.create().await;
        assert_eq!((status, &execution["status"]), (201, &"active".into()), "{execution}");
        let placed = || self.fixture.twilio.call_at(ALPHA).is_some();
        self.fixture.push(1);
        self.fixture.until("it rings", placed).await;
        execution["sid"].as_str().expect("a SID").to_owned()
    }

    pub(super) async fn does(&self, action: PhoneAction) {
        self.fixture.twilio.at_the_phone(ALPHA, action).await.expect("it can be done");
    }

    /// Answers, and waits until so much was said.
    pub(super) async fn answers(&self, said: usize) {
        self.does(PhoneAction::Answer).await;
        self.until_spoken(said).await;
    }

    pub(super) async fn until_spoken(&self, count: usize) {
        self.fixture.until("it speaks", || self.fixture.spoken().len() >= count).await;
    }

    /// Waits for so many reports; each as `outcome digits reading`.
    pub(super) async fn reports(&self, count: usize) -> Vec<String> {
        self.fixture.until("reports", || self.fixture.received(REPORT).len() >= count).await;
        let sent = self.fixture.received(REPORT).into_iter().map(|received| {
            assert_eq!(received.field("token"), "t&=1");
            let words =
                ["outcome", "digits", "reading"].map(|name| received.field(name).to_owned());
            words.into_iter().filter(|word| word != "(none)").collect::<Vec<_>>().join(" ")
        });
        sent.collect()
    }

    /// Waits until an Execution has ended, and lets the last words be said meanwhile.
    pub(super) async fn ends(&self, sid: &str) -> Value {
        for _ in 0..500 {
            let (_, execution) = self.ask("GET", &format!("{}/{sid}", self.path()), &[]).await;
            if execution["status"] == "ended" {
                return execution;
            }
            self.fixture.push(1);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it does not end: {:?}", self.fixture.spoken());
    }

    /// The status of the newest call.
    pub(super) fn call(&self) -> &'static str {
        self.fixture.twilio.calls().last().map_or("(none)", |call| call.status().name())
    }

    /// How it went: each step as `widget event`.
    pub(super) async fn steps(&self, sid: &str) -> Vec<String> {
        let (_, list) = self.ask("GET", &format!("{}/{sid}/Steps", self.path()), &[]).await;
        let steps = list["steps"].as_array().expect("a list").iter().rev();
        let text = |step: &Value, name: &str| step[name].as_str().unwrap_or("(none)").to_owned();
        steps
            .map(|one| format!("{} {}", text(one, "transitioned_from"), text(one, "name")))
            .collect()
    }
}
