//! The pages of dead letters, and their buttons.

use serde_json::Value;
use shared::storage::dead_letters::{DeadLetter, Outcome};
use shared::storage::messages::WakeUp;

use super::backend::*;
use super::incidents::{plain_text, says};

/// A letter with this reason and body, of this second.
fn letter(reason: &str, body: &str, second: i64) -> DeadLetter {
    DeadLetter::escalate(reason, body.to_owned(), at(second))
}

fn with(letters: &[DeadLetter]) -> Pages {
    let pages = Pages::new();
    pages.may_write();
    pages.keep_letters(letters);
    pages
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

#[test]
fn page_of_a_thousand_large_letters_stays_small() {
    let large =
        |n: i64| letter("it is too large", &format!("{n} {}", "\"<".repeat(24_000)), n % 500);
    let pages = with(&(0..1_000).map(large).collect::<Vec<_>>());
    let list = pages.page("/dead-letters");
    says(&plain_text(&list), &["1000 letters, all wait", "All of it (47 KB)", "All 1000 letters"]);
    let group = link(&list, "/dead-letters?group=");
    for (page, letters) in [(1, 36), (28, 28)] {
        let text = pages.page(&format!("{group}&page={page}"));
        assert!(text.len() < 600_000, "{}", text.len());
        assert_eq!(
            (count(&text, "All of it"), text.contains("rel=\"next\"")),
            (letters, page == 1)
        );
    }
    assert_eq!(count(&list, "All of it"), 3);
    assert!(list.len() < 50_000, "{}", list.len());
}

#[test]
fn page_of_a_thousand_reasons_stays_small() {
    let large =
        |n: i64| letter(&format!("reason {n}"), &format!("{n} {}", "<".repeat(3_000)), n % 500);
    let pages = with(&(0..1_000).map(large).collect::<Vec<_>>());
    let list = pages.page("/dead-letters");
    assert!(list.len() < 200_000, "{}", list.len());
    assert_eq!(count(&list, "<section"), 12);
    assert_eq!(count(&pages.page("/dead-letters?page=84"), "<section"), 4);
    assert!(pages.page("/dead-letters?page=85").contains("No dead letters."));
}

#[test]
fn letter_has_a_page_with_all_of_it_and_no_number() {
    let text = format!("call +15005550006 {} the end", "x".repeat(5_000));
    let pages = with(&[letter("it names +15005550006", &text, 1)]);
    let list = pages.page("/dead-letters");
    assert!(!list.contains("the end") && list.contains("All of it (5 KB)"), "{list}");
    let page = pages.page(&link(&list, "/dead-letters/2"));
    assert!(page.contains("the end") && page.contains("it names +…0006"), "{page}");
    for page in [list, page] {
        assert!(!page.contains("5005550006"), "{page}");
    }
    let none = pages.get("/dead-letters/none", &[]);
    assert_eq!(none.status, 404);
    assert!(body(&none).contains("There is no such dead letter"));
}

#[test]
fn letters_are_grouped_by_their_reason_and_those_that_wait_go_ahead() {
    let done = DeadLetter { replayed_at: Some(at(20)), ..letter("done", "1", 9) };
    let pages =
        with(&[letter("a <b>", "1", 1), letter("a <b>", "2", 2), letter("c", "3", 3), done]);
    let page = plain_text(&pages.page("/dead-letters"));
    says(&page, &["c 1 letter, waits", "a &lt;b&gt; Replay 2 Dismiss 2 2 letters, all wait"]);
    let place = |what: &str| page.find(what).unwrap();
    assert!(
        place("c 1 letter") < place("a &lt;b&gt;") && place("a &lt;b&gt;") < place("done 1 letter")
    );
}

#[test]
fn group_is_dismissed_and_says_so() {
    let pages = with(&[letter("a", "1", 1), letter("a", "2", 2), letter("b", "3", 3)]);
    let list = pages.page("/dead-letters");
    let group = link(&list.replace("name=\"group\" value=\"", "href=\"group="), "group=");
    let answer = pages.post_form("/dead-letters/dismiss", &[], &group);
    assert_eq!((answer.status, header(&answer, "location")), (303, "/dead-letters?dismissed=2"));
    let page = pages.page("/dead-letters?dismissed=2");
    says(&plain_text(&page), &["2 dismissed.", "Dismissed Wed 18 Nov 2026", "on the page"]);
    assert!(page.contains(r#"<span id="waiting" class="number bad">1</span>"#), "{page}");
    // All but those are sent again; one of them alone can be.
    pages.post_form("/dead-letters/replay", &[], "");
    assert_eq!(pages.queued().len(), 1);
    let id = link(&page.replace("name=\"id\" value=\"", "href=\"id="), "id=");
    pages.post_form("/dead-letters/replay", &[], &id);
    assert!(matches!(&pages.queued()[..], [WakeUp::Alarm { letter: Some(_), .. }]));
}

/// So many letters of each of these reasons, by turns.
fn by_turns(reasons: &[&str], each: i64) -> Vec<DeadLetter> {
    let turn = |n: i64| reasons.iter().map(move |why| letter(why, &format!("{why} {n}"), n % 500));
    (0..each).flat_map(turn).collect()
}

/// The form that names this group on the list.
fn group_of(list: &str, reason: &str) -> String {
    let section = list.split("<section").find(|text| text.contains(&format!(">{reason}</h2>")));
    let section = section.unwrap().replace("name=\"group\" value=\"", "href=\"group=");
    link(&section, "group=")
}

#[test]
fn group_among_thousands_of_others_is_dismissed_whole() {
    let pages = with(&by_turns(&["a", "b", "c", "d"], 750));
    let list = pages.page("/dead-letters");
    assert_eq!(count(&list, ">Dismiss 750<"), 4);
    for reason in ["a", "c"] {
        let answer = pages.post_form("/dead-letters/dismiss", &[], &group_of(&list, reason));
        assert_eq!(header(&answer, "location"), "/dead-letters?dismissed=750");
    }
    let page = pages.page("/dead-letters");
    assert_eq!((count(&page, ">Dismiss 750<"), count(&page, "none waits")), (2, 2));
}

#[test]
fn dismissal_of_too_many_for_once_says_what_is_left_and_goes_on() {
    let pages = with(&by_turns(&["a"], 1_700));
    let form = group_of(&pages.page("/dead-letters"), "a");
    let location = |form: &str| {
        let answer = pages.post_form("/dead-letters/dismiss", &[], form);
        header(&answer, "location").to_owned()
    };
    let first = location(&form);
    assert_eq!(first, "/dead-letters?dismissed=1000&left=700");
    let page = pages.page(&first);
    says(
        &plain_text(&page),
        &["1000 dismissed, 700 are left: press again to go on.", "Dismiss 700"],
    );
    assert_eq!(location(&form), "/dead-letters?dismissed=700");
}

#[test]
fn group_behind_thousands_of_others_is_replayed_whole() {
    let mut letters = by_turns(&["a"], 2_500);
    letters.extend((0..3).map(|n| letter("b", &format!("b {n}"), 510 + n)));
    let pages = with(&letters);
    let form = group_of(&pages.page("/dead-letters"), "b");
    pages.post_form("/dead-letters/replay", &[], &form);
    assert_eq!(pages.queued().len(), 3);
}

#[test]
fn dismissal_needs_to_know_of_what() {
    let pages = with(&[letter("a", "1", 1)]);
    assert_eq!(pages.post_form("/dead-letters/dismiss", &[], "").status, 400);
    assert_eq!(pages.post_form("/dead-letters/dismiss", &[], "id=none").status, 404);
    let other = [("origin", "https://evil.example.com")];
    assert_eq!(pages.post_form("/dead-letters/dismiss", &other, "id=none").status, 403);
    let answer =
        pages.post_form("/dead-letters/dismiss", &[("accept", "application/json")], "group=none");
    assert_eq!(body(&answer), r#"{"dismissed":0,"left":0}"#);
}

#[test]
fn page_says_what_became_of_a_replay() {
    let replayed = |body: &str, outcome: Option<bool>| {
        let outcome = outcome.map(|delivered| Outcome { replayed_at: at(100), delivered });
        DeadLetter { replayed_at: Some(at(100)), outcome, ..letter("why", body, 1) }
    };
    let again = DeadLetter { replayed_at: None, ..replayed("3", Some(false)) };
    let letters = [replayed("1", Some(true)), replayed("2", None), again];
    let pages = with(&letters);
    let since = format!("/dead-letters?since={}&refused=0", at(100).as_millisecond());
    let page = pages.page(&since);
    says(
        &plain_text(&page),
        &[
            "3 sent again: 1 delivered, 1 came back, 1 on the way.",
            ": delivered",
            "Waits came back, sent again",
        ],
    );
    assert!(page.contains("data-since="), "the page's script asks again");
    let answer = pages.get(&since, &[("accept", "application/json")]);
    let answer: Value = serde_json::from_str(&body(&answer)).unwrap();
    assert_eq!((&answer["waiting"], &answer["pending"]), (&1.into(), &1.into()));
    let later = pages.page(&format!("/dead-letters?since={}", at(101).as_millisecond()));
    assert!(later.contains("0 sent again.") && !later.contains("data-since="), "{later}");
}

#[test]
fn address_of_the_page_puts_no_words_on_it() {
    let pages = with(&[letter("a", "1", 1)]);
    for query in [
        "since=<b>evil",
        "dismissed=evil",
        "dismissed=1&left=evil",
        "group=evil\"",
        "page=0",
        "refused=evil&since=1",
        "page=18446744073709551615",
    ] {
        let page = pages.page(&format!("/dead-letters?{query}"));
        assert!(!page.contains("evil"), "{query}: {page}");
    }
}

/// The first address on a page that begins so.
fn link(page: &str, begins: &str) -> String {
    let at = page.find(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("{begins}: {page}"));
    page[at + 6..].split('"').next().unwrap().replace("&#x2f;", "/")
}
