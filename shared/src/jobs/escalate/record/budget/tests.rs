use proptest::prelude::*;

use super::*;
use crate::Timestamp;
use crate::domain::escalation::{
    Alarm, Busy, CallEvent, End, Event, IncidentId, Key, Policy, Signal, State,
};
use crate::storage::records;
use crate::storage::{Condition, Put, check_size, writes};
use crate::testing::sample;

fn now() -> Timestamp {
    Timestamp::from_second(1_900_000_000).expect("a time")
}

fn policy() -> Policy {
    let config = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
                  [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\", \"bravo\"]\n";
    let config = crate::config::file::Config::parse(vec![("main".to_owned(), config.to_owned())])
        .expect("a configuration");
    config.escalation.for_alarm("x", now()).expect("a policy")
}

fn alarm(key: &str, text: &str) -> Alarm {
    let (reason, description) = (text.to_owned(), text.to_owned());
    Alarm { name: format!("alarm {key}"), reason, description, ..sample::alarm(key, now()) }
}

fn stored_with(first: Alarm) -> StoredIncident {
    let id = IncidentId::of("p", now());
    let incident = sample::incident(id, &policy(), first);
    StoredIncident { writer: "f".repeat(30), ..sample::stored(incident, 0) }
}

fn step(kept: &mut StoredIncident, signal: &Signal) {
    kept.incident = kept.incident.clone().apply(signal, &Busy::default(), now()).incident;
}

/// All that is stored of it, as a store takes it.
fn is_storable(kept: &StoredIncident) -> bool {
    let body = serde_json::to_string(kept).expect("JSON");
    let put = |key| Put {
        key,
        body: body.clone(),
        condition: Condition::Always,
        expires_at: Some(now()),
    };
    let puts = [put(records::open("p")), put(records::archived(&kept.incident.id))];
    body.len() < 350_000 && check_size(&writes(puts)).is_ok()
}

/// One of the texts that monitors send: short, long, in any script, and with what JSON makes six bytes of.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        Just('x'),
        Just('"'),
        Just('\\'),
        Just('\u{1}'),
        Just('é'),
        Just('語'),
        Just('🔥'),
        any::<char>()
    ];
    (character, prop_oneof![0..longest, Just(longest)])
        .prop_map(|(character, count)| character.to_string().repeat(count))
}

fn signal() -> impl Strategy<Value = Signal> {
    let named = (0..70_u32, text(500), text(256), text(2_000), text(2_000));
    prop_oneof![
        12 => named.prop_map(|(number, key, name, reason, description)| {
            let mut key = format!("{number}{key}");
            key.truncate(key.floor_char_boundary(512));
            Signal::Alarm(Alarm { key, name, since: now(), reason, description, recovered_at: None, joined: None, raised_by: None, about_us: false })
        }),
        1 => (0..70_u32).prop_map(|number| Signal::Recovered { key: number.to_string() }),
        4 => (1..40_u32, 0..9_u8, text(1_000)).prop_map(|(attempt, what, why)| {
            let event = match what {
                0 => CallEvent::Refused(why),
                1 => CallEvent::Placed { reading_seconds: 10 },
                2 => CallEvent::Pressed(Key::Decline),
                3 => CallEvent::Answered,
                _ => CallEvent::Ended(End::NoAnswer),
            };
            let call = (what > 0).then(|| format!("CA{attempt:032}-{what}").as_str().into());
            Signal::Call { attempt, call, event }
        }),
        1 => text(80).prop_map(|person| Signal::Acknowledged { person: person.into(), outside: true }),
        1 => text(80).prop_map(|person| Signal::Released { person: person.into() }),
        1 => (text(80), text(2_000)).prop_map(|(person, why)| Signal::Texted { person, failed: Some(why) }),
        1 => text(80).prop_map(|by| Signal::Silenced { by, until: now(), reason: None }),
        2 => (text(80), text(2_000), 0..9_u8).prop_map(|(by, text, note)| {
            Signal::Noted { note: note.to_string(), by, text }
        }),
        1 => Just(Signal::Wake),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 6 } else { 200 }))]

    #[test]
    fn any_incident_is_below_350_kb(signals in proptest::collection::vec(signal(), 60..300)) {
        let mut kept = stored_with(alarm("first", "it is so"));
        for signals in signals.chunks(40) {
            signals.iter().for_each(|signal| step(&mut kept, signal));
            let open = kept.incident.open_count();
            kept.fit(RECORD_BYTES);
            prop_assert!(is_storable(&kept), "{} bytes", json_bytes(&kept));
            prop_assert_eq!(kept.incident.open_count(), open);
            let again = StoredIncident { ..kept.clone() };
            kept.fit(RECORD_BYTES);
            prop_assert_eq!(&again, &kept);
        }
    }
}

#[test]
fn small_incident_keeps_every_word() {
    let mut small = stored_with(alarm("1", &"long ".repeat(400)));
    step(&mut small, &Signal::Alarm(alarm("2", &"\u{1}".repeat(2_000))));
    let before = small.clone();
    small.fit(RECORD_BYTES);
    assert_eq!(small, before);
}

#[test]
fn texts_become_shorter_the_more_alarms_there_are() {
    let text = "\u{7}\"é🔥".repeat(500);
    let mut large = stored_with(alarm("0", &text));
    let mut lengths = Vec::new();
    for count in 1..60 {
        step(&mut large, &Signal::Alarm(alarm(&count.to_string(), &text)));
        large.said = large.incident.timeline.next;
        large.fit(RECORD_BYTES);
        assert!(is_storable(&large));
        lengths.push(large.incident.alarms[0].description.len());
    }
    assert_eq!((lengths[0], large.incident.alarms.len()), (text.len(), 60));
    assert!(lengths.is_sorted_by(|before, after| before >= after), "{lengths:?}");
    let shortest = &large.incident.alarms[0].description;
    assert!((100..3_000).contains(&shortest.len()) && shortest.ends_with('…'), "{shortest}");
    // Each alarm has its name still, and 64 KB are left for calls.
    assert!(large.incident.alarms.iter().all(|alarm| alarm.name.starts_with("alarm ")));
    assert!(json_bytes(&large) <= 350_000 - 64 * 1024);
}

#[test]
fn old_entries_lose_their_reasons_before_any_alarm_loses_a_word() {
    let text = "y".repeat(2_000);
    let mut large = stored_with(alarm("0", &text));
    // One alarm that comes and goes leaves a reason each time.
    for _ in 0..140 {
        for signal in [Signal::Recovered { key: "1".into() }, Signal::Alarm(alarm("1", &text))] {
            step(&mut large, &signal);
        }
    }
    large.said = large.incident.timeline.next;
    assert!(json_bytes(&large) > RECORD_BYTES - 100_000);
    for count in 2..40 {
        step(&mut large, &Signal::Alarm(alarm(&count.to_string(), &text)));
    }
    large.fit(RECORD_BYTES);
    assert!(is_storable(&large));
    let reasons = large.incident.timeline.entries.iter().filter_map(|entry| match &entry.event {
        Event::Joined { reason, .. } => Some(reason.as_str()),
        _ => None,
    });
    let reasons: Vec<&str> = reasons.collect();
    assert_eq!(reasons.first(), Some(&"…"));
    assert_eq!(reasons.last().map(|reason| reason.len()), Some(2_000));
    assert!(large.incident.alarms.iter().all(|alarm| alarm.reason == text));
}

#[test]
fn record_of_a_former_version_is_made_small_at_the_next_write() {
    let text = "\u{1}".repeat(2_000);
    let mut huge = stored_with(alarm("0", &text));
    for count in 1..90 {
        step(&mut huge, &Signal::Alarm(alarm(&count.to_string(), &text)));
    }
    assert!(json_bytes(&huge) > 1_000_000 && huge.incident.more_alarms == 30);
    huge.fit(RECORD_BYTES);
    assert!(is_storable(&huge));
    assert_eq!((huge.incident.open_count(), huge.incident.state()), (90, State::Calling));
}

#[test]
fn last_resort_counts_alarms_instead_of_naming_them() {
    let mut large = stored_with(alarm("0", "short"));
    for count in 1..60 {
        step(&mut large, &Signal::Alarm(alarm(&count.to_string(), "short")));
    }
    large.fit(4_000);
    assert!(json_bytes(&large.incident) - json_bytes(&large.incident.attempts) <= 4_000);
    assert_eq!(large.incident.open_count(), 60);
    let named = large.incident.alarms.len();
    assert!((1..50).contains(&named), "{named} of {} bytes", json_bytes(&large.incident.alarms));
}
