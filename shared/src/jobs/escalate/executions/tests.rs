use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::escalation::State;
use crate::jobs::escalate::testing::{EXECUTION, FLOW, KEY, Server};
use crate::storage::messages::WakeUp;
use crate::storage::{Message, Processed};

/// A server whose Executions know this of their calls.
async fn server(call: Value) -> Server {
    let begun = Arc::new(Mutex::new(0));
    let server = Server::of(
        &[("callback-key", KEY)],
        Arc::new(move |ask| match ask.method {
            "POST" => {
                let mut begun = begun.lock().expect("a number");
                *begun += 1;
                (201, json!({"sid": format!("FN{begun:032}")}))
            }
            _ => (200, json!({"context": {"widgets": {"call": call}}})),
        }),
    );
    server.alarm().await;
    server.was_asked();
    server
}

async fn ended(server: &Server, flow: &str, execution: &str, ago: i64) -> Processed {
    let at = server.now().checked_sub(SignedDuration::from_secs(ago)).expect("a time");
    let (flow, execution) = (flow.into(), execution.into());
    let body = WakeUp::ExecutionEnded { flow, execution, at }.to_body();
    let (id, group) = ("1".to_owned(), "g".to_owned());
    server.escalate.process(&Message { id, group, body, receive_count: 1 }, server.now()).await
}

async fn answered(server: &Server) {
    let call = Some(EXECUTION.into());
    let signal = Signal::Call { attempt: 1, call, event: CallEvent::Answered };
    let id = server.incident().id;
    server
        .escalate
        .transact(&id, &[signal], Effects::Deferred, server.now())
        .await
        .expect("a signal");
}

#[tokio::test]
async fn hang_up_calls_the_next_person_at_once() {
    let server = server(json!({})).await;
    answered(&server).await;
    assert_eq!(ended(&server, FLOW, EXECUTION, 0).await, Processed::Done);
    assert_eq!(server.calls(), ["alpha Some(HungUp)", "bravo None"]);
    assert_eq!(server.was_asked(), ["POST Flows/FW/Executions"]);
    // The event comes twice.
    assert_eq!(ended(&server, FLOW, EXECUTION, 0).await, Processed::Done);
    assert_eq!(server.was_asked(), Vec::<String>::new());
}

#[tokio::test]
async fn execution_says_how_its_call_ended_where_no_report_came() {
    for (call, became) in [
        (json!({"CallStatus": "busy"}), "Busy"),
        (json!({"CallStatus": "completed"}), "HungUp"),
        (json!({}), "Silent"),
    ] {
        let server = server(call).await;
        assert_eq!(ended(&server, FLOW, EXECUTION, 0).await, Processed::Done);
        assert_eq!(server.calls(), [format!("alpha Some({became})"), "bravo None".to_owned()]);
        let context = format!("GET Flows/FW/Executions/{EXECUTION}/Context");
        assert_eq!(server.was_asked(), [context, "POST Flows/FW/Executions".to_owned()]);
    }
}

#[tokio::test]
async fn taken_incident_stays_taken() {
    let server = server(json!({})).await;
    let call = Some(EXECUTION.into());
    let taken = Signal::Call {
        attempt: 1,
        call,
        event: CallEvent::Pressed(crate::domain::escalation::Key::Take),
    };
    server
        .escalate
        .transact(&server.incident().id, &[taken], Effects::Deferred, server.now())
        .await
        .expect("a signal");
    assert_eq!(ended(&server, FLOW, EXECUTION, 0).await, Processed::Done);
    assert_eq!(server.incident().state(), State::Taken);
    assert!(server.incident().attempts[0].ended_at.is_some());
}

#[tokio::test]
async fn execution_of_somebody_else_is_left_alone() {
    let server = server(json!({})).await;
    let (other, flow) = ("FN99999999999999999999999999999999", FLOW.replace('0', "9"));
    assert_eq!(ended(&server, FLOW, other, 0).await, Processed::Done);
    assert_eq!(ended(&server, &flow, EXECUTION, 0).await, Processed::Done);
    assert_eq!(server.calls(), ["alpha None"]);
}

#[tokio::test]
async fn one_whose_sid_is_not_written_yet_is_waited_for() {
    // Twilio's answer got lost, and its list cannot be read.
    let server = Server::of(&[("callback-key", KEY)], Arc::new(|_| (0, Value::Null)));
    server.alarm().await;
    assert!(matches!(ended(&server, FLOW, EXECUTION, 0).await, Processed::RetryAfter(_)));
    assert!(matches!(ended(&server, FLOW, EXECUTION, 89).await, Processed::RetryAfter(_)));
    assert_eq!(ended(&server, FLOW, EXECUTION, 91).await, Processed::Done);
    // A report names it.
    answered(&server).await;
    assert_eq!(ended(&server, FLOW, EXECUTION, 4).await, Processed::Done);
    assert_eq!(server.calls(), ["alpha Some(HungUp)", "bravo None"]);
}
