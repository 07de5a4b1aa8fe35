//! Nobody is called for a while: maintenance windows, and an hour that somebody asks for on the page.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    in_a_window_nobody_is_called_until_it_ends
    what_recovers_in_the_window_calls_nobody
    what_rings_already_goes_on_and_no_round_begins_anew_in_a_window
    the_page_silences_it_for_an_hour
    what_is_silenced_and_flaps_waits_for_the_end_of_it
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// The usual policy, and a window from so many seconds from now until so many minutes from now.
fn with_a_window(alarms: &str, from: i64, until: i64) -> String {
    let later = |seconds| ringdown::clock::now().checked_add(SignedDuration::from_secs(seconds));
    let (from, until) = (later(from).unwrap(), later(60 * until).unwrap());
    format!(
        "{}\n[[silences]]\nalarms = [\"{alarms}\"]\nreason = \"a <new> disk\"\nfrom = \"{from}\"\nuntil = \"{until}\"\n",
        usual()
    )
}

/// What Slack is told of it.
fn line(heard: &Value, because: &str) -> String {
    let until: Timestamp = heard["until"].as_str().unwrap().parse().unwrap();
    let (second, shown) = (until.as_second(), until.strftime("%Y-%m-%d %H:%M UTC"));
    format!(
        ":mute: *checkout-5xx-rate* went off while silenced until \
         <!date^{second}^{{date_short_pretty}} {{time}}|{shown}> ({because}): nobody is called"
    )
}

/// Presses the page's button.
async fn silence(scenario: &Scenario, incident: &str) {
    let path = format!("/incidents/{incident}/silence");
    assert_eq!(
        scenario.server.post(&path, &[("origin", &scenario.server.address)], b"").await,
        303
    );
}

async fn in_a_window_nobody_is_called_until_it_ends(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &with_a_window("checkout-*", -1, 40)).await;
    let (alarm, at) = (scenario.alarm("checkout-5xx-rate"), scenario.now().await);
    let heard = alarm.is_told(&alarm.event("ALARM", at)).await[0].take();
    assert_eq!((&heard["outcome"], &heard["reason"]), (&json!("silenced"), &json!("a <new> disk")));
    scenario.slack_says(&line(&heard, "a &lt;new&gt; disk")).await;
    // The same by another way, and without data in between, is no news.
    assert_eq!(alarm.is_told(&alarm.message("ALARM", at)).await[0], heard);
    alarm.has_no_data().await;
    scenario.passes(minutes(20)).await;
    alarm.goes_off().await;
    assert_eq!(scenario.incidents().await, Vec::<Value>::new());
    // What no window is for calls.
    scenario.alarm("orders-queue-age").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it("You took it: orders-queue-age\n12 is more than 5\nPAGE").await;
    scenario.passes(minutes(20)).await;
    // It joins what is taken already: its owner is told.
    alpha.is_sent("Went off too: checkout-5xx-rate\nPAGE").await;
    let found = scenario.is("taken").await.by("alpha");
    let since: Timestamp = found.0["alarms"][1]["since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since.as_millisecond(), at.as_millisecond(), "{:#}", found.0);
    assert_eq!(scenario.slack().await.iter().filter(|line| line.contains(":mute:")).count(), 1);
    scenario.end().await;
}

async fn what_recovers_in_the_window_calls_nobody(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &with_a_window("*", -1, 20)).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.passes(minutes(10)).await;
    alarm.recovers().await;
    scenario.passes(minutes(11)).await;
    assert_eq!(scenario.incidents().await, Vec::<Value>::new());
    alarm.goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.end().await;
}

async fn what_rings_already_goes_on_and_no_round_begins_anew_in_a_window(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &with_a_window("*", 20, 40)).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    // The window begins, and the round goes on.
    scenario.phone("alpha").rings().await.lets_it_ring().await;
    scenario.phone("bravo").rings().await.declines().await;
    scenario.phone("charlie").rings().await.declines().await;
    scenario.is("exhausted").await;
    scenario.passes(minutes(15)).await;
    let found = scenario.is("silenced").await;
    let until: Timestamp = found.0["silenced_until"].as_str().unwrap().parse().unwrap();
    let (second, shown) = (until.as_second(), until.strftime("%H:%M UTC"));
    let by = "the maintenance window";
    scenario
        .slack_says(&format!(":mute: *{by}* silenced it until <!date^{second}^{{time}}|{shown}>"))
        .await;
    let left = until.duration_since(scenario.now().await);
    scenario.passes(Duration::try_from(left).unwrap() + Duration::from_secs(1)).await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.end().await;
}

async fn the_page_silences_it_for_an_hour(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    for _ in 0..2 {
        silence(&scenario, &id).await;
    }
    alpha.ends("canceled").await;
    let found = scenario.is("silenced").await.after(&["alpha: no longer needed"]);
    let until: Timestamp = found.0["silenced_until"].as_str().unwrap().parse().unwrap();
    let (second, shown) = (until.as_second(), until.strftime("%H:%M UTC"));
    let told = format!(
        ":mute: *somebody on the page* silenced it until <!date^{second}^{{time}}|{shown}>"
    );
    scenario.slack_says(&told).await;
    scenario.passes(minutes(59)).await;
    assert_eq!(scenario.slack().await.iter().filter(|line| line.contains(":mute:")).count(), 1);
    let home = scenario.server.get("/").await.text().await.unwrap();
    assert!(home.contains("somebody on the page asked for it"), "{home}");
    scenario.passes(Duration::from_secs(61)).await;
    alpha.takes_it(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: no longer needed", "alpha: took it"]);
    scenario.slack_says(":repeat: the silence is over, and it still goes on: calling again").await;
    scenario.end().await;
}

async fn what_is_silenced_and_flaps_waits_for_the_end_of_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await;
    silence(&scenario, scenario.is("calling").await.id()).await;
    alpha.ends("canceled").await;
    alarm.recovers().await;
    scenario.is("resolved").await;
    scenario.passes(minutes(20)).await;
    let heard = alarm.is_told(&alarm.event("ALARM", scenario.now().await)).await[0].take();
    assert_eq!(heard["outcome"], "silenced");
    scenario.slack_says(&line(&heard, "by somebody on the page")).await;
    scenario.passes(minutes(41)).await;
    alpha.takes_it(TEXT).await;
    assert_eq!(scenario.incidents().await.len(), 2);
    scenario.end().await;
}

#[tokio::test]
async fn killed_in_the_window_it_still_rings_at_its_end() {
    let (scenario, plan) =
        Scenario::with_separate_twilio(CallWith::Voice, &with_a_window("*", -1, 30)).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let scenario = scenario.killed(&plan).await.goes_on().await;
    scenario.passes(minutes(29)).await;
    assert_eq!(scenario.incidents().await, Vec::<Value>::new());
    scenario.passes(minutes(2)).await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.end().await;
}
