//! The link in a text about an incident: it opens that incident, to that person, for a while.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::hash;
use super::session::phone_hash;
use crate::domain::e164::E164;
use crate::domain::escalation::IncidentId;

/// How long a link in a text is good.
pub const TEXT_LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// How long it is good once its incident is over.
const AFTER_END: SignedDuration = SignedDuration::from_hours(1);
/// The path before the token.
const PATH: &str = "/i/";

/// The token of a link: 128 random bits, in 22 characters. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct TextToken(String);

impl TextToken {
    /// The token of these random bytes.
    pub fn of(random: [u8; 16]) -> TextToken {
        TextToken(URL_SAFE_NO_PAD.encode(random))
    }

    /// Reads what may be one: nothing else is looked up.
    pub fn read(text: &str) -> Option<TextToken> {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(TextToken::of(bytes))
    }

    /// The hash that is kept of it.
    pub fn hash(&self) -> String {
        hash("link in a text", &[&self.0])
    }

    /// The characters themselves, for the text and for the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The link, on the server at this public base URL.
    pub fn link(&self, base: &str) -> String {
        format!("{base}{PATH}{}", self.0)
    }
}

impl fmt::Debug for TextToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A link that was sent. Its token is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLink {
    /// To whom: their name in the configuration.
    pub person: String,
    /// The hash of their phone number.
    phone: String,
    /// The incident.
    pub incident: IncidentId,
    /// Until when.
    pub until: Timestamp,
}

impl TextLink {
    /// The link for this person, who has this phone number, to the incident of this id.
    pub fn begin(person: &str, phone: &E164, incident: &IncidentId, now: Timestamp) -> TextLink {
        TextLink {
            person: person.to_owned(),
            phone: phone_hash(phone),
            incident: incident.clone(),
            until: now.checked_add(TEXT_LINK_LIFETIME).unwrap_or(now),
        }
    }

    /// Whether it is good, if this is the person's number by now (`None` if the configuration does not know them), and the
    /// incident was over at `ended_at` (`None` if it goes on).
    pub fn is_good(
        &self,
        phone: Option<&E164>,
        ended_at: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let is_theirs = phone.is_some_and(|phone| phone_hash(phone) == self.phone);
        let is_over = ended_at.is_some_and(|at| now.duration_since(at) >= AFTER_END);
        is_theirs && !is_over && now < self.until
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::sample::phone;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + 60 * minutes).unwrap()
    }

    #[test]
    fn link_is_good_for_twelve_hours_an_hour_after_the_end_and_for_its_persons_number() {
        let (own, other) = (phone("+15005550001"), phone("+15005550002"));
        let link = TextLink::begin("alpha", &own, &"prod-1".into(), at(0));
        let is_good = |phone, ended_at, now| link.is_good(phone, ended_at, at(now));
        let own = Some(&own);
        assert!(is_good(own, None, 0) && is_good(own, None, 719));
        assert!(!is_good(own, None, 720));
        assert!(is_good(own, Some(at(10)), 69) && !is_good(own, Some(at(10)), 70));
        assert!(!is_good(None, None, 1), "the person left");
        assert!(!is_good(Some(&other), None, 1), "another has the name now");
        let kept = serde_json::to_string(&link).unwrap();
        assert!(!kept.contains("5550001"), "{kept}");
    }

    #[test]
    fn token_has_22_characters_and_only_its_own_writing_is_read() {
        let token = TextToken::of([255; 16]);
        assert_eq!(token.expose(), "_____________________w");
        assert_eq!(token.link("https://x.example"), "https://x.example/i/_____________________w");
        assert_eq!(format!("{token:?}"), "…");
        for other in ["", "_____________________x", "____________________w", "incident"] {
            assert_eq!(TextToken::read(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn token_is_read_as_it_was_written(random in any::<[u8; 16]>()) {
            let token = TextToken::of(random);
            prop_assert_eq!(token.expose().len(), 22);
            prop_assert_eq!(TextToken::read(token.expose()), Some(token));
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "\\PC{0,40}|[A-Za-z0-9_=+/-]{20,24}") {
            if let Some(token) = TextToken::read(&text) {
                prop_assert_eq!(token.expose(), text);
            }
        }
    }
}
