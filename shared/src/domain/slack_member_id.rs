//! The id of a member of a Slack workspace.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a member of a Slack workspace, like `U0000001`.
///
/// Records are read leniently: an id is only compared and shown, and an incident must stay readable whatever an older
/// version took for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlackMemberId(String);

/// The most bytes of an id that Slack names.
const MAX_BYTES: usize = 24;

impl SlackMemberId {
    /// Reads the id of a person as Slack names it: `U` or `W`, then capitals and digits.
    pub fn parse(text: &str) -> Option<SlackMemberId> {
        let id = SlackMemberId::parse_configured(text)?;
        (id.is_person() && text.len() <= MAX_BYTES).then_some(id)
    }

    /// Reads an id as a configuration may have it: that of a group of people too, with an `S`.
    pub fn parse_configured(text: &str) -> Option<SlackMemberId> {
        let is_one = text.starts_with(['U', 'W', 'S'])
            && text.len() > 1
            && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        is_one.then(|| SlackMemberId(text.to_owned()))
    }

    /// Whether it is the id of a person, whom a bot can write to; a group's is not.
    pub fn is_person(&self) -> bool {
        self.0.starts_with(['U', 'W'])
    }

    /// The characters of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SlackMemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_configuration_may_name_a_group_or_a_longer_id() {
        let read = |text| {
            (SlackMemberId::parse(text).is_some(), SlackMemberId::parse_configured(text).is_some())
        };
        let (longest, longer) = (format!("U{}", "0".repeat(23)), format!("U{}", "0".repeat(24)));
        for text in ["U1", "W1", "U0000001", "WABC", &longest] {
            assert_eq!(read(text), (true, true), "{text}");
        }
        for text in ["S1", "S0000001", &longer] {
            assert_eq!(read(text), (false, true), "{text}");
        }
        for text in ["", "U", "u1", "U1 ", " U1", "Uä", "<!channel>", "C0000001", "T0000001"] {
            assert_eq!(read(text), (false, false), "{text}");
        }
    }

    #[test]
    fn record_has_the_plain_text_and_is_read_whatever_it_has() {
        for text in ["\"U0000001\"", "\"\"", "\"some body\""] {
            let id: SlackMemberId = serde_json::from_str(text).expect(text);
            assert_eq!(serde_json::to_string(&id).expect("JSON"), text);
        }
    }

    proptest! {
        #[test]
        fn what_slack_names_a_configuration_may_name_too(text in "\\PC{0,30}|[UWSC]?[A-Z0-9]{0,30}") {
            if let Some(id) = SlackMemberId::parse(&text) {
                prop_assert_eq!(id.to_string(), text.clone());
                prop_assert_eq!(Some(id), SlackMemberId::parse_configured(&text));
            }
        }
    }
}
