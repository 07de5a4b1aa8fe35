//! Requests that were refused, counted in this process: what a stranger sends costs no write.

use std::sync::atomic::{AtomicU64, Ordering};

use super::endpoints::{Access, ENDPOINTS};
use crate::Error;

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its signature is not that of the vendor.
    Signature,
    /// It has no token, or a wrong one.
    Token,
    /// It is of a topic of SNS that the configuration does not name.
    Topic,
    /// Its body is larger than the endpoint takes.
    TooLarge,
    /// It cannot be understood.
    BadRequest,
}

/// All reasons, each at its place in [`Refusals`].
const REASONS: [Reason; 5] =
    [Reason::Signature, Reason::Token, Reason::Topic, Reason::TooLarge, Reason::BadRequest];

impl Reason {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Signature => "signature",
            Reason::Token => "token",
            Reason::Topic => "topic",
            Reason::TooLarge => "too_large",
            Reason::BadRequest => "bad_request",
        }
    }

    /// The reason for which this error refuses a request of a machine at this path; `None` if it is no refusal, or the
    /// path is for people.
    fn of(path: &str, error: &Error) -> Option<Reason> {
        let mut routes = ENDPOINTS.iter().filter(|route| route.has_path(path));
        let access = routes.find_map(|route| route.access.is_machine().then_some(route.access))?;
        match error {
            Error::Forged(_) if access == Access::FlowToken => Some(Reason::Token),
            Error::Forged(_) | Error::NotFromSns(_) => Some(Reason::Signature),
            Error::ForeignTopic(_) => Some(Reason::Topic),
            Error::NoToken | Error::WrongToken => Some(Reason::Token),
            Error::TooLarge(_) | Error::TooManyFields(_) => Some(Reason::TooLarge),
            Error::BadRequest(_) => Some(Reason::BadRequest),
            _ => None,
        }
    }
}

/// How many requests were refused, by reason. They begin at zero with the process.
#[derive(Debug, Default)]
pub struct Refusals([AtomicU64; REASONS.len()]);

/// Those of this process.
pub static REFUSALS: Refusals = Refusals([const { AtomicU64::new(0) }; REASONS.len()]);

impl Refusals {
    /// Counts a request that this error answers, if that refuses it.
    pub fn count(&self, path: &str, error: &Error) {
        if let Some(reason) = Reason::of(path, error) {
            self.0[reason as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many there were so far.
    pub fn counts(&self) -> [(Reason, u64); REASONS.len()] {
        REASONS.map(|reason| (reason, self.0[reason as usize].load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_request_of_a_machine_counts_by_its_reason() {
        let refusals = Refusals::default();
        let forged = || Error::Forged("nobody's".to_owned());
        for (path, error) in [
            ("/twilio/events", forged()),
            ("/slack/actions", forged()),
            ("/twilio/studio/x/1", forged()),
            ("/alarms", Error::NoToken),
            ("/alarms", Error::ForeignTopic("an ARN".to_owned())),
            ("/alarms", Error::NotFromSns("it is not signed")),
            ("/metrics", Error::WrongToken),
            ("/twilio/voice/x/1/status", Error::TooManyFields(200)),
            ("/alarms", Error::TooLarge(1)),
            ("/twilio/events", Error::BadRequest("no JSON".to_owned())),
            // Those of people, of nobody, and what is our own fault.
            ("/login", Error::TooLarge(1)),
            ("/", Error::LoggedOut),
            ("/nowhere", forged()),
            ("/health", Error::BadRequest("two lengths".to_owned())),
            ("/twilio/events", Error::NotFound),
            ("/metrics", Error::Store("away".to_owned())),
        ] {
            refusals.count(path, &error);
        }
        let counts = refusals.counts().map(|(reason, count)| (reason.word(), count));
        assert_eq!(
            counts,
            [("signature", 3), ("token", 3), ("topic", 1), ("too_large", 2), ("bad_request", 1)]
        );
    }
}
