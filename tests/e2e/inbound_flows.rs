//! Flows that are called and texted at the sandbox's phones, the events that come of it, and simulated callers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Plan, Server};

const HOTLINE: &str = "FWd0000000000000000000000000000001";
const SURVEY: &str = "FWd0000000000000000000000000000002";

/// A server with the built-in demo.
struct Demo(Server);

impl Demo {
    async fn start(more: &[&str]) -> Demo {
        let mut plan = Plan::new();
        plan.arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        Demo(plan.start_as_it_is().await)
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.0.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// A resource of the simulated Studio.
    async fn studio(&self, path: &str) -> Value {
        let url = format!("{}/sandbox/twilio/v2/Flows/{path}", self.0.address);
        let token = self.0.simulated().auth_token;
        let account = sandbox::twilio::SANDBOX_ACCOUNT;
        let request = self.0.http.get(url).basic_auth(account, Some(token.expose()));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    async fn does(&self, what: &str, body: &str) {
        let path = format!("/sandbox/phones/{what}");
        assert_eq!(self.0.post(&path, &[], body.as_bytes()).await, 200, "{what}");
    }

    async fn phone(&self, name: &str) -> Value {
        let state = self.json("/sandbox/phones/state").await;
        let phones = state["phones"].as_array().unwrap();
        phones.iter().find(|phone| phone["name"] == name).unwrap().clone()
    }

    async fn passes(&self, span: Duration) {
        let ahead = json!({"ahead_ms": u64::try_from(span.as_millis()).unwrap()}).to_string();
        assert_eq!(self.0.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
    }

    /// Lets time go by until this holds of a phone.
    async fn until(&self, name: &str, what: &str, holds: impl Fn(&Value) -> bool) {
        for _ in 0..600 {
            if holds(&self.phone(name).await) {
                return;
            }
            self.passes(Duration::from_millis(500)).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{name}: {what}: {}", self.phone(name).await);
    }

    /// The newest Execution of a Flow, and its steps as `widget event`.
    async fn newest(&self, flow: &str) -> (Value, Vec<String>) {
        let list = self.studio(&format!("{flow}/Executions")).await;
        let newest = list["executions"][0].clone();
        let sid = newest["sid"].as_str().unwrap();
        let list = self.studio(&format!("{flow}/Executions/{sid}/Steps")).await;
        let steps = list["steps"].as_array().unwrap().iter().rev();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let steps =
            steps.map(|one| format!("{} {}", text(&one["transitioned_from"]), text(&one["name"])));
        (newest, steps.collect())
    }

    /// The types of the events of an Execution, each taken by this server.
    async fn events(&self, execution: &Value, count: usize) -> Vec<String> {
        for _ in 0..500 {
            let log = self.json("/sandbox/twilio/log").await;
            let sent = log["callbacks"].as_array().unwrap().iter();
            let sent = sent.filter(|one| {
                one["sid"] == execution["sid"] && one["path"].as_str().unwrap() == "/twilio/events"
            });
            let sent: Vec<(String, bool)> = sent
                .map(|one| (one["event"].as_str().unwrap().to_owned(), one["status"] == 204))
                .collect();
            if sent.len() >= count {
                assert!(sent.iter().all(|(_, is_taken)| *is_taken), "{sent:?}");
                let short = |kind: &str| kind.rsplit_once("flow.").unwrap().1.to_owned();
                return sent.iter().map(|(kind, _)| short(kind)).collect();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no {count} events: {}", self.json("/sandbox/twilio/log").await);
    }
}

fn is_asked(phone: &Value) -> bool {
    phone["call"]["gathering"]["seconds_left"].is_number()
}

#[tokio::test]
async fn call_of_a_flow_is_told_by_its_events_until_the_caller_hangs_up() {
    let demo = Demo::start(&["--no-callers"]).await;
    demo.does(&format!("alpha/call-flow/{HOTLINE}"), "").await;
    demo.until("alpha", "it is asked for a choice", is_asked).await;
    let call = demo.phone("alpha").await["call"].clone();
    assert_eq!(call["flow"], "Parcels hotline");
    let busy = format!("/sandbox/phones/alpha/call-flow/{HOTLINE}");
    assert_eq!(demo.0.post(&busy, &[], b"").await, 409);
    demo.does("alpha/press/1", "").await;
    demo.until("alpha", "it is asked for the number", |phone| {
        is_asked(phone) && phone["call"]["said"].as_array().unwrap().len() == 3
    })
    .await;
    for key in ["1", "2", "3", "4", "5", "6", "7", "0", "%23"] {
        demo.does(&format!("alpha/press/{key}"), "").await;
    }
    demo.until("alpha", "it is asked for more", |phone| {
        is_asked(phone) && phone["call"]["said"].as_array().unwrap().len() == 5
    })
    .await;
    demo.does("alpha/hang-up", "").await;
    let (execution, steps) = demo.newest(HOTLINE).await;
    let expected = [
        "Trigger incomingCall",
        "greeting audioComplete",
        "opening_hours success",
        "is_open noMatch",
        "menu keypress",
        "menu_key match",
        "parcel_number keypress",
        "is_number match",
        "find_parcel success",
        "parcel_status match",
        "on_its_way audioComplete",
        "anything_else hangup",
    ];
    assert_eq!(steps, expected);
    assert_eq!(execution["status"], "ended");
    assert_eq!(execution["initiated_by"], call["sid"]);
    let events = demo.events(&execution, steps.len() + 2).await;
    assert_eq!(events.first().map(String::as_str), Some("execution.started"));
    assert_eq!(events.last().map(String::as_str), Some("execution.ended"));
    assert_eq!(events.iter().filter(|kind| *kind == "step.ended").count(), steps.len());
    let sid = execution["sid"].as_str().unwrap();
    let of_it = format!("{HOTLINE}/Executions/{sid}");
    let context = demo.studio(&format!("{of_it}/Context")).await;
    assert_eq!(context["context"]["widgets"]["parcel_number"]["Digits"], "12345670");
    assert_eq!(context["context"]["trigger"]["call"]["Direction"], "inbound");
    let list = demo.studio(&format!("{of_it}/Steps")).await;
    let first = list["steps"].as_array().unwrap().last().unwrap()["sid"].as_str().unwrap();
    let context = demo.studio(&format!("{of_it}/Steps/{first}/Context")).await;
    assert_eq!(context["context"]["widgets"], json!({}));
    let revision = demo.studio(&format!("{HOTLINE}/Revisions/LatestPublished")).await;
    assert_eq!((&revision["revision"], &revision["valid"]), (&json!(1), &json!(true)));
    let flows = demo.studio("").await;
    assert_eq!(flows["flows"].as_array().unwrap().len(), 3);
    demo.0.end().await;
}

#[tokio::test]
async fn texts_to_a_flow_are_a_conversation_on_the_phone() {
    let demo = Demo::start(&["--no-callers"]).await;
    let flow = format!("bravo/text-flow/{SURVEY}");
    demo.does(&flow, "Hello").await;
    let has = |count: usize| {
        move |phone: &Value| {
            let texts = phone["texts"].as_array().unwrap();
            texts.len() == count && texts.iter().all(|text| text["status"] != "queued")
        }
    };
    for (at, reply) in ["2", "late again", "no"].into_iter().enumerate() {
        demo.until("bravo", reply, has([2, 4, 7][at])).await;
        demo.does(&flow, reply).await;
    }
    demo.until("bravo", "it is thanked", has(9)).await;
    let (execution, steps) = demo.newest(SURVEY).await;
    let expected = [
        "Trigger incomingMessage",
        "score incomingMessage",
        "take_score next",
        "score_is match",
        "reason incomingMessage",
        "reason_is match",
        "late sent",
        "comment incomingMessage",
        "comment_is match",
        "save success",
        "thanks sent",
    ];
    assert_eq!(steps, expected);
    assert!(execution["initiated_by"].as_str().unwrap().starts_with("SM"), "{execution}");
    demo.events(&execution, steps.len() + 2).await;
    let texts = demo.phone("bravo").await["texts"].clone();
    let own = texts.as_array().unwrap().iter().filter(|text| text["is_own"] == true);
    let own: Vec<&str> = own.map(|text| text["body"].as_str().unwrap()).collect();
    assert_eq!(own, ["Hello", "2", "late again", "no"]);
    for (path, body, status) in [
        (format!("bravo/text-flow/{SURVEY}"), "", 400),
        ("bravo/text-flow/FW1".to_owned(), "Hello", 404),
        ("bravo/call-flow/FW1".to_owned(), "", 404),
        ("bravo/say".to_owned(), "Hello", 409),
        ("nobody/say".to_owned(), "Hello", 404),
    ] {
        let path = format!("/sandbox/phones/{path}");
        assert_eq!(demo.0.post(&path, &[], body.as_bytes()).await, status, "{path}");
    }
    demo.0.end().await;
}

#[tokio::test]
async fn simulated_callers_come_unless_they_are_kept_away() {
    for (arguments, come) in [(&[][..], true), (&["--no-callers"][..], false)] {
        let demo = Demo::start(arguments).await;
        for _ in 0..60 {
            demo.passes(Duration::from_secs(1)).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut executions = Vec::new();
        for flow in [HOTLINE, SURVEY] {
            let list = demo.studio(&format!("{flow}/Executions")).await;
            executions.extend(list["executions"].as_array().unwrap().clone());
        }
        assert_eq!(!executions.is_empty(), come, "{executions:?}");
        for execution in &executions {
            let contact = execution["contact_channel_address"].as_str().unwrap();
            assert!(contact.starts_with("+1500559"), "{contact}");
        }
        let state = demo.json("/sandbox/phones/state").await;
        assert_eq!(state["phones"].as_array().unwrap().len(), 3, "they have no phone on the page");
        assert!(!demo.0.log().contains("+1500559"), "{}", demo.0.log());
        // Their Executions end with the server, and it ends in time.
        let took = demo.0.end().await;
        assert!(took < Duration::from_secs(9), "{took:?}");
    }
}
