//! The simulated Twilio and Slack: whose credentials open them, and when they are not there.

use serde_json::{Value, json};
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};

use super::{ask, bare, stranger};
use crate::harness::{Plan, TOKEN, body};

/// What former versions signed with, or asked for: everybody could read it.
const OLD: [&str; 3] = [
    "the-sandbox-twilio-s-auth-token",
    "the-sandbox-slack-s-signing-secret",
    "xoxb-the-sandbox-slack-s-bot-token",
];

#[tokio::test]
async fn simulated_vendors_ask_for_their_own_credentials() {
    let server = bare().start().await;
    let simulated = server.simulated();
    let [old_token, _, old_bot] = OLD;
    let account = "AC00000000000000000000000000000001";
    let calls = format!("/sandbox/twilio/2010-04-01/Accounts/{account}/Calls.json");
    let basic = async |user: &str, password: &str| {
        let url = format!("{}{calls}", server.address);
        let request = stranger().get(url).basic_auth(user, Some(password));
        request.send().await.unwrap().status().as_u16()
    };
    let own = simulated.auth_token.expose();
    assert_eq!(basic(account, own).await, 200);
    for (user, password) in [
        (account, old_token),
        (account, ""),
        (account, TOKEN),
        ("AC00000000000000000000000000000002", own),
        ("", own),
    ] {
        assert_eq!(basic(user, password).await, 401, "{user}");
    }
    assert_eq!(ask(&server, "GET", &calls, &[], "").await.0, 401);
    // The start token is none of Twilio's.
    assert_eq!(server.get(&calls).await.status(), 401);

    let post = "/sandbox/slack/api/chat.postMessage";
    let message = json!({"channel": "C1", "text": "from a stranger"}).to_string();
    let json = ("content-type", "application/json");
    for (bearer, word) in [
        (format!("Bearer {old_bot}"), "invalid_auth"),
        ("Bearer xoxb-guess".to_owned(), "invalid_auth"),
        (format!("Bearer {}", simulated.bot_token.expose()), "channel_not_found"),
    ] {
        let (status, told) =
            ask(&server, "POST", post, &[json, ("authorization", &bearer)], &message).await;
        assert_eq!(status, 200);
        assert!(told.contains(word), "{told}");
    }
    let text = json!({"text": "by a webhook"}).to_string();
    for hook in ["default", "guess/default", "/default"] {
        let path = format!("/sandbox/slack/services/{hook}");
        assert_eq!(ask(&server, "POST", &path, &[], &text).await, (404, "no_service".to_owned()));
    }
    let hook = format!("/sandbox/slack/services/{}/default", simulated.webhook_key.expose());
    assert_eq!(ask(&server, "POST", &hook, &[], &text).await, (200, "ok".to_owned()));
    let (status, _) = ask(&server, "POST", "/sandbox/slack/respond/guess", &[], &text).await;
    assert_eq!(status, 404);
    let said: Vec<Value> = server.messages().await;
    assert_eq!(said.len(), 1, "{said:?}");
}

#[tokio::test]
async fn former_secrets_of_the_simulated_vendors_sign_nothing() {
    let server = Plan { config: Plan::new().config, ..bare() }.start().await;
    let event = body("a", "from outside");
    let target = with_body_hash("/twilio/events", &event);
    let [old_token, old_signing, _] = OLD;
    for (base, host) in [
        ("https://tunnel.example.com", "tunnel.example.com"),
        (server.address.as_str(), server.address.strip_prefix("http://").unwrap()),
    ] {
        let url = format!("{base}{target}");
        let signed = signature(&url, Payload::Nothing, &Secret::new(old_token));
        let headers = [("x-twilio-signature", signed.as_str()), ("host", host)];
        assert_eq!(server.post(&target, &headers, &event).await, 403, "{base}");
    }
    let clock = server.get("/sandbox/clock").await.text().await.unwrap();
    let clock: Value = serde_json::from_str(&clock).unwrap();
    let now: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    let now = now.as_second().to_string();
    let signed = shared::slack::signature::sign(&Secret::new(old_signing), &now, b"payload={}");
    let headers = [("x-slack-request-timestamp", now.as_str()), ("x-slack-signature", &signed)];
    assert_eq!(server.post("/slack/actions", &headers, b"payload={}").await, 403);
    let own = server.simulated();
    assert_eq!(server.signed_for(&server.address, own.auth_token.expose(), &event).await, 204);
    let signed = shared::slack::signature::sign(&own.signing_secret, &now, b"payload={}");
    let headers = [("x-slack-request-timestamp", now.as_str()), ("x-slack-signature", &signed)];
    assert_eq!(server.post("/slack/actions", &headers, b"payload={}").await, 200);
}

#[tokio::test]
async fn real_vendor_has_no_simulated_twin_unless_the_flag_says_so() {
    const SLACK: [(&str, &str); 4] = [
        ("GET", "/sandbox/slack"),
        ("GET", "/sandbox/slack.js"),
        ("GET", "/sandbox/slack/messages"),
        ("POST", "/sandbox/slack/click"),
    ];
    const TWILIO: [(&str, &str); 4] = [
        ("GET", "/sandbox/phones"),
        ("GET", "/sandbox/phones/state"),
        ("GET", "/sandbox/twilio/log"),
        ("GET", "/sandbox/twilio/2010-04-01/Accounts/AC1/Calls.json"),
    ];
    const EVENTS: [(&str, &str); 4] = [
        ("GET", "/sandbox/clock"),
        ("POST", "/sandbox/clock"),
        ("POST", "/sandbox/alarms/checkout-5xx-rate/raise"),
        ("POST", "/sandbox/samples/worker-activity"),
    ];
    for (name, twilio, slack) in [
        ("TWILIO_AUTH_TOKEN", true, false),
        ("SLACK_SIGNING_SECRET", false, true),
        ("SLACK_WEBHOOK_A", false, true),
    ] {
        let plan = Plan { config: Plan::new().config, ..bare() };
        let server = plan.set(name, "https://hooks.example.com/a-real-one").start().await;
        for (paths, is_off) in [(SLACK, slack), (TWILIO, twilio), (EVENTS, true)] {
            for (method, path) in paths {
                let request = server
                    .http
                    .request(method.parse().unwrap(), format!("{}{path}", server.address));
                let status = request.send().await.unwrap().status();
                assert_eq!(status == 404, is_off, "{name}: {method} {path} {status}");
            }
        }
        let printed = server.printed().await;
        assert_eq!(printed.contains("/sandbox/phones"), !twilio, "{printed}");
        assert_eq!(printed.contains("/sandbox/slack"), !slack, "{printed}");
    }
    let plan = Plan { arguments: vec!["--sandbox".to_owned()], ..bare() };
    let server =
        plan.set("TWILIO_AUTH_TOKEN", TOKEN).set("SLACK_SIGNING_SECRET", "real").start().await;
    for path in ["/sandbox/slack", "/sandbox/phones", "/sandbox/clock"] {
        assert_eq!(server.get(path).await.status(), 200, "{path}");
    }
}
