//! Incidents that are over, by page and filter, as a page, JSON and CSV.

use shared::domain::escalation::{Incident, IncidentId, Signal};
use shared::testing::sample;

use super::backend::*;
use super::incidents::{plain_text, says};

/// So many incidents, each a minute after the one before and over at once.
fn over(pages: &Pages, number: i64) {
    for minute in 1..=number {
        let (from, name) = (at(60 * minute), format!("disk-{minute}"));
        let alarm = sample::alarm(&name, from);
        let incident = sample::incident(IncidentId::of("checkout", from), &policy(), alarm);
        pages.archive(&after_signals(
            incident,
            &[(60 * minute + 9, Signal::Recovered { key: name })],
        ));
    }
}

fn path_of(page: &str, text: &str) -> String {
    let link = page.split("<a href=\"").find(|link| link.contains(&format!(">{text}<"))).unwrap();
    link.split('"').next().unwrap().replace("&#x2f;", "/").replace("&amp;", "&")
}

fn json(pages: &Pages, path: &str) -> Vec<serde_json::Value> {
    serde_json::from_slice(&pages.get(path, &[("accept", "application/json")]).body).unwrap()
}

#[test]
fn all_that_is_over_can_be_reached_page_by_page() {
    let pages = Pages::new();
    over(&pages, 120);
    let first = pages.page("/history");
    says(&plain_text(&first), &["disk-120 Resolved after 9 s", "disk-71"]);
    assert!(!plain_text(&first).contains("disk-70 "), "fifty on a page");
    let second = pages.page(&path_of(&first, "Older"));
    let third = pages.page(&path_of(&second, "Older"));
    says(&plain_text(&third), &["disk-1 Resolved"]);
    assert!(!third.contains(">Older<"), "{third}");
    assert_eq!(path_of(&second, "Newer"), "/history");
    let numbers = [1, 2, 3, 4].map(|page| json(&pages, &format!("/history?page={page}")).len());
    assert_eq!(numbers, [50, 50, 20, 0]);
}

#[test]
fn history_is_filtered_by_policy_person_alarm_and_time() {
    let pages = Pages::new();
    over(&pages, 12);
    pages.archive(&resolved());
    let found = |query: &str| json(&pages, &format!("/history?{query}")).len();
    assert_eq!(found(""), 13);
    assert_eq!((found("policy=checkout"), found("policy=other")), (13, 0));
    // Alpha is called first, for each of them; only one came to bravo, who took it.
    assert_eq!((found("person=alpha"), found("person=bravo"), found("person=none")), (13, 1, 0));
    assert_eq!((found("alarm=DISK-1"), found("alarm=disk-1"), found("alarm=disk-?")), (4, 4, 9));
    let (from, until) = (at(120), at(300));
    assert_eq!(found(&format!("from={from}&until={until}")), 3);
    assert_eq!(found(&format!("until={from}")), 2, "disk-1, and the one that was taken");
    let wrong = "/history?format=csv&from=2026-13-45";
    assert_eq!(pages.get(wrong, &[]).status, 400);
    says(
        &plain_text(&body(&pages.get("/history?from=2026-13-45", &[]))),
        &["is no date as 2026-01-31", "No incident matches."],
    );
    says(&plain_text(&pages.page("/history?alarm=gone")), &["No incident matches.", "Show all"]);
}

#[test]
fn field_that_is_wrong_is_answered_400_in_words() {
    let pages = Pages::new();
    over(&pages, 2);
    for (query, expected) in [
        ("page=abc", "page: expected a number from 1 to 1000."),
        ("page=0", "page: expected a number from 1 to 1000."),
        ("format=xml", "format: expected csv or json, or none for the page."),
        ("from=2026-13-45", "is no date as 2026-01-31"),
    ] {
        let page = pages.get(&format!("/history?{query}"), &[]);
        assert_eq!(page.status, 400, "{query}");
        says(&plain_text(&body(&page)), &[expected]);
        assert!(!body(&page).contains("disk-1"), "{query}");
        let script = pages.get(&format!("/history?{query}"), &[("accept", "application/json")]);
        assert_eq!(script.status, 400, "{query}");
        assert!(body(&script).contains(expected), "{}", body(&script));
    }
    assert_eq!(pages.get("/history?page=&format=&policy=", &[]).status, 200, "an empty form");
}

#[test]
fn history_is_a_table_for_a_spreadsheet() {
    let pages = Pages::new();
    pages.archive(&named(&resolved(), "=cmd|' /C calc'!A1"));
    let page = pages.page("/history");
    let answer = pages.get(&path_of(&page, "CSV"), &[]);
    assert_eq!(header(&answer, "content-type"), "text/csv; charset=utf-8");
    let text = body(&answer);
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("\"id\",\"policy\",\"alarms\""), "{text}");
    let row = "\"checkout\",\"'=cmd|' /C calc'!A1\",\"2026-11-18T11:06:40Z\",\"2026-11-18T11:11:40Z\",\"300\",\"bravo\",\"44\",\"\",\"2\"";
    assert!(lines[1].ends_with(row), "{text}");
}

/// The same with another name of its alarm.
fn named(incident: &Incident, name: &str) -> Incident {
    let mut incident = incident.clone();
    incident.alarms[0].name = name.to_owned();
    incident
}

#[test]
fn incident_that_was_over_and_goes_on_is_not_in_the_history_until_it_is_over_again() {
    let pages = Pages::new();
    pages.archive(&resolved());
    pages.keep(&reopened(), 0);
    says(&plain_text(&pages.page("/history")), &["Nothing is over yet."]);
    assert_eq!(json(&pages, "/history").len(), 0);
    assert_eq!(body(&pages.get("/history?format=csv", &[])).lines().count(), 1);
    let over = Signal::Recovered { key: "checkout-5xx".to_owned() };
    pages.keep(&after_signals(reopened(), &[(400, over)]), 0);
    says(&plain_text(&pages.page("/history")), &["Resolved after 6 min 40 s"]);
    assert_eq!(json(&pages, "/history").len(), 1);
}

#[test]
fn day_that_is_asked_for_is_one_of_the_clock_that_the_page_names() {
    let pages = Pages::new();
    // 11:06 in UTC is the next day in Auckland.
    pages.archive(&resolved());
    let found = |query: &str| json(&pages, &format!("/history?{query}")).len();
    let day = |date: &str| format!("from={date}&until={date}&zone=Pacific/Auckland");
    assert_eq!((found(&day("2026-11-18")), found(&day("2026-11-19"))), (0, 1));
    let page = pages.page(&format!("/history?{}", day("2026-11-19")));
    says(
        &plain_text(&page),
        &["from 2026-11-19 until 2026-11-19 by the clock of Pacific/Auckland."],
    );
    assert!(page.contains(r#"name="zone" value="UTC" data-zone"#), "{page}");
    assert!(page.contains(r#"name="from" value="2026-11-19""#), "{page}");
    assert!(path_of(&page, "CSV").contains("zone=Pacific%2FAuckland"), "{page}");
    assert_eq!(pages.get("/history?format=json&zone=Nowhere", &[]).status, 400);
}
