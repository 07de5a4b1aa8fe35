//! Uploads, what is kept of them, and requests that leave.

use shared::Error;

use super::*;
use crate::live::Live;

#[tokio::test]
async fn request_is_sent_only_if_the_program_was_started_for_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let served = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut head = [0; 1024];
        let read = stream.read(&mut head).await.expect("a request");
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{\"name\":\"Kim\"}";
        stream.write_all(answer).await.expect("sent");
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    let look = widget(
        "look",
        "make-http-request",
        json!({"method": "GET", "url": format!("http://127.0.0.1:{port}/desk"), "content_type": "application/json"}),
        &[("success", "bye"), ("failed", "bye")],
    );
    // Not at all; then to public addresses alone; then to this host too.
    let live = |allowed: &[&str]| {
        Some(Live { allowed: allowed.iter().map(|host| (*host).to_owned()).collect() })
    };
    for (allowed, expected) in [
        (None, "does not wait for that"),
        (live(&[]), "--http-allow 127.0.0.1 allows it"),
        (live(&["127.0.0.1"]), "Goodbye Kim."),
    ] {
        let fixture = WalkFixture::allowed(allowed);
        let id = fixture.flow("incomingCall", &[look.clone(), bye()]).await;
        fixture.starts(&id, &[("start", "call")]).await;
        let page = fixture.does(&id, 0, &[("does", "send")]).await;
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(served.await.expect("no panic").starts_with("GET /desk "));
}

#[tokio::test]
async fn answer_has_as_many_bytes_as_were_received() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // Latin-1: read as UTF-8, each of them is replaced by three bytes.
    let body = [0xe9; 30_000];
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.read(&mut [0; 1024]).await.expect("a request");
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).await.expect("sent");
    });
    let look = widget(
        "look",
        "make-http-request",
        json!({"method": "GET", "url": format!("http://127.0.0.1:{port}/"), "content_type": "application/json"}),
        &[("success", "bye"), ("failed", "")],
    );
    let fixture = WalkFixture::allowed(Some(Live { allowed: vec!["127.0.0.1".to_owned()] }));
    let id = fixture.flow("incomingCall", &[look, bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.does(&id, 0, &[("does", "send")]).await;
    assert!(page.contains("Goodbye .") && page.contains("logged nothing"), "{}", page.len());
}

#[tokio::test]
async fn file_that_holds_no_flow_is_refused_with_the_reason_and_the_text() {
    let fixture = WalkFixture::new();
    for (pasted, reason) in [
        ("", "There is nothing in it"),
        ("{\"states\": [,]}", "it is not JSON"),
        ("{\"hello\": 1}", "not a Flow"),
        (
            "[{\"definition\": {\"states\": []}}, {\"definition\": {\"states\": []}}]",
            "The file has 2 Flows",
        ),
    ] {
        let refused = walk::take(&fixture.sandbox, &upload(pasted.as_bytes(), b"")).await;
        let refused = refused.expect("an answer");
        assert_eq!(refused.status, 400, "{pasted}");
        let page = text(&refused);
        assert!(page.contains(reason), "{pasted}: {page}");
    }
    for wrong in [upload(b"\xff", b""), form(&[("text", "{}")])] {
        let refused = walk::take(&fixture.sandbox, &wrong).await;
        assert!(matches!(refused, Err(Error::BadRequest(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn file_goes_before_what_was_pasted_and_gives_its_name() {
    let fixture = WalkFixture::new();
    let flow = |say: &str| {
        let say = widget("hello", "say-play", json!({"say": say}), &[("audioComplete", "")]);
        json!({"initial_state": "hello", "states": [say]}).to_string()
    };
    let taken =
        walk::take(&fixture.sandbox, &upload(flow("pasted").as_bytes(), flow("file").as_bytes()))
            .await;
    let id = location(&taken.expect("an answer")).rsplit('/').next().expect("an id").to_owned();
    let page = text(&walk::flow(&fixture.sandbox, &id).await.expect("a page"));
    assert!(page.contains("<h1>line</h1>") && page.contains("It cannot start"), "{page}");
    assert!(page.contains("initial-state-is-no-trigger"), "{page}");
    let refused = fixture.starts(&id, &[("start", "call")]).await;
    assert_eq!(refused.status, 400);
    assert!(text(&refused).contains("nothing follows incomingCall"));
}

#[tokio::test]
async fn flows_are_bounded_removed_and_there_after_a_restart() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[menu(), lookup_widget(), bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    for _ in 1..super::super::stored::MAX_FLOWS {
        fixture.flow("incomingCall", &[bye()]).await;
    }
    let flow = json!({"initial_state": "a", "states": []}).to_string();
    let refused =
        walk::take(&fixture.sandbox, &upload(flow.as_bytes(), b"")).await.expect("an answer");
    assert_eq!(refused.status, 400);
    assert!(text(&refused).contains("There are 50 Flows already"), "{}", text(&refused));

    fixture.sandbox.storage().close();
    let again = WalkFixture { sandbox: open(&fixture.folder, None), folder: fixture.folder };
    assert!(again.page(&id).await.contains("https://desk.example/1"));
    let list = text(&walk::list(&again.sandbox).await.expect("a page"));
    assert_eq!(list.matches("uploaded ").count(), 50);
    assert_eq!(list.matches("go on with the walk").count(), 1);
    walk::remove(&again.sandbox, &id).await.expect("an answer");
    for gone in [walk::walk(&again.sandbox, &id).await, walk::flow(&again.sandbox, &id).await] {
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    }
    assert_eq!(
        walk::take(&again.sandbox, &upload(flow.as_bytes(), b"")).await.expect("an answer").status,
        303
    );
}

#[tokio::test]
async fn subflow_is_one_that_was_uploaded_with_its_sid() {
    let fixture = WalkFixture::new();
    let sid = format!("FW{:032}", 7);
    let inner = {
        let trigger = widget("Trigger", "trigger", json!({}), &[("incomingParent", "inner")]);
        let inner =
            widget("inner", "say-play", json!({"say": "Within."}), &[("audioComplete", "")]);
        let definition = json!({"initial_state": "Trigger", "states": [trigger, inner]});
        json!({"sid": sid, "friendly_name": "inner", "definition": definition}).to_string()
    };
    let sub = widget(
        "sub",
        "run-subflow",
        json!({"flow_sid": sid, "flow_revision": "LatestPublished", "parameters": []}),
        &[("completed", "bye"), ("failed", "")],
    );
    let id = fixture.flow("incomingCall", &[sub, bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.page(&id).await;
    let note = format!("the subflow {sid} is not given here: upload it with its SID");
    assert!(page.contains(&note) && !page.contains("81024"), "{page}");
    walk::take(&fixture.sandbox, &upload(inner.as_bytes(), b"")).await.expect("an answer");
    let page = fixture.page(&id).await;
    assert!(page.contains("Within.") && page.contains("Go on"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "go-on")]).await;
    assert!(page.contains("Goodbye ."), "{page}");
}

#[tokio::test]
async fn demo_flows_end_for_any_walk() {
    let fixture = WalkFixture::new();
    for flow in crate::demo_flows() {
        let taken =
            walk::take(&fixture.sandbox, &upload(flow.definition.to_string().as_bytes(), b""))
                .await;
        let id = location(&taken.expect("an answer")).rsplit('/').next().expect("an id").to_owned();
        for start in ["call", "message", "request"] {
            if fixture.starts(&id, &[("start", start)]).await.status != 303 {
                continue;
            }
            for at in 0..60 {
                let page = fixture.page(&id).await;
                if page.contains("The walk is over") {
                    break;
                }
                let does: &[(&str, &str)] = if at > 15 && page.contains("value=\"hang-up\"") {
                    &[("does", "hang-up")]
                } else if page.contains("value=\"go-on\"") {
                    &[("does", "go-on")]
                } else if page.contains("value=\"silence\"") && at % 3 == 2 {
                    &[("does", "silence")]
                } else if page.contains("value=\"press\"") {
                    &[("does", "press"), ("value", "1")]
                } else if page.contains("value=\"say\"") {
                    &[("does", "say"), ("value", "1")]
                } else if page.contains("value=\"fail\"") {
                    &[("does", "fail")]
                } else {
                    let outcome = page.split("name=\"value\" value=\"").nth(1).expect("an outcome");
                    &[("does", "outcome"), ("value", outcome.split('"').next().expect("a value"))]
                };
                let page = fixture.does(&id, at, does).await;
                assert!(!page.contains("role=\"alert\""), "{does:?}: {page}");
            }
            assert!(
                fixture.page(&id).await.contains("The walk is over"),
                "{} {start}",
                flow.friendly_name
            );
        }
    }
}
