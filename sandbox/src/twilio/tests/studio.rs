//! Studio: our own Flow, as the simulated Studio runs it against a server that answers by a script.

mod api;
mod events;
mod fixture;
mod inbound;
mod resources;
mod subflows;

use serde_json::json;

use super::super::call::PhoneAction;
use super::*;
use fixture::*;

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
    assert_eq!(studio.fixture.spoken(), ["It is down. Press 1.", "It is yours."]);
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
    assert_eq!(studio.fixture.spoken(), [MENU, "No such key. Press 1.", "No such key."]);
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
    assert_eq!(studio.fixture.spoken(), [MENU, "Again.", "Good bye."]);
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
        assert_eq!((studio.call(), studio.fixture.spoken().len()), (status, 0));
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
    assert_eq!(studio.fixture.spoken(), [MENU, "One moment please.", "It is yours."]);
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
    let sorry = "Your answer could not be saved. Please look at Slack. Good bye.";
    let moment = "One moment please.";
    assert_eq!(studio.fixture.spoken(), [MENU, moment, moment, sorry]);
    assert_eq!(studio.reports(4).await.len(), 4);
}

#[tokio::test]
async fn call_speaks_the_given_words_while_the_server_is_down() {
    let studio = StudioFixture::new([down(), down(), down()]).await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.ends(&sid).await;
    let no_key = "No key was pressed. The next person is called. Good bye.";
    assert_eq!(studio.fixture.spoken(), [MENU, MENU, no_key]);
    assert_eq!(studio.reports(3).await, ["answered", "no-key 1", "no-key 2"]);
}

#[tokio::test]
async fn call_that_is_no_longer_needed_gets_a_last_word() {
    let studio = StudioFixture::new([answers_with("Bravo has it. Good bye.", false)]).await;
    let sid = studio.begin().await;
    studio.answers(1).await;
    studio.ends(&sid).await;
    assert_eq!(studio.fixture.spoken(), ["Bravo has it. Good bye."]);
    assert_eq!(studio.call(), "completed");
}
