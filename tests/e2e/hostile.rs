//! Hostile requests: whatever comes in gets a clear answer, and the server still stands.

use serde_json::json;
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{BASE, Plan, Server, TOKEN, body, line, stdout};

async fn server() -> Server {
    Plan::new().start().await
}

fn sign(target: &str) -> String {
    signature(&format!("{BASE}{target}"), Payload::Nothing, &Secret::new(TOKEN))
}

/// Sends bytes as they are, and gives the answer's status line.
async fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream =
        TcpStream::connect(server.address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn forgeries_are_refused_and_the_log_says_why() {
    let server = server().await;
    let event = body("a", "x");
    let target = with_body_hash("/twilio/events", &event);
    let signed = sign(&target);
    let refused = [
        (server.post(&target, &[], &event).await, 403, "there is no X-Twilio-Signature header"),
        (server.post(&target, &[("x-twilio-signature", "AAAA")], &event).await, 403, "no URL near"),
        (
            server.post(&target, &[("x-twilio-signature", &signed)], b"[]").await,
            403,
            "the body hash is not",
        ),
        (
            server.post(&target, &[("x-twilio-signature", "BBBB")], &event).await,
            403,
            "Other URLs are tried once a minute",
        ),
    ];
    for (status, expected, why) in refused {
        assert_eq!(status, expected, "{why}");
        assert!(server.log().contains(why), "{why}: {}", server.log());
    }
    for (base, why) in [
        ("http://ringdown.example.com", "http for https"),
        ("https://ringdown.example.com:8443", "another port"),
    ] {
        // Signed by our own token, for an address that we are not called by: that is our set-up.
        assert_eq!(server.signed_for(base, TOKEN, &event).await, 503, "{why}");
        server.logs(why).await;
    }
    let bare = sign("/twilio/events");
    assert_eq!(server.post("/twilio/events", &[("x-twilio-signature", &bare)], &event).await, 403);
    server.logs("its query has no bodySHA256").await;
    let hash = target.split_once('?').unwrap().1;
    let twice = format!("{target}&{hash}");
    let signed_twice = sign(&twice);
    assert_eq!(server.post(&twice, &[("x-twilio-signature", &signed_twice)], &event).await, 403);
    server.logs("more than one bodySHA256").await;
    assert!(!server.log().contains(&signed) && !server.log().contains(TOKEN), "{}", server.log());
    server.is_alive().await;
}

#[tokio::test]
async fn what_is_no_event_becomes_a_dead_letter() {
    let server = server().await;
    let deep = "[".repeat(200_000);
    let nested = format!(
        r#"{{"type":"com.example.line","id":"1","data":{}}}"#,
        "[".repeat(5_000) + &"]".repeat(5_000)
    );
    let bodies: [&[u8]; 7] = [
        b"hello",
        b"{}",
        b"7",
        br#"[{"type":7}]"#,
        deep.as_bytes(),
        nested.as_bytes(),
        b"\xff\xfe\x00",
    ];
    for body in bodies {
        assert_eq!(server.twilio(body).await, 204, "{:?}", &body[..body.len().min(20)]);
    }
    assert_eq!(server.twilio(b"[]").await, 204);
    server.is_alive().await;
    for _ in 0..100 {
        if stdout(&server.run(&["dead-letters", "--data", "data"]).await).contains("7 dead letters")
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let listed = stdout(&server.run(&["dead-letters", "--data", "data"]).await);
    for reason in
        ["it is not JSON", "it has no `type`", "it is not a JSON object", "it is not UTF-8"]
    {
        assert!(listed.contains(reason), "{reason}: {listed}");
    }
    let replay = server.run(&["dead-letters", "--replay", "--data", "data"]).await;
    assert!(stdout(&replay).contains("7 could not be replayed"), "{}", stdout(&replay));
    assert_eq!(replay.status.code(), Some(1));
}

#[tokio::test]
async fn one_bad_event_among_ninety_nine_good_ones() {
    let server = server().await;
    let mut events: Vec<_> = (0..99).map(|n| line("a", &format!("good {n}"))).collect();
    events.insert(50, json!({"type": "com.example.line"}));
    assert_eq!(server.twilio(json!(events).to_string().as_bytes()).await, 204);
    let message = server.says("good 98").await;
    let expected: Vec<String> = (0..99).map(|n| format!("good {n}")).collect();
    assert_eq!(message["text"], expected.join("\n"));
    let listed = stdout(&server.run(&["dead-letters", "--data", "data"]).await);
    assert!(listed.contains("1 dead letters") && listed.contains("it has no `id`"), "{listed}");
}

#[tokio::test]
async fn size_has_a_limit() {
    let server = server().await;
    assert_eq!(server.twilio(&vec![b' '; 6 * 1024 * 1024]).await, 413);
    let long = body("a", &"x".repeat(1_000_000));
    assert_eq!(server.twilio(&long).await, 204);
    let message = server.says("(cut: 1000000 characters in all)").await;
    assert!(message["text"].as_str().unwrap().len() < 3_000);
    server.is_alive().await;
}

#[tokio::test]
async fn odd_requests_get_an_answer() {
    let server = server().await;
    let event = body("a", "odd");
    let target = with_body_hash("/twilio/events", &event);
    let signed = sign(&target);
    let signature = ("x-twilio-signature", signed.as_str());
    // An odd Host plays no part: the public URL decides.
    assert_eq!(server.post(&target, &[signature, ("host", "bad host<>")], &event).await, 204);
    let head = |target: &str| {
        format!(
            "POST {target} HTTP/1.1\r\nhost: x\r\nx-twilio-signature: {signed}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        )
    };
    let cases: [(Vec<u8>, &str); 6] = [
        (head("/twilio/events?a b").into_bytes(), "400"),
        ([b"POST /twilio/events?\xff\xfe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".as_slice()].concat(), "400"),
        (head("/twilio/events?%ff%00").into_bytes(), "403"),
        (b"POST /twilio/events HTTP/1.1\r\nhost: x\r\nx-twilio-signature: \xff\xfe\r\nconnection: close\r\n\r\n".to_vec(), "403"),
        (b"\x16\x03\x01\x00\xa5\x01\x00".to_vec(), ""),
        (b"GET /twilio/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(), "405"),
    ];
    for (bytes, status) in cases {
        let answer = raw(&server, &bytes).await;
        let got = answer.split(' ').nth(1).unwrap_or_default();
        assert!(got.starts_with(status), "{:?}: {answer:?}", String::from_utf8_lossy(&bytes));
    }
    server.is_alive().await;
}
