//! The commands of Flows with options that name their widgets, and with files that are none.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{ringdown, run};

fn root(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).to_str().unwrap().to_owned()
}

async fn typed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = run(folder, arguments).await;
    let [out, err] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (status.code(), out, err)
}

#[tokio::test]
async fn run_takes_outcomes_hang_ups_and_subflows_of_the_command_line() {
    let folder = tempdir().unwrap();
    let hotline = root("sandbox/flows/parcels-hotline.json");
    let played = |name: &str| root(&format!("studio/tests/flows/played/{name}"));
    let (parent, child) = (played("subflow.json"), played("subflow-menu.json"));
    let subflow = format!("FW000000000000000000000000000000a1={child}");
    let calls = played("hang-up.json");
    for (arguments, code, expected) in [
        (
            vec![&*hotline, "--press", "0", "--outcome", "queue=queue-full", "--say", "call me"],
            0,
            "waits in the queue \"parcels\": queue-full\n",
        ),
        (
            vec![&*hotline, "--press", "0", "--hang-up-in", "queue"],
            0,
            "the caller hangs up\n                       hangup -> the end\nenqueue-call differs",
        ),
        (
            vec![&*hotline, "--press", "7", "--hang-up"],
            0,
            "says \"That key is not on the menu.\"\n                       the caller hangs up\n",
        ),
        (
            vec![&*hotline, "--hang-up-in", "voicemail"],
            0,
            "no hang-up in voicemail: nobody was on the line, or the run never came there\n",
        ),
        (
            vec![&*calls, "--outcome", "twiml=timeout", "--outcome", "payment=payInterrupted"],
            0,
            "hands over: capture-payments: payInterrupted\n",
        ),
        (
            vec![&*parent, "--press", "2", "--subflow", &*subflow],
            0,
            "told                   says \"You pressed 2 of 3.\"\n",
        ),
        (
            vec![&*parent, "--hang-up-in", "ask/menu", "--subflow", &*subflow],
            0,
            "ask/menu               says \"Press a key up to 3.\"\n                       the caller hangs up\n",
        ),
        (
            vec![&*parent, "--hang-up-in", "menu", "--subflow", &*subflow],
            2,
            "the Flow has no menu (a subflow has it: ask/menu)",
        ),
        (
            vec![&*parent],
            0,
            "note: the subflow FW000000000000000000000000000000a1 is not given here: --subflow FW",
        ),
        (vec![&*hotline, "--outcome", "queue=busy"], 2, "expected one of bridged, leave"),
        (vec![&*hotline, "--outcome", "menu=x"], 2, "a gather-input-on-call has no outcomes"),
        (vec![&*hotline, "--outcome", "gone=x"], 2, "--outcome: the Flow has no gone"),
        (vec![&*hotline, "--outcome", "queue"], 2, "expected WIDGET=OUTCOME"),
        (vec![&*hotline, "--hang-up-in", "gone"], 2, "--hang-up-in: the Flow has no gone"),
        (
            vec![&*hotline, "--subflow", "FW1=gone.json"],
            2,
            "--subflow FW1: the Flow has no subflow\n",
        ),
        (vec![&*hotline, "--function", "http://"], 2, "empty host"),
    ] {
        let arguments = [vec!["flow", "run"], arguments].concat();
        let (is, out, err) = typed(folder.path(), &arguments).await;
        assert_eq!(is, Some(code), "{arguments:?}: {out}{err}");
        let text = if code == 2 { err } else { out };
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn printed_flow_of_a_policy_passes_its_scenarios_to_every_end() {
    let folder = tempdir().unwrap();
    let config = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"night\"\nalarms = [\"*\"]\n\
                  roster = [\"alpha\"]\nring_seconds = 40\nanswer_seconds = 7\nvoice = \"Polly.Amy\"\n";
    std::fs::write(folder.path().join("ringdown.toml"), config).unwrap();
    let (code, definition, err) = typed(folder.path(), &["flow", "outage"]).await;
    assert_eq!(code, Some(0), "{err}");
    std::fs::write(folder.path().join("night.json"), definition).unwrap();
    let scenarios = root("shared/flows/outage-call.tests.toml");
    std::fs::copy(scenarios, folder.path().join("night.tests.toml")).unwrap();
    let (code, out, err) = typed(folder.path(), &["flow", "test", "night.json"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("14 of 14 scenarios pass"), "{out}");
    assert!(out.contains("passed: 26 of 26 widgets, 43 of 43 transitions"), "{out}");
    let (code, out, _) = typed(folder.path(), &["flow", "check", "night.json"]).await;
    assert_eq!(code, Some(0), "{out}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn run_test_and_diff_fail_where_nothing_can_be_printed() {
    let hotline = root("sandbox/flows/parcels-hotline.json");
    for arguments in [
        vec!["flow", "run", &hotline],
        vec!["flow", "test", &hotline],
        vec!["flow", "diff", &hotline, &hotline],
    ] {
        let folder = tempdir().unwrap();
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut command = ringdown(folder.path());
        let written = command.args(&arguments).stdout(full).stderr(Stdio::piped());
        let written = written.spawn().unwrap().wait_with_output().await.unwrap();
        assert_eq!(written.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8_lossy(&written.stderr);
        assert!(told.contains("standard output cannot be written"), "{told}");
    }
}

/// Files that are no Flow, or a strange one: each command says so, and never more than that.
#[tokio::test]
async fn strange_files_end_each_command_with_a_reason() {
    let folder = tempdir().unwrap();
    let sound = std::fs::read_to_string(root("sandbox/flows/parcels-hotline.json")).unwrap();
    std::fs::write(folder.path().join("sound.json"), &sound).unwrap();
    std::fs::create_dir(folder.path().join("folder.json")).unwrap();
    let itself = json!({"initial_state": "T", "states": [{"name": "T", "type": "trigger", "properties": {},
        "transitions": [{"event": "incomingCall", "next": "T"}]}]});
    let names = sound.replace("\"menu\"", "\"Menü 菜单 \\u202e\\u001b[2J <&>\"");
    let number = r#"{"initial_state":"T","states":[{"name":"T","type":"trigger","properties":{"offset":{"x":NaN}},"transitions":[]}]}"#;
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("null", b"null".to_vec()),
        ("deep", "[".repeat(100_000).into_bytes()),
        ("zeros", vec![0; 100]),
        ("number", number.as_bytes().to_vec()),
        ("number-too-large", number.replace("NaN", "1e999").into_bytes()),
        ("mark", [b"\xef\xbb\xbf", sound.as_bytes()].concat()),
        ("lines", sound.replace('\n', "\r\n").into_bytes()),
        ("wide", sound.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("itself", itself.to_string().into_bytes()),
        ("names", names.into_bytes()),
    ] {
        std::fs::write(folder.path().join(format!("{name}.json")), bytes).unwrap();
    }
    let files = ["empty", "null", "deep", "zeros", "number", "wide", "folder", "gone"];
    let played = ["number-too-large", "mark", "lines", "itself", "names"];
    for (name, is_flow) in
        files.iter().map(|name| (name, false)).chain(played.iter().map(|name| (name, true)))
    {
        let file = format!("{name}.json");
        for command in ["check", "print", "convert", "draw", "run", "diff", "test"] {
            let mut arguments = vec!["flow", command, &file];
            arguments.extend((command == "diff").then_some("sound.json"));
            arguments
                .extend((command == "test").then_some(["--explore", "5"]).into_iter().flatten());
            let (code, out, err) = typed(folder.path(), &arguments).await;
            let is_unreadable =
                matches!(*name, "folder" | "gone") || matches!(command, "run" | "test" | "diff");
            let expected = match (is_flow, is_unreadable) {
                (true, _) => vec![Some(0), Some(1)],
                (false, true) => vec![Some(2)],
                (false, false) => vec![Some(1)],
            };
            assert!(expected.contains(&code), "{arguments:?}: {code:?} {out}{err}");
            let is_checked = matches!(command, "print" | "draw" | "convert");
            assert!(is_checked || !out.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {out}");
            assert!(!err.contains("panicked") && !err.contains(['\u{1b}', '\u{202e}']), "{err}");
            let told = if code == Some(1) && command == "check" { out } else { err };
            assert!(is_flow || told.contains(&format!("{name}.json")), "{arguments:?}: {told}");
        }
    }
    let (code, _, err) = typed(folder.path(), &["flow", "diff", "-", "-"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("standard input (-) can be read once"), "{err}");
    let (_, _, err) = typed(folder.path(), &["flow", "run", "wide.json"]).await;
    assert!(err.contains("or UTF-16: save it as UTF-8"), "{err}");
    let (_, _, err) = typed(folder.path(), &["flow", "diff", "sound.json", "null.json"]).await;
    assert!(err.contains("null.json, line 1, column 1 (#): not a Flow, but null"), "{err}");
}

#[tokio::test]
async fn scenarios_that_are_none_are_wrong_files() {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.json", &std::fs::read_to_string(root("sandbox/flows/parcels-hotline.json")).unwrap());
    let one = "[[scenarios]]\nname = 'a'\n";
    for (text, expected) in [
        (String::new(), "a.tests.toml has no [[scenarios]]"),
        ("must_pass = ['menu']\n".to_owned(), "a.tests.toml has no [[scenarios]]"),
        ("x [".to_owned(), "a.tests.toml, line 1: it is not TOML"),
        (format!("a = {}{}", "[".repeat(9_000), "]".repeat(9_000)), "line 1: it is not TOML"),
        ("[[scenarios]]\n".to_owned(), "line 1: scenarios[0]: it has no name"),
        ("[[scenarios]]\nname = ''\n".to_owned(), "line 2: scenarios[0].name: the name is empty"),
        (format!("{one}at = nan\n"), "line 3: scenarios[0].at: expected a time"),
        (format!("{one}answers = [{{ widget = 'zzz' }}]\n"), "the Flow has no zzz"),
        (format!("{one}outcomes = {{ zzz = 'x' }}\n"), "the Flow has no zzz"),
        (format!("{one}hang_up_in = 'zzz'\n"), "the Flow has no zzz"),
        (format!("{one}passes = ['menu.zzz']\n"), "passes[0]: menu has no event zzz"),
        (
            format!("subflows = {{ FW1 = 'gone.json' }}\n{one}"),
            "a.tests.toml, line 1: subflows.FW1: the Flow has no subflow",
        ),
    ] {
        write("a.tests.toml", &text);
        let (code, out, err) = typed(folder.path(), &["flow", "test", "a.json"]).await;
        assert_eq!(code, Some(2), "{text}: {out}{err}");
        assert!(err.contains(expected), "{text}: {err}");
    }
    // A name of anything is printed on one line, and in the XML as XML can have it.
    let name = "name = \"\\u0000\\u001b[2J\\u202e<&\\\"'>]]>\\uFFFE\"";
    write("a.tests.toml", &format!("[[scenarios]]\n{name}\nhears = ['<&>']\n"));
    let (code, out, _) =
        typed(folder.path(), &["flow", "test", "a.json", "--junit", "a.xml"]).await;
    assert_eq!(code, Some(1), "{out}");
    assert!(!out.contains(['\u{1b}', '\u{202e}', '\0', '\u{fffe}']), "{out}");
    let xml = std::fs::read_to_string(folder.path().join("a.xml")).unwrap();
    assert!(
        xml.contains("&lt;&amp;&quot;") && !xml.contains(['\0', '\u{1b}', '\u{fffe}']),
        "{xml}"
    );
}
