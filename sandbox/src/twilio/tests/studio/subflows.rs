//! A Flow within a Flow, requests with the account's own credentials, and what Flex is sent without a call.

use super::*;
use crate::settings::Setup;

fn trigger(event: &str, next: &str) -> Value {
    json!({"name": "Trigger", "type": "trigger", "properties": {},
        "transitions": [{"event": event, "next": next}]})
}

async fn post(studio: &StudioFixture, states: &[Value]) -> String {
    let definition = json!({"description": "", "initial_state": "Trigger", "states": states});
    let definition = definition.to_string();
    let fields = [("FriendlyName", "f"), ("Status", "published"), ("Definition", &*definition)];
    let (status, flow) = studio.ask("POST", "", &fields).await;
    assert_eq!(status, 201, "{flow}");
    flow["sid"].as_str().expect("a SID").to_owned()
}

async fn run(studio: &StudioFixture, flow: &str) -> (String, Value) {
    let fields = [("To", ALPHA), ("From", "+15005550006")];
    let path = format!("/{flow}/Executions");
    let (status, execution) = studio.ask("POST", &path, &fields).await;
    assert_eq!(status, 201, "{execution}");
    let path = format!("{path}/{}", execution["sid"].as_str().expect("a SID"));
    for _ in 0..500 {
        let (_, execution) = studio.ask("GET", &path, &[]).await;
        if execution["status"] == "ended" {
            return (path, execution);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it does not end");
}

/// How many requests of Flows have left, or were answered by this Twilio itself.
fn sent(studio: &StudioFixture) -> usize {
    let journal = studio.fixture.twilio.journal();
    let journal: Value = serde_json::from_slice(&journal.body).expect("JSON");
    let sent = journal["callbacks"].as_array().expect("a list").iter();
    sent.filter(|entry| entry["event"] == "studio").count()
}

#[tokio::test]
async fn steps_of_a_subflow_name_the_step_of_its_widget() {
    let studio = StudioFixture::new([]).await;
    let set = json!({"name": "set", "type": "set-variables", "transitions": [{"event": "next"}],
        "properties": {"variables": [{"key": "a", "value": "b", "type": "string"}]}});
    let inner = post(&studio, &[trigger("incomingParent", "set"), set]).await;
    let properties =
        json!({"flow_sid": inner, "flow_revision": "LatestPublished", "parameters": []});
    let sub = json!({"name": "sub", "type": "run-subflow", "properties": properties,
        "transitions": [{"event": "completed"}, {"event": "failed"}]});
    let outer = post(&studio, &[trigger("incomingRequest", "sub"), sub]).await;
    let (path, _) = run(&studio, &outer).await;
    let (_, list) = studio.ask("GET", &format!("{path}/Steps"), &[]).await;
    let steps = list["steps"].as_array().expect("steps");
    let shown: Vec<(&str, bool)> = steps
        .iter()
        .map(|step| {
            (step["transitioned_from"].as_str().expect("a name"), step["parent_step_sid"].is_null())
        })
        .collect();
    assert_eq!(shown, [("sub", true), ("set", false), ("Trigger", false), ("Trigger", true)]);
    for step in &steps[1..3] {
        assert_eq!(step["parent_step_sid"], steps[0]["sid"]);
    }
}

#[tokio::test]
async fn request_with_the_accounts_credentials_is_one_for_this_twilio() {
    let studio = StudioFixture::new([]).await;
    let http = |url: &str| {
        let properties = json!({"method": "GET", "url": url, "add_twilio_auth": true, "content_type": "application/x-www-form-urlencoded;charset=utf-8"});
        json!({"name": "http", "type": "make-http-request", "properties": properties,
            "transitions": [{"event": "success"}, {"event": "failed"}]})
    };
    let url = format!("https://studio.twilio.com/v2/Flows/{}", studio.flow);
    let flow = post(&studio, &[trigger("incomingRequest", "http"), http(&url)]).await;
    let (path, execution) = run(&studio, &flow).await;
    assert_eq!(execution["context"]["widgets"]["http"]["parsed"]["friendly_name"], "outage");
    let (_, steps) = studio.ask("GET", &format!("{path}/Steps"), &[]).await;
    assert_eq!(steps["steps"][0]["name"], "success");
    for (n, url) in
        ["https://studio.twilio.com/v2/Flows/FW1", "https://twilio.com.example/"].iter().enumerate()
    {
        let flow = post(&studio, &[trigger("incomingRequest", "http"), http(url)]).await;
        let before = sent(&studio);
        let (path, _) = run(&studio, &flow).await;
        let (_, steps) = studio.ask("GET", &format!("{path}/Steps"), &[]).await;
        assert_eq!(steps["steps"][0]["name"], "failed", "{url}");
        // A stranger is asked nothing at all.
        assert_eq!(sent(&studio) - before, 1 - n, "{url}");
    }
}

#[tokio::test]
async fn flex_without_a_call_makes_no_task_and_the_execution_ends() {
    let studio = StudioFixture::new([]).await;
    let starts = json!({"name": "Trigger", "type": "trigger", "properties": {}, "transitions": [
        {"event": "incomingMessage", "next": "flex"}, {"event": "incomingRequest", "next": "flex"}]});
    let flex = json!({"name": "flex", "type": "send-to-flex",
        "properties": {"workflow": format!("WW{:032}", 1), "channel": format!("TC{:032}", 1)},
        "transitions": [{"event": "callComplete"}, {"event": "failedToEnqueue"}, {"event": "callFailure"}]});
    let flow = post(&studio, &[starts, flex]).await;
    // One that never ended would keep the second away.
    for _ in 0..2 {
        let (path, execution) = run(&studio, &flow).await;
        assert_eq!(execution["context"]["widgets"]["flex"]["QueueResult"], "queue-full");
        let (_, list) = studio.ask("GET", &format!("{path}/Steps"), &[]).await;
        assert_eq!(list["steps"][0]["name"], "failedToEnqueue", "{list}");
    }
    let twilio = &studio.fixture.twilio;
    let text = twilio.text_flow(&Setup::default(), ALPHA, &flow, "Hi").expect("a text");
    let is_over = || twilio.place_in_flow(&text.sid).is_none();
    studio.fixture.until("it ends", is_over).await;
}
