//! What one person was texted about of late.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::letters::Letters;

/// How long a text about an incident may be answered.
pub const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(12);
/// A person whose text is no answer is told so once within this long.
pub const HINT_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// The most incidents that are kept of a person; the oldest go.
const MAX_ABOUT: usize = 20;

/// An incident that a person was texted about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Names the incident.
    pub incident: String,
    /// What the person's texts call it.
    pub letters: Letters,
    /// When the last text about it left.
    pub at: Timestamp,
    /// The number of the first entry of its timeline that this text did not know.
    pub seen: u32,
}

/// That a person was told how to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hint {
    at: Timestamp,
    /// The MessageSid of the text that was answered with it: it may come again.
    sid: String,
}

/// What a person was texted about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texted {
    /// The incidents, the one that was texted about last at the end.
    pub about: Vec<About>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
}

impl Texted {
    /// The same with a text about this incident; gives its letters. `seen` is the number of the first entry of its
    /// timeline that the text does not know; `None` as long as it has not left.
    pub fn with(&self, incident: &str, seen: Option<u32>, now: Timestamp) -> (Texted, Letters) {
        let had = self.about.iter().find(|about| about.incident == incident);
        let mut about: Vec<About> = self.recent(now).cloned().collect();
        about.retain(|about| about.incident != incident);
        let taken: Vec<Letters> = about.iter().map(|about| about.letters).collect();
        let letters = had.map(|had| had.letters).filter(|letters| !taken.contains(letters));
        let letters = letters.unwrap_or_else(|| Letters::choose(incident, &taken));
        let seen = seen.unwrap_or_else(|| had.map_or(0, |had| had.seen));
        about.push(About { incident: incident.to_owned(), letters, at: now, seen });
        let too_many = about.len().saturating_sub(MAX_ABOUT);
        about.drain(..too_many);
        (Texted { about, hint: self.hint.clone() }, letters)
    }

    /// The incidents whose texts may still be answered.
    pub fn recent(&self, now: Timestamp) -> impl Iterator<Item = &About> {
        self.about.iter().filter(move |about| now.duration_since(about.at) <= ANSWERED_WITHIN)
    }

    /// The same with the person told how to answer, for the text of this MessageSid; `None` if they were told of late.
    pub fn with_hint(&self, sid: &str, now: Timestamp) -> Option<Texted> {
        let is_recent = |hint: &Hint| now.duration_since(hint.at) < HINT_PAUSE && hint.sid != sid;
        if self.hint.as_ref().is_some_and(is_recent) {
            return None;
        }
        Some(Texted {
            about: self.about.clone(),
            hint: Some(Hint { at: now, sid: sid.to_owned() }),
        })
    }

    /// When nothing of it counts any more.
    pub fn over_at(&self) -> Option<Timestamp> {
        let answered =
            self.about.iter().filter_map(|about| about.at.checked_add(ANSWERED_WITHIN).ok());
        let hinted = self.hint.iter().filter_map(|hint| hint.at.checked_add(HINT_PAUSE).ok());
        answered.chain(hinted).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).expect("a time")
    }

    #[test]
    fn incident_keeps_its_letters_from_text_to_text_for_twelve_hours() {
        let (first, letters) = Texted::default().with("a-1", Some(3), at(0));
        let (second, others) = first.with("b-1", None, at(5));
        assert_ne!(letters, others);
        let (third, again) = second.with("a-1", None, at(10));
        assert_eq!((again, third.about.len()), (letters, 2));
        assert_eq!((third.about[1].seen, third.about[1].at), (3, at(10)));
        assert_eq!(third.with("a-1", Some(9), at(10)).0.about[1].seen, 9);
        let half_a_day = 12 * 3_600;
        assert_eq!(third.recent(at(half_a_day + 5)).count(), 2);
        assert_eq!(third.recent(at(half_a_day + 6)).count(), 1);
        assert_eq!(third.over_at(), Some(at(half_a_day + 10)));
    }

    #[test]
    fn no_more_than_twenty_incidents_are_kept_and_each_has_letters_of_its_own() {
        let mut texted = Texted::default();
        for number in 0..50 {
            texted = texted.with(&format!("p-{number}"), None, at(number)).0;
        }
        assert_eq!(texted.about.len(), MAX_ABOUT);
        assert_eq!(texted.about[0].incident, "p-30");
        for (index, about) in texted.about.iter().enumerate() {
            assert!(texted.about[..index].iter().all(|other| other.letters != about.letters));
        }
    }

    #[test]
    fn hint_is_given_once_in_ten_minutes_and_again_for_the_same_text() {
        let first = Texted::default().with_hint("SM1", at(0)).expect("a hint");
        assert!(first.with_hint("SM2", at(599)).is_none());
        assert!(first.with_hint("SM1", at(30)).is_some());
        assert!(first.with_hint("SM2", at(600)).is_some());
    }
}
