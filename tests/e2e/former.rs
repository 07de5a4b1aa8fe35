//! The data folder of the former version: this one starts on it, and goes on where that one was killed.
//!
//! `tests/former/data.sql` says what had happened.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::harness::{Plan, stdout};
use crate::metrics::{series, token};
use crate::scenario::{CallWith, Scenario};

const DATA: &str = include_str!("../former/data.sql");
const CONFIG: &str = include_str!("../former/ringdown.toml");
/// The incident that bravo's phone rings for.
const SHOP: &str = "shop-20600301-020154-236";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";

/// A server of this version on the data of the former one.
async fn scenario() -> Scenario {
    scenario_with(CONFIG).await
}

async fn scenario_with(config: &str) -> Scenario {
    let plan = Plan { config: config.to_owned(), ..Plan::new() };
    let data = plan.folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("start-token"), "the0start0token0of0a0test0folder0").unwrap();
    let file = Connection::open(data.join("ringdown.sqlite")).unwrap();
    file.execute_batch(DATA).unwrap();
    file.close().unwrap();
    Scenario::begin_on(CallWith::Voice, &plan).await
}

async fn page(scenario: &Scenario, path: &str) -> String {
    let response = scenario.server.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

/// bravo's call was the former sandbox's, which has ended with it: it is looked up, and charlie is next.
async fn charlie_is_called(scenario: &Scenario) {
    scenario.passes_until_called("charlie").await;
    scenario.phone("charlie").rings().await;
}

async fn charlie_takes_it(scenario: &Scenario) {
    charlie_is_called(scenario).await;
    let charlie = scenario.phone("charlie");
    charlie.answers().await.presses('1').await.is_sent_of("shop", TEXT).await;
    scenario.passes(Duration::from_secs(7)).await;
    charlie.ends("completed").await;
}

#[tokio::test]
async fn open_incident_of_the_former_version_keeps_its_timeline_and_goes_on() {
    let scenario = scenario().await;
    let states: Vec<String> = scenario
        .incidents()
        .await
        .iter()
        .map(|one| format!("{} {} {}", one["policy"], one["state"], one["taken_by"]))
        .collect();
    let expected = [
        r#""shop" "calling" null"#,
        r#""orders" "taken" "delta""#,
        r#""stock" "exhausted" null"#,
        r#""mail" "resolved" null"#,
        r#""done" "resolved" "alpha""#,
    ];
    assert_eq!(states, expected);
    for (id, sentences) in [
        (SHOP, ["A timer was late; repaired", "no status came for the call"]),
        (
            "orders-20600301-020020-612",
            ["went off: it is open again;", "It was over, and is back: calling"],
        ),
        (
            "mail-20600301-020010-630",
            ["after 1 call; the next try is in 15 min", "silenced it until"],
        ),
    ] {
        let page = page(&scenario, &format!("/incidents/{id}")).await;
        for sentence in sentences {
            assert!(page.contains(sentence), "{id}: {sentence}: {page}");
        }
    }
    charlie_takes_it(&scenario).await;
    let calls = [
        "alpha: no status came for the call",
        "bravo: no status came for the call",
        "charlie: took it",
    ];
    scenario.has("taken", "shop").await.by("charlie").after(&calls);
    ends_with_nothing_unread(scenario).await;
}

#[tokio::test]
async fn call_of_the_former_version_is_answered_and_takes_the_incident() {
    let scenario = scenario().await;
    let path = format!("/twilio/voice/{SHOP}/2");
    let call = ("CallSid", "CA596fc91146a85c3511668dd126bcf668");
    let menu = scenario.twilio_asks(&path, &[call, ("CallStatus", "in-progress")]).await;
    assert!(menu.0 == 200 && menu.1.contains("The alarm checkout 5xx rate went off."), "{menu:?}");
    let pressed = [call, ("CallStatus", "in-progress"), ("Digits", "1")];
    let words = scenario.twilio_asks(&format!("{path}?reading=1"), &pressed).await;
    assert!(words.0 == 200 && words.1.contains("It is yours."), "{words:?}");
    scenario.phone("bravo").is_sent_of("shop", TEXT).await;
    let over = [call, ("CallStatus", "completed")];
    assert_eq!(scenario.twilio_asks(&format!("{path}/status"), &over).await.0, 204);
    let calls = ["alpha: no status came for the call", "bravo: took it"];
    scenario.has("taken", "shop").await.by("bravo").after(&calls);
    ends_with_nothing_unread(scenario).await;
}

#[tokio::test]
async fn messages_of_the_former_version_are_delivered_and_its_posts_are_edited() {
    let scenario = scenario().await;
    let lines = ["first of a", "second of a", "third of a", "fourth of a"];
    scenario.slack_says(lines[3]).await;
    let mut said = scenario.slack().await;
    said.retain(|said| lines.contains(&said.as_str()));
    assert_eq!(said, lines);
    charlie_takes_it(&scenario).await;
    // The former sandbox posted the incident's message: it is edited, and no second one is posted.
    scenario.server.says("*charlie* *has it*").await;
    let messages = scenario.server.messages().await;
    let is_its = |message: &&Value| {
        let of = format!("incident {SHOP}");
        message["thread_ts"].is_null() && message["blocks"].to_string().contains(&of)
    };
    let its: Vec<&Value> = messages.iter().filter(is_its).collect();
    assert_eq!(its.len(), 1, "{its:#?}");
    assert_eq!(its[0]["ts"], "2845332114.321056", "{its:#?}");
    ends_with_nothing_unread(scenario).await;
}

#[tokio::test]
async fn dead_letters_of_the_former_version_are_listed_and_sent_again() {
    let scenario = scenario().await;
    charlie_takes_it(&scenario).await;
    let listed = stdout(&scenario.server.run(&["dead-letters", "--data", "data"]).await);
    assert!(listed.contains("5 dead letters, 5 of them not sent again yet"), "{listed}");
    assert!(page(&scenario, "/dead-letters").await.contains("first of b"));
    // The alarm that no policy was for gets one; the server reads the file anew after five minutes.
    let config = CONFIG.replace("\"done-*\"", "\"done-*\", \"nobody-*\"");
    std::fs::write(scenario.server.folder.path().join("ringdown.toml"), config).unwrap();
    scenario.passes(Duration::from_secs(301)).await;
    let told = stdout(&scenario.server.run(&["dead-letters", "--replay", "--data", "data"]).await);
    // The event without an id has none now either.
    assert!(told.contains("4 sent again") && told.contains("1 could not be replayed"), "{told}");
    scenario.phone("alpha").rings().await;
    for line in ["first of b", "second of b", "third of b"] {
        scenario.slack_says(&format!("_(late, from 2060-03-01 02:01 UTC)_ {line}")).await;
    }
    ends_with_nothing_unread(scenario).await;
}

#[tokio::test]
async fn counters_of_the_former_version_go_on_under_their_new_names() {
    let scenario = scenario().await;
    charlie_takes_it(&scenario).await;
    let token = token(&scenario.server);
    let shown = series(&scenario.server, &token).await;
    for (name, count) in [
        ("ringdown_alarms_total{outcome=\"dead-letter\"}", "2"),
        ("ringdown_alarms_total{outcome=\"incident\"}", "9"),
        ("ringdown_alarms_total{outcome=\"silenced\"}", "1"),
        ("ringdown_reconciler_repaired_total{what=\"late-wake-up\"}", "1"),
        ("ringdown_dead_letters_kept_total{job=\"forward\"}", "3"),
        ("ringdown_slack_posts_total{result=\"bad_channel\"}", "1"),
    ] {
        assert_eq!(shown.get(name).map(String::as_str), Some(count), "{name}: {shown:#?}");
    }
    scenario.alarm("checkout-5xx-rate").recovers().await;
    // A scrape is good for five seconds.
    scenario.passes(Duration::from_secs(6)).await;
    let shown = series(&scenario.server, &token).await;
    assert_eq!(shown["ringdown_alarms_total{outcome=\"incident\"}"], "10");
    scenario.phone("charlie").is_sent_of("shop", OVER).await;
    ends_with_nothing_unread(scenario).await;
}

#[tokio::test]
async fn alarm_that_the_former_version_silenced_calls_when_that_is_over() {
    let scenario = scenario().await;
    assert!(page(&scenario, "/").await.contains("alpha asked for it"));
    charlie_takes_it(&scenario).await;
    // What else is open ends, so that nobody is asked again.
    for alarm in ["checkout-5xx-rate", "orders-1", "stock-1"] {
        scenario.alarm(alarm).recovers().await;
    }
    scenario.phone("charlie").is_sent_of("shop", OVER).await;
    let over = "It is over: orders-1 recovered\nPAGE";
    scenario.phone("delta").is_sent_of("orders", over).await;
    scenario.passes(Duration::from_secs(55 * 60)).await;
    scenario.passes_until_called("delta").await;
    scenario.phone("delta").rings().await;
    scenario.has("calling", "mail").await;
    ends_with_nothing_unread(scenario).await;
}

#[tokio::test]
async fn configuration_that_the_former_version_kept_is_in_use_while_the_file_is_broken() {
    let scenario = scenario_with("[channels.default").await;
    let printed = scenario.server.printed().await;
    assert!(printed.contains("WARNING: ") && printed.contains("2060-03-01"), "{printed}");
    charlie_takes_it(&scenario).await;
    scenario.alarm("done-2").goes_off().await;
    scenario.phone("alpha").rings().await;
    ends_with_nothing_unread(scenario).await;
}

/// Nothing more happens, and nothing that was stored could not be read.
async fn ends_with_nothing_unread(scenario: Scenario) {
    let log = scenario.server.log();
    assert!(!log.contains("cannot be read"), "{log}");
    scenario.end().await;
}
