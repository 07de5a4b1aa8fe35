//! The counters after a scenario.

use std::time::Duration;

use serde_json::{Value, json};

use crate::metrics::{series, token};
use crate::scenario::{CallWith, Scenario, usual};

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";

#[tokio::test]
async fn calls_of_an_incident_count_with_their_outcomes_and_statuses() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").takes_it(TEXT).await;
    scenario.alarm("checkout-5xx-rate").recovers().await;
    scenario.is("resolved").await;
    scenario.phone("bravo").is_sent(OVER).await;
    // A scrape is good for five seconds.
    scenario.passes(Duration::from_secs(10)).await;
    scenario.settles().await;
    let shown = series(&scenario.server, &token(&scenario.server)).await;
    for (name, count) in [
        ("ringdown_calls_total{outcome=\"busy\"}", "1"),
        ("ringdown_calls_total{outcome=\"taken\"}", "1"),
        ("ringdown_calls_total{outcome=\"canceled\"}", "0"),
        ("ringdown_answer_seconds_count{policy=\"default\"}", "1"),
        ("ringdown_take_seconds_count{policy=\"default\"}", "1"),
        ("ringdown_resolve_seconds_count{policy=\"default\"}", "1"),
        ("twilio_call_callback_total{status=\"initiated\"}", "2"),
        ("twilio_call_callback_total{status=\"ringing\"}", "2"),
        ("twilio_call_callback_total{status=\"in-progress\"}", "1"),
        ("twilio_call_callback_total{status=\"busy\"}", "1"),
        ("twilio_call_callback_total{status=\"completed\"}", "1"),
        ("twilio_calls_completed_total{call_status=\"completed\"}", "1"),
        ("twilio_calls_failed_total{disconnect_reason=\"busy\"}", "1"),
    ] {
        assert_eq!(shown.get(name).map(String::as_str), Some(count), "{name}");
    }
    scenario.end().await;
}

#[tokio::test]
async fn numbers_show_an_incident_that_was_taken_and_resolved() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").takes_it(TEXT).await;
    scenario.passes(Duration::from_secs(60)).await;
    scenario.alarm("checkout-5xx-rate").recovers().await;
    scenario.is("resolved").await;
    scenario.phone("bravo").is_sent(OVER).await;
    scenario.settles().await;
    let answer = scenario.server.get("/numbers?span=hour&format=json").await;
    let shown: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let incidents = &shown["incidents"];
    let counts =
        ["began", "taken", "nobody_took_it", "over_before_taken", "not_taken_yet", "calls"];
    assert_eq!(counts.map(|name| incidents[name].as_u64()), [1, 1, 0, 0, 0, 2].map(Some));
    let seconds = |time: &str| {
        assert_eq!(incidents[time]["count"], 1, "{time}");
        assert_eq!(incidents[time]["median_seconds"], incidents[time]["p90_seconds"]);
        incidents[time]["median_seconds"].as_i64().unwrap()
    };
    let (answer, take) = (seconds("time_to_answer"), seconds("time_to_take"));
    assert!(answer <= take && take + 60 <= seconds("time_to_resolve"), "{incidents}");
    let alarm = json!({"name": "checkout-5xx-rate", "went_off": 1, "incidents": 1});
    assert_eq!(shown["alarms"], json!([alarm]));
    let people = shown["people"].as_array().unwrap();
    let people: Vec<_> =
        people.iter().map(|p| [&p["person"], &p["calls"], &p["answered"]]).collect();
    assert_eq!(json!(people), json!([["alpha", 1, 0], ["bravo", 1, 1]]));
    let delivery = &shown["delivery"];
    assert_eq!((&delivery["calls_completed"], &delivery["calls_failed"]), (&json!(1), &json!(1)));
    assert_eq!(delivery["calls_failed_by_reason"], json!([{"name": "busy", "count": 1}]));
    scenario.end().await;
}
