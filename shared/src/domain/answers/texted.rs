//! The incidents that one person was texted about of late.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::letters::Letters;
use crate::domain::e164::E164;
use crate::domain::escalation::IncidentId;
use crate::domain::sid::Sid;
use crate::domain::sign_in::hash;

/// How long a text about an incident may be answered.
pub const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(12);
/// A person whose text is no answer is told so once within this long.
pub const HINT_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// The most incidents that are kept of a person; the oldest go.
const MAX_ABOUT: usize = 20;
/// The most refusals that are kept of a person; the oldest go.
const MAX_REFUSALS: usize = 8;

/// An incident that a person was texted about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Names the incident.
    pub incident: IncidentId,
    /// The letters that the person's texts call it by.
    pub letters: Letters,
    /// When the last text about it left.
    pub at: Timestamp,
    /// The number of the first entry of its timeline that this text did not know.
    pub seen: u32,
    /// The hash of the number that it went to: a number that the person has since was not texted.
    #[serde(default)]
    number: String,
}

impl About {
    /// Whether the text went to this number.
    pub fn went_to(&self, phone: &E164) -> bool {
        self.number == number_hash(phone)
    }
}

fn number_hash(phone: &E164) -> String {
    hash("texted", &[phone.as_str()])
}

/// That an answer was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RefusedAnswer {
    at: Timestamp,
    /// The MessageSid of the answer: it may come again.
    sid: Sid,
    /// The text that its person was told.
    told: String,
}

/// That a person was told how to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hint {
    at: Timestamp,
    /// The MessageSid of the text that was answered with it: it may come again.
    sid: Sid,
}

/// The record of what a person was texted about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texted {
    /// The incidents, the one that was texted about last at the end.
    pub about: Vec<About>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refusals: Vec<RefusedAnswer>,
}

impl Texted {
    /// The same with a text to this number about this incident; gives its letters. `seen` is the number of the first entry
    /// of its timeline that the text does not know; `None` as long as it has not left.
    pub fn with(
        &self,
        (incident, phone): (&IncidentId, &E164),
        seen: Option<u32>,
        now: Timestamp,
    ) -> (Texted, Letters) {
        let had = self.about.iter().find(|about| about.incident == *incident);
        let mut about: Vec<About> = self.recent(now).cloned().collect();
        about.retain(|about| about.incident != *incident);
        let taken: Vec<Letters> = about.iter().map(|about| about.letters).collect();
        let letters = had.map(|had| had.letters).filter(|letters| !taken.contains(letters));
        let letters = letters.unwrap_or_else(|| Letters::choose(incident, &taken));
        // Texts may leave in another order than they were written in. Another number knows nothing of them.
        let had_seen = had.filter(|had| had.went_to(phone)).map_or(0, |had| had.seen);
        let seen = seen.map_or(had_seen, |seen| seen.max(had_seen));
        let number = number_hash(phone);
        about.push(About { incident: incident.clone(), letters, at: now, seen, number });
        let too_many = about.len().saturating_sub(MAX_ABOUT);
        about.drain(..too_many);
        (Texted { about, ..self.clone() }, letters)
    }

    /// The incidents whose texts may still be answered.
    pub fn recent(&self, now: Timestamp) -> impl Iterator<Item = &About> {
        self.about.iter().filter(move |about| now.duration_since(about.at) <= ANSWERED_WITHIN)
    }

    /// The same with the person told how to answer, for the text of this MessageSid; `None` if they were told of late.
    pub fn with_hint(&self, sid: &Sid, now: Timestamp) -> Option<Texted> {
        let is_recent = |hint: &Hint| now.duration_since(hint.at) < HINT_PAUSE && hint.sid != *sid;
        if self.hint.as_ref().is_some_and(is_recent) {
            return None;
        }
        Some(Texted { hint: Some(Hint { at: now, sid: sid.clone() }), ..self.clone() })
    }

    /// The text that the answer of this MessageSid was refused with.
    pub fn refused(&self, sid: &Sid) -> Option<&str> {
        self.refusals
            .iter()
            .find(|refusal| refusal.sid == *sid)
            .map(|refusal| refusal.told.as_str())
    }

    /// The same with the answer of this MessageSid refused in these words.
    pub fn with_refusal(&self, sid: &Sid, told: &str, now: Timestamp) -> Texted {
        let mut refusals = self.refusals.clone();
        refusals.push(RefusedAnswer { at: now, sid: sid.clone(), told: told.to_owned() });
        let too_many = refusals.len().saturating_sub(MAX_REFUSALS);
        refusals.drain(..too_many);
        Texted { refusals, ..self.clone() }
    }

    /// When nothing of it counts any more.
    pub fn over_at(&self) -> Option<Timestamp> {
        let answered =
            self.about.iter().filter_map(|about| about.at.checked_add(ANSWERED_WITHIN).ok());
        let hinted = self.hint.iter().filter_map(|hint| hint.at.checked_add(HINT_PAUSE).ok());
        let refused = self.refusals.iter();
        let refused = refused.filter_map(|one| one.at.checked_add(ANSWERED_WITHIN).ok());
        answered.chain(hinted).chain(refused).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sample::phone;

    const PHONE: &str = "+15005550001";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).expect("a time")
    }

    #[test]
    fn another_number_was_not_texted_and_knows_nothing() {
        let (texted, letters) =
            Texted::default().with((&"a-1".into(), &phone(PHONE)), Some(3), at(0));
        assert!(
            texted.about[0].went_to(&phone(PHONE))
                && !texted.about[0].went_to(&phone("+15005550009"))
        );
        let kept = serde_json::to_string(&texted).expect("JSON");
        assert!(!kept.contains("5550001"), "{kept}");
        // The hash of a number must stay what it is: else texts that were sent before cannot be answered.
        let hash = "f2bf594428dbf249aa25ed537cef40387186ec0da4cd1f341da716730c5d530a";
        assert!(kept.contains(hash), "{kept}");
        let (texted, again) = texted.with((&"a-1".into(), &phone("+15005550009")), None, at(1));
        assert_eq!((again, texted.about[0].seen), (letters, 0));
        assert!(!texted.about[0].went_to(&phone(PHONE)));
    }

    #[test]
    fn refusal_is_known_by_its_text_and_no_more_than_eight_are_kept() {
        let mut texted = Texted::default();
        for number in 0..20 {
            texted = texted.with_refusal(&format!("SM{number}").as_str().into(), "no", at(number));
        }
        assert_eq!(
            (texted.refused(&"SM19".into()), texted.refused(&"SM11".into())),
            (Some("no"), None)
        );
        assert_eq!((texted.refusals.len(), texted.over_at()), (8, Some(at(19 + 12 * 3_600))));
    }

    #[test]
    fn incident_keeps_its_letters_from_text_to_text_for_twelve_hours() {
        let (first, letters) =
            Texted::default().with((&"a-1".into(), &phone(PHONE)), Some(3), at(0));
        let (second, others) = first.with((&"b-1".into(), &phone(PHONE)), None, at(5));
        assert_ne!(letters, others);
        let (third, again) = second.with((&"a-1".into(), &phone(PHONE)), None, at(10));
        assert_eq!((again, third.about.len()), (letters, 2));
        assert_eq!((third.about[1].seen, third.about[1].at), (3, at(10)));
        assert_eq!(third.with((&"a-1".into(), &phone(PHONE)), Some(9), at(10)).0.about[1].seen, 9);
        assert_eq!(third.with((&"a-1".into(), &phone(PHONE)), Some(1), at(10)).0.about[1].seen, 3);
        let half_a_day = 12 * 3_600;
        assert_eq!(third.recent(at(half_a_day + 5)).count(), 2);
        assert_eq!(third.recent(at(half_a_day + 6)).count(), 1);
        assert_eq!(third.over_at(), Some(at(half_a_day + 10)));
    }

    #[test]
    fn no_more_than_twenty_incidents_are_kept_and_each_has_letters_of_its_own() {
        let mut texted = Texted::default();
        for number in 0..50 {
            texted = texted
                .with((&format!("p-{number}").as_str().into(), &phone(PHONE)), None, at(number))
                .0;
        }
        assert_eq!(texted.about.len(), MAX_ABOUT);
        assert_eq!(texted.about[0].incident, "p-30".into());
        for (index, about) in texted.about.iter().enumerate() {
            assert!(texted.about[..index].iter().all(|other| other.letters != about.letters));
        }
    }

    #[test]
    fn hint_is_given_once_in_ten_minutes_and_again_for_the_same_text() {
        let first = Texted::default().with_hint(&"SM1".into(), at(0)).expect("a hint");
        assert!(first.with_hint(&"SM2".into(), at(599)).is_none());
        assert!(first.with_hint(&"SM1".into(), at(30)).is_some());
        assert!(first.with_hint(&"SM2".into(), at(600)).is_some());
    }
}
