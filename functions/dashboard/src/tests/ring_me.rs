//! *Ring me*: whoever has said who they are, and nobody else.

use shared::domain::escalation::{CallEvent, End, Key};
use shared::domain::sign_in::Session;
use shared::domain::test_calls::TestCalls;
use shared::storage::messages::WakeUp;
use shared::storage::{sessions, test_calls};
use shared::testing::sample;

use super::backend::*;
use super::incidents::{plain_text, says};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const ALPHA: (&str, &str) =
    ("cookie", "ringdown-person=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

/// Pages that know alpha's browser.
fn pages() -> Pages {
    let pages = Pages::new();
    pages.may_write();
    let session =
        Session::begin("alpha", &sample::phone("+15005550001"), "a browser".to_owned(), at(0));
    at_once(sessions::begin(pages.store(), TOKEN, &session, at(0))).unwrap();
    pages
}

/// Returns what is queued, and what the page says.
fn press(pages: &Pages, headers: &[(&'static str, &str)]) -> (Vec<WakeUp>, String) {
    let asked = pages.post_form("/people/ring-me", headers, "person=bravo");
    assert_eq!(asked.status, 303);
    let there = header(&asked, "location").to_owned();
    (pages.queued(), plain_text(&body(&pages.get(&there, headers))))
}

#[test]
fn own_phone_alone_is_rung() {
    let pages = pages();
    let (queued, page) = press(&pages, &[ALPHA]);
    assert_eq!(queued, [WakeUp::TestCall { person: "alpha".to_owned(), at: at(600) }]);
    says(&page, &["Requested. Your phone rings in a moment.", "Ring me"]);
    assert_eq!(page.matches("Ring me").count(), 1);
    let (queued, page) = press(&pages, &[]);
    assert_eq!(queued, []);
    says(&page, &["Nothing rings: say who you are first."]);
    assert!(!page.contains("Ring me"), "{page}");
}

#[test]
fn nothing_rings_while_an_incident_is_open_for_them() {
    let alphas = pages();
    alphas.keep(&calling(), 0);
    let (queued, page) = press(&alphas, &[ALPHA]);
    assert_eq!(queued, []);
    says(&page, &["Nothing rings: an incident is open for you."]);
    for incident in [taken, resolved] {
        let pages = pages();
        pages.keep(&incident(), 0);
        assert_eq!(press(&pages, &[ALPHA]).0.len(), 1, "bravo's, or nobody's");
    }
}

/// alpha's test call of this id was asked for and placed at this second, and these things are told of it.
fn rings(pages: &Pages, id: &str, second: i64, told: &[(CallEvent, i64)]) {
    let at_once_kept = |at, change: &dyn Fn(&TestCalls) -> Option<TestCalls>| {
        let kept = test_calls::change(pages.store(), "alpha", at, |calls| change(calls).ok_or(()));
        assert!(at_once(kept).unwrap().is_ok());
    };
    let begun = at(second);
    at_once_kept(begun, &|calls| calls.ring(id, begun, begun).ok());
    for (event, second) in told {
        at_once_kept(at(*second), &|calls| calls.with(id, event, at(*second)));
    }
}

/// What the page says.
fn people(pages: &Pages) -> String {
    plain_text(&body(&pages.get("/people", &[ALPHA])))
}

#[test]
fn fourth_call_of_an_hour_is_not_asked_for() {
    let pages = pages();
    for n in 0..3 {
        rings(&pages, &n.to_string(), n * 10, &[(CallEvent::Ended(End::Failed), n * 10 + 5)]);
    }
    let (queued, page) = press(&pages, &[ALPHA]);
    assert_eq!(queued, []);
    says(&page, &["three test calls an hour", "test call", "it did not ring"]);
}

#[test]
fn second_call_is_not_asked_for_while_one_is_under_way() {
    let pages = pages();
    rings(&pages, "a", 590, &[]);
    let (queued, page) = press(&pages, &[ALPHA]);
    assert_eq!(queued, []);
    says(&page, &["your test call is still under way", "it is about to ring"]);
}

#[test]
fn page_says_what_is_known_of_a_call_whose_end_was_never_told() {
    use CallEvent::{Answered, Machine, Ringing};
    let told = [(Ringing, 1), (Answered, 2), (Machine, 3)];
    let expected = [
        "whether it rang is not known",
        "it rang, and how it ended was not told",
        "it was answered, and 1 was not pressed",
        "voicemail or another machine answered",
    ];
    for (count, expected) in expected.iter().enumerate() {
        let pages = pages();
        rings(&pages, "a", 0, &told[..count]);
        says(&people(&pages), &[expected]);
    }
}

#[test]
fn last_success_stays_beside_a_later_call_that_did_not_ring() {
    let pages = pages();
    let ended = CallEvent::Ended(End::Completed);
    let pressed =
        [(CallEvent::Ringing, 1), (CallEvent::Answered, 2), (CallEvent::Pressed(Key::Take), 3)];
    rings(&pages, "a", 0, &[&pressed[..], &[(ended.clone(), 4)]].concat());
    let page = people(&pages);
    says(&page, &["it rang, was answered, and 1 was pressed", "last answered"]);
    assert!(!page.contains("test call before"), "{page}");
    rings(&pages, "b", 120, &[(ended, 121)]);
    says(
        &people(&pages),
        &["it did not ring", "test call before", "1 was pressed", "last answered"],
    );
}

#[test]
fn script_is_answered_in_json() {
    let pages = pages();
    let json = ("accept", "application/json");
    let asked = pages.post_form("/people/ring-me", &[ALPHA, json], "");
    assert_eq!((asked.status, body(&asked).as_str()), (202, r#"{"asked":"ring"}"#));
    rings(&pages, "a", 590, &[]);
    let asked = pages.post_form("/people/ring-me", &[ALPHA, json], "");
    assert_eq!((asked.status, body(&asked).as_str()), (409, r#"{"asked":"running"}"#));
}
