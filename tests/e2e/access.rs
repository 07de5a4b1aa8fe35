//! Access to a server on one machine: whoever has the token of its start, or the password; vendors and monitors by
//! their own credentials. Where a request comes from, or says it comes from, plays no part.

mod links;
mod simulated_vendors;

use reqwest::Client;
use ringdown::simulated::endpoints::SANDBOX;
use serde_json::{Value, json};
use shared::http::endpoints::{Access, ENDPOINTS, Method};

use crate::harness::{Plan, Server, stdout};
use crate::scenario::{CallWith, config, usual};

/// A server whose policy has phones, and nothing real.
fn bare() -> Plan {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    Plan { config: config(CallWith::Voice, &usual()), ..plan }
}

/// Somebody who has no token.
fn stranger() -> Client {
    shared::http::client().unwrap()
}

async fn ask(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let url = format!("{}{path}", server.address);
    let mut request = stranger().request(method.parse().unwrap(), url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Every endpoint: its method, a path of it, and who may use it.
fn endpoints() -> Vec<(&'static str, String, Access)> {
    let product = ENDPOINTS.iter().map(|route| (route.method, route.path, route.access));
    let sandbox = SANDBOX.iter().map(|route| (route.method, route.path, route.access));
    let example = |path: &str| {
        let path = path.replace("/alarms/{proxy+}", "/alarms/checkout-5xx-rate/raise");
        let path = path.replace("/phones/{proxy+}", "/phones/alpha/answer");
        let path = path.replace("/samples/{proxy+}", "/samples/worker-activity");
        path.replace("/sandbox/{proxy+}", "/sandbox/phones")
            .replace("{attempt}", "1")
            .replace(['{', '}', '+'], "")
    };
    let method = |method| if method == Method::Get { "GET" } else { "POST" };
    product
        .chain(sandbox)
        .map(|(verb, path, access)| (method(verb), example(path), access))
        .collect()
}

#[tokio::test]
async fn post_of_another_sites_page_does_nothing_whatever_it_carries() {
    let server = bare().start().await;
    let bearer = format!("Bearer {}", server.start_token().expose());
    let port = server.address.rsplit(':').next().unwrap();
    let by_pages = |access| {
        matches!(
            access,
            Access::Anyone
                | Access::Viewer
                | Access::TextLink
                | Access::Sandbox
                | Access::SandboxApi
        )
    };
    let posts = endpoints()
        .into_iter()
        .filter(|(method, _, access)| *method == "POST" && by_pages(*access));
    for (method, path, _) in posts {
        for origin in [
            "https://evil.example.com",
            "http://127.0.0.1:1",
            "null",
            &format!("http://evil.example.com:{port}"),
        ] {
            let headers = [("authorization", bearer.as_str()), ("origin", origin)];
            assert_eq!(ask(&server, method, &path, &headers, "{}").await.0, 403, "{path} {origin}");
        }
    }
    assert_eq!(server.get("/incidents.json").await.text().await.unwrap(), "[]");
}

#[tokio::test]
async fn stranger_behind_any_proxy_reaches_nothing() {
    let server = bare().start().await;
    let own = server.address.strip_prefix("http://").unwrap().to_owned();
    let before = server.get("/sandbox/clock").await.text().await.unwrap();
    let event = json!({
        "AlarmName": "checkout-5xx-rate", "NewStateValue": "ALARM", "ahead_ms": 86_400_000, "text": "from outside",
    });
    // nginx's plain proxy_pass and a raw TCP tunnel; HAProxy's defaults; a proxy that tells where it got it from.
    for headers in [
        &[("host", own.as_str())][..],
        &[("host", "localhost")],
        &[("host", "ringdown.example.com")],
        &[("host", own.as_str()), ("x-forwarded-for", "127.0.0.1")],
        &[("host", own.as_str()), ("origin", server.address.as_str())],
        &[("host", own.as_str()), ("authorization", "Bearer guess")],
        &[("host", own.as_str()), ("cookie", "ringdown-start-8080=guess; ringdown=1.2")],
    ] {
        for (method, path, access) in endpoints() {
            let body = if method == "GET" { String::new() } else { event.to_string() };
            let (status, text) = ask(&server, method, &path, headers, &body).await;
            let what = format!("{method} {path} {headers:?}: {status} {text}");
            assert!(!text.contains("+1500555") && !text.contains("alpha"), "{what}");
            match access {
                Access::Anyone if path.starts_with("/health") => assert_eq!(text, "ok\n", "{what}"),
                // The log-in, which lets nobody in without a password, and what it is made of.
                Access::Anyone => {
                    assert!(path.starts_with("/log") || path.starts_with("/assets/"), "{what}")
                }
                Access::Viewer | Access::Sandbox | Access::AlarmsToken | Access::MetricsToken => {
                    assert_eq!(status, 401, "{what}")
                }
                Access::TwilioSignature | Access::SlackSignature | Access::FlowToken => {
                    assert!([400, 403].contains(&status), "{what}");
                }
                // Nobody has a link, and what is said is the same of each.
                Access::TextLink => {
                    assert!(status == 404 && text.contains("This link opens nothing"), "{what}");
                }
                Access::CalendarLink => assert_eq!(status, 404, "{what}"),
                Access::SandboxApi => {
                    let refused = [401, 404].contains(&status) || text.contains("auth");
                    assert!(refused, "{what}");
                }
            }
        }
    }
    let incidents = server.get("/incidents.json").await.text().await.unwrap();
    assert_eq!((incidents.as_str(), server.messages().await), ("[]", Vec::<Value>::new()));
    let phones = server.get("/sandbox/phones/state").await.text().await.unwrap();
    let phones: Value = serde_json::from_str(&phones).unwrap();
    for phone in phones["phones"].as_array().unwrap() {
        assert!(phone["call"].is_null(), "{phone}");
        assert_eq!((&phone["texts"], &phone["history"]), (&json!([]), &json!([])), "{phone}");
    }
    let after = server.get("/sandbox/clock").await.text().await.unwrap();
    let day = |clock: &str| clock.get(..18).unwrap().to_owned();
    assert_eq!(day(&after), day(&before));
}

#[tokio::test]
async fn alarm_command_reads_the_token_of_the_data_folder() {
    let server = bare().start().await;
    let event =
        concat!(env!("CARGO_MANIFEST_DIR"), "/events/outage-intake/eventbridge-metric.json");
    let run = async |arguments: &[&str]| {
        let arguments = [&["alarm", event, "--to", &server.address], arguments].concat();
        server.run(&arguments).await
    };
    let raised = run(&["--data", "data"]).await;
    assert!(raised.status.success(), "{raised:?}");
    assert!(stdout(&raised).contains("202") && stdout(&raised).contains("incident"), "{raised:?}");
    let nowhere = run(&[]).await;
    let told = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(told.contains(".ringdown/start-token is not there"), "{told}");
    let other = Plan::new().start().await;
    let data = other.folder.path().join("data");
    let refused = run(&["--data", data.to_str().unwrap()]).await;
    assert!(!refused.status.success() && stdout(&refused).contains("--data DIR"), "{refused:?}");
}
