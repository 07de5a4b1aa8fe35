//! `flow run`, `flow test` and `flow diff`: Flows that are played, tested and compared on the command line.

mod answers;
mod diff;
mod json;
mod run;
mod subflows;
mod test;

use std::path::Path;
use std::process::Output;

use serde_json::json;
use tempfile::{TempDir, tempdir};

use crate::harness::run;

const HOTLINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/flows/parcels-hotline.json");
const SURVEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/flows/delivery-survey.json");
const OUTAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/shared/flows/outage-call.json");

async fn typed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = run(folder, arguments).await;
    let [out, err] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (status.code(), out, err)
}

/// A folder with a Flow that sends a request to the URL that it is given, with a widget of this type, and says what
/// came of it.
fn caller_of(kind: &str) -> TempDir {
    let folder = tempdir().unwrap();
    let (failed, url) = match kind {
        "run-function" => ("fail", "https://x-1.twil.io/find"),
        _ => ("failed", "{{flow.data.url}}"),
    };
    let say = |name: &str, text: &str| json!({"name": name, "type": "send-message", "properties": {"body": text}, "transitions": []});
    let flow = json!({"description": "", "initial_state": "T", "flags": {}, "states": [
        {"name": "T", "type": "trigger", "properties": {}, "transitions": [{"event": "incomingRequest", "next": "ask"}]},
        {"name": "ask", "type": kind, "properties": {"method": "GET", "url": url,
            "content_type": "application/json", "parameters": [{"key": "a", "value": "b c"}]},
            "transitions": [{"event": "success", "next": "yes"}, {"event": failed, "next": "no"}]},
        say("yes", "Hello {{widgets.ask.parsed.name}}."),
        say("no", "Nobody answers."),
    ]});
    std::fs::write(folder.path().join("f.json"), flow.to_string()).unwrap();
    folder
}
