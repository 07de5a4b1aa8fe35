use serde_json::json;

use super::*;
use crate::domain::event::Event;
use crate::domain::metrics::Value;
use crate::jobs::watch::take::{ExecutionEvents, take};
use crate::storage::flows::{Fetched, put_fetched, resource};
use crate::testing::MemoryStore;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + seconds).unwrap()
}

/// An Execution of this Flow that ends in `widget`, after so many seconds.
async fn run(store: &MemoryStore, flow: u32, number: u32, widget: &str, seconds: i64) {
    let (flow, execution) = (format!("FW{flow:032x}"), format!("FN{number:032x}"));
    let event = |what: &str, second: i64| {
        let data = json!({"flow_sid": flow, "execution_sid": execution, "name": "next",
                          "step_sid": format!("FT{number:032x}"),
                          "transitioned_from": widget, "transitioned_to": "Ended"});
        let event_type = format!("com.twilio.studio.flow.{what}");
        let envelope = json!({"time": at(second), "data": data});
        Ok(Event { event_type, id: execution.clone(), envelope })
    };
    let events = [
        event("execution.started", 0),
        event("step.ended", seconds),
        event("execution.ended", seconds),
    ];
    take(store, &ExecutionEvents::of(&events, at(seconds)), at(seconds)).await.unwrap();
}

async fn name(store: &MemoryStore, flow: u32, name: &str) {
    let value = Some(json!({"sid": "FW", "friendly_name": name}));
    let fetched = Fetched { at: at(0), value, failure: None, is_gone: false };
    let key = resource(&format!("FW{flow:032x}").as_str().into());
    store.write(&[put_fetched(key, &fetched, at(0)).into()], at(0)).await.unwrap();
}

#[tokio::test]
async fn executions_are_shown_by_their_flows_whose_names_are_beside() {
    let store = MemoryStore::default();
    run(&store, 1, 1, "menu", 3).await;
    run(&store, 1, 2, "menu", 40).await;
    run(&store, 1, 3, "queue", 90_000).await;
    run(&store, 2, 4, "menu", 1).await;
    name(&store, 1, "Main line").await;
    let mut samples = Samples::default();
    show(&mut samples, &store, at(90_000)).await.unwrap();
    let value = |family, values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        samples.series(family)[&values].clone()
    };
    let (main, other) = (format!("FW{:032x}", 1), format!("FW{:032x}", 2));
    assert_eq!(value(FLOW_EXECUTIONS_STARTED, &[&main]), Value::Count(3));
    assert_eq!(value(FLOW_EXECUTIONS_STARTED, &[&other]), Value::Count(1));
    assert_eq!(value(FLOW_EXECUTIONS_ENDED, &[&main, "menu"]), Value::Count(2));
    assert_eq!(value(FLOW_EXECUTIONS_STUCK, &[&main]), Value::Gauge(0));
    assert_eq!(value(FLOW_INFO, &[&main, "Main line"]), Value::Gauge(1));
    assert_eq!(value(FLOW_INFO, &[&other, "unnamed"]), Value::Gauge(1));
    let Value::Histogram(seconds) = value(FLOW_EXECUTION_SECONDS, &[&main]) else {
        panic!("no histogram")
    };
    assert_eq!(seconds.milliseconds, 90_043_000);
    assert_eq!((seconds.buckets[0], seconds.buckets[3], seconds.buckets[11]), (1, 1, 1));
}

#[tokio::test]
async fn every_end_is_shown_though_its_last_step_is_missing() {
    let store = MemoryStore::default();
    let flow = format!("FW{:032x}", 1);
    let send = async |number: u32, what: &str, second: i64| {
        let execution = format!("FN{number:032x}");
        let data = json!({"flow_sid": flow, "execution_sid": execution, "name": "next",
                          "transitioned_from": "Trigger", "transitioned_to": "menu"});
        let event_type = format!("com.twilio.studio.flow.{what}");
        let envelope = json!({"time": at(second), "data": data});
        let id = format!("{}{number:032x}", if what == "step.ended" { "FT" } else { "FN" });
        let events = [Ok(Event { event_type, id, envelope })];
        take(&store, &ExecutionEvents::of(&events, at(second)), at(second)).await.unwrap();
    };
    send(1, "execution.ended", 1).await;
    send(2, "step.ended", 1).await;
    send(2, "execution.ended", 2).await;
    send(3, "step.ended", 2).await;
    let mut samples = Samples::default();
    show(&mut samples, &store, at(3)).await.unwrap();
    let ended = samples.series(FLOW_EXECUTIONS_ENDED);
    assert_eq!(ended.len(), 2);
    for widget in [UNKNOWN, "menu"] {
        assert_eq!(ended[&vec![flow.clone(), widget.to_owned()]], Value::Count(1));
    }
}

#[tokio::test]
async fn flows_and_widgets_beyond_the_limits_are_shown_as_others() {
    let store = MemoryStore::default();
    for flow in 0..60 {
        run(&store, flow, flow, "menu", 1).await;
        name(&store, flow, &format!("Flow {flow}")).await;
    }
    for number in 0..130 {
        run(&store, 0, 1_000 + number, &format!("widget {number}"), 1).await;
    }
    let mut samples = Samples::default();
    show(&mut samples, &store, at(1)).await.unwrap();
    let started = samples.series(FLOW_EXECUTIONS_STARTED);
    assert_eq!(started.len(), MAX_FLOWS + 1);
    assert_eq!(started[&vec![OTHER.to_owned()]], Value::Count(10));
    let infos = samples.series(FLOW_INFO);
    assert_eq!(infos.len(), MAX_FLOWS + 1);
    assert_eq!(infos[&vec![OTHER.to_owned(), OTHER.to_owned()]], Value::Gauge(1));
    let ended = samples.series(FLOW_EXECUTIONS_ENDED);
    let of_first = ended.keys().filter(|labels| labels[0] == format!("FW{:032x}", 0));
    assert_eq!(of_first.count(), MAX_WIDGETS + 1);
}

#[tokio::test]
async fn name_that_becomes_known_ends_no_series_of_a_counter() {
    let store = MemoryStore::default();
    run(&store, 1, 1, "menu", 3).await;
    let shown = async || {
        let mut samples = Samples::default();
        show(&mut samples, &store, at(90)).await.unwrap();
        let families = [FLOW_EXECUTIONS_STARTED, FLOW_EXECUTIONS_ENDED, FLOW_EXECUTION_SECONDS];
        families.map(|family| samples.series(family).clone())
    };
    let before = shown().await;
    name(&store, 1, "Main line").await;
    assert_eq!(shown().await, before);
}
