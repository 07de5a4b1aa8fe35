//! Studio: our own Flow, as the simulated Studio runs it against a server that answers by a script.

mod api;
mod events;

use serde_json::json;
use shared::config::file::Config;
use shared::twilio::studio::outage::outage_call;

use super::super::call::Deed;
use super::*;

const REPORT: &str = "/report/default-1/1";
const MENU: &str = "Checkout is down. Press 1.";

/// What the server answers to a report.
fn says(words: &str, again: bool) -> (u16, String) {
    (200, json!({"say": words, "again": again}).to_string())
}

fn down() -> (u16, String) {
    (503, String::new())
}

/// The Flow of the demo's policy: it rings for 25 seconds, and waits 10 for a key.
fn definition() -> Value {
    let config = Config::parse(vec![("demo".to_owned(), DEMO.to_owned())]).expect("fine");
    let now = "2026-11-20T12:00:00Z".parse().expect("a time");
    outage_call(&config.escalation.policy_at("default", now).expect("a policy"))
}

/// A fixture with our Flow in it.
struct Stage {
    fixture: Fixture,
    flow: String,
}

impl Stage {
    /// The server answers to reports like this, one after the other.
    async fn new(answers: impl IntoIterator<Item = (u16, String)>) -> Stage {
        let fixture = Fixture::new().await;
        let to_events = vec![(204, String::new()); 99].into();
        fixture.desk.answers.lock().expect("no panic").extend([
            (REPORT.to_owned(), answers.into_iter().collect()),
            ("/twilio/events".to_owned(), to_events),
        ]);
        let definition = definition().to_string();
        let fields =
            [("FriendlyName", "outage"), ("Status", "published"), ("Definition", &definition)];
        let stage = Stage { fixture, flow: String::new() };
        let (status, flow) = stage.ask("POST", "", &fields).await;
        assert_eq!(status, 201, "{flow}");
        let flow = flow["sid"].as_str().expect("a SID").to_owned();
        Stage { flow, ..stage }
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

    async fn does(&self, deed: Deed) {
        self.fixture.twilio.at_the_phone(ALPHA, deed).await.expect("it can be done");
    }

    /// Answers, and waits until so much was said.
    async fn answers(&self, said: usize) {
        self.does(Deed::Answer).await;
        self.hears(said).await;
    }

    async fn hears(&self, count: usize) {
        self.fixture.until("it speaks", || self.fixture.said().len() >= count).await;
    }

    /// Waits for so many reports; each as `outcome digits reading`.
    async fn reports(&self, count: usize) -> Vec<String> {
        self.fixture.until("reports", || self.fixture.heard(REPORT).len() >= count).await;
        let told = self.fixture.heard(REPORT).into_iter().map(|heard| {
            assert_eq!(heard.field("token"), "t&=1");
            let words = ["outcome", "digits", "reading"].map(|name| heard.field(name).to_owned());
            words.into_iter().filter(|word| word != "(none)").collect::<Vec<_>>().join(" ")
        });
        told.collect()
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
async fn who_presses_1_hears_the_answer_and_the_call_ends() {
    let stage = Stage::new([says("It is down. Press 1.", true), says("It is yours.", false)]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.does(Deed::Press('1')).await;
    stage.hears(2).await;
    stage.ends(&sid).await;
    assert_eq!(stage.fixture.said(), ["It is down. Press 1.", "It is yours."]);
    assert_eq!(stage.reports(2).await, ["answered", "key 1 1"]);
    let reports = stage.fixture.heard(REPORT);
    let call = stage.fixture.twilio.calls().pop().expect("a call");
    for report in &reports {
        assert_eq!(
            (report.field("execution"), report.field("call")),
            (sid.as_str(), call.sid.as_str())
        );
    }
    assert_eq!(stage.call(), "completed");
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
    assert_eq!(stage.steps(&sid).await, expected);
}

#[tokio::test]
async fn another_key_reads_the_menu_once_more_and_then_never_again() {
    let answers =
        [says(MENU, true), says("No such key. Press 1.", true), says("No such key.", false)];
    let stage = Stage::new(answers).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.does(Deed::Press('#')).await;
    stage.hears(2).await;
    stage.does(Deed::Press('7')).await;
    stage.ends(&sid).await;
    assert_eq!(stage.reports(3).await, ["answered", "key # 1", "key 7 2"]);
    assert_eq!(stage.fixture.said(), [MENU, "No such key. Press 1.", "No such key."]);
}

#[tokio::test]
async fn who_presses_nothing_hears_the_menu_twice() {
    let stage =
        Stage::new([says(MENU, true), says("Again.", true), says("Good bye.", false)]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    // Two seconds to say it, ten to wait.
    stage.fixture.push(11);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(stage.reports(1).await, ["answered"], "it still waits");
    stage.fixture.push(1);
    stage.hears(2).await;
    stage.ends(&sid).await;
    assert_eq!(stage.reports(3).await, ["answered", "no-key 1", "no-key 2"]);
    assert_eq!(stage.fixture.said(), [MENU, "Again.", "Good bye."]);
}

#[tokio::test]
async fn a_call_that_nobody_answers_is_reported_as_what_it_was() {
    for (habit, outcome, status) in [
        (json!({"does": "decline"}), "busy", "busy"),
        (json!({"does": "none"}), "no-answer", "no-answer"),
        (json!({"does": "unreachable"}), "failed", "failed"),
    ] {
        let stage = Stage::new([says("", false)]).await;
        stage.fixture.twilio.set_habit(ALPHA, serde_json::from_value(habit).expect("a habit"));
        let (_, execution) = stage.create().await;
        stage.ends(execution["sid"].as_str().expect("a SID")).await;
        assert_eq!(stage.reports(1).await, [outcome]);
        assert_eq!((stage.call(), stage.fixture.said().len()), (status, 0));
    }
}

#[tokio::test]
async fn no_widget_hears_of_a_hang_up() {
    let stage = Stage::new([says(MENU, true)]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.does(Deed::HangUp).await;
    assert_eq!(stage.call(), "completed");
    stage.ends(&sid).await;
    assert_eq!(stage.steps(&sid).await.last().map(String::as_str), Some("menu hangup"));
    stage.fixture.push(60);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(stage.reports(1).await, ["answered"]);
}

#[tokio::test]
async fn a_key_is_reported_again_until_the_server_takes_it_or_a_third_time() {
    let stage = Stage::new([says(MENU, true), down(), says("It is yours.", false)]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.does(Deed::Press('1')).await;
    stage.ends(&sid).await;
    assert_eq!(stage.fixture.said(), [MENU, "One moment please.", "It is yours."]);
    assert_eq!(stage.reports(3).await, ["answered", "key 1 1", "key 1 1"]);

    let stage = Stage::new([says(MENU, true), down(), down(), down(), says("Late.", false)]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.does(Deed::Press('1')).await;
    stage.ends(&sid).await;
    let sorry = "I cannot write that down now. Please look at Slack. Good bye.";
    let moment = "One moment please.";
    assert_eq!(stage.fixture.said(), [MENU, moment, moment, sorry]);
    assert_eq!(stage.reports(4).await.len(), 4);
}

#[tokio::test]
async fn while_the_server_is_down_the_given_words_are_said() {
    let stage = Stage::new([down(), down(), down()]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.ends(&sid).await;
    let no_key = "No key was pressed. The next person is called. Good bye.";
    assert_eq!(stage.fixture.said(), [MENU, MENU, no_key]);
    assert_eq!(stage.reports(3).await, ["answered", "no-key 1", "no-key 2"]);
}

#[tokio::test]
async fn a_call_that_is_no_longer_needed_hears_a_last_word() {
    let stage = Stage::new([says("Bravo has it. Good bye.", false)]).await;
    let sid = stage.begin().await;
    stage.answers(1).await;
    stage.ends(&sid).await;
    assert_eq!(stage.fixture.said(), ["Bravo has it. Good bye."]);
    assert_eq!(stage.call(), "completed");
}
