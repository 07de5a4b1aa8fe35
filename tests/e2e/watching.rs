//! Executions of Flows by the hundred, from many writers at once: shuffled, doubled, in batches, with a step missing; and a
//! server that dies meanwhile. Each event counts once, and nothing that was answered 2xx is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use ringdown::clock::now;
use ringdown::database::Database;
use ringdown::store::Records;
use serde_json::{Value, json};
use shared::domain::executions::views::{CountSpan, ExecutionState};
use shared::jobs::watch::read::{ExecutionQuery, counts, cursor, one, page, running, seen_flows};
use shared::{SignedDuration, Timestamp};

use crate::concurrency::{write_all, write_through_kills};
use crate::harness::{Plan, Server};
use shared::domain::sid::Sid;

const EXECUTIONS: u64 = 300;
const FLOWS: u64 = 3;
const WIDGETS: u64 = 5;
/// The Executions of which the second step is never sent, and those that do not end.
const WITH_A_GAP: u64 = 7;
const RUNNING: u64 = 10;

fn flow(number: u64) -> String {
    format!("FW{:032x}", number % FLOWS)
}

fn sid(number: u64) -> String {
    format!("FN{number:032x}")
}

fn event(kind: &str, id: &str, number: u64, at: Timestamp, data: Value) -> Value {
    let mut data = data;
    data["execution_sid"] = sid(number).into();
    data["flow_sid"] = flow(number).into();
    data["account_sid"] = "AC00000000000000000000000000000001".into();
    json!({"specversion": "1.0", "type": format!("com.twilio.studio.flow.{kind}"), "id": id,
           "time": at.to_string(), "data": data})
}

/// The events of one Execution. One of a number below [`RUNNING`] does not end.
fn walk(number: u64, begin: Timestamp) -> Vec<Value> {
    let facts = json!({"flow_revision": 3, "contact_channel_address": format!("+1500555{number:04}"),
                       "started_by": format!("CA{number:032x}")});
    let mut events = vec![event("execution.started", &sid(number), number, begin, facts.clone())];
    let (mut here, mut at) = ("Trigger".to_owned(), begin);
    for step in 1..=WIDGETS {
        at += SignedDuration::from_millis(10);
        let is_last = step == WIDGETS;
        let next = if is_last { "Ended".to_owned() } else { format!("w{step}") };
        let name = if is_last { "hangup" } else { "audioComplete" };
        let id = format!("FT{number:016x}{step:016x}");
        let data = json!({"step_sid": id, "name": name, "transitioned_from": here, "transitioned_to": next,
                          "date_created": at.to_string()});
        let is_left_out = number == WITH_A_GAP && step == 2 || number < RUNNING && is_last;
        if !is_left_out {
            events.push(event("step.ended", &id, number, at, data));
        }
        here = next;
    }
    if number >= RUNNING {
        events.push(event("execution.ended", &sid(number), number, at, facts));
    }
    events
}

/// Requests with all events, shuffled and a third of them twice, in batches of up to a hundred; and how many events there are.
fn requests(seed: u64, begin: Timestamp) -> (Vec<Vec<u8>>, u64) {
    let all: Vec<Value> = (0..EXECUTIONS).flat_map(|number| walk(number, begin)).collect();
    let count = all.len() as u64;
    let mut sent: Vec<Value> = all.iter().chain(all.iter().step_by(3)).cloned().collect();
    let mut random = seed | 1;
    let mut below = |bound: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % bound
    };
    for at in (1..sent.len()).rev() {
        sent.swap(at, below(at + 1));
    }
    let mut requests = Vec::new();
    while !sent.is_empty() {
        let batch = [1, 1, 7, 100][below(4)].min(sent.len());
        requests.push(serde_json::to_vec(&sent.split_off(sent.len() - batch)).unwrap());
    }
    (requests, count)
}

async fn send(server: Arc<Server>, request: Vec<u8>) -> (u16, Vec<u8>) {
    (server.twilio(&request).await, request)
}

/// Holds what is kept against what was sent.
async fn all_is_there(server: &Server, begin: Timestamp, events: u64) {
    let store = Records(Database::open(&server.folder.path().join("data")).unwrap());
    let flows: Vec<Sid> = (0..FLOWS).map(|of| flow(of).as_str().into()).collect();
    let seen: BTreeSet<Sid> = seen_flows(&store, now()).await.unwrap().into_iter().collect();
    assert!(flows.iter().all(|flow| seen.contains(flow)), "{seen:?}");
    assert_eq!(cursor(&store, &flows, now()).await.unwrap(), events);
    let (mut started, mut ended, mut steps, mut hang_ups, mut active) = (0, 0, 0, 0, 0);
    for flow in &flows {
        let counts = counts(&store, flow, CountSpan::Hour, now()).await.unwrap();
        started += counts.started;
        ended += counts.ended;
        steps += counts.edges.iter().map(|edge| edge.count).sum::<u64>();
        hang_ups += counts.widgets.values().map(|widget| widget.hang_ups).sum::<u64>();
        active += running(&store, flow, now()).await.unwrap().executions.len();
    }
    let expected_ended = EXECUTIONS - RUNNING;
    assert_eq!((started, ended, hang_ups), (EXECUTIONS, expected_ended, expected_ended));
    assert_eq!(steps, events - started - ended);
    assert_eq!(active as u64, RUNNING);

    for number in 0..EXECUTIONS {
        let view = one(&store, &sid(number).as_str().into(), now()).await.unwrap().unwrap();
        assert_eq!(
            (view.contact.as_deref(), view.revision),
            (Some(&*format!("{number:04}")), Some(3))
        );
        assert_eq!(view.began_at, Some(begin));
        let path: Vec<&str> = view.steps.iter().map(|step| step.to.as_str()).collect();
        let gaps = view.steps.iter().filter(|step| step.is_after_gap).count();
        match number {
            WITH_A_GAP => assert_eq!((path.as_slice(), gaps), (&["w1", "w3", "w4"][..], 1)),
            0..RUNNING => assert_eq!((path.as_slice(), gaps), (&["w1", "w2", "w3", "w4"][..], 0)),
            _ => assert_eq!((path.as_slice(), gaps), (&["w1", "w2", "w3", "w4", "Ended"][..], 0)),
        }
        let is_running = number < RUNNING;
        assert_eq!(view.state == ExecutionState::Ended, !is_running);
        assert_eq!(view.widget.as_deref(), is_running.then_some("w4"));
    }

    let (mut listed, mut after) = (BTreeSet::new(), None);
    loop {
        let query = ExecutionQuery { after: after.as_deref(), ..ExecutionQuery::default() };
        let page = page(&store, query, now()).await.unwrap();
        assert!(!page.executions.is_empty() || page.after.is_none());
        for view in page
            .executions
            .into_iter()
            .filter(|view| view.flow.as_ref().is_some_and(|flow| flows.contains(flow)))
        {
            assert!(listed.insert(view.sid), "each is listed once");
        }
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed.len() as u64, EXECUTIONS);
}

/// Some time ago, by the milliseconds that Twilio's times have.
fn begin() -> Timestamp {
    let ago = now() - SignedDuration::from_secs(2);
    Timestamp::from_millisecond(ago.as_millisecond()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shuffled_and_doubled_events_of_eight_writers_are_kept_once() {
    let server = Arc::new(Plan::new().start().await);
    let begin = begin();
    let (requests, events) = requests(1, begin);
    assert_eq!(write_all(&server, requests, send).await.len(), 0);
    all_is_there(&server, begin, events).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_server_loses_no_execution_and_counts_no_step_twice() {
    let plan = Plan::new();
    let begin = begin();
    let (requests, events) = requests(2, begin);
    let server = write_through_kills(&plan, requests, &[100, 250], send).await;
    all_is_there(&server, begin, events).await;
}

#[tokio::test]
async fn failing_widget_is_a_line_in_slack_and_executions_are_metrics() {
    let plan = Plan::new().set("METRICS_TOKEN", "scrape").config(
        r#"
[[routes]]
name = "failing widgets"
events = ["com.twilio.studio.flow.step.ended"]
when = "data.name in ['failed', 'fail', 'failedToEnqueue']"
text = "{{ data.transitioned_from }} ended with {{ data.name }}"
to = "a"
"#,
    );
    let server = plan.start().await;
    let at = begin();
    let id = format!("FT{:032x}", 1);
    let step = json!({"name": "failedToEnqueue", "transitioned_from": "to_agents", "transitioned_to": "Ended",
                      "date_created": at.to_string()});
    let events = [
        event("execution.started", &sid(1), 1, at, json!({})),
        event("step.ended", &id, 1, at, step),
        // It names no Flow that can be one.
        json!({"type": "com.twilio.studio.flow.step.ended", "id": "FT1", "data": {"flow_sid": "FW/../x"}}),
    ];
    assert_eq!(server.twilio(&serde_json::to_vec(&events).unwrap()).await, 204);
    server.says("to_agents ended with failedToEnqueue").await;
    server.idles("/sandbox/idle").await;
    let request = server.http.get(format!("{}/metrics", server.address));
    let answer = request.header("authorization", "Bearer scrape").send().await.unwrap();
    let text = answer.text().await.unwrap();
    for line in [
        "ringdown_flow_info{flow=\"FLOW\",name=\"unnamed\"} 1",
        "ringdown_flow_executions_started_total{flow=\"FLOW\"} 1",
        "ringdown_flow_executions_ended_total{flow=\"FLOW\",widget=\"to_agents\"} 1",
        "ringdown_flow_executions_stuck{flow=\"FLOW\"} 0",
        "ringdown_flow_quiet{flow=\"FLOW\"} 0",
        "ringdown_flow_events_unreadable_total 1",
    ] {
        let line = line.replace("FLOW", &flow(1));
        assert!(text.lines().any(|have| have == line), "{line} is not in\n{text}");
    }
}
