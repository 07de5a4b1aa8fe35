//! Flows of our own, each with the findings that it has: `NAME.findings` beside it. A Flow without such a file has none.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "flows/old_exports.rs"]
mod old_exports;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use studio::{FlowFile, Severity};

/// The Flows below the folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows").join(folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let is_beside = |file: &PathBuf| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        matches!(extension, None | Some("findings" | "toml" | "trace"))
    };
    files.retain(|file| !is_beside(file));
    files.sort();
    files
}

fn all() -> Vec<PathBuf> {
    let folders = ["sound", "warnings", "errors", "invented", "forms", "not-json", "played"];
    folders.into_iter().flat_map(files).collect()
}

/// The findings of a file, one in a line.
fn findings(file: &Path) -> String {
    let found = match FlowFile::read(&fs::read(file).unwrap()) {
        Err(findings) => findings,
        Ok(flows) => flows.flows().iter().flat_map(|flow| flow.check()).collect(),
    };
    let line = |finding: &studio::Finding| {
        let at = finding.position.map_or("-".to_owned(), |at| format!("{}:{}", at.line, at.column));
        let (severity, code) = (finding.severity.name(), finding.code);
        format!("{severity} {code} {} {at} {}\n", finding.path, finding.message)
    };
    found.iter().map(line).collect()
}

#[test]
fn every_flow_has_its_findings() {
    let mut wrong = Vec::new();
    for file in all() {
        let expected = fs::read_to_string(file.with_extension("findings")).unwrap_or_default();
        let found = findings(&file);
        if found != expected {
            wrong.push(format!("{}:\n{found}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn flows_are_printed_back_byte_for_byte() {
    let mut count = 0;
    for file in all() {
        let bytes = fs::read(&file).unwrap();
        let Ok(flows) = FlowFile::read(&bytes) else { continue };
        assert_eq!(flows.print().into_bytes(), bytes, "{}", file.display());
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn sound_flows_have_no_findings_and_refused_ones_an_error() {
    for file in files("sound") {
        assert_eq!(findings(&file), "", "{}", file.display());
    }
    for file in ["errors", "invented", "not-json"].into_iter().flat_map(files) {
        assert!(findings(&file).starts_with("error "), "{}", file.display());
    }
    for file in files("warnings") {
        let flows = FlowFile::read(&fs::read(&file).unwrap()).unwrap();
        let found = flows.flows()[0].check();
        assert!(found.iter().all(|finding| finding.severity != Severity::Error), "{found:#?}");
        assert!(!found.is_empty(), "{}", file.display());
    }
}

#[test]
fn no_finding_has_a_secret_in_its_words() {
    let file = files("errors").into_iter().find(|file| file.ends_with("secrets.json")).unwrap();
    let flows = FlowFile::read(&fs::read(file).unwrap()).unwrap();
    for finding in flows.flows()[0].check() {
        let told = format!("{finding:?}");
        for secret in ["not-a-secret", "correct-horse", "fedcba98", "AKIA", "abcdefghij", "0f0f0f"]
        {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
}

#[test]
fn event_that_is_a_secret_is_in_no_message_and_no_drawing() {
    let secret = format!("npm_{}", "a1B2".repeat(9));
    let text = format!(
        r#"{{"description": "{secret}", "initial_state": "Trigger", "states": [
            {{"name": "Trigger", "type": "trigger", "properties": {{}},
             "transitions": [{{"event": "incomingCall", "next": "{secret}"}}, {{"event": "{secret}", "next": "nowhere {secret}"}}]}},
            {{"name": "{secret}", "type": "say-play", "properties": {{"say": "Hello"}}, "transitions": []}}]}}"#
    );
    let flows = FlowFile::read(text.as_bytes()).unwrap();
    let findings = flows.flows()[0].check();
    assert!(findings.iter().any(|one| one.code == "unknown-event"), "{findings:#?}");
    let graph = studio::draw::Graph::of(&flows.flows()[0].flow());
    let drawing = studio::draw::svg(&graph, &Default::default(), studio::draw::Mode::Standalone);
    assert!(drawing.contains("…"));
    for told in [format!("{findings:?}"), drawing] {
        assert!(!told.contains("npm_"), "{told}");
    }
}

#[test]
fn loop_by_events_of_failure_waits_for_nobody() {
    let round = |event: &str| {
        let text = format!(
            r#"{{"initial_state": "Trigger", "states": [
                {{"name": "Trigger", "type": "trigger", "properties": {{}}, "transitions": [{{"event": "incomingMessage", "next": "ask"}}]}},
                {{"name": "ask", "type": "send-and-wait-for-reply", "properties": {{"from": "f", "body": "b", "timeout": "60"}},
                 "transitions": [{{"event": "{event}", "next": "log"}}]}},
                {{"name": "log", "type": "run-function", "properties": {{"url": "https://ringdown.example.com/"}},
                 "transitions": [{{"event": "success", "next": "ask"}}, {{"event": "fail"}}]}}]}}"#
        );
        let flows = FlowFile::read(text.as_bytes()).unwrap();
        flows.flows()[0].check().iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(round("deliveryFailure"), ["endless-round"]);
    assert!(round("timeout").is_empty() && round("incomingMessage").is_empty());
}

/// Texts that a Flow may have somewhere, and that mean something there.
fn token() -> impl Strategy<Value = String> {
    let tokens = [
        "null",
        "true",
        "1e999",
        "[]",
        "{}",
        "\"\"",
        "\"Trigger\"",
        "\"match\"",
        "{\"states\": []}",
        "[[1]]",
        "\"{{\"",
        "\"{% if a %}\"",
        "\"(\"",
        "\"\\ud800\"",
        "\"a,,b\"",
        ",",
        "]",
        "}",
        "\"next\":",
    ];
    prop::sample::select(tokens.map(str::to_owned).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is put in the place of something of a Flow.
    #[test]
    fn flow_that_was_tampered_with_never_panics(
        file in prop::sample::select(all()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, token()), 1..4),
    ) {
        let mut bytes = fs::read(file).unwrap();
        for (at, length, token) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, token.bytes());
        }
        if let Ok(flows) = FlowFile::read(&bytes) {
            prop_assert_eq!(flows.print().into_bytes(), bytes);
            for flow in flows.flows() {
                let _ = (flow.check(), flow.flow());
                let converted = FlowFile::read(flow.convert().text.as_bytes());
                prop_assert!(converted.is_ok_and(|flows| !flows.flows()[0].is_old_export()));
            }
        }
    }

    /// A value of a Flow in the place of another one.
    #[test]
    fn flow_whose_values_changed_places_never_panics(
        file in prop::sample::select([files("sound"), files("warnings"), files("errors")].concat()),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let mut flow: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap_or_default();
        let places = pointers(&flow);
        let value = flow.pointer(&places[from.index(places.len())]).cloned().unwrap_or_default();
        if let Some(place) = flow.pointer_mut(&places[to.index(places.len())]) {
            *place = value;
        }
        let text = flow.to_string();
        if let Ok(flows) = FlowFile::read(text.as_bytes()) {
            for flow in flows.flows() {
                let _ = (flow.check(), flow.flow(), flow.convert());
            }
        }
    }
}

/// The places of all values in one.
fn pointers(value: &Value) -> Vec<String> {
    let escaped = |key: &String| key.replace('~', "~0").replace('/', "~1");
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(list) => {
            list.iter().enumerate().map(|(key, value)| (key.to_string(), value)).collect()
        }
        Value::Object(map) => map.iter().map(|(key, value)| (escaped(key), value)).collect(),
        _ => Vec::new(),
    };
    let below = inner.into_iter().flat_map(|(key, value)| {
        pointers(value).into_iter().map(move |below| format!("/{key}{below}"))
    });
    std::iter::once(String::new()).chain(below).collect()
}

#[test]
fn large_and_deep_files_are_checked_in_time() {
    let state = |number: usize| {
        format!(
            r#"{{"name": "s{number}", "type": "say-play", "transitions": [{{"event": "audioComplete", "next": "x{number}"}}],
                "properties": {{"say": "{{{{widgets.y{number}.z}}}} ?key=?key=?key=", "deep": {}1{}}}}}"#,
            "[".repeat(50),
            "]".repeat(50)
        )
    };
    let states: Vec<String> = (0..1_000).map(state).collect();
    let text = format!(
        r#"{{"states": [{}], "initial_state": "s1", "deep": {}{}}}"#,
        states.join(","),
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let flows = FlowFile::read(text.as_bytes()).unwrap();
    let findings = flows.flows()[0].check();
    assert_eq!(findings.iter().filter(|one| one.code == "dangling-next").count(), 1_000);
    assert_eq!(findings.iter().filter(|one| one.code == "nested-too-deeply").count(), 1);
    assert_eq!(flows.print(), text);
    let nested =
        format!("{}{}", "{\"definition\":".repeat(50_000), "1".to_owned() + &"}".repeat(50_000));
    assert!(FlowFile::read(nested.as_bytes()).is_err_and(|findings| findings[0].code == "no-flow"));
}
