//! The links that are printed at the start: what they open, and how somebody without one gets in.

use reqwest::{Response, StatusCode};

use super::{ask, bare, stranger};
use crate::harness::Plan;

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The links to pages that are printed at the start.
fn links(printed: &str) -> Vec<String> {
    let words = printed.lines().filter_map(|line| line.split_whitespace().next_back());
    words
        .filter(|word| word.starts_with("http") && !word.contains("/twilio/"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn printed_link_opens_its_page_and_stays_open_after_a_restart() {
    let plan = bare().set("LOG_LEVEL", "trace");
    let server = plan.start().await;
    let printed = server.printed().await;
    let token = server.start_token();
    let token = token.expose();
    let mut cookies = Vec::new();
    for path in ["/", "/sandbox/phones", "/sandbox/slack"] {
        let link = format!("{}{path}?token={token}", server.address);
        assert!(links(&printed).contains(&link), "{path}: {printed}");
        let answer = stranger().get(&link).send().await.unwrap();
        assert_eq!(
            (answer.status(), header(&answer, "location").as_str()),
            (StatusCode::SEE_OTHER, path)
        );
        cookies.push(header(&answer, "set-cookie").split(';').next().unwrap().to_owned());
        let cookie = [("cookie", cookies.last().unwrap().as_str())];
        let (status, page) = ask(&server, "GET", path, &cookie, "").await;
        assert_eq!(status, 200, "{path}");
        assert!(!page.contains(token), "{path}");
    }
    cookies.dedup();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let cookie = cookies.remove(0);
    let port = server.address.rsplit(':').next().unwrap().to_owned();
    assert!(cookie.starts_with(&format!("ringdown-start-{port}=")), "{cookie}");
    let value = cookie.split_once('=').unwrap().1.to_owned();
    let log = server.log();
    assert!(!log.contains(token) && !log.contains(&value), "{log}");
    server.end().await;
    let again = Plan { arguments: vec!["--port".to_owned(), port], ..plan }.start().await;
    let cookie = [("cookie", cookie.as_str())];
    assert_eq!(ask(&again, "GET", "/incidents.json", &cookie, "").await, (200, "[]".to_owned()));
    let (status, _) =
        ask(&again, "POST", "/sandbox/alarms/checkout-5xx-rate/raise", &cookie, "").await;
    assert_eq!(status, 202);
    let elsewhere = [cookie[0], ("origin", "http://127.0.0.1:3000")];
    let (status, _) =
        ask(&again, "POST", "/sandbox/alarms/checkout-5xx-rate/clear", &elsewhere, "").await;
    assert_eq!(status, 403, "another site's page on this machine");
}

#[tokio::test]
async fn page_without_the_cookie_says_how_to_get_in() {
    let server = bare().start().await;
    for path in
        ["/", "/incidents/x", "/dead-letters", "/sandbox/phones", "/sandbox/slack", "/?token=guess"]
    {
        let (status, page) = ask(&server, "GET", path, &[], "").await;
        assert_eq!(status, 401, "{path}");
        assert!(page.contains("printed when it started") && page.contains("start-token"), "{page}");
    }
    assert!(!server.log().contains("guess"), "{}", server.log());
}

#[tokio::test]
async fn links_lead_to_the_log_in_where_there_is_a_password() {
    let server = bare().set("DASHBOARD_PASSWORD", "correct horse").start().await;
    let printed = server.printed().await;
    assert!(!printed.contains("token="), "{printed}");
    assert!(links(&printed).contains(&format!("{}/sandbox/phones", server.address)), "{printed}");
    let url = format!("{}/sandbox/phones", server.address);
    let asked = stranger().get(&url).send().await.unwrap();
    assert_eq!(
        (asked.status().as_u16(), header(&asked, "location").as_str()),
        (303, "/login?next=%2Fsandbox%2Fphones")
    );
    assert_eq!(ask(&server, "GET", "/sandbox/phones/state", &[], "").await.0, 401);
    assert_eq!(ask(&server, "POST", "/sandbox/clock", &[], r#"{"ahead_ms": 1}"#).await.0, 401);
    let form = "password=correct+horse&next=%2Fsandbox%2Fphones";
    let url = format!("{}/login", server.address);
    let signed_in = stranger().post(url).body(form).send().await.unwrap();
    assert_eq!(header(&signed_in, "location"), "/sandbox/phones");
    let cookie = header(&signed_in, "set-cookie");
    let cookie = [("cookie", cookie.split(';').next().unwrap())];
    assert_eq!(ask(&server, "GET", "/sandbox/phones/state", &cookie, "").await.0, 200);
    assert_eq!(ask(&server, "GET", "/", &cookie, "").await.0, 200);
    assert_eq!(server.get("/incidents.json").await.status(), 401, "the start token is no password");
}
