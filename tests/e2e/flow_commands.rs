//! Flows that are played, tested and compared on the command line.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tokio::io::AsyncWriteExt;

use crate::harness::{ringdown, run, stdout};
use crate::recorder::Recorder;

pub(crate) const HOTLINE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/flows/parcels-hotline.json");
const SURVEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/flows/delivery-survey.json");
const OUTAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/shared/flows/outage-call.json");

pub(crate) async fn typed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = run(folder, arguments).await;
    let [out, err] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (status.code(), out, err)
}

/// A folder with a Flow that sends a request to the URL that it is given, with a widget of this type, and says what
/// came of it.
pub(crate) fn caller_of(kind: &str) -> TempDir {
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

#[tokio::test]
async fn run_prints_each_widget_and_ends_with_its_reason() {
    let folder = tempdir().unwrap();
    let arguments = ["flow", "run", HOTLINE, "--call", "+15005550002", "--press", "1,12345678#"];
    let (code, out, err) = typed(folder.path(), &arguments).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for expected in [
        "a call from …0002",
        "greeting               says \"Welcome to Seaside Parcels.\"",
        "not sent: --http live would send it, --http FILE would answer it",
        "the caller presses 12345678",
        "\"12345678\" regex \"[0-9]{8}\": yes",
        "match -> find_parcel",
        "The run is over: the Flow came to its end.",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    let broken = caller_of("make-http-request");
    let text = std::fs::read_to_string(broken.path().join("f.json")).unwrap();
    std::fs::write(broken.path().join("b.json"), text.replace("\"no\"}]", "\"gone\"}]")).unwrap();
    for (arguments, code, expected) in [
        (&["flow", "run", SURVEY, "--call", "+1"][..], 1, "nothing follows incomingCall"),
        (&["flow", "run", SURVEY, "--message", "hi"], 0, "silence"),
        (&["flow", "run", "b.json", "--param", "url=https://a.example"], 1, "there is no widget"),
        (&["flow", "run", "nowhere.json"], 2, "nowhere.json cannot be read"),
        (&["flow", "run", HOTLINE, "--http", "nowhere.toml"], 2, "nowhere.toml cannot be read"),
        (&["flow", "run", HOTLINE, "--press", "x"], 2, "'--press <KEYS>': expected keys"),
        (&["flow", "run", HOTLINE, "--call", "+1", "--message", "x"], 2, "cannot be used with"),
    ] {
        let (is, out, err) = typed(broken.path(), arguments).await;
        assert_eq!(is, Some(code), "{arguments:?}: {out}{err}");
        let text = if code == 2 { err } else { out };
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn nothing_is_sent_unless_it_is_asked_for_and_private_hosts_are_refused() {
    let server = Recorder::start().await;
    let folder = caller_of("make-http-request");
    let url = |path: &str| format!("url={}{path}", server.address);
    let run = async |path: &str, options: &[&str]| {
        let url = url(path);
        let fixed = ["flow", "run", "f.json", "--param", url.as_str()];
        typed(folder.path(), &[&fixed, options].concat()).await.1
    };
    let out = run("/ok", &[]).await;
    assert!(out.contains("not sent") && out.contains("Nobody answers."), "{out}");
    let out = run("/ok", &["--http", "live"]).await;
    assert!(out.contains("not sent: 127.0.0.1 has an address that is not public"), "{out}");
    assert!(out.contains("Nobody answers."), "{out}");
    assert_eq!(server.lines(), [""; 0]);

    let live = ["--http", "live", "--http-allow", "127.0.0.1"];
    let out = run("/ok", &live).await;
    assert!(out.contains("Hello Ada."), "{out}");
    assert_eq!(server.lines(), ["GET /ok?a=b+c"]);
    let out = run("/here", &live).await;
    assert!(out.contains("Hello Ada."), "{out}");
    assert_eq!(server.lines(), ["GET /here?a=b+c", "GET /ok"]);
    // A redirect goes nowhere that the request itself may not go.
    for (path, host) in [("/elsewhere", "localhost"), ("/metadata", "169.254.169.254")] {
        let out = run(path, &live).await;
        let expected = format!("not sent: {host} has an address that is not public");
        assert!(out.contains(&expected) && out.contains("Nobody answers."), "{out}");
        assert_eq!(server.lines().len(), 1);
    }
    let out = run("/round", &live).await;
    assert!(out.contains("redirected more than 10 times"), "{out}");
    let out = run("/big", &live).await;
    assert!(out.contains("larger than 64 kB") && out.contains("Nobody answers."), "{out}");
}

#[tokio::test]
async fn functions_are_answered_by_a_server_or_a_file() {
    let server = Recorder::start().await;
    let folder = caller_of("run-function");
    let file = "[[answers]]\nwidget = 'ask'\njson = { name = 'Grace' }\n";
    std::fs::write(folder.path().join("a.toml"), file).unwrap();
    for (options, expected) in [
        (&["--http", "a.toml"][..], "Nobody answers."),
        (&["--function", "a.toml"], "Hello Grace."),
        (&["--function", &server.address], "Hello Ada."),
    ] {
        let (_, out, _) =
            typed(folder.path(), &[&["flow", "run", "f.json"], options].concat()).await;
        assert!(out.contains(expected), "{options:?}: {out}");
    }
    assert_eq!(server.lines(), ["POST /find a=b+c"]);
    std::fs::write(folder.path().join("a.toml"), "[[answers]]\nwiget = 'ask'\n").unwrap();
    let (code, _, err) = typed(folder.path(), &["flow", "run", "f.json", "--http", "a.toml"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("a.toml, line 2: answers[0].wiget: unknown key"), "{err}");
}

#[tokio::test]
async fn steps_are_asked_for_on_standard_input() {
    let folder = tempdir().unwrap();
    let mut command = ringdown(folder.path());
    let command = command.args(["flow", "run", HOTLINE, "--step"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Enter after three widgets, then 0; and nobody answers any more.
    child.stdin.take().unwrap().write_all(b"\n\n\n0\n").await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let out = stdout(&output);
    assert!(output.status.success(), "{out}");
    assert!(out.contains("the caller presses 0") && out.contains("queue"), "{out}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("[Enter]"));
}

#[tokio::test]
async fn test_ends_with_the_worst_of_its_scenarios() {
    let folder = tempdir().unwrap();
    let arguments =
        ["flow", "test", HOTLINE, SURVEY, OUTAGE, "--junit", "r.xml", "--explore", "50"];
    let (code, out, err) = typed(folder.path(), &arguments).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("passed: 26 of 26 widgets"), "{out}");
    assert!(out.contains("50 random walks with the seed 1"), "{out}");
    assert!(out.contains("menu.speech leads nowhere"), "{out}");
    let xml = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
    assert_eq!(xml.matches("<testsuite ").count(), 6);
    assert!(xml.contains("failures=\"0\""), "{xml}");

    let copy = folder.path().join("hotline.json");
    std::fs::copy(HOTLINE, &copy).unwrap();
    let (code, _, err) = typed(folder.path(), &["flow", "test", "hotline.json"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("hotline.json has no scenarios: there is no hotline.tests.toml"), "{err}");
    let scenarios = folder.path().join("hotline.tests.toml");
    let one = "[[scenarios]]\nname = 'nobody'\nhears = ['Good morning']\n";
    std::fs::write(&scenarios, one).unwrap();
    for file in ["hotline.json", "hotline.tests.toml"] {
        let (code, out, _) =
            typed(folder.path(), &["flow", "test", file, "--junit", "r.xml"]).await;
        assert_eq!(code, Some(1), "{out}");
        assert!(out.contains("FAILED nobody (line 1)"), "{out}");
        assert!(out.contains("- \"Good morning\"") && out.contains("  \"Welcome to"), "{out}");
        let xml = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
        assert!(xml.contains("<failure message="), "{xml}");
    }
    std::fs::write(&scenarios, format!("{one}hear = 1\n")).unwrap();
    let (code, _, err) = typed(folder.path(), &["flow", "test", "hotline.json", SURVEY]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("hotline.tests.toml, line 4: scenarios[0].hear: unknown key"), "{err}");
}

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
