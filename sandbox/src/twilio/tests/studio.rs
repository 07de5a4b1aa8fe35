//! Studio: our own Flow, as the simulated Studio runs it against a server that answers by a script.

mod api;
mod events;
mod inbound;
mod resources;
mod subflows;

use serde_json::json;

use super::super::call::PhoneAction;
use super::*;

const REPORT: &str = "/report/default-1/1";
const MENU: &str = "Checkout is down. Press 1.";

/// What the server answers to a report.
fn answers_with(words: &str, again: bool) -> (u16, String) {
    (200, json!({"say": words, "again": again}).to_string())
}

fn down() -> (u16, String) {
    (503, String::new())
}

/// Ringdown's own Flow: it rings for 25 seconds, and waits 10 for a key.
fn definition() -> Value {
    let template = include_str!("../../../../shared/flows/outage-call.json");
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
struct StudioFixture {
    fixture: Fixture,
    flow: String,
}

impl StudioFixture {
    /// The server answers to reports like this, one after the other.
    async fn new(answers: impl IntoIterator<Item = (u16, String)>) -> StudioFixture {
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

    async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let who = format!("{SANDBOX_ACCOUNT}:{TOKEN}");
        self.fixture.ask_at(&who, method, &format!("/v2/Flows{path}"), fields).await
    }

    fn path(&self) -> String {
        format!("/{}/Executions", self.flow)
    }

    /// Asks for an Execution: its answer.
    async fn create(&self) -> (u16, Value) {
        let url = format!("{PUBLIC}{REPORT}");
        let parameters = json!({"say": MENU, "report_url": url, "token": "t&=1"}).to_string();
        let fields = [("To", ALPHA), ("From", "+15005550006"), ("Parameters", &parameters)];
        self.ask("POST", &self.path(), &fields).await
    }

    /// Begins an Execution, and waits until its phone rings; tells its SID.
    async fn begin(&self) -> String {
        let (status, execution) = self.create().await;
        assert_eq!((status, &execution["status"]), (201, &"active".into()), "{execution}");
        let placed = || self.fixture.twilio.call_at(ALPHA).is_some();
        self.fixture.push(1);
        self.fixture.until("it rings", placed).await;
        execution["sid"].as_str().expect("a SID").to_owned()
    }

    async fn does(&self, action: PhoneAction) {
        self.fixture.twilio.at_the_phone(ALPHA, action).await.expect("it can be done");
    }

    /// Answers, and waits until so much was said.
    async fn answers(&self, said: usize) {
        self.does(PhoneAction::Answer).await;
        self.until_spoken(said).await;
    }

    async fn until_spoken(&self, count: usize) {
        self.fixture.until("it speaks", || self.fixture.said().len() >= count).await;
    }

    /// Waits for so many reports; each as `outcome digits reading`.
    async fn reports(&self, count: usize) -> Vec<String> {
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
    async fn ends(&self, sid: &str) -> Value {
        for _ in 0..500 {
            let (_, execution) = self.ask("GET", &format!("{}/{sid}", self.path()), &[]).await;
            if execution["status"] == "ended" {
                return execution;
            }
            self.fixture.push(1);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it does not end: {:?}", self.fixture.said());
    }

    /// The status of the newest call.
    fn call(&self) -> &'static str {
        self.fixture.twilio.calls().last().map_or("(none)", |call| call.status().name())
    }

    /// How it went: each step as `widget event`.
    async fn steps(&self, sid: &str) -> Vec<String> {
        let (_, list) = self.ask("GET", &format!("{}/{sid}/Steps", self.path()), &[]).await;
        let steps = list["steps"].as_array().expect("a list").iter().rev();
        let text = |step: &Value, name: &str| step[name].as_str().unwrap_or("(none)").to_owned();
        steps
            .map(|one| format!("{} {}", text(one, "transitioned_from"), text(one, "name")))
            .collect()
    }
}

#[tokio::test]
async fn key_1_brings_the_answer_and_ends_the_call() {
    let studio = StudioFixture::new([
        answers_with("It is down. Press 1.", true),
        answers_with("It is yours.", false),
    ])
    .await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.does(PhoneAction::Press('1')).await;
    studio.until_spoken(2).await;
    studio.ends(&sid).await;
    assert_eq!(studio.fixture.said(), ["It is down. Press 1.", "It is yours."]);
    assert_eq!(studio.reports(2).await, ["answered", "key 1 1"]);
    let reports = studio.fixture.received(REPORT);
    let call = studio.fixture.twilio.calls().pop().expect("a call");
    for report in &reports {
        assert_eq!(
            (report.field("execution"), report.field("call")),
            (sid.as_str(), call.sid.as_str())
        );
    }
    assert_eq!(studio.call(), "completed");
    let expected = [
        "Trigger incomingRequest",
        "call answered",
        "report_answered success",
        "answered_words next",
        "still_wanted match",
        "menu keypress",
        "report_key success",
        "key_words next",
        "after_key noMatch",
        "last_word audioComplete",
    ];
    assert_eq!(studio.steps(&sid).await, expected);
}

#[tokio::test]
async fn another_key_reads_the_menu_once_more() {
    let answers = [
        answers_with(MENU, true),
        answers_with("No such key. Press 1.", true),
        answers_with("No such key.", false),
    ];
    let studio = StudioFixture::new(answers).await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.does(PhoneAction::Press('#')).await;
    studio.until_spoken(2).await;
    studio.does(PhoneAction::Press('7')).await;
    studio.ends(&sid).await;
    assert_eq!(studio.reports(3).await, ["answered", "key # 1", "key 7 2"]);
    assert_eq!(studio.fixture.said(), [MENU, "No such key. Press 1.", "No such key."]);
}

#[tokio::test]
async fn silence_reads_the_menu_twice() {
    let studio = StudioFixture::new([
        answers_with(MENU, true),
        answers_with("Again.", true),
        answers_with("Good bye.", false),
    ])
    .await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    // Two seconds to say it, ten to wait.
    studio.fixture.push(11);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(studio.reports(1).await, ["answered"], "it still waits");
    studio.fixture.push(1);
    studio.until_spoken(2).await;
    studio.ends(&sid).await;
    assert_eq!(studio.reports(3).await, ["answered", "no-key 1", "no-key 2"]);
    assert_eq!(studio.fixture.said(), [MENU, "Again.", "Good bye."]);
}

#[tokio::test]
async fn unanswered_call_is_reported_with_its_outcome() {
    for (behaviour, outcome, status) in [
        (json!({"does": "decline"}), "busy", "busy"),
        (json!({"does": "none"}), "no-answer", "no-answer"),
        (json!({"does": "unreachable"}), "failed", "failed"),
    ] {
        let studio = StudioFixture::new([answers_with("", false)]).await;
        studio
            .fixture
            .twilio
            .set_behaviour(ALPHA, serde_json::from_value(behaviour).expect("a behaviour"));
        let (_, execution) = studio.create().await;
        studio.ends(execution["sid"].as_str().expect("a SID")).await;
        assert_eq!(studio.reports(1).await, [outcome]);
        assert_eq!((studio.call(), studio.fixture.said().len()), (status, 0));
    }
}

#[tokio::test]
async fn hang_up_reaches_no_widget() {
    let studio = StudioFixture::new([answers_with(MENU, true)]).await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.does(PhoneAction::HangUp).await;
    assert_eq!(studio.call(), "completed");
    studio.ends(&sid).await;
    assert_eq!(studio.steps(&sid).await.last().map(String::as_str), Some("menu hangup"));
    studio.fixture.push(60);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(studio.reports(1).await, ["answered"]);
}

#[tokio::test]
async fn key_is_reported_until_it_is_taken_or_three_times() {
    let studio =
        StudioFixture::new([answers_with(MENU, true), down(), answers_with("It is yours.", false)])
            .await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.does(PhoneAction::Press('1')).await;
    studio.ends(&sid).await;
    assert_eq!(studio.fixture.said(), [MENU, "One moment please.", "It is yours."]);
    assert_eq!(studio.reports(3).await, ["answered", "key 1 1", "key 1 1"]);

    let studio = StudioFixture::new([
        answers_with(MENU, true),
        down(),
        down(),
        down(),
        answers_with("Late.", false),
    ])
    .await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.does(PhoneAction::Press('1')).await;
    studio.ends(&sid).await;
    let sorry = "I cannot write that down now. Please look at Slack. Good bye.";
    let moment = "One moment please.";
    assert_eq!(studio.fixture.said(), [MENU, moment, moment, sorry]);
    assert_eq!(studio.reports(4).await.len(), 4);
}

#[tokio::test]
async fn call_speaks_the_given_words_while_the_server_is_down() {
    let studio = StudioFixture::new([down(), down(), down()]).await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.ends(&sid).await;
    let no_key = "No key was pressed. The next person is called. Good bye.";
    assert_eq!(studio.fixture.said(), [MENU, MENU, no_key]);
    assert_eq!(studio.reports(3).await, ["answered", "no-key 1", "no-key 2"]);
}

#[tokio::test]
async fn call_that_is_no_longer_needed_gets_a_last_word() {
    let studio = StudioFixture::new([answers_with("Bravo has it. Good bye.", false)]).await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.ends(&sid).await;
    assert_eq!(studio.fixture.said(), ["Bravo has it. Good bye."]);
    assert_eq!(studio.call(), "completed");
}
