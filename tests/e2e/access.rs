//! Who may use a server on one machine: whoever has the token of its start, or the password; vendors and monitors by
//! their own credentials. Where a request comes from, or says it comes from, plays no part.

use reqwest::{Client, Response, StatusCode};
use ringdown::simulated::endpoints::SANDBOX;
use serde_json::{Value, json};
use shared::http::endpoints::{Access, ENDPOINTS, Method};
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};

use crate::harness::{Plan, Server, TOKEN, body, stdout};
use crate::scenario::{Way, config, usual};

/// What former versions signed with, or asked for: everybody could read it.
const OLD: [&str; 3] = [
    "the-sandbox-twilio-s-auth-token",
    "the-sandbox-slack-s-signing-secret",
    "xoxb-the-sandbox-slack-s-bot-token",
];

/// A server whose policy has phones, and nothing real.
fn bare() -> Plan {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    Plan { config: config(Way::Voice, &usual()), ..plan }
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

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
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
