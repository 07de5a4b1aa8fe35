//! Somebody who calls the hotline: what is pressed and said where, and when. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::host::later;
use crate::rng::Rng;
use crate::twilio::call::PhoneAction;

/// How long somebody stays in a call at most.
const MAX_RING_TIME: Duration = Duration::from_secs(180);
/// From one key to the next.
const BETWEEN_KEYS: Duration = Duration::from_millis(450);

/// The things that a caller perceives at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Perceived {
    /// The name of the widget that the caller is in; none if the Execution is over.
    pub(super) widget: Option<String>,
    /// How many widgets were left so far: a widget that is entered again is another visit.
    pub(super) steps: usize,
    /// Whether the call is with somebody else now.
    pub(super) is_handed_over: bool,
    /// Whether what is said is recorded.
    pub(super) is_recording: bool,
}

/// A caller.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    rng: Rng,
    since: Timestamp,
    /// The widget in which this call is cut off without the Flow learning of it.
    cut_off_in: Option<&'static str>,
    visit: Option<(String, usize)>,
    /// The actions that come next, oldest first.
    plan: VecDeque<(Timestamp, PhoneAction)>,
}

impl Caller {
    /// A caller whose call begins now.
    pub(super) fn new(mut rng: Rng, is_cut_off: bool, now: Timestamp) -> Caller {
        let cut_off_in = is_cut_off.then(|| rng.one_of(&["opening_hours", "find_parcel"]));
        Caller { rng, since: now, cut_off_in, visit: None, plan: VecDeque::new() }
    }

    /// The action of the caller, or of whoever the call was handed over to, now.
    pub(super) fn act(&mut self, perceived: &Perceived, now: Timestamp) -> Option<PhoneAction> {
        if now >= later(self.since, MAX_RING_TIME) {
            return Some(PhoneAction::HangUp);
        }
        let widget = perceived.widget.as_ref()?;
        let is_new = !self
            .visit
            .as_ref()
            .is_some_and(|(name, steps)| name == widget && *steps == perceived.steps);
        let is_ready = match widget.as_str() {
            "queue" | "invoices" => perceived.is_handed_over,
            "voicemail" => perceived.is_recording,
            _ => true,
        };
        if is_new && is_ready {
            self.visit = Some((widget.clone(), perceived.steps));
            self.plan.clear();
            self.plan_visit(widget, now);
        }
        let is_due = self.plan.front().is_some_and(|(at, _)| *at <= now);
        if is_due { self.plan.pop_front().map(|(_, action)| action) } else { None }
    }

    fn plan_visit(&mut self, widget: &str, now: Timestamp) {
        match widget {
            "greeting" if self.rng.happens(4) => self.after(now, 500, 1_500, PhoneAction::HangUp),
            _ if self.cut_off_in == Some(widget) => {
                self.after(now, 0, 0, PhoneAction::HangUpUnreported);
            }
            "menu" if self.cut_off_in.is_some() => self.press(now, 3_000, 9_000, "1"),
            "parcel_number" if self.cut_off_in.is_some() => {
                self.press(now, 2_000, 6_000, "20394751#");
            }
            "opening_hours" | "find_parcel" if self.rng.happens(3) => {
                self.after(now, 0, 0, PhoneAction::HangUp);
            }
            "menu" => {
                let key = match self.rng.percent() {
                    0..=44 => "1",
                    45..=56 => "2",
                    57..=67 => "3",
                    68..=82 => "0",
                    83..=90 => self.rng.one_of(&["5", "7", "*"]),
                    91..=94 => return self.after(now, 3_000, 7_000, PhoneAction::HangUp),
                    _ => return,
                };
                self.press(now, 3_000, 9_000, key);
            }
            "parcel_number" => {
                let number = self.rng.between(1_000_000, 9_999_999).to_string();
                let last = self.rng.one_of(&["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
                let number = format!("{number}{last}#");
                match self.rng.percent() {
                    0..=74 => self.press(now, 2_000, 6_000, &number),
                    75..=86 => {
                        let too_short = number.get(2..).unwrap_or_default().to_owned();
                        self.press(now, 2_000, 6_000, &too_short);
                    }
                    87..=93 => self.after(now, 2_000, 9_000, PhoneAction::HangUp),
                    _ => {}
                }
            }
            "anything_else" => match self.rng.percent() {
                0..=17 => self.press(now, 2_000, 6_000, "1"),
                18..=27 => self.press(now, 2_000, 6_000, "0"),
                28..=59 => self.after(now, 1_500, 6_000, PhoneAction::HangUp),
                _ => {}
            },
            "rating" => match self.rng.percent() {
                0..=64 => {
                    let key = self.rng.one_of(&["5", "4", "5", "3", "1"]);
                    self.press(now, 1_500, 4_000, key);
                }
                65..=89 => self.after(now, 500, 3_000, PhoneAction::HangUp),
                _ => {}
            },
            "queue" => self.talk(now, 18, 12),
            "invoices" => self.talk(now, 10, 25),
            "voicemail" => self.leave_message(now),
            _ => {}
        }
    }

    /// Waits for somebody and talks, gives up, or finds nobody: so many times of a hundred each.
    fn talk(&mut self, now: Timestamp, gives_up: u8, nobody: u8) {
        let drawn = self.rng.percent();
        if drawn < gives_up {
            return self.after(now, 7_000, 20_000, PhoneAction::HangUp);
        }
        if drawn < gives_up.saturating_add(nobody) {
            return self.after(now, 6_000, 15_000, PhoneAction::PartyRefuse);
        }
        self.after(now, 4_000, 18_000, PhoneAction::PartyAnswer);
        let answered = self.plan.back().map_or(now, |(at, _)| *at);
        let end = match self.rng.happens(35) {
            true => PhoneAction::HangUp,
            false => PhoneAction::PartyHangUp,
        };
        self.after(answered, 8_000, 30_000, end);
    }

    fn leave_message(&mut self, now: Timestamp) {
        match self.rng.percent() {
            0..=14 => {}
            15..=29 => self.after(now, 500, 3_000, PhoneAction::HangUp),
            _ => {
                let words = self.rng.one_of(&[
                    "Please call me back about the parcel that never came.",
                    "It is about an invoice. I will try again tomorrow.",
                    "Hello? I would like to speak with somebody about a damaged parcel.",
                ]);
                self.after(now, 500, 1_500, PhoneAction::Say(words.to_owned()));
                let end = match self.rng.happens(50) {
                    true => PhoneAction::Press('#'),
                    false => PhoneAction::HangUp,
                };
                self.after(now, 5_000, 8_000, end);
            }
        }
    }

    /// Plans keys, after a while in milliseconds.
    fn press(&mut self, now: Timestamp, from_ms: u64, to_ms: u64, keys: &str) {
        let mut at = later(now, Duration::from_millis(self.rng.between(from_ms, to_ms)));
        for key in keys.chars() {
            self.plan.push_back((at, PhoneAction::Press(key)));
            at = later(at, BETWEEN_KEYS);
        }
    }

    /// Plans an action, after a while in milliseconds.
    fn after(&mut self, now: Timestamp, from_ms: u64, to_ms: u64, action: PhoneAction) {
        let at = later(now, Duration::from_millis(self.rng.between(from_ms, to_ms)));
        self.plan.push_back((at, action));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().expect("a time")
    }

    /// All that a caller does within a minute of coming to a widget.
    fn done(seed: u64, perceived: &Perceived) -> Vec<PhoneAction> {
        let mut caller = Caller::new(Rng::new(seed), false, start());
        let tick = |ms: u64| later(start(), Duration::from_millis(ms * 250));
        (0..240).filter_map(|ms| caller.act(perceived, tick(ms))).collect()
    }

    fn at(widget: &str) -> Perceived {
        Perceived {
            widget: Some(widget.to_owned()),
            steps: 3,
            is_handed_over: true,
            is_recording: true,
        }
    }

    #[test]
    fn callers_differ_and_a_seed_repeats_them() {
        assert_eq!(done(1, &at("parcel_number")), done(1, &at("parcel_number")));
        let all: Vec<_> = (0..100).map(|seed| done(seed, &at("menu"))).collect();
        let presses =
            |key: char| all.iter().filter(|one| **one == [PhoneAction::Press(key)]).count();
        assert!(presses('1') > 20 && presses('2') > 3 && presses('0') > 3, "{all:?}");
        assert!(all.iter().any(Vec::is_empty), "some press nothing");
        assert!(all.iter().any(|one| *one == [PhoneAction::HangUp]), "some hang up");
    }

    #[test]
    fn handed_over_call_is_answered_before_it_ends() {
        for seed in 0..100 {
            let actions = done(seed, &at("queue"));
            match actions.as_slice() {
                [PhoneAction::PartyAnswer, PhoneAction::HangUp | PhoneAction::PartyHangUp]
                | [PhoneAction::HangUp | PhoneAction::PartyRefuse] => {}
                other => panic!("{other:?}"),
            }
        }
        let waiting = Perceived { is_handed_over: false, ..at("queue") };
        assert_eq!(done(1, &waiting), [], "nobody answers what was not handed over");
    }

    #[test]
    fn call_is_cut_off_in_one_widget_and_comes_there() {
        let ends = |seed: u64, widget: &str| {
            let mut caller = Caller::new(Rng::new(seed), true, start());
            let tick = |at: u64| later(start(), Duration::from_millis(at * 250));
            let actions = (0..60).filter_map(|at| caller.act(&self::at(widget), tick(at)));
            actions.collect::<Vec<_>>()
        };
        let cut = [PhoneAction::HangUpUnreported];
        let is_cut = |seed: u64, widget: &str| ends(seed, widget) == cut;
        for seed in 0..40 {
            assert_ne!(is_cut(seed, "opening_hours"), is_cut(seed, "find_parcel"), "{seed}");
            assert_eq!(ends(seed, "menu"), [PhoneAction::Press('1')]);
            assert_eq!(ends(seed, "parcel_number").len(), 9);
        }
        assert!((0..40).any(|seed| is_cut(seed, "find_parcel")));
    }

    #[test]
    fn caller_hangs_up_in_the_end_wherever_that_is() {
        let mut caller = Caller::new(Rng::new(1), false, start());
        let nowhere = at("a widget that is not there");
        assert_eq!(caller.act(&nowhere, start()), None);
        let late = later(start(), MAX_RING_TIME);
        assert_eq!(caller.act(&nowhere, late), Some(PhoneAction::HangUp));
    }
}
