//! The pages of Studio over a whole server: what a browser is told that follows, and what a page fetches.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::Timestamp;

use crate::harness::{Plan, Server};
use crate::published::publish;

const FLOW: &str = "FW00000000000000000000000000000077";

fn sid(number: u64) -> String {
    format!("FN{number:032x}")
}

fn event(kind: &str, id: &str, number: u64, at: Timestamp, mut data: Value) -> Value {
    data["execution_sid"] = sid(number).into();
    data["flow_sid"] = FLOW.into();
    data["date_created"] = at.to_string().into();
    json!({"specversion": "1.0", "type": format!("com.twilio.studio.flow.{kind}"), "id": id,
           "time": at.to_string(), "data": data})
}

/// The events of an Execution that went through these widgets, half a second in each, and is over if the last is `Ended`.
fn walk(number: u64, widgets: &[&str]) -> Vec<Value> {
    let begin = ringdown::clock::now() - shared::SignedDuration::from_secs(20);
    let at = |step: usize| {
        begin + shared::SignedDuration::from_millis(500 * i64::try_from(step).unwrap())
    };
    let facts = json!({"flow_revision": 3, "contact_channel_address": format!("+1500555{number:04}"),
                       "started_by": "CA00000000000000000000000000000001"});
    let mut events = vec![event("execution.started", &sid(number), number, begin, facts.clone())];
    for (step, pair) in widgets.windows(2).enumerate() {
        let id = format!("FT{number:016x}{step:016x}");
        let name = if step == 0 { "incomingCall" } else { "audioComplete" };
        let data = json!({"step_sid": id, "name": name, "transitioned_from": pair[0], "transitioned_to": pair[1]});
        events.push(event("step.ended", &id, number, at(step), data));
    }
    if widgets.last() == Some(&"Ended") {
        events.push(event("execution.ended", &sid(number), number, at(widgets.len()), facts));
    }
    events
}

async fn send(server: &Server, events: &[Value]) {
    let body = serde_json::to_vec(events).unwrap();
    assert_eq!(server.twilio(&body).await, 204);
}

/// Something that follows a page as `live.js` does, but for what it makes of the HTML.
struct Follower<'a> {
    server: &'a Server,
    live: String,
    has: String,
}

impl Follower<'_> {
    fn of<'a>(server: &'a Server, live: &str) -> Follower<'a> {
        Follower { server, live: live.to_owned(), has: String::new() }
    }

    /// The news since the last look; `None` if there is none.
    async fn poll(&mut self) -> Option<String> {
        let url = format!("{}{}", self.server.address, self.live);
        let answer = self.server.http.get(url).header("last-event-id", &self.has).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200);
        let text = answer.text().await.unwrap();
        let id = text.lines().find_map(|line| line.strip_prefix("id: "))?;
        id.clone_into(&mut self.has);
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        Some(data.collect::<Vec<_>>().join("\n"))
    }
}

#[tokio::test]
async fn event_is_on_the_page_within_a_second_and_once_though_sent_twice() {
    let server = Plan::new().start().await;
    let mut follower = Follower::of(&server, &format!("/live?studio={FLOW}"));
    let early = walk(1, &["Trigger", "greeting"]);
    send(&server, &early).await;
    assert!(follower.poll().await.unwrap().contains("greeting"));
    assert_eq!(follower.poll().await, None);

    let all = walk(1, &["Trigger", "greeting", "menu", "Ended"]);
    let arrived = Instant::now();
    // Both again, and the rest from the end to the beginning.
    let mut later = [early, all[2..].to_vec()].concat();
    later.reverse();
    send(&server, &later).await;
    let news = follower.poll().await.unwrap();
    assert!(arrived.elapsed() < Duration::from_secs(1), "{:?}", arrived.elapsed());
    let run = news.split("id=\"run-").nth(1).unwrap();
    assert_eq!(run.matches("step.ended").count(), 3, "{run}");
    assert_eq!(run.matches("execution.").count(), 2, "{run}");
    send(&server, &later).await;
    assert_eq!(follower.poll().await, None, "what is known changes nothing");
}

#[tokio::test]
async fn batch_of_a_hundred_arrives_whole_across_a_reconnect_and_with_a_step_missing() {
    let server = Plan::new().start().await;
    let mut events: Vec<Value> = Vec::new();
    for number in 1..=25 {
        events.extend(walk(number, &["Trigger", "greeting", "menu", "Ended"]));
    }
    // One step is never sent; the others come in any order.
    let missing = events.remove(2);
    assert_eq!(missing["data"]["transitioned_to"], "menu");
    events.sort_by_key(|event| {
        format!("{:?}", event["id"].as_str().map(|id| id.chars().rev().collect::<String>()))
    });
    let (first, second) = events.split_at(100);
    let mut follower = Follower::of(&server, "/live?studio");
    send(&server, first).await;
    assert!(follower.poll().await.is_some());
    send(&server, second).await;
    // A page that was hidden comes back, and says in its address what it shows.
    let mut again = Follower::of(&server, &format!("/live?studio&has={}", follower.has));
    let news = again.poll().await.unwrap();
    assert!(!news.is_empty());
    let page = server.get("/studio").await.text().await.unwrap();
    assert_eq!(page.matches("<li id=\"run-").count(), 25);
    assert_eq!(page.matches("execution.started</td>").count(), 25);
    assert_eq!(page.matches("execution.ended</td>").count(), 25);
    assert_eq!(page.matches("step.ended</td>").count(), 74);
    assert_eq!(page.matches("A step is missing here.").count(), 1);
    assert!(!page.contains("1500555"), "a number is on the page");
    assert!(again.poll().await.is_none());
}

/// Publishes the sample hotline, and gives its SID.
async fn publish_hotline(server: &Server) -> String {
    let definition = include_str!("../../sandbox/flows/parcels-hotline.json");
    publish(server, "Parcels hotline", definition).await
}

#[tokio::test]
async fn definition_and_contexts_come_from_twilio_and_who_looked_is_logged() {
    let plan = Plan::new().config("[people.alpha]\nphone = \"+15005550001\"\n");
    let server = plan.config("[studio]\nshow_contexts = true\n").start().await;
    let flow = publish_hotline(&server).await;
    assert_eq!(
        server.post(&format!("/sandbox/phones/alpha/call-flow/{flow}"), &[], b"").await,
        200
    );
    let page = async |query: &str| {
        server.get(&format!("/studio/{flow}{query}")).await.text().await.unwrap()
    };
    let mut html = String::new();
    for _ in 0..500 {
        html = page("").await;
        if html.contains("step.ended</td>") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(html.contains("Parcels hotline") && html.contains("revision 1, the newest"), "{html}");
    assert!(html.contains("id=\"flow-widget-voicemail\""), "a widget that nobody came to is drawn");
    let definition = server.get(&format!("/studio/{flow}/definition")).await;
    let definition: Value = serde_json::from_str(&definition.text().await.unwrap()).unwrap();
    assert_eq!(definition["initial_state"], "Trigger");

    let run = html.split("id=\"run-").nth(1).unwrap().split('"').next().unwrap();
    let chosen = page(&format!("?execution={run}")).await;
    let link = chosen.split("&amp;step=").nth(1).unwrap();
    let step = link.split('#').next().unwrap();
    let shown = page(&format!("?execution={run}&step={step}")).await;
    let (_, context) = shown.split_once("id=\"context\"").unwrap();
    let (context, _) = context.split_once("</section>").unwrap();
    assert!(context.contains("&quot;trigger&quot;") && context.contains("••••"), "{context}");
    assert!(!context.contains("5005550001"), "{context}");
    let log = server.log();
    let line = log.lines().find(|line| line.contains("the context of a step is shown")).unwrap();
    assert!(line.contains(run) && line.contains(step) && line.contains("start token"), "{line}");
    assert!(!log.contains("5005550001"), "{log}");
}
