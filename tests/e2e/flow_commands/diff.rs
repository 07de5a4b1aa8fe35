//! `flow diff`: what is printed and drawn of a change, and of a file that holds no Flow.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{HOTLINE, typed};

#[tokio::test]
async fn diff_prints_and_draws_what_has_changed() {
    let folder = tempdir().unwrap();
    let mut flow: Value = serde_json::from_str(&std::fs::read_to_string(HOTLINE).unwrap()).unwrap();
    flow["states"][1]["properties"]["say"] = json!("Good morning.");
    flow["states"][1]["transitions"][0]["next"] = json!("menu");
    std::fs::write(folder.path().join("new.json"), flow.to_string()).unwrap();
    let arguments = ["flow", "diff", HOTLINE, "new.json", "-o", "d.svg"];
    let (code, out, _) = typed(folder.path(), &arguments).await;
    assert_eq!(code, Some(0), "{out}");
    for expected in [
        "~ widget greeting (say-play)",
        "    say: \"Welcome to Seaside Parcels.\" => \"Good morning.\"",
        "~ transition greeting.audioComplete: opening_hours => menu",
        "1 widget, 1 transition and 1 setting differ",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    let drawn = std::fs::read_to_string(folder.path().join("d.svg")).unwrap();
    assert!(drawn.contains("edge gone") && drawn.contains("edge added"), "no marks");
    let (code, out, _) = typed(folder.path(), &["flow", "diff", HOTLINE, HOTLINE]).await;
    assert_eq!((code, out.trim()), (Some(0), "no differences"));
    std::fs::write(folder.path().join("none.json"), "{}").unwrap();
    std::fs::write(folder.path().join("cut.json"), "{\n\"states\": [").unwrap();
    for (pair, expected) in [
        ([HOTLINE, "none.json"], "none.json, line 1, column 1 (#): "),
        (["cut.json", HOTLINE], "cut.json, line 2, column 12 (#"),
        (["gone.json", HOTLINE], "gone.json cannot be read"),
        (["-", "-"], "standard input (-) can be read once"),
    ] {
        let (code, _, err) = typed(folder.path(), &["flow", "diff", pair[0], pair[1]]).await;
        assert_eq!(code, Some(2), "{pair:?}");
        assert!(err.contains(expected), "{expected}: {err}");
    }
    for command in ["run", "test"] {
        // No file of scenarios stands beside it.
        let arguments = ["flow", command, "cut.json", "--explore=1"];
        let arguments = &arguments[..if command == "run" { 3 } else { 4 }];
        let (code, _, err) = typed(folder.path(), arguments).await;
        assert_eq!(code, Some(2), "{command}");
        assert!(err.contains("cut.json, line 2, column 12 (#"), "{command}: {err}");
    }
}
