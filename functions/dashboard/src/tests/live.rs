//! How a page follows, and who may.

use super::backend::*;

/// The id and the HTML of an answer's one event, if it has one.
fn event(stream: &str) -> Option<(String, String)> {
    assert!(stream.starts_with("retry: 1000\n") && stream.ends_with("\n\n"), "{stream}");
    let id = stream.lines().find_map(|line| line.strip_prefix("id: "))?;
    let html: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    Some((id.to_owned(), html.join("\n")))
}

#[test]
fn event_is_what_the_page_is_made_of() {
    let (pages, incident) = (Pages::new(), calling());
    pages.keep(&incident, 2);
    let id = &incident.id;
    for (page, live) in [
        ("/".to_owned(), "/live?incidents".to_owned()),
        (format!("/incidents/{id}"), format!("/live?incident={id}")),
    ] {
        let answer = pages.get(&live, &[]);
        assert_eq!((answer.status, header(&answer, "content-type")), (200, "text/event-stream"));
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let (_, html) = event(&body(&answer)).unwrap();
        let page = pages.page(&page);
        assert!(page.contains(&html), "{html}\n\nis not in\n\n{page}");
        assert!(
            page.contains(&format!(r#"data-live="{}""#, live.replace('/', "&#x2f;"))),
            "{page}"
        );
    }
}

#[test]
fn who_has_it_already_hears_nothing_until_it_changes() {
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    for live in ["/live?incidents".to_owned(), format!("/live?incident={}", calling().id)] {
        let get = |has: &str| body(&pages.get(&live, &[("last-event-id", has)]));
        pages.keep(&calling(), 0);
        let (id, _) = event(&get("")).unwrap();
        assert_eq!(get(&id), "retry: 1000\n: nothing new\n\n");
        assert_eq!(event(&get("another")).map(|(id, _)| id), Some(id.clone()));
        pages.keep(&taken(), 0);
        let (changed, html) = event(&get(&id)).unwrap();
        assert_ne!(changed, id);
        assert!(html.contains("bravo has it"), "{html}");
    }
}

#[test]
fn there_is_nothing_else_to_follow() {
    let pages = Pages::new();
    for live in
        ["/live", "/live?", "/live?incident=", "/live?incident=x", "/live?x", "/live?%00", "/live/"]
    {
        assert_eq!(pages.get(live, &[]).status, 404, "{live}");
    }
}

#[test]
fn all_of_it_is_behind_the_password() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    let page = format!("/incidents/{}", calling().id);
    for path in ["/", page.as_str(), "/incidents/x"] {
        let asked = pages.get(path, &[]);
        assert_eq!(asked.status, 303, "{path}");
        assert!(header(&asked, "location").starts_with("/login?next="), "{path}");
    }
    // A script cannot log in: it is told so, rather than sent to a page.
    let live = format!("/live?incident={}", calling().id);
    for path in ["/incidents.json", "/live?incidents", &live] {
        assert_eq!(pages.get(path, &[]).status, 401, "{path}");
    }
    assert_eq!(pages.get(&page, &[("accept", "application/json")]).status, 401);
    let stranger = Pages::new().ask("GET", "/live?incidents", &[("host", "127.0.0.1:8080")]);
    assert_eq!(stranger.status, 401);
}
