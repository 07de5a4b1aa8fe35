//! A Flow that is uploaded on a page of the sandbox, and walked through by plain forms.

use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde_json::json;

use crate::harness::{Plan, Server};
use crate::published::publish;

/// A Flow that asks for a key, and then a server at this address.
fn flow(server: &str) -> String {
    let transition = |event: &str, next: &str| json!({"event": event, "next": next});
    let states = json!([
        {"name": "Trigger", "type": "trigger", "properties": {}, "transitions": [transition("incomingCall", "menu")]},
        {"name": "menu", "type": "gather-input-on-call", "properties": {"say": "Press 1.", "number_of_digits": 1},
         "transitions": [transition("keypress", "health"), {"event": "speech"}, {"event": "timeout"}]},
        {"name": "health", "type": "make-http-request",
         "properties": {"method": "GET", "url": format!("{server}/health"), "content_type": "application/json"},
         "transitions": [transition("success", "fine"), transition("failed", "down")]},
        {"name": "fine", "type": "say-play", "properties": {"say": "It says {{widgets.health.body}}"},
         "transitions": [{"event": "audioComplete"}]},
        {"name": "down", "type": "say-play", "properties": {"say": "It is down."}, "transitions": [{"event": "audioComplete"}]},
    ]);
    json!({"description": "A line", "initial_state": "Trigger", "states": states}).to_string()
}

/// The form with a file, as a browser sends it.
fn form(text: &str) -> Vec<u8> {
    let head =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"line.json\"\r\n\r\n";
    format!("{head}{text}\r\n--x--\r\n").into_bytes()
}

/// Posts to a page; the status, and where it leads.
async fn post(server: &Server, path: &str, kind: &str, body: Vec<u8>) -> (u16, String) {
    let request = server.http.post(format!("{}{path}", server.address));
    let request = request.header(CONTENT_TYPE, kind).body(body);
    let answer = request.send().await.unwrap();
    let there = answer.headers().get(LOCATION).map(|there| there.to_str().unwrap().to_owned());
    (answer.status().as_u16(), there.unwrap_or_default())
}

async fn upload(server: &Server, text: &str) -> (u16, String) {
    post(server, "/sandbox/flows", "multipart/form-data; boundary=x", form(text)).await
}

async fn does(server: &Server, path: &str, fields: &str) -> String {
    let kind = "application/x-www-form-urlencoded";
    let (status, there) = post(server, path, kind, fields.as_bytes().to_vec()).await;
    assert_eq!(status, 303, "{path} {fields}");
    page(server, &there).await
}

async fn page(server: &Server, path: &str) -> String {
    let answer = server.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap().replace("&#x2f;", "/")
}

#[tokio::test]
async fn uploaded_flow_is_walked_through_and_sends_nothing() {
    let server = Plan::new().start().await;
    let (status, there) = upload(&server, &flow(&server.address)).await;
    assert_eq!(status, 303);
    let about = page(&server, &there).await;
    assert!(about.contains("The checks found nothing.") && about.contains("Call it"), "{about}");
    assert!(!about.contains("Text it"), "{about}");
    let walk = format!("{there}/walk");
    let shown = does(&server, &walk, "start=call").await;
    assert!(shown.contains("Press 1.") && shown.contains("<svg"), "{shown}");
    let next = format!("{walk}/next");
    let shown = does(&server, &next, "at=0&does=press&value=1").await;
    assert!(shown.contains("/health") && shown.contains("Nothing is sent"), "{shown}");
    let kind = "application/x-www-form-urlencoded";
    let (status, _) = post(&server, &next, kind, b"at=1&does=send".to_vec()).await;
    assert_eq!(status, 400);
    let shown = does(&server, &next, "at=1&does=fail").await;
    assert!(shown.contains("It is down.") && shown.contains("81016, health"), "{shown}");
    // Uploads of what is no Flow, what is too large, and what comes from elsewhere.
    assert_eq!(upload(&server, "{}").await.0, 400);
    assert_eq!(upload(&server, &"x".repeat(1024 * 1024)).await.0, 413);
    let foreign = [
        ("origin", "https://elsewhere.example"),
        ("content-type", "multipart/form-data; boundary=x"),
    ];
    assert_eq!(server.post("/sandbox/flows", &foreign, &form("{}")).await, 403);
    let stranger = shared::http::client().unwrap().get(format!("{}{walk}", server.address));
    let stranger = stranger.send().await.unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn server_that_was_started_for_it_sends_the_request() {
    let mut plan = Plan::new();
    plan.arguments.extend(["--http", "live", "--http-allow", "127.0.0.1"].map(str::to_owned));
    let server = plan.start().await;
    let (_, there) = upload(&server, &flow(&server.address)).await;
    does(&server, &format!("{there}/walk"), "start=call").await;
    let next = format!("{there}/walk/next");
    does(&server, &next, "at=0&does=press&value=1").await;
    let shown = does(&server, &next, "at=1&does=send").await;
    assert!(shown.contains("It says ok"), "{shown}");
}

#[tokio::test]
async fn flow_of_the_simulated_studio_is_deleted() {
    let server = Plan::new().start().await;
    let token = server.simulated().auth_token;
    let account = sandbox::twilio::SANDBOX_ACCOUNT;
    let wait = json!({"name": "wait", "type": "send-and-wait-for-reply",
        "properties": {"from": "+15005550006", "body": "Hello", "timeout": "600"},
        "transitions": [{"event": "incomingMessage"}, {"event": "timeout"}, {"event": "deliveryFailure"}]});
    let trigger = json!({"name": "Trigger", "type": "trigger", "properties": {},
        "transitions": [{"event": "incomingRequest", "next": "wait"}]});
    let definition =
        json!({"description": "", "initial_state": "Trigger", "states": [trigger, wait]})
            .to_string();
    let sid = publish(&server, "f", &definition).await;
    let flow = format!("{}/sandbox/twilio/v2/Flows/{sid}", server.address);
    for expected in [204, 404] {
        let request = server.http.delete(&flow).basic_auth(account, Some(token.expose()));
        assert_eq!(request.send().await.unwrap().status(), expected);
    }
}
