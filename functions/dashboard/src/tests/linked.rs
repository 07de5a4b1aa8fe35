//! One incident by the link of a text: what it shows and takes, and what of a link that is stale, forwarded or foreign.

use shared::domain::escalation::{Act, Asker, Incident, IncidentId};
use shared::domain::sign_in::{Digits, TextLink, TextToken};
use shared::http::Response;
use shared::storage::messages::WakeUp;
use shared::storage::sign_in;
use shared::storage::text_links::{self, TEXT_LINKS};
use shared::testing::sample;

use super::backend::{Pages, at, at_once, body, calling, header, resolved, taken};
use super::incidents::{plain_text, says};

const ALPHA: &str = "+15005550001";
const BRAVO: &str = "+15005550002";

/// What a phone with this cookie gets, and nothing else that opens anything.
fn send(pages: &Pages, method: &str, target: &str, cookie: &str, form: &str) -> Response {
    send_at(pages, method, target, cookie, form, 60)
}

fn send_at(
    pages: &Pages,
    method: &str,
    target: &str,
    cookie: &str,
    form: &str,
    second: i64,
) -> Response {
    let headers = [("accept", "text/html"), ("cookie", cookie)];
    pages.ask_at(method, target, &headers, form, at(second))
}

/// A link that was texted: its path.
fn texted(pages: &Pages, random: u8, person: &str, phone: &str, incident: &Incident) -> String {
    let token = TextToken::of([random; 16]);
    let link = TextLink::begin(person, &sample::phone(phone), &incident.id, at(50));
    at_once(text_links::keep(pages.store(), &token, &link, at(50))).unwrap();
    format!("/i/{}", token.expose())
}

/// Pages with this incident, which may write.
fn pages(incident: &Incident) -> Pages {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    pages.keep(incident, 0);
    pages.may_write();
    pages
}

/// Opens a link: the cookie, and the page that it leads to.
fn opened(pages: &Pages, link: &str) -> (String, String) {
    let answer = send(pages, "GET", link, "", "");
    assert_eq!(answer.status, 303, "{link}");
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    (cookie, header(&answer, "location").to_owned())
}

fn acts(pages: &Pages) -> Vec<(Asker, Act)> {
    let queued = pages.queued().into_iter().map(|wake_up| match wake_up {
        WakeUp::Act { asker, what, .. } => (asker, what),
        other => panic!("{other:?}"),
    });
    queued.collect()
}

fn person(name: &str) -> Asker {
    Asker::Person(name.to_owned())
}

/// It says that it opens nothing, and nothing of any incident.
fn is_stale(answer: &Response) {
    assert_eq!(answer.status, 404);
    let page = body(answer);
    assert!(page.contains("This link opens nothing") && !page.contains("checkout"), "{page}");
    assert!(!page.contains("href=\"/\"") && !page.contains("alpha"), "{page}");
    assert!(!answer.headers.iter().any(|(name, _)| *name == "set-cookie"));
}

#[test]
fn link_is_traded_for_a_cookie_of_its_incident_however_often_it_is_fetched() {
    let incident = calling();
    let pages = pages(&incident);
    let link = texted(&pages, 1, "alpha", ALPHA, &incident);
    let kept = pages.store().records(TEXT_LINKS);
    let token = link.strip_prefix("/i/").unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!format!("{kept:?}").contains(token), "a hash is kept: {kept:?}");
    pages.writes_fail(|| panic!("a GET writes"));
    for method in ["GET", "HEAD", "GET"] {
        let answer = send(&pages, method, &link, "", "");
        let there = format!("/i/incident/{}", incident.id);
        assert_eq!((answer.status, header(&answer, "location")), (303, there.as_str()));
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let cookie =
            format!("ringdown-link={token}; Path={there}; Max-Age=43190; HttpOnly; SameSite=Lax");
        assert_eq!(header(&answer, "set-cookie"), cookie);
        let page = send(&pages, method, &there, &format!("ringdown-link={token}"), "");
        assert_eq!(page.status, 200);
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert!(!body(&page).contains(token));
    }
    assert_eq!(pages.queued(), []);
}

#[test]
fn page_of_a_link_has_the_incident_and_leads_nowhere_else() {
    let incident = calling();
    let pages = pages(&incident);
    let (cookie, there) = opened(&pages, &texted(&pages, 1, "alpha", ALPHA, &incident));
    let page = body(&send(&pages, "GET", &there, &cookie, ""));
    says(&plain_text(&page), &["You are alpha", "checkout-5xx", "I have it", "Add a note"]);
    for other in ["Call somebody now", "Silence", "Resolve", "Pass it on", "href=\"/\"", "/history"]
    {
        assert!(!page.contains(other), "{other}: {page}");
    }
    let forms = page.matches("method=\"post\"").count();
    let page = page.replace("&#x2f;", "/");
    assert_eq!(page.matches(&format!("action=\"{there}/")).count(), forms, "{page}");
    let live = send(&pages, "GET", &format!("{there}?live"), &cookie, "");
    assert_eq!(header(&live, "content-type"), "text/event-stream");
    assert!(body(&live).contains("checkout-5xx"));
}

#[test]
fn post_acts_as_the_person_to_whom_the_link_was_sent() {
    let incident = calling();
    let pages = pages(&incident);
    let (cookie, there) = opened(&pages, &texted(&pages, 1, "alpha", ALPHA, &incident));
    let press = |act: &str, form: &str| {
        let answer = send(&pages, "POST", &format!("{there}/{act}"), &cookie, form);
        assert_eq!(answer.status, 303, "{act}");
        let next = header(&answer, "location").to_owned();
        (acts(&pages), plain_text(&body(&send(&pages, "GET", &next, &cookie, ""))))
    };
    let (asked, page) = press("take", "");
    assert_eq!(asked, [(person("alpha"), Act::Take)]);
    says(&page, &["Requested. It will be yours in a moment."]);
    let (asked, _) = press("note", "text=It+is+the+disk.");
    assert!(matches!(&asked[..], [(_, Act::Note { text, .. })] if text == "It is the disk."));
    let (asked, page) = press("resolve", "seen=99");
    assert_eq!(asked, []);
    says(&page, &["only whoever has it can resolve it here"]);
    // Bravo takes it meanwhile.
    pages.keep(&taken(), 0);
    for act in ["take", "resolve", "pass-on"] {
        let (asked, page) = press(act, "person=charlie&seen=99");
        assert_eq!(asked, [], "{act}");
        assert!(page.contains("Nothing was done") || page.contains("no such person"), "{page}");
        says(&page, &["bravo has it"]);
    }
    let (asked, page) = press("take", "");
    assert_eq!(asked, []);
    says(&page, &["Nothing was done: bravo has it."]);
}

#[test]
fn owner_passes_it_on_gives_it_back_and_resolves_it_by_their_link() {
    let incident = taken();
    let pages = pages(&incident);
    let (cookie, there) = opened(&pages, &texted(&pages, 2, "bravo", BRAVO, &incident));
    let page = body(&send(&pages, "GET", &there, &cookie, ""));
    says(&plain_text(&page), &["You are bravo", "Resolve", "Pass it on", "I can’t after all"]);
    let seen = format!("seen={}", incident.timeline.next);
    for (act, form, expected) in [
        ("pass-on", "person=alpha", Act::PassOn { to: "alpha".to_owned() }),
        ("release", "", Act::Release),
        ("resolve", seen.as_str(), Act::Resolve),
    ] {
        let answer = send(&pages, "POST", &format!("{there}/{act}"), &cookie, form);
        let next = format!("{there}?asked={act}");
        assert_eq!((answer.status, header(&answer, "location")), (303, next.as_str()));
        assert_eq!(acts(&pages), [(person("bravo"), expected)]);
    }
    for act in ["call", "silence", "end-silence", "strike"] {
        let answer = send(&pages, "POST", &format!("{there}/{act}"), &cookie, "person=alpha");
        assert_eq!(answer.status, 404, "{act}");
    }
    assert_eq!(acts(&pages), []);
}

#[test]
fn stale_guessed_or_foreign_link_opens_nothing_and_acts_on_nothing() {
    let incident = calling();
    let pages = pages(&incident);
    let link = texted(&pages, 1, "alpha", ALPHA, &incident);
    let (cookie, there) = opened(&pages, &link);
    let guess = format!("/i/{}", TextToken::of([9; 16]).expose());
    pages.store_calls();
    is_stale(&send(&pages, "GET", &guess, "", ""));
    assert_eq!(pages.store_calls().loads, 1, "a guess costs one read");
    for no_token in ["/i/short", "/i/incident", &format!("{link}x"), "/i/%41AAAAAAAAAAAAAAAAAAAAA"]
    {
        is_stale(&send(&pages, "GET", no_token, "", ""));
    }
    assert_eq!(pages.store_calls().loads, 0, "what is none costs nothing");
    for (method, path) in [("GET", there.clone()), ("POST", format!("{there}/take"))] {
        for cookies in ["", "ringdown-link=", "ringdown-link=AAAA", "ringdown=1.2"] {
            is_stale(&send(&pages, method, &path, cookies, ""));
        }
        // Another incident's.
        let other = path.replace("checkout-", "database-");
        is_stale(&send(&pages, method, &other, &cookie, ""));
        // Twelve hours later.
        is_stale(&send_at(&pages, method, &path, &cookie, "", 50 + 12 * 60 * 60));
    }
    is_stale(&send_at(&pages, "GET", &link, "", "", 50 + 12 * 60 * 60));
    assert_eq!(acts(&pages), []);
}

#[test]
fn link_to_another_incident_acts_on_its_own_alone() {
    let (one, pages) = (calling(), pages(&calling()));
    let mut other = calling();
    other.id = IncidentId::of("payment", at(0));
    other.policy.name = "payment".to_owned();
    pages.keep(&other, 0);
    let (cookie, there) = opened(&pages, &texted(&pages, 3, "alpha", ALPHA, &other));
    assert_eq!(there, format!("/i/incident/{}", other.id));
    is_stale(&send(&pages, "POST", &format!("/i/incident/{}/take", one.id), &cookie, ""));
    assert_eq!(acts(&pages), []);
    assert_eq!(send(&pages, "POST", &format!("{there}/take"), &cookie, "").status, 303);
    assert_eq!(acts(&pages).len(), 1);
}

#[test]
fn link_ends_an_hour_after_its_incident_and_with_its_person() {
    let incident = resolved();
    let over = incident.ended_at.unwrap().as_second() - at(0).as_second();
    let its_pages = pages(&incident);
    let link = texted(&its_pages, 1, "bravo", BRAVO, &incident);
    assert_eq!(send_at(&its_pages, "GET", &link, "", "", over + 3_599).status, 303);
    is_stale(&send_at(&its_pages, "GET", &link, "", "", over + 3_600));
    let running = calling();
    for (name, phone) in [("charlie", "+15005550003"), ("alpha", BRAVO)] {
        let pages = pages(&running);
        let link = texted(&pages, 1, name, phone, &running);
        is_stale(&send(&pages, "GET", &link, "", ""));
        let cookie = link.replace("/i/", "ringdown-link=");
        let take = format!("/i/incident/{}/take", running.id);
        is_stale(&send(&pages, "POST", &take, &cookie, ""));
    }
}

#[test]
fn code_asked_for_by_a_link_is_for_its_own_person() {
    let incident = calling();
    let pages = pages(&incident);
    let (cookie, there) = opened(&pages, &texted(&pages, 1, "alpha", ALPHA, &incident));
    says(&body(&send(&pages, "GET", &there, &cookie, "")), &["Send me a code"]);
    let asked = send(&pages, "POST", &format!("{there}/who"), &cookie, "person=bravo");
    assert_eq!(header(&asked, "location"), format!("{there}?asked=code#known"));
    let queued = pages.queued();
    let [WakeUp::SendCode(ask)] = &queued[..] else { panic!("{queued:?}") };
    assert_eq!(ask.person, "alpha");
    let digits = Digits::of(42);
    let kept = sign_in::keep_code(pages.store(), ask, &digits, at(60));
    assert_eq!(at_once(kept).unwrap(), Ok(()));
    let form = body(&send(&pages, "GET", &format!("{there}?asked=code"), &cookie, ""));
    says(&form, &["autocomplete=\"one-time-code\"", "A text with six digits is on its way"]);
    let browser = header(&asked, "set-cookie").split(';').next().unwrap();
    let cookies = format!("{cookie}; {browser}");
    let code = format!("{there}/code");
    let wrong = send(&pages, "POST", &code, &cookies, "code=000043");
    assert_eq!(wrong.status, 401);
    says(&body(&wrong), &["That is not the code"]);
    let right = send(&pages, "POST", &code, &cookies, "code=000042&person=bravo");
    assert_eq!((right.status, header(&right, "location")), (303, there.as_str()));
    let session = header(&right, "set-cookie").split(';').next().unwrap();
    assert!(session.starts_with("ringdown-person="), "{session}");
    let page = body(&send(&pages, "GET", &there, &format!("{cookie}; {session}"), ""));
    says(&page, &["This browser is known as alpha’s"]);
    assert!(!page.contains("Send me a code"), "{page}");
    // A name alone opens no page.
    assert_eq!(send(&pages, "GET", "/", &format!("{cookie}; {session}"), "").status, 303);
}
