//! The limits of Block Kit, a message's `ts`, and what a channel is called.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::channel::made_up_id;
use super::super::post::Post;
use super::super::ts::Ts;
use super::super::{SlackError, blocks};
use super::{NOON, time};

fn text(kind: &str, length: usize) -> Value {
    json!({"type": kind, "text": "x".repeat(length)})
}

fn button(id: &str) -> Value {
    json!({"type": "button", "action_id": id, "text": text("plain_text", 5)})
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

fn actions(elements: Vec<Value>) -> Value {
    json!({"type": "actions", "elements": elements})
}

fn confirm(title: usize, words: usize, answer: usize) -> Value {
    json!({
        "title": text("plain_text", title), "text": text("mrkdwn", words),
        "confirm": text("plain_text", answer), "deny": text("plain_text", answer),
    })
}

fn asks(confirm: Value) -> Value {
    actions(vec![with(button("a"), "confirm", confirm)])
}

#[test]
fn allowed_blocks_pass() {
    let section = json!({"type": "section", "text": text("mrkdwn", 3_000)});
    let fields: Vec<Value> = (0..10).map(|_| text("mrkdwn", 20)).collect();
    let buttons: Vec<Value> = (0..25).map(|n| button(&n.to_string())).collect();
    let longest = json!({
        "type": "button", "action_id": "i".repeat(255), "text": text("plain_text", 75), "value": "v".repeat(2_000),
        "url": "u".repeat(3_000), "style": "danger", "confirm": confirm(100, 300, 30),
    });
    for block in [
        section,
        json!({"type": "section", "fields": [text("mrkdwn", 2_000)]}),
        json!({"type": "section", "fields": fields}),
        json!({"type": "section", "text": text("plain_text", 1), "accessory": button("a")}),
        json!({"type": "header", "text": text("plain_text", 150), "block_id": "b".repeat(255)}),
        json!({"type": "context", "elements": vec![text("mrkdwn", 10); 10]}),
        json!({"type": "context", "elements": [{"type": "image", "image_url": "https://x.example/a", "alt_text": "a"}]}),
        json!({"type": "divider"}),
        json!({"type": "rich_text", "elements": []}),
        actions(buttons),
        actions(vec![longest]),
    ] {
        assert_eq!(blocks::check(std::slice::from_ref(&block)), Ok(()), "{block}");
    }
    assert_eq!(blocks::check(&vec![json!({"type": "divider"}); 50]), Ok(()));
}

#[test]
fn block_over_a_limit_is_refused_with_its_place() {
    let header = |text: Value| json!({"type": "header", "text": text});
    let section = |text: Value| json!({"type": "section", "text": text});
    let cases = [
        (json!({"type": "nonsense"}), "/blocks/0/type"),
        (json!({}), "/blocks/0/type"),
        (json!(7), "/blocks/0/type"),
        (section(text("mrkdwn", 3_001)), "/blocks/0/text/text"),
        (section(text("mrkdwn", 0)), "/blocks/0/text/text"),
        // Two characters each for Slack, as in UTF-16.
        (section(json!({"type": "mrkdwn", "text": "🚨".repeat(1_501)})), "/blocks/0/text/text"),
        (section(text("markdown", 5)), "/blocks/0/text/type"),
        (section(json!("bare")), "/blocks/0/text"),
        (json!({"type": "section"}), "/blocks/0"),
        (json!({"type": "section", "fields": []}), "/blocks/0/fields"),
        (json!({"type": "section", "fields": vec![text("mrkdwn", 1); 11]}), "/blocks/0/fields"),
        (json!({"type": "section", "fields": [text("mrkdwn", 2_001)]}), "/blocks/0/fields/0/text"),
        (header(text("plain_text", 151)), "/blocks/0/text/text"),
        (header(text("mrkdwn", 5)), "/blocks/0/text/type"),
        (json!({"type": "context", "elements": vec![text("mrkdwn", 1); 11]}), "/blocks/0/elements"),
        (json!({"type": "context", "elements": []}), "/blocks/0/elements"),
        (json!({"type": "divider", "block_id": "b".repeat(256)}), "/blocks/0/block_id"),
        (json!({"type": "image", "image_url": "https://x.example/a"}), "/blocks/0"),
        (actions(vec![]), "/blocks/0/elements"),
        (actions((0..26).map(|n| button(&n.to_string())).collect()), "/blocks/0/elements"),
        (actions(vec![button("a"), button("b"), button("a")]), "/blocks/0/elements/2/action_id"),
        (actions(vec![button(&"i".repeat(256))]), "/blocks/0/elements/0/action_id"),
        (actions(vec![button("")]), "/blocks/0/elements/0/action_id"),
        (actions(vec![with(button("a"), "text", text("plain_text", 76))]), "/elements/0/text/text"),
        (actions(vec![with(button("a"), "text", text("mrkdwn", 7))]), "/elements/0/text/type"),
        (actions(vec![with(button("a"), "value", json!("v".repeat(2_001)))]), "/elements/0/value"),
        (actions(vec![with(button("a"), "value", json!(7))]), "/elements/0/value"),
        (actions(vec![with(button("a"), "style", json!("loud"))]), "/elements/0/style"),
        (asks(confirm(101, 300, 30)), "/confirm/title/text"),
        (asks(confirm(100, 301, 30)), "/confirm/text/text"),
        (asks(confirm(100, 300, 31)), "/confirm/confirm/text"),
        (asks(json!({})), "/confirm/title"),
    ];
    for (block, place) in cases {
        let why = blocks::check(std::slice::from_ref(&block)).expect_err("a limit");
        assert!(why.ends_with(&format!("{place}]")), "{place}: {why}");
    }
    let twice = vec![json!({"type": "divider", "block_id": "same"}); 2];
    assert!(blocks::check(&twice).is_err());
    assert!(blocks::check(&vec![json!({"type": "divider"}); 51]).is_err());
}

#[test]
fn wrong_post_gets_slacks_own_word() {
    let word = |body: Value| Post::read(&body).map_err(|SlackError { word, .. }| word);
    assert_eq!(word(json!({})), Err("no_text"));
    assert_eq!(word(json!({"text": "", "blocks": []})), Err("no_text"));
    assert_eq!(word(json!({"text": "a", "blocks": "[]"})), Err("invalid_blocks_format"));
    assert_eq!(word(json!({"text": "a", "blocks": [7]})), Err("invalid_blocks"));
    let sections = |each: usize| {
        let section = json!({"type": "section", "text": text("mrkdwn", each)});
        json!({"text": "a", "blocks": vec![section; 6]})
    };
    assert_eq!(word(sections(2_201)), Err("msg_blocks_too_long"));
    assert!(word(sections(2_200)).is_ok());
    let long = Post::read(&json!({"text": "ä".repeat(40_001)})).expect("a text that is cut");
    assert_eq!(long.text.chars().count(), 40_000);
}

#[test]
fn button_gets_the_ids_that_it_lacks() {
    let plain = json!({"type": "button", "text": text("plain_text", 1)});
    let mut all = vec![
        json!({"type": "divider"}),
        actions(vec![plain.clone(), button("mine")]),
        json!({"type": "section", "text": text("mrkdwn", 1), "accessory": plain}),
    ];
    blocks::name_controls(&mut all);
    assert_eq!(all[0], json!({"type": "divider"}));
    assert_eq!(all[1]["elements"][1]["action_id"], "mine");
    for (block, element) in [(&all[1], &all[1]["elements"][0]), (&all[2], &all[2]["accessory"])] {
        let id = |object: &Value, key: &str| object[key].as_str().expect("a name").to_owned();
        let (block_id, action_id) = (id(block, "block_id"), id(element, "action_id"));
        assert_eq!(blocks::button(&all, &block_id, &action_id), Some(element));
    }
    assert_ne!(all[1]["block_id"], all[2]["block_id"]);
}

#[test]
fn ts_has_one_form() {
    for text in ["1700000000.000100", "0.000000", "1.999999"] {
        assert_eq!(Ts::read(text).map(|ts| ts.to_string()).as_deref(), Some(text));
    }
    for text in [
        "",
        ".",
        "1700000000",
        "1700000000.",
        "1700000000.1",
        "1700000000.0001000",
        ".000100",
        "-1.000100",
        "1.00010x",
        "1.+00100",
        "1e9.000100",
        "9999999999999.000100",
        "1.00010٣",
    ] {
        assert_eq!(Ts::read(text), None, "{text:?}");
    }
    let noon = Ts::of(time(NOON));
    assert_eq!(noon.to_string(), "1900000000.000000");
    assert_eq!(noon.behind(None), noon);
    assert_eq!(noon.behind(Some(noon)).to_string(), "1900000000.000001");
    assert_eq!(noon.behind(Ts::read("1.000000")), noon);
    assert_eq!(noon.time(), time(NOON));
}

#[test]
fn made_up_id_looks_like_slacks_and_differs_by_channel() {
    let ids = ["default", "flex", "a-b", "ab", "a_b"].map(made_up_id);
    for id in &ids {
        let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        assert!(id.len() == 11 && id.starts_with('C') && id.chars().all(is_upper), "{id}");
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
    }
}

/// Any JSON, made of the words that matter here.
fn any_json() -> impl Strategy<Value = Value> {
    let words = "(type|text|elements|accessory|block_id|action_id|fields|confirm|title|deny|style|value|alt_text)";
    let kinds = "(actions|section|header|context|image|button|mrkdwn|plain_text|divider|primary|)";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        kinds.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(words, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn post_never_panics(mut blocks in prop::collection::vec(any_json(), 0..4), text in any_json()) {
        let _ = Post::read(&json!({"text": text, "blocks": blocks}));
        blocks::name_controls(&mut blocks);
        for block in &blocks {
            let _ = blocks::button(&blocks, block["block_id"].as_str().unwrap_or_default(), "a");
        }
    }

    #[test]
    fn ts_is_written_as_it_was_read(text in r"[1-9][0-9]{0,12}\.[0-9]{5,7}|[^0-9]{0,20}") {
        if let Some(ts) = Ts::read(&text) {
            prop_assert_eq!(ts.to_string(), text);
        }
    }
}
