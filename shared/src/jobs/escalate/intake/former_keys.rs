//! An alarm whose key has changed with a new version is found under its former one, as long as something is open there.

use super::Intake;
use crate::Error;
use crate::domain::alarm::{Change, State};
use crate::storage::records::{self, AlarmRecord};
use crate::storage::{MAX_TRANSACTION_ITEMS, Record};

impl Intake<'_> {
    /// Gives each change the key under which its alarm is kept.
    pub(super) async fn use_former_keys(
        &self,
        changes: &mut [(usize, Change)],
    ) -> Result<(), Error> {
        let mut renamed: Vec<&mut Change> = changes
            .iter_mut()
            .map(|(_, change)| change)
            .filter(|change| change.former_key.is_some())
            .collect();
        for chunk in renamed.chunks_mut(MAX_TRANSACTION_ITEMS / 2) {
            let mut keys: Vec<_> = chunk
                .iter()
                .flat_map(|change| [Some(&change.key), change.former_key.as_ref()])
                .flatten()
                .map(|key| records::alarm(key))
                .collect();
            // One body may say several things of an alarm, and no key is asked for twice.
            keys.sort();
            keys.dedup();
            let found = self.work.store().load(&keys, self.work.now).await?;
            let word = |key: &str| -> Option<AlarmRecord> {
                let at = keys.binary_search(&records::alarm(key)).ok()?;
                found.get(at)?.as_ref().and_then(read)
            };
            for change in chunk {
                let Some(former) = change.former_key.clone() else { continue };
                if word(&change.key).is_none()
                    && word(&former).is_some_and(|word| word.is_of(change))
                {
                    change.key = former;
                }
            }
        }
        Ok(())
    }
}

fn read(record: &Record) -> Option<AlarmRecord> {
    serde_json::from_str(&record.body).ok()
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
        AlarmRecord { state, at, incident: incident.map(IncidentId::from), waits: None }
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
