//! Commands for files that hold Studio Flows.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::tempdir;
use tokio::io::AsyncWriteExt;

use crate::harness::{ringdown, run, stdout};

fn flow(path: &str) -> String {
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("studio/tests/flows");
    flows.join(path).to_str().unwrap().to_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command in an empty folder.
async fn typed(arguments: &[&str]) -> Output {
    run(tempdir().unwrap().path(), arguments).await
}

/// Runs a command with this on standard input.
async fn typed_with(input: &[u8], arguments: &[&str]) -> Output {
    let folder = tempdir().unwrap();
    let mut command = ringdown(folder.path());
    let command = command.args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).await.unwrap();
    child.wait_with_output().await.unwrap()
}

#[tokio::test]
async fn flow_is_printed_byte_for_byte() {
    for name in ["sound/oddities.json", "forms/byte-order-mark.json", "forms/list.json"] {
        let file = flow(name);
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(typed(&["flow", "print", &file]).await.stdout, bytes, "{name}");
        assert_eq!(typed_with(&bytes, &["flow", "print", "-"]).await.stdout, bytes, "{name}");
    }
    let folder = tempdir().unwrap();
    let file = flow("forms/double-keys.json");
    let printed = run(folder.path(), &["flow", "print", &file, "-o", "copy.json"]).await;
    assert!(printed.status.success() && printed.stdout.is_empty(), "{printed:?}");
    let copy = std::fs::read(folder.path().join("copy.json")).unwrap();
    assert_eq!(copy, std::fs::read(file).unwrap());
    let refused = typed(&["flow", "print", &flow("not-json/terraform.tf")]).await;
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
    assert!(stderr(&refused).contains("HCL"), "{refused:?}");
}

#[tokio::test]
async fn check_ends_with_the_worst_of_its_findings() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/shared/flows/outage-call.json").to_owned();
    let (sound, warned) = (flow("sound/every-widget.json"), flow("warnings/ways.json"));
    let (wrong, none) = (flow("errors/structure.json"), flow("invented/nodes.json"));
    let tofu = flow("not-json/terraform.tf");
    for (files, code, expected) in [
        (vec![&shipped, &sound], 0, "0 errors, 0 warnings, 0 notes in 2 files"),
        (vec![&warned], 0, "0 errors, 5 warnings, 1 note in 1 file"),
        (vec![&warned, &wrong], 1, "[dangling-next]"),
        (vec![&none], 1, "it has no `initial_state` [no-flow]"),
        (vec![&tofu], 1, "Terraform"),
        (vec![&"nowhere.json".to_owned(), &warned], 2, "furniture"),
        (vec![&flow("sound")], 2, ""),
    ] {
        let arguments: Vec<&str> =
            ["flow", "check"].into_iter().chain(files.iter().map(|file| file.as_str())).collect();
        let checked = typed(&arguments).await;
        assert_eq!(checked.status.code(), Some(code), "{checked:?}");
        assert!(stdout(&checked).contains(expected), "{expected}: {checked:?}");
        assert_eq!(stderr(&checked).contains("cannot be read"), code == 2, "{checked:?}");
    }
    let wide = typed_with(b"\xff\xfe{\0}\0", &["flow", "check", "-"]).await;
    assert_eq!(wide.status.code(), Some(1));
    assert!(stdout(&wide).contains("UTF-16"), "{wide:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn output_that_cannot_be_written_is_an_error() {
    let (old, sound) = (flow("forms/old-editor.json"), flow("sound/oddities.json"));
    for arguments in [
        vec!["flow", "print", &sound],
        vec!["flow", "convert", &old],
        vec!["flow", "draw", &sound],
        vec!["flow", "check", &sound],
        vec!["flow", "check", "--json", &sound],
    ] {
        let folder = tempdir().unwrap();
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut command = ringdown(folder.path());
        let written = command.args(&arguments).stdout(full).stderr(Stdio::piped());
        let written = written.spawn().unwrap().wait_with_output().await.unwrap();
        assert_eq!(written.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&written).contains("cannot be written"), "{arguments:?}: {written:?}");
    }
}

#[tokio::test]
async fn name_of_a_flow_is_printed_on_one_line_without_secrets() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let flow = r#"{"initial_state": "Trigger", "states": [{"name": "Trigger", "type": "trigger", "properties": {}, "transitions": []}]}"#;
    let name = format!("a\\n\\u001b[2J\\u202e {token}");
    let entry = format!(r#"{{"friendly_name": "{name}", "definition": {flow}}}"#);
    let list = format!("[{entry}, {entry}]");
    for arguments in [["flow", "check", "-"], ["flow", "draw", "-"]] {
        let told = typed_with(list.as_bytes(), &arguments).await;
        assert_eq!(told.status.code(), Some(0), "{told:?}");
        let words = format!("{}{}", stdout(&told), stderr(&told));
        assert!(words.contains("\\u{1b}[2J") || arguments[1] == "draw", "{words}");
        for hidden in ["\u{1b}", "\u{202e}", &token, "ghp_"] {
            assert!(!stderr(&told).contains(hidden), "{words}");
            assert!(!words.contains(hidden) || hidden == "\u{202e}", "{words}");
        }
    }
    let absent = typed(&["flow", "check", "\u{1b}[2Jgone.json"]).await;
    assert!(!stderr(&absent).contains('\u{1b}'), "{absent:?}");
}

#[tokio::test]
async fn findings_are_printed_as_one_array() {
    let files = [flow("forms/list.json"), flow("sound/oddities.json")];
    let checked = typed(&["flow", "check", "--json", &files[0], &files[1]]).await;
    assert_eq!(checked.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    for (number, finding) in found.iter().enumerate() {
        let path = format!("#/flows/{number}/definition/states/1/transitions/0/next");
        assert_eq!((&finding["file"], &finding["path"]), (&files[0].as_str().into(), &path.into()));
        assert_eq!(finding["code"], "dangling-next");
        assert_eq!((&finding["severity"], &finding["widget"]), (&"error".into(), &"say".into()));
        assert!(finding["message"].as_str().is_some() && finding["advice"].as_str().is_some());
    }
    assert_eq!(found[0]["line"], 46);
    assert!(found[1]["line"].as_u64().is_some(), "the string's line: {found:?}");
    let absent = typed(&["flow", "check", "--json", "gone.json", &files[1]]).await;
    assert_eq!(absent.status.code(), Some(2));
    let told: Value = serde_json::from_slice(&absent.stdout).unwrap();
    assert_eq!((&told[0]["code"], &told[0]["file"]), (&"unreadable".into(), &"gone.json".into()));
    let sound = typed(&["flow", "check", "--json", &files[1]]).await;
    assert_eq!((sound.status.code(), stdout(&sound).as_str()), (Some(0), "[]\n"));
}

#[tokio::test]
async fn secret_of_a_flow_is_never_printed_by_its_check() {
    let file = flow("errors/secrets.json");
    for arguments in [vec!["flow", "check", &file], vec!["flow", "check", "--json", &file]] {
        let checked = typed(&arguments).await;
        assert_eq!(checked.status.code(), Some(1), "{checked:?}");
        let told = format!("{}{}", stdout(&checked), stderr(&checked));
        assert!(told.contains("Slack webhook URL"), "{told}");
        for secret in ["not-a-secret", "correct-horse", "AKIA", "abcdefghij", "fedcba98"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
}

#[tokio::test]
async fn old_export_is_converted_to_a_flow_that_passes() {
    let folder = tempdir().unwrap();
    let old = flow("forms/old-editor.json");
    let refused = run(folder.path(), &["flow", "check", &old]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(stdout(&refused).contains("editor before 2020"), "{refused:?}");
    // A broken file of settings is none of this command's.
    std::fs::write(folder.path().join(".env"), b"\xff").unwrap();
    let converted = run(folder.path(), &["flow", "convert", &old, "-o", "new.json"]).await;
    assert!(converted.status.success(), "{converted:?}");
    let told = stderr(&converted);
    assert!(told.contains("`save_response_as` of \"menu\" is left out"), "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
    let checked = run(folder.path(), &["flow", "check", "new.json"]).await;
    assert!(checked.status.success() && stdout(&checked).contains("no findings"), "{checked:?}");
    let again = run(folder.path(), &["flow", "convert", "new.json"]).await;
    let new: PathBuf = folder.path().join("new.json");
    assert_eq!(again.stdout, std::fs::read(new).unwrap());
    let several = run(folder.path(), &["flow", "convert", &flow("not-json/comma.json")]).await;
    assert_eq!(several.status.code(), Some(1));
}
