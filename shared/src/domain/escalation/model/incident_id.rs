//! The id of an incident: its policy, and when it began.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest id of an incident, in bytes.
const MAX_INCIDENT_ID_BYTES: usize = 120;

/// The id of an incident. What comes from outside is read by [`IncidentId::parse`]; what we have stored or queued is read as
/// it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(String);

impl IncidentId {
    /// The id of a policy's incident that began then.
    pub fn of(policy: &str, raised_at: Timestamp) -> IncidentId {
        IncidentId(format!("{policy}-{}", raised_at.strftime("%Y%m%d-%H%M%S-%3f")))
    }

    /// Reads an id that comes from outside; `None` if it is none that we could have given: no store is asked for such a one.
    pub fn parse(text: &str) -> Option<IncidentId> {
        let ours = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
        let is_ours = (1..=MAX_INCIDENT_ID_BYTES).contains(&text.len()) && text.bytes().all(ours);
        is_ours.then(|| IncidentId(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the policy that is in it.
    pub fn policy(&self) -> Option<&str> {
        let mut parts = self.0.rsplitn(4, '-');
        let time = [parts.next()?, parts.next()?, parts.next()?];
        let digits = time.iter().all(|part| part.bytes().all(|c| c.is_ascii_digit()));
        let lengths = time.map(str::len) == [3, 6, 8];
        parts.next().filter(|policy| digits && lengths && !policy.is_empty())
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(any(test, feature = "testing"))]
impl From<&str> for IncidentId {
    /// Any text, for tests.
    fn from(text: &str) -> IncidentId {
        IncidentId(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn incidents_name_tells_its_policy() {
        let at = Timestamp::from_second(1_900_000_000).expect("a time");
        let id = IncidentId::of("prod-api", at);
        assert_eq!(id.as_str(), "prod-api-20300317-174640-000");
        assert_eq!(id.to_string(), id.as_str());
        assert_eq!(id.policy(), Some("prod-api"));
        for other in ["", "prod", "prod-1-2-3", "-20300317-174640-000", "a-2030031x-174640-000"] {
            assert_eq!(IncidentId::from(other).policy(), None, "{other}");
        }
    }

    #[test]
    fn id_from_outside_is_one_that_we_could_have_given() {
        let longest = "x".repeat(MAX_INCIDENT_ID_BYTES);
        for ours in ["p", "prod_api-20300317-174640-000", &longest] {
            assert_eq!(IncidentId::parse(ours), Some(ours.into()), "{ours}");
        }
        let long = "x".repeat(MAX_INCIDENT_ID_BYTES + 1);
        for other in ["", " p", "P", "p/1", "p#1", "ü", "p\n", &long] {
            assert_eq!(IncidentId::parse(other), None, "{other}");
        }
    }

    #[test]
    fn stored_id_is_plain_text_and_read_as_it_is() {
        let id = IncidentId::from("An Id Of Old");
        let json = serde_json::to_string(&id).expect("JSON");
        assert_eq!(json, "\"An Id Of Old\"");
        assert_eq!(serde_json::from_str::<IncidentId>(&json).expect("an id"), id);
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(text in ".{0,60}", digits in "[0-9-]{0,40}") {
            for text in [text, digits] {
                let _ = (IncidentId::from(text.as_str()).policy(), IncidentId::parse(&text));
            }
        }
    }
}
