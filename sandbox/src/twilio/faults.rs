//! Faults on purpose. All of them are off until they are switched on, and a seed repeats them.
//!
//! The faults of calls go for Studio's Executions too: to place a call is to create one of either.

use serde::{Deserialize, Serialize};

use super::webhook::is_url;
use crate::rng::Rng;

/// The faults: `POST /sandbox/twilio/faults` sets all of it, and what it does not name is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Faults {
    /// How late callbacks are.
    callback_delay_ms: u64,
    /// How many callbacks of a hundred are lost, …
    lose: u8,
    /// … come twice, …
    double: u8,
    /// … or come after the next one.
    reorder: u8,
    /// The seed of the random numbers.
    seed: u64,
    /// No callback comes.
    lose_all_callbacks: Switch,
    /// Calls are refused with this answer.
    refuse_calls: Option<Refuse>,
    /// The call is placed, and the answer is 500.
    fail_after_placing: Switch,
    /// The answer is 500, and no call is placed.
    fail_before_placing: Switch,
    /// Look-ups of calls and texts get a 500.
    fail_look_ups: Switch,
    /// Where Event Streams posts its events: to the server if it is not set. Empty: there is no sink.
    sink: Option<String>,
    /// Where the callbacks of texts go that name no URL, as those of a Messaging Service would. Nowhere if it is not set.
    status_callback: Option<String>,
    /// Events are lost on the way to the sink.
    lose_events: Switch,
}

/// Off, on, or on for so many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Switch {
    Always(bool),
    Times { times: u32 },
}

impl Default for Switch {
    fn default() -> Switch {
        Switch::Always(false)
    }
}

impl Switch {
    /// Whether it happens now; uses up one time.
    fn happens(&mut self) -> bool {
        match self {
            Switch::Always(on) => *on,
            Switch::Times { times } => {
                let happens = *times > 0;
                *times = times.saturating_sub(1);
                happens
            }
        }
    }
}

/// An answer that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refuse {
    pub(super) status: u16,
    pub(super) code: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

/// The outcome of one request for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placing {
    Well,
    Refused(Refuse),
    FailsBefore,
    FailsAfter,
}

/// How one callback is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) lost: bool,
    pub(super) doubled: bool,
    pub(super) after_the_next: bool,
    pub(super) late_by_ms: u64,
}

/// The faults that are on, and random numbers.
#[derive(Debug, Default)]
pub(super) struct FaultInjector {
    pub(super) faults: Faults,
    rng: Rng,
}

impl FaultInjector {
    /// Sets them, and begins with their seed.
    pub(super) fn set(&mut self, faults: Faults) -> Result<(), String> {
        let share = [faults.lose, faults.double, faults.reorder];
        if share.iter().any(|share| *share > 100) {
            return Err("lose, double and reorder are percentages: 0 to 100".to_owned());
        }
        if let Some(refuse) = faults.refuse_calls
            && !(400..=599).contains(&refuse.status)
        {
            return Err("refuse_calls has a status from 400 to 599".to_owned());
        }
        if let Some(sink) = &faults.sink
            && !(sink.is_empty() || is_url(sink))
        {
            return Err("sink is a URL, or empty: then there is none".to_owned());
        }
        if faults.status_callback.as_ref().is_some_and(|url| !is_url(url)) {
            return Err("status_callback is a URL".to_owned());
        }
        self.rng = Rng::new(faults.seed);
        self.faults = faults;
        Ok(())
    }

    /// The outcome of the next request for a call.
    pub(super) fn placing(&mut self) -> Placing {
        if let Some(refuse) = &mut self.faults.refuse_calls
            && refuse.times != Some(0)
        {
            refuse.times = refuse.times.map(|times| times - 1);
            return Placing::Refused(*refuse);
        }
        if self.faults.fail_before_placing.happens() {
            return Placing::FailsBefore;
        }
        if self.faults.fail_after_placing.happens() { Placing::FailsAfter } else { Placing::Well }
    }

    /// Whether the next question about calls or texts is not answered.
    pub(super) fn look_up_fails(&mut self) -> bool {
        self.faults.fail_look_ups.happens()
    }

    /// Where events go; `None` if nobody said. Empty: nowhere.
    pub(super) fn sink(&self) -> Option<&str> {
        self.faults.sink.as_deref()
    }

    /// Where the callbacks of texts go that name no URL.
    pub(super) fn status_callback(&self) -> Option<String> {
        self.faults.status_callback.clone()
    }

    /// Whether the next event is lost.
    pub(super) fn event_is_lost(&mut self) -> bool {
        self.faults.lose_events.happens()
    }

    /// How the next callback is delivered. As many random numbers are drawn for each, whatever is off.
    pub(super) fn delivery(&mut self) -> Delivery {
        let [lose, double, reorder] = [(); 3].map(|()| self.rng.percent());
        Delivery {
            lost: self.faults.lose_all_callbacks.happens() || lose < self.faults.lose,
            doubled: double < self.faults.double,
            after_the_next: reorder < self.faults.reorder,
            late_by_ms: self.faults.callback_delay_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_injector(json: &str) -> FaultInjector {
        let mut fault_injector = FaultInjector::default();
        fault_injector.set(serde_json::from_str(json).expect("faults")).expect("allowed");
        fault_injector
    }

    #[test]
    fn fault_happens_as_often_as_it_is_set() {
        let mut none = fault_injector("{}");
        assert_eq!(none.placing(), Placing::Well);
        let well = Delivery { lost: false, doubled: false, after_the_next: false, late_by_ms: 0 };
        assert!((0..1_000).all(|_| none.delivery() == well));

        let mut twice = fault_injector(
            r#"{"refuse_calls": {"status": 429, "code": 20429, "times": 1}, "fail_after_placing": {"times": 1}}"#,
        );
        assert!(matches!(twice.placing(), Placing::Refused(Refuse { code: 20429, .. })));
        assert_eq!(twice.placing(), Placing::FailsAfter);
        assert_eq!(twice.placing(), Placing::Well);
        let mut always =
            fault_injector(r#"{"fail_before_placing": true, "lose_all_callbacks": true}"#);
        assert_eq!(always.placing(), Placing::FailsBefore);
        assert!(always.delivery().lost && always.delivery().lost);
    }

    #[test]
    fn seed_repeats_the_faults() {
        let deliveries = |seed: u64| {
            let mut fault_injector = fault_injector(&format!(
                r#"{{"lose": 20, "double": 20, "reorder": 20, "seed": {seed}}}"#
            ));
            [(); 500].map(|()| fault_injector.delivery())
        };
        assert_eq!(deliveries(7), deliveries(7));
        assert_ne!(deliveries(7), deliveries(8));
        let lost = deliveries(7).iter().filter(|delivery| delivery.lost).count();
        assert!((60..140).contains(&lost), "{lost} of 500 at 20 %");
    }

    #[test]
    fn faults_that_make_no_sense_are_refused() {
        assert!(serde_json::from_str::<Faults>(r#"{"looses": 1}"#).is_err());
        let too_many = Faults { lose: 101, ..Faults::default() };
        assert!(FaultInjector::default().set(too_many).is_err());
        let nowhere = Faults { sink: Some("here".to_owned()), ..Faults::default() };
        assert!(FaultInjector::default().set(nowhere).is_err());
        let nowhere = Faults { status_callback: Some(String::new()), ..Faults::default() };
        assert!(FaultInjector::default().set(nowhere).is_err());
    }
}
