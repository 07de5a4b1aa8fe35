//! Walks through Flows, as the forms of the page make them.

mod fixture;
mod hang_up;
mod uploads;

use serde_json::json;

use crate::walk;
use fixture::*;

#[tokio::test]
async fn call_is_walked_through_key_by_key_and_taken_back() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[menu(), lookup_widget(), bye()]).await;
    assert_eq!(
        location(&fixture.starts(&id, &[("start", "call")]).await),
        format!("/sandbox/flows/{id}/walk")
    );
    let page = fixture.page(&id).await;
    for part in [
        "a call from …0001",
        "Press 1 for us.",
        "Let the time-out pass",
        "Say it",
        "Hang up",
        "<svg",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Goodbye"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    assert!(
        page.contains("the caller presses 1") && page.contains("https://desk.example/1"),
        "{page}"
    );
    assert!(page.contains("--http live") && !page.contains("Send it"), "{page}");
    let body = r#"{"name": "Kim"}"#;
    let page = fixture.does(&id, 1, &[("does", "answer"), ("status", "200"), ("body", body)]).await;
    assert!(page.contains("Goodbye Kim.") && page.contains("Go on"), "{page}");
    let page = fixture.does(&id, 2, &[("does", "go-on")]).await;
    assert!(
        page.contains("The walk is over") && page.contains("the Flow came to its end"),
        "{page}"
    );
    assert!(page.contains("It would have logged nothing."), "{page}");
    // Back before the answer: nobody answers now.
    for at in ["3", "2"] {
        walk::take_back(&fixture.sandbox, &id, &form(&[("at", at)])).await.expect("an answer");
    }
    let page = fixture.does(&id, 1, &[("does", "fail")]).await;
    assert!(page.contains("Goodbye .") && page.contains("81016, look"), "{page}");
}

#[tokio::test]
async fn move_that_does_not_fit_changes_nothing() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[menu(), lookup_widget(), bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    for fields in [
        [("does", "go-on"), ("value", "")],
        [("does", "press"), ("value", "x")],
        [("does", "press"), ("value", "")],
        [("does", "say"), ("value", " ")],
        [("does", "outcome"), ("value", "answered")],
        [("does", "send"), ("value", "")],
        [("does", ""), ("value", "")],
    ] {
        let page = fixture.does(&id, 0, &fields).await;
        assert!(
            page.contains("role=\"alert\"") && page.contains("Let the time-out pass"),
            "{fields:?}"
        );
    }
    // Pressed twice: the second time is for a walk that is not there any more.
    fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    let page = fixture.does(&id, 0, &[("does", "press"), ("value", "1")]).await;
    assert!(page.contains("https://desk.example/1"), "{page}");
    for (status, body) in [("99", "{}"), ("600", "{}"), ("x", "{}"), ("200", "{")] {
        let page =
            fixture.does(&id, 1, &[("does", "answer"), ("status", status), ("body", body)]).await;
        assert!(page.contains("role=\"alert\""), "{status} {body}");
    }
}

#[tokio::test]
async fn speech_silence_and_hang_up_lead_where_the_flow_says() {
    let fixture = WalkFixture::new();
    let speech = widget(
        "words",
        "say-play",
        json!({"say": "You said {{widgets.menu.SpeechResult}}"}),
        &[("audioComplete", "")],
    );
    let menu = widget(
        "menu",
        "gather-input-on-call",
        json!({"say": "Well?"}),
        &[("keypress", ""), ("speech", "words"), ("timeout", "bye")],
    );
    let id = fixture.flow("incomingCall", &[menu, speech, bye()]).await;
    for (fields, expected) in [
        (vec![("does", "say"), ("value", "yes")], "You said Yes."),
        (vec![("does", "silence")], "Goodbye ."),
        (vec![("does", "hang-up")], "the caller hung up"),
    ] {
        fixture.starts(&id, &[("start", "call")]).await;
        let page = fixture.does(&id, 0, &fields).await;
        assert!(page.contains(expected), "{fields:?}: {page}");
    }
    fixture.starts(&id, &[("start", "call")]).await;
    fixture.does(&id, 0, &[("does", "silence")]).await;
    let page = fixture.does(&id, 1, &[("does", "hang-up")]).await;
    assert!(page.contains("the caller hangs up") && page.contains("The walk is over"), "{page}");
}

#[tokio::test]
async fn text_request_and_queue_are_walked_through() {
    let fixture = WalkFixture::new();
    let asks = widget(
        "asks",
        "send-and-wait-for-reply",
        json!({"body": "How was it, {{flow.data.who}}?", "timeout": "60"}),
        &[("incomingMessage", "thanks"), ("timeout", ""), ("deliveryFailure", "")],
    );
    let thanks = widget(
        "thanks",
        "send-message",
        json!({"body": "You wrote {{widgets.asks.inbound.Body}}"}),
        &[("sent", ""), ("failed", "")],
    );
    let id = fixture.flow("incomingRequest", &[asks.clone(), thanks.clone()]).await;
    fixture.starts(&id, &[("start", "request"), ("parameters", "who=Kim")]).await;
    let page = fixture.page(&id).await;
    assert!(page.contains("How was it, Kim?") && page.contains(">Sent</button>"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "outcome"), ("value", "sent")]).await;
    assert!(page.contains("Send it") && !page.contains("Hang up"), "{page}");
    let page = fixture.does(&id, 1, &[("does", "say"), ("value", "good <b>")]).await;
    assert!(page.contains("You wrote good &lt;b&gt;"), "{page}");
    let page = fixture.does(&id, 2, &[("does", "outcome"), ("value", "failed")]).await;
    assert!(page.contains("The walk is over") && page.contains("failed"), "{page}");

    let id = fixture.flow("incomingMessage", &[thanks]).await;
    fixture.starts(&id, &[("start", "message"), ("body", "Hi")]).await;
    assert!(fixture.page(&id).await.contains("the text “Hi” from …0001"));

    let queue = widget(
        "queue",
        "enqueue-call",
        json!({"queue_name": "desk"}),
        &[("callComplete", ""), ("failedToEnqueue", "bye"), ("callFailure", "")],
    );
    let id = fixture.flow("incomingCall", &[queue, bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.page(&id).await;
    assert!(page.contains("Queue full") && page.contains("Hang up"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "outcome"), ("value", "queue-full")]).await;
    assert!(page.contains("Goodbye ."), "{page}");
}

#[tokio::test]
async fn caller_can_hang_up_while_a_server_is_asked() {
    let fixture = WalkFixture::new();
    let id = fixture.flow("incomingCall", &[lookup_widget(), bye()]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.does(&id, 0, &[("does", "hang-up")]).await;
    assert!(page.contains("What comes back?") || page.contains("what comes back?"), "{page}");
    assert!(!page.contains(">Hang up<"), "{page}");
    let page = fixture.does(&id, 1, &[("does", "answer"), ("status", "200"), ("body", "{}")]).await;
    assert!(page.contains("The walk is over") && page.contains("the caller hung up"), "{page}");
}

#[tokio::test]
async fn caller_can_hang_up_while_an_outgoing_call_rings() {
    let fixture = WalkFixture::new();
    let call = widget(
        "ring",
        "make-outgoing-call-v2",
        json!({"to": "{{contact.channel.address}}", "from": "{{flow.channel.address}}"}),
        &[("answered", "bye"), ("busy", ""), ("noAnswer", ""), ("failed", "")],
    );
    let id = fixture.flow("incomingRequest", &[call, bye()]).await;
    fixture.starts(&id, &[("start", "request")]).await;
    let page = fixture.page(&id).await;
    assert!(page.contains("The phone rings") && page.contains(">Hang up<"), "{page}");
    let page = fixture.does(&id, 0, &[("does", "hang-up")]).await;
    assert!(page.contains("The walk is over") && page.contains("the caller hangs up"), "{page}");
    assert!(!page.contains("Goodbye"), "{page}");
}
