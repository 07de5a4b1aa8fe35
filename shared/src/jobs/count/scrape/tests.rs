use std::sync::Arc;

use super::*;
use crate::config::{Environment, SettingsCache, Values};
use crate::domain::escalation::{Alarm, Busy, Incident, Phase};
use crate::domain::metrics::catalogue::{ALARMS, FAMILIES, TAKE_SECONDS};
use crate::domain::metrics::exposition::{Format, write};
use crate::storage::dead_letters::{self, DeadLetter};
use crate::storage::{Increment, Key, Put, records};
use crate::testing::{Fault, MemoryStore};

const CONFIG: &str = r#"
[channels.default]
[people.alpha]
phone = "+15005550001"
[people.bravo]
phone = "+15005550002"
[[policies]]
name = "p"
alarms = ["*"]
roster = ["alpha", "bravo"]
channel = "default"
[[schedules]]
name = "primary"
time_zone = "UTC"
rotation = "daily"
people = ["alpha", "bravo"]
hand_over = "09:00"
starts = "2026-01-05"
"#;

fn now() -> Timestamp {
    "2026-01-06T12:00:00Z".parse().expect("a time")
}

async fn settings() -> Arc<Settings> {
    let values = Values::from([("config/main".to_owned(), CONFIG.to_owned())]);
    let fetch = Arc::new(move || {
        let values = values.clone();
        Box::pin(async move { Ok(values) }) as _
    });
    SettingsCache::new(Environment::default(), fetch).get(now()).await.expect("settings")
}

/// Stores the incident of this policy, whose wake-up is due so many seconds ago.
async fn keep(store: &MemoryStore, settings: &Settings, policy: &str, late: i64, phase: Phase) {
    let alarm = Alarm {
        key: "k".to_owned(),
        name: "checkout".to_owned(),
        since: now(),
        reason: String::new(),
        description: String::new(),
        recovered_at: None,
        joined: None,
        raised_by: None,
        about_us: false,
    };
    let of = settings.config.escalation.policy_at("p", now()).expect("a policy");
    let incident = Incident::raise(&"p-1".into(), &of, alarm, &Busy::default(), now()).incident;
    let stored = StoredIncident {
        incident: Incident { phase, ..incident },
        wake_at: Some(now() - SignedDuration::from_secs(late)),
        to_do: Vec::new(),
        said: 0,
        writer: String::new(),
    };
    put(store, records::open(policy), serde_json::to_string(&stored).expect("JSON")).await;
}

async fn put(store: &MemoryStore, key: Key, body: String) {
    let put = Put { key, body, condition: crate::storage::Condition::Always, expires_at: None };
    store.write(&[put.into()], now()).await.expect("a write");
}

/// What a scrape shows of these metrics.
async fn shown(store: &MemoryStore, start: &str) -> Vec<String> {
    let settings = settings().await;
    let samples = samples(store, &settings, now()).await.expect("samples");
    let text = write(samples, Format::Text);
    text.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
}

#[tokio::test]
async fn scrape_sums_the_rows_of_a_counter_and_reads_former_ones() {
    let store = MemoryStore::default();
    let name = ALARMS.series(&["incident"]);
    for row in ["a", "b"] {
        let counted = Increment::of(row, [(name.clone(), 2)]);
        store.write(&[counted.into()], now()).await.expect("a write");
    }
    let former = r#"ringdown_alarms_total{became="incident"}"#;
    put(&store, Key::new(crate::storage::COUNTERS, former), "3".to_owned()).await;
    let taken = TAKE_SECONDS.observed(&["p"], SignedDuration::from_secs(7));
    store.write(&[Increment::of("a", taken).into()], now()).await.expect("a write");
    let lines = shown(&store, "ringdown_alarms_total{outcome=\"incident\"}").await;
    assert_eq!(lines, ["ringdown_alarms_total{outcome=\"incident\"} 7"]);
    let lines = shown(&store, "ringdown_take_seconds_count").await;
    assert_eq!(lines, ["ringdown_take_seconds_count{policy=\"p\"} 1"]);
}

#[tokio::test]
async fn open_incidents_are_shown_by_state_and_late_wake_ups() {
    let (store, settings) = (MemoryStore::default(), settings().await);
    let zeros = ["calling", "exhausted", "silenced", "taken"]
        .map(|state| format!("ringdown_incidents{{state=\"{state}\"}} 0"));
    assert_eq!(shown(&store, "ringdown_incidents").await, zeros);
    keep(&store, &settings, "a", 61, Phase::Calling).await;
    keep(&store, &settings, "b", 60, Phase::Calling).await;
    keep(&store, &settings, "c", -5, Phase::Taken).await;
    put(&store, records::open("d"), "no incident".to_owned()).await;
    let lines = shown(&store, "ringdown_incidents").await;
    assert_eq!(lines[0], "ringdown_incidents{state=\"calling\"} 2");
    assert_eq!(lines[3], "ringdown_incidents{state=\"taken\"} 1");
    assert_eq!(shown(&store, "ringdown_wake_ups_late").await, ["ringdown_wake_ups_late 1"]);
}

#[tokio::test]
async fn gauges_are_shown_while_they_are_young() {
    let store = MemoryStore::default();
    assert_eq!(shown(&store, "ringdown_call").await.len(), 12 + 13 + 2 + 1, "no gauge");
    for (minutes, in_progress, missing) in [(2, 1, 1), (4, 0, 1), (3 * 24 * 60 - 1, 0, 1)] {
        let at = now() - SignedDuration::from_mins(minutes);
        for name in ["ringdown_calls_in_progress", "ringdown_callbacks_missing"] {
            store.write(&[gauges::put(name, 7, at).into()], at).await.expect("a write");
        }
        let lines = shown(&store, "ringdown_calls_in_progress").await;
        assert_eq!(lines, vec!["ringdown_calls_in_progress 7"; in_progress], "{minutes}");
        let lines = shown(&store, "ringdown_callbacks_missing").await;
        assert_eq!(lines, vec!["ringdown_callbacks_missing 7"; missing], "{minutes}");
    }
}

#[tokio::test]
async fn who_is_on_call_is_shown_by_name_with_version_and_configuration() {
    let store = MemoryStore::default();
    let on_call = "ringdown_on_call{schedule=\"primary\",person=\"bravo\"} 1";
    assert_eq!(shown(&store, "ringdown_on_call").await, [on_call]);
    assert_eq!(shown(&store, "ringdown_config_good").await, ["ringdown_config_good 1"]);
    let version = format!("ringdown_build_info{{version=\"{VERSION}\"}} 1");
    assert_eq!(shown(&store, "ringdown_build_info").await, [version]);
}

#[tokio::test]
async fn scrape_has_no_numbers_while_the_store_does_not_answer() {
    let store = MemoryStore::default();
    let settings = settings().await;
    for reads in 0..3 {
        store.fail_loads(Fault::Once(reads));
        let error = samples(&store, &settings, now()).await.expect_err("no samples");
        assert_eq!(error.status(), 503, "{error}");
    }
}

#[tokio::test]
async fn dead_letters_are_counted_and_new_ones_show_behind_many_old_ones() {
    let store = MemoryStore::default();
    let letter = |number: i64, days: i64| {
        let at = now() - SignedDuration::from_hours(24 * days);
        DeadLetter::escalate("why", format!("{number}"), at)
    };
    let replayed = |number| DeadLetter { replayed_at: Some(now()), ..letter(number, 30) };
    let replayed: Vec<DeadLetter> = (0..5_100).map(replayed).collect();
    let waits = [letter(1, 31), letter(2, 29), letter(3, 0)];
    for (letters, expected) in [(&waits[..], 3), (&replayed[..4_900], 3), (&replayed[4_900..], 2)] {
        dead_letters::keep(&store, letters, now()).await.expect("a write");
        let count = dead_letters::measured(&store, now()).await.expect("a count");
        assert_eq!(count, expected, "that of the last days, and what is before the bound");
        let mut samples = Samples::default();
        show_dead_letters(&mut samples, count);
        let text = write(samples, Format::Text);
        assert!(text.contains(&format!("\nringdown_dead_letters {count}\n")), "{text}");
    }
}

#[test]
fn reasons_of_refusals_are_the_labels_of_their_metric() {
    let refusals = Refusals::default();
    refusals.count("/alarms", &Error::NoToken);
    let mut samples = Samples::default();
    show_refusals(&mut samples, &refusals);
    let series = samples.series(REQUESTS_REFUSED);
    let shown: Vec<&str> = series.keys().map(|values| values[0].as_str()).collect();
    let mut known = REQUESTS_REFUSED.labels[0].always.to_vec();
    known.sort_unstable();
    assert_eq!(shown, known);
    let text = write(samples, Format::Text);
    assert!(text.contains("ringdown_requests_refused_total{reason=\"token\"} 1\n"), "{text}");
}

#[test]
fn states_of_incidents_and_measured_gauges_are_in_the_catalogue() {
    let words = [State::Calling, State::Taken, State::Exhausted, State::Silenced].map(State::name);
    assert_eq!(INCIDENTS.labels[0].always, words);
    assert!(MEASURED.iter().all(|(family, _)| FAMILIES.contains(family)));
}

#[tokio::test]
async fn times_of_every_policy_are_shown_before_its_first_incident() {
    for name in ["answer", "take", "resolve"] {
        let lines = shown(&MemoryStore::default(), &format!("ringdown_{name}_seconds_count")).await;
        assert_eq!(lines, [format!("ringdown_{name}_seconds_count{{policy=\"p\"}} 0")]);
    }
}

#[tokio::test]
async fn whoever_has_taken_over_is_shown_as_on_call() {
    let store = MemoryStore::default();
    let line =
        |person: &str| format!("ringdown_on_call{{schedule=\"primary\",person=\"{person}\"}} 1");
    assert_eq!(shown(&store, "ringdown_on_call{").await, [line("bravo")]);
    let body = r#"{"overrides":[{"id":"a","schedule":"primary","person":"alpha","from":"2026-01-06T10:00:00Z",
        "until":"2026-01-07T10:00:00Z","by":"alpha","at":"2026-01-06T09:00:00Z"}]}"#;
    put(&store, Key::new("overrides", "all"), body.to_owned()).await;
    assert_eq!(shown(&store, "ringdown_on_call{").await, [line("alpha")]);
    put(&store, Key::new("overrides", "all"), "no record".to_owned()).await;
    assert_eq!(shown(&store, "ringdown_on_call{").await, [line("bravo")]);
}
