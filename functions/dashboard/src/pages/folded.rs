//! Many alarms in few words: those whose names begin alike are one. Pure.

use serde::Serialize;
use shared::domain::escalation::{Alarm, Incident};
use shared::domain::text::{alarm_name, count};

/// Up to so many alarms are named one by one.
const NAMED: usize = 5;
/// How many are named if more go on whose names have nothing in common.
const NAMED_OF_MANY: usize = 3;
/// Where a name may be cut.
const SEPARATORS: [char; 7] = ['-', '_', '.', '/', ':', ' ', '#'];

/// Names what an incident is about: the alarms that go on, or all of them if none does.
pub(super) fn what(incident: &Incident) -> String {
    let mut alarms: Vec<&Alarm> = incident.open_alarms().collect();
    if alarms.is_empty() {
        alarms = incident.alarms.iter().collect();
    }
    in_words(
        &alarms.into_iter().map(Named::from).collect::<Vec<_>>(),
        incident.more_alarms as usize,
    )
}

/// An alarm's name and reason.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) reason: &'a str,
}

impl<'a> From<&'a Alarm> for Named<'a> {
    fn from(alarm: &'a Alarm) -> Named<'a> {
        Named { name: &alarm.name, reason: &alarm.reason }
    }
}

/// These alarms, and so many without a name, in words: `30 alarms, 29 named prod-worker-… with the same reason`.
pub(super) fn in_words(alarms: &[Named<'_>], unnamed: usize) -> String {
    let all = alarms.len() + unnamed;
    let named = |number: usize| {
        let names = alarms.iter().take(number).map(|alarm| alarm_name(alarm.name));
        names.collect::<Vec<_>>().join(", ")
    };
    if all <= NAMED {
        let more = if unnamed > 0 { format!(" and {unnamed} more") } else { String::new() };
        return named(all) + &more;
    }
    let Some(group) = largest_group(alarms) else {
        let shown = alarms.len().min(NAMED_OF_MANY);
        return match shown {
            0 => count(all, "alarm"),
            _ => format!("{}: {} and {} more", count(all, "alarm"), named(shown), all - shown),
        };
    };
    let reason = if group.reason.is_some() { " with the same reason" } else { "" };
    let number = if group.count == all { String::new() } else { format!(", {}", group.count) };
    format!("{}{number} named {}…{reason}", count(all, "alarm"), group.prefix)
}

/// Why these alarms went off: the reason of all, or of those that [`in_words`] says have the same one; of a few each one's
/// own.
pub(super) fn reasons(alarms: &[Named<'_>]) -> String {
    let first = alarms.first().map_or("", |alarm| alarm.reason);
    if alarms.iter().all(|alarm| alarm.reason == first) {
        return first.to_owned();
    }
    if alarms.len() > NAMED {
        return largest_group(alarms).and_then(|group| group.reason).unwrap_or_default().to_owned();
    }
    let own = alarms.iter().filter(|alarm| !alarm.reason.is_empty());
    let own = own.map(|alarm| format!("{}: {}", alarm_name(alarm.name), alarm.reason));
    own.collect::<Vec<_>>().join("; ")
}

/// Alarms whose names begin alike.
struct Group<'a> {
    prefix: &'a str,
    count: usize,
    /// The reason of all of them.
    reason: Option<&'a str>,
}

/// The alarms, half of them at least, that have the most of their names in common.
fn largest_group<'a>(alarms: &[Named<'a>]) -> Option<Group<'a>> {
    let mut prefixes: Vec<&'a str> = alarms.iter().flat_map(|alarm| prefixes(alarm.name)).collect();
    prefixes.sort_unstable();
    let alike = prefixes.chunk_by(|a, b| a == b);
    let many = alike.filter(|same| same.len() > 1 && same.len() * 2 >= alarms.len());
    let prefix = many.max_by_key(|same| (same.len() * same[0].len(), same[0].len()))?[0];
    let mut reasons: Vec<&str> = Vec::new();
    reasons.extend(
        alarms.iter().filter(|alarm| alarm.name.starts_with(prefix)).map(|alarm| alarm.reason),
    );
    let reason = reasons.first().copied().filter(|first| !first.is_empty());
    let reason = reason.filter(|first| reasons.iter().all(|reason| reason == first));
    Some(Group { prefix, count: reasons.len(), reason })
}

/// The beginnings of a name that end with a separator.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices(SEPARATORS).map(|(at, separator)| &name[..at + separator.len()])
}

/// Alarms as a page lists them: one, or many behind one line.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    /// What stands for many.
    name: Option<String>,
    /// The reason of all of them.
    reason: &'a str,
    alarms: Vec<&'a Alarm>,
    /// How many of them go on.
    on: usize,
}

/// The alarms of an incident: those whose names begin alike are one row if there are more than five alarms.
pub(super) fn rows(incident: &Incident) -> Vec<Row<'_>> {
    let alarms: Vec<&Alarm> = incident.alarms.iter().collect();
    if alarms.len() <= NAMED {
        return alarms.into_iter().map(|alarm| row(None, "", vec![alarm])).collect();
    }
    let named: Vec<Named<'_>> = alarms.iter().copied().map(Named::from).collect();
    let group = largest_group(&named);
    let prefix = group.as_ref().map(|group| group.prefix);
    let is_folded = |alarm: &&Alarm| prefix.is_some_and(|prefix| alarm.name.starts_with(prefix));
    let (alike, rest): (Vec<&Alarm>, Vec<&Alarm>) = alarms.into_iter().partition(is_folded);
    let mut rows: Vec<Row<'_>> = Vec::new();
    if let Some(Group { prefix, count, reason }) = group {
        rows.push(row(Some(format!("{count} named {prefix}…")), reason.unwrap_or_default(), alike));
    }
    // What has nothing in common is folded too, once it is many.
    if rest.len() > NAMED {
        let name = if prefix.is_some() { "others" } else { "alarms" };
        rows.push(row(Some(format!("{} {name}", rest.len())), "", rest));
    } else {
        rows.extend(rest.into_iter().map(|alarm| row(None, "", vec![alarm])));
    }
    rows
}

fn row<'a>(name: Option<String>, reason: &'a str, alarms: Vec<&'a Alarm>) -> Row<'a> {
    let on = alarms.iter().filter(|alarm| alarm.recovered_at.is_none()).count();
    Row { name, reason, alarms, on }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentence(alarms: &[(String, &str)], unnamed: usize) -> String {
        let named = alarms.iter().map(|(name, reason)| Named { name, reason });
        in_words(&named.collect::<Vec<_>>(), unnamed)
    }

    #[test]
    fn many_alarms_are_few_words() {
        let workers = |number: usize, reason: &'static str| -> Vec<(String, &str)> {
            (1..=number).map(|at| (format!("prod-worker-{at:02}"), reason)).collect()
        };
        let mut thirty = workers(29, "no heartbeat");
        assert_eq!(sentence(&thirty, 0), "29 alarms named prod-worker-… with the same reason");
        thirty.push(("prod-db".to_owned(), "slow"));
        let expected = "30 alarms, 29 named prod-worker-… with the same reason";
        assert_eq!(sentence(&thirty, 0), expected);
        thirty[3].1 = "another";
        assert_eq!(sentence(&thirty, 10), "40 alarms, 29 named prod-worker-…");
        assert_eq!(sentence(&workers(2, ""), 0), "prod-worker-01, prod-worker-02");
        assert_eq!(sentence(&workers(2, ""), 1), "prod-worker-01, prod-worker-02 and 1 more");
        let strangers = ["disk", "cpu", "net", "a b", "c-d", "e"].map(|name| (name.to_owned(), ""));
        assert_eq!(sentence(&strangers, 0), "6 alarms: disk, cpu, net and 3 more");
        assert_eq!(sentence(&[], 9), "9 alarms");
    }

    #[test]
    fn reasons_are_those_that_the_words_speak_of() {
        let why = |alarms: &[(&str, &str)]| {
            let named = alarms.iter().map(|(name, reason)| Named { name, reason });
            reasons(&named.collect::<Vec<_>>())
        };
        assert_eq!(why(&[]), "");
        assert_eq!(why(&[("a", "slow"), ("b", "slow")]), "slow");
        assert_eq!(why(&[("a", "slow"), ("b", ""), ("c", "full")]), "a: slow; c: full");
        let workers = ["w-1", "w-2", "w-3", "w-4", "w-5"].map(|name| (name, "no heartbeat"));
        assert_eq!(why(&[&workers[..], &[("db", "slow")]].concat()), "no heartbeat");
        assert_eq!(why(&[&workers[..], &[("w-6", "slow")]].concat()), "");
    }

    proptest! {
        #[test]
        fn any_names_are_said(names in prop::collection::vec("[a-b é.:-]{0,8}", 0..12), unnamed in 0_usize..9) {
            let alarms: Vec<_> = names.into_iter().map(|name| (name, "")).collect();
            let text = sentence(&alarms, unnamed);
            let all = alarms.len() + unnamed;
            prop_assert!(all <= NAMED || text.starts_with(&format!("{all} alarms")), "{}", text);
        }
    }
}
