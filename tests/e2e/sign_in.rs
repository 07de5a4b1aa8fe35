//! Sign-in: a code arrives at the sandbox's phone and is typed in, a link of the command line is traded, and
//! sessions end.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;

use crate::harness::{Plan, Server, stdout};
use crate::scenario::{CallWith, config, usual};

/// A server whose policy has phones, and nothing real.
async fn server() -> Server {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    Plan { config: config(CallWith::Voice, &usual()), ..plan }.start().await
}

/// What a browser with these cookies gets for a form.
async fn post(server: &Server, path: &str, cookies: &str, form: &str) -> Response {
    let url = format!("{}{path}", server.address);
    let request = server.http.post(url).header("cookie", cookies).body(form.to_owned());
    request.send().await.unwrap()
}

fn cookie(answer: &Response) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Who the header of the first page says that somebody is.
async fn name(server: &Server, cookies: &str) -> String {
    let request = server.http.get(format!("{}/", server.address)).header("cookie", cookies);
    let page = request.send().await.unwrap().text().await.unwrap();
    let (_, behind) = page.split_once("<a href=\"/who\">").unwrap();
    behind.split_once("</a>").unwrap().0.to_owned()
}

/// The texts of all phones, with their numbers.
async fn texts(server: &Server) -> Vec<(String, String)> {
    let state = server.get("/sandbox/phones/state").await.text().await.unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let texts = state["phones"].as_array().unwrap().iter().flat_map(|phone| {
        let texts = phone["texts"].as_array().unwrap().iter();
        texts.map(|text| {
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            (word(&phone["number"]), word(&text["body"]))
        })
    });
    texts.collect()
}

#[tokio::test]
async fn code_on_the_phone_names_the_browser_until_it_is_revoked() {
    let server = server().await;
    assert_eq!(name(&server, "").await, "Who are you?");
    let asked = post(&server, "/who", "", "person=alpha").await;
    assert_eq!(asked.status(), 303);
    let browser = cookie(&asked);
    let unknown = post(&server, "/who", "", "person=nobody").await;
    assert_eq!(unknown.status(), 303);
    let mut found = Vec::new();
    for _ in 0..500 {
        found = texts(&server).await;
        if !found.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let [(number, text)] = &found[..] else { panic!("{found:?}: {}", server.log()) };
    assert_eq!(number, "+15005550001");
    assert!(text.ends_with(" is your code for Ringdown. It is good for 5 minutes."), "{text}");
    let code = &text[..6];
    assert_eq!(
        post(&server, "/who/code", "", &format!("person=alpha&code={code}")).await.status(),
        401
    );
    let right = post(&server, "/who/code", &browser, &format!("person=alpha&code={code}")).await;
    assert_eq!(right.status(), 303);
    let session = cookie(&right);
    assert_eq!(name(&server, &session).await, "alpha");
    let log = server.log();
    for secret in [code, session.split_once('=').unwrap().1, browser.split_once('=').unwrap().1] {
        assert!(!log.contains(secret), "{log}");
    }

    let listed = server.run(&["sessions", "--data", "data", "--json"]).await;
    let listed: Value = serde_json::from_str(&stdout(&listed)).unwrap();
    assert_eq!(
        (listed[0]["person"].as_str(), listed[0]["good"].as_bool()),
        (Some("alpha"), Some(true))
    );
    let nobody = server.run(&["sessions", "revoke", "bravo", "--data", "data"]).await;
    assert_eq!(nobody.status.code(), Some(1));
    let id = listed[0]["id"].as_str().unwrap();
    let revoked = server.run(&["sessions", "revoke", id, "--data", "data"]).await;
    assert!(revoked.status.success(), "{revoked:?}");
    assert_eq!(name(&server, &session).await, "Who are you?");
    let listed = server.run(&["sessions", "--data", "data"]).await;
    assert_eq!(stdout(&listed), "0 sessions\n");
}

#[tokio::test]
async fn link_of_the_command_line_signs_somebody_in_once() {
    let server = server().await;
    let made =
        server.run(&["sessions", "new", "bravo", "--to", &server.address, "--data", "data"]).await;
    let printed = stdout(&made);
    let link = printed.lines().next().unwrap();
    let page = server.http.get(link).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(">Sign in as bravo</button>"), "{page}");
    let token = link.split_once("?link=").unwrap().1;
    let taken = post(&server, "/who/link", "", &format!("link={token}")).await;
    assert_eq!(taken.status(), 303);
    let session = cookie(&taken);
    assert_eq!(name(&server, &session).await, "bravo");
    assert_eq!(post(&server, "/who/link", "", &format!("link={token}")).await.status(), 401);
    assert!(!server.log().contains(token), "{}", server.log());
    assert_eq!(post(&server, "/logout", &session, "").await.status(), 303);
    assert_eq!(name(&server, &session).await, "Who are you?");
    let unknown = server.run(&["sessions", "new", "nobody", "--data", "data"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stdout(&unknown).contains("expected one of: alpha, bravo"), "{unknown:?}");
}
