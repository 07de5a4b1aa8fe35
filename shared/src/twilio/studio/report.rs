//! A Flow's report of its call, and the answer to it. Pure.
//!
//! In: a form with `token`, `outcome`, `digits`, `reading`, `execution` (and `call`, which we do not need). Out: JSON,
//! `{"say": …, "again": …}`: the Flow speaks `say`, then asks for a key if `again`, and else ends.

use serde::Serialize;

use crate::domain::escalation::{CallEvent, End, Key};
use crate::domain::sid::{EXECUTION, Sid};
use crate::twilio::callbacks::{field, key};

/// A Flow's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The outcome that it reports.
    pub outcome: Outcome,
    /// Which reading of the menu it belongs to, from 1.
    pub reading: u32,
    /// The SID of the Execution.
    pub execution: Option<Sid>,
}

/// The outcome of a call, or of a reading of its menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody, or something, answered.
    Answered,
    /// A key was pressed.
    Key(Key),
    /// A reading of the menu went by without a key.
    NoKey,
    /// There was no conversation.
    Ended(End),
}

/// The answer to a Flow's report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The text that it speaks.
    pub say: String,
    /// Whether it asks for a key then.
    pub again: bool,
}

impl Report {
    /// Reads a report; its token must have been checked before.
    ///
    /// # Errors
    /// Says what cannot be understood.
    pub fn read(fields: &[(String, String)]) -> Result<Report, String> {
        let reading = field(fields, "reading").and_then(|reading| reading.trim().parse().ok());
        let reading = reading.unwrap_or(1);
        let key = |digits: &str| key(digits, reading);
        let outcome = match field(fields, "outcome").unwrap_or_default() {
            "answered" => Outcome::Answered,
            // Without a digit none was pressed.
            "key" => field(fields, "digits").and_then(key).map_or(Outcome::NoKey, Outcome::Key),
            "no-key" => Outcome::NoKey,
            "busy" => Outcome::Ended(End::Busy),
            "no-answer" => Outcome::Ended(End::NoAnswer),
            "failed" => Outcome::Ended(End::Failed),
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(format!(
                    "the outcome {other:?} means nothing, expected answered, key, no-key, busy, no-answer or failed: \
                     is the Flow an old one? `ringdown flow` prints the one that fits"
                ));
            }
        };
        let execution = field(fields, "execution").and_then(|sid| Sid::parse(EXECUTION, sid));
        Ok(Report { outcome, reading, execution })
    }

    /// Returns the event that it tells the incident.
    pub fn call_event(&self) -> CallEvent {
        match self.outcome {
            Outcome::Answered | Outcome::NoKey => CallEvent::Answered,
            Outcome::Key(key) => CallEvent::Pressed(key),
            Outcome::Ended(end) => CallEvent::Ended(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::form_fields;

    const SID: &str = "FN0123456789abcdef0123456789abcdef";

    fn read(form: &str) -> Result<Report, String> {
        Report::read(&form_fields(form.as_bytes()))
    }

    #[test]
    fn what_a_flow_reports() {
        for (form, outcome, event) in [
            ("outcome=answered", Outcome::Answered, CallEvent::Answered),
            ("outcome=key&digits=1", Outcome::Key(Key::Take), CallEvent::Pressed(Key::Take)),
            ("outcome=key&digits=2", Outcome::Key(Key::Decline), CallEvent::Pressed(Key::Decline)),
            (
                "outcome=key&digits=3",
                Outcome::Key(Key::Over { reading: 1 }),
                CallEvent::Pressed(Key::Over { reading: 1 }),
            ),
            ("outcome=key&digits=%23", Outcome::Key(Key::Other), CallEvent::Pressed(Key::Other)),
            ("outcome=key&digits=", Outcome::NoKey, CallEvent::Answered),
            ("outcome=no-key", Outcome::NoKey, CallEvent::Answered),
            ("outcome=busy", Outcome::Ended(End::Busy), CallEvent::Ended(End::Busy)),
            ("outcome=no-answer", Outcome::Ended(End::NoAnswer), CallEvent::Ended(End::NoAnswer)),
            ("outcome=failed", Outcome::Ended(End::Failed), CallEvent::Ended(End::Failed)),
        ] {
            let report = read(form).expect("a report");
            assert_eq!(
                (report.outcome, report.call_event(), report.reading),
                (outcome, event, 1),
                "{form}"
            );
        }
        let report = read(&format!("outcome=no-key&reading=2&execution={SID}")).expect("a report");
        assert_eq!((report.reading, report.execution), (2, Some(SID.into())));
        assert_eq!(read("outcome=answered&execution=FN1").expect("a report").execution, None);
        assert!(read("outcome=hangup").is_err_and(|why| why.contains("\"hangup\" means nothing")));
    }

    proptest! {
        #[test]
        fn nothing_can_make_it_panic(form in ".{0,80}", outcome in "(key|no-key|answered)?", value in ".{0,30}") {
            let _ = read(&form);
            let _ = read(&format!("outcome={outcome}&digits={value}&reading={value}&execution={value}"));
        }
    }
}
