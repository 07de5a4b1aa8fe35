//! A scenario that only the timer carries: no callback comes, and nobody can be asked the status of a call.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::scenario::{CallWith, Scenario, policy};

/// What the policy has.
const RING: f64 = 25.0;
const ANSWER: f64 = 10.0;
/// What the first person would hear.
const MENU: &str = "Hello alpha, this is Ringdown. The alarm checkout 5xx rate went off. Checkouts fail. It began just now. \
                    Press 1 to take it. Press 2 to pass it on.";

fn at(request: &Value) -> Timestamp {
    request["at"].as_str().unwrap().parse().unwrap()
}

/// Pushes the clock so that each wake-up is noticed in its second, until so many calls were asked for or it is
/// exhausted.
async fn until_the_call(scenario: &Scenario, number: usize) -> Timestamp {
    scenario.passes(Duration::from_secs(31)).await;
    for second in 0..80 {
        let far_from_any_look = second == 4;
        scenario.push(Duration::from_secs(if far_from_any_look { 40 } else { 1 })).await;
        scenario.settles().await;
        let (calls, now) = (scenario.requests_for_calls().await, scenario.now().await);
        if let Some(call) = calls.get(number - 1) {
            return at(call);
        }
        if scenario.incidents().await[0]["state"] == "exhausted" {
            return now;
        }
    }
    panic!("nothing happens: {}", scenario.server.log());
}

#[tokio::test]
async fn fallback_adds_fifteen_seconds_at_most() {
    let scenario =
        Scenario::begin(CallWith::Voice, &policy("default", "*", &["alpha", "bravo"], 2)).await;
    scenario.twilio_does(json!({"lose_all_callbacks": true, "fail_look_ups": true})).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let first = at(&scenario.requests_for_calls().await[0]);
    scenario.phone("alpha").is_called();
    let second = until_the_call(&scenario, 2).await;
    scenario.phone("bravo").is_called();
    let end = until_the_call(&scenario, 3).await;
    let silent = ["alpha: no status came for the call", "bravo: no status came for the call"];
    scenario.is("exhausted").await.after(&silent);

    // The server reckons with twelve characters in a second, and a second more.
    let reading = (MENU.chars().count() as f64 / 12.0).ceil() + 1.0;
    let computed = RING + 5.0 + 2.0 * (reading + ANSWER);
    let waited =
        [(first, second), (second, end)].map(|(from, to)| to.duration_since(from).as_secs_f64());
    println!(
        "the fallback: a call takes {computed} s at most; the next was asked for after {waited:.1?} s"
    );
    for waited in waited {
        assert!((computed..=computed + 15.0).contains(&waited), "{waited} for {computed}");
    }
    scenario.end().await;
}
