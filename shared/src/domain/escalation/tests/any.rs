//! Invariants of any sequence of signals.

use proptest::prelude::*;

use super::*;

fn event() -> impl Strategy<Value = CallEvent> {
    prop_oneof![
        Just(CallEvent::Placed { reading_seconds: 12 }),
        Just(CallEvent::Refused("no".to_owned())),
        Just(CallEvent::InCall),
        Just(CallEvent::Queued),
        Just(CallEvent::Ringing),
        Just(CallEvent::Answered),
        Just(CallEvent::Machine),
        Just(CallEvent::Unknown),
        prop_oneof![
            Just(Key::Take),
            Just(Key::Decline),
            Just(Key::Other),
            (1u32..4).prop_map(|reading| Key::Over { reading })
        ]
        .prop_map(CallEvent::Pressed),
        prop_oneof![
            Just(End::Completed),
            Just(End::Busy),
            Just(End::NoAnswer),
            Just(End::Failed),
            Just(End::Canceled),
            Just(End::Untold)
        ]
        .prop_map(CallEvent::Ended),
    ]
}

fn person() -> impl Strategy<Value = String> {
    let names = [Just("alpha"), Just("bravo"), Just("charlie"), Just("delta")];
    proptest::strategy::Union::new(names).prop_map(str::to_owned)
}

pub(super) fn signal() -> impl Strategy<Value = Signal> {
    let name = prop_oneof![Just("cpu"), Just("disk"), Just("queue")];
    let key = name.clone().prop_map(str::to_owned);
    prop_oneof![
        1 => name.prop_map(|name| Signal::Alarm(alarm(name, Scenario::new().now))),
        1 => key.clone().prop_map(|key| Signal::Recovered { key }),
        1 => key.clone().prop_map(|key| Signal::NoData { key }),
        1 => key.prop_map(|key| Signal::Deleted { key }),
        1 => Just(Signal::ResolvedManually { by: "somebody on the page".to_owned() }),
        8 => (1u32..7, event()).prop_map(|(attempt, event)| {
            let call = (!matches!(event, CallEvent::Refused(_) | CallEvent::InCall | CallEvent::Unknown)).then(|| format!("CA{attempt}").as_str().into());
            Signal::Call { attempt, call, event }
        }),
        1 => person().prop_map(|person| Signal::Acknowledged { outside: person == "delta", person: person.into() }),
        1 => person().prop_map(|person| Signal::Released { person: person.into() }),
        1 => person().prop_map(|person| Signal::ResolvedByPerson { person: person.into() }),
        1 => (1i64..400).prop_map(|seconds| {
            let until = Scenario::new().now.checked_add(SignedDuration::from_secs(seconds));
            Signal::Silenced { by: "alpha".to_owned(), until: until.expect("a time"), reason: None }
        }),
        1 => (person(), 1i64..400).prop_map(|(by, seconds)| {
            let until = Scenario::new().now.checked_add(SignedDuration::from_secs(seconds));
            Signal::HeldBack { by, until: until.expect("a time") }
        }),
        1 => person().prop_map(|by| Signal::SilenceEnded { by }),
        1 => person().prop_map(|person| Signal::CallAsked { by: "alpha".to_owned(), person }),
        1 => (person(), person()).prop_map(|(person, to)| Signal::PassedOn { person: person.into(), to }),
        1 => person().prop_map(|by| Signal::Noted { note: "n".to_owned(), by, text: "Hm.".to_owned() }),
        1 => person().prop_map(|by| Signal::NoteStruck { note: "n".to_owned(), by }),
        1 => (person(), 1u8..4).prop_map(|(person, sid)| Signal::TextNotDelivered {
            person, code: (sid > 1).then_some(30_003), sid: format!("SM{sid}").as_str().into(),
        }),
        1 => (person(), 1u8..4, 1u8..4).prop_map(|(person, number, choice)| {
            let says = match choice {
                1 => Signal::Acknowledged { person: person.into(), outside: false },
                2 => Signal::Released { person: person.into() },
                _ => Signal::ResolvedByPerson { person: person.into() },
            };
            Signal::ByText { sid: format!("SM{number}").as_str().into(), says: Box::new(says) }
        }),
        3 => Just(Signal::Wake),
    ]
}

fn not_delivered() -> Signal {
    Signal::TextNotDelivered { person: "alpha".to_owned(), code: None, sid: "SM0".into() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// [`Scenario::signal`] tells each signal twice, and checks that the second time asks for nothing.
    #[test]
    fn round_is_bounded_and_nobody_is_in_two_calls(
        signals in proptest::collection::vec((signal(), 0i64..90), 1..60),
        attempts in 1u32..5,
        with_a_flow in any::<bool>(),
        resolve_after in proptest::option::of(60i64..600),
    ) {
        let mut scenario = match with_a_flow {
            true => Scenario::with_a_flow(&ABC, attempts),
            false => Scenario::raised(&ABC, attempts),
        };
        if let Some(incident) = &mut scenario.incident {
            incident.policy.resolve_after = resolve_after.map(SignedDuration::from_secs);
        }
        for (signal, seconds) in signals {
            // Nobody tells of a call that was not asked for yet.
            let is_asked_for = |attempt| scenario.incident.as_ref().is_some_and(|i| i.attempt(attempt).is_some());
            let signal = match signal {
                Signal::Call { attempt, .. } if !is_asked_for(attempt) => Signal::Wake,
                signal => signal,
            };
            scenario.after(seconds).signal(signal);
            let incident = scenario.incident.as_ref().expect("an incident");
            let of_round = incident.attempts.iter().filter(|attempt| attempt.round == incident.round.number);
            let in_call = incident.round.in_call;
            prop_assert!(in_call <= 4 * ABC.len() && of_round.clone().count() <= attempts as usize + in_call);
            // Somebody of an earlier round may still listen, after another took it.
            let under_way = of_round.filter(|attempt| attempt.outcome.is_none());
            prop_assert!(under_way.count() <= 1);
            for person in ABC {
                let dialled = incident.attempts.iter().filter(|attempt| {
                    attempt.person == person
                        && attempt.outcome.is_none()
                        && attempt.holds_until(&incident.policy).is_some_and(|until| until > scenario.now)
                });
                prop_assert!(dialled.count() <= 1);
            }
            let mut with_text = incident.clone().apply(&not_delivered(), &scenario.busy, scenario.now);
            prop_assert_eq!(&with_text.effects, &[], "a text that was not delivered asks for something");
            with_text.incident.timeline = incident.timeline.clone();
            prop_assert_eq!(&with_text.incident, incident, "and changes something");
            let latest = incident.resolves_at();
            prop_assert!(latest.is_none() || incident.wake_at() <= latest, "it ends by itself in time");
            prop_assert_eq!(incident.ended_at.is_some(), incident.ending().is_some());
            prop_assert_eq!(incident.wake_at().is_some(), incident.ended_at.is_none(), "an open incident is woken");
        }
    }

    #[test]
    fn resolved_is_final_but_for_an_alarm(signals in proptest::collection::vec(signal(), 1..40)) {
        let mut scenario = Scenario::raised(&ABC, 3);
        scenario.rings(1).recovers("cpu").is(State::Resolved);
        scenario.effects.clear();
        for signal in signals.into_iter().filter(|signal| !matches!(signal, Signal::Alarm(_))) {
            scenario.signal(signal).is(State::Resolved);
        }
        prop_assert!(scenario.effects.iter().all(|effect| effect.starts_with("hang up")), "{:?}", scenario.effects);
    }
}
