//! The way in and out: who has failed waits, and a log-out ends every session.

use shared::http::{Request, Response};
use shared::{Error, Timestamp};

use super::backend::{Pages, header};

const ALPHA: &str = "198.51.100.7";
const STRANGER: &str = "203.0.113.9";

fn with_password() -> Pages {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    pages.may_write();
    pages
}

/// So many milliseconds after a moment.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
}

fn post(
    pages: &Pages,
    peer: &str,
    path: &str,
    cookie: &str,
    form: &str,
    now: Timestamp,
) -> Response {
    let headers = [("host", "localhost"), ("cookie", cookie), ("x-forwarded-for", "192.0.2.1")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned().into()));
    let request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: headers.to_vec(),
        body: form.to_owned().into(),
        peer: Some(peer.to_owned()),
        ..Request::default()
    };
    pages.send(request, now)
}

fn log_in(pages: &Pages, peer: &str, password: &str, ms: i64) -> (u16, String) {
    let form = format!("password={password}");
    let answer = post(pages, peer, "/login", "", &form, at(ms));
    let wait = answer.headers.iter().find(|(name, _)| *name == "retry-after");
    (answer.status, wait.map(|(_, wait)| wait.clone()).unwrap_or_default())
}

fn right(pages: &Pages, peer: &str, ms: i64) -> String {
    let answer = post(pages, peer, "/login", "", "password=correct+horse", at(ms));
    assert_eq!(answer.status, 303);
    header(&answer, "set-cookie").split(';').next().unwrap().to_owned()
}

fn status_of_home(pages: &Pages, cookie: &str, ms: i64) -> u16 {
    let headers = [("cookie".to_owned(), cookie.to_owned().into())].to_vec();
    let (method, path) = ("GET".to_owned(), "/".to_owned());
    pages.send(Request { method, path, headers, ..Request::default() }, at(ms)).status
}

#[test]
fn wrong_password_makes_its_address_wait_longer_each_time() {
    let pages = with_password();
    let mut ms = 0;
    for wait in [1, 2, 4, 8, 16, 30, 30] {
        assert_eq!(log_in(&pages, STRANGER, "guess", ms), (401, String::new()));
        let early = ms + wait * 1_000 - 1;
        assert_eq!(log_in(&pages, STRANGER, "correct+horse", ms).0, 429, "many at once");
        assert_eq!(log_in(&pages, STRANGER, "correct+horse", early), (429, "1".to_owned()));
        ms += wait * 1_000;
    }
    right(&pages, STRANGER, ms);
    assert_eq!(log_in(&pages, STRANGER, "guess", ms), (401, String::new()));
    assert_eq!(log_in(&pages, STRANGER, "guess", ms), (429, "1".to_owned()), "from the beginning");
    let an_hour = ms + 2 * 60 * 60 * 1_000;
    assert_eq!(log_in(&pages, STRANGER, "guess", an_hour).0, 401);
}

#[test]
fn stranger_locks_nobody_out() {
    let pages = with_password();
    for host in 0..250 {
        let stranger = format!("192.0.2.{host}");
        assert_eq!(log_in(&pages, &stranger, "guess", 0).0, 401);
    }
    for ms in 0..50 {
        log_in(&pages, STRANGER, "guess", ms);
    }
    right(&pages, ALPHA, 100);
    // Those who have failed wait longer while so many fail.
    assert_eq!(log_in(&pages, ALPHA, "gess", 200).0, 401);
    assert_eq!(log_in(&pages, ALPHA, "correct+horse", 200), (429, "12".to_owned()));
}

#[test]
fn attempt_beside_another_of_its_address_waits() {
    let pages = with_password();
    pages.writes_fail(|| Error::Conflict { keys: Vec::new() });
    assert_eq!(log_in(&pages, ALPHA, "correct+horse", 0), (429, "1".to_owned()));
    pages.writes_fail(|| Error::Store("away".to_owned()));
    assert_eq!(log_in(&pages, ALPHA, "correct+horse", 0).0, 503, "nothing fails open");
}

#[test]
fn log_out_ends_every_session() {
    let pages = with_password();
    let (here, there) = (right(&pages, ALPHA, 0), right(&pages, ALPHA, 1));
    assert_eq!([status_of_home(&pages, &here, 2), status_of_home(&pages, &there, 2)], [200, 200]);
    for cookie in ["", "ringdown=1.2", "ringdown="] {
        post(&pages, STRANGER, "/logout", cookie, "", at(3));
    }
    assert_eq!(status_of_home(&pages, &here, 4), 200, "a stranger ends no session");
    let out = post(&pages, ALPHA, "/logout", &there, "", at(5));
    assert_eq!((out.status, header(&out, "location")), (303, "/login"));
    assert!(header(&out, "set-cookie").contains("Max-Age=0"));
    assert_eq!([status_of_home(&pages, &here, 5), status_of_home(&pages, &there, 5)], [303, 303]);
    assert_eq!(status_of_home(&pages, &right(&pages, ALPHA, 5), 6), 200, "in the same millisecond");
    let twelve_hours = 12 * 60 * 60 * 1_000;
    assert_eq!(status_of_home(&pages, &right(&pages, ALPHA, 7), 7 + twelve_hours), 303);
}

#[test]
fn log_in_leads_to_the_page_with_its_query() {
    let pages = with_password();
    let headers = vec![("accept".to_owned(), "text/html".into())];
    let asked = Request {
        method: "GET".to_owned(),
        path: "/history".to_owned(),
        query: Some("policy=default&page=2".to_owned()),
        headers,
        ..Request::default()
    };
    let asked = pages.send(asked, at(0));
    assert_eq!(header(&asked, "location"), "/login?next=%2Fhistory%3Fpolicy%3Ddefault%26page%3D2");
    let form = "password=correct+horse&next=%2Fhistory%3Fpolicy%3Ddefault%26page%3D2";
    let answer = post(&pages, ALPHA, "/login", "", form, at(0));
    assert_eq!(
        (answer.status, header(&answer, "location")),
        (303, "/history?policy=default&page=2")
    );
}

#[test]
fn changed_password_ends_every_session() {
    let cookie = right(&with_password(), ALPHA, 0);
    let changed = Pages::with(&[("dashboard-password", "battery staple")]);
    assert_eq!(status_of_home(&changed, &cookie, 1), 303);
}
