//! Contexts: what a step knew.

use serde_json::json;

use super::events::*;
use crate::tests::backend::*;
use crate::tests::incidents::{plain_text, says};

fn context() -> serde_json::Value {
    json!({
        "contact": {"channel": {"address": "+15005550017"}},
        "widgets": {"menu": {"Digits": "12"}, "enter_pin": {"Digits": "34"}, "http": {"body": "{\"token\":\"abc\"}"}},
    })
}

fn asked_for(events: &ToldExecution) -> String {
    let step = events.events[1].id.clone();
    path(&format!("?execution={}&step={step}", sid(17)))
}

#[test]
fn contexts_are_off_and_the_page_says_how_to_switch_them_on() {
    with_time(|| {
        let (wire, asked) = twilio(context());
        let (pages, told) = (Pages::with_wire(CONFIG, &SECRETS, wire), in_menu(17, 590));
        pages.take(&told.events);
        let page = plain_text(&pages.page(&path(&format!("?execution={}", sid(17)))));
        says(&page, &["Contexts of steps are not shown: show_contexts = true under [studio]"]);
        assert!(!page.contains("> context"), "{page}");
        says(
            &plain_text(&pages.page(&asked_for(&told))),
            &["Contexts are not shown.", "show_contexts = true"],
        );
        let asked = asked.lock().unwrap();
        assert!(asked.iter().all(|path| !path.contains("Context")), "{asked:?}");
    });
}

#[test]
fn context_is_fetched_when_asked_for_masked_and_never_live() {
    with_time(|| {
        let (wire, asked) = twilio(context());
        let config = format!("{CONFIG}[studio]\nshow_contexts = true\n");
        let (pages, told) = (Pages::with_wire(&config, &SECRETS, wire), in_menu(17, 590));
        pages.take(&told.events);
        let chosen = pages.page(&path(&format!("?execution={}", sid(17))));
        let link = asked_for(&told).replace('/', "&#x2f;").replace("&step", "&amp;step");
        says(&chosen, &[&format!("href=\"{link}#context\"")]);
        let contexts =
            || asked.lock().unwrap().iter().filter(|path| path.ends_with("/Context")).count();
        assert_eq!(contexts(), 0);
        let _ = pages.store_calls();
        let page = plain_text(&pages.page(&asked_for(&told)));
        says(
            &page,
            &[
                "Fetched from Twilio for this page, and kept nowhere.",
                "\"address\": \"+••••\"",
                "\"Digits\": \"12\"",
                "\"enter_pin\": \"(left out)\"",
                "\"token\": \"(left out)\"",
            ],
        );
        assert!(
            !page.contains("500555") && !page.contains("abc") && !page.contains("34\""),
            "{page}"
        );
        assert_eq!(contexts(), 1);
        let query = asked_for(&told).split_once('?').unwrap().1.to_owned();
        let live = body(&pages.get(&format!("/live?studio={FLOW}&{query}"), &[]));
        assert!(!live.contains("Digits") && contexts() == 1, "{live}");
        assert_eq!(pages.store_calls().writes, 0, "it is kept");
        let other = asked_for(&told).replace(&told.events[1].id, &format!("FT{:032x}", 99));
        says(&plain_text(&pages.page(&other)), &["This execution has no such step"]);
        assert_eq!(contexts(), 1, "Twilio is asked for a step of another execution");
    });
}
