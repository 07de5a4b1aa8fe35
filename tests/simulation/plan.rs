//! The meaning of a configuration, told without the product's help: who is on call when, and which alarms are silenced.

use crate::rng::Rng;
use crate::world::START;

/// All that a run is judged by.
#[derive(Default)]
pub(crate) struct Plan {
    /// How many people there are: `p0`, `p1`, …
    pub(crate) people: u8,
    /// The roster of each policy: `w0`, `w1`, …
    pub(crate) rosters: Vec<Roster>,
    pub(crate) windows: Vec<Window>,
    /// The overrides of people: the schedule, from, until, who. It comes and goes in the run.
    pub(crate) said: Vec<(String, i64, i64, String)>,
    /// How often anybody is called within an hour.
    pub(crate) most_calls: usize,
}

/// The people whom a policy calls.
pub(crate) struct Roster {
    pub(crate) on_call: Option<Shifts>,
    /// These, after whoever is on call.
    pub(crate) then: Vec<String>,
    /// An alarm that joins what somebody has calls.
    pub(crate) calls_on_new_alarm: bool,
    /// It texts whoever misses a call.
    pub(crate) texts_missed: bool,
    /// After so many milliseconds without a change of its alarms an incident is over.
    pub(crate) resolve_after: Option<i64>,
}

impl Roster {
    /// The people who are called at this moment, and whether an empty shift is skipped.
    pub(crate) fn roster(&self, at: i64) -> (Vec<String>, bool) {
        let on_call = self.on_call.as_ref().map(|shifts| shifts.person(at));
        let mut roster: Vec<String> = on_call.flatten().map(str::to_owned).into_iter().collect();
        for person in &self.then {
            if self.on_call.is_none() || !roster.contains(person) {
                roster.push(person.clone());
            }
        }
        (roster, on_call == Some(None))
    }

    /// Whether they may ever be called.
    pub(crate) fn has(&self, person: &str) -> bool {
        self.everybody().any(|other| other == person)
    }

    fn everybody(&self) -> impl Iterator<Item = &str> {
        let shifts = self.on_call.iter();
        let people = shifts.flat_map(|shifts| {
            let overrides = shifts.overrides.iter().filter_map(|over| over.2.as_ref());
            shifts.people.iter().chain(overrides)
        });
        people.chain(&self.then).map(String::as_str)
    }

    /// Whether whoever has this number may ever be called.
    pub(crate) fn may_call(&self, to: &str) -> bool {
        self.everybody().any(|person| phone(person) == to)
    }
}

/// Somebody's number.
pub(crate) fn phone(person: &str) -> String {
    match person.strip_prefix('p').and_then(|number| number.parse::<u32>().ok()) {
        Some(number) => format!("+1500555{number:04}"),
        None => "+15005558888".to_owned(),
    }
}

/// The shifts: who is on call when. Times are milliseconds since 1970.
#[derive(Clone)]
pub(crate) struct Shifts {
    /// When the first turn of the first person begins.
    pub(crate) first_at: i64,
    /// How long a turn is.
    pub(crate) turn: i64,
    pub(crate) people: Vec<String>,
    /// From, until, who. The last one wins.
    pub(crate) overrides: Vec<(i64, i64, Option<String>)>,
}

impl Shifts {
    fn person(&self, at: i64) -> Option<&str> {
        let over = self.overrides.iter().rev().find(|over| over.0 <= at && at < over.1);
        if let Some((_, _, person)) = over {
            return person.as_deref();
        }
        let turn = usize::try_from((at - self.first_at).div_euclid(self.turn)).ok()?;
        self.people.get(turn % self.people.len()).map(String::as_str)
    }
}

/// Nobody is called for these alarms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Of this policy; of all, if `None`.
    pub(crate) policy: Option<u8>,
    /// This alarm; all of the policy, if `None`.
    pub(crate) alarm: Option<usize>,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Window {
    pub(crate) fn is_for(&self, policy: u8, alarm: usize) -> bool {
        self.policy.is_none_or(|its| its == policy) && self.alarm.is_none_or(|its| its == alarm)
    }

    /// A glob on alarms' names.
    pub(crate) fn glob(&self) -> String {
        match (self.policy, self.alarm) {
            (Some(policy), Some(alarm)) => format!("w{policy}-{alarm}"),
            (Some(policy), None) => format!("w{policy}-*"),
            (None, _) => "*".to_owned(),
        }
    }
}

impl Plan {
    /// Whether windows silence this alarm all the time from the one moment to the other.
    pub(crate) fn is_silenced(&self, policy: u8, alarm: usize, from: i64, to: i64) -> bool {
        let mut at = from;
        let covers = |window: &&Window, at| {
            window.is_for(policy, alarm) && window.from <= at && at < window.until
        };
        while let Some(window) = self.windows.iter().find(|window| covers(window, at)) {
            at = window.until;
            if at > to {
                return true;
            }
        }
        false
    }

    /// Whether a window silences this alarm at some moment of these.
    pub(crate) fn may_be_silenced(&self, policy: u8, alarm: usize, from: i64, to: i64) -> bool {
        let touches = |window: &Window| {
            window.is_for(policy, alarm) && window.from <= to && from < window.until
        };
        self.windows.iter().any(touches)
    }

    /// The person whose number this is.
    pub(crate) fn person(&self, to: &str) -> String {
        let people = (0..self.people).map(|person| format!("p{person}"));
        people.chain(["stranger".to_owned()]).find(|person| phone(person) == to).unwrap_or_default()
    }

    /// Somebody who may act in Slack: mostly somebody of the roster, sometimes one whom nobody ever calls.
    pub(crate) fn somebody(&self, rng: &mut Rng) -> String {
        match rng.range(0, 9) {
            0 => rng.pick(&["stranger", "@somebody"]).to_owned(),
            _ => format!("p{}", rng.range(0, i64::from(self.people) - 1)),
        }
    }
}

/// So many seconds after start.
pub(crate) fn start_and(seconds: i64) -> i64 {
    START + seconds * 1000
}
