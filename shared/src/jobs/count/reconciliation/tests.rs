use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::config::{Environment, SettingsCache, Values};
use crate::domain::callbacks::{Resource, Source};
use crate::domain::metrics::catalogue::CALLS_IN_PROGRESS;
use crate::jobs::count::Schedule;
use crate::storage::counters::totals;
use crate::storage::messages::Report;
use crate::storage::{Message, QueueName};
use crate::testing::{MemoryQueue, MemoryStore};
use crate::twilio::rest::{ApiRequest, ApiResponse, Wire};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// The job over a Twilio that gives these answers, one after the other.
struct Setup {
    count: Count,
    store: MemoryStore,
    queue: MemoryQueue,
    asked: Arc<Mutex<Vec<String>>>,
}

fn setup(account: Option<&str>, answers: Vec<(u16, Value)>) -> Setup {
    setup_of(account, answers, 7)
}

/// The same, whose answers ask for a pause of so many seconds.
fn setup_of(account: Option<&str>, answers: Vec<(u16, Value)>, pause: u64) -> Setup {
    let account = account.map(str::to_owned);
    let fetch = Arc::new(move || {
        let mut values = Values::from([
            ("twilio/auth-token".to_owned(), "token".to_owned()),
            ("config/main".to_owned(), "[channels.a]\n".to_owned()),
        ]);
        values.extend(account.clone().map(|sid| ("twilio/account-sid".to_owned(), sid)));
        Box::pin(async move { Ok(values) }) as _
    });
    let (store, queue) = (MemoryStore::default(), MemoryQueue::default());
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let (answers, requests) = (Mutex::new(VecDeque::from(answers)), asked.clone());
    let wire: Wire = Arc::new(move |request: ApiRequest| {
        requests.lock().unwrap().push(request.url);
        let next = answers.lock().unwrap().pop_front();
        Box::pin(async move {
            let (status, body) = next.expect("an answer");
            ApiResponse::Answer { status, retry_after: Some(pause), body: body.to_string().into() }
        })
    });
    let count = Count {
        settings: SettingsCache::new(Environment::default(), fetch),
        store: Arc::new(store.clone()),
        queue: Arc::new(queue.clone()),
        wire,
    };
    Setup { count, store, queue, asked }
}

/// Noon, UTC.
fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn message(sid: &str, status: &str, sent: &str, direction: &str) -> Value {
    json!({"sid": sid, "status": status, "date_sent": sent, "direction": direction, "error_code": null})
}

const LONG_AGO: &str = "Thu, 19 Nov 2026 08:00:00 +0000";
const OF_LATE: &str = "Fri, 20 Nov 2026 01:00:00 +0000";
const OUTBOUND: &str = "outbound-api";

impl Setup {
    async fn count_callbacks(&self, statuses: &[(&str, &str)]) {
        let callback = |(sid, status): &(&str, &str)| Callback {
            resource: Resource::Message,
            sid: (*sid).into(),
            status: (*status).to_owned(),
            code: None,
            sip_code: None,
            source: Source::Form,
        };
        let report = Report { callbacks: statuses.iter().map(callback).collect(), counts: None };
        send(&self.queue, &CallbackTask::Report(report)).await.unwrap();
        self.drain().await;
    }

    /// Deals with all that is in the queue, and gives what comes again.
    async fn drain(&self) -> Vec<Processed> {
        let mut last = Vec::new();
        loop {
            let batch: Vec<Message> = self.queue.take_due(QueueName::Callbacks, now());
            if batch.is_empty() {
                return last;
            }
            last = self.count.process(&batch, now()).await;
        }
    }

    async fn counter(&self, name: &str) -> u64 {
        totals(&self.store, now()).await.unwrap().get(name).copied().unwrap_or_default()
    }
}

#[tokio::test]
async fn ends_that_no_callback_reported_are_found_page_by_page_and_count_once() {
    let next = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1&PageToken=PA1");
    let first = json!({"next_page_uri": next, "messages": [
        message("SM1", "delivered", LONG_AGO, OUTBOUND),
        message("SM2", "undelivered", LONG_AGO, OUTBOUND),
        message("SM3", "sent", LONG_AGO, OUTBOUND),
        message("SM4", "delivered", OF_LATE, OUTBOUND),
        message("SM5", "delivered", LONG_AGO, OUTBOUND),
        message("SM6", "received", LONG_AGO, "inbound"),
        message("SM7", "delivered", LONG_AGO, OUTBOUND),
    ]});
    let second =
        json!({"next_page_uri": null, "messages": [message("SM8", "failed", LONG_AGO, OUTBOUND)]});
    let empty = json!({"next_page_uri": null, "messages": []});
    let setup = setup(
        Some(ACCOUNT),
        vec![
            (200, first.clone()),
            (200, second),
            (200, empty.clone()),
            (200, first),
            (200, empty.clone()),
            (200, empty),
        ],
    );
    let sent = ["SM1", "SM2", "SM3", "SM4", "SM7", "SM8"].map(|sid| (sid, "sent"));
    setup.count_callbacks(&sent).await;
    setup.count_callbacks(&[("SM7", "delivered"), ("SM6", "received")]).await;
    setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
    setup.drain().await;
    // SM1, SM2 and SM8: SM3 has no end at Twilio's, SM4 is young, nobody told of SM5, SM7's end was reported.
    assert_eq!(setup.counter("ringdown_callbacks_reconciled_total").await, 3);
    assert_eq!(setup.counter("twilio_messages_delivered_total").await, 2);
    let gauges = gauges::all(&setup.store, now()).await.unwrap();
    assert_eq!(gauges[CALLBACKS_MISSING.name].value, 3);
    let asked = setup.asked.lock().unwrap().clone();
    assert!(asked[0].ends_with("/Messages.json?DateSent=2026-11-18&PageSize=200"), "{asked:?}");
    assert!(asked[1].ends_with("Messages.json?Page=1&PageToken=PA1"), "{asked:?}");
    assert!(asked[2].ends_with("/Messages.json?DateSent=2026-11-19&PageSize=200"), "{asked:?}");
    // Another look of the same day finds nothing more, and takes nothing back.
    setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
    setup.drain().await;
    assert_eq!(setup.counter("ringdown_callbacks_reconciled_total").await, 3);
    let gauges = gauges::all(&setup.store, now()).await.unwrap();
    assert_eq!(gauges[CALLBACKS_MISSING.name].value, 3);
}

#[tokio::test]
async fn page_that_names_itself_ends_the_day() {
    let next = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1");
    let page = json!({"next_page_uri": next, "messages": []});
    let last = json!({"next_page_uri": null, "messages": []});
    let setup = setup(Some(ACCOUNT), vec![(200, page.clone()), (200, page), (200, last)]);
    setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
    setup.drain().await;
    assert_eq!(setup.asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn page_that_twilio_refuses_for_now_comes_again() {
    for (status, asked, rest) in [
        (429, 7, Duration::from_secs(7)),
        (429, u64::MAX, Duration::from_mins(15)),
        (503, 7, PAUSE),
    ] {
        let setup = setup_of(Some(ACCOUNT), vec![(status, json!({}))], asked);
        setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
        assert_eq!(setup.drain().await, [Processed::RetryAfter(rest)]);
    }
    let setup = setup(Some(ACCOUNT), vec![(401, json!({"code": 20003}))]);
    setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
    assert_eq!(setup.drain().await, [Processed::Done]);
    assert_eq!(setup.counter("twilio_api_errors_total{code=\"20003\"}").await, 1);
}

#[tokio::test]
async fn page_waits_in_another_group_than_reports() {
    let setup = setup(Some(ACCOUNT), Vec::new());
    send(&setup.queue, &CallbackTask::Report(Report::default())).await.unwrap();
    setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
    let groups: Vec<String> = setup.queue.sent().into_iter().map(|sent| sent.group).collect();
    assert_eq!(groups, ["callbacks", "callbacks-pages"]);
}

#[tokio::test]
async fn next_page_elsewhere_is_not_followed() {
    for next in [
        "https://other.example.com/Messages.json?Page=1",
        "/2010-04-01/Accounts/AC2/Messages.json?Page=1",
        "/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls.json?Page=1",
    ] {
        let page = json!({"next_page_uri": next, "messages": []});
        let setup = setup(Some(ACCOUNT), vec![(200, page)]);
        setup.count.tick(Schedule::Reconciliation, now()).await.unwrap();
        setup.drain().await;
        assert_eq!(setup.asked.lock().unwrap().len(), 1, "{next}");
    }
}

#[tokio::test]
async fn nobody_is_asked_without_credentials() {
    let setup = setup(None, Vec::new());
    for schedule in [Schedule::Reconciliation, Schedule::CallsInProgress] {
        setup.count.tick(schedule, now()).await.unwrap();
    }
    assert_eq!((setup.queue.sent().len(), setup.asked.lock().unwrap().len()), (0, 0));
}

#[tokio::test]
async fn calls_in_progress_are_counted_over_all_pages() {
    let next = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Page=1");
    let pages = vec![
        (200, json!({"calls": [{}, {}], "next_page_uri": next})),
        (200, json!({"calls": [{}], "next_page_uri": ""})),
        (500, json!({})),
    ];
    let setup = setup(Some(ACCOUNT), pages);
    // The second time Twilio does not answer: the number before it stays.
    for _ in 0..2 {
        setup.count.tick(Schedule::CallsInProgress, now()).await.unwrap();
        let gauges = gauges::all(&setup.store, now()).await.unwrap();
        assert_eq!(gauges[CALLS_IN_PROGRESS.name].value, 3);
    }
}

#[tokio::test]
async fn counters_are_kept_once_a_quarter_of_an_hour() {
    let setup = setup(None, Vec::new());
    setup.count_callbacks(&[("SM1", "sent")]).await;
    let at = |minutes: i64| now() + SignedDuration::from_mins(minutes);
    for minutes in [0, 1, 59] {
        setup.count.tick(Schedule::CallsInProgress, at(minutes)).await.unwrap();
        setup.count_callbacks(&[(&format!("SM{minutes}x"), "sent")]).await;
    }
    setup.count.tick(Schedule::CallsInProgress, at(60)).await.unwrap();
    let hours = crate::storage::all_records(&setup.store, "hours", at(60)).await.unwrap();
    let name = "twilio_message_callback_total{status=\"sent\"}";
    let sent: Vec<(String, u64)> = hours
        .into_iter()
        .map(|record| {
            let counters: Value = serde_json::from_str(&record.body).unwrap();
            (record.key.sk, counters[name].as_u64().unwrap())
        })
        .collect();
    let kept = |name: &str, count| (name.to_owned(), count);
    assert_eq!(
        sent,
        [kept("2026-11-20T12", 1), kept("2026-11-20T12:45", 3), kept("2026-11-20T13", 4)]
    );
}

#[tokio::test]
async fn server_that_starts_late_in_an_hour_keeps_the_counters_for_that_hour_too() {
    let setup = setup(None, Vec::new());
    let at = now() + SignedDuration::from_mins(47);
    setup.count.tick(Schedule::CallsInProgress, at).await.unwrap();
    let rows = crate::storage::all_records(&setup.store, "hours", at).await.unwrap();
    let rows: Vec<String> = rows.into_iter().map(|record| record.key.sk).collect();
    assert_eq!(rows, ["2026-11-20T12", "2026-11-20T12:45"]);
}

#[test]
fn only_the_two_days_before_today_can_be_looked_at() {
    assert_eq!(days(now()).map(|day| day.to_string()), ["2026-11-18", "2026-11-19"]);
}
