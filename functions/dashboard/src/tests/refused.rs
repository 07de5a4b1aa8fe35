//! The responses to a browser, and to a script, whose request is refused.

use shared::testing::Fault;

use super::backend::*;

/// What a browser says that it takes.
const BROWSER: (&str, &str) =
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

#[test]
fn browser_sees_a_page_with_the_way_back() {
    let pages = Pages::new();
    for (path, status, title) in [
        ("/nothing-here", 404, "There is no such page"),
        ("/dead-letters/replay/x", 404, "There is no such page"),
        ("/logout", 405, "There is nothing to see here"),
        ("/incidents/a-1/silence", 405, "There is nothing to see here"),
    ] {
        let page = pages.get(path, &[BROWSER]);
        let text = body(&page);
        assert_eq!(page.status, status, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert!(header(&page, "content-security-policy").starts_with("default-src 'self'"));
        assert_eq!(
            (header(&page, "cache-control"), header(&page, "referrer-policy")),
            ("no-store", "same-origin")
        );
        assert!(
            text.contains(&format!("<h1>{title}</h1>")) && text.contains(r#"<a href="/">"#),
            "{text}"
        );
        assert!(text.contains(r#"<nav aria-label="Pages">"#), "{path}: {text}");
    }
}

#[test]
fn page_of_a_405_says_what_is_allowed() {
    let pages = Pages::new();
    assert_eq!(header(&pages.get("/logout", &[BROWSER]), "allow"), "POST");
    assert_eq!(header(&pages.post("/history", &[BROWSER]), "allow"), "GET, HEAD");
    assert_eq!(header(&pages.ask("DELETE", "/login", &[BROWSER]), "allow"), "GET, HEAD, POST");
}

#[test]
fn form_that_an_address_does_not_take_is_answered_with_a_page() {
    let pages = Pages::new();
    let referer = ("referer", "http://localhost/history?page=2");
    for (path, status, title) in [
        ("/", 405, "Nothing was done"),
        ("/history", 405, "Nothing was done"),
        ("/incidents/a-1", 405, "Nothing was done"),
        ("/nothing-here", 404, "There is no such page"),
    ] {
        let page = pages.post(path, &[BROWSER, referer]);
        let text = body(&page);
        assert_eq!(page.status, status, "{path}");
        assert!(text.contains(&format!("<h1>{title}</h1>")), "{path}: {text}");
        assert!(!text.contains("cannot be opened by itself"), "nobody opened {path}: {text}");
        assert!(text.contains(r#"<a href="&#x2f;history?page=2">Back"#), "{path}: {text}");
    }
}

#[test]
fn path_with_a_slash_behind_it_leads_to_the_page() {
    let pages = Pages::new();
    for (path, there) in [
        ("/history/", "/history"),
        ("/history/?policy=default&page=2", "/history?policy=default&page=2"),
        ("/incidents/", "/incidents"),
        ("/incidents/a-1/", "/incidents/a-1"),
    ] {
        let answer = pages.get(path, &[BROWSER]);
        assert_eq!((answer.status, header(&answer, "location")), (303, there), "{path}");
    }
    for path in ["/history//", "//evil.example.com/", "/health/", "/login/x/"] {
        assert_eq!(pages.get(path, &[BROWSER]).status, 404, "{path}");
    }
    assert_eq!(pages.post("/dead-letters/replay/", &[BROWSER]).status, 404);
}

#[test]
fn post_of_another_site_is_answered_with_a_page() {
    let headers = [BROWSER, ("origin", "https://evil.example.com")];
    let page = Pages::new().post("/dead-letters/replay", &headers);
    assert_eq!(page.status, 403);
    assert!(body(&page).contains("<h1>Nothing was done</h1>"), "{}", body(&page));
}

#[test]
fn script_is_answered_in_plain_text_as_ever() {
    let pages = Pages::new();
    for accept in ["application/json", "*/*", "text/html, application/json"] {
        for (method, path, status, text) in [
            ("GET", "/nothing-here", 404, "no such page\n"),
            ("GET", "/logout", 405, "method not allowed\n"),
        ] {
            let answer = pages.ask(method, path, &[("accept", accept)]);
            assert_eq!((answer.status, body(&answer).as_str()), (status, text));
            let names: Vec<&str> = answer.headers.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["content-type"], "{accept} {path}");
        }
    }
}

#[test]
fn page_tells_nothing_to_whoever_is_not_logged_in() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    for path in ["/nothing-here", "/logout"] {
        let page = body(&pages.ask("GET", path, &[BROWSER]));
        for told in ["<nav", "waiting", "Sandbox", "Sign out"] {
            assert!(!page.contains(told), "{path} {told}: {page}");
        }
        assert!(page.contains(r#"<a href="/">"#), "{page}");
    }
}

#[test]
fn page_says_that_the_store_does_not_answer() {
    let pages = Pages::new();
    pages.store_fails(Fault::After(0));
    let page = pages.get("/history", &[BROWSER]);
    let text = body(&page);
    assert_eq!(page.status, 503);
    assert!(text.contains("<h1>Ringdown cannot answer right now</h1>"), "{text}");
    assert!(!text.contains("<nav"), "no number is known: {text}");
    assert_eq!(body(&pages.get("/history", &[])), "try again later\n");
}

#[test]
fn way_back_leads_to_a_page_of_ours_alone() {
    let pages = Pages::new();
    for (referer, back) in [
        ("http://localhost/history?page=2", Some("/history?page=2")),
        ("http://localhost/nothing-here?x", None),
        ("http://localhost/", None),
        ("https://evil.example.com/history", None),
        ("http://localhost.evil.example.com/history", None),
        ("http://localhost//evil.example.com", None),
        ("javascript:alert(1)", None),
    ] {
        let page = body(&pages.get("/nothing-here", &[BROWSER, ("referer", referer)]));
        let link = back.map(|back| format!(r#"<a href="{}">Back"#, back.replace('/', "&#x2f;")));
        match link {
            Some(link) => assert!(page.contains(&link), "{referer}: {page}"),
            None => assert!(!page.contains(">Back to"), "{referer}: {page}"),
        }
    }
}
