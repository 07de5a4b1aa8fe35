//! The page of one Flow.

use serde_json::Value;

use super::events::*;
use crate::tests::backend::*;
use crate::tests::incidents::{plain_text, says};

#[test]
fn flow_without_credentials_is_drawn_from_its_steps_and_says_so() {
    let pages = Pages::new();
    pages.take(&hung_up(17, 100).events);
    let html = pages.page(&path(""));
    let page = plain_text(&html);
    says(
        &page,
        &[
            "Drawn from the reported steps, because the definition is unavailable: store the parameter",
            "started 1 ended 1 hung up 1 failed steps 0",
            "greeting Say/Play 1 entered (100%) median 3 s audioComplete → to menu 1 100%",
            "menu 1 entered (100%) median 5 s 1 hung up hangup → to the end 1 100%",
        ],
    );
    says(&html, &["id=\"flow-widget-menu\"", "id=\"flow-edge-greeting-to-menu\""]);
    assert_eq!(pages.get(&path("/definition"), &[]).status, 404);
}

#[test]
fn flow_is_drawn_at_its_definition_which_is_fetched_once() {
    with_time(|| {
        let (wire, asked) = twilio(Value::Null);
        let pages = Pages::with_wire(CONFIG, &SECRETS, wire);
        pages.take(&in_menu(17, 590).events);
        let html = pages.page(&path(""));
        says(
            &plain_text(&html),
            &[
                "Hotline &lt;1&gt; published revision 3 newest 4 valid FW0",
                "Open in Twilio’s console Definition as JSON webhook https://webhooks.twilio.com/v1/Flows",
                "menu Gather Input On Call 1 in it now 1 entered (100%)",
                "voicemail Record Voicemail not reached",
            ],
        );
        assert!(
            html.contains("id=\"flow-widget-voicemail\"")
                && !html.contains("Drawn from the reported")
        );
        let person = format!("class=\"person\" id=\"flow-person-{}\"", sid(17));
        says(&html, &[&person, "<title>The graph of Hotline &lt;1&gt;</title>"]);
        assert!(!html.contains(" style="), "the policy lets no inline style in");
        let _ = pages.page(&path(""));
        let _ = pages.get(&format!("/live?studio={FLOW}"), &[]);
        let json = pages.get(&path("/definition"), &[]);
        assert_eq!(header(&json, "content-type"), "application/json");
        assert_eq!(serde_json::from_slice::<Value>(&json.body).unwrap(), definition());
        let asked = asked.lock().unwrap().clone();
        assert_eq!(asked, [format!("Flows/{FLOW}"), format!("Flows/{FLOW}/Revisions/3")]);
        says(&plain_text(&pages.page("/studio")), &["Hotline &lt;1&gt; FW0"]);
    });
}

#[test]
fn stuck_execution_is_named_with_its_reason_and_the_command_that_ends_it() {
    with_time(|| {
        let pages = Pages::with_wire(CONFIG, &SECRETS, twilio(Value::Null).0);
        pages.take(&in_menu(17, 10).events);
        let page = plain_text(&pages.page(&path("")));
        says(
            &page,
            &[
                "1 stuck",
                "Stuck menu since",
                "longest time 1 min",
                &format!("End it ringdown flow end {FLOW} {} Run this in the folder", sid(17)),
            ],
        );
        assert!(!page.contains(SECRETS[1].1), "the token is on the page");
        says(&plain_text(&pages.page(&path("?show=stuck"))), &["Stuck in menu", "…0017"]);
    });
}

#[test]
fn chosen_execution_has_its_path_with_times_on_the_graph() {
    let pages = Pages::new();
    pages.take(&hung_up(17, 100).events);
    let html = pages.page(&path(&format!("?execution={}", sid(17))));
    says(&html, &["class=\"flow-graph has-path\"", ">+3 s<"]);
    says(
        &plain_text(&html),
        &["Execution FN…000011 Close Ended after menu hung up …0017", &clock(103)],
    );
    let unknown = plain_text(&pages.page(&path(&format!("?execution={}", sid(99)))));
    says(&unknown, &["Nothing is known of the execution"]);
}

#[test]
fn shuffled_and_repeated_events_show_the_same_page_once() {
    let (told, pages) = (hung_up(17, 100), Pages::new());
    pages.take(&told.events);
    let other = Pages::new();
    let mut events = [told.events.clone(), told.events.clone()].concat();
    events.reverse();
    other.take(&events);
    other.take(&told.events);
    let shown = |pages: &Pages| {
        let page = pages.page(&path(""));
        let (_, live) = page.split_once("class=\"flow-page\"").unwrap();
        live.to_owned()
    };
    assert_eq!(shown(&other), shown(&pages));
}

#[test]
fn missing_step_is_survived_and_said() {
    let mut told = in_menu(17, 590).step(595, "keypress", "menu", "voicemail");
    told.events.remove(2);
    told.events.remove(0);
    let pages = Pages::new();
    pages.take(&told.events);
    let page = plain_text(&pages.page(&path("")));
    says(
        &page,
        &["Its start has not been reported.", "A step is missing here.", "Running in voicemail"],
    );
}

#[test]
fn flow_that_was_not_seen_is_not_there() {
    let pages = Pages::new();
    pages.take(&in_menu(17, 590).events);
    let others = [
        "FW00000000000000000000000000000002",
        "FW1",
        "x",
        "%2e%2e",
        "FW0000000000000000000000000000000g",
    ];
    for other in others {
        for target in [format!("/studio/{other}"), format!("/studio/{other}/definition")] {
            assert_eq!(pages.get(&target, &[]).status, 404, "{target}");
        }
    }
    let page = plain_text(&body(&pages.get(&format!("/studio/{}", others[0]), &[])));
    says(&page, &["No events of this Flow yet", "SinkType=webhook"]);
    assert_eq!(pages.get("/live?studio=FW1", &[]).status, 404);
}

#[test]
fn page_of_a_flow_without_events_follows_and_shows_the_first_ones() {
    let pages = Pages::new();
    let empty = body(&pages.get(&path(""), &[]));
    let live = format!("/live?studio={FLOW}");
    says(&empty, &["/assets/live.js", "data-has=\"waiting\""]);
    let waiting = body(&pages.get(&format!("{live}&has=waiting"), &[]));
    assert!(waiting.contains(": nothing new"), "{waiting}");
    pages.take(&hung_up(17, 100).events);
    let came = body(&pages.get(&format!("{live}&has=waiting"), &[]));
    says(&came, &["class=\"flow-page\"", "id=\"flow-widget-menu\"", ">hangup<"]);
}

#[test]
fn execution_of_an_end_alone_names_no_widget() {
    let mut told = hung_up(17, 100);
    told.events.drain(..told.events.len() - 1);
    let pages = Pages::new();
    pages.take(&told.events);
    for target in ["/studio".to_owned(), path("")] {
        let page = plain_text(&pages.page(&target));
        says(&page, &["Ended no step reported"]);
        assert!(!page.to_lowercase().contains("in none "), "{page}");
    }
}
