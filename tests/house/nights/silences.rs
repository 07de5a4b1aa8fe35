//! Nobody is called for a while: maintenance windows, and an hour that somebody asks for on the page.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::night::{Night, Way, usual};

stories! {
    in_a_window_nobody_is_called_until_it_ends
    what_recovers_in_the_window_calls_nobody
    what_rings_already_goes_on_and_no_hunt_begins_anew_in_a_window
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
async fn silence(night: &Night, incident: &str) {
    let path = format!("/incidents/{incident}/silence");
    assert_eq!(night.house.post(&path, &[("origin", &night.house.address)], b"").await, 303);
}

async fn in_a_window_nobody_is_called_until_it_ends(way: Way) {
    let night = Night::begin(way, &with_a_window("checkout-*", -1, 40)).await;
    let (alarm, at) = (night.alarm("checkout-5xx-rate"), night.now().await);
    let heard = alarm.is_told(&alarm.event("ALARM", at)).await[0].take();
    assert_eq!((&heard["became"], &heard["reason"]), (&json!("silenced"), &json!("a <new> disk")));
    night.slack_says(&line(&heard, "a &lt;new&gt; disk")).await;
    // The same by another way, and without data in between, is no news.
    assert_eq!(alarm.is_told(&alarm.message("ALARM", at)).await[0], heard);
    alarm.has_no_data().await;
    night.passes(minutes(20)).await;
    alarm.goes_off().await;
    assert_eq!(night.incidents().await, Vec::<Value>::new());
    // What no window is for calls.
    night.alarm("orders-queue-age").goes_off().await;
    let alpha = night.phone("alpha");
    alpha.takes_it("You took it: orders-queue-age\n12 is more than 5\nPAGE").await;
    night.passes(minutes(20)).await;
    // It joins what is taken already: its owner is told.
    alpha.is_sent("Went off too: checkout-5xx-rate\nPAGE").await;
    let found = night.is("taken").await.by("alpha");
    let since: Timestamp = found.0["alarms"][1]["since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since.as_millisecond(), at.as_millisecond(), "{:#}", found.0);
    assert_eq!(night.slack().await.iter().filter(|line| line.contains(":mute:")).count(), 1);
    night.end().await;
}

async fn what_recovers_in_the_window_calls_nobody(way: Way) {
    let night = Night::begin(way, &with_a_window("*", -1, 20)).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    night.passes(minutes(10)).await;
    alarm.recovers().await;
    night.passes(minutes(11)).await;
    assert_eq!(night.incidents().await, Vec::<Value>::new());
    alarm.goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    night.end().await;
}

async fn what_rings_already_goes_on_and_no_hunt_begins_anew_in_a_window(way: Way) {
    let night = Night::begin(way, &with_a_window("*", 20, 40)).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    // The window begins, and the hunt goes on.
    night.phone("alpha").rings().await.lets_it_ring().await;
    night.phone("bravo").rings().await.declines().await;
    night.phone("charlie").rings().await.declines().await;
    night.is("exhausted").await;
    night.passes(minutes(15)).await;
    let found = night.is("silenced").await;
    let until: Timestamp = found.0["silenced_until"].as_str().unwrap().parse().unwrap();
    let (second, shown) = (until.as_second(), until.strftime("%H:%M UTC"));
    let by = "the maintenance window";
    night
        .slack_says(&format!(":mute: *{by}* silenced it until <!date^{second}^{{time}}|{shown}>"))
        .await;
    let left = until.duration_since(night.now().await);
    night.passes(Duration::try_from(left).unwrap() + Duration::from_secs(1)).await;
    night.phone("alpha").takes_it(TEXT).await;
    night.end().await;
}

async fn the_page_silences_it_for_an_hour(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = night.phone("alpha");
    alpha.rings().await;
    let id = night.is("calling").await.id().to_owned();
    for _ in 0..2 {
        silence(&night, &id).await;
    }
    alpha.ends("canceled").await;
    let found = night.is("silenced").await.after(&["alpha: no longer needed"]);
    let until: Timestamp = found.0["silenced_until"].as_str().unwrap().parse().unwrap();
    let (second, shown) = (until.as_second(), until.strftime("%H:%M UTC"));
    let told = format!(":mute: *the page* silenced it until <!date^{second}^{{time}}|{shown}>");
    night.slack_says(&told).await;
    night.passes(minutes(59)).await;
    assert_eq!(night.slack().await.iter().filter(|line| line.contains(":mute:")).count(), 1);
    let home = night.house.get("/").await.text().await.unwrap();
    assert!(home.contains("the page asked for it"), "{home}");
    night.passes(Duration::from_secs(61)).await;
    alpha.takes_it(TEXT).await;
    night.is("taken").await.by("alpha").after(&["alpha: no longer needed", "alpha: took it"]);
    night.slack_says(":repeat: the silence is over, and it still goes on").await;
    night.end().await;
}

async fn what_is_silenced_and_flaps_waits_for_the_end_of_it(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = night.phone("alpha");
    alpha.rings().await;
    silence(&night, night.is("calling").await.id()).await;
    alpha.ends("canceled").await;
    alarm.recovers().await;
    night.is("resolved").await;
    night.passes(minutes(20)).await;
    let heard = alarm.is_told(&alarm.event("ALARM", night.now().await)).await[0].take();
    assert_eq!(heard["became"], "silenced");
    night.slack_says(&line(&heard, "by the page")).await;
    night.passes(minutes(41)).await;
    alpha.takes_it(TEXT).await;
    assert_eq!(night.incidents().await.len(), 2);
    night.end().await;
}

#[tokio::test]
async fn killed_in_the_window_it_still_rings_at_its_end() {
    let (night, plan) = Night::with_an_exchange(Way::Voice, &with_a_window("*", -1, 30)).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    let night = night.killed(&plan).await.goes_on().await;
    night.passes(minutes(29)).await;
    assert_eq!(night.incidents().await, Vec::<Value>::new());
    night.passes(minutes(2)).await;
    night.phone("alpha").takes_it(TEXT).await;
    night.end().await;
}
