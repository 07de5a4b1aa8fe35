use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::domain::callbacks::Source;
use crate::domain::escalation::{Event, Incident};
use crate::jobs::escalate::testing::Server;
use crate::storage::{Message, Processed, QueueName};

fn callback(status: &str, code: Option<u32>) -> Callback {
    Callback {
        resource: Resource::Message,
        sid: "SM1".into(),
        status: status.to_owned(),
        code,
        sip_code: None,
        source: Source::Form,
    }
}

#[test]
fn bad_end_of_a_text_of_ours_wakes_its_incident() {
    let query = Some("incident=p-1&person=Jos%C3%A9%20B");
    let wake_up = |code| WakeUp::TextNotDelivered {
        incident: "p-1".into(),
        person: "José B".to_owned(),
        code,
        sid: "SM1".into(),
    };
    for (status, code, expected) in [
        ("undelivered", Some(30_003), Some(wake_up(Some(30_003)))),
        ("failed", None, Some(wake_up(None))),
        ("failed", Some(UNREADABLE_CODE), Some(wake_up(None))),
        ("delivered", None, None),
        ("sent", None, None),
        ("something-new", None, None),
    ] {
        assert_eq!(text_ended(&callback(status, code), query), expected, "{status}");
    }
    for query in [None, Some(""), Some("incident=p-1"), Some("person=alpha")] {
        assert_eq!(text_ended(&callback("failed", None), query), None);
    }
    let call = Callback { resource: Resource::Call, ..callback("failed", None) };
    assert_eq!(text_ended(&call, query), None);
}

async fn wakes(server: &Server, incident: &str, sid: &str) {
    let wake_up = WakeUp::TextNotDelivered {
        incident: incident.into(),
        person: "alpha".to_owned(),
        code: Some(30_003),
        sid: sid.into(),
    };
    let message = Message {
        id: "1".to_owned(),
        group: wake_up.group(),
        body: wake_up.to_body(),
        receive_count: 1,
    };
    assert_eq!(server.escalate.process(&message, server.now()).await, Processed::Done);
}

/// How often its timeline and Slack are told that the text was not delivered.
fn not_delivered_count(server: &Server) -> (usize, usize) {
    let Incident { timeline, .. } = server.incident();
    let is_it = |event: &Event| matches!(event, Event::TextNotDelivered { .. });
    let sent = server.backend.queue.sent();
    let lines = sent.iter().filter(|sent| sent.queue == QueueName::Slack);
    let lines = lines.filter_map(|sent| sent.lines()).flat_map(|lines| lines.lines);
    let line = ":warning: the text to *alpha* was not delivered (30003)";
    (
        timeline.entries.iter().filter(|entry| is_it(&entry.event)).count(),
        lines.filter(|said| said.text.contains(line)).count(),
    )
}

#[tokio::test]
async fn text_that_was_not_delivered_is_told_once_on_its_incident_and_on_no_other() {
    let server = Server::of(&[], Arc::new(|_| (200, json!({}))));
    let id = server.alarm().await.id;
    for incident in
        [id.as_str(), "default-20200101-000000-000", "nobody-20200101-000000-000", "nonsense"]
    {
        wakes(&server, incident, "SM1").await;
        wakes(&server, incident, "SM1").await;
        assert_eq!(not_delivered_count(&server), (1, 1), "{incident}");
    }
    wakes(&server, id.as_str(), "SM2").await;
    assert_eq!(not_delivered_count(&server), (2, 2));
}
