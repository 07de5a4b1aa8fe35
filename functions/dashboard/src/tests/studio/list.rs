//! The page of all Flows and Executions.

use shared::SignedDuration;
use shared::domain::executions::quiet::Quiet;

use super::events::*;
use crate::tests::backend::*;
use crate::tests::incidents::{plain_text, says};

#[test]
fn empty_page_has_the_commands_that_subscribe_the_sink() {
    let page = plain_text(&Pages::new().page("/studio"));
    says(
        &page,
        &[
            "No execution has been seen yet.",
            "callers of its own",
            "SinkType=webhook",
            "/twilio/events",
        ],
    );
    assert_eq!(page.matches("Types={").count(), 3, "{page}");
}

#[test]
fn page_lists_flows_and_executions_and_contacts_by_four_digits() {
    let pages = Pages::new();
    pages.take(&hung_up(17, 100).events);
    pages.take(&in_menu(18, 590).events);
    let html = pages.page("/studio");
    let page = plain_text(&html);
    says(
        &page,
        &[
            "Unnamed Flow FW…000001 FW00000000000000000000000000000001 in it now 1 today 2 failed steps 0",
            "most frequent ends menu hangup 1",
            "Running in menu Unnamed Flow FW…000001 …0018",
            "Ended last in menu hung up Unnamed Flow FW…000001 …0017",
            "Created Type Name Took",
            "execution.started Flow started",
            "step.ended incomingCall Trigger → to greeting 0 s",
            "step.ended audioComplete greeting → to menu 3 s",
            "step.ended hangup menu → to Ended 5 s",
            "execution.ended Flow ended",
        ],
    );
    let (running, ended) = (page.find("Running in").unwrap(), page.find("Ended last").unwrap());
    assert!(running < ended, "the newest comes first: {page}");
    for target in ["/live?studio".to_owned(), format!("/live?studio={FLOW}"), path("")] {
        let text = body(&pages.get(&target, &[]));
        assert!(!text.contains("500555") && text.contains("…0018"), "{target}: {text}");
    }
}

#[test]
fn executions_are_found_by_state_sid_and_four_digits() {
    let pages = Pages::new();
    pages.take(&hung_up(17, 100).events);
    pages.take(&in_menu(18, 590).events);
    pages.take(&in_menu(19, 10).events);
    let found = |query: &str| {
        let page = plain_text(&pages.page(&format!("/studio?{query}")));
        let (_, list) = page.split_once("Executions All").unwrap();
        [17, 18, 19].map(|number: u64| list.contains(&sid(number)))
    };
    assert_eq!(found(""), [true, true, true]);
    assert_eq!(found("show=active"), [false, true, true]);
    assert_eq!(found("show=ended"), [true, false, false]);
    // Four hours is the longest call; of these none is older.
    assert_eq!(found("show=stuck"), [false, false, false]);
    assert_eq!(found(&format!("q={}", sid(18))), [false, true, false]);
    assert_eq!(found("q=0017"), [true, false, false]);
    assert_eq!(found("q=0017&show=active"), [false, false, false]);
    assert_eq!(found("q=%3Cb%3E"), [false, false, false]);
    says(&pages.page("/studio?q=%3Cb%3E"), &["None found for “&lt;b&gt;”"]);
}

#[test]
fn hostile_names_are_text() {
    let pages = Pages::new();
    let name = "<script>alert(1)</script>\" onload=\"x";
    pages.take(&in_menu(17, 590).step(595, name, "menu", name).events);
    for target in ["/studio".to_owned(), path(""), path(&format!("?execution={}", sid(17)))] {
        let page = pages.page(&target);
        assert!(!page.contains("<script>alert") && !page.contains("\" onload=\""), "{page}");
        says(&page, &["alert(1)"]);
    }
}

#[test]
fn more_than_a_page_is_on_further_pages() {
    let pages = Pages::new();
    for number in 1..=53 {
        pages.take(&in_menu(number, i64::try_from(number).unwrap()).events);
    }
    let html = pages.page("/studio");
    assert_eq!(html.matches("class=\"run active").count(), 50);
    let (before, _) = html.split_once("\">Older ones").unwrap();
    let older = before.rsplit("href=\"").next().unwrap().replace("&#x2f;", "/");
    let second = pages.page(&older);
    assert_eq!(second.matches("class=\"run active").count(), 3, "{older}");
    says(&second, &["Back to the newest"]);
}

#[test]
fn flow_that_is_quiet_says_so_on_both_pages() {
    let pages = Pages::new();
    pages.take(&hung_up(17, 100).events);
    for target in ["/studio".to_owned(), path("")] {
        assert!(!plain_text(&pages.page(&target)).contains("usually at most"));
    }
    pages.keep_quiet(FLOW, Quiet { since: at(100) - minutes(182), usual_seconds: 25 * 60 });
    let reason = "no start for 3 h 10 min; usually at most 25 min at this hour";
    let (list, flow) = (pages.page("/studio"), pages.page(&path("")));
    says(&plain_text(&list), &[&format!("Quiet: {reason}")]);
    says(&list, &["No execution is stuck, 1 Flow gone quiet"]);
    says(&plain_text(&flow), &[&format!("This Flow has gone quiet: {reason}.")]);
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}
