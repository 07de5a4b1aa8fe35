//! A Flow that has gone quiet, over a whole server that has four weeks of its starts.

use std::time::Duration;

use ringdown::clock::now;
use ringdown::database::Database;
use ringdown::store::Records;
use serde_json::json;
use shared::storage::executions::put_listed;
use shared::storage::flows::put_seen;
use shared::storage::{Store, Write, writes};
use shared::{SignedDuration, Timestamp};

use crate::harness::{Plan, Server};
use crate::metrics::series;

const FLOW: &str = "FW000000000000000000000000000000c5";
const ROUTE: &str = r#"
[[routes]]
name = "quiet Flows"
events = ["ringdown.studio.flow.quiet", "ringdown.studio.flow.resumed"]
text = "{{ data.flow_sid }}: {{ data.reason }}"
to = "a"
"#;
/// The pause between two starts.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// Writes a start each quarter of an hour for four weeks, the last one so long ago.
async fn seed(plan: &Plan, ago: SignedDuration) {
    let data = plan.folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let store = Records(Database::open(&data).unwrap());
    let (now, mut at) = (now(), now() - ago);
    let oldest = now - SignedDuration::from_hours(28 * 24);
    let mut all: Vec<Write> = vec![put_seen(&FLOW.into(), now).into()];
    while at > oldest {
        let sid = format!("FN{:032x}", all.len()).as_str().into();
        let [of_flow, _] = put_listed(&FLOW.into(), &sid, at, now);
        all.extend(writes([of_flow]));
        at -= PAUSE;
    }
    for some in all.chunks(100) {
        store.write(some, now).await.unwrap();
    }
}

/// Twilio reports that an Execution has begun.
async fn start(server: &Server, number: u64, at: Timestamp) {
    let (execution, at) = (format!("FN{number:032x}"), at.to_string());
    let started = json!([{"specversion": "1.0", "type": "com.twilio.studio.flow.execution.started",
        "id": execution, "time": at, "data": {"execution_sid": execution, "flow_sid": FLOW,
        "account_sid": "AC00000000000000000000000000000001", "date_created": at}}]);
    assert_eq!(server.twilio(started.to_string().as_bytes()).await, 204);
}

async fn push(server: &Server, time: Duration) {
    let ahead = json!({"ahead_ms": u64::try_from(time.as_millis()).unwrap()}).to_string();
    assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
    server.idles("/sandbox/idle").await;
}

/// The lines about the Flow in Slack, the oldest first.
async fn lines(server: &Server) -> Vec<String> {
    let texts = server.messages().await;
    let texts = texts.iter().filter_map(|message| message["text"].as_str());
    texts.filter(|text| text.starts_with(FLOW)).map(str::to_owned).collect()
}

/// Whether there are so many lines soon: whoever looks at Flows once a minute is given the time to do so, and an hour does
/// not pass meanwhile.
async fn has_lines(server: &Server, count: usize) -> bool {
    for _ in 0..10 {
        if lines(server).await.len() >= count {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

/// Passes minutes until there are so many lines, and some minutes more, in which there is no other.
async fn says(server: &Server, count: usize) -> Vec<String> {
    for _ in 0..60 {
        push(server, Duration::from_secs(61)).await;
        if has_lines(server, count).await {
            break;
        }
    }
    for _ in 0..4 {
        push(server, Duration::from_secs(61)).await;
    }
    let lines = lines(server).await;
    assert_eq!(lines.len(), count, "{lines:#?}; the log:\n{}", server.log());
    lines
}

async fn gauge(server: &Server) -> Option<String> {
    let series = series(server, "scrape").await;
    let found = series.iter().find(|(name, _)| name.starts_with("ringdown_flow_quiet{"));
    found.map(|(_, value)| value.clone())
}

#[tokio::test]
async fn quiet_flow_is_told_once_shown_and_counted_until_it_is_started_again() {
    let plan = Plan::new().set("METRICS_TOKEN", "scrape").config(ROUTE);
    seed(&plan, SignedDuration::from_mins(65)).await;
    let server = plan.start().await;
    start(&server, 0xfffe, now() - SignedDuration::from_mins(50)).await;
    assert_eq!(gauge(&server).await.as_deref(), Some("0"));
    let told = says(&server, 1).await;
    let usual = "; usually at most 20 min at this hour";
    assert!(told[0].contains(": no start for 1 h") && told[0].contains(usual), "{told:?}");
    let path = format!("/studio/{FLOW}");
    let page = server.get(&path).await.text().await.unwrap();
    assert!(page.contains("has gone quiet:</strong> no start for 1 h"), "{page}");
    assert_eq!(gauge(&server).await.as_deref(), Some("1"));

    let clock = server.get("/sandbox/clock").await.text().await.unwrap();
    let clock: serde_json::Value = serde_json::from_str(&clock).unwrap();
    let now: Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    start(&server, 0xffff, now).await;
    let told = says(&server, 2).await;
    assert!(told.iter().any(|line| line.contains(": started again after 1 h")), "{told:?}");
    let page = server.get(&path).await.text().await.unwrap();
    assert!(!page.contains("has gone quiet"), "{page}");
    assert_eq!(gauge(&server).await.as_deref(), Some("0"));
}
