//! An alarm whose key has changed with a new version is found under its former one, as long as something is open there.

use super::policies::AlarmRecords;
use crate::domain::alarm::{Change, State};
use crate::storage::records::AlarmRecord;

/// Gives each change the key under which its alarm is kept.
pub(super) fn use_former_keys(changes: &mut [(usize, Change)], known: &AlarmRecords) {
    for (_, change) in changes {
        let Some(former) = change.former_key.clone() else { continue };
        let is_former = known.get(&former).is_some_and(|record| record.is_of(change));
        if is_former && !known.contains_key(&change.key) {
            change.key = former;
        }
    }
}

impl AlarmRecord {
    /// Whether this, kept under an alarm's former key, is about the alarm of this change: it was the very same change, or
    /// it is open and this is what follows. A former key stands for an alarm in every region: one that goes off while
    /// another is in ALARM there is another alarm.
    fn is_of(&self, change: &Change) -> bool {
        let is_same = self.state == change.state && self.at == change.at;
        let is_open = self.incident.is_some() || self.waits.is_some();
        let follows = change.state != State::Alarm || self.state != State::Alarm;
        is_same || (is_open && follows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::escalation::IncidentId;
    use crate::storage::records::Waits;

    fn word(state: State, at: i64, incident: Option<&str>) -> AlarmRecord {
        let at = jiff::Timestamp::from_second(at).expect("a time");
        let incident = incident.map(IncidentId::from);
        AlarmRecord { state, at, incident, waits: None, written_at: None }
    }

    fn change(state: State, at: i64) -> Change {
        let at = jiff::Timestamp::from_second(at).expect("a time");
        let text = String::new;
        Change {
            key: "1/eu-west-1/cpu".to_owned(),
            former_key: Some("1/cpu".to_owned()),
            name: "cpu".to_owned(),
            state,
            at,
            reason: text(),
            description: text(),
            quiet: None,
            unordered: false,
            undated: false,
            acts: false,
            actions: None,
        }
    }

    #[test]
    fn former_key_counts_while_something_is_open_under_it() {
        use State::{Alarm, NoData, Ok};
        for (word, change, expected) in [
            (word(Alarm, 1, Some("i")), change(Ok, 2), true),
            (word(Alarm, 1, Some("i")), change(NoData, 2), true),
            (word(NoData, 1, Some("i")), change(Alarm, 2), true),
            (word(Alarm, 1, Some("i")), change(Alarm, 1), true),
            (word(Alarm, 1, Some("i")), change(Alarm, 2), false),
            (word(Ok, 1, None), change(Ok, 1), true),
            (word(Ok, 1, None), change(Ok, 2), false),
            (word(Ok, 1, None), change(Alarm, 2), false),
        ] {
            assert_eq!(word.is_of(&change), expected, "{word:?} {change:?}");
        }
        let at = jiff::Timestamp::from_second(1).expect("a time");
        let waits = Some(Waits { since: at, due: at });
        assert!(AlarmRecord { waits, ..word(Alarm, 1, None) }.is_of(&change(Ok, 2)));
    }
}
