//! A scenario as a list of signals, and what they cause.

use super::*;

/// A scenario: an incident, a clock, and what has been asked of the world so far.
pub(super) struct Scenario {
    pub(super) incident: Option<Incident>,
    pub(super) busy: Busy,
    pub(super) now: Timestamp,
    pub(super) effects: Vec<String>,
    pub(super) told: u32,
}

pub(super) fn policy(roster: &[&str], attempts: u32) -> Policy {
    Policy { attempts, ..sample::policy("default", roster) }
}

impl Scenario {
    /// alpha, bravo and charlie; three calls; nothing has happened yet.
    pub(super) fn new() -> Scenario {
        Scenario {
            incident: None,
            busy: Busy::default(),
            now: sample::at(0),
            effects: Vec::new(),
            told: 0,
        }
    }

    pub(super) fn raised(roster: &[&str], attempts: u32) -> Scenario {
        Scenario::new().raised_with(roster, attempts)
    }

    /// The same by those who are busy in this scenario.
    pub(super) fn raised_with(mut self, roster: &[&str], attempts: u32) -> Scenario {
        let step = Incident::raise(
            &"default-1".into(),
            &policy(roster, attempts),
            alarm("cpu", self.now),
            &self.busy,
            self.now,
        );
        self.take(step);
        self
    }

    pub(super) fn take(&mut self, step: Decision) {
        self.effects.extend(step.effects.iter().map(|effect| match effect {
            Effect::Dial { attempt } => {
                let attempt = step.incident.attempt(*attempt).expect("an attempt");
                format!("dial {}", attempt.person)
            }
            Effect::HangUp { attempt } => format!("hang up {attempt}"),
            Effect::LookUp { attempt } => format!("look up {attempt}"),
            Effect::Text { person, about, .. } => format!("text {person} {about:?}"),
        }));
        self.incident = Some(step.incident);
    }

    pub(super) fn signal(&mut self, signal: Signal) -> &mut Scenario {
        let incident = self.incident.clone().expect("an incident");
        let step = incident.apply(&signal, &self.busy, self.now);
        let twice = step.incident.clone().apply(&signal, &self.busy, self.now);
        assert_eq!(twice.effects, [], "{signal:?} once more asks for something again");
        self.take(step);
        self
    }

    pub(super) fn call(&mut self, attempt: u32, event: CallEvent) -> &mut Scenario {
        let call = (!matches!(event, CallEvent::Refused(_)))
            .then(|| format!("CA{attempt}").as_str().into());
        self.signal(Signal::Call { attempt, call, event })
    }

    pub(super) fn placed(&mut self, attempt: u32) -> &mut Scenario {
        self.call(attempt, CallEvent::Placed { reading_seconds: 12 })
    }

    pub(super) fn rings(&mut self, attempt: u32) -> &mut Scenario {
        self.placed(attempt).call(attempt, CallEvent::Ringing)
    }

    pub(super) fn presses(&mut self, attempt: u32, key: Key) -> &mut Scenario {
        self.call(attempt, CallEvent::Answered).call(attempt, CallEvent::Pressed(key))
    }

    pub(super) fn ends(&mut self, attempt: u32, end: End) -> &mut Scenario {
        self.call(attempt, CallEvent::Ended(end))
    }

    pub(super) fn alarm(&mut self, name: &str) -> &mut Scenario {
        let alarm = alarm(name, self.now);
        self.signal(Signal::Alarm(alarm))
    }

    pub(super) fn recovers(&mut self, name: &str) -> &mut Scenario {
        self.signal(Signal::Recovered { key: name.to_owned() })
    }

    pub(super) fn acknowledged(&mut self, person: &str, outside: bool) -> &mut Scenario {
        self.signal(Signal::Acknowledged { person: person.into(), outside })
    }

    pub(super) fn released(&mut self, person: &str) -> &mut Scenario {
        self.signal(Signal::Released { person: person.into() })
    }

    pub(super) fn resolved_by_person(&mut self, person: &str) -> &mut Scenario {
        self.signal(Signal::ResolvedByPerson { person: person.into() })
    }

    pub(super) fn resolved_manually(&mut self, by: &str) -> &mut Scenario {
        self.signal(Signal::ResolvedManually { by: by.to_owned() })
    }

    pub(super) fn deleted(&mut self, name: &str) -> &mut Scenario {
        self.signal(Signal::Deleted { key: name.to_owned() })
    }

    pub(super) fn silenced(&mut self, seconds: i64) -> &mut Scenario {
        let until = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
        self.signal(Signal::Silenced { by: "alpha".to_owned(), until, reason: None })
    }

    pub(super) fn after(&mut self, seconds: i64) -> &mut Scenario {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
        self
    }

    /// Time passes until the next wake-up, which comes.
    pub(super) fn wakes(&mut self) -> i64 {
        let due = self.incident.as_ref().and_then(Incident::wake_at).expect("a wake-up");
        let waited = due.duration_since(self.now).as_secs();
        self.now = due.max(self.now);
        let incident = self.incident.clone().expect("an incident");
        let step = incident.apply(&Signal::Wake, &self.busy, self.now);
        self.take(step);
        waited
    }

    /// Checks what was asked of the world since the last look.
    pub(super) fn asks(&mut self, expected: &[&str]) -> &mut Scenario {
        assert_eq!(std::mem::take(&mut self.effects), expected);
        self
    }

    /// It is in this state, and it is all there when it is read again once it is stored.
    pub(super) fn is(&mut self, state: State) -> &mut Scenario {
        let incident = self.incident.as_ref().expect("an incident");
        assert_eq!(incident.state(), state);
        let stored = serde_json::to_string(incident).expect("JSON");
        assert_eq!(&serde_json::from_str::<Incident>(&stored).expect("an incident"), incident);
        self
    }

    pub(super) fn owned_by(&mut self, person: &str) -> &mut Scenario {
        let incident = self.incident.as_ref().expect("an incident");
        assert_eq!(incident.taken_by().map(|owner| owner.person.as_str()), Some(person));
        self
    }

    /// Leaves out what the timeline has by now.
    pub(super) fn look_from_here(&mut self) -> &mut Scenario {
        self.told = self.incident.as_ref().expect("an incident").timeline.next;
        self
    }

    /// Checks what the timeline got since the last look, by the events' names.
    pub(super) fn tells(&mut self, expected: &[&str]) -> &mut Scenario {
        let timeline = &self.incident.as_ref().expect("an incident").timeline;
        let new = timeline.entries.iter().filter(|entry| entry.number >= self.told);
        let names: Vec<String> = new
            .map(|entry| {
                let json = serde_json::to_value(&entry.event).expect("JSON");
                let fields = json.as_object().and_then(|fields| fields.iter().next());
                let text = |name: &str| fields?.1[name].as_str().map(|text| format!(" {text}"));
                let name = fields.map_or(json.as_str().unwrap_or_default(), |(name, _)| name);
                let person = text("person").unwrap_or_default();
                format!("{name}{person}{}", text("outcome").unwrap_or_default())
            })
            .collect();
        self.told = timeline.next;
        assert_eq!(names, expected);
        self
    }
}

pub(super) const ABC: [&str; 3] = ["alpha", "bravo", "charlie"];
