//! Webhooks that are tried again, as the fragment of their URL says.

use tokio::io::AsyncReadExt;

use super::super::twiml::Method;
use super::super::webhook::Webhook;
use super::*;

fn webhook(url: &str) -> Webhook {
    let fields = vec![("MessageStatus".to_owned(), "sent".to_owned())];
    Webhook::new("SM1", "sent", (url, Method::Post), fields)
}

/// The statuses, or reasons, that the journal has of what was sent.
fn journaled(fixture: &Fixture) -> Vec<String> {
    let journal: Value = serde_json::from_slice(&fixture.twilio.journal().body).expect("JSON");
    let sent = journal["callbacks"].as_array().expect("a list").iter();
    sent.map(|sent| match &sent["error"] {
        Value::Null => sent["status"].to_string(),
        error => error.as_str().expect("a reason").to_owned(),
    })
    .collect()
}

#[tokio::test]
async fn webhook_is_tried_again_only_if_its_url_asks_for_it() {
    for (fragment, answers, tries) in [
        ("", vec![503], vec!["503"]),
        ("#rc=5", vec![503], vec!["503"]),
        ("#rc=5&rp=ct,rt,5xx", vec![503, 500, 204], vec!["503", "500", "204"]),
        ("#rc=1&rp=5xx", vec![503, 500, 204], vec!["503", "500"]),
        ("#rc=2&rp=4xx", vec![403, 500], vec!["403", "500"]),
        ("#rc=5&rp=5xx", vec![404], vec!["404"]),
    ] {
        let fixture = Fixture::new().await;
        fixture.answers("/status", &answers);
        let url = format!("{PUBLIC}/status{fragment}");
        let answer = fixture.twilio.send(&webhook(&url)).await.expect("an answer");
        assert_eq!(journaled(&fixture), tries, "{fragment}");
        assert_eq!(answer.status.to_string(), tries[tries.len() - 1], "{fragment}");
        let received = fixture.received("/status");
        assert!(
            received.iter().all(|received| received.target == "/status"),
            "no fragment is sent"
        );
        let tokens: Vec<&str> = received.iter().map(|received| received.token.as_str()).collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
        assert_eq!(tokens.len(), tries.len(), "{fragment}");
    }
}

#[tokio::test]
async fn webhook_without_an_answer_is_tried_again_within_its_timeouts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    // Takes requests, and answers none.
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move { while stream.read_u8().await.is_ok() {} });
        }
    });
    for (fragment, tries) in [
        ("#rt=100&rc=2&rp=rt", 3),
        ("#rt=100&rc=2", 1),
        ("#rt=100&rc=5&rp=5xx,ct", 1),
        ("#rt=200&tt=300&rc=5&rp=all", 2),
    ] {
        let fixture = Fixture::new().await;
        let error = fixture.twilio.send(&webhook(&format!("http://{address}/{fragment}"))).await;
        assert_eq!(error, Err("no answer in time".to_owned()), "{fragment}");
        assert_eq!(journaled(&fixture).len(), tries, "{fragment}");
    }
    let fixture = Fixture::new().await;
    for (fragment, tries) in [("", 2), ("#rc=3", 4), ("#rc=0", 1), ("#rp=5xx", 1)] {
        let before = journaled(&fixture).len();
        // Nobody listens at this port.
        let error = fixture.twilio.send(&webhook(&format!("http://127.0.0.1:1/{fragment}"))).await;
        assert_eq!(error, Err("nobody listens there".to_owned()), "{fragment}");
        assert_eq!(journaled(&fixture).len() - before, tries, "{fragment}");
    }
}
