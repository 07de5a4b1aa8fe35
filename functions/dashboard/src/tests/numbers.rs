//! The figures of the last hour, day and 30 days, as a page and as JSON.

use std::collections::BTreeMap;

use shared::Timestamp;
use shared::domain::escalation::{Incident, IncidentId};
use shared::storage::{Increment, Store, hours};
use shared::testing::sample;

use super::backend::*;
use super::incidents::{plain_text, says};

const DELIVERED: &str = "twilio_messages_delivered_total";
const FAILED: &str = r#"twilio_messages_failed_total{error_code="30003"}"#;
const COMPLETED: &str = r#"twilio_calls_completed_total{call_status="completed"}"#;

fn json(pages: &Pages, span: &str) -> serde_json::Value {
    let path = format!("/numbers?span={span}");
    let answer = pages.get(&path, &[("accept", "application/json")]);
    assert_eq!(answer.status, 200, "{path}");
    serde_json::from_slice(&answer.body).unwrap()
}

/// The counters as they stand now, and as they were kept at these moments.
fn counted(pages: &Pages, kept: &[(&str, u64)], now: u64) {
    pages.may_write();
    let counters = |delivered: u64| {
        BTreeMap::from([
            (DELIVERED.to_owned(), delivered),
            (FAILED.to_owned(), delivered / 10),
            (COMPLETED.to_owned(), 2),
        ])
    };
    for (when, delivered) in kept {
        let when: Timestamp = when.parse().unwrap();
        let put = hours::put(when, counters(*delivered));
        at_once(pages.store().write(&[put.into()], when)).unwrap();
    }
    let all = Increment::of("count-1", counters(now));
    at_once(pages.store().write(&[all.into()], at(600))).unwrap();
}

#[test]
fn days_are_those_of_the_clock_that_is_asked_for() {
    let pages = Pages::new();
    let page = pages.page("/numbers?zone=Pacific/Auckland");
    says(
        &plain_text(&page),
        &[
            "From Tue 20 Oct 2026, 00:00 to Thu 19 Nov 2026, 00:16 by the clock of Pacific/Auckland",
            "Times are by the clock of Pacific/Auckland.",
        ],
    );
    for link in
        ["?span=hour&amp;zone=Pacific%2FAuckland", "zone=Pacific%2FAuckland&amp;format=json"]
    {
        assert!(page.contains(link), "{link} {page}");
    }
    let refused = pages.get("/numbers?zone=Mars", &[("accept", "application/json")]);
    assert_eq!(refused.status, 400);
    assert!(String::from_utf8_lossy(&refused.body).contains("no time zone as Europe/Berlin"));
}

/// The same incident as if its name were another.
fn renamed(incident: &Incident, second: i64) -> Incident {
    Incident { id: IncidentId::of("checkout", at(second)), ..incident.clone() }
}

#[test]
fn page_says_what_became_of_incidents_how_fast_and_who_was_called() {
    let pages = Pages::new();
    pages.archive(&resolved());
    pages.keep(&renamed(&exhausted(), 1), 0);
    let page = pages.page("/numbers");
    says(
        &plain_text(&page),
        &[
            "From Mon 19 Oct 2026, 00:00 to Wed 18 Nov 2026, 11:16 by the clock of UTC: 30 d 11 h.",
            "Incidents 2 4 calls placed for them Taken 1 sooner or later Nobody took it 1 after everybody was called",
            "Answered a person picked up the phone 36 s 36 s 2",
            "Taken somebody had it 44 s 44 s 1",
            "Resolved it was over 5 min 5 min 1",
            "checkout-5xx 2 2",
            "alpha UTC 2 0 0 bravo UTC 2 2 0",
            "Night is from 22:00 to 07:00",
            "Times are by the clock of UTC.",
        ],
    );
    assert!(
        page.contains("href=\"/history?alarm=checkout-5xx\"")
            || page.contains("&#x2f;history?alarm=checkout-5xx"),
        "{page}"
    );
    assert!(!page.contains("+1500555"), "no number");
    assert_eq!(
        page.matches("role=\"img\"").count(),
        2,
        "incidents and times; nothing was delivered"
    );
}

#[test]
fn incident_that_was_over_and_goes_on_is_not_among_those_that_are_over() {
    let pages = Pages::new();
    pages.archive(&resolved());
    pages.keep(&reopened(), 0);
    let facts = json(&pages, "day");
    let figures = &facts["incidents"];
    assert_eq!((&figures["began"], &figures["time_to_resolve"]["count"]), (&1.into(), &0.into()));
    says(&plain_text(&pages.page("/numbers?span=day")), &["Resolved it was over – – 0"]);
}

#[test]
fn span_is_said_as_long_as_it_is() {
    let says_of = |span: &str, what: &str| {
        says(&plain_text(&Pages::new().page(&format!("/numbers?span={span}"))), &[what]);
    };
    says_of(
        "hour",
        "From Wed 18 Nov 2026, 10:15 to Wed 18 Nov 2026, 11:16 by the clock of UTC: 1 h 1 min.",
    );
    says_of(
        "day",
        "From Tue 17 Nov 2026, 11:00 to Wed 18 Nov 2026, 11:16 by the clock of UTC: 24 h 16 min.",
    );
}

#[test]
fn page_without_anything_says_so() {
    let page = Pages::new().page("/numbers?span=day");
    says(
        &plain_text(&page),
        &[
            "Answered a person picked up the phone – – 0",
            "No alarm went off.",
            "Nobody was called.",
        ],
    );
    assert!(!page.contains("role=\"img\""), "{page}");
}

#[test]
fn json_has_the_figures_of_the_page_and_only_its_span() {
    let pages = Pages::new();
    pages.archive(&resolved());
    let now = at(600);
    for (span, began, from) in [
        ("hour", 1, "2026-11-18T10:15:00Z"),
        ("day", 1, "2026-11-17T11:00:00Z"),
        ("month", 1, "2026-10-19T00:00:00Z"),
    ] {
        let shown = json(&pages, span);
        assert_eq!((&shown["span"], &shown["from"]), (&span.into(), &from.into()));
        assert_eq!(shown["incidents"]["began"], began);
        assert_eq!(shown["until"], now.to_string());
    }
    let shown = json(&pages, "day");
    assert_eq!(shown["incidents"]["time_to_take"]["median_seconds"], 44);
    assert_eq!(shown["people"][1]["person"], "bravo");
    let older = sample::alarm("older", at(-90_000));
    pages.archive(&sample::incident(IncidentId::of("checkout", at(-90_000)), &policy(), older));
    let pages_of_a_later_minute = Pages::new();
    let older = sample::alarm("older", at(-90_000));
    pages_of_a_later_minute.archive(&sample::incident(
        IncidentId::of("checkout", at(-90_000)),
        &policy(),
        older,
    ));
    assert_eq!(json(&pages_of_a_later_minute, "day")["incidents"]["began"], 0);
    assert_eq!(json(&pages_of_a_later_minute, "month")["incidents"]["began"], 1);
}

#[test]
fn delivery_is_what_the_counters_grew_by() {
    let pages = Pages::new();
    counted(
        &pages,
        &[
            ("2026-11-17T11:00:00Z", 100),
            ("2026-11-18T10:00:00Z", 200),
            ("2026-11-18T11:00:00Z", 1_000),
        ],
        1_090,
    );
    let shown = json(&pages, "day");
    let delivery = &shown["delivery"];
    assert_eq!(
        (&delivery["messages_delivered"], &delivery["messages_failed"]),
        (&990.into(), &99.into())
    );
    assert_eq!(
        (&delivery["calls_completed"], &delivery["counted_since"]),
        (&0.into(), &serde_json::Value::Null)
    );
    assert_eq!(delivery["messages_failed_by_code"][0]["name"], "30003");
    let bars = shown["bars"].as_array().unwrap();
    let last: Vec<_> =
        bars.iter().rev().take(3).map(|bar| bar["messages_delivered"].clone()).collect();
    assert_eq!(last, [90, 800, 0]);
    // The figures of a month begin with the first that was kept.
    assert_eq!(json(&pages, "month")["delivery"]["counted_since"], "2026-11-17T11:00:00Z");
    let page = pages.page("/numbers?span=day");
    says(&plain_text(&page), &["Messages delivered 90.9 % 990 delivered, 99 failed", "30003 99"]);
    assert!(page.contains("11:00: 90 delivered, 9 failed"), "{page}");
}

#[test]
fn figures_are_read_once_a_minute() {
    let pages = Pages::new();
    pages.archive(&resolved());
    pages.page("/numbers");
    pages.store_calls();
    pages.archive(&renamed(&resolved(), 5));
    assert_eq!(json(&pages, "month")["incidents"]["began"], 1);
    let calls = pages.store_calls();
    assert_eq!((calls.loads, calls.pages, calls.writes), (0, 0, 0));
}

#[test]
fn span_that_is_none_is_refused() {
    assert_eq!(Pages::new().get("/numbers?span=year", &[]).status, 400);
}
