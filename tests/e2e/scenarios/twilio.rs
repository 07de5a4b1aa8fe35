//! A Twilio that refuses, fails, and loses its own callbacks.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    it_refuses_every_call
    it_answers_500_and_placed_the_call
    it_answers_500_and_placed_nothing
    it_answers_500_and_cannot_be_asked_whether_it_placed_the_call
    it_answers_500_until_it_is_given_up
    it_has_too_many_requests_and_then_works
    it_says_nothing_by_itself
    a_bad_scenario
    another_bad_scenario
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

/// A scenario on which Twilio does this, up to the alarm.
async fn scenario_with(call_with: CallWith, faults: Value) -> Scenario {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.twilio_does(faults).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario
}

async fn taken_by(scenario: Scenario, person: &str, calls: &[&str]) {
    scenario.phone(person).rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by(person).after(calls);
    scenario.end().await;
}

async fn it_refuses_every_call(call_with: CallWith) {
    let scenario =
        scenario_with(call_with, json!({"refuse_calls": {"status": 400, "code": 21211}})).await;
    let refused = ["alpha", "bravo", "charlie"].map(|name| format!("{name}: the call was refused"));
    scenario.is("exhausted").await.after(&refused.each_ref().map(String::as_str));
    scenario.slack_says("*alpha*: the call was refused: Twilio 21211 Refused on purpose").await;
    assert_eq!(scenario.requests_for_calls().await.len(), 3);
    scenario.end().await;
}

async fn it_answers_500_and_placed_the_call(call_with: CallWith) {
    let scenario = scenario_with(call_with, json!({"fail_after_placing": {"times": 1}})).await;
    taken_by(scenario, "alpha", &["alpha: took it"]).await;
}

async fn it_answers_500_and_placed_nothing(call_with: CallWith) {
    let scenario = scenario_with(call_with, json!({"fail_before_placing": {"times": 1}})).await;
    scenario.passes(Duration::from_secs(6)).await;
    taken_by(scenario, "alpha", &["alpha: took it"]).await;
}

async fn it_answers_500_and_cannot_be_asked_whether_it_placed_the_call(call_with: CallWith) {
    let scenario = scenario_with(
        call_with,
        json!({"fail_after_placing": {"times": 1}, "fail_look_ups": {"times": 2}}),
    )
    .await;
    // Its callbacks say that the call is there, whatever its API says.
    scenario.phone("alpha").rings().await;
    for _ in 0..3 {
        scenario.passes(Duration::from_secs(6)).await;
    }
    scenario.phone("alpha").answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it"]);
    scenario.end().await;
}

async fn it_answers_500_until_it_is_given_up(call_with: CallWith) {
    let scenario = scenario_with(call_with, json!({"fail_before_placing": {"times": 4}})).await;
    for _ in 0..6 {
        scenario.passes(Duration::from_secs(6)).await;
    }
    taken_by(scenario, "bravo", &["alpha: the call was refused", "bravo: took it"]).await;
}

async fn it_has_too_many_requests_and_then_works(call_with: CallWith) {
    let scenario = scenario_with(
        call_with,
        json!({"refuse_calls": {"status": 429, "code": 20429, "times": 1}}),
    )
    .await;
    scenario.passes(Duration::from_secs(6)).await;
    taken_by(scenario, "alpha", &["alpha: took it"]).await;
}

async fn it_says_nothing_by_itself(call_with: CallWith) {
    let scenario = scenario_with(call_with, call_with.says_nothing()).await;
    let (alpha, bravo) = (scenario.phone("alpha"), scenario.phone("bravo"));
    alpha.rings().await.lets_it_ring().await;
    // The look for which the wake-up stands, eight seconds after the last ring.
    scenario.passes(Duration::from_secs(9)).await;
    bravo.rings().await.answers().await.presses('2').await;
    taken_by(scenario, "charlie", &["alpha: no answer", "bravo: declined", "charlie: took it"])
        .await;
}

/// Status callbacks are voice's alone: a Flow asks in the call, and waits for the answer.
#[tokio::test]
async fn callbacks_come_twice() {
    told_and_taken(json!({"double": 100})).await;
}

#[tokio::test]
async fn callbacks_come_in_the_wrong_order() {
    told_and_taken(json!({"reorder": 100})).await;
}

/// Each outcome is told in this odd way, and counts once.
async fn told_and_taken(faults: Value) {
    let scenario = scenario_with(CallWith::Voice, faults).await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.answers().await.hangs_up().await;
    taken_by(
        scenario,
        "charlie",
        &["alpha: busy", "bravo: answered, did not choose", "charlie: took it"],
    )
    .await;
}

#[tokio::test]
async fn callbacks_are_late_and_come_before_the_wake_up() {
    let scenario = scenario_with(CallWith::Voice, json!({"callback_delay_ms": 10_000})).await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.passes(Duration::from_secs(11)).await;
    taken_by(scenario, "bravo", &["alpha: busy", "bravo: took it"]).await;
}

#[tokio::test]
async fn callbacks_are_late_and_come_after_the_wake_up() {
    let scenario = scenario_with(CallWith::Voice, json!({"callback_delay_ms": 60_000})).await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.passes(Duration::from_secs(36)).await;
    let bravo = scenario.phone("bravo");
    bravo.rings().await;
    // Now alpha's callbacks come: bravo's phone goes on ringing, and nobody else's begins.
    scenario.passes(Duration::from_secs(24)).await;
    scenario.settles().await;
    bravo.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: busy", "bravo: took it"]);
    scenario.end().await;
}

async fn a_bad_scenario(call_with: CallWith) {
    nobody_takes_it(call_with, 1).await;
}

async fn another_bad_scenario(call_with: CallWith) {
    nobody_takes_it(call_with, 2).await;
}

/// Whatever is lost, doubled and in the wrong order: each person is called once, and then nobody is left.
async fn nobody_takes_it(call_with: CallWith, seed: u64) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.twilio_does(json!({"lose": 40, "double": 40, "reorder": 40, "seed": seed})).await;
    let habits = ["decline", "hang-up-after-answer", "voicemail"];
    for (name, does) in ["alpha", "bravo", "charlie"].into_iter().zip(habits) {
        scenario.phone(name).has_the_habit(json!({"does": does})).await.is_called();
    }
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    for _ in 0..100 {
        scenario.passes(Duration::from_secs(5)).await;
        if scenario.incidents().await[0]["state"] == "exhausted" {
            break;
        }
    }
    scenario.is("exhausted").await;
    scenario.end().await;
}
