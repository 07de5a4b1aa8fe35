use serde_json::Value;

use super::*;
use crate::jobs::watch::read::{one, running};
use crate::jobs::watch::take::{ExecutionEvents, take};
use crate::storage::flows::{Fetched, definition, put_fetched};
use crate::testing::MemoryStore;

const FLOW: &str = "FW00000000000000000000000000000001";
const EXECUTION: &str = "FN00000000000000000000000000000001";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + seconds).unwrap()
}

async fn send(store: &MemoryStore, event_type: &str, id: &str, second: i64, data: Value) {
    let mut data = data;
    data["flow_sid"] = FLOW.into();
    data["execution_sid"] = EXECUTION.into();
    data["flow_revision"] = 7.into();
    let envelope = json!({"time": at(second), "data": data});
    let event_type = format!("com.twilio.studio.flow.{event_type}");
    let event = Ok(Event { event_type, id: id.to_owned(), envelope });
    take(store, &ExecutionEvents::of(&[event], at(second)), at(second)).await.unwrap();
}

async fn step(store: &MemoryStore, number: u32, to: &str, second: i64) {
    let sid = format!("FT{number:032x}");
    let data =
        json!({"name": "incomingCall", "transitioned_from": "Trigger", "transitioned_to": to});
    send(store, "step.ended", &sid, second, data).await;
}

/// A Flow whose widget `http` takes ten seconds at most.
async fn keep_definition(store: &MemoryStore) {
    let flow =
        json!({"states": [{"name": "http", "type": "make-http-request", "transitions": []}]});
    let fetched = Fetched { at: at(0), value: Some(flow), failure: None, is_gone: false };
    store
        .write(&[put_fetched(definition(&FLOW.into(), 7), &fetched, at(0)).into()], at(0))
        .await
        .unwrap();
}

async fn tick(store: &MemoryStore, second: i64) -> Vec<Event> {
    let found = newly_stuck(store, at(second)).await.unwrap();
    let events = found.iter().filter_map(|stuck| stuck.event.clone()).collect();
    note_stuck(store, found, at(second)).await.unwrap();
    events
}

#[tokio::test]
async fn stuck_execution_is_reported_once_and_no_more_when_it_moves() {
    let store = MemoryStore::default();
    keep_definition(&store).await;
    send(
        &store,
        "execution.started",
        EXECUTION,
        0,
        json!({"contact_channel_address": "+15005550006"}),
    )
    .await;
    step(&store, 1, "http", 1).await;
    assert_eq!(tick(&store, 72).await, []);
    let reported = tick(&store, 73).await;
    assert_eq!(reported.len(), 1);
    let data = &reported[0].envelope["data"];
    assert_eq!((data["widget"].as_str(), data["flow_name"].clone()), (Some("http"), Value::Null));
    assert_eq!(data["reason"], "in http for 1 min 12 s, which can last 10 s");
    assert!(!reported[0].envelope.to_string().contains("0006"));
    assert_eq!(tick(&store, 130).await, []);
    let found = running(&store, &FLOW.into(), at(130)).await.unwrap().executions;
    assert!(found[0].execution.is_stuck && found[0].stuck.is_some());
    // It moves, is stuck again, and was reported before.
    step(&store, 2, "http", 200).await;
    assert!(
        !running(&store, &FLOW.into(), at(200)).await.unwrap().executions[0].execution.is_stuck
    );
    assert_eq!(tick(&store, 400).await, []);
    assert!(running(&store, &FLOW.into(), at(400)).await.unwrap().executions[0].execution.is_stuck);
    send(&store, "execution.ended", EXECUTION, 500, json!({})).await;
    assert_eq!(running(&store, &FLOW.into(), at(500)).await.unwrap().executions, []);
    assert_eq!(one(&store, &EXECUTION.into(), at(500)).await.unwrap().unwrap().stuck, None);
}

#[tokio::test]
async fn execution_that_moves_while_it_is_reported_keeps_its_new_place() {
    let store = MemoryStore::default();
    keep_definition(&store).await;
    step(&store, 1, "http", 1).await;
    let found = newly_stuck(&store, at(100)).await.unwrap();
    step(&store, 2, "menu", 100).await;
    note_stuck(&store, found, at(100)).await.unwrap();
    let found = running(&store, &FLOW.into(), at(100)).await.unwrap().executions;
    assert_eq!((found[0].execution.widget.as_str(), found[0].execution.is_stuck), ("menu", false));
}

#[tokio::test]
async fn without_a_definition_a_call_is_stuck_after_four_hours_and_more() {
    let store = MemoryStore::default();
    step(&store, 1, "http", 0).await;
    let four_hours = SignedDuration::from_hours(4).as_secs();
    assert_eq!(tick(&store, four_hours + 1_500).await, []);
    assert_eq!(tick(&store, four_hours + 1_501).await.len(), 1);
}
