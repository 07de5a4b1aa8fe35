//! What a scenario leaves in the counters.

use std::time::Duration;

use crate::metrics::{series, token};
use crate::scenario::{Scenario, Way, usual};

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";

#[tokio::test]
async fn calls_of_an_incident_count_with_their_outcomes_and_statuses() {
    let scenario = Scenario::begin(Way::Voice, &usual()).await;
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
