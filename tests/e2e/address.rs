//! The address that a server is called by, what is signed for another one, and how much is read of an answer.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use shared::secret::Secret;
use shared::slack::client::{Client, Destination, PostError};
use shared::slack::post::Post;
use shared::testing::{Answer, vendor};
use shared::twilio::signature::{Payload, signature, with_body_hash};

use crate::harness::{Plan, TOKEN, body, ringdown};

#[tokio::test]
async fn public_url_that_cannot_be_right_is_an_error_at_the_start_and_in_check() {
    let folder = tempfile::tempdir().unwrap();
    for (url, expected) in [
        ("ringdown.example.com", "has no scheme: expected https://"),
        ("calls.example.org/prefix/", "has no scheme: expected https://"),
        ("localhost:8080", "has no scheme: expected https://"),
        ("//calls.example.org", "has no scheme: expected https://"),
        ("ftp://calls.example.org", "neither https nor http"),
        ("https://", "is no address"),
        ("https://calls.example.org?a=b", "is no address"),
    ] {
        for arguments in [&["--port", "0", "--data", "data"][..], &["check"]] {
            let mut command = ringdown(folder.path());
            let output =
                command.env("PUBLIC_BASE_URL", url).args(arguments).output().await.unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{url} {arguments:?}: {told}");
            assert!(told.contains("PUBLIC_BASE_URL") && told.contains(expected), "{url}: {told}");
            assert!(!String::from_utf8_lossy(&output.stdout).contains("listening"), "{url}");
        }
    }
    assert!(!folder.path().join("data").exists(), "nothing is made before that");
}

#[tokio::test]
async fn what_our_token_signed_for_another_address_is_tried_again() {
    let server =
        Plan::new().set("PUBLIC_BASE_URL", "https://calls.example.org/prefix").start().await;
    let event = body("a", "x");
    let target = with_body_hash("/twilio/events", &event);
    let post = async |base: &str, token: &str, headers: &[(&str, &str)]| {
        let signed = signature(&format!("{base}{target}"), Payload::Nothing, &Secret::new(token));
        let headers = [&[("x-twilio-signature", signed.as_str())], headers].concat();
        server.post(&target, &headers, &event).await
    };
    assert_eq!(post("https://calls.example.org/prefix", TOKEN, &[]).await, 204);
    for (base, headers, why) in [
        ("http://calls.example.org/prefix", &[][..], "http for https"),
        ("https://calls.example.org", &[], "the prefix /prefix of PUBLIC_BASE_URL is missing"),
        ("https://other.example.org", &[("host", "other.example.org")], "host is not trusted"),
        ("http://other.example.org:81", &[("host", "other.example.org:81")], "host is not trusted"),
        (
            "https://tunnel.example.org",
            &[("x-forwarded-host", "tunnel.example.org")],
            "x-forwarded-host is not trusted",
        ),
    ] {
        // Again and again, whatever strangers send meanwhile.
        for _ in 0..3 {
            assert_eq!(post(base, "a stranger's token", headers).await, 403, "{base}");
            assert_eq!(post(base, TOKEN, headers).await, 503, "{base}");
        }
        assert!(server.log().contains(why), "{why}: {}", server.log());
    }
}

#[tokio::test]
async fn host_decides_while_no_public_url_is_set() {
    let server = Plan::new().unset("PUBLIC_BASE_URL").start().await;
    let event = body("a", "x");
    let target = with_body_hash("/twilio/events", &event);
    for base in [server.address.as_str(), "https://tunnel.example.org", "http://localhost:8080"] {
        let signed = signature(&format!("{base}{target}"), Payload::Nothing, &Secret::new(TOKEN));
        let host = base.split_once("://").unwrap().1;
        let headers = [("x-twilio-signature", signed.as_str()), ("host", host)];
        assert_eq!(server.post(&target, &headers, &event).await, 204, "{base}");
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn data_folder_is_its_owners_alone() {
    let plan = Plan::new();
    let data = plan.folder.path().join("data");
    let look = || {
        assert_eq!(mode(&data), 0o700);
        for entry in std::fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    };
    let server = plan.start().await;
    assert_eq!(server.twilio(&body("a", "something to write")).await, 204);
    server.says("something to write").await;
    assert!(data.join("ringdown.sqlite-wal").exists() && data.join("start-token").exists());
    look();
    server.end().await;
    // As a former version left it.
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).unwrap();
    for entry in std::fs::read_dir(&data).unwrap() {
        std::fs::set_permissions(entry.unwrap().path(), PermissionsExt::from_mode(0o644)).unwrap();
    }
    let _server = plan.start().await;
    look();
}

#[tokio::test]
async fn answer_without_an_end_is_read_to_one_mebibyte() {
    let address = vendor(|_| Answer::Endless).await.unwrap();
    let http = shared::http::client().unwrap();
    let answer = http.get(&address).send().await.unwrap();
    let read = shared::http::read_answer(answer).await.unwrap();
    assert_eq!(read.len(), 1024 * 1024);

    let began = Instant::now();
    let slack = Client::new(http.clone(), Some(&address));
    let post = Post { text: "x".to_owned(), blocks: Vec::new(), lines: 1 };
    let hook = Destination::Webhook(Secret::new(&address));
    let bot = Destination::Bot { token: Secret::new("xoxb-1"), channel: "C1".to_owned() };
    for to in [hook, bot] {
        let told = slack.post(&to, &post, None, Duration::from_secs(10)).await;
        assert!(matches!(told, Err(PostError::Unknown(_))), "{told:?}");
    }
    let ask = shared::twilio::rest::ApiRequest {
        method: "POST",
        url: address.clone(),
        authorization: None,
        form: Vec::new(),
    };
    let told = shared::twilio::rest::wire(http)(ask).await;
    let shared::twilio::rest::ApiResponse::Answer { status: 200, body, .. } = told else {
        panic!("{told:?}")
    };
    assert_eq!(body.len(), 1024 * 1024);
    assert!(began.elapsed() < Duration::from_secs(9), "it was not read to the end of its time");
}
