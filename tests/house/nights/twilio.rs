//! A Twilio that refuses, fails, and loses its own callbacks.

use std::time::Duration;

use serde_json::{Value, json};

use crate::night::{Night, Way, usual};

stories! {
    it_refuses_every_call
    it_answers_500_and_placed_the_call
    it_answers_500_and_placed_nothing
    it_answers_500_and_cannot_be_asked_whether_it_placed_the_call
    it_answers_500_until_it_is_given_up
    it_has_too_many_requests_and_then_works
    it_says_nothing_by_itself
    a_bad_night
    another_bad_night
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

/// A night on which Twilio does this, up to the alarm.
async fn night_with(way: Way, faults: Value) -> Night {
    let night = Night::begin(way, &usual()).await;
    night.twilio_does(faults).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night
}

async fn taken_by(night: Night, person: &str, calls: &[&str]) {
    night.phone(person).rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by(person).after(calls);
    night.end().await;
}

async fn it_refuses_every_call(way: Way) {
    let night = night_with(way, json!({"refuse_calls": {"status": 400, "code": 21211}})).await;
    let refused = ["alpha", "bravo", "charlie"].map(|name| format!("{name}: the call was refused"));
    night.is("exhausted").await.after(&refused.each_ref().map(String::as_str));
    night.slack_says("*alpha*: the call was refused: Twilio 21211 Refused on purpose").await;
    assert_eq!(night.requests_for_calls().await.len(), 3);
    night.end().await;
}

async fn it_answers_500_and_placed_the_call(way: Way) {
    let night = night_with(way, json!({"fail_after_placing": {"times": 1}})).await;
    taken_by(night, "alpha", &["alpha: took it"]).await;
}

async fn it_answers_500_and_placed_nothing(way: Way) {
    let night = night_with(way, json!({"fail_before_placing": {"times": 1}})).await;
    night.passes(Duration::from_secs(6)).await;
    taken_by(night, "alpha", &["alpha: took it"]).await;
}

async fn it_answers_500_and_cannot_be_asked_whether_it_placed_the_call(way: Way) {
    let night =
        night_with(way, json!({"fail_after_placing": {"times": 1}, "fail_look_ups": {"times": 2}}))
            .await;
    // Its callbacks say that the call is there, whatever its API says.
    night.phone("alpha").rings().await;
    for _ in 0..3 {
        night.passes(Duration::from_secs(6)).await;
    }
    night.phone("alpha").answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("alpha").after(&["alpha: took it"]);
    night.end().await;
}

async fn it_answers_500_until_it_is_given_up(way: Way) {
    let night = night_with(way, json!({"fail_before_placing": {"times": 4}})).await;
    for _ in 0..6 {
        night.passes(Duration::from_secs(6)).await;
    }
    taken_by(night, "bravo", &["alpha: the call was refused", "bravo: took it"]).await;
}

async fn it_has_too_many_requests_and_then_works(way: Way) {
    let night =
        night_with(way, json!({"refuse_calls": {"status": 429, "code": 20429, "times": 1}})).await;
    night.passes(Duration::from_secs(6)).await;
    taken_by(night, "alpha", &["alpha: took it"]).await;
}

async fn it_says_nothing_by_itself(way: Way) {
    let night = night_with(way, way.says_nothing()).await;
    let (alpha, bravo) = (night.phone("alpha"), night.phone("bravo"));
    alpha.rings().await.lets_it_ring().await;
    // The look for which the wake-up stands, eight seconds after the last ring.
    night.passes(Duration::from_secs(9)).await;
    bravo.rings().await.answers().await.presses('2').await;
    taken_by(night, "charlie", &["alpha: no answer", "bravo: declined", "charlie: took it"]).await;
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
    let night = night_with(Way::Voice, faults).await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await.answers().await.hangs_up().await;
    taken_by(
        night,
        "charlie",
        &["alpha: busy", "bravo: hung up without a key", "charlie: took it"],
    )
    .await;
}

#[tokio::test]
async fn callbacks_are_late_and_come_before_the_wake_up() {
    let night = night_with(Way::Voice, json!({"callback_delay_ms": 10_000})).await;
    night.phone("alpha").rings().await.declines().await;
    night.passes(Duration::from_secs(11)).await;
    taken_by(night, "bravo", &["alpha: busy", "bravo: took it"]).await;
}

#[tokio::test]
async fn callbacks_are_late_and_come_after_the_wake_up() {
    let night = night_with(Way::Voice, json!({"callback_delay_ms": 60_000})).await;
    night.phone("alpha").rings().await.declines().await;
    night.passes(Duration::from_secs(36)).await;
    let bravo = night.phone("bravo");
    bravo.rings().await;
    // Now alpha's callbacks come: bravo's phone goes on ringing, and nobody else's begins.
    night.passes(Duration::from_secs(24)).await;
    night.settles().await;
    bravo.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&["alpha: busy", "bravo: took it"]);
    night.end().await;
}

async fn a_bad_night(way: Way) {
    nobody_takes_it(way, 1).await;
}

async fn another_bad_night(way: Way) {
    nobody_takes_it(way, 2).await;
}

/// Whatever is lost, doubled and in the wrong order: each person is called once, and then nobody is left.
async fn nobody_takes_it(way: Way, seed: u64) {
    let night = Night::begin(way, &usual()).await;
    night.twilio_does(json!({"lose": 40, "double": 40, "reorder": 40, "seed": seed})).await;
    let habits = ["decline", "hang-up-after-answer", "voicemail"];
    for (name, does) in ["alpha", "bravo", "charlie"].into_iter().zip(habits) {
        night.phone(name).has_the_habit(json!({"does": does})).await.is_called();
    }
    night.alarm("checkout-5xx-rate").goes_off().await;
    for _ in 0..100 {
        night.passes(Duration::from_secs(5)).await;
        if night.incidents().await[0]["state"] == "exhausted" {
            break;
        }
    }
    night.is("exhausted").await;
    night.end().await;
}
