//! Lines that are refused, and what is said of them.

use super::*;

#[test]
fn empty_name_of_an_alarm_is_refused() {
    for arguments in [&["--alarm", ""][..], &["--alarm="], &["--alarm", "a", " "]] {
        let arguments = ["check"].iter().chain(arguments).map(OsString::from);
        let error = parse(arguments).expect_err("an empty name").to_string();
        assert!(error.contains("expected the name of an alarm, and got an empty one"), "{error}");
    }
}

#[test]
fn wrong_lines_are_refused_with_a_hint() {
    for line in [
        "--prot 1",
        "--port x",
        "send",
        "alarm",
        "verify",
        "forward",
        "check a b",
        "check a --config b",
        "check --no-callers",
        "send --replay x",
        "flow inbound",
        "flow outage outage",
        "flow outage --json",
        "flow run",
        "flow run a b",
        "flow run a -o b",
        "flow run a --json --step",
        "flow run a --call +1 --message x",
        "flow run a --press x",
        "flow test",
        "flow test a -o b",
        "flow test a --seed 1",
        "flow test a --explore x",
        "flow run a --explore 1",
        "flow end",
        "flow end FW00000000000000000000000000000001",
        "flow end FW1 FN00000000000000000000000000000001",
        "flow end FN00000000000000000000000000000001 FW00000000000000000000000000000001",
        "flow diff a",
        "flow diff a b c",
        "flow check a --trace",
        "flow draw a --call +1",
        "flow check",
        "flow check a -o b",
        "flow check a --policy x",
        "flow check a --config b",
        "flow draw a b",
        "flow draw a --json",
        "flow print",
        "flow convert a -o",
        "check --policy x",
        "send x --sandbox",
        "check --alarm",
        "oncall --alarm x",
        "callbacks reconcile",
        "callbacks end",
        "incidents resolve",
        "sessions new",
        "sessions revoke a b",
        "incidents end a",
        "incidents resolve a b",
        "incidents --replay",
    ] {
        let error = typed(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(error.to_string().trim_end().ends_with("try '--help'."), "{line}: {error}");
    }
    // A command is missing: the list of them is the answer.
    for line in ["flow", "callbacks"] {
        let error = typed(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(error.to_string().contains("\nCommands:\n"), "{line}: {error}");
    }
}

#[test]
fn similar_names_are_proposed() {
    for (line, similar) in [
        ("sned x", "'send'"),
        ("incident", "'incidents'"),
        ("deadletters", "'dead-letters'"),
        ("on-call", "'oncall'"),
        ("flow drow x", "'draw'"),
        ("--prot 1", "'--port'"),
        ("oncall --form 4w", "'--for'"),
    ] {
        let error = typed(line).expect_err(line).to_string();
        assert!(error.contains("similar") && error.contains(similar), "{line}: {error}");
    }
}

#[test]
fn error_about_what_was_typed_has_no_hidden_character_of_it() {
    let forged = "a\nFAKE: all fine\r\u{9b}31m";
    for (typed, escaped) in [
        (vec!["x\u{202e}y"], r"x\u{202e}y"),
        (vec!["oncall", "x\u{202e}y"], r"x\u{202e}y"),
        (vec!["--port", "1\u{202e}"], r"1\u{202e}"),
        (vec!["--po\u{202e}rt"], r"--po\u{202e}rt"),
        (vec!["flow", "end", "FW\u{1b}[31m", "FN1"], r"FW\u{1b}[31m"),
        (vec!["send", "a.json", "--to\u{7}"], r"--to\u{7}"),
        (vec![forged], r"a\u{a}FAKE: all fine\u{d}\u{9b}31m"),
        (vec!["check", forged, forged], r"a\u{a}FAKE: all fine\u{d}\u{9b}31m"),
    ] {
        let error = parse(typed.iter().map(OsString::from)).expect_err("a mistake").to_string();
        let is_plain = |c: char| c == '\n' || !studio::play::is_hidden(c);
        assert!(error.contains(escaped) && error.chars().all(is_plain), "{typed:?}: {error:?}");
        assert!(error.lines().all(|line| !line.starts_with("FAKE")), "{error}");
        assert!(error.lines().count() > 2, "its own lines stay: {error}");
    }
    let help = parse(["--help", "x\u{202e}"].map(OsString::from)).expect_err("the help");
    assert_eq!(help.kind(), ErrorKind::DisplayHelp);
}
