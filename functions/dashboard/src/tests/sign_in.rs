//! Sign-in: a code, or a link, begins a session in one browser.

mod acts;
mod session;

use shared::domain::sign_in::{AskForCode, Digits, Link};
use shared::http::Response;
use shared::storage::messages::WakeUp;
use shared::storage::{sessions, sign_in};
use shared::{SignedDuration, Timestamp};

use super::backend::{BEARER, Pages, at, at_once, body, header};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn pages() -> Pages {
    let pages = Pages::new();
    pages.may_write();
    pages
}

/// What a browser with these cookies gets at this time.
fn send(
    pages: &Pages,
    method: &str,
    target: &str,
    cookies: &str,
    form: &str,
    now: Timestamp,
) -> Response {
    let agent = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0";
    let headers = [("authorization", BEARER), ("cookie", cookies), ("user-agent", agent)];
    pages.ask_at(method, target, &headers, form, now)
}

fn cookie(answer: &Response) -> String {
    header(answer, "set-cookie").split(';').next().unwrap().to_owned()
}

/// Asks for a code: the browser's cookie, and what is queued.
fn ask(pages: &Pages, person: &str, second: i64) -> (String, AskForCode) {
    let asked =
        send(pages, "POST", "/who", "", &format!("person={person}&next=%2Fhistory"), at(second));
    let there = format!("/who?asked={person}&next=%2Fhistory");
    assert_eq!((asked.status, header(&asked, "location")), (303, there.as_str()));
    let queued = pages.queued();
    let [WakeUp::SendCode(ask)] = &queued[..] else { panic!("{queued:?}") };
    (cookie(&asked), ask.clone())
}

/// The same, and the code is sent.
fn asked(pages: &Pages, code: u64, second: i64) -> String {
    let (cookie, ask) = ask(pages, "alpha", second);
    let digits = Digits::of(code);
    let kept = sign_in::keep_code(pages.store(), &ask, &digits, at(second));
    assert_eq!(at_once(kept).unwrap(), Ok(()));
    cookie
}

fn types(pages: &Pages, cookies: &str, code: &str, second: i64) -> Response {
    let form = format!("person=alpha&code={code}&next=%2Fhistory");
    send(pages, "POST", "/who/code", cookies, &form, at(second))
}

/// The cookie of alpha's session.
fn alpha(pages: &Pages) -> String {
    let browser = asked(pages, 42, 0);
    cookie(&types(pages, &browser, "000042", 1))
}

/// Who the header of this page says that somebody is.
fn name(pages: &Pages, cookies: &str, second: i64) -> String {
    let page = body(&send(pages, "GET", "/", cookies, "", at(second)));
    let (_, behind) = page.split_once("<a href=\"/who\">").unwrap();
    behind.split_once("</a>").unwrap().0.to_owned()
}

#[test]
fn code_that_is_typed_in_names_the_browser() {
    let pages = pages();
    assert_eq!(name(&pages, "", 0), "Who are you?");
    let form = body(&send(&pages, "GET", "/who", "", "", at(0)));
    for part in ["<option>alpha</option>", "<option>bravo</option>", "Send me a code"] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let browser = asked(&pages, 482_913, 0);
    let form = body(&send(&pages, "GET", "/who?asked=alpha&next=%2Fhistory", "", "", at(0)));
    for part in ["inputmode=\"numeric\"", "autocomplete=\"one-time-code\"", "value=\"alpha\""] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let right = types(&pages, &browser, "482+913", 1);
    assert_eq!((right.status, header(&right, "location")), (303, "/history"));
    let set = header(&right, "set-cookie");
    assert!(set.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), "{set}");
    let session = cookie(&right);
    assert_eq!(name(&pages, &session, 2), "alpha");
    assert!(body(&send(&pages, "GET", "/", &session, "", at(2))).contains(">Sign out</button>"));
    let token = session.split_once('=').unwrap().1;
    let kept = pages.store().records(sessions::SESSIONS);
    assert!(kept.iter().all(|kept| !format!("{kept:?}").contains(token)), "a hash is kept");
    let thirty_days = 30 * 24 * 60 * 60;
    assert_eq!(name(&pages, &session, thirty_days), "alpha");
    assert_eq!(name(&pages, &session, thirty_days + 1), "Who are you?");
}

#[test]
fn guessed_late_or_foreign_code_names_nobody() {
    let pages = pages();
    let browser = asked(&pages, 42, 0);
    let (other, _) = ask(&pages, "bravo", 1);
    for cookies in ["", "ringdown-browser=", other.as_str()] {
        assert_eq!(types(&pages, cookies, "000042", 2).status, 401, "{cookies}");
    }
    for _ in 0..4 {
        let wrong = types(&pages, &browser, "000043", 3);
        assert_eq!(wrong.status, 401);
        let page = body(&wrong);
        assert!(page.contains("That is not the code") && page.contains("value=\"alpha\""));
        assert!(!wrong.headers.iter().any(|(name, _)| *name == "set-cookie"));
    }
    assert_eq!(types(&pages, &browser, "no+code", 3).status, 401, "which is no try");
    assert_eq!(types(&pages, &browser, "000043", 3).status, 401);
    assert_eq!(types(&pages, &browser, "000042", 3).status, 401, "five tries");
    let browser = asked(&pages, 42, 10);
    assert_eq!(types(&pages, &browser, "000042", 310).status, 401, "five minutes");
    assert!(pages.store().records(sessions::SESSIONS).is_empty());
}

#[test]
fn answer_is_the_same_whether_the_name_exists() {
    let pages = pages();
    let answers: Vec<Response> = ["alpha", "nobody"]
        .map(|person| {
            let asked = send(&pages, "POST", "/who", "", &format!("person={person}"), at(0));
            let without = |(name, value): &(&'static str, String)| {
                (*name, value.replace(person, "NAME").replace(&cookie(&asked), "COOKIE"))
            };
            let headers = asked.headers.iter().map(without).collect();
            Response { headers, ..asked.clone() }
        })
        .to_vec();
    assert_eq!(answers[0], answers[1]);
    assert_eq!(pages.queued().len(), 2);
    let typed: Vec<String> = ["alpha", "nobody"]
        .map(|person| {
            let form = format!("person={person}&code=000001");
            let page = send(&pages, "POST", "/who/code", &cookie(&answers[0]), &form, at(1));
            body(&page).replace(&format!("value=\"{person}\""), "")
        })
        .to_vec();
    assert_eq!(typed[0], typed[1]);
}

#[test]
fn browser_that_asks_again_stays_the_same_browser() {
    let pages = pages();
    let (browser, first) = ask(&pages, "alpha", 0);
    let again = send(&pages, "POST", "/who", &browser, "person=alpha", at(1));
    assert_eq!(cookie(&again), browser);
    let [WakeUp::SendCode(second)] = &pages.queued()[..] else { panic!("one is queued") };
    assert_eq!(second.browser, first.browser);
    assert!(!browser.contains(&first.browser));
    let planted = send(&pages, "POST", "/who", "ringdown-browser=short", "person=alpha", at(2));
    assert_ne!(cookie(&planted), "ringdown-browser=short");
}

#[test]
fn too_many_requests_are_refused() {
    let pages = pages();
    for second in 0..60 {
        assert_eq!(send(&pages, "POST", "/who", "", "person=x", at(second)).status, 303);
    }
    let refused = send(&pages, "POST", "/who", "", "person=alpha", at(60));
    assert_eq!(refused.status, 429);
    assert!(body(&refused).contains("Too many codes were asked for"));
    assert_eq!(pages.queued().len(), 60);
}

#[test]
fn link_is_traded_once_and_only_by_its_button() {
    let pages = pages();
    let keep = |person: &str| {
        let token = shared::random::token().unwrap();
        let link = Link::begin(person, at(0));
        at_once(sessions::keep_link(pages.store(), &token, &link, at(0))).unwrap();
        token
    };
    let token = keep("alpha");
    for _ in 0..3 {
        let page = body(&send(&pages, "GET", &format!("/who?link={token}"), "", "", at(1)));
        assert!(page.contains(">Sign in as alpha</button>"), "{page}");
    }
    let trade = |token: &str, second| {
        send(&pages, "POST", "/who/link", "", &format!("link={token}"), at(second))
    };
    let right = trade(&token, 599);
    assert_eq!((right.status, header(&right, "location")), (303, "/"));
    assert_eq!(name(&pages, &cookie(&right), 600), "alpha");
    let old = [token, keep("zulu"), TOKEN.to_owned(), String::new()];
    for token in &old {
        assert_eq!(trade(token, 599).status, 401, "{token}");
    }
    let late = keep("alpha");
    assert_eq!(trade(&late, 600).status, 401);
    let page = send(&pages, "GET", &format!("/who?link={late}"), "", "", at(600));
    assert_eq!(page.status, 401);
    assert!(body(&page).contains("This link was used already, or is older than ten minutes."));
    assert_eq!(Link::begin("alpha", at(0)).until, at(0) + SignedDuration::from_mins(10));
}

#[test]
fn form_leads_back_to_the_page_that_somebody_came_from() {
    let pages = pages();
    for (referer, next) in [
        (
            "http://localhost/incidents/checkout-1?asked=silence",
            "/incidents/checkout-1?asked=silence",
        ),
        ("http://localhost/who?asked=alpha", "/"),
        ("http://localhost.evil.example.com/x", "/"),
        ("http://localhost//evil.example.com", "/"),
        ("https://evil.example.com/x", "/"),
        ("localhost/x", "/"),
        ("", "/"),
    ] {
        let page = body(&pages.get("/who", &[("referer", referer)]));
        let field = format!("name=\"next\" value=\"{next}\"");
        assert!(page.replace("&#x2f;", "/").contains(&field), "{referer}: {page}");
    }
}
