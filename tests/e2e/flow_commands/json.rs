//! `--json`: what `flow run` and `flow diff` print for programs.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{HOTLINE, typed};

#[tokio::test]
async fn run_as_json_is_one_object_without_numbers_and_secrets() {
    let folder = tempdir().unwrap();
    let fixed = ["flow", "run", HOTLINE, "--json", "--call", "+15005559876"];
    let (code, out, err) = typed(
        folder.path(),
        &[&fixed[..], &["--press", "0", "--outcome", "queue=queue-full"]].concat(),
    )
    .await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let run: Value = serde_json::from_str(&out).unwrap();
    let keys: Vec<&String> = run.as_object().unwrap().keys().collect();
    let expected =
        "differences end file log refused refused_subflows start steps trace unused".split(' ');
    assert!(keys.iter().map(|key| key.as_str()).eq(expected), "{keys:?}");
    assert_eq!(run["start"], json!({"kind": "call", "contact": "…9876"}));
    assert_eq!((&run["refused"], &run["unused"]), (&Value::Null, &json!([])));
    assert_eq!(run["end"], json!({"error": false, "words": "the Flow came to its end"}));
    let first = json!({"seconds": 0, "widget": "Trigger", "type": "trigger", "event": "incomingCall", "next": "greeting"});
    assert_eq!(run["steps"][0], first);
    let said = json!({"seconds": 0, "widget": "greeting", "lines": ["says \"Welcome to Seaside Parcels.\""]});
    assert_eq!(run["trace"][1], said);
    assert!(!out.contains("5559876"), "{out}");
    let (_, out, _) = typed(folder.path(), &[&fixed[..], &["--trace"]].concat()).await;
    let run: Value = serde_json::from_str(&out).unwrap();
    assert!(run["context"]["flow"]["sid"].is_string(), "{out}");
    assert_eq!(run["context"]["contact"]["channel"]["address"], json!("…9876"));
    assert!(run["context"]["trigger"]["call"]["To"].as_str().unwrap().starts_with('…'), "{out}");
    assert!(!out.contains("5559876"), "{out}");
    let (_, out, _) =
        typed(folder.path(), &["flow", "run", HOTLINE, "--call", "+15005559876", "--trace"]).await;
    assert!(out.contains("…9876") && !out.contains("5559876"), "{out}");
    // A run that ends by an error is an object too, and one that cannot begin is none.
    for (arguments, expected, has_object) in [
        (&["flow", "run", "loop.json", "--json"][..], 1, true),
        (&["flow", "run", "gone.json", "--json"], 2, false),
        (&["flow", "run", HOTLINE, "--json", "--step"], 2, false),
    ] {
        let round = json!({"initial_state": "T", "states": [{"name": "T", "type": "trigger", "properties": {},
            "transitions": [{"event": "incomingCall", "next": "gone"}]}]});
        std::fs::write(folder.path().join("loop.json"), round.to_string()).unwrap();
        let (code, out, _) = typed(folder.path(), arguments).await;
        assert_eq!(code, Some(expected), "{arguments:?}: {out}");
        let run = serde_json::from_str::<Value>(&out).ok();
        assert_eq!(run.is_some(), has_object, "{arguments:?}: {out}");
        if let Some(run) = run {
            assert_eq!(
                (&run["end"]["error"], &run["log"][0]["code"]),
                (&json!(true), &json!(81022))
            );
            assert!(run["refused"].is_string(), "{run}");
        }
    }
}

#[tokio::test]
async fn diff_as_json_is_one_object() {
    let folder = tempdir().unwrap();
    let mut flow: Value = serde_json::from_str(&std::fs::read_to_string(HOTLINE).unwrap()).unwrap();
    flow["states"][1]["properties"]["say"] = json!("Call https://user:s3cretpw@x.example/a");
    flow["states"][1]["transitions"][0]["next"] = json!("menu");
    std::fs::write(folder.path().join("new.json"), flow.to_string()).unwrap();
    let diff = async |after: &str| {
        let arguments = ["flow", "diff", HOTLINE, after, "--json"];
        let (code, out, err) = typed(folder.path(), &arguments).await;
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(!out.contains("s3cretpw"), "{out}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let same = diff(HOTLINE).await;
    let expected = json!({"before": HOTLINE, "after": HOTLINE, "same": true, "settings": [], "widgets": [],
        "transitions": [], "moved": 0, "summary": "no differences"});
    assert_eq!(same, expected);
    let changed = diff("new.json").await;
    assert_eq!((&changed["same"], &changed["after"]), (&json!(false), &json!("new.json")));
    let widget = &changed["widgets"][0];
    assert_eq!((&widget["change"], &widget["name"]), (&json!("changed"), &json!("greeting")));
    assert_eq!(widget["settings"][0]["before"], "Welcome to Seaside Parcels.");
    let way = json!({"change": "changed", "widget": "greeting", "transition": "audioComplete", "old_transition": null,
        "before": "opening_hours", "after": "menu", "settings": []});
    assert_eq!(changed["transitions"], json!([way]));
    let (_, out, _) = typed(folder.path(), &["flow", "diff", HOTLINE, "new.json"]).await;
    assert!(out.contains("x.example/a") && !out.contains("s3cretpw"), "{out}");
}
