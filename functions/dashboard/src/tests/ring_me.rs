//! *Ring me*: whoever has said who they are, and nobody else.

use shared::domain::sign_in::Session;
use shared::storage::messages::WakeUp;
use shared::storage::{sessions, test_calls};

use super::backend::*;
use super::incidents::{says, words};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const ALPHA: (&str, &str) =
    ("cookie", "ringdown-person=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

/// Pages that know alpha's browser.
fn pages() -> Pages {
    let pages = Pages::new();
    pages.may_write();
    let session = Session::begin("alpha", "+15005550001", "a browser".to_owned(), at(0));
    at_once(sessions::begin(pages.store(), TOKEN, &session, at(0))).unwrap();
    pages
}

/// What is queued, and what the page says.
fn press(pages: &Pages, headers: &[(&'static str, &str)]) -> (Vec<WakeUp>, String) {
    let asked = pages.post_form("/people/ring-me", headers, "person=bravo");
    assert_eq!(asked.status, 303);
    let there = header(&asked, "location").to_owned();
    (pages.queued(), words(&body(&pages.get(&there, headers))))
}

#[test]
fn own_phone_alone_is_rung() {
    let pages = pages();
    let (queued, page) = press(&pages, &[ALPHA]);
    assert_eq!(queued, [WakeUp::TestCall { person: "alpha".to_owned(), at: at(600) }]);
    says(&page, &["Asked for: your phone rings in a moment.", "Ring me"]);
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

#[test]
fn fourth_call_of_an_hour_is_not_asked_for() {
    let pages = pages();
    for n in 0..3 {
        let at = at(n);
        let kept = test_calls::change(pages.store(), "alpha", at, |calls| calls.ring("a", at, at));
        assert!(at_once(kept).unwrap().is_ok());
    }
    let (queued, page) = press(&pages, &[ALPHA]);
    assert_eq!(queued, []);
    says(&page, &["three test calls an hour", "test call", "it is about to ring"]);
}
