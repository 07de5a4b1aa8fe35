//! A session that is nobody's, or over, and what its name alone opens.

use shared::domain::sign_in::Session;
use shared::storage::sessions;
use shared::testing::sample;

use super::{TOKEN, alpha, name, pages, send};
use crate::tests::backend::{Pages, at, at_once, body, header};

#[test]
fn session_of_somebody_who_left_is_nobodys() {
    let pages = pages();
    for (person, phone, shown) in [
        ("alpha", "+15005550001", "alpha"),
        ("alpha", "+15005550009", "Who are you?"),
        ("zulu", "+15005550001", "Who are you?"),
    ] {
        let session = Session::begin(person, &sample::phone(phone), "a browser".to_owned(), at(0));
        let token = shared::random::token().unwrap();
        at_once(sessions::begin(pages.store(), &token, &session, at(0))).unwrap();
        assert_eq!(name(&pages, &format!("ringdown-person={token}"), 1), shown, "{person}");
    }
    let page = body(&send(&pages, "GET", "/system", "", "", at(1)));
    assert_eq!(page.matches("action=\"/sessions/revoke\"").count(), 1);
    for cookie in ["ringdown-person=", "ringdown-person=x", &format!("ringdown-person={TOKEN}")] {
        assert_eq!(name(&pages, cookie, 1), "Who are you?");
    }
}

#[test]
fn revoked_session_is_over() {
    let pages = pages();
    let session = alpha(&pages);
    let page = body(&send(&pages, "GET", "/system", &session, "", at(2)));
    for part in ["<strong>alpha</strong>", "Firefox on Linux"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (_, behind) = page.split_once("name=\"id\" value=\"").unwrap();
    let id = behind.split_once('"').unwrap().0;
    for id in ["", "x", TOKEN] {
        send(&pages, "POST", "/sessions/revoke", "", &format!("id={id}"), at(3));
    }
    assert_eq!(name(&pages, &session, 3), "alpha");
    let revoked = send(&pages, "POST", "/sessions/revoke", "", &format!("id={id}"), at(3));
    assert_eq!((revoked.status, header(&revoked, "location")), (303, "/system#sessions"));
    assert_eq!(name(&pages, &session, 4), "Who are you?");
    assert!(body(&send(&pages, "GET", "/system", "", "", at(4))).contains("Nobody is signed in."));
}

#[test]
fn log_out_ends_the_name_too() {
    let pages = pages();
    let session = alpha(&pages);
    let out = send(&pages, "POST", "/logout", &session, "", at(2));
    assert_eq!((out.status, header(&out, "location")), (303, "/"), "there is no password");
    let cleared: Vec<&str> = out.headers.iter().map(|(_, value)| value.as_str()).collect();
    assert!(cleared.iter().any(|value| value.starts_with("ringdown-person=; ")), "{cleared:?}");
    assert_eq!(name(&pages, &session, 3), "Who are you?");
}

#[test]
fn name_alone_opens_nothing() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    pages.may_write();
    let session =
        Session::begin("alpha", &sample::phone("+15005550001"), "a browser".to_owned(), at(0));
    at_once(sessions::begin(pages.store(), TOKEN, &session, at(0))).unwrap();
    let cookies = format!("ringdown-person={TOKEN}");
    let page = send(&pages, "GET", "/who?link=x", &cookies, "", at(1));
    assert_eq!((page.status, header(&page, "location")), (303, "/login?next=%2Fwho%3Flink%3Dx"));
    for path in ["/who", "/who/code", "/who/link", "/sessions/revoke"] {
        let form = format!("person=alpha&id={TOKEN}");
        assert_eq!(send(&pages, "POST", path, &cookies, &form, at(1)).status, 303, "{path}");
    }
    assert!(pages.queued().is_empty());
}
