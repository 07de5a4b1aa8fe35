//! A browser that follows the pages of Studio.

use super::events::*;
use crate::tests::backend::*;

/// The id and the HTML of an answer's one event, if it has one.
fn event(stream: &str) -> Option<(String, String)> {
    assert!(stream.starts_with("retry: 1000\n") && stream.ends_with("\n\n"), "{stream}");
    let id = stream.lines().find_map(|line| line.strip_prefix("id: "))?;
    let html: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    Some((id.to_owned(), html.join("\n")))
}

fn targets() -> [String; 2] {
    ["/live?studio".to_owned(), format!("/live?studio={FLOW}")]
}

#[test]
fn first_event_is_what_the_page_is_made_of() {
    let pages = Pages::new();
    pages.take(&in_menu(17, 590).events);
    for (page, live) in ["/studio".to_owned(), path("")].iter().zip(targets()) {
        let (id, html) = event(&body(&pages.get(&live, &[]))).unwrap();
        let page = pages.page(page);
        assert!(page.contains(&html), "{html}\n\nis not in\n\n{page}");
        assert!(page.contains(&format!("data-has=\"{id}\"")), "{page}");
        assert!(!html.contains("data-same"), "{html}");
    }
}

#[test]
fn change_is_sent_in_parts_and_nothing_is_sent_twice() {
    for live in targets() {
        let pages = Pages::new();
        for number in 1..=16 {
            pages.take(&hung_up(number, 100).events);
        }
        pages.take(&in_menu(17, 590).events);
        let get = |has: &str| body(&pages.get(&live, &[("last-event-id", has)]));
        let (first, whole) = event(&get("")).unwrap();
        assert_eq!(get(&first), "retry: 1000\n: nothing new\n\n");
        // A page that follows anew says the same in its query.
        let anew = body(&pages.get(&format!("{live}&has={first}"), &[]));
        assert_eq!(anew, "retry: 1000\n: nothing new\n\n");
        pages.take(&in_menu(17, 590).step(599, "hangup", "menu", "Ended").events);
        let (id, parts) = event(&get(&first)).unwrap();
        assert!(parts.starts_with("<div data-parts=\"\">") && id != first, "{parts}");
        assert!(parts.contains(&sid(17)) && parts.len() * 2 < whole.len(), "{parts}");
        // A group of parts may have one that has not changed.
        assert!(parts.matches("<li id=\"run-").count() <= 4, "{parts}");
        assert_eq!(get(&id), "retry: 1000\n: nothing new\n\n");
        // Whoever has something else gets all of it.
        let (again, whole) = event(&get("another")).unwrap();
        assert_eq!(again, id);
        assert!(whole.contains(&format!("run-{}", sid(16))), "{whole}");
    }
}

#[test]
fn look_at_nothing_new_reads_few_records() {
    let pages = Pages::new();
    for number in 1..=40 {
        pages.take(&in_menu(number, 500).events);
    }
    // The counters of the one Flow; for the list also which Flows there are.
    for (live, pages_read) in targets().iter().zip([1, 0]) {
        let (id, _) = event(&body(&pages.get(live, &[]))).unwrap();
        let _ = pages.store_calls();
        let _ = pages.get(live, &[("last-event-id", &id)]);
        let calls = pages.store_calls();
        assert_eq!((calls.loads, calls.pages, calls.writes), (1, pages_read, 0), "{live}");
    }
}
