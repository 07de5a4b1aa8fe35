//! Requests with many alarms, and what they cost.

mod monitors;
mod moved;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::escalation::Event;
use crate::jobs::escalate::testing::{Answers, EXECUTION, KEY, Server, incident};
use crate::storage::dead_letters;
use crate::testing::MemoryBackend;

fn answers() -> Answers {
    std::sync::Arc::new(|ask| match ask.method {
        "POST" => (201, json!({"sid": EXECUTION})),
        _ => (200, json!({"executions": []})),
    })
}

const SECRETS: &[(&str, &str)] = &[("callback-key", KEY)];

fn server() -> Server {
    Server::of(SECRETS, answers())
}

fn alert(name: &str, status: &str, text: &str) -> Value {
    json!({
        "status": status, "fingerprint": name, "labels": {"alertname": name},
        "annotations": {"summary": text, "description": text},
        "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T00:10:00Z",
    })
}

fn group(alerts: impl Iterator<Item = Value>) -> Vec<u8> {
    json!({"version": "4", "alerts": alerts.collect::<Vec<_>>()}).to_string().into_bytes()
}

fn many(count: usize, status: &str, text: &str) -> Vec<u8> {
    group((0..count).map(|n| alert(&format!("alarm-{n}"), status, text)))
}

fn block<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// How many transactions and messages it takes to take this in.
fn cost(server: &Server, body: &[u8]) -> (usize, usize, Vec<AlarmResult>) {
    let MemoryBackend { store, queue, .. } = &server.backend;
    let (landed, sent) = (store.landed(), queue.sent().len());
    let became = block(server.escalate.take(body, server.now())).expect("it is kept");
    (store.landed() - landed, queue.sent().len() - sent, became)
}

#[test]
fn five_thousand_alarms_take_few_transactions() {
    let server = server();
    let (writes, sent, became) = cost(&server, &many(5_000, "firing", "it is so"));
    assert!(writes <= 110 && sent <= 70, "{writes} writes, {sent} messages");
    assert_eq!(became.len(), 5_000);
    assert!(became.iter().all(|heard| matches!(heard, AlarmResult::Incident { .. })));
    let incident = server.incident();
    assert_eq!((incident.alarms.len(), incident.open_count()), (60, 5_000));
    assert_eq!(server.calls(), ["alpha None"]);
    // The same once more changes nothing, …
    let (writes, sent, again) = cost(&server, &many(5_000, "firing", "it is so"));
    assert_eq!((writes, sent, again == became), (0, 0, true));
    // … and all of them recover as cheaply.
    let (writes, sent, _) = cost(&server, &many(5_000, "resolved", "it is so"));
    assert!(writes <= 120 && sent <= 80, "{writes} writes, {sent} messages");
    assert_eq!(server.incident().open_count(), 0);
    assert!(server.incident().ended_at.is_some());
}

#[test]
fn first_call_is_placed_before_the_rest_of_a_request_is_written() {
    let server = server();
    block(server.escalate.take(&many(1_000, "firing", "it is so"), server.now()))
        .expect("it is kept");
    let first = server.first_request_after.get().expect("a call");
    assert!(*first <= 3, "after {first} writes");
}

#[test]
fn alarms_for_no_policy_take_few_transactions_too() {
    let server = Server::for_alarms("others-*", SECRETS, answers());
    let (writes, sent, became) = cost(&server, &many(5_000, "firing", "it is so"));
    assert!(writes <= 160 && sent <= 5, "{writes} writes, {sent} messages");
    assert!(became.iter().all(|heard| matches!(heard, AlarmResult::DeadLetter { .. })));
    assert_eq!(
        (server.backend.store.records(dead_letters::PARTITION).len(), became.len()),
        (5_000, 5_000)
    );
}

#[test]
fn long_texts_of_many_alarms_are_cut_and_the_call_goes_on() {
    let server = server();
    let body = many(300, "firing", &"\"long\" 語\\".repeat(200));
    block(server.escalate.take(&body, server.now())).expect("it is kept");
    let incident = server.incident();
    assert_eq!((incident.alarms.len(), incident.open_count()), (60, 300));
    assert!(incident.alarms.iter().all(|alarm| alarm.reason.ends_with('…')));
    assert_eq!(server.calls(), ["alpha None"]);
}

#[test]
fn write_that_is_refused_for_its_size_sheds_texts_and_lands() {
    let server = server();
    server.backend.store.check_writes(|writes, _| {
        match writes.iter().any(|write| write.item_bytes() > 60_000) {
            true => Err(Error::TooLargeToStore("more than 60000 bytes".to_owned())),
            false => Ok(()),
        }
    });
    let body = many(80, "firing", &"long ".repeat(300));
    let became = block(server.escalate.take(&body, server.now())).expect("it is kept");
    assert_eq!((became.len(), server.incident().open_count()), (80, 80));
    assert_eq!(server.calls(), ["alpha None"]);
}

#[test]
fn alarm_that_recovers_in_the_same_request_calls_nobody() {
    let server = server();
    let alerts = ["firing", "resolved"].map(|status| alert("cpu", status, "it is so"));
    block(server.escalate.take(&group(alerts.into_iter()), server.now())).expect("it is kept");
    let asked = server.was_asked();
    assert!(!asked.iter().any(|asked| asked.starts_with("POST")), "{asked:?}");
    let incident = server.incident();
    assert!(incident.ended_at.is_some() && incident.attempts.iter().all(|a| a.calls.is_empty()));
}

#[test]
fn unnamed_alarms_of_one_transaction_are_one_entry() {
    let server = server();
    block(server.escalate.take(&many(90, "firing", "it is so"), server.now())).expect("it is kept");
    let entries = server.incident().timeline.entries;
    let joined = |event: &Event| matches!(event, Event::JoinedTogether { alarms: 30 });
    assert_eq!(entries.iter().filter(|entry| joined(&entry.event)).count(), 1);
    assert!(entries.iter().all(|entry| entry.event != Event::JoinedUnnamed));
    assert!(entries.iter().zip(0..).all(|(entry, number)| entry.number == number));
}

#[test]
fn request_that_broke_off_is_taken_again_and_nothing_counts_twice() {
    for lands in 0..10 {
        let server = server();
        server.backend.dies_after(lands);
        let body = many(250, "firing", "it is so");
        assert!(block(server.escalate.take(&body, server.now())).is_err(), "{lands}");
        server.backend.revive();
        server.passes(60);
        let became = block(server.escalate.take(&body, server.now())).expect("it is kept");
        assert!(became.iter().all(|heard| matches!(heard, AlarmResult::Incident { .. })));
        assert_eq!(server.incident().open_count(), 250, "{lands}");
    }
}

/// Which alarms go on, told without the product's help.
fn go_on(said: &[(u8, bool)]) -> usize {
    let last = |name: u8| said.iter().rev().find(|(other, _)| *other == name);
    (0..=u8::MAX).filter(|name| last(*name).is_some_and(|(_, on)| *on)).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn request_of_many_alarms_counts_each_by_its_last_word(
        said in proptest::collection::vec((0..100_u8, any::<bool>()), 1..250),
        parts in 1..6_usize,
    ) {
        let server = server();
        for part in said.chunks(said.len().div_ceil(parts)) {
            let alerts = part.iter().map(|(name, on)| {
                alert(&name.to_string(), if *on { "firing" } else { "resolved" }, "it is so")
            });
            let became = block(server.escalate.take(&group(alerts), server.now())).expect("it is kept");
            prop_assert_eq!(became.len(), part.len());
        }
        let expected = go_on(&said);
        let open = incident(&server.backend, "default")
            .map_or(0, |incident| incident.open_count() as usize);
        prop_assert_eq!(open, expected);
    }
}
