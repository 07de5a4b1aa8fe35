//! The script of a run: who can be called, which alarms go off and recover, and which accidents happen.

use serde_json::{Value, json};
use shared::Timestamp;
use shared::domain::alarm::{Change, State};
use shared::domain::escalation::Key;
use shared::testing::sample;

use crate::rng::Rng;
use crate::world::{Faults, START};

/// Which accidents happen. Many runs know none, and most a few kinds only: so they do not hide each other.
pub(crate) fn faults(rng: &mut Rng) -> Faults {
    if rng.chance(250) {
        return Faults::default();
    }
    let kinds = rng.pick(&[1, 1, 1, 2, 3, 12]);
    let mut faults = Faults::default();
    for _ in 0..kinds {
        match rng.range(0, 12) {
            0 => faults.lost = rng.pick(&[50, 300, 1000]),
            1 => faults.lost_wake = rng.pick(&[50, 300]),
            2 => faults.doubled = rng.pick(&[100, 400]),
            3 => faults.late = rng.pick(&[50, 300]),
            4 => faults.crash = rng.pick(&[3, 10, 40]),
            5 => faults.store = rng.pick(&[5, 20, 60]),
            6 => faults.queue = rng.pick(&[20, 100]),
            7 => faults.throttled = rng.pick(&[50, 300]),
            8 => faults.refused = rng.pick(&[50, 200]),
            9 => faults.outcome_unknown = rng.pick(&[50, 250]),
            10 => faults.slow = rng.pick(&[3, 10]),
            11 => faults.listed_late = rng.pick(&[300, 1000]),
            _ => faults.queued = rng.pick(&[100, 500]),
        }
    }
    faults
}

/// The words of the monitors, and when it becomes calm.
pub(crate) struct Script {
    /// When it is told, in milliseconds from start, and what.
    pub(crate) changes: Vec<(i64, Vec<Change>)>,
    /// How many alarms there are, with the policy of each.
    pub(crate) alarms: Vec<u8>,
    /// When all is OK, in milliseconds from start.
    pub(crate) calm_at: i64,
}

impl Script {
    pub(crate) fn roll(rng: &mut Rng, policies: u8) -> Script {
        // Most runs are short: what goes wrong goes wrong soon, and a long one costs as much as a hundred of them.
        let minutes = match rng.range(0, 999) {
            0 => 120,
            1..5 => 25,
            5..40 => 8,
            40..200 => 3,
            _ => 1,
        };
        let calm_at = rng.range(5_000, minutes * 60_000);
        if rng.chance(60) {
            return Script::of_flaps(rng, policies);
        }
        if rng.chance(10) {
            return Script::of_many(rng, policies);
        }
        let count = rng.pick(&[1, 1, 1, 1, 1, 1, 2, 2, 3, 6]);
        let first = rng.range(0, i64::from(policies) - 1) as u8;
        let mut script = Script { changes: Vec::new(), alarms: Vec::new(), calm_at };
        for alarm in 0..count {
            let policy =
                if rng.chance(600) { first } else { rng.range(0, i64::from(policies) - 1) as u8 };
            script.alarms.push(policy);
            let mut at = if alarm == 0 { 0 } else { rng.range(0, calm_at - 1) };
            let mut state = State::Alarm;
            for _ in 0..rng.pick(&[1, 1, 1, 1, 1, 1, 2, 3, 8]) {
                script.say(alarm as usize, policy, at, state);
                at += rng.pick(&[300, 3_000, 20_000, 60_000, 400_000]) * rng.range(5, 20) / 10;
                if at >= calm_at {
                    break;
                }
                state = match state {
                    State::Alarm if rng.chance(200) => State::NoData,
                    State::Alarm => recovers(rng),
                    State::NoData if rng.chance(500) => recovers(rng),
                    _ => State::Alarm,
                };
            }
            let last = recovers(rng);
            script.say(alarm as usize, policy, calm_at, last);
        }
        script
    }

    /// One policy for ten minutes: an alarm comes and goes for a while, and others join.
    fn of_flaps(rng: &mut Rng, policies: u8) -> Script {
        let calm_at = rng.range(200_000, 900_000);
        let policy = rng.range(0, i64::from(policies) - 1) as u8;
        let mut script = Script { changes: Vec::new(), alarms: Vec::new(), calm_at };
        let others = rng.pick(&[0, 0, 1, 2, 5]);
        for alarm in 0..=others {
            script.alarms.push(policy);
            let mut at = if alarm == 0 { 0 } else { rng.range(20_000, calm_at - 1) };
            let mut state = State::Alarm;
            for _ in 0..rng.pick(&[2, 3, 5, 30]) {
                script.say(alarm, policy, at, state);
                state = if state == State::Alarm { State::Ok } else { State::Alarm };
                let spans = match state {
                    State::Ok => [20_000, 40_000, 90_000],
                    _ => [6_000, 50_000, 100_000],
                };
                at += rng.pick(&spans) * rng.range(5, 20) / 10;
                if at >= calm_at {
                    break;
                }
            }
            script.say(alarm, policy, calm_at, State::Ok);
        }
        script
    }

    /// Requests with many alarms each, whose texts may be as long as any: more than are kept by name, and more than a
    /// record has space for.
    fn of_many(rng: &mut Rng, policies: u8) -> Script {
        let calm_at = rng.range(20_000, 200_000);
        let mut script = Script { changes: Vec::new(), alarms: Vec::new(), calm_at };
        let count = rng.pick(&[3, 20, 60, 70, 110, 150]);
        let text = rng.pick(&["it is so", "\"\\", "é語🔥", "x"]);
        let text = text.repeat(rng.pick(&[1, 10, 200, 600]));
        let mut at = 0;
        while script.alarms.len() < count {
            let first = script.alarms.len();
            let many = (rng.range(1, 100) as usize).min(count - first);
            let policy = || rng.range(0, i64::from(policies) - 1) as u8;
            script.alarms.extend(std::iter::repeat_with(policy).take(many));
            script.say_together(first..first + many, at, State::Alarm, &text);
            at = (at + rng.pick(&[0, 2_000, 30_000])).min(calm_at - 2);
        }
        // Some of them come and go: the same ones together.
        for _ in 0..rng.pick(&[0, 1, 2]) {
            let (one, other) = (rng.range(0, count as i64), rng.range(0, count as i64));
            let some = one.min(other) as usize..one.max(other) as usize;
            let over_at = at + (calm_at - at) / 4;
            at = at + (calm_at - at) / 2;
            script.say_together(some.clone(), over_at, State::Ok, "");
            script.say_together(some, at, State::Alarm, &text);
        }
        script.say_together(0..count, calm_at, State::Ok, "");
        script
    }

    /// One request says this of all these alarms.
    fn say_together(&mut self, alarms: std::ops::Range<usize>, at: i64, state: State, text: &str) {
        let from = self.changes.len();
        for alarm in alarms {
            self.say(alarm, self.alarms[alarm], at, state);
        }
        let together = self.changes.drain(from..).flat_map(|(_, changes)| changes);
        let together: Vec<Change> = together
            .map(|change| Change {
                reason: text.to_owned(),
                description: text.to_owned(),
                ..change
            })
            .collect();
        if !together.is_empty() {
            self.changes.push((at, together));
        }
    }

    fn say(&mut self, alarm: usize, policy: u8, at: i64, state: State) {
        let (key, name) = (format!("arn:{alarm}"), format!("w{policy}-{alarm}"));
        let since = Timestamp::from_millisecond(START + at).unwrap_or_default();
        let reason = "it is so".to_owned();
        let change = Change { reason, ..sample::change(&key, &name, state, since) };
        self.changes.push((at, vec![change]));
    }
}

/// Several changes in one request, as EventBridge would say them.
pub(crate) fn request(changes: &[Change]) -> Vec<u8> {
    Value::from_iter(changes.iter().map(event)).to_string().into_bytes()
}

fn event(change: &Change) -> Value {
    let state = match change.state {
        State::Alarm => "ALARM",
        State::Ok => "OK",
        State::NoData => "INSUFFICIENT_DATA",
        State::Deleted => return deletion(change),
    };
    json!({
        "detail-type": "CloudWatch Alarm State Change",
        "resources": [change.key],
        "detail": {
            "alarmName": change.name,
            "state": {"value": state, "timestamp": change.at.to_string(), "reason": change.reason},
            "configuration": {"description": change.description},
        },
    })
}

/// An alarm was deleted. The time of such an event stands for the whole second that it begins.
fn deletion(change: &Change) -> Value {
    let second = change.at.checked_sub(jiff::SignedDuration::from_millis(999));
    json!({
        "detail-type": "CloudWatch Alarm Configuration Change",
        "resources": [change.key],
        "time": second.unwrap_or(change.at).to_string(),
        "detail": {
            "alarmName": change.name, "operation": "delete",
            "configuration": {"actionsEnabled": true},
        },
    })
}

/// An alarm is OK again, or is deleted.
fn recovers(rng: &mut Rng) -> State {
    if rng.chance(150) { State::Deleted } else { State::Ok }
}

/// The way a person behaves when they are called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhoneBehaviour {
    pub(crate) pickup: Pickup,
    /// Their reactions when they hear the menu, and when they hear it again.
    pub(crate) keys: [Does; 2],
    /// They press twice.
    pub(crate) twice: bool,
    /// Twilio takes it for a machine.
    pub(crate) detected: bool,
}

/// The one who answers, after how many milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pickup {
    Nobody,
    Busy,
    Fails,
    Person(i64),
    Machine(i64),
}

/// The reaction of somebody after so many hundredths of the time they have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    Press(Key, i64),
    HangUp(i64),
    Nothing,
}

impl PhoneBehaviour {
    pub(crate) fn roll(rng: &mut Rng) -> PhoneBehaviour {
        let machine = |pickup| PhoneBehaviour {
            pickup,
            keys: [Does::Nothing; 2],
            twice: false,
            detected: true,
        };
        let slowest = rng.pick(&[6_000, 12_000, 28_000]);
        let ms = rng.range(800, slowest);
        match rng.range(0, 99) {
            0..12 => machine(Pickup::Nobody),
            12..18 => machine(Pickup::Busy),
            18..22 => machine(Pickup::Fails),
            22..30 => machine(Pickup::Machine(ms)),
            _ => PhoneBehaviour {
                pickup: Pickup::Person(ms),
                keys: keys(rng),
                twice: rng.chance(100),
                detected: rng.chance(50),
            },
        }
    }
}

/// Whoever presses 3 mostly presses it once more.
fn keys(rng: &mut Rng) -> [Does; 2] {
    let first = Does::roll(rng);
    match first {
        Does::Press(Key::Over { .. }, _) if rng.chance(650) => [first, first],
        _ => [first, Does::roll(rng)],
    }
}

impl Does {
    fn roll(rng: &mut Rng) -> Does {
        let latest = rng.pick(&[40, 98]);
        let share = rng.range(2, latest);
        match rng.range(0, 13) {
            0..7 => Does::Press(Key::Take, share),
            7..9 => Does::Press(Key::Decline, share),
            9 => Does::Press(Key::Other, share),
            10 => Does::HangUp(share),
            // In whichever reading it is then.
            11..13 => Does::Press(Key::Over { reading: 0 }, share),
            _ => Does::Nothing,
        }
    }
}
