//! An alarm on several series is deleted: that is the end of each of them, though only the alarm itself is named.

use jiff::Timestamp;

use super::super::work::Work;
use crate::Error;
use crate::domain::alarm::{Change, State};
use crate::storage::records::{self, AlarmRecord, StoredIncident};

impl Work<'_> {
    /// Returns a change of this policy's alarms, and where it says that an alarm on several series was deleted also the
    /// ends of those that go on in the policy's incident. What a series says that is gone is left out.
    pub(super) async fn with_its_series(
        &self,
        policy: &str,
        change: Change,
    ) -> Result<Vec<Change>, Error> {
        match change.state {
            State::Alarm if self.deleted_at(&change).await?.is_some() => return Ok(Vec::new()),
            State::Deleted => {}
            _ => return Ok(vec![change]),
        }
        let records = self.store().load(&[records::open(policy)], self.now).await?;
        let body = records.into_iter().flatten().next().map(|record| record.body);
        let stored = body.and_then(|body| serde_json::from_str::<StoredIncident>(&body).ok());
        let alarms = stored.map(|stored| stored.incident.alarms).unwrap_or_default();
        let series = alarms.into_iter().filter(|alarm| {
            alarm.recovered_at.is_none()
                && alarm_of_series(&alarm.key, &alarm.name) == Some(change.key.as_str())
        });
        let series = series.map(|alarm| Change { key: alarm.key, ..change.clone() });
        let series: Vec<Change> = series.collect();
        Ok(std::iter::once(change).chain(series).collect())
    }

    /// Returns when the alarm was deleted that this change is a series of, if that was after the change.
    pub(in super::super) async fn deleted_at(
        &self,
        change: &Change,
    ) -> Result<Option<Timestamp>, Error> {
        let Some(alarm) = alarm_of_series(&change.key, &change.name) else { return Ok(None) };
        let found = self.store().load(&[records::alarm(alarm)], self.now).await?;
        let record = found.into_iter().flatten().next();
        let record =
            record.and_then(|record| serde_json::from_str::<AlarmRecord>(&record.body).ok());
        let is_gone =
            |record: &AlarmRecord| record.state == State::Deleted && record.at >= change.at;
        Ok(record.filter(is_gone).map(|record| record.at))
    }
}

/// Returns the key of the alarm that this key is a series of: the series' id stands behind the name and a `#`.
fn alarm_of_series<'a>(key: &'a str, name: &str) -> Option<&'a str> {
    let at = key.find(&format!("{name}#"))?;
    Some(&key[..at + name.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_name_their_alarm_and_other_alarms_do_not() {
        let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:";
        let key = format!("{arn}table#6d44");
        let alarm = format!("{arn}table");
        assert_eq!(alarm_of_series(&key, "table"), Some(alarm.as_str()));
        assert_eq!(alarm_of_series(&alarm, "table"), None);
        assert_eq!(alarm_of_series(&key, "table#6d44"), None, "an alarm may have such a name");
    }
}
