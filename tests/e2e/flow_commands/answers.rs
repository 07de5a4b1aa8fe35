//! What `flow run` and `flow diff` say to programs, and of answers that nobody asked for.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::flow_runs::{HOTLINE, caller_of, typed};
use crate::recorder::Recorder;

#[tokio::test]
async fn run_names_the_url_that_a_function_was_asked_at_and_to_whom_a_text_went() {
    let server = Recorder::start().await;
    let folder = caller_of("run-function");
    let path = folder.path().join("f.json");
    let flow = std::fs::read_to_string(&path).unwrap();
    let text = "\"properties\":{\"body\"";
    let sent = flow.replace(
        text,
        "\"properties\":{\"to\":\"+15005551234\",\"from\":\"+15005550006\",\"body\"",
    );
    assert_ne!(sent, flow);
    std::fs::write(&path, sent).unwrap();
    let at = format!("{}/base/", server.address);
    let (code, out, err) =
        typed(folder.path(), &["flow", "run", "f.json", "--function", &at]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    let asked = format!(
        "ask                    POST https://x-1.twil.io/find\n                       asked at {}/base/find\n",
        server.address
    );
    assert!(out.contains(&asked), "{out}");
    assert!(out.contains("sends \"Hello Ada.\" to …1234\n") && !out.contains("5551234"), "{out}");
    assert_eq!(server.lines(), ["POST /base/find a=b+c"]);
}

#[tokio::test]
async fn answers_for_no_widget_are_wrong_and_those_that_nobody_asked_for_are_told() {
    let folder = caller_of("make-http-request");
    let run = async |answers: &str, options: &[&str]| {
        std::fs::write(folder.path().join("a.toml"), answers).unwrap();
        let fixed = ["flow", "run", "f.json", "--param", "url=https://a.example/x"];
        typed(folder.path(), &[&fixed, options].concat()).await
    };
    let http = ["--http", "a.toml"];
    for (answers, expected) in [
        (
            "[[answers]]\n\nwidget = 'nope'\n",
            "a.toml, line 3: answers[0].widget: the Flow has no nope",
        ),
        ("[[answers]]\nwidget = 'yes'\n", "yes sends no request: it is a send-message"),
    ] {
        let (code, out, err) = run(answers, &http).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(expected), "{err}");
    }
    let answers =
        "[[answers]]\nurl = 'https://b.example/*'\n[[answers]]\njson = { name = 'Ada' }\n";
    let unused =
        |line: usize| format!("a.toml, line {line}: the answer is not used: no request took it\n");
    let (code, out, _) = run(answers, &http).await;
    assert_eq!(code, Some(0));
    assert!(out.contains(&unused(1)) && !out.contains(&unused(3)), "{out}");
    // One file for both is read once.
    let (_, out, _) = run(answers, &["--http", "a.toml", "--function", "a.toml"]).await;
    assert!(out.contains("Hello Ada.") && out.matches("is not used").count() == 1, "{out}");
    let (_, out, _) = run(answers, &["--function", "a.toml"]).await;
    assert!(out.contains(&unused(1)) && out.contains(&unused(3)), "{out}");
    let (_, out, _) = run(answers, &["--http", "a.toml", "--outcome", "no=failed"]).await;
    let expected = "--outcome no=failed is not used: the run does not come to it\n";
    assert!(out.contains(expected), "{out}");
}

#[tokio::test]
async fn notes_of_a_test_fail_no_scenario() {
    let folder = caller_of("make-http-request");
    let text = "[[answers]]\nurl = 'https://never.example'\n[[scenarios]]\nname = 'a'\n\
                outcomes = { no = 'sent' }\nrequest = { url = 'https://a.example' }\n\
                answers = [{ json = { name = 'Ada' } }, { status = 500 }]\n";
    std::fs::write(folder.path().join("f.tests.toml"), text).unwrap();
    let (code, out, err) = typed(folder.path(), &["flow", "test", "f.json"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    for expected in [
        "  note: a (line 3): the answer of line 7 is not used: no request took it\n",
        "  note: a (line 3): the outcome sent of no is not used: the run does not come to it\n",
        "  note: the answer of line 1 is not used: no request of any scenario took it\n",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
}

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
