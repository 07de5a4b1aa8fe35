mod list;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::executions::views::{CountSpan, ExecutionState, FlowCounts};
use crate::domain::sid::Sid;
use crate::jobs::watch::read::{
    ExecutionQuery, counts, cursor, flows as summaries, latest_medians, one, page, running,
    seen_flows,
};
use crate::storage::Counters;
use crate::storage::flows::{COUNT_LANES, CountRow};
use crate::testing::{Fault, MemoryStore};

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_900_000_000_000 + milliseconds).unwrap()
}

fn flow(number: u64) -> Sid {
    Sid::as_sent(&format!("FW{number:032x}"))
}

fn sid(number: u64) -> Sid {
    Sid::as_sent(&format!("FN{number:032x}"))
}

fn event(
    event_type: &str,
    id: &str,
    execution: u64,
    of: u64,
    milliseconds: i64,
    mut data: Value,
) -> Result<Event, Malformed> {
    data["execution_sid"] = sid(execution).as_str().into();
    data["flow_sid"] = flow(of).as_str().into();
    data["date_created"] = at(milliseconds).to_string().into();
    let envelope =
        json!({"type": event_type, "id": id, "time": at(milliseconds).to_string(), "data": data});
    Ok(Event { event_type: event_type.to_owned(), id: id.to_owned(), envelope })
}

/// The events of an Execution that walks through so many widgets, each of which takes a second.
fn walk(execution: u64, of: u64, widgets: u64, begin: i64) -> Vec<Result<Event, Malformed>> {
    let prefix = "com.twilio.studio.flow";
    let contact = format!("+1500555{:04}", execution % 10_000);
    let started =
        json!({"started_by": "CA1", "flow_revision": 1, "contact_channel_address": contact});
    let mut events = vec![event(
        &format!("{prefix}.execution.started"),
        sid(execution).as_str(),
        execution,
        of,
        begin,
        started,
    )];
    let mut here = "Trigger".to_owned();
    for number in 1..=widgets {
        let next = if number == widgets { "Ended".to_owned() } else { format!("w{number}") };
        let step = format!("FT{:016x}{number:016x}", execution);
        let data = json!({"step_sid": step, "name": "next", "transitioned_from": here, "transitioned_to": next});
        let time = begin + i64::try_from(number).unwrap() * 1_000;
        events.push(event(&format!("{prefix}.step.ended"), &step, execution, of, time, data));
        here = next;
    }
    let time = begin + i64::try_from(widgets).unwrap() * 1_000;
    let ended = json!({"ended_reason": "FLOW_END"});
    events.push(event(
        &format!("{prefix}.execution.ended"),
        sid(execution).as_str(),
        execution,
        of,
        time,
        ended,
    ));
    events
}

async fn send(
    store: &MemoryStore,
    events: &[Result<Event, Malformed>],
    now: Timestamp,
) -> Result<(), Error> {
    take(store, &ExecutionEvents::of(events, now), now).await
}

async fn counted(store: &MemoryStore, of: u64, now: Timestamp) -> FlowCounts {
    counts(store, &flow(of), CountSpan::Day, now).await.unwrap()
}

fn for_good(store: &MemoryStore, of: u64) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for lane in 0..COUNT_LANES {
        let record = store.record(&CountRow::ForGood.key(&flow(of), lane));
        let Some(record) = record else { continue };
        for (name, count) in Counters::from_body(&record.body).unwrap().0 {
            // The widget of an end is what is known when it is first told.
            let name = if name.starts_with("last|") { "last".to_owned() } else { name };
            *sums.entry(name).or_insert(0) += count;
        }
    }
    sums
}

#[tokio::test]
async fn event_that_comes_again_writes_nothing() {
    let store = MemoryStore::default();
    let events = walk(1, 1, 3, 0);
    send(&store, &events, at(9_000)).await.unwrap();
    store.take_calls();
    let before = store.landed();
    send(&store, &events, at(10_000)).await.unwrap();
    assert_eq!((store.landed(), store.take_calls().writes), (before, 0));
    let counts = counted(&store, 1, at(10_000)).await;
    assert_eq!((counts.started, counts.ended, counts.edges.len()), (1, 1, 3));
}

#[tokio::test]
async fn running_execution_is_where_its_last_step_led_until_it_ends() {
    let store = MemoryStore::default();
    let events = walk(1, 1, 3, 0);
    send(&store, &events[..2], at(1_000)).await.unwrap();
    let found = running(&store, &flow(1), at(1_000)).await.unwrap().executions;
    assert_eq!((found.len(), found[0].execution.widget.as_str()), (1, "w1"));
    let all = summaries(&store, at(1_000)).await.unwrap();
    assert_eq!((all[0].active, all[0].started_today), (1, 1));
    send(&store, &events[2..], at(3_000)).await.unwrap();
    assert_eq!(running(&store, &flow(1), at(3_000)).await.unwrap().executions, []);
    let view = one(&store, &sid(1), at(3_000)).await.unwrap().unwrap();
    assert_eq!((view.state, view.seconds, view.steps.len()), (ExecutionState::Ended, Some(3), 3));
    let medians = latest_medians(&store, &flow(1), at(3_000)).await.unwrap();
    assert_eq!(medians["w1"].seconds, 1.0);
}

#[tokio::test]
async fn large_batch_is_taken_in_several_transactions() {
    let store = MemoryStore::default();
    let events: Vec<_> = (0..300).flat_map(|number| walk(number, number % 3, 2, 0)).collect();
    send(&store, &events, at(9_000)).await.unwrap();
    for of in 0..3 {
        let counts = counted(&store, of, at(9_000)).await;
        assert_eq!((counts.started, counts.ended), (100, 100));
    }
    // One Execution over a month, hour by hour, is more than one transaction takes.
    let hour = 3_600_000;
    let long: Vec<_> = (0..400_i64)
        .map(|number| {
            let step = format!("FT{number:032x}");
            let data = json!({"step_sid": step, "name": "next", "transitioned_from": "a", "transitioned_to": "a"});
            event("com.twilio.studio.flow.step.ended", &step, 9_999, 5, number * hour, data)
        })
        .collect();
    send(&store, &long, at(400 * hour)).await.unwrap();
    assert_eq!(one(&store, &sid(9_999), at(400 * hour)).await.unwrap().unwrap().steps.len(), 400);
    assert_eq!(for_good(&store, 5)["events"], 400);
}

#[tokio::test]
async fn flows_beyond_the_limit_are_kept_and_not_listed() {
    let store = MemoryStore::default();
    for number in 0..120 {
        send(&store, &walk(number, number, 1, 0), at(2_000)).await.unwrap();
    }
    assert_eq!(seen_flows(&store, at(2_000)).await.unwrap().len(), MAX_FLOWS);
    assert_eq!(counted(&store, 119, at(2_000)).await.started, 1);
}

#[tokio::test]
async fn unreadable_event_is_counted_and_left_out() {
    let store = MemoryStore::default();
    let mut events = walk(1, 1, 1, 0);
    let odd = |data: Value| {
        let event_type = "com.twilio.studio.flow.step.ended".to_owned();
        Ok(Event { event_type, id: "1".to_owned(), envelope: json!({"data": data}) })
    };
    events.push(odd(json!({})));
    events.push(odd(json!({"flow_sid": "FW1/../x", "execution_sid": sid(1)})));
    let read = ExecutionEvents::of(&events, at(5_000));
    assert_eq!(read.unreadable, 2);
    take(&store, &read, at(5_000)).await.unwrap();
    assert_eq!(counted(&store, 1, at(5_000)).await.ended, 1);
}

#[tokio::test]
async fn store_that_fails_is_an_error_and_what_comes_again_counts_once() {
    let store = MemoryStore::default();
    let events: Vec<_> = (0..100).flat_map(|number| walk(number, 1, 2, 0)).collect();
    store.fail_writes(Fault::After(2));
    assert!(send(&store, &events, at(9_000)).await.is_err());
    store.fail_writes(Fault::Never);
    send(&store, &events, at(10_000)).await.unwrap();
    let counts = counted(&store, 1, at(10_000)).await;
    assert_eq!((counts.started, counts.ended), (100, 100));
    assert_eq!(cursor(&store, &[flow(1)], at(10_000)).await.unwrap(), 400);
}

#[tokio::test]
async fn all_is_gone_after_thirty_days_but_what_is_counted_for_good() {
    let store = MemoryStore::default();
    send(&store, &walk(1, 1, 2, 0), at(3_000)).await.unwrap();
    let later = at(3_000) + SignedDuration::from_hours(31 * 24);
    assert_eq!(one(&store, &sid(1), later).await.unwrap(), None);
    let page = page(&store, ExecutionQuery::default(), later).await.unwrap();
    assert_eq!(page.executions, []);
    assert_eq!(cursor(&store, &[flow(1)], later).await.unwrap(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn batches_in_any_order_with_repeats_and_conflicts_count_each_event_once(
        seed in any::<u64>(), size in 1..40_usize, conflicts in 0..4_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let all: Vec<_> = (0..12).flat_map(|number| walk(number, number % 2, 1 + number % 4, 0)).collect();
        let mut sent: Vec<_> = all.iter().chain(all.iter().step_by(3)).cloned().collect();
        // A shuffle of its own for each seed.
        let place = |index: usize| {
            let mixed = seed.wrapping_add(index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed ^ (mixed >> 29)
        };
        let mut order: Vec<usize> = (0..sent.len()).collect();
        order.sort_by_key(|index| place(*index));
        sent = order.into_iter().map(|index| sent[index].clone()).collect();
        let (one_by_one, in_order) = (MemoryStore::default(), MemoryStore::default());
        runtime.block_on(async {
            for batch in sent.chunks(size) {
                one_by_one.conflict(conflicts);
                send(&one_by_one, batch, at(9_000)).await.unwrap();
            }
            send(&in_order, &all, at(9_000)).await.unwrap();
        });
        for of in 0..2 {
            prop_assert_eq!(for_good(&one_by_one, of), for_good(&in_order, of));
            let counts = |store: &MemoryStore| runtime.block_on(counted(store, of, at(9_000)));
            prop_assert_eq!(counts(&one_by_one), counts(&in_order));
        }
        for number in 0..12 {
            let view = |store: &MemoryStore| runtime.block_on(one(store, &sid(number), at(9_000))).unwrap();
            prop_assert_eq!(view(&one_by_one), view(&in_order));
        }
    }
}
