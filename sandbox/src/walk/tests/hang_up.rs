//! A hang-up is one of the widget that it was asked about, not of one before it.

use super::*;

/// The trace of a page.
fn trace(page: &str) -> &str {
    let trace = page.split("<ol class=\"trace\"").nth(1).expect("a trace");
    trace.split("</ol>").next().expect("its end")
}

#[tokio::test]
async fn hang_up_at_a_prompt_is_no_hang_up_in_the_widgets_before_it() {
    let fixture = WalkFixture::new();
    let set = widget("set", "set-variables", json!({"variables": []}), &[("next", "split")]);
    let split = widget("split", "split-based-on", json!({"input": "x"}), &[("noMatch", "record")]);
    let record = widget(
        "record",
        "record-call",
        json!({"record_call": true}),
        &[("success", "stream"), ("failed", "")],
    );
    let stream = widget("stream", "fork-stream", json!({}), &[("next", "menu")]);
    let id = fixture
        .flow("incomingCall", &[set, split, record, stream, menu(), lookup_widget(), bye()])
        .await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.does(&id, 0, &[("does", "hang-up")]).await;
    assert!(page.contains("The walk is over"), "{page}");
    let (before, at_menu) = trace(&page).split_once("<b>menu</b>").expect("the prompt");
    assert!(before.contains("<b>stream</b>") && !before.contains("hangs up"), "{before}");
    assert!(at_menu.contains("Press 1 for us.") && at_menu.contains("hangs up"), "{at_menu}");
}

#[tokio::test]
async fn hang_up_in_a_subflow_leads_where_its_widget_says() {
    let fixture = WalkFixture::new();
    let sid = format!("FW{:032}", 7);
    let trigger = widget("Trigger", "trigger", json!({}), &[("incomingParent", "connect")]);
    let connect = widget(
        "connect",
        "connect-call-to",
        json!({"noun": "number", "to": "+15005550040", "caller_id": "{{flow.channel.address}}"}),
        &[("callCompleted", ""), ("hangup", "after")],
    );
    let after = widget("after", "set-variables", json!({"variables": []}), &[("next", "")]);
    let inner = json!({"initial_state": "Trigger", "states": [trigger, connect, after]});
    let inner = json!({"sid": sid, "friendly_name": "inner", "definition": inner}).to_string();
    walk::take(&fixture.sandbox, &upload(inner.as_bytes(), b"")).await.expect("an answer");
    let sub = widget(
        "sub",
        "run-subflow",
        json!({"flow_sid": sid, "flow_revision": "LatestPublished", "parameters": []}),
        &[("completed", ""), ("failed", "")],
    );
    let id = fixture.flow("incomingCall", &[sub]).await;
    fixture.starts(&id, &[("start", "call")]).await;
    let page = fixture.does(&id, 0, &[("does", "hang-up")]).await;
    let trace = trace(&page);
    assert!(page.contains("The walk is over") && trace.contains("<b>sub/after</b>"), "{page}");
}
