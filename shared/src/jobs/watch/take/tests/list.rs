//! The list of Executions: page by page, the newest first.

use super::*;
use crate::domain::executions::views::ExecutionFilter;

#[tokio::test]
async fn pages_go_through_all_days_newest_first_and_find_by_digits() {
    let store = MemoryStore::default();
    let hour = 3_600_000;
    let mut expected = Vec::new();
    for number in 0..130 {
        let begin = i64::try_from(number).unwrap() * hour;
        send(&store, &walk(number, number % 2, 2, begin), at(begin + 5_000)).await.unwrap();
        expected.insert(0, sid(number));
    }
    let now = at(130 * hour);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let query = ExecutionQuery { after: after.as_deref(), ..ExecutionQuery::default() };
        let page = page(&store, query, now).await.unwrap();
        found.extend(page.executions.into_iter().map(|view| view.sid));
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
    let of = flow(1);
    let query = ExecutionQuery { text: Some("0077"), flow: Some(&of), ..ExecutionQuery::default() };
    let by_digits = page(&store, query, now).await.unwrap();
    let sids: Vec<Sid> = by_digits.executions.into_iter().map(|view| view.sid).collect();
    assert_eq!(sids, [sid(77)]);
    let whole = sid(78);
    let by_sid = ExecutionQuery { text: Some(whole.as_str()), ..ExecutionQuery::default() };
    assert_eq!(page(&store, by_sid, now).await.unwrap().executions.len(), 1);
    for printed in [format!("FN…{}", &whole.as_str()[28..]), whole.as_str()[26..].to_uppercase()]
    {
        let by_end = ExecutionQuery { text: Some(&printed), ..ExecutionQuery::default() };
        let sids: Vec<Sid> = page(&store, by_end, now)
            .await
            .unwrap()
            .executions
            .into_iter()
            .map(|one| one.sid)
            .collect();
        assert_eq!(sids, [sid(78)], "{printed}");
    }
    let elsewhere = ExecutionQuery { flow: Some(&of), ..by_sid };
    assert_eq!(page(&store, elsewhere, now).await.unwrap().executions, []);
    let none = ExecutionQuery { filter: ExecutionFilter::Active, ..ExecutionQuery::default() };
    assert_eq!(page(&store, none, now).await.unwrap().executions, []);
}

#[tokio::test]
async fn list_is_newest_first_whichever_event_comes_first() {
    let store = MemoryStore::default();
    let (minute, day) = (60_000, 24 * 3_600_000);
    for number in 0..4 {
        let begin = i64::try_from(number).unwrap() * minute;
        let events = walk(number, 1, 3, begin);
        // A step, then its start; of one of them over a midnight.
        for event in [&events[2], &events[0], &events[1]] {
            send(&store, std::slice::from_ref(event), at(begin + 9_000)).await.unwrap();
        }
    }
    let over_midnight = walk(9, 1, 2, -day);
    let late = event(
        "com.twilio.studio.flow.step.ended",
        &format!("FT{:032x}", 77),
        9,
        1,
        5 * minute,
        json!({"transitioned_from": "w1", "transitioned_to": "w2"}),
    );
    send(&store, &[late], at(5 * minute)).await.unwrap();
    send(&store, &over_midnight, at(5 * minute)).await.unwrap();
    let of = flow(1);
    for flow in [None, Some(&of)] {
        let query = ExecutionQuery { flow, ..ExecutionQuery::default() };
        let page = page(&store, query, at(6 * minute)).await.unwrap();
        let sids: Vec<Sid> = page.executions.into_iter().map(|view| view.sid).collect();
        assert_eq!(sids, [3, 2, 1, 0, 9].map(sid));
    }
}

#[tokio::test]
async fn running_execution_is_found_by_all_that_the_page_prints_of_it() {
    let store = MemoryStore::default();
    for number in [7, 8] {
        let mut events = walk(number, 1, 3, 0);
        // It has not ended.
        events.truncate(2);
        send(&store, &events, at(2_000)).await.unwrap();
    }
    let whole = sid(7).as_str().to_owned();
    let printed = format!("FN…{}", &whole[28..]);
    for text in [whole.as_str(), &printed, &whole[28..], "…0007", "0007"] {
        let query = ExecutionQuery {
            filter: ExecutionFilter::Active,
            text: Some(text),
            ..ExecutionQuery::default()
        };
        let found = page(&store, query, at(3_000)).await.unwrap().executions;
        assert_eq!(found.into_iter().map(|view| view.sid).collect::<Vec<_>>(), [sid(7)], "{text}");
    }
}
