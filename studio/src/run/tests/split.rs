//! `split-based-on`, as twilio.com/docs/studio/widget-library/split-based-on documents it, one line a sentence.

use super::*;

/// The widget that a split of `{{trigger.message.Body}}` leads to.
fn branch(input: &str, conditions: &[(&str, &str)]) -> Option<String> {
    let mut trigger = message();
    if let Trigger::Message(message) = &mut trigger {
        input.clone_into(&mut message.body);
    }
    let mut transitions = vec![json!({"event": "noMatch", "next": "none"})];
    for (index, (kind, value)) in conditions.iter().enumerate() {
        let condition = json!({"type": kind, "value": value, "arguments": ["{{stale.argument}}"]});
        let next = format!("branch{index}");
        transitions.push(json!({"event": "match", "next": next, "conditions": [condition]}));
    }
    let properties = json!({"input": "{{trigger.message.Body}}"});
    let split = json!({"name": "split", "type": "split-based-on", "properties": properties,
                       "transitions": transitions});
    let (run, _) = begun(trigger, &[split]);
    run.steps().get(1).and_then(|step| step.to.clone())
}

fn holds(kind: &str, input: &str, value: &str) -> bool {
    branch(input, &[(kind, value)]).as_deref() == Some("branch0")
}

#[test]
fn predicates_hold_as_studio_has_them() {
    for (kind, input, value, expected) in [
        // Case is ignored, and both sides are trimmed.
        ("equal_to", " YES\n", "yes ", true),
        ("equal_to", "ÄÖ", "äö", true),
        ("equal_to", "yes!", "yes", false),
        ("not_equal_to", "Yes", "yes", false),
        ("not_equal_to", "No", "yes", true),
        ("matches_any_of", "y", "Yes, Y", true),
        ("matches_any_of", "parking", "Hours, Parking, Address", true),
        ("matches_any_of", "park", "Hours, Parking", false),
        ("matches_any_of", "one, two", "one, two", false),
        ("matches_any_of", "", "one,,two,", false),
        ("does_not_match_any_of", "y", "Yes, Y", false),
        ("does_not_match_any_of", "n", "Yes, Y", true),
        ("contains", "aab", "A", true),
        ("contains", "bcd", "a", false),
        ("does_not_contain", "aab", "A", false),
        ("does_not_contain", "bcd", "a", true),
        ("starts_with", " Hoot", "hoo", true),
        ("starts_with", "shoot", "hoo", false),
        ("does_not_start_with", " Hoot", "hoo", false),
        ("does_not_start_with", "shoot", "hoo", true),
        // Empty, or white space alone.
        ("is_blank", "", "Is Blank", true),
        ("is_blank", " \t\n", "Is Blank", true),
        ("is_blank", "0", "Is Blank", false),
        ("is_not_blank", " ", "Is Not Blank", false),
        ("is_not_blank", "x", "Is Not Blank", true),
        // Numbers only: text never matches.
        ("less_than", "9", "10", true),
        ("less_than", "10", "10", false),
        ("less_than", "-1.5", "0", true),
        ("greater_than", " 10 ", "9", true),
        ("greater_than", "b", "a", false),
        ("less_than", "\"1\"", "2", false),
        ("less_than", "", "2", false),
        ("greater_than", "inf", "1", false),
        ("greater_than", "NaN", "1", false),
        // Dates and times are written with zeros, and compared strictly.
        ("is_before_date", "2026-11-27", "2026-11-28", true),
        ("is_before_date", "2026-11-28", "2026-11-28", false),
        ("is_after_date", "2026-11-29", "2026-11-28", true),
        ("is_after_date", "2026-1-29", "2025-11-28", false),
        ("is_after_date", "2026-02-30", "2025-11-28", false),
        ("is_before_time", "08:59", "09:00", true),
        ("is_before_time", "9:00", "10:00", false),
        ("is_after_time", "17:01", "17:00", true),
        ("is_after_time", "17:00", "17:00", false),
        ("is_after_time", "24:01", "17:00", false),
    ] {
        assert_eq!(holds(kind, input, value), expected, "{input:?} {kind} {value:?}");
    }
}

#[test]
fn pattern_must_match_the_whole_text() {
    for (input, pattern, expected) in [
        ("12345678", "[0-9]{8}", true),
        ("123456789", "[0-9]{8}", false),
        ("Yes", "yes|no", true),
        ("yes no", "yes|no", false),
        (" 12 ", "\\d+", true),
        ("a B", "\\S+ \\S+", true),
        ("ba", "^(?=.*a)(?=.*b).*", true),
        ("cb", "^(?=.*a)(?=.*b).*", false),
        ("line\nline", "line", false),
        // No slashes.
        ("abc", "/abc/", false),
    ] {
        assert_eq!(holds("regex", input, pattern), expected, "{input:?} {pattern}");
    }
}

#[test]
fn pattern_that_is_none_or_takes_too_long_never_matches() {
    for pattern in ["(", "*", "a{1,99999999}", "(?<=a+)b\\", "(a|b|ab)*(?=c)d"] {
        let condition = json!({"type": "regex", "value": pattern});
        let match_ = json!({"event": "match", "next": "yes", "conditions": [condition]});
        let split = json!({"name": "split", "type": "split-based-on",
            "properties": {"input": "ab".repeat(30)},
            "transitions": [match_, {"event": "noMatch"}]});
        let (run, _) = begun(message(), &[split]);
        assert_eq!(passed(&run), ["split noMatch"], "{pattern}");
        assert_eq!(codes(&run).first(), Some(&None), "{pattern}");
    }
}

#[test]
fn first_match_of_the_file_wins_and_no_match_comes_last() {
    let both = [("contains", "x"), ("equal_to", "yes"), ("starts_with", "y"), ("is_not_blank", "")];
    assert_eq!(branch("yes", &both).as_deref(), Some("branch1"));
    assert_eq!(branch("no", &both).as_deref(), Some("branch3"));
    assert_eq!(branch("", &both).as_deref(), Some("none"));
}

#[test]
fn condition_has_a_value_of_liquid_and_the_input_for_its_subject() {
    assert!(holds("equal_to", "+15005550001", "{{contact.channel.address}}"));
    assert!(holds("equal_to", "hello", "hello"));
}

#[test]
fn transition_with_several_conditions_needs_them_all() {
    let of = |low: &str, high: &str| {
        let conditions =
            json!([{"type": "greater_than", "value": low}, {"type": "less_than", "value": high}]);
        let split = json!({"name": "split", "type": "split-based-on", "properties": {"input": "5"},
            "transitions": [{"event": "match", "conditions": conditions}, {"event": "noMatch"},
                            {"event": "match", "next": "bare"}]});
        passed(&begun(message(), &[split]).0)
    };
    assert_eq!(of("4", "6"), ["split match"]);
    assert_eq!(of("5", "6"), ["split noMatch"]);
    assert_eq!(of("4", "5"), ["split noMatch"]);
}

#[test]
fn split_without_a_branch_ends_with_its_code() {
    let split = widget("split", "split-based-on", json!({"input": "a"}), &[]);
    let (run, _) = begun(message(), &[split]);
    let widget = "split".to_owned();
    assert_eq!(run.state(), &RunState::Ended(EndReason::NoMatch { widget }));
    assert_eq!((codes(&run), passed(&run)), (vec![Some(81005)], vec![]));
}

#[test]
fn predicate_that_is_none_ends_the_run_with_its_reason() {
    let condition = json!({"type": "sounds_like", "value": "a"});
    let split = json!({"name": "split", "type": "split-based-on", "properties": {"input": "a"},
        "transitions": [{"event": "match", "conditions": [condition]}, {"event": "noMatch"}]});
    let (run, _) = begun(message(), &[split]);
    let why = "Studio has no condition \"sounds_like\"".to_owned();
    let widget = "split".to_owned();
    assert_eq!(run.state(), &RunState::Ended(EndReason::Unplayable { widget, why }));
}

#[test]
fn step_of_a_split_has_its_comparisons_up_to_the_branch_that_holds() {
    let to = |name: &str, value: &str| json!({"event": "match", "next": name, "conditions": [{"type": "equal_to", "value": value}]});
    let split = json!({"name": "split", "type": "split-based-on", "properties": {"input": "{{flow.sid}}"},
        "transitions": [to("a", "1"), {"event": "noMatch"}, to("b", "{{flow.sid}}"), to("c", "2")]});
    let (run, _) = begun(message(), &[split]);
    let comparison = |value: &str, holds, to: &str| SplitComparison {
        predicate: "equal_to".to_owned(),
        value: value.to_owned(),
        holds,
        to: Some(to.to_owned()),
    };
    let comparisons = vec![comparison("1", false, "a"), comparison("FN1", true, "b")];
    let expected = SplitStep { input: "FN1".to_owned(), comparisons };
    assert_eq!(run.steps()[1].split, Some(expected));
    assert_eq!(run.steps()[0].split, None);
}
