//! What Event Streams tells of an Execution.

use super::*;

const EVENTS: &str = "/twilio/events";

/// The events that came, in order; the receiver has judged their signatures.
fn told(stage: &Stage) -> Vec<Value> {
    let heard = stage.fixture.heard(EVENTS).into_iter();
    let events = heard.map(|heard| serde_json::from_slice::<Value>(&heard.body).expect("JSON"));
    events.map(|list| list[0].clone()).collect()
}

fn kinds(stage: &Stage) -> Vec<String> {
    let kind = |event: &Value| {
        let kind = event["type"].as_str().expect("a type").to_owned();
        kind.trim_start_matches("com.twilio.studio.flow.").to_owned()
    };
    told(stage).iter().map(kind).collect()
}

/// A call that is declined: three steps.
async fn declined(stage: &Stage) -> String {
    let sid = stage.begin().await;
    stage.does(Deed::Decline).await;
    stage.ends(&sid).await;
    sid
}

#[tokio::test]
async fn beginning_steps_and_end_are_told() {
    let stage = Stage::new([says("", false)]).await;
    let sid = declined(&stage).await;
    stage.fixture.until("all is told", || told(&stage).len() >= 5).await;
    let expected =
        ["execution.started", "step.ended", "step.ended", "step.ended", "execution.ended"];
    assert_eq!(kinds(&stage), expected);
    let events = told(&stage);
    let (started, step, ended) = (&events[0], &events[2], &events[4]);
    assert_eq!((&started["id"], &ended["id"]), (&json!(sid), &json!(sid)));
    assert_eq!(started["source"], format!("/v2/Flows/{}/Executions/{sid}", stage.flow));
    assert_eq!(
        (&started["data"]["status"], &started["data"]["flow_revision"]),
        (&json!("active"), &json!(1))
    );
    assert_eq!(started["data"]["contact_channel_address"], ALPHA);
    assert_eq!(
        (&ended["data"]["status"], &ended["data"]["ended_reason"]),
        (&json!("ended"), &json!("FLOW_END"))
    );
    let data = &step["data"];
    assert_eq!((&data["name"], &data["execution_sid"]), (&json!("busy"), &json!(sid)));
    assert_eq!(
        (&data["transitioned_from"], &data["transitioned_to"]),
        (&json!("call"), &json!("report_busy"))
    );
    assert_eq!(events[3]["data"]["transitioned_to"], "Ended");
    assert!(step["id"].as_str().is_some_and(|id| id.starts_with("FT")), "{step}");
}

#[tokio::test]
async fn an_event_is_told_until_it_is_taken() {
    let stage = Stage::new([says("", false)]).await;
    let answers = [(503, String::new()), (429, String::new()), (200, String::new())];
    let later = vec![(204, String::new()); 9];
    let all: VecDeque<_> = answers.into_iter().chain(later).collect();
    stage.fixture.desk.answers.lock().expect("no panic").insert(EVENTS.to_owned(), all);
    declined(&stage).await;
    for count in [2, 3] {
        stage.fixture.push(10);
        stage.fixture.until("it is told again", || told(&stage).len() >= count).await;
    }
    stage.fixture.until("all is told", || told(&stage).len() >= 7).await;
    assert_eq!(
        kinds(&stage)[..4],
        ["execution.started", "execution.started", "execution.started", "step.ended"]
    );
}

#[tokio::test]
async fn events_are_lost_and_a_sink_is_missing_on_purpose() {
    for (faults, expected, lost) in [
        (json!({"sink": ""}), 0, 0),
        (json!({"lose_events": {"times": 2}}), 3, 2),
        (json!({"sink": format!("{PUBLIC}/twilio/events?more=1")}), 5, 0),
    ] {
        let stage = Stage::new([says("", false)]).await;
        stage.fixture.twilio.set_faults(&faults.to_string().into()).expect("faults");
        declined(&stage).await;
        stage.fixture.until("what is told", || told(&stage).len() >= expected).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(told(&stage).len(), expected, "{faults}");
        let journal = stage.fixture.twilio.journal();
        let noted = String::from_utf8_lossy(&journal.body).matches("lost on purpose").count();
        assert_eq!(noted, lost, "{faults}");
    }
}
