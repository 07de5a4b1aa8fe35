//! Every byte is kept, and what is no JSON is refused with its place.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn parsed(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn text_is_printed_as_it_was_read() {
    for text in [
        "null",
        " \r\n\t{ }\n\n",
        "\u{feff}[1.50, -0, 1e+5, 1E400, 123456789012345678901234567890]",
        r#"{"b":1,"a":{"a":[],"a" : [ ]},"b":2}"#,
        r#""\u00e4\ud83d\ude00\ud800 \/ ä 😀 \\ \"""#,
        "[true,\r\n false , null]\r\n",
    ] {
        assert_eq!(parsed(text).print(), text);
    }
}

#[test]
fn values_are_read_with_their_escapes_and_the_last_of_double_keys() {
    let json = parsed(
        r#"{"a": "x", "\u0061": "\u00e4\ud83d\ude00\ud800 \/\n\"\\", "n": [1, 2.5, 1e400]}"#,
    );
    let root = json.root();
    assert_eq!(root.text_of("a").as_deref(), Some("ä😀\u{fffd} /\n\"\\"));
    assert_eq!(root.to_value()["n"], json!([1, 2.5, null]));
    assert_eq!(root.members().count(), 3);
    assert_eq!(root.get("n").map(|item| item.position()), Some(Position { line: 1, column: 64 }));
}

#[test]
fn deep_nesting_overflows_nothing() {
    let text = format!("{}{}", "[{\"a\":".repeat(200_000), "1".to_owned() + &"}]".repeat(200_000));
    let json = parsed(&text);
    assert_eq!(json.print(), text);
    let mut layout = Layout::default();
    layout.item(parsed(&format!("{}{}", "[".repeat(2_000), "]".repeat(2_000))).root());
    assert!(layout.finish().len() > 4_000);
    let mut depth = 0;
    let value = json.root().to_value();
    let mut inner = &value;
    while let Some(next) = inner.get(0).and_then(|one| one.get("a")) {
        (inner, depth) = (next, depth + 1);
    }
    assert_eq!(depth, item::MAX_DEPTH / 2);
    assert!(Json::parse("[".repeat(500_000).as_bytes()).is_err());
}

#[test]
fn text_that_is_no_json_is_refused_with_place_and_hint() {
    for (text, line, column, message, hint) in [
        ("", 1, 1, "end of the file", "empty"),
        ("{\"a\": 1,\n  // no\n \"b\": 2}", 2, 3, "expected a key", "no comments"),
        ("{\"a\": 1, /* no */ \"b\": 2}", 1, 10, "expected a key", "no comments"),
        ("{\n  description: 'x'}", 2, 3, "expected a key", "JSON.stringify"),
        ("{\"a\": 'x'}", 1, 7, "expected a value", "JSON.stringify"),
        ("module.exports = {a: 1}", 1, 1, "expected a value", "JSON.stringify"),
        ("resource \"twilio_studio_flow\" \"a\" {", 1, 1, "expected a value", "HCL"),
        ("{\n  states = []\n}", 2, 3, "expected a key", "HCL"),
        ("{\"to\" : var.x}", 1, 9, "expected a value", "HCL"),
        ("{\"a\" = 1}", 1, 6, "expected a colon", "HCL"),
        ("[1, 2,]", 1, 7, "expected a value", "no comma after"),
        ("{\"a\": 1,}", 1, 9, "expected a key", "no comma after"),
        ("{“a”: 1}", 1, 2, "expected a key", "typographic"),
        ("<html>", 1, 1, "expected a value", "HTML"),
        ("description: x\nstates: []", 1, 1, "expected a value", "YAML"),
        ("{\"a\": ${x}}", 1, 7, "expected a value", "placeholder"),
        ("{\"a\": None}", 1, 7, "expected a value", "small letters"),
        ("{\"a\": nullx}", 1, 7, "expected a value", ""),
        ("{\"a\": [1, 2}", 1, 12, "expected a comma or ]", ""),
        ("{\"a\": {\"b\": 1}", 1, 15, "unclosed object (opened at line 1, column 1)", "too early"),
        ("{\"a\": \"b", 1, 7, "unclosed string", ""),
        ("\"a\nb\"", 1, 3, "line break", ""),
        ("\"\\x\"", 1, 2, "backslash", ""),
        ("\"\\u12g4\"", 1, 2, "backslash", ""),
        ("01", 1, 2, "leading zero", ""),
        ("[1.]", 1, 4, "digit", ""),
        ("[-]", 1, 3, "digit", ""),
        ("{} {}", 1, 4, "extra text after the end", "Several JSON values"),
        ("ä", 1, 1, "expected a value", ""),
        ("\u{feff}ä", 1, 1, "expected a value", ""),
    ] {
        let error = Json::parse(text.as_bytes()).expect_err(text);
        assert_eq!(error.at, Position { line, column }, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        let found = error.hint.as_deref().unwrap_or_default();
        assert!(found.contains(hint) && (found.is_empty() == hint.is_empty()), "{text}: {found}");
    }
    let wide: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(Json::parse(&wide).is_err_and(|error| error.to_string().contains("UTF-16")));
    assert!(Json::parse(b"{\"a\": \"\xe4\"}").is_err_and(|error| error.at.column == 8));
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), text in r#"[\[\]{}",:\\u0-9a-f .\-ä]{0,60}"#) {
        let _ = Json::parse(&bytes);
        if let Ok(json) = Json::parse(text.as_bytes()) {
            prop_assert_eq!(json.print(), text);
        }
    }

    #[test]
    fn text_is_json_where_serde_reads_it(text in r#"([\[\]{},:]|"a"|"\\u00e4"|"\\\\"|-?[0-9]{1,2}(\.[0-9]+)?([eE][+-]?[0-9])?|true|null| |\n){0,24}"#) {
        let ours = Json::parse(text.as_bytes());
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => {
                let json = ours.expect("JSON");
                prop_assert_eq!(json.root().to_value(), value.clone());
                prop_assert_eq!(json.print(), text);
                let mut layout = Layout::default();
                layout.item(json.root());
                let laid_out: Value = serde_json::from_str(&layout.finish()).expect("JSON");
                prop_assert_eq!(laid_out, value);
            }
            Err(error) => prop_assert!(ours.is_err(), "{}", error),
        }
    }
}
