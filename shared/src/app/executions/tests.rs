use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use super::*;
use crate::app::kit::{EXECUTION, FLOW, House, KEY};
use crate::app::wake::WakeUp;
use crate::escalation::State;
use crate::ports::{Message, Outcome};

/// A house whose Executions know this of their calls.
async fn house(call: Value) -> House {
    let begun = Arc::new(Mutex::new(0));
    let house = House::of(
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
    house.alarm().await;
    house.was_asked();
    house
}

async fn ended(house: &House, flow: &str, execution: &str, ago: i64) -> Outcome {
    let at = house.now().checked_sub(SignedDuration::from_secs(ago)).expect("a time");
    let (flow, execution) = (flow.to_owned(), execution.to_owned());
    let body = WakeUp::ExecutionEnded { flow, execution, at }.to_body();
    let (id, group) = ("1".to_owned(), "g".to_owned());
    house.app.wake(&Message { id, group, body, receives: 1 }).await
}

async fn answered(house: &House) {
    let call = Some(EXECUTION.to_owned());
    let signal = Signal::Call { attempt: 1, call, news: News::Answered };
    let id = house.incident().id;
    house.app.signal(&id, &[signal], Hand::Leave).await.expect("a signal");
}

#[tokio::test]
async fn a_hang_up_calls_the_next_person_at_once() {
    let house = house(json!({})).await;
    answered(&house).await;
    assert_eq!(ended(&house, FLOW, EXECUTION, 0).await, Outcome::Done);
    assert_eq!(house.calls(), ["alpha Some(HungUp)", "bravo None"]);
    assert_eq!(house.was_asked(), ["POST Flows/FW/Executions"]);
    // The event comes twice.
    assert_eq!(ended(&house, FLOW, EXECUTION, 0).await, Outcome::Done);
    assert_eq!(house.was_asked(), Vec::<String>::new());
}

#[tokio::test]
async fn where_no_report_came_the_execution_says_how_its_call_ended() {
    for (call, became) in [
        (json!({"CallStatus": "busy"}), "Busy"),
        (json!({"CallStatus": "completed"}), "HungUp"),
        (json!({}), "Silent"),
    ] {
        let house = house(call).await;
        assert_eq!(ended(&house, FLOW, EXECUTION, 0).await, Outcome::Done);
        assert_eq!(house.calls(), [format!("alpha Some({became})"), "bravo None".to_owned()]);
        let context = format!("GET Flows/FW/Executions/{EXECUTION}/Context");
        assert_eq!(house.was_asked(), [context, "POST Flows/FW/Executions".to_owned()]);
    }
}

#[tokio::test]
async fn what_was_taken_stays_taken() {
    let house = house(json!({})).await;
    let call = Some(EXECUTION.to_owned());
    let taken =
        Signal::Call { attempt: 1, call, news: News::Pressed(crate::escalation::Key::Take) };
    house.app.signal(&house.incident().id, &[taken], Hand::Leave).await.expect("a signal");
    assert_eq!(ended(&house, FLOW, EXECUTION, 0).await, Outcome::Done);
    assert_eq!(house.incident().state(), State::Taken);
    assert!(house.incident().attempts[0].ended_at.is_some());
}

#[tokio::test]
async fn an_execution_of_somebody_elses_is_left_alone() {
    let house = house(json!({})).await;
    let (other, flow) = ("FN99999999999999999999999999999999", FLOW.replace('0', "9"));
    assert_eq!(ended(&house, FLOW, other, 0).await, Outcome::Done);
    assert_eq!(ended(&house, &flow, EXECUTION, 0).await, Outcome::Done);
    assert_eq!(house.calls(), ["alpha None"]);
}

#[tokio::test]
async fn one_whose_sid_is_not_written_yet_is_waited_for() {
    // Twilio's answer got lost, and its list cannot be read.
    let house = House::of(&[("callback-key", KEY)], Arc::new(|_| (0, Value::Null)));
    house.alarm().await;
    assert!(matches!(ended(&house, FLOW, EXECUTION, 0).await, Outcome::Later(_)));
    assert!(matches!(ended(&house, FLOW, EXECUTION, 89).await, Outcome::Later(_)));
    assert_eq!(ended(&house, FLOW, EXECUTION, 91).await, Outcome::Done);
    // A report names it.
    answered(&house).await;
    assert_eq!(ended(&house, FLOW, EXECUTION, 4).await, Outcome::Done);
    assert_eq!(house.calls(), ["alpha Some(HungUp)", "bravo None"]);
}
