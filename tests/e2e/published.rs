//! Flows of the simulated Studio.

use serde_json::Value;

use crate::harness::Server;

/// Publishes a Flow in the simulated Studio, and gives its SID.
pub(crate) async fn publish(server: &Server, name: &str, definition: &str) -> String {
    let form = [("FriendlyName", name), ("Status", "published"), ("Definition", definition)];
    let form: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let token = server.simulated().auth_token;
    let request = server
        .http
        .post(format!("{}/sandbox/twilio/v2/Flows", server.address))
        .basic_auth(sandbox::twilio::SANDBOX_ACCOUNT, Some(token.expose()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 201, "{text}");
    let flow: Value = serde_json::from_str(&text).unwrap();
    flow["sid"].as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
}
