//! Events of an Execution in Event Streams.

use super::*;

const EVENTS: &str = "/twilio/events";

/// The events that came, in order; the receiver has judged their signatures.
fn sent(studio: &StudioFixture) -> Vec<Value> {
    let received = studio.fixture.received(EVENTS).into_iter();
    let events =
        received.map(|received| serde_json::from_slice::<Value>(&received.body).expect("JSON"));
    events.map(|list| list[0].clone()).collect()
}

fn kinds(studio: &StudioFixture) -> Vec<String> {
    let kind = |event: &Value| {
        let kind = event["type"].as_str().expect("a type").to_owned();
        kind.trim_start_matches("com.twilio.studio.flow.").to_owned()
    };
    sent(studio).iter().map(kind).collect()
}

/// A call that is declined: three steps.
async fn declined(studio: &StudioFixture) -> String {
    let sid = studio.begin().await;
    studio.does(PhoneAction::Decline).await;
    studio.ends(&sid).await;
    sid
}

#[tokio::test]
async fn execution_sends_its_beginning_steps_and_end() {
    let studio = StudioFixture::new([answers_with("", false)]).await;
    let sid = declined(&studio).await;
    studio.fixture.until("all is sent", || sent(&studio).len() >= 5).await;
    let expected =
        ["execution.started", "step.ended", "step.ended", "step.ended", "execution.ended"];
    assert_eq!(kinds(&studio), expected);
    let events = sent(&studio);
    let (started, step, ended) = (&events[0], &events[2], &events[4]);
    assert_eq!((&started["id"], &ended["id"]), (&json!(sid), &json!(sid)));
    assert_eq!(started["source"], format!("/v2/Flows/{}/Executions/{sid}", studio.flow));
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
async fn event_is_sent_until_it_is_taken() {
    let studio = StudioFixture::new([answers_with("", false)]).await;
    let answers = [(503, String::new()), (429, String::new()), (200, String::new())];
    let later = vec![(204, String::new()); 9];
    let all: VecDeque<_> = answers.into_iter().chain(later).collect();
    studio.fixture.receiver.answers.lock().expect("no panic").insert(EVENTS.to_owned(), all);
    declined(&studio).await;
    for count in [2, 3] {
        studio.fixture.push(10);
        studio.fixture.until("it is sent again", || sent(&studio).len() >= count).await;
    }
    studio.fixture.until("all is sent", || sent(&studio).len() >= 7).await;
    assert_eq!(
        kinds(&studio)[..4],
        ["execution.started", "execution.started", "execution.started", "step.ended"]
    );
}

#[tokio::test]
async fn events_can_be_lost_and_the_sink_missing() {
    for (faults, expected, lost) in [
        (json!({"sink": ""}), 0, 0),
        (json!({"lose_events": {"times": 2}}), 3, 2),
        (json!({"sink": format!("{PUBLIC}/twilio/events?more=1")}), 5, 0),
    ] {
        let studio = StudioFixture::new([answers_with("", false)]).await;
        studio.fixture.twilio.set_faults(&faults.to_string().into()).expect("faults");
        declined(&studio).await;
        studio.fixture.until("what is sent", || sent(&studio).len() >= expected).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(sent(&studio).len(), expected, "{faults}");
        let journal = studio.fixture.twilio.journal();
        let noted = String::from_utf8_lossy(&journal.body).matches("lost on purpose").count();
        assert_eq!(noted, lost, "{faults}");
    }
}
