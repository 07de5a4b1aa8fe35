//! The button that ends an incident.

use serde_json::{Value, json};
use shared::domain::escalation::{Act, Incident, Signal};
use shared::jobs::escalate::acts::ON_THE_PAGE;
use shared::storage::messages::WakeUp;

use super::backend::*;
use super::incidents::{plain_text, says};

fn end(incident: &Incident, seen: u32) -> WakeUp {
    asked_for(incident, Act::Resolve, seen)
}

#[test]
fn resolve_button_queues_the_end_in_every_open_state() {
    let silence = Signal::Silenced { by: "bravo".to_owned(), until: at(3_600), reason: None };
    let silenced = after_signals(calling(), &[(60, silence)]);
    for incident in [calling(), taken(), exhausted(), silenced] {
        let pages = Pages::new();
        pages.keep(&incident, 0);
        let page = format!("/incidents/{}", incident.id);
        let html = pages.page(&page).replace("&#x2f;", "/");
        let form = format!(r#"<form id="act-resolve" method="post" action="{page}/resolve">"#);
        let next = incident.timeline.next;
        let seen = format!(r#"<input type="hidden" name="seen" value="{next}">"#);
        assert!(html.contains(&form) && html.contains(&seen), "{html}");
        let asked = pages.post(&format!("{page}/resolve"), &[("origin", "http://localhost")]);
        let there = format!("{page}?asked=resolve");
        assert_eq!((asked.status, header(&asked, "location")), (303, there.as_str()));
        assert_eq!(pages.queued(), [end(&incident, next)]);
        let notice = "Requested. It will be over in a moment, and nobody will be called any more.";
        says(&plain_text(&pages.page(&there)), &[notice]);
        // Once it is done, the same address says so no more.
        let over = after_signals(
            incident,
            &[(900, Signal::ResolvedManually { by: ON_THE_PAGE.to_owned() })],
        );
        pages.keep(&over, 0);
        assert!(!pages.page(&there).contains("Requested"));
    }
}

#[test]
fn resolve_button_of_a_stale_page_does_nothing() {
    let (pages, seen) = (Pages::new(), calling().timeline.next);
    let changed = after_signals(calling(), &[(60, Signal::Alarm(alarm("orders-queue-age")))]);
    pages.keep(&changed, 0);
    let page = format!("/incidents/{}", changed.id);
    let press =
        |seen: &str| pages.post_form(&format!("{page}/resolve"), &[], &format!("seen={seen}"));
    let asked = press(&seen.to_string());
    let there = format!("{page}?asked=changed");
    assert_eq!((asked.status, header(&asked, "location")), (303, there.as_str()));
    assert_eq!(pages.queued(), []);
    let html = plain_text(&pages.page(&there));
    says(&html, &["It was not resolved: an alarm went off that your page did not show yet."]);
    for odd in ["", "-1", "x", "99999999999"] {
        assert_eq!(press(odd).status, 400, "{odd}");
    }
    assert_eq!(pages.queued(), []);
    press(&changed.timeline.next.to_string());
    assert_eq!(pages.queued(), [end(&changed, changed.timeline.next)]);
}

#[test]
fn resolve_button_of_what_is_over_or_unknown_queues_nothing() {
    let (pages, incident) = (Pages::new(), resolved());
    pages.keep(&incident, 0);
    let page = format!("/incidents/{}", incident.id);
    assert!(!pages.page(&page).contains("/resolve"));
    let asked = pages.post(&format!("{page}/resolve"), &[]);
    let there = format!("{page}?asked=over");
    assert_eq!((asked.status, header(&asked, "location")), (303, there.as_str()));
    says(&plain_text(&pages.page(&there)), &["It is over already: nothing is left to do."]);
    assert_eq!(pages.post("/incidents/no-such-20300101-000000-000/resolve", &[]).status, 404);
    assert_eq!(pages.queued(), []);
}

#[test]
fn resolve_button_answers_scripts_in_json() {
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    let path = format!("/incidents/{}/resolve", calling().id);
    let json = pages.post(&path, &[("accept", "application/json")]);
    let told: Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!((json.status, told), (202, json!({ "asked": "resolve" })));
    let json = pages.post_form(&path, &[("accept", "application/json")], "seen=0");
    let told: Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!((json.status, told), (409, json!({ "asked": "changed" })));
}

#[test]
fn only_viewers_of_the_same_origin_may_resolve() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    pages.keep(&calling(), 0);
    let path = format!("/incidents/{}/resolve", calling().id);
    let asked = pages.post(&path, &[]);
    assert_eq!((asked.status, header(&asked, "location")), (303, "/login?next=%2F"));
    assert_eq!(pages.post(&path, &[("accept", "application/json")]).status, 401);
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    assert_eq!(pages.post(&path, &[("origin", "https://evil.example.com")]).status, 403);
    assert_eq!(pages.queued(), []);
}

#[test]
fn page_says_who_resolved_it_and_when_it_resolves_by_itself() {
    let by = ON_THE_PAGE.to_owned();
    let incident = after_signals(taken(), &[(300, Signal::ResolvedManually { by })]);
    let pages = Pages::new();
    pages.keep(&incident, 0);
    let html = plain_text(&pages.page(&format!("/incidents/{}", incident.id)));
    says(
        &html,
        &[
            "after 5 min; bravo took it after 44 s; somebody on the page resolved it",
            "Over after 5 min: somebody on the page resolved it",
        ],
    );
    let mut incident = exhausted();
    incident.policy.resolve_after = Some(shared::SignedDuration::from_mins(10));
    pages.keep(&incident, 0);
    let html = plain_text(&pages.page(&format!("/incidents/{}", incident.id)));
    says(
        &html,
        &[
            "over, if nothing changes,",
            "It is over by itself once none of its alarms has changed for 10 min.",
        ],
    );
}
