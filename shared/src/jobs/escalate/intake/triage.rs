//! Sets aside what calls nobody, before any policy is asked: in few steps, however many alarms come in one body.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::super::alarm_result::AlarmResult;
use super::Intake;
use super::configured::configured;
use super::shape::fingerprint;
use super::verdict::{
    Configured, Note, Part, Verdict, decide, decide_malformed, needs_note, reason_of,
};
use crate::Error;
use crate::config::Settings;
use crate::domain::alarm::{Change, Kind, Malformed, State};
use crate::domain::routes::Line;
use crate::domain::text::mask_e164;
use crate::jobs::escalate::transaction::put;
use crate::storage::dead_letters::{self, PUTS_PER_LETTER};
use crate::storage::records::{self, RETENTION};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Put, Record, writes};

/// How many dead letters of one alarm are written together with what is remembered of it.
const MAX_LETTERS: usize = 20;

/// The parts of a body, each with its place in it.
type Parts = Vec<(usize, Part)>;

/// The parts of a request while it is decided what becomes of them.
pub(super) struct Triage<'a> {
    pub(super) settings: &'a Settings,
    /// A person sent it again.
    replayed: bool,
    /// The parts that are not decided yet.
    left: Parts,
    /// The keys of alarms that no policy is for, and that go on in an open incident.
    going_on: BTreeSet<String>,
    /// The changes that are for a policy.
    taken: Vec<(usize, Change)>,
    /// The results of the others, by their places.
    pub(super) results: BTreeMap<usize, AlarmResult>,
    /// Why dead letters are kept, and which alarms' actions are disabled: one line for Slack each.
    pub(super) lines: Vec<Line>,
    pub(super) letters: Vec<String>,
}

/// Records that are written together: what is remembered of one alarm, and its dead letters.
pub(super) struct Unit {
    puts: Vec<Put>,
    parts: Parts,
}

fn note_key(part: &Part) -> Key {
    match part {
        Ok(change) => records::note(&format!("alarm {}", change.key)),
        Err(Malformed { kind: Kind::Truncated { group, .. }, .. }) => {
            records::note(&format!("group {group}"))
        }
        Err(Malformed { body, whole, kind: Kind::Unknown, .. }) => {
            let whole = whole.as_deref().unwrap_or(body);
            records::note(&format!("shape {}", fingerprint(whole)))
        }
    }
}

/// Where the note about the whole alarm is, if these are about one series of an alarm on several: its actions are enabled
/// or disabled together.
fn whole_alarm(parts: &Parts) -> Option<Key> {
    let (_, Ok(change)) = parts.first()? else { return None };
    let at = change.key.find(&format!("{}#", change.name))?;
    Some(records::note(&format!("alarm {}", &change.key[..at + change.name.len()])))
}

impl Intake<'_> {
    /// Decides about what is left, with what is remembered of it. Gives what is to be written, alarm by alarm.
    pub(super) async fn triage(&self, triage: &mut Triage<'_>) -> Result<Vec<Unit>, Error> {
        let mut by_key: Vec<(Key, Parts)> = Vec::new();
        let mut places: HashMap<Key, usize> = HashMap::new();
        for (at, part) in std::mem::take(&mut triage.left) {
            if triage.decides_alone(at, &part) {
                continue;
            }
            let key = note_key(&part);
            let place = *places.entry(key.clone()).or_insert_with(|| {
                by_key.push((key, Vec::new()));
                by_key.len() - 1
            });
            by_key[place].1.push((at, part));
        }
        let sought = by_key.iter().filter_map(|(_, parts)| triage.without_policy(parts));
        triage.going_on = self.going_on(sought.collect()).await?;
        let now = self.work.now;
        let mut units = Vec::new();
        let has_series = by_key.iter().any(|(_, parts)| whole_alarm(parts).is_some());
        for chunk in by_key.chunks(if has_series {
            MAX_TRANSACTION_ITEMS / 2
        } else {
            MAX_TRANSACTION_ITEMS
        }) {
            let mut keys: Vec<Key> = chunk
                .iter()
                .flat_map(|(key, parts)| std::iter::once(key.clone()).chain(whole_alarm(parts)))
                .collect();
            keys.sort();
            keys.dedup();
            let records = self.work.store().load(&keys, now).await?;
            let record = |key: &Key| records.get(keys.binary_search(key).ok()?)?.as_ref();
            for (key, parts) in chunk {
                let whole = whole_alarm(parts).map(|whole| read(record(&whole)));
                triage.decide(key, parts, record(key), whole, now, &mut units);
            }
        }
        Ok(units)
    }

    /// Writes in few transactions. Gives whether all of it is written: what others wrote about meanwhile is left.
    pub(super) async fn write_units(
        &self,
        triage: &mut Triage<'_>,
        units: Vec<Unit>,
    ) -> Result<bool, Error> {
        let mut units = units.into_iter().peekable();
        while let Some(first) = units.next() {
            let mut group = vec![first];
            let mut puts = group[0].puts.clone();
            while let Some(next) = units.peek() {
                let count = puts.len();
                puts.extend(next.puts.clone());
                if dead_letters::many_at_once(&puts) < puts.len() {
                    puts.truncate(count);
                    break;
                }
                group.extend(units.next());
            }
            match self.work.store().write(&writes(puts), self.work.now).await {
                Ok(()) => {}
                Err(Error::Conflict { .. }) => {
                    triage.left.extend(group.into_iter().flat_map(|unit| unit.parts));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(triage.left.is_empty())
    }
}

fn read(record: Option<&Record>) -> Note {
    let note = record.and_then(|record| {
        serde_json::from_str(&record.body)
            .inspect_err(|error| tracing::error!(%error, "a note of an alarm cannot be read"))
            .ok()
    });
    note.unwrap_or_default()
}

impl<'a> Triage<'a> {
    pub(super) fn new(parts: Vec<Part>, settings: &'a Settings, replayed: bool) -> Triage<'a> {
        Triage {
            settings,
            replayed,
            left: parts.into_iter().enumerate().collect(),
            going_on: BTreeSet::new(),
            taken: Vec::new(),
            results: BTreeMap::new(),
            lines: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// Takes the changes that are for a policy, in the request's order.
    pub(super) fn taken(&mut self) -> Vec<(usize, Change)> {
        let mut taken = std::mem::take(&mut self.taken);
        taken.sort_by_key(|(at, _)| *at);
        taken
    }

    /// Decides about a change once more: the incident that its alarm went on in is over by now.
    pub(super) fn put_back(&mut self, at: usize, change: Change) {
        self.left.push((at, Ok(change)));
    }

    /// Returns the first change of an alarm without a policy: it is to be looked for in open incidents.
    fn without_policy(&self, parts: &Parts) -> Option<(usize, Change)> {
        let may_go_on = |change: &&Change| {
            let configured = configured(self.settings, &change.name);
            matches!(change.state, State::Alarm | State::NoData)
                && !configured.has_policy
                && configured.ignored.is_none()
        };
        let mut changes = parts.iter().filter_map(|(at, part)| Some((*at, part.as_ref().ok()?)));
        changes.find(|(_, change)| may_go_on(change)).map(|(at, change)| (at, change.clone()))
    }

    /// What the configuration says of a change's alarm. The policy of the incident that it goes on in is for it too.
    fn configured(&self, change: &Change) -> Configured<'a> {
        let configured = configured(self.settings, &change.name);
        let has_policy = configured.has_policy || self.going_on.contains(&change.key);
        Configured { has_policy, ..configured }
    }

    /// Decides about a part of which nothing needs to be remembered. Gives whether it is one.
    fn decides_alone(&mut self, at: usize, part: &Part) -> bool {
        let Ok(change) = part else { return false };
        let configured = configured(self.settings, &change.name);
        if needs_note(change, configured) {
            return false;
        }
        let (verdict, _) = decide(change.clone(), configured, &Note::default(), self.replayed);
        self.decided(at, part, verdict);
        true
    }

    /// Decides about all that a request says of one alarm, and adds what is to be written.
    fn decide(
        &mut self,
        key: &Key,
        parts: &Parts,
        record: Option<&Record>,
        whole: Option<Note>,
        now: Timestamp,
        units: &mut Vec<Unit>,
    ) {
        let before = read(record);
        // The same after a crash, another one after the next change: the forwarder says a line once a day.
        let revision = record.map_or(0, |record| record.revision);
        let again = if self.replayed { now.to_string() } else { String::new() };
        let id = crate::hex(&Sha256::digest(format!("{} {revision} {again}", key.sk))[..8]);
        let (mut note, mut letters) = (before.clone(), Vec::new());
        if let Some(whole) = &whole {
            note.actions = whole.actions;
        }
        for (at, part) in parts {
            let (verdict, then) = match part {
                Ok(change) => {
                    let configured = self.configured(change);
                    decide(change.clone(), configured, &note, self.replayed)
                }
                Err(malformed) => {
                    let (is_new, then) = decide_malformed(&malformed.kind, &note, self.replayed);
                    (Verdict::NoPolicy(is_new), then)
                }
            };
            note = then;
            letters.extend(self.reports(part, &verdict, &id, now));
            self.decided(*at, part, verdict);
        }
        if whole.is_some() {
            note.actions = before.actions;
        }
        let mut puts: Vec<Put> = dead_letters::puts(&letters, now);
        // One request may say the same of one alarm thousands of times: its first letters go ahead.
        while puts.len() > MAX_LETTERS * PUTS_PER_LETTER {
            let rest = puts.split_off(MAX_LETTERS * PUTS_PER_LETTER);
            units.push(Unit { puts: std::mem::replace(&mut puts, rest), parts: Vec::new() });
        }
        if note != before {
            puts.push(put(key.clone(), &note, record, now.checked_add(RETENTION).ok()));
        }
        if !puts.is_empty() {
            units.push(Unit { puts, parts: parts.clone() });
        }
    }

    fn decided(&mut self, at: usize, part: &Part, verdict: Verdict) {
        let alarm = part.as_ref().map(|change| mask_e164(&change.name)).unwrap_or_default();
        let heard = match verdict {
            Verdict::Take(change) => return self.taken.push((at, change)),
            Verdict::Nothing => AlarmResult::Nothing { alarm },
            Verdict::Quiet(reason) => {
                tracing::info!(alarm, "an alarm calls nobody");
                AlarmResult::Quiet { alarm, reason }
            }
            Verdict::Ignored(reason) => {
                tracing::debug!(alarm, "an alarm is ignored");
                AlarmResult::Ignored { alarm, reason }
            }
            Verdict::Disabled(since, _) => {
                tracing::info!(alarm, %since, "an alarm calls nobody: its actions are disabled");
                AlarmResult::Disabled { alarm, since }
            }
            Verdict::NoPolicy(is_new) => {
                let understood = match part {
                    Ok(_) => true,
                    Err(malformed) => malformed.kind != Kind::Unknown,
                };
                AlarmResult::DeadLetter { reason: reason_of(part), understood, is_new }
            }
        };
        self.results.insert(at, heard);
    }
}
