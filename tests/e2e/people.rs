//! Somebody has their own phone rung, and the page says that it rang and was answered.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;

use crate::harness::{Plan, Server, stdout};
use crate::scenario::{CallWith, config, usual};

const ALPHA: &str = "+15005550001";

async fn post(server: &Server, path: &str, cookies: &str, form: &str) -> Response {
    let url = format!("{}{path}", server.address);
    let request = server.http.post(url).header("cookie", cookies).body(form.to_owned());
    request.send().await.unwrap()
}

async fn phone(server: &Server) -> Value {
    let state = server.get("/sandbox/phones/state").await.text().await.unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let phones = state["phones"].as_array().unwrap();
    phones.iter().find(|phone| phone["number"] == ALPHA).unwrap().clone()
}

/// Waits until alpha's phone is so.
async fn waits(server: &Server, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..500 {
        let state = phone(server).await;
        if is_so(&state) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: {:#}\n{}", phone(server).await, server.log());
}

#[tokio::test]
async fn test_call_rings_the_phone_of_whoever_asks_and_the_page_says_so() {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    let server = Plan { config: config(CallWith::Voice, &usual()), ..plan }.start().await;
    let made =
        server.run(&["sessions", "new", "alpha", "--to", &server.address, "--data", "data"]).await;
    let printed = stdout(&made);
    let token = printed.lines().next().unwrap().split_once("?link=").unwrap().1.to_owned();
    let signed_in = post(&server, "/who/link", "", &format!("link={token}")).await;
    let session = signed_in.headers()["set-cookie"].to_str().unwrap();
    let session = session.split(';').next().unwrap().to_owned();

    let asked = post(&server, "/people/ring-me", &session, "").await;
    assert_eq!(asked.headers()["location"], "/people?asked=ring");
    waits(&server, "it does not ring", |phone| phone["call"]["status"] == "ringing").await;
    let press = async |what: &str| {
        let path = format!("/sandbox/phones/{ALPHA}/{what}");
        assert_eq!(post(&server, &path, "", "").await.status(), 200, "{what}");
    };
    press("answer").await;
    waits(&server, "no key is asked for", |phone| !phone["call"]["gathering"].is_null()).await;
    press("press/1").await;
    let over = waits(&server, "it is not over", |phone| phone["call"].is_null()).await;
    let said = over["history"][0]["said"].as_array().unwrap();
    assert!(said[0].as_str().unwrap().starts_with("This is a test."), "{said:?}");
    assert_eq!(said[1], "Thank you. Ringdown can reach you. Good bye.");
    let page = server.get("/people").await.text().await.unwrap();
    assert!(page.contains("it rang, was answered, and 1 was pressed"), "{page}");
    assert!(page.contains("last answered") && !page.contains("5550001"), "{page}");
    assert_eq!(server.get("/incidents.json").await.text().await.unwrap(), "[]");
    assert!(!server.log().contains("+15005550001 "), "{}", server.log());
    let card = server.get("/people/ringdown.vcf").await.text().await.unwrap();
    assert!(card.contains("TEL;TYPE=VOICE,CELL:+1"), "{card}");
}
