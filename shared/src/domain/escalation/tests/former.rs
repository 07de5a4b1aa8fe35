//! Records that a former version has written are read.

use serde_json::Value;

use super::*;
use crate::domain::escalation::Repaired;

/// What the former version called what it wrote.
const FORMER: [(&str, &str); 5] = [
    ("\"owner\":", "\"holder\":"),
    ("\"round\":", "\"hunt\":"),
    ("\"round-again\"", "\"hunt-again\""),
    ("\"repaired\"", "\"mended\""),
    ("\"standing-round\"", "\"standing-hunt\""),
];

#[test]
fn record_of_the_former_version_is_read() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.incident.as_mut().expect("an incident").policy.call_on_new_alarm = true;
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed);
    scenario.after(60).alarm("disk").rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.signal(Signal::Repaired(Repaired::StandingRound));
    let incident = scenario.incident.expect("an incident");
    let mut former = serde_json::to_string(&incident).expect("JSON");
    for (now, then) in FORMER {
        assert!(former.contains(now), "{now} is not in {former}");
        former = former.replace(now, then);
    }
    let former: Value = serde_json::from_str(&former).expect("JSON");
    assert_eq!(serde_json::from_value::<Incident>(former).expect("a former incident"), incident);
}

#[test]
fn renamed_entries_keep_their_stored_names() {
    for (event, stored) in [
        (
            Event::Released { person: "alpha".to_owned(), by_text: None, by_command: false },
            r#"{"given-back":{"person":"alpha"}}"#,
        ),
        (
            Event::ResolvedByHand {
                person: "alpha".to_owned(),
                after_seconds: 7,
                by_text: None,
                by_command: false,
            },
            r#"{"declared-over":{"person":"alpha","after_seconds":7}}"#,
        ),
        (
            Event::OwnerNotified { person: "alpha".to_owned(), alarms: Vec::new(), more: 1 },
            r#"{"owner-told":{"person":"alpha","alarms":[],"more":1}}"#,
        ),
        (
            Event::OwnerCalledAgain { owner: "alpha".to_owned() },
            r#"{"asked-again":{"owner":"alpha"}}"#,
        ),
        (
            Event::ResolvePressed { attempt: 2, person: "alpha".to_owned() },
            r#"{"asked-whether-over":{"attempt":2,"person":"alpha"}}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&event).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Event>(stored).unwrap(), event);
    }
}
