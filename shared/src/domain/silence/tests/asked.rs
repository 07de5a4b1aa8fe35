//! Silences that people have asked for, beside the windows of the configuration.

use super::*;

/// A silence of an incident: alpha has asked for it at 01:00, for this alarm, until 02:00.
fn of_an_incident(alarm: &str) -> Stored {
    Stored {
        incident: Some("p-20260301-010000-000".into()),
        alarms: vec![alarm.to_owned()],
        keys: Vec::new(),
        until: at("2026-03-01T02:00Z"),
        by: "alpha".to_owned(),
        because: None,
        at: at("2026-03-01T01:00Z"),
        globs: Vec::new(),
        from: None,
        ended_by: None,
    }
}

#[test]
fn silence_of_an_incident_is_for_its_alarms_and_not_for_others_of_their_names() {
    let mut silence = Stored { alarms: Vec::new(), ..of_an_incident("cpu") };
    for key in ["a", "b", "a"] {
        silence.add_alarm("cpu", key);
    }
    assert_eq!((silence.alarms.len(), silence.keys.len()), (1, 2));
    let body = serde_json::to_string(&silence).expect("JSON");
    let read: Stored = serde_json::from_str(&body).expect("a silence");
    let is_for = ["a", "b", "c", "cpu"].map(|key| read.is_for("cpu", key));
    assert_eq!((is_for, read == silence), ([true, true, false, false], true));
}

/// A silence of globs that alpha has asked for at 01:00.
fn of_globs(globs: &[&str], from: Option<&str>, until: &str) -> Result<Stored, Unfit> {
    let now = at("2026-03-01T01:00Z");
    Stored::of_globs(globs, (from.map(at), at(until)), ("alpha", None), now)
}

#[test]
fn what_people_ask_for_counts_like_a_window() {
    let silences =
        Silences::new(vec![window("*", "UTC", once("2026-03-01T02:00Z", "2026-03-01T04:00Z"))]);
    let stored = of_an_incident("cpu*");
    let told = |alarm: &str, now: &str| {
        silences.until_with(std::slice::from_ref(&stored), (alarm, alarm), at(now))
    };
    let silence = told("cpu*", "2026-03-01T01:30Z").expect("silenced");
    assert_eq!(
        (silence.until, silence.reason.as_deref()),
        (at("2026-03-01T04:00Z"), Some("by alpha"))
    );
    assert_eq!(told("cpu*", "2026-03-01T03:00Z").and_then(|silence| silence.reason), None);
    // Names are names there, not globs.
    assert_eq!(told("cpu-1", "2026-03-01T01:30Z"), None);
}

#[test]
fn silence_of_globs_covers_its_time_and_its_names() {
    let made =
        |from: Option<&str>, until: &str| of_globs(&["disk-*", " ", "net", "net"], from, until);
    let silence = made(Some("2026-03-01T02:00Z"), "2026-03-01T03:00Z").expect("a silence");
    assert_eq!(silence.globs, ["disk-*", "net"]);
    let told = |alarm: &str, now: &str| {
        let stored = std::slice::from_ref(&silence);
        Silences::default().until_with(stored, (alarm, alarm), at(now)).map(|silence| silence.until)
    };
    for (alarm, now, expected) in [
        ("disk-full", "2026-03-01T02:00Z", true),
        ("net", "2026-03-01T02:59:59Z", true),
        ("disk-full", "2026-03-01T01:59:59Z", false),
        ("disk-full", "2026-03-01T03:00Z", false),
        ("cpu", "2026-03-01T02:30Z", false),
    ] {
        let until = expected.then(|| at("2026-03-01T03:00Z"));
        assert_eq!(told(alarm, now), until, "{alarm} {now}");
    }
    let is = |from: Option<&str>, until: &str| made(from, until).map(|silence| silence.from);
    // What begins by now has no beginning of its own.
    assert_eq!(is(Some("2026-03-01T00:00Z"), "2026-03-01T02:00Z"), Ok(None));
    assert_eq!(is(None, "2026-03-01T01:00Z"), Err(Unfit::Over));
    assert_eq!(is(Some("2026-03-01T03:00Z"), "2026-03-01T02:00Z"), Err(Unfit::Over));
    assert_eq!(is(None, "2026-04-02T01:00Z"), Err(Unfit::TooLong));
    assert_eq!(is(Some("2026-04-02T01:00Z"), "2026-04-02T02:00Z"), Err(Unfit::TooLong));
    let long = "x".repeat(MAX_GLOB_CHARS + 1);
    let many: Vec<String> = (0..=MAX_GLOBS).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(read_globs(&["", " "]), Err(Unfit::NoGlobs));
    assert_eq!(read_globs(&[long.as_str()]), Err(Unfit::LongGlob));
    assert_eq!(read_globs(&many), Err(Unfit::TooManyGlobs));
}

#[test]
fn silence_that_a_former_version_kept_is_read() {
    let former = r#"{"incident":"p-20260301-010000-000","alarms":["cpu"],"until":"2026-03-01T02:00:00Z","by":"alpha","at":"2026-03-01T01:00:00Z"}"#;
    let read: Stored = serde_json::from_str(former).expect("a silence");
    assert!(
        read.is_for("cpu", "arn:cpu")
            && read.globs.is_empty()
            && read.covers(at("2026-03-01T01:30Z"))
    );
    assert_eq!(serde_json::to_string(&read).expect("JSON"), former);
}

#[test]
fn silence_that_begins_now_has_no_beginning_of_its_own() {
    let begins = |from: Option<&str>| {
        let silence = of_globs(&["*"], from, "2026-03-01T03:00Z").expect("a silence");
        (silence.from, silence.begins())
    };
    let now = at("2026-03-01T01:00Z");
    assert_eq!(begins(Some("2026-03-01T01:00Z")), (None, now));
    assert_eq!(begins(None), (None, now));
    let later = at("2026-03-01T01:00:01Z");
    assert_eq!(begins(Some("2026-03-01T01:00:01Z")), (Some(later), later));
}

#[test]
fn silence_of_a_month_is_the_longest_and_a_month_ahead_the_latest() {
    let is = |from: Option<&str>, until: &str| of_globs(&["*"], from, until).map(|_| ());
    assert_eq!(is(None, "2026-04-01T01:00Z"), Ok(()));
    assert_eq!(is(None, "2026-04-01T01:00:01Z"), Err(Unfit::TooLong));
    let latest = Some("2026-04-01T01:00Z");
    assert_eq!(is(latest, "2026-05-02T01:00Z"), Ok(()));
    assert_eq!(is(latest, "2026-05-02T01:00:01Z"), Err(Unfit::TooLong));
    assert_eq!(is(Some("2026-04-01T01:00:01Z"), "2026-04-01T02:00Z"), Err(Unfit::TooLong));
}

#[test]
fn ten_globs_as_long_as_any_name_are_the_most() {
    let longest = "x".repeat(MAX_GLOB_CHARS);
    assert_eq!(read_globs(&[longest.as_str()]), Ok(vec![longest.clone()]));
    let ten: Vec<String> = (0..MAX_GLOBS).map(|number| number.to_string()).collect();
    // A glob that is blank, or there already, is none more.
    let typed: Vec<&str> = ten.iter().map(String::as_str).chain([" ", "0"]).collect();
    assert_eq!(read_globs(&typed), Ok(ten.clone()));
    assert_eq!(read_globs(&["a\tb"]), Ok(vec!["a b".to_owned()]));
}

/// A silence is ended by its id, on the page and at the command line: another one's end must not be meant.
#[test]
fn id_of_a_silence_outlasts_its_end_and_is_its_own() {
    let silence = of_an_incident("cpu");
    let id = silence.id();
    assert!(id.len() == 16 && id.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    let ended = Stored {
        until: at("2026-03-01T01:30Z"),
        ended_by: Some("bravo".to_owned()),
        ..silence.clone()
    };
    assert_eq!(ended.id(), id);
    let others = [
        Stored { incident: Some("q-20260301-010000-000".into()), ..silence.clone() },
        Stored { by: "bravo".to_owned(), ..silence.clone() },
        Stored { at: at("2026-03-01T01:00:01Z"), ..silence.clone() },
        Stored { from: Some(at("2026-03-01T01:30Z")), ..silence.clone() },
        Stored { globs: vec!["disk-*".to_owned()], ..silence.clone() },
    ];
    for other in others {
        assert_ne!(other.id(), id, "{other:?}");
    }
}

#[test]
fn reason_of_a_silence_says_who_and_why() {
    let silence =
        Stored { because: Some("the disk is changed".to_owned()), ..of_an_incident("cpu") };
    let told =
        Silences::default().until_with(&[silence], ("cpu", "arn:cpu"), at("2026-03-01T01:30Z"));
    assert_eq!(
        told.and_then(|silence| silence.reason).as_deref(),
        Some("by alpha: the disk is changed")
    );
}

#[test]
fn silence_that_ends_last_is_the_longest_whoever_asked_for_it() {
    let windows = [("cpu", "2026-03-01T01:20Z", "2026-03-01T01:40Z")];
    let windows = windows.map(|(alarm, from, until)| window(alarm, "UTC", once(from, until)));
    let silences = Silences::new(windows.to_vec());
    let short = of_an_incident("cpu");
    let long = of_globs(&["*"], Some("2026-03-01T01:50Z"), "2026-03-01T02:30Z").expect("a silence");
    let stored = [short.clone(), long.clone()];
    let longest = |alarm: &str, now: &str| {
        let (until, stored) = silences.longest(&stored, (alarm, alarm), at(now))?;
        Some((until, stored.cloned()))
    };
    let ends = |silence: &Stored| Some((silence.until, Some(silence.clone())));
    // What has not begun, or is for other alarms, does not count.
    assert_eq!(longest("cpu", "2026-03-01T01:30Z"), ends(&short));
    assert_eq!(longest("cpu", "2026-03-01T01:55Z"), ends(&long));
    assert_eq!(longest("net", "2026-03-01T01:30Z"), None);
    assert_eq!(longest("net", "2026-03-01T01:55Z"), ends(&long));
    // Of a window nobody in particular is told.
    let alone = silences.longest(&[], ("cpu", "cpu"), at("2026-03-01T01:30Z"));
    assert_eq!(alone, Some((at("2026-03-01T01:40Z"), None)));
    assert_eq!(silences.longest(&[], ("cpu", "cpu"), at("2026-03-01T01:40Z")), None);
}
