//! Events of Studio Executions: they are stored, found stuck or quiet, and wake an incident.

use shared::storage::messages::WakeUp;

use super::*;

const FLOW: &str = "FW00000000000000000000000000000001";
const EXECUTION: &str = "FN00000000000000000000000000000001";

/// Twilio's events of an Execution that ran into `http` at this second.
fn in_a_widget(second: i64) -> serde_json::Value {
    let step = "FT00000000000000000000000000000001";
    json!([
        of_an_execution("started", FLOW),
        {"type": "com.twilio.studio.flow.step.ended", "id": step, "time": at(second).to_string(),
         "data": {"execution_sid": EXECUTION, "flow_sid": FLOW, "name": "incomingCall",
                  "transitioned_from": "Trigger", "transitioned_to": "http"}},
    ])
}

async fn running(webhook: &Webhook, second: i64) -> Vec<String> {
    let running =
        shared::jobs::watch::read::running(webhook.store.as_ref(), &FLOW.into(), at(second)).await;
    running.unwrap().executions.into_iter().map(|running| running.execution.widget).collect()
}

#[tokio::test]
async fn execution_is_in_the_store_before_twilio_has_its_answer() {
    let (webhook, _) = webhook(&["t"]);
    let body = in_a_widget(0).to_string();
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(1)).await.status, 204);
    assert_eq!(running(&webhook, 1).await, ["http"]);
}

#[tokio::test]
async fn store_that_fails_has_twilio_send_again_and_stops_no_line() {
    let (mut webhook, queue) = webhook(&["t"]);
    let store = MemoryStore::default();
    webhook.store = Arc::new(store.clone());
    let mut events = in_a_widget(0);
    let line = json!({"type": "x", "id": "1", "data": {"text": "t", "to": "a"}});
    events.as_array_mut().unwrap().push(line);
    let body = events.to_string();
    store.fail_writes(Fault::After(0));
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(1)).await.status, 503);
    assert_eq!(of(&queue, QueueName::Slack).len(), 1);
    store.fail_writes(Fault::Never);
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(2)).await.status, 204);
    assert_eq!(running(&webhook, 2).await, ["http"]);
}

#[tokio::test]
async fn stuck_execution_goes_to_the_routes_once() {
    let config =
        CONFIG.replace("events = [\"x\"]", "events = [\"ringdown.studio.execution.stuck\"]");
    let config = config.replace("{{ data.text }}", "stuck {{ data.reason }}");
    let values = [("twilio/auth-token", "t"), ("public-base-url", BASE), ("config/main", &config)];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (mut webhook, queue) = webhook(&[]);
    let read = readings([Ok(values.clone().into()), Ok(values.into())]);
    webhook.settings = SettingsCache::new(Environment::default(), read);
    let body = in_a_widget(0).to_string();
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(1)).await.status, 204);
    let stuck = Schedule::StuckExecutions;
    // The longest call, a tenth of it and a minute.
    let last = 4 * 3_600 + 1_440 + 60;
    tick(&webhook, stuck, at(last)).await.unwrap();
    assert_eq!(of(&queue, QueueName::Slack).len(), 0);
    for second in [1, 61] {
        tick(&webhook, stuck, at(last + second)).await.unwrap();
    }
    let [sent] = of(&queue, QueueName::Slack).try_into().unwrap();
    assert!(sent.contains("stuck in http for 4 h 25 min"), "{sent}");
    assert!(serde_json::from_str::<Schedule>(r#"{"schedule":"stuck-executions"}"#).is_ok());
}

/// The start of an Execution at this second.
fn start(number: i64, second: i64) -> serde_json::Value {
    let sid = format!("FN{number:032x}");
    json!({"type": "com.twilio.studio.flow.execution.started", "id": sid, "time": at(second).to_string(),
           "data": {"execution_sid": sid, "flow_sid": FLOW}})
}

#[tokio::test]
async fn quiet_flow_goes_to_the_routes_once_and_once_when_it_is_started_again() {
    let config = CONFIG.replace("events = [\"x\"]", "events = [\"ringdown.studio.flow.*\"]");
    let config = config.replace("{{ data.text }}", "{{ data.reason }}");
    let values = [("twilio/auth-token", "t"), ("public-base-url", BASE), ("config/main", &config)];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (mut webhook, queue) = webhook(&[]);
    let read = readings((0..200).map(|_| Ok(values.clone().into())));
    webhook.settings = SettingsCache::new(Environment::default(), read);
    // Every quarter of an hour for three weeks.
    let (every, stops) = (900, 21 * 86_400);
    let starts: Vec<_> = (0..=stops / every).map(|number| start(number, number * every)).collect();
    for batch in starts.chunks(100) {
        let body = serde_json::to_vec(batch).unwrap();
        assert_eq!(handle(&webhook, request("t", &body), at(stops)).await.status, 204);
    }
    let tell = async |second: i64| {
        tick(&webhook, Schedule::StuckExecutions, at(second)).await.unwrap();
        of(&queue, QueueName::Slack).len()
    };
    for minute in 0..=60 {
        assert_eq!(tell(stops + minute * 60).await, 0, "{minute}");
    }
    for minute in 61..180 {
        assert_eq!(tell(stops + minute * 60).await, 1, "{minute}");
    }
    let again = stops + 180 * 60;
    let body = json!([start(9_999, again)]).to_string();
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(again)).await.status, 204);
    assert_eq!((tell(again + 1).await, tell(again + 61).await), (2, 2));
    let sent = of(&queue, QueueName::Slack);
    assert!(sent[0].contains("no start for 1 h 1 min; usually at most 20 min at this hour"));
    assert!(sent[1].contains("started again after 3 h"));
}

fn of_an_execution(what: &str, flow: &str) -> serde_json::Value {
    let event_type = format!("com.twilio.studio.flow.execution.{what}");
    json!({"type": event_type, "id": EXECUTION, "data": {"execution_sid": EXECUTION, "flow_sid": flow}})
}

#[tokio::test]
async fn that_a_call_of_ours_is_over_wakes_its_incident() {
    let (webhook, queue) = webhook(&["t"]);
    let other = FLOW.replace('1', "2");
    let events = json!([
        of_an_execution("started", FLOW),
        {"type": "x", "id": "1", "data": {"text": "t", "to": "a"}},
        of_an_execution("ended", &other),
        of_an_execution("ended", FLOW),
        {"type": "com.twilio.studio.flow.execution.ended", "id": EXECUTION, "data": {"flow_sid": FLOW}},
        {"type": "com.twilio.studio.flow.execution.ended", "id": "no SID", "data": {"flow_sid": FLOW}},
        {"type": "com.twilio.studio.flow.execution.ended", "id": "1"},
    ]);
    let body = events.to_string();
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(0)).await.status, 204);
    let (flow, execution) = (FLOW.into(), EXECUTION.into());
    let wake_up = WakeUp::ExecutionEnded { flow, execution, at: at(0) }.to_body();
    assert_eq!(of(&queue, QueueName::WakeUps), [wake_up.clone(), wake_up]);
    assert_eq!(of(&queue, QueueName::Slack).len(), 1);
}

#[tokio::test]
async fn wake_up_that_is_not_taken_has_twilio_send_again() {
    let (webhook, queue) = webhook(&["t"]);
    let body = json!([of_an_execution("ended", FLOW)]).to_string();
    queue.fail_sends(Fault::After(0));
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(0)).await.status, 503);
    queue.fail_sends(Fault::Never);
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(1)).await.status, 204);
    assert_eq!(of(&queue, QueueName::WakeUps).len(), 1);
}
