//! The server scraped, and asked how it is.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::harness::{Plan, Server, body};

/// The token of this server's data folder, as Prometheus reads it.
pub(crate) fn token(server: &Server) -> String {
    let file = server.folder.path().join("data").join(ringdown::access::METRICS_FILE);
    std::fs::read_to_string(file).unwrap().trim().to_owned()
}

async fn scrape(server: &Server, token: &str, accept: &str) -> Response {
    let client = shared::http::client().unwrap();
    let request = client.get(format!("{}/metrics", server.address)).header(ACCEPT, accept);
    request.header(AUTHORIZATION, format!("Bearer {token}")).send().await.unwrap()
}

/// The series of a scrape in the text format.
pub(crate) async fn series(server: &Server, token: &str) -> BTreeMap<String, String> {
    let response = scrape(server, token, "text/plain").await;
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn printed_command_scrapes_the_server() {
    let server = Plan::new().start().await;
    let printed = server.printed().await;
    let token = token(&server);
    let command = printed.lines().find_map(|line| line.strip_prefix("Scrape it:")).unwrap().trim();
    let address = &server.address;
    assert_eq!(command, format!("curl -H 'Authorization: Bearer {token}' {address}/metrics"));
    assert!(!server.log().contains(&token));
    let series = series(&server, &token).await;
    assert_eq!(series["ringdown_config_good"], "1");
    assert_eq!(series["ringdown_dead_letters"], "0");
    assert_eq!(series["twilio_messages_failed_total{error_code=\"none\"}"], "0");
}

#[tokio::test]
async fn scrape_shows_what_happened_in_the_format_that_was_asked_for() {
    let server = Plan::new().start().await;
    let token = token(&server);
    assert_eq!(
        server.signed_for("https://elsewhere.example.com", "not-ours", &body("a", "x")).await,
        403
    );
    assert_eq!(server.twilio(&body("a", "hello")).await, 204);
    server.says("hello").await;
    let line = "ringdown_slack_lines_total";
    let mut shown = series(&server, &token).await;
    // The post is counted behind the answer to it, and a scrape is good for five seconds.
    for _ in 0..500 {
        if shown[line] == "1" {
            break;
        }
        let ahead = r#"{"ahead_ms": 6000}"#;
        assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
        tokio::time::sleep(Duration::from_millis(20)).await;
        shown = series(&server, &token).await;
    }
    assert_eq!(shown[line], "1");
    assert_eq!(shown["ringdown_requests_refused_total{reason=\"signature\"}"], "1");
    let open = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    let response = scrape(&server, &token, open).await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(header(&response, CONTENT_TYPE), kind);
    assert!(response.text().await.unwrap().ends_with("# EOF\n"));
    let client = shared::http::client().unwrap();
    let request = client.get(format!("{}/metrics", server.address)).bearer_auth(&token);
    let packed = request.header(ACCEPT_ENCODING, "gzip").send().await.unwrap();
    assert_eq!(header(&packed, CONTENT_TYPE), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(header(&packed, CONTENT_ENCODING), "gzip");
    let packed = packed.bytes().await.unwrap();
    assert!(unpacked(&packed).await.contains("\nringdown_slack_lines_total 1\n"));
    let head = client.head(format!("{}/metrics", server.address)).bearer_auth(&token);
    assert_eq!(head.send().await.unwrap().status(), 200);
}

/// The text of these bytes, by the program that everybody has.
async fn unpacked(packed: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), packed).unwrap();
    let mut gzip = Command::new("gzip");
    let mut gzip = gzip
        .args(["-dc"])
        .stdin(std::fs::File::open(file.path()).unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    gzip.stdout.take().unwrap().read_to_string(&mut text).await.unwrap();
    assert!(gzip.wait().await.unwrap().success());
    text
}

#[tokio::test]
async fn token_of_the_environment_wins_over_that_of_the_data_folder() {
    let server = Plan::new().set("METRICS_TOKEN", "old-one,new-one").start().await;
    assert!(server.printed().await.contains("\"Authorization: Bearer $METRICS_TOKEN\""));
    for shown in ["old-one", "new-one"] {
        assert_eq!(scrape(&server, shown, "*/*").await.status(), 200, "{shown}");
    }
    for wrong in [token(&server).as_str(), server.start_token().expose(), "old-one,new-one", ""] {
        let response = scrape(&server, wrong, "*/*").await;
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert!(!response.text().await.unwrap().contains("ringdown_"));
    }
}

#[tokio::test]
async fn server_without_its_data_file_is_unwell_and_shows_no_numbers() {
    let server = Plan::new().start().await;
    let token = token(&server);
    let health = async || {
        let response = server.get("/healthz").await;
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(health().await, (200, "ok\n".to_owned()));
    assert_eq!(scrape(&server, &token, "*/*").await.status(), 200);
    let data = server.folder.path().join("data");
    let file = data.join("ringdown.sqlite");
    std::fs::rename(&file, data.join("away")).unwrap();
    // What was read last is good for ten seconds, and five.
    let ahead = r#"{"ahead_ms": 11000}"#;
    assert_eq!(server.post("/sandbox/clock", &[], ahead.as_bytes()).await, 200);
    assert_eq!(scrape(&server, &token, "*/*").await.status(), 503);
    assert_eq!(health().await, (503, "the store does not answer\n".to_owned()));
}
