//! Counters, in words.

use serde::Serialize;
use shared::domain::metrics::{Kind, parse};
use shared::storage::{Store, counters::totals};
use shared::{Error, Timestamp};

/// A counter as it is shown.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Counter {
    name: String,
    help: &'static str,
    value: String,
}

/// All counters, by name. One that the catalogue does not name is shown by its name alone; the buckets of histograms are
/// for Prometheus.
pub(super) async fn counters(store: &dyn Store, now: Timestamp) -> Result<Vec<Counter>, Error> {
    let counter = |(name, value): (String, u64)| {
        let help = match parse(&name) {
            Some((family, ..)) if family.kind == Kind::Counter => family.help,
            Some(_) => return None,
            None => "",
        };
        Some(Counter { name, help, value: value.to_string() })
    };
    Ok(totals(store, now).await?.into_iter().filter_map(counter).collect())
}

#[cfg(test)]
mod tests {
    use shared::SignedDuration;
    use shared::domain::metrics::catalogue::{ALARMS, REPAIRED, SLACK_LINES, TAKE_SECONDS};
    use shared::storage::Increment;
    use shared::testing::MemoryStore;

    use super::*;
    use crate::tests::backend::at_once;

    #[test]
    fn counter_has_its_current_name_and_the_help_of_the_catalogue() {
        let counted = [
            (r#"ringdown_alarms_total{became="incident"}"#, 3),
            (r#"ringdown_alarms_total{outcome="incident"}"#, 4),
            (r#"ringdown_audit_mended_total{what="late-wake-up"}"#, 2),
            ("ringdown_slack_lines_total", 5),
            ("later_version_total", 6),
        ];
        let counted = counted.map(|(name, count)| (name.to_owned(), count)).into_iter();
        let histogram = TAKE_SECONDS.observed(&["checkout"], SignedDuration::from_secs(7));
        let expected = [
            ("later_version_total", "", "6"),
            (r#"ringdown_alarms_total{outcome="incident"}"#, ALARMS.help, "7"),
            (r#"ringdown_reconciler_repaired_total{what="late-wake-up"}"#, REPAIRED.help, "2"),
            ("ringdown_slack_lines_total", SLACK_LINES.help, "5"),
        ];
        let expected = expected.map(|(name, help, value)| Counter {
            name: name.to_owned(),
            help,
            value: value.to_owned(),
        });
        let (store, now) = (MemoryStore::default(), Timestamp::UNIX_EPOCH);
        let counted = Increment::of("row", counted.chain(histogram));
        at_once(store.write(&[counted.into()], now)).unwrap();
        assert_eq!(at_once(counters(&store, now)).unwrap(), expected);
    }
}
