//! Incidents as people and scripts read them.

mod timeline;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::escalation::{Busy, CallEvent, Incident, Signal, State};

use super::backend::*;

/// A page's words without its markup, in one line.
pub(super) fn plain_text(html: &str) -> String {
    let text: String = html
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ");
    let plain = text.replace("&#x2f;", "/").replace("&#x27;", "'").replace("&quot;", "\"");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(incident: &Incident) -> (String, String) {
    let pages = Pages::new();
    pages.keep(incident, incident.timeline.next);
    (plain_text(&pages.page("/")), plain_text(&pages.page(&format!("/incidents/{}", incident.id))))
}

#[track_caller]
pub(super) fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in: {text}");
    }
}

#[test]
fn while_people_are_called_both_pages_say_whom_and_since_when() {
    let (home, page) = shown(&calling());
    for text in [&home, &page] {
        says(
            text,
            &[
                "Calling bravo",
                "ringing since Wed 11:07:10 UTC",
                "call 2 of 2, the last one",
                "checkout-5xx",
                "policy checkout",
            ],
        );
    }
    says(&home, &["1 incident open", "2 calls"]);
    says(
        &page,
        &[
            "checkout-5xx went off in Slack 12 percent of requests fail",
            "alpha ’s phone rings",
            "alpha : no answer in Slack",
            "Calling bravo (call 2 of 2) in Slack",
            "1 alpha no answer",
            "rang 25 s",
            "in ALARM Runbook: https://wiki.example.com/checkout",
            "Calls alpha, then bravo, and around again: 2 calls at most.",
        ],
    );
}

#[test]
fn first_call_names_who_is_next() {
    says(
        &shown(&raised("checkout-5xx")).1,
        &["Calling alpha", "being dialled", "call 1 of 2, then bravo"],
    );
    let answered = after_signals(
        calling(),
        &[(36, call(2, CallEvent::Answered)), (38, call(2, CallEvent::Machine))],
    );
    says(&shown(&answered).1, &["a machine answered, on the line since Wed 11:07:16 UTC"]);
}

#[test]
fn taken_says_by_whom_and_after_how_long() {
    let (home, page) = shown(&taken());
    for text in [&home, &page] {
        says(text, &["checkout-5xx bravo has it", "took it after 44 s"]);
    }
    says(&page, &["bravo was sent a text message", "rang 6 s, on the line 14 s"]);
}

#[test]
fn exhausted_says_so_and_when_all_are_called_again() {
    let (home, page) = shown(&exhausted());
    for text in [&home, &page] {
        says(
            text,
            &["checkout-5xx Nobody took it", "after 2 calls", "calling again at Wed 11:22:24 UTC"],
        );
    }
    says(
        &page,
        &["bravo : declined", "Nobody took it after 2 calls; the next try is in 15 min in Slack"],
    );
}

#[test]
fn resolved_incidents_follow_below_and_keep_their_timeline() {
    let (home, page) = shown(&resolved());
    says(
        &home,
        &[
            "All quiet since Wed 18 Nov 2026, 11:11 UTC .",
            "Over checkout-5xx Resolved after 5 min; bravo took it after 44 s",
        ],
    );
    says(
        &page,
        &[
            "checkout-5xx Resolved after 5 min",
            "Over after 5 min: all alarms are OK",
            "checkout-5xx OK Runbook",
        ],
    );
}

#[test]
fn everybody_in_another_call_is_said() {
    let in_call = [("alpha".to_owned(), at(90)), ("bravo".to_owned(), at(90))].into();
    let busy = Busy { in_call, ..Busy::default() };
    let incident = Incident::raise(&raised("x").id, &policy(), alarm("x"), &busy, at(0)).incident;
    let (home, page) = shown(&incident);
    says(&home, &["Everybody is in another call", "waiting since Wed 11:06:40 UTC"]);
    says(&page, &["alpha is in another call: passed over for now", "Nobody has been called yet."]);
}

#[test]
fn newcomer_learns_what_to_do() {
    let page = Pages::new().page("/");
    says(
        &plain_text(&page),
        &[
            "No incidents yet.",
            "checkout alpha if alpha does not take it: bravo",
            "Raise a sample alarm",
        ],
    );
    assert!(page.contains(r#"href="/sandbox/phones""#), "{page}");
}

#[test]
fn alarms_words_stay_words() {
    let evil = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;
    let mut first = alarm(evil);
    (first.reason, first.description) = (evil.to_owned(), format!("https://x{evil}"));
    let id = raised("x").id;
    let incident = Incident::raise(&id, &policy(), first, &Busy::default(), at(0)).incident;
    let over = after_signals(incident.clone(), &[(9, Signal::Recovered { key: evil.to_owned() })]);
    let texted = Some(format!("{evil} +15005550002 is no number"));
    let texted = Signal::Texted { person: evil.to_owned(), failed: texted };
    for incident in [after_signals(incident, &[(9, texted)]), over] {
        let pages = Pages::new();
        pages.keep(&incident, 9);
        for path in [
            "/".to_owned(),
            format!("/incidents/{id}"),
            format!("/live?incident={id}"),
            "/live?incidents".to_owned(),
        ] {
            let page = body(&pages.get(&path, &[]));
            assert!(!page.contains("<script>") && !page.contains("<img src=x"), "{path}: {page}");
            assert!(!page.contains("5005550002"), "{path}: {page}");
        }
        let json = body(&pages.get(&format!("/incidents/{id}"), &[("accept", "application/json")]));
        assert!(!json.contains("5005550002"), "{json}");
    }
}

#[test]
fn json_has_the_incident_and_its_timeline() {
    let (pages, incident) = (Pages::new(), taken());
    pages.keep(&incident, 4);
    let all: Value = serde_json::from_slice(&pages.get("/incidents.json", &[]).body).unwrap();
    let view = &all[0];
    assert_eq!(view["id"], json!(incident.id));
    assert_eq!((&view["state"], &view["taken_by"]), (&json!("taken"), &json!("bravo")));
    assert_eq!(view["alarms"][0]["name"], "checkout-5xx");
    assert_eq!(view["attempts"][0]["outcome"], "no-answer");
    let target = format!("/incidents/{}", incident.id);
    let one = pages.get(&target, &[("accept", "application/json")]);
    assert_eq!(header(&one, "content-type"), "application/json");
    let one: Value = serde_json::from_slice(&one.body).unwrap();
    assert_eq!(one["policy"], view["policy"]);
    assert_eq!(one["timeline"].as_array().map(Vec::len), Some(incident.timeline.entries.len()));
    let first = json!({
        "number": 0, "at": at(0).to_string(), "event": "raised", "alarm": "checkout-5xx",
        "reason": "12 percent of requests fail", "in_slack": true,
        "says": "checkout-5xx went off: 12 percent of requests fail",
    });
    assert_eq!(one["timeline"][0], first);
    let last = one["timeline"].as_array().and_then(|timeline| timeline.last()).unwrap();
    assert_eq!((&last["event"], &last["in_slack"]), (&json!("texted"), &json!(false)));
}

#[test]
fn what_is_not_there_is_a_friendly_404() {
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    let longer = format!("{}-20261118-102640-000", "x".repeat(5_000));
    for id in ["x", "checkout-20200101-000000-000", "%00", "%3Cscript%3E", "ä", &longer] {
        let page = pages.get(&format!("/incidents/{id}"), &[]);
        assert_eq!(page.status, 404, "{id}");
        says(&plain_text(&body(&page)), &["There is no such incident", "All incidents"]);
        let json = pages.get(&format!("/incidents/{id}"), &[("accept", "application/json")]);
        assert_eq!(json.status, 404, "{id}");
    }
    for path in ["/incidents/a/b", "/nothing"] {
        assert_eq!(pages.get(path, &[]).status, 404, "{path}");
    }
    // A slash too many leads to the page that is meant.
    let page = pages.get("/incidents/", &[]);
    assert_eq!((page.status, header(&page, "location")), (303, "/incidents"));
}

#[test]
fn incidents_without_a_name_are_the_first_page() {
    let answer = Pages::new().get("/incidents", &[]);
    assert_eq!((answer.status, header(&answer, "location")), (303, "/"));
}

#[test]
fn every_state_has_its_own_word_and_mark() {
    let silenced = Signal::Silenced { by: "bravo".to_owned(), until: at(3_600), reason: None };
    let silenced = after_signals(calling(), &[(60, silenced)]);
    let marks = [calling(), taken(), exhausted(), silenced, resolved()].map(|incident| {
        let pages = Pages::new();
        pages.keep(&incident, 0);
        let page = pages.page(&format!("/incidents/{}", incident.id));
        let word = page.split_once(r#"<p class="now">"#).unwrap().1.split_once("</p>").unwrap().0;
        (incident.state() == State::Resolved, word.to_owned())
    });
    for (n, (_, mark)) in marks.iter().enumerate() {
        assert!(marks[n + 1..].iter().all(|(_, other)| other != mark), "{mark}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_path_makes_it_panic(
        path in "/(incidents/|incidents|live|[a-z./]{0,9})?.{0,40}",
        query in "(\\?(incidents?=?)?.{0,40})?",
    ) {
        let pages = Pages::new();
        pages.keep(&calling(), 0);
        let answer = pages.get(&format!("{path}{query}"), &[]);
        prop_assert!([200, 303, 404].contains(&answer.status), "{}{}: {}", path, query, answer.status);
        let known = body(&pages.get("/incidents/none", &[]));
        // What was asked for is not even repeated.
        let id = path.strip_prefix("/incidents/").and_then(|rest| rest.split('?').next());
        if id.is_some_and(|id| !id.is_empty() && !id.contains('/')) {
            prop_assert_eq!(body(&answer), known);
        }
    }
}

#[test]
fn pages_name_the_shifts_that_are_lost() {
    let config = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[schedules]]\nname = \"rota\"\n\
                  time_zone = \"Europe/Berlin\"\nics = \"oncall.ics\"\n";
    let file = |count: usize, start: &str| {
        let event = format!(
            "BEGIN:VEVENT\nSUMMARY:alpha\nDTSTART;TZID={start}\nDURATION:P1D\nEND:VEVENT\n"
        );
        format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event.repeat(count))
    };
    let at = |path: &str, file: &str| {
        plain_text(&Pages::of(config, &[("config/oncall.ics", file)]).page(path))
    };
    let home = |file: &str| at("/on-call", file);
    let block = "Shifts are lost: these events name somebody and cannot be read.";
    let lost = home(&file(1, "Mars/Base:20400101T090000"));
    says(&lost, &[block, "rota in oncall.ics, line 4: DTSTART the TZID", "Mars/Base"]);
    says(
        &at("/", &file(1, "Mars/Base:20400101T090000")),
        &["Shifts are lost: events of a calendar"],
    );
    let many = home(&file(23, "Mars/Base:20400101T090000"));
    says(&many, &["rota in oncall.ics, line 99: DTSTART", "and 3 more"]);
    assert!(!many.contains("line 104"), "{many}");
    for fine in [file(1, "Europe/Berlin:20400101T090000"), file(1, "Mars/Base:20200101T090000")] {
        let html = home(&fine);
        assert!(!html.contains("Shifts are lost"), "{html}");
    }
}
