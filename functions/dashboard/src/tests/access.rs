//! Access to the pages while there is no password.

use shared::http::endpoints::{Access, ENDPOINTS, Method};

use super::backend::{BEARER, Pages, body, header};

const PAGES: [&str; 3] = ["/", "/incidents/checkout-1", "/dead-letters"];

#[test]
fn page_without_the_token_says_how_to_get_in() {
    let pages = Pages::new();
    for path in PAGES {
        for host in ["127.0.0.1:8080", "localhost", "[::1]:8080", "ringdown.example.com"] {
            let page = pages.ask("GET", path, &[("host", host)]);
            assert_eq!(page.status, 401, "{path} {host}");
            let text = body(&page);
            for said in ["?token=…", "start-token", "printed when it started"] {
                assert!(text.contains(said), "{path}: {text}");
            }
            assert!(!text.contains("checkout"), "{path} tells something: {text}");
            assert!(header(&page, "content-security-policy").starts_with("default-src 'self'"));
        }
    }
}

#[test]
fn script_without_the_token_is_refused_in_plain_text() {
    let pages = Pages::new();
    for (method, path, headers) in [
        ("GET", "/incidents.json", &[][..]),
        ("GET", "/live?incidents", &[]),
        ("GET", "/", &[("accept", "application/json")]),
        ("POST", "/dead-letters/replay", &[("accept", "application/json")]),
        ("POST", "/incidents/checkout-1/silence", &[("accept", "application/json")]),
        ("GET", "/incidents.json", &[("authorization", "Bearer another")]),
    ] {
        let answer = pages.ask(method, path, headers);
        assert_eq!(answer.status, 401, "{method} {path}");
        assert_eq!(header(&answer, "content-type"), "text/plain; charset=utf-8");
    }
    let answer = pages.ask("GET", "/incidents.json", &[("authorization", BEARER)]);
    assert_eq!(answer.status, 200);
}

#[test]
fn start_token_does_not_open_pages_that_have_a_password() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    for path in PAGES {
        let answer = pages.ask("GET", path, &[("authorization", BEARER)]);
        assert_eq!(answer.status, 303, "{path}");
        assert!(header(&answer, "location").starts_with("/login?next="), "{path}");
    }
    let answer = pages.ask("GET", "/incidents.json", &[("authorization", BEARER)]);
    assert_eq!(answer.status, 401);
}

#[test]
fn post_of_another_origin_does_nothing_with_the_token() {
    let pages = Pages::new();
    let posts = ENDPOINTS.iter().filter(|route| route.method == Method::Post);
    let by_people = posts.filter(|route| matches!(route.access, Access::Viewer | Access::Anyone));
    for path in by_people.map(|route| route.path.replace("{id}", "checkout-1")) {
        let path = path.as_str();
        for origin in ["https://evil.example.com", "http://127.0.0.1:3000", "null"] {
            let headers =
                [("authorization", BEARER), ("host", "127.0.0.1:8080"), ("origin", origin)];
            assert_eq!(pages.ask("POST", path, &headers).status, 403, "{path} {origin}");
        }
    }
    assert!(pages.queued().is_empty());
}

#[test]
fn no_endpoint_for_viewers_does_anything_without_the_password() {
    let pages = Pages::with(&[("dashboard-password", "correct horse")]);
    let named = "ringdown-person=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let viewers = ENDPOINTS.iter().filter(|route| route.access == Access::Viewer);
    let mut count = 0;
    for route in viewers {
        let method = if route.method == Method::Get { "GET" } else { "POST" };
        let path = route.path.replace(['{', '}'], "");
        for accept in ["text/html", "application/json"] {
            let headers = [("authorization", BEARER), ("cookie", named), ("accept", accept)];
            let answer = pages.ask(method, &path, &headers);
            let leads_to_log_in =
                answer.status == 303 && header(&answer, "location").starts_with("/login?next=");
            assert!(leads_to_log_in || answer.status == 401, "{method} {path}: {}", answer.status);
        }
        count += 1;
    }
    assert!(count > 20, "{count}");
    assert!(pages.queued().is_empty());
}

#[test]
fn manifest_names_icons_that_are_there() {
    let pages = Pages::new();
    let layout = pages.page("/");
    for link in ["href=\"/assets/manifest.webmanifest\"", "href=\"/assets/touch-icon.png\""] {
        assert!(layout.contains(link), "{link}");
    }
    let manifest = pages.ask("GET", "/assets/manifest.webmanifest", &[]);
    assert_eq!(header(&manifest, "content-type"), "application/manifest+json");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.body).unwrap();
    let icons = manifest["icons"].as_array().unwrap();
    let names = icons.iter().map(|icon| icon["src"].as_str().unwrap()).chain(["touch-icon.png"]);
    for name in names {
        let icon = pages.ask("GET", &format!("/assets/{name}"), &[]);
        assert_eq!(icon.status, 200, "{name}");
        let is_png = header(&icon, "content-type") == "image/png";
        assert_eq!(icon.body.starts_with(b"\x89PNG"), is_png, "{name}");
    }
}
