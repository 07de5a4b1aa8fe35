//! Silences, and the button that asks for one.

use serde_json::{Value, json};
use shared::domain::escalation::{Act, Signal};
use shared::domain::silence::Stored;

use super::backend::*;
use super::incidents::{plain_text, says};

/// At the tests' time (18 November 2026, a Wednesday) one is in force, and one comes.
const WINDOWS: &str = r#"
[[silences]]
alarms = ["batch-*", "<b>"]
reason = "the <database> moves"
from = "2026-11-18T10:00Z"
until = "2026-11-18T12:00Z"
[[silences]]
alarms = ["*"]
time_zone = "Europe/Berlin"
every = ["sunday"]
at = "02:00"
lasting = "2h"
"#;

fn stored() -> Stored {
    let alarms = ["disk", "cpu", "net", "a<b", "more"].map(str::to_owned).to_vec();
    let (incident, by) = (Some(calling().id), "bravo".to_owned());
    let (keys, globs, from, ended_by) = (Vec::new(), Vec::new(), None, None);
    Stored {
        incident,
        alarms,
        keys,
        until: at(3_600),
        by,
        because: None,
        at: at(500),
        globs,
        from,
        ended_by,
    }
}

#[test]
fn pages_list_what_is_silenced_and_what_comes() {
    let pages = Pages::of(&format!("{CONFIG}{WINDOWS}"), &[]);
    pages.keep_silence(&stored());
    pages.keep_silence(&Stored { until: at(599), ..stored() });
    let page = pages.page("/");
    says(
        &plain_text(&page),
        &[
            "Silences batch-* &lt;b&gt; until Wed 18 Nov 2026, 12:00 UTC the &lt;database&gt; moves",
            "disk cpu net a&lt;b and 1 more until Wed 18 Nov 2026, 12:06 UTC bravo asked for it its incident",
        ],
    );
    says(
        &plain_text(&pages.page("/on-call")),
        &[
            "bravo asked for it its incident",
            "To come * from Sun 22 Nov 2026, 01:00 UTC until Sun 22 Nov 2026, 03:00 UTC a maintenance window",
        ],
    );
    assert_eq!(page.matches("asked for it").count(), 1, "one is over");
    assert!(page.contains(&format!(r#"href="/incidents/{}""#, calling().id)), "{page}");
    assert!(!Pages::new().page("/").contains("<h2 id=\"silences\">"));
}

#[test]
fn button_asks_for_an_hour() {
    let (pages, incident) = (Pages::new(), calling());
    pages.keep(&incident, 0);
    let page = format!("/incidents/{}", incident.id);
    let form = format!(r#"<form method="post" action="{page}/silence">"#);
    assert!(pages.page(&page).replace("&#x2f;", "/").contains(&form), "{}", pages.page(&page));

    let asked = pages.post(&format!("{page}/silence"), &[("origin", "http://localhost")]);
    let there = format!("{page}?asked=silence");
    assert_eq!((asked.status, header(&asked, "location")), (303, there.as_str()));
    let next = incident.timeline.next;
    let silence = || Act::Silence { until: at(600 + 3_600), reason: None };
    assert_eq!(pages.queued(), [asked_for(&incident, silence(), next)]);
    says(
        &plain_text(&pages.page(&there)),
        &["Requested. In a moment, nobody will be called any more."],
    );
    assert!(!pages.page(&format!("{page}?asked=something")).contains("Requested"));

    let json = pages.post(&format!("{page}/silence"), &[("accept", "application/json")]);
    let told: Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!((json.status, told), (202, json!({ "asked": "silence" })));
    assert_eq!(pages.queued(), [asked_for(&incident, silence(), next)]);
}

#[test]
fn what_is_over_is_not_silenced() {
    let (pages, incident) = (Pages::new(), resolved());
    pages.keep(&incident, 0);
    let page = format!("/incidents/{}", incident.id);
    assert!(!pages.page(&page).contains("/silence\""));
    let asked = pages.post(&format!("{page}/silence"), &[]);
    let there = format!("{page}?asked=over");
    assert_eq!((asked.status, header(&asked, "location")), (303, there.as_str()));
    assert_eq!(pages.queued(), []);
}

#[test]
fn only_who_may_look_may_ask() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    pages.keep(&calling(), 0);
    let path = format!("/incidents/{}/silence", calling().id);
    let asked = pages.post(&path, &[]);
    assert_eq!((asked.status, header(&asked, "location")), (303, "/login?next=%2F"));
    assert_eq!(pages.post(&path, &[("accept", "application/json")]).status, 401);
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    assert_eq!(pages.post(&path, &[("origin", "https://evil.example.com")]).status, 403);
    assert_eq!(pages.ask("POST", &path, &[("host", "127.0.0.1:8080")]).status, 401);
    assert_eq!(pages.queued(), []);
}

#[test]
fn nothing_else_can_be_asked_of_an_incident() {
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    let id = calling().id;
    for (path, status) in [
        (format!("/incidents/{id}"), 405),
        (format!("/incidents/{id}/silence/"), 404),
        (format!("/incidents/{id}/something"), 404),
        ("/incidents/silence".to_owned(), 405),
        ("/incidents//silence".to_owned(), 404),
        ("/incidents/checkout-20200101-000000-000/silence".to_owned(), 404),
        ("/incidents/%00/silence".to_owned(), 404),
    ] {
        assert_eq!(pages.post(&path, &[]).status, status, "{path}");
    }
    assert_eq!(pages.get(&format!("/incidents/{id}/silence"), &[]).status, 405);
    assert_eq!(pages.queued(), []);
}

#[test]
fn pages_say_that_it_is_silenced_and_until_when() {
    let by = || "bravo".to_owned();
    let hush = |incident| {
        after_signals(
            incident,
            &[(60, Signal::Silenced { by: by(), until: at(3_600), reason: None })],
        )
    };
    for (incident, parts) in [
        (
            hush(calling()),
            &["Nobody is called for now", "calling again at Wed 12:06:40 UTC", "bravo silenced it"]
                [..],
        ),
        (hush(taken()), &["bravo has it"]),
    ] {
        let pages = Pages::new();
        pages.keep(&incident, 0);
        for path in ["/".to_owned(), format!("/incidents/{}", incident.id)] {
            let page = plain_text(&pages.page(&path));
            says(&page, parts);
            says(&page, &["silenced until Wed 18 Nov 2026, 12:06 UTC"]);
        }
    }
}
