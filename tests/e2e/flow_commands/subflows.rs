//! Subflows of Flows that are played and tested, and files of scenarios that are none.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use super::{HOTLINE, typed};

const SID: &str = "FW000000000000000000000000000000a1";

/// A Flow whose widget `ask` runs a subflow of this SID, the subflow itself, and one that Studio would refuse.
fn folder(sid: &str) -> TempDir {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let flow = |event: &str, states: Value| {
        let mut all = vec![json!({"name": "T", "type": "trigger", "properties": {},
            "transitions": [{"event": event, "next": states[0]["name"]}]})];
        all.extend(states.as_array().unwrap().clone());
        json!({"description": "", "initial_state": "T", "states": all}).to_string()
    };
    let bye = |event: &str| json!([{"name": "bye", "type": "say-play", "properties": {"say": "Bye."}, "transitions": [{"event": event}]}]);
    let ask = json!([{"name": "ask", "type": "run-subflow", "properties": {"flow_sid": sid, "flow_revision": "LatestPublished"},
        "transitions": [{"event": "completed"}, {"event": "failed"}]}]);
    write("main.json", flow("incomingCall", ask));
    write("sub.json", flow("incomingParent", bye("audioComplete")));
    write("bad.json", flow("incomingParent", bye("audioFinished")));
    write("main.tests.toml", "[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\n".to_owned());
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[tokio::test]
async fn test_notes_a_subflow_that_is_not_given_once() {
    let folder = folder(SID);
    let note =
        format!("  note: the subflow {SID} is not given here: name its file under [subflows]\n");
    for options in [&[][..], &["--explore", "20"]] {
        let arguments = [&["flow", "test", "main.json"], options].concat();
        let (code, out, err) = typed(folder.path(), &arguments).await;
        assert_eq!((code, out.matches(&note).count()), (Some(0), 1), "{out}{err}");
    }
    std::fs::remove_file(folder.path().join("main.tests.toml")).unwrap();
    let (_, out, _) = typed(folder.path(), &["flow", "test", "main.json", "--explore", "20"]).await;
    assert_eq!(out.matches(&note).count(), 1, "{out}");
    let given = format!("subflows = {{ {SID} = 'sub.json' }}\n[[scenarios]]\nname = 'a'\n");
    write(folder.path(), "main.tests.toml", &given);
    let (code, out, _) = typed(folder.path(), &["flow", "test", "main.json"]).await;
    assert!(code == Some(0) && !out.contains("note:"), "{out}");
}

#[tokio::test]
async fn subflow_that_no_widget_names_is_refused_or_told_at_the_end() {
    let known = folder(SID);
    let wrong = format!("no run-subflow of the Flow names FW9, expected {SID}\n");
    let run = ["flow", "run", "main.json", "--subflow", "FW9=gone.json"];
    let (code, out, err) = typed(known.path(), &run).await;
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains(&format!("--subflow FW9: {wrong}")), "{err}");
    let scenarios = "subflows = { FW9 = 'gone.json' }\n[[scenarios]]\nname = 'a'\n";
    write(known.path(), "main.tests.toml", scenarios);
    let (code, _, err) = typed(known.path(), &["flow", "test", "main.json"]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains(&format!("main.tests.toml, line 1: subflows.FW9: {wrong}")), "{err}");

    let template = folder("{{flow.variables.which}}");
    let run = ["flow", "run", "main.json", "--subflow", "FW9=sub.json", "--json"];
    let (code, out, err) = typed(template.path(), &run).await;
    assert_eq!(code, Some(0), "{err}");
    let run: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(run["unused"], json!(["--subflow FW9 is not used: the run does not come to it"]));
    write(template.path(), "main.tests.toml", &scenarios.replace("gone", "sub"));
    let (code, out, err) = typed(template.path(), &["flow", "test", "main.json"]).await;
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("note: the subflow FW9 is not used: no widget goes into it\n"), "{out}");
}

#[tokio::test]
async fn broken_subflow_is_announced_by_its_sid() {
    let folder = folder(SID);
    let why = "Studio would refuse this Flow, or a widget of it always fails: flow check says why";
    let subflow = format!("{SID}=bad.json");
    let run = ["flow", "run", "main.json", "--subflow", &subflow];
    let (_, out, err) = typed(folder.path(), &run).await;
    assert!(out.starts_with(&format!("subflow {SID}: {why}.\n")), "{out}{err}");
    let (_, out, _) = typed(folder.path(), &[&run[..], &["--json"]].concat()).await;
    let run: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(run["refused"], Value::Null);
    assert_eq!(run["refused_subflows"], json!([format!("subflow {SID}: {why}")]));
    let given = format!("subflows = {{ {SID} = 'bad.json' }}\n[[scenarios]]\nname = 'a'\n");
    write(folder.path(), "main.tests.toml", &given);
    let (_, out, _) = typed(folder.path(), &["flow", "test", "main.json"]).await;
    assert!(out.contains(&format!("  note: subflow {SID}: {why}\n")), "{out}");
    // The Flow itself is told in the same words.
    write(folder.path(), "bad.tests.toml", "[[scenarios]]\nname = 'a'\nends = 'error'\n");
    let (_, out, _) = typed(folder.path(), &["flow", "test", "bad.json"]).await;
    assert!(out.contains(&format!("  note: {why}\n")), "{out}");
}

#[tokio::test]
async fn wrong_files_of_scenarios_are_told_as_what_they_are() {
    let folder = folder(SID);
    // Its TOML is wrong, and not a file that it does not name.
    write(folder.path(), "cut.tests.toml", "[[scenarios]]\nname = \n");
    let test = ["flow", "test", "cut.tests.toml", "main.json", "--junit", "r.xml"];
    let (code, out, err) = typed(folder.path(), &test).await;
    assert_eq!(code, Some(2), "{out}{err}");
    assert!(err.contains("cut.tests.toml, line 2: it is not TOML"), "{err}");
    assert!(!err.contains("cut.json"), "{err}");
    // CI servers learn of it too.
    let xml = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
    assert!(xml.contains("<testsuites tests=\"3\" failures=\"0\" errors=\"1\""), "{xml}");
    assert!(xml.contains("<error message=\"cut.tests.toml, line 2: it is not TOML"), "{xml}");
    // A Flow is needed, and these are scenarios.
    write(folder.path(), "other.toml", "flow = 'sub.json'\n[[scenarios]]\nname = 'a'\n");
    for (file, flow) in [("main.tests.toml", "main.json"), ("other.toml", "sub.json")] {
        for (command, expected) in [
            (vec!["flow", "diff", file, HOTLINE], 2),
            (vec!["flow", "run", file], 2),
            (vec!["flow", "check", file], 1),
            (vec!["flow", "draw", file], 1),
        ] {
            let (code, out, err) = typed(folder.path(), &command).await;
            let told = format!("{out}{err}");
            assert_eq!(code, Some(expected), "{told}");
            let expected = format!("it is a file of scenarios, those of {flow}: name that\n");
            assert!(told.contains(&expected) && !told.contains("HCL"), "{told}");
        }
    }
}
