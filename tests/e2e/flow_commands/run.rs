//! `flow run`: what is printed, what is sent, and what is asked for on standard input.

use std::process::Stdio;

use tempfile::tempdir;
use tokio::io::AsyncWriteExt;

use super::{HOTLINE, SURVEY, caller_of, typed};
use crate::harness::{ringdown, stdout};
use crate::recorder::Recorder;

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
