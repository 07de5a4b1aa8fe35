//! The resources of Studio's REST API, line by line as Twilio documents them (twilio.com/docs/studio/rest-api/v2).

use super::*;
use crate::settings::PublishedFlow;

/// A definition whose trigger leads from this event to a set of variables, if to anything.
fn flow_from(event: &str) -> Value {
    let trigger = json!({"name": "Trigger", "type": "trigger", "properties": {},
        "transitions": [{"event": event, "next": "wait"}]});
    let wait = json!({"name": "wait", "type": "send-and-wait-for-reply",
        "properties": {"from": "{{flow.channel.address}}", "body": "Hello", "timeout": "600"},
        "transitions": [{"event": "incomingMessage"}, {"event": "timeout"}, {"event": "deliveryFailure"}]});
    json!({"description": "", "initial_state": "Trigger", "states": [trigger, wait], "flags": {}})
}

fn fields<'a>(status: &'a str, definition: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("FriendlyName", "waits"),
        ("Status", status),
        ("Definition", definition),
        ("CommitMessage", "first"),
    ]
}

/// Posts a Flow: its SID.
async fn post(studio: &StudioFixture, event: &str) -> String {
    let definition = flow_from(event).to_string();
    let (status, flow) = studio.ask("POST", "", &fields("published", &definition)).await;
    assert_eq!(status, 201, "{flow}");
    flow["sid"].as_str().expect("a SID").to_owned()
}

async fn start(studio: &StudioFixture, flow: &str, to: &str, from: &str) -> (u16, Value) {
    studio.ask("POST", &format!("/{flow}/Executions"), &[("To", to), ("From", from)]).await
}

#[tokio::test]
async fn flow_object_has_every_documented_field() {
    let studio = StudioFixture::new([]).await;
    let definition = flow_from("incomingRequest").to_string();
    let (_, flow) = studio.ask("POST", "", &fields("published", &definition)).await;
    let names = "sid account_sid author_sid friendly_name definition status revision commit_message valid errors \
                 warnings date_created date_updated webhook_url url links";
    let mut expected: Vec<&str> = names.split_whitespace().collect();
    expected.sort_unstable();
    let have = |value: &Value| -> Vec<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(have(&flow), expected);
    assert_eq!(have(&flow["links"]), ["executions", "revisions", "test_users"]);
    assert_eq!(flow["commit_message"], "first");
    let sid = flow["sid"].as_str().expect("a SID");
    let (_, revision) = studio.ask("GET", &format!("/{sid}/Revisions/LatestPublished"), &[]).await;
    expected.retain(|name| *name != "webhook_url");
    assert_eq!(have(&revision), expected);
    let update = [("Status", "draft"), ("FriendlyName", "renamed"), ("CommitMessage", "second")];
    let (_, flow) = studio.ask("POST", &format!("/{sid}"), &update).await;
    let shown = ["friendly_name", "status", "commit_message"].map(|name| &flow[name]);
    assert_eq!(shown, ["renamed", "draft", "second"]);
    assert_eq!(
        (&flow["revision"], &flow["definition"]),
        (&2.into(), &flow_from("incomingRequest"))
    );
    assert_eq!(studio.ask("POST", &format!("/{sid}"), &[("FriendlyName", "x")]).await.0, 400);
}

#[tokio::test]
async fn definition_is_refused_for_the_findings_of_the_check() {
    let studio = StudioFixture::new([]).await;
    let mut broken = flow_from("incomingRequest");
    broken["states"][1]["type"] = json!("send-and-wait");
    broken["states"][1]["transitions"][1]["next"] = json!("nowhere");
    let text = broken.to_string();
    for (path, status) in [("/Validate", "published"), ("/Validate", "draft"), ("", "published")] {
        let (code, refused) = studio.ask("POST", path, &fields(status, &text)).await;
        assert_eq!((code, &refused["code"], &refused["status"]), (400, &20001.into(), &400.into()));
        let errors = refused["details"]["errors"].as_array().expect("errors");
        let paths: Vec<&str> =
            errors.iter().filter_map(|error| error["property_path"].as_str()).collect();
        assert!(paths.contains(&"#/states/1/type"), "{refused}");
        assert!(paths.contains(&"#/states/1/transitions/1/next"), "{refused}");
        assert!(
            errors.iter().all(|error| error["message"].as_str().is_some_and(|m| !m.is_empty()))
        );
    }
    // A draft may be broken, and says so.
    let (code, draft) = studio.ask("POST", "", &fields("draft", &text)).await;
    assert_eq!((code, &draft["valid"]), (201, &false.into()));
    assert_eq!(draft["errors"].as_array().map(Vec::is_empty), Some(false));
    // A warning keeps nothing from being published.
    let mut odd = flow_from("incomingRequest");
    odd["states"][1]["properties"]["body"] = json!("{{widgets.nobody.Digits}}");
    let (code, flow) = studio.ask("POST", "", &fields("published", &odd.to_string())).await;
    assert_eq!((code, &flow["valid"], &flow["errors"]), (201, &true.into(), &json!([])));
    assert_eq!(flow["warnings"][0]["property_path"], "#/states/1/properties/body");
}

#[tokio::test]
async fn deleted_flow_is_gone_even_if_it_was_configured() {
    let studio = StudioFixture::new([]).await;
    let (status, body) = studio.ask("DELETE", &format!("/{}", studio.flow), &[]).await;
    assert_eq!((status, body), (204, Value::Null));
    for method in ["GET", "DELETE"] {
        assert_eq!(studio.ask(method, &format!("/{}", studio.flow), &[]).await.0, 404, "{method}");
    }
    let configured = PublishedFlow {
        sid: "FW1".to_owned(),
        friendly_name: "configured".to_owned(),
        number: None,
        definition: flow_from("incomingCall"),
    };
    let setup = Setup { flows: vec![configured], ..Setup::default() };
    let twilio = &studio.fixture.twilio;
    let api = |method: &str| {
        let request = super::super::super::api_request::ApiRequest {
            twilio,
            setup: &setup,
            account: SANDBOX_ACCOUNT,
            fields: Vec::new(),
        };
        super::super::super::studio::answer(&request, method, "/FW1").map(|answer| answer.status)
    };
    assert_eq!(api("GET").ok(), Some(200));
    assert_eq!(twilio.inbound_flows(&setup).len(), 1);
    assert_eq!(api("DELETE").ok(), Some(204));
    assert!(api("GET").is_err() && twilio.inbound_flows(&setup).is_empty());
}

#[tokio::test]
async fn deleted_execution_has_ended_and_is_gone() {
    let studio = StudioFixture::new([]).await;
    let flow = post(&studio, "incomingRequest").await;
    let (_, execution) = start(&studio, &flow, ALPHA, "+15005550006").await;
    let path = format!("/{flow}/Executions/{}", execution["sid"].as_str().expect("a SID"));
    assert_eq!(studio.ask("DELETE", &path, &[]).await, (204, Value::Null));
    for path in [path.clone(), format!("{path}/Steps"), format!("{path}/Context")] {
        assert_eq!(studio.ask("GET", &path, &[]).await.0, 404, "{path}");
    }
    let (_, list) = studio.ask("GET", &format!("/{flow}/Executions"), &[]).await;
    assert_eq!(list["executions"], json!([]));
    assert_eq!(start(&studio, &flow, ALPHA, "+15005550006").await.0, 201);
}

#[tokio::test]
async fn conflict_is_between_the_same_two_numbers_and_names_the_other_execution() {
    let studio = StudioFixture::new([]).await;
    let flow = post(&studio, "incomingRequest").await;
    let (_, first) = start(&studio, &flow, ALPHA, "+15005550006").await;
    let (status, refused) = start(&studio, &flow, ALPHA, "+15005550006").await;
    assert_eq!((status, &refused["code"], &refused["status"]), (409, &20409.into(), &409.into()));
    assert_eq!(refused["details"], json!({"conflicting_execution_sid": first["sid"]}));
    assert_eq!(refused["more_info"], "https://www.twilio.com/docs/errors/20409");
    assert_eq!(start(&studio, &flow, ALPHA, "+15005550007").await.0, 201);
    assert_eq!(start(&studio, &flow, "+15005550002", "+15005550006").await.0, 201);
}

#[tokio::test]
async fn flow_without_a_way_in_for_requests_is_not_begun() {
    let studio = StudioFixture::new([]).await;
    let flow = post(&studio, "incomingMessage").await;
    let (status, refused) = start(&studio, &flow, ALPHA, "+15005550006").await;
    assert_eq!((status, &refused["code"]), (400, &20001.into()));
    assert!(refused["message"].as_str().is_some_and(|why| why.contains("incomingRequest")));
}

#[tokio::test]
async fn request_that_began_an_execution_is_its_initiator() {
    let studio = StudioFixture::new([]).await;
    let flow = post(&studio, "incomingRequest").await;
    let (_, execution) = start(&studio, &flow, ALPHA, "+15005550006").await;
    let by = execution["initiated_by"].as_str().expect("a SID");
    assert!(by.starts_with("RQ") && by.len() == 34, "{by}");
}

#[tokio::test]
async fn test_users_are_answered_with_a_reason() {
    let studio = StudioFixture::new([]).await;
    let path = format!("/{}/TestUsers", studio.flow);
    for method in ["GET", "POST"] {
        let (status, body) = studio.ask(method, &path, &[]).await;
        assert_eq!((status, &body["status"]), (501, &501.into()));
        assert!(body["message"].as_str().is_some_and(|why| why.contains("published")), "{body}");
    }
    assert_eq!(studio.ask("GET", "/FW1/TestUsers", &[]).await.0, 404);
}

#[tokio::test]
async fn executions_and_flows_have_pages_of_their_own() {
    let studio = StudioFixture::new([]).await;
    let flow = post(&studio, "incomingRequest").await;
    for n in 0..3 {
        start(&studio, &flow, &format!("+150055502{n:02}"), "+15005550006").await;
    }
    let path = format!("/{flow}/Executions");
    let (_, first) = studio.ask("GET", &path, &[("PageSize", "2"), ("Status", "active")]).await;
    assert_eq!(first["executions"].as_array().map(Vec::len), Some(2));
    let next = first["meta"]["next_page_url"].as_str().expect("another page");
    let query = next.split_once('?').expect("a query").1;
    let query = shared::http::form_fields(query.as_bytes());
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
    let (_, second) = studio.ask("GET", &path, &query).await;
    assert_eq!(second["executions"].as_array().map(Vec::len), Some(1));
    assert_eq!(second["meta"]["next_page_url"], Value::Null);
    let (_, flows) = studio.ask("GET", "", &[("PageSize", "1")]).await;
    assert_eq!(flows["meta"]["key"], "flows");
    assert!(flows["meta"]["next_page_url"].is_string());
}
