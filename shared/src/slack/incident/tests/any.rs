//! Slack takes the message of any incident.

use proptest::prelude::*;

use super::*;
use crate::domain::escalation::{Owner, Phase};

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Every text of a message, with the most characters that Slack takes there (docs: section 3,000, button 75, …).
fn texts(block: &Value) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let elements = block["elements"].as_array().into_iter().flatten();
    if let Some(text) = block["text"]["text"].as_str() {
        found.push((text, 3_000));
    }
    for element in elements {
        let most = if element["type"] == "button" { 75 } else { 3_000 };
        let of =
            if element["type"] == "button" { &element["text"]["text"] } else { &element["text"] };
        found.extend(of.as_str().map(|text| (text, most)));
        for (part, most) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
            found.extend(element["confirm"][part]["text"].as_str().map(|text| (text, most)));
        }
    }
    found
}

/// Without our own mentions, dates and links no `<` or `>` is left.
fn is_escaped(text: &str) -> bool {
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let Some(end) = rest[open..].find('>') else { return false };
        let inside = &rest[open + 1..open + end];
        if !inside.starts_with("@U0000001")
            && !inside.starts_with("!date^")
            && !inside.starts_with("https://")
        {
            return false;
        }
        if inside.contains('<') || rest[..open].contains('>') {
            return false;
        }
        rest = &rest[open + end + 1..];
    }
    !rest.contains('>')
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![(0..100_000_i64).prop_map(at), Just(Timestamp::MIN), Just(Timestamp::MAX)]
}

fn any_alarm() -> impl Strategy<Value = Alarm> {
    let text = "(.|<|>|&|<!channel>|\n){0,20}";
    (text, text, 1..200_usize, any_time(), proptest::option::of(any_time())).prop_map(
        |(name, reason, long, since, recovered_at)| Alarm {
            key: name.clone(),
            name: name.repeat(long),
            since,
            reason: reason.repeat(long),
            description: String::new(),
            recovered_at,
            joined: None,
            raised_by: None,
            about_us: false,
        },
    )
}

prop_compose! {
    fn any_incident()(
        alarms in proptest::collection::vec(any_alarm(), 0..10),
        people in proptest::collection::vec("(.|<|>){1,80}", 0..14),
        policy_name in "[a-z0-9-]{1,80}",
        (more_alarms, phase, calls) in (any::<u32>(), 0..3_u8, any::<u32>()),
        (ended_at, silenced_until, held_at) in
            (proptest::option::of(any_time()), proptest::option::of(any_time()), proptest::option::of(any_time())),
    ) -> Incident {
        let mut incident = raised();
        incident.id = format!("{policy_name}-20300317-174640-000").as_str().into();
        incident.policy.name = policy_name;
        let attempt = incident.attempts[0].clone();
        incident.attempts = people.iter().zip(1..).map(|(person, number)| {
            let mut attempt = attempt.clone();
            (attempt.number, attempt.person) = (number, person.clone());
            attempt
        }).collect();
        incident.alarms = alarms;
        incident.more_alarms = more_alarms;
        incident.round.calls = calls;
        incident.phase = [Phase::Calling, Phase::Taken, Phase::Exhausted][usize::from(phase)];
        incident.ended_at = ended_at;
        incident.silenced_until = silenced_until;
        let person = people.last().cloned().unwrap_or_else(|| "alpha".to_owned());
        incident.owner = held_at.map(|at| Owner { person, at, outside: false, member: None });
        incident
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn slack_takes_the_message_of_any_incident(incident in any_incident()) {
        let post = posted(&incident);
        prop_assert!(post.blocks.len() <= 50);
        prop_assert!(!post.text.trim().is_empty() && units(&post.text) <= 3_000 && is_escaped(&post.text));
        let mut total = 0;
        for block in &post.blocks {
            for (text, most) in texts(block) {
                prop_assert!(!text.trim().is_empty() && units(text) <= most, "{}", text);
                prop_assert!(is_escaped(text), "{}", text);
                total += units(text);
            }
            for button in block["elements"].as_array().into_iter().flatten() {
                prop_assert!(button["value"].as_str().is_none_or(|value| value.len() <= 120));
            }
            prop_assert!(block["block_id"].as_str().is_none_or(|id| id.len() <= 255));
        }
        prop_assert!(total <= 13_000, "{} characters", total);
        // Slack sends all of it along with a click, which must be a form that we take.
        let json = serde_json::to_string(&post).unwrap_or_default();
        let form: String = form_urlencoded::byte_serialize(json.as_bytes()).collect();
        prop_assert!(form.len() <= 48 * 1024, "{} bytes", form.len());
        let ended = incident.ended_at.is_some();
        prop_assert_eq!(post.blocks.iter().any(|block| block["type"] == "actions"), !ended);
        // What it says does not depend on when it is rendered.
        prop_assert_eq!(post, posted(&incident));
    }
}
