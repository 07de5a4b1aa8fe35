//! The pages: who may look, and what they show.

use reqwest::Response;
use serde_json::Value;

use crate::harness::{Plan, Server, body};
use crate::slack::{Slack, SlackBehaviour};

async fn post(server: &Server, path: &str, headers: &[(&str, &str)], form: &str) -> Response {
    let mut request = server.http.post(format!("{}{path}", server.address)).body(form.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn password_opens_the_pages_and_a_changed_cookie_does_not() {
    let server = Plan::new().set("DASHBOARD_PASSWORD", "correct horse").start().await;
    let asked = server.get("/dead-letters").await;
    assert_eq!(
        (asked.status().as_u16(), header(&asked, "location").as_str()),
        (303, "/login?next=%2Fdead-letters")
    );
    assert_eq!(
        post(&server, "/dead-letters/replay", &[("accept", "application/json")], "").await.status(),
        401
    );

    let right = post(&server, "/login", &[], "password=correct+horse&next=%2Fdead-letters").await;
    assert_eq!(
        (right.status().as_u16(), header(&right, "location").as_str()),
        (303, "/dead-letters")
    );
    let cookie = header(&right, "set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let value = cookie.split(';').next().unwrap().to_owned();
    let look = async |cookie: &str| {
        let request =
            server.http.get(format!("{}/dead-letters", server.address)).header("cookie", cookie);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(look(&value).await, 200);
    let (expires, signature) = value.trim_start_matches("ringdown=").split_once('.').unwrap();
    let later = expires.parse::<i64>().unwrap() + 1;
    for forged in [
        format!("ringdown={later}.{signature}"),
        "ringdown=9999999999.".to_owned(),
        "ringdown=".to_owned(),
    ] {
        assert_eq!(look(&forged).await, 303, "{forged}");
    }

    let away =
        post(&server, "/login", &[], "password=correct+horse&next=%2F%2Fevil.example.com").await;
    assert_eq!(header(&away, "location"), "/");
    assert!(cookie.contains("; Secure"), "the public URL is https: {cookie}");
    assert_eq!(header(&right, "strict-transport-security"), "max-age=31536000");
    let plain = Plan::new().unset("PUBLIC_BASE_URL").set("DASHBOARD_PASSWORD", "correct horse");
    let plain = post(&plain.start().await, "/login", &[], "password=correct+horse").await;
    assert!(!header(&plain, "set-cookie").contains("; Secure"));
    assert_eq!(header(&plain, "strict-transport-security"), "", "nothing says that there is TLS");

    let out = post(&server, "/logout", &[("cookie", &value)], "").await;
    assert_eq!((out.status().as_u16(), header(&out, "location").as_str()), (303, "/login"));
    assert_eq!(look(&value).await, 303, "a session is over once somebody logs out");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_logged_with_its_address() {
    let server = Plan::new().set("DASHBOARD_PASSWORD", "correct horse").start().await;
    let forwarded = [("x-forwarded-for", "203.0.113.9")];
    let wrong = post(&server, "/login", &forwarded, "password=guess-1").await;
    assert_eq!((wrong.status().as_u16(), header(&wrong, "set-cookie")), (401, String::new()));
    let mut statuses = Vec::new();
    for _ in 0..20 {
        let again = post(&server, "/login", &[], "password=guess-2").await;
        let wait = header(&again, "retry-after").parse::<u32>().unwrap_or_default();
        assert!(again.status() != 429 || (1..=30).contains(&wait), "{again:?}");
        statuses.push(again.status().as_u16());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
    server.logs("a log-in failed").await;
    let log = server.log();
    assert!(log.contains("127.0.0.1") && !log.contains("203.0.113.9"), "{log}");
    assert!(!log.contains("guess-"), "{log}");
}

#[tokio::test]
async fn browser_at_a_path_that_does_not_exist_sees_a_page() {
    let server = Plan::new().start().await;
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (path, status) in [("/nothing-here", 404), ("/twilio/events", 405), ("/logout", 405)] {
        let request = server.http.get(format!("{}{path}", server.address));
        let page = request.header("accept", browser).send().await.unwrap();
        assert_eq!(page.status(), status, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert!(page.text().await.unwrap().contains("<a href=\"/\">All incidents</a>"));
        let script = server.get(path).await;
        assert_eq!(header(&script, "content-type"), "text/plain; charset=utf-8");
    }
}

#[tokio::test]
async fn browser_whose_form_is_refused_sees_a_page_with_the_same_status() {
    let server = Plan::new().start().await;
    let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let (small, large) = ("a=1", "a=".to_owned() + &"x".repeat(40_000));
    for (path, body, status, allow) in [
        ("/", small, 405, "GET, HEAD"),
        ("/history", small, 405, "GET, HEAD"),
        ("/incidents/a-1", small, 405, "GET, HEAD"),
        ("/sandbox/phones", small, 405, "GET, HEAD"),
        ("/nothing-here", small, 404, ""),
        ("/nothing-here", &large, 404, ""),
        ("/dead-letters/replay", &large, 413, ""),
    ] {
        let page = post(&server, path, &[browser], body).await;
        assert_eq!((page.status().as_u16(), header(&page, "allow").as_str()), (status, allow));
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8", "{path}");
        let text = page.text().await.unwrap();
        assert!(text.contains("<a href=\"/\">All incidents</a>"), "{path}: {text}");
        assert!(text.contains("<nav"), "{path}: {text}");
        let script = post(&server, path, &[], body).await;
        assert_eq!(script.status(), status, "{path}");
        assert_eq!(header(&script, "content-type"), "text/plain; charset=utf-8", "{path}");
    }
    let locked = Plan::new().set("DASHBOARD_PASSWORD", "correct horse").start().await;
    let page = post(&locked, "/nothing-here", &[browser], small).await.text().await.unwrap();
    assert!(page.contains("There is no such page") && !page.contains("<nav"), "{page}");
    let slash = server.get("/history/?page=2").await;
    assert_eq!(header(&slash, "location"), "/history?page=2");
}

#[tokio::test]
async fn refused_path_is_cut_in_the_log_and_every_answer_says_what_it_is() {
    let server = Plan::new().set("LOG_LEVEL", "debug").start().await;
    let long = format!("/{}?token=SECRET-IN-QUERY", "x".repeat(1_000));
    let refused = server.get(&long).await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "x-content-type-options").as_str()),
        (404, "nosniff")
    );
    server.logs("characters more)").await;
    for path in
        ["/health", "/incidents.json?x=SECRET-IN-QUERY", "/assets/style.css", "/sandbox/phones"]
    {
        let answer = server.get(path).await;
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
    }
    server.logs("/assets/style.css").await;
    let log = server.log();
    assert!(log.contains("answered") && log.contains("ms="), "{log}");
    assert!(!log.contains("SECRET-IN-QUERY") && !log.contains(&"x".repeat(201)), "{log}");
}

#[tokio::test]
async fn another_sites_page_cannot_post() {
    let server = Plan::new().start().await;
    for path in ["/login", "/logout", "/dead-letters/replay"] {
        let status =
            post(&server, path, &[("origin", "https://evil.example.com")], "").await.status();
        assert_eq!(status, 403, "{path}");
        let status = post(&server, path, &[("sec-fetch-site", "cross-site")], "").await.status();
        assert_eq!(status, 403, "{path}: the browser says that another site asks");
    }
}

/// Until the page says that the one letter which was sent again was delivered: the forwarder notes it in a moment.
async fn delivered(server: &Server, path: &str) {
    for _ in 0..100 {
        let page = server.get(path).await.text().await.unwrap();
        if page.contains("1 sent again: 1 delivered, 0 came back.") {
            return assert!(page.contains(": delivered</span>"), "{page}");
        }
        assert!(page.contains("1 sent again: on the way."), "{page}");
    }
    panic!("nobody says what became of it");
}

#[tokio::test]
async fn dead_letters_are_shown_without_numbers_and_sent_again() {
    let slack = Slack::start(SlackBehaviour {
        always: Some((404, "no_service")),
        ..SlackBehaviour::default()
    })
    .await;
    let server = Plan::with_slack(&slack).start().await;
    assert_eq!(server.twilio(&body("a", "call from +15005550006 <now>")).await, 204);
    server.logs("kept as a dead letter").await;
    let page = server.get("/dead-letters").await;
    assert!(header(&page, "content-security-policy").starts_with("default-src 'self'"));
    let page = page.text().await.unwrap();
    assert!(page.contains("call from +…0006 &lt;now&gt;") && page.contains("no_service"), "{page}");
    assert!(!page.contains("5005550006"), "{page}");
    let waiting = |page: String| page.contains(r#"<span id="waiting" class="number bad">1</span>"#);
    assert!(waiting(server.get("/").await.text().await.unwrap()));

    slack.behaves(SlackBehaviour::default());
    let json = [("accept", "application/json")];
    let told = post(&server, "/dead-letters/replay", &json, "after=").await.text().await.unwrap();
    let mut told: Value = serde_json::from_str(&told).unwrap();
    let since = told.as_object_mut().unwrap().remove("since").unwrap();
    assert_eq!(told, serde_json::json!({"replayed": 1, "refused": 0, "left": 0, "after": null}));
    slack.wait_for(1).await;
    assert!(!waiting(server.get("/").await.text().await.unwrap()));
    delivered(&server, &format!("/dead-letters?since={since}")).await;
    let form = post(&server, "/dead-letters/replay", &[], "").await;
    let back = header(&form, "location");
    assert!(back.starts_with("/dead-letters?since=") && back.ends_with("&refused=0"), "{back}");
    let system = server.get("/system").await.text().await.unwrap();
    assert!(system.contains("ringdown_slack_lines_total"), "{system}");
}
