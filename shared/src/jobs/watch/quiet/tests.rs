use proptest::prelude::*;

use super::*;
use crate::domain::executions::pauses::Pause;
use crate::domain::executions::views::FlowResource;
use crate::storage::executions::put_listed;
use crate::storage::flows::{Fetched, put_fetched, put_seen, resource};
use crate::storage::writes;
use crate::testing::MemoryStore;

const FLOW: &str = "FW00000000000000000000000000000001";
const OTHER: &str = "FW00000000000000000000000000000002";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A Monday at midnight.
fn at(seconds: i64) -> Timestamp {
    "2026-06-01T00:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_secs(seconds)
}

async fn start(store: &MemoryStore, flow: &str, starts: &[i64], now: Timestamp) {
    store.write(&[put_seen(&flow.into(), now).into()], now).await.unwrap();
    for (number, second) in starts.iter().enumerate() {
        let sid = format!("FN{:032x}", number + 1).as_str().into();
        let [of_flow, _] = put_listed(&flow.into(), &sid, at(*second), now);
        store.write(&writes([of_flow]), now).await.unwrap();
    }
}

/// A start every quarter of an hour, all day, until this second.
fn until(second: i64) -> Vec<i64> {
    (0..second).step_by(900).collect()
}

async fn tick(store: &MemoryStore, now: Timestamp) -> Vec<Event> {
    let found = changed_flows(store, &TimeZone::UTC, now).await.unwrap();
    let events = found.iter().filter_map(|changed| changed.event.clone()).collect();
    note_changes(store, found, now).await.unwrap();
    events
}

/// Looks so often that all that is old enough has been read.
async fn read_all(store: &MemoryStore, now: Timestamp) {
    for _ in 0..40 {
        assert_eq!(tick(store, now).await, []);
    }
}

async fn stored_quiet(store: &MemoryStore, now: Timestamp) -> Option<Quiet> {
    let record = store.load(&[pauses::quiet(&FLOW.into())], now).await.unwrap().remove(0).unwrap();
    pauses::read_quiet(&record)
}

#[tokio::test]
async fn quiet_flow_is_told_once_and_once_that_it_is_started_again() {
    let store = MemoryStore::default();
    let stops = 22 * DAY + 11 * HOUR;
    start(&store, FLOW, &until(stops + 1), at(stops)).await;
    read_all(&store, at(stops)).await;
    assert_eq!(tick(&store, at(stops + HOUR)).await, []);
    let told = tick(&store, at(stops + HOUR + 60)).await;
    assert_eq!(told.len(), 1);
    let data = &told[0].envelope["data"];
    assert_eq!(data["reason"], "no start for 1 h 1 min; usually at most 20 min at this hour");
    assert_eq!((data["flow_sid"].as_str(), data["flow_name"].as_str()), (Some(FLOW), None));
    for minute in 2..200 {
        assert_eq!(tick(&store, at(stops + HOUR + minute * 60)).await, []);
    }
    let again = stops + 5 * HOUR;
    start(&store, FLOW, &[again], at(again)).await;
    let resumed = tick(&store, at(again + 30)).await;
    let types: Vec<&str> = resumed.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, [RESUMED_EVENT]);
    assert_eq!(resumed[0].envelope["data"]["reason"], "started again after 5 h");
    assert_eq!(tick(&store, at(again + 90)).await, []);
    assert_eq!(stored_quiet(&store, at(again + 90)).await, None);
}

#[tokio::test]
async fn quiet_flow_is_told_again_when_it_could_not_be_noted() {
    let store = MemoryStore::default();
    let stops = 22 * DAY + 11 * HOUR;
    start(&store, FLOW, &until(stops + 1), at(stops)).await;
    read_all(&store, at(stops)).await;
    let now = at(stops + HOUR + 60);
    let found = changed_flows(&store, &TimeZone::UTC, now).await.unwrap();
    // Another one noted it first.
    let first = tick(&store, now).await;
    note_changes(&store, found, now).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(tick(&store, at(stops + HOUR + 120)).await, []);
}

#[tokio::test]
async fn silence_of_all_flows_says_that_events_may_not_be_arriving() {
    let store = MemoryStore::default();
    let stops = 22 * DAY + 11 * HOUR;
    start(&store, FLOW, &until(stops + 1), at(stops)).await;
    start(&store, OTHER, &until(stops), at(stops)).await;
    read_all(&store, at(stops)).await;
    let told = tick(&store, at(stops + HOUR + 60)).await;
    let reasons: Vec<&str> =
        told.iter().filter_map(|event| event.envelope["data"]["reason"].as_str()).collect();
    let none = "none of any other Flow either, so events may not be arriving";
    assert_eq!(reasons.len(), 2);
    // The other one's last start was earlier, so it is alone in nothing.
    assert_eq!(reasons.iter().filter(|reason| reason.ends_with(none)).count(), 1, "{reasons:?}");
}

#[tokio::test]
async fn flow_that_twilio_has_no_more_is_not_told_of() {
    let store = MemoryStore::default();
    let stops = 22 * DAY + 11 * HOUR;
    start(&store, FLOW, &until(stops + 1), at(stops)).await;
    read_all(&store, at(stops)).await;
    let named = json!({ "sid": FLOW, "friendly_name": "Main line" });
    let named: FlowResource = serde_json::from_value(named).unwrap();
    let fetched = |second: i64, is_gone: bool| Fetched {
        at: at(second),
        value: Some(named.clone()),
        failure: None,
        is_gone,
    };
    let keep = |fetched: Fetched<FlowResource>| {
        let put = put_fetched(resource(&FLOW.into()), &fetched, fetched.at);
        let store = &store;
        async move { store.write(&[put.into()], fetched.at).await.unwrap() }
    };
    keep(fetched(stops + 60, true)).await;
    assert_eq!(tick(&store, at(stops + 2 * HOUR)).await, []);
    // It was there again.
    keep(fetched(stops + 2 * HOUR, false)).await;
    let told = tick(&store, at(stops + 3 * HOUR)).await;
    assert_eq!(told[0].envelope["data"]["flow_name"], "Main line");
    // It is deleted while it is quiet: nothing is told, and it is quiet no more.
    keep(fetched(stops + 4 * HOUR, true)).await;
    assert_eq!(tick(&store, at(stops + 5 * HOUR)).await, []);
    assert_eq!(stored_quiet(&store, at(stops + 5 * HOUR)).await, None);
}

/// Starts of three hours: bursts of so many within so many seconds, and silences between them.
fn bursts() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec((0_i64..3_000, 1_i64..400, 1_i64..900), 1..6).prop_map(|bursts| {
        let mut now = 0;
        let mut starts = Vec::new();
        for (silence, count, seconds) in bursts {
            now += silence;
            starts.extend((0..count).map(|number| now + number * seconds / count));
            now += seconds;
        }
        starts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn starts_of_the_lists_have_the_pauses_of_all_starts(starts in bursts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = MemoryStore::default();
            start(&store, FLOW, &starts, at(0)).await;
            let end = at(8 * HOUR);
            let mut read = Starts::unknown(at(0));
            starts::advance(&store, &FLOW.into(), &mut read, 1, end + jiff::SignedDuration::from_hours(5)).await.unwrap();
            prop_assert_eq!(read.until, end);
            let all: Vec<Timestamp> = starts.iter().map(|second| at(*second)).collect();
            let mut expected = Starts::unknown(at(0));
            expected.add(&all, end);
            prop_assert_eq!(read.last, expected.last);
            // The end of a pause is known to fifteen seconds where starts are many.
            let whole = |pauses: &[Pause]| pauses.iter().map(|pause| pause.length().as_secs()).collect::<Vec<_>>();
            let (read, expected) = (whole(&read.pauses), whole(&expected.pauses));
            let is_close = |(read, expected): (&i64, &i64)| (0..=15).contains(&(read - expected));
            prop_assert!(
                read.len() == expected.len() && read.iter().zip(&expected).all(is_close)
                    // One of twenty minutes, give or take these seconds, may be among them or not.
                    || expected.iter().chain(&read).any(|pause| *pause < 1_200 + 15),
                "{read:?} {expected:?}"
            );
            Ok(())
        })?;
    }
}
