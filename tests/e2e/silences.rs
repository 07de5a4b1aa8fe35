//! Silences of globs: made and ended on the page and by the command, in the channel and for what goes off meanwhile.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Plan, Server};
use crate::scenario::{CallWith, config, usual};

/// A server whose policy has phones, and nothing real.
async fn server() -> Server {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    let window = "\n[[silences]]\nalarms = [\"batch\"]\nfrom = \"2099-01-01T00:00Z\"\nuntil = \"2099-01-02T00:00Z\"\n";
    Plan { config: config(CallWith::Voice, &(usual() + window)), ..plan }.start().await
}

async fn post(server: &Server, path: &str, form: &str) -> (u16, String) {
    let url = format!("{}{path}", server.address);
    let answer = server.http.post(url).body(form.to_owned()).send().await.unwrap();
    let there = answer.headers().get("location").map(|at| at.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    (status, there.unwrap_or(answer.text().await.unwrap()))
}

/// An alarm of this name goes off. Gives what became of it.
async fn goes_off(server: &Server, name: &str) -> String {
    let url = format!("{}/alarms/{name}", server.address);
    let body = json!({"state": "alarm", "title": "too much"}).to_string();
    let token = server.start_token();
    let request = server.http.post(url).bearer_auth(token.expose()).body(body);
    let answer = request.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer[0]["outcome"].as_str().unwrap().to_owned()
}

/// The page, once it says this.
async fn page(server: &Server, text: &str) -> String {
    let mut page = String::new();
    for _ in 0..500 {
        page = server.get("/silences").await.text().await.unwrap();
        if page.contains(text) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {text:?} in {page}: {}", server.log());
}

#[tokio::test]
async fn page_makes_a_silence_that_holds_calls_back_until_it_is_ended() {
    let server = server().await;
    let form = "alarms=disk-*&for=1h&reason=a+deploy,+call+%2B491701234567&do=make";
    assert_eq!(
        post(&server, "/silences", form).await,
        (303, "/silences?asked=silence#asked".to_owned())
    );
    let shown = page(&server, "End now").await;
    let of_file = post(&server, "/silences", "alarms=x&until=2020-01-01T00:00&do=make").await;
    assert!(of_file.1.contains("<code>ringdown.toml:"), "{}", of_file.1);
    assert!(!of_file.1.contains("config/"), "{}", of_file.1);
    assert!(shown.contains("somebody on the page asked for it: a deploy, call +…4567"), "{shown}");
    server.says(":mute: *somebody on the page* silenced `disk-*` until").await;
    assert_eq!(goes_off(&server, "disk-full").await, "silenced");
    server.says("*disk-full* went off while silenced").await;
    let told = server.says("call +…4567): nobody is called").await;
    assert!(
        !told.to_string().contains("1701234567") && !server.log().contains("1701234567"),
        "{told}"
    );
    let (status, found) = post(&server, "/silences", "alarms=disk-*&do=preview&part=preview").await;
    assert!(status == 200 && found.contains("<code>disk-full</code>"), "{found}");
    let (_, behind) = shown.split_once(r#"name="id" value=""#).unwrap();
    let id = behind.split('"').next().unwrap();
    let ended = post(&server, "/silences/end", &format!("id={id}")).await;
    assert_eq!(ended, (303, "/silences?asked=end#asked".to_owned()));
    server.says(":bell: *somebody on the page* ended the silence of `disk-*` by").await;
    server.says("*disk-full* went off").await;
    let shown = page(&server, "somebody on the page ended it").await;
    assert!(!shown.contains("End now"), "{shown}");
}
