//! Notices to the owner of an incident about its alarms, told again without the product's help: nothing that joins goes
//! unnamed, texts keep their distance, and what is back after its end is told, or called for.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::escalation::{
    Alarm, Effect, Entry, Event, Incident, IncidentId, Phase, TextAbout,
};
use shared::jobs::escalate::acts::{AT_THE_COMMAND_LINE, ON_THE_PAGE};
use shared::storage::records::{StoredIncident, Task};

use crate::world::{What, World};

const PAUSE: i64 = 300_000;
const HOUR: i64 = 3_600_000;

/// The knowledge of an owner.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knows {
    /// Since when the alarms wait that they are still to be told of.
    untold: BTreeMap<String, i64>,
    /// When each of those who had it was last told what joined.
    joined_at: BTreeMap<String, i64>,
    /// When they were told that it is back.
    back_at: Vec<i64>,
    /// They were told that it is over, and it is not.
    believes_over: bool,
    reopened_at: Option<i64>,
    /// When alarms counted as joined.
    counted: BTreeMap<String, i64>,
}

fn must(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}

/// The texts that are asked for in this write.
fn new_texts<'a>(
    old: Option<&StoredIncident>,
    new: &'a StoredIncident,
) -> Vec<(&'a str, &'a TextAbout)> {
    let text = |task: &'a Task| match task {
        Task::Effect(Effect::Text { person, about, .. }) => Some((person.as_str(), about)),
        _ => None,
    };
    let is_new =
        |task: &&Task| !old.is_some_and(|old| old.to_do.iter().any(|to_do| to_do.task == **task));
    new.to_do.iter().map(|to_do| &to_do.task).filter(is_new).filter_map(text).collect()
}

fn owner(incident: &Incident) -> Option<(String, bool)> {
    incident.taken_by().map(|owner| (owner.person.clone(), owner.outside))
}

fn alarm_named<'a>(before: &'a Incident, name: &str) -> Option<&'a Alarm> {
    before.alarms.iter().find(|alarm| alarm.name == name)
}

impl World {
    /// An incident was written: was its owner told what they have to be told?
    pub(crate) fn check_owner(
        &mut self,
        old: Option<&StoredIncident>,
        new: &StoredIncident,
        entries: &[&Entry],
    ) -> Result<(), String> {
        let incident = &new.incident;
        let before = old.map(|old| &old.incident).filter(|before| before.id == incident.id);
        let texts = new_texts(old.filter(|_| before.is_some()), new);
        self.watch.texts.entry(incident.id.clone()).or_default().0 += texts.len() as u32;
        let mut knows = self.watch.knows.remove(&incident.id).unwrap_or_default();
        let judged = match before {
            Some(before) => self.check_news(before, incident, entries, &texts, &mut knows),
            None => Ok(()),
        };
        self.watch.knows.insert(incident.id.clone(), knows);
        judged
    }

    fn check_news(
        &mut self,
        before: &Incident,
        incident: &Incident,
        entries: &[&Entry],
        texts: &[(&str, &TextAbout)],
        knows: &mut Knows,
    ) -> Result<(), String> {
        let has = |wanted: fn(&Event) -> bool| entries.iter().any(|entry| wanted(&entry.event));
        let called =
            has(|event| matches!(event, Event::CalledBack { .. } | Event::RoundAgain { .. }));
        for entry in entries {
            match &entry.event {
                Event::Joined { alarm, .. } => self.note_joined(before, entry, alarm, knows),
                Event::Reopened { alarm, .. } if before.phase == Phase::Taken => {
                    self.check_reopened(before, entry, alarm, called, texts, knows)?;
                }
                Event::CalledBack { .. } => {
                    let long = before.ended_at.map(|at| entry.at.duration_since(at).as_millis());
                    must(long.is_some_and(|long| long > 60_000), "called, and it was hardly over")?;
                }
                Event::RoundAgain { .. }
                    if before.taken_by().is_some() && before.ended_at.is_none() =>
                {
                    let roster = self.watch.roster(&incident.policy.name);
                    let calls = roster.is_some_and(|roster| roster.calls_on_new_alarm);
                    must(calls, "what joins calls, and was not to")?;
                }
                Event::OwnerNotified { alarms, person, .. } => {
                    knows.saw_text(alarms, self.now, person)?;
                }
                _ => {}
            }
        }
        self.check_texts(before, incident, texts, knows, &has)?;
        if incident.taken_by().is_none() || has(|event| matches!(event, Event::Taken { .. })) {
            // Whoever takes it hears it in the call, or sees it in Slack; that it was over is no news of theirs.
            (knows.untold, knows.believes_over) = (BTreeMap::new(), false);
            knows.reopened_at = None;
            knows.counted.clear();
        }
        if incident.ended_at.is_some() {
            let untold = std::mem::take(&mut knows.untold);
            let told = untold.is_empty()
                || knows.believes_over
                || owner(incident).is_some_and(|(_, outside)| outside);
            if !told {
                return Err(format!("it is over, and what joined was never named: {untold:?}"));
            }
        }
        Ok(())
    }

    /// An alarm joined: if it is event to its owner, they have to be told.
    fn note_joined(&mut self, before: &Incident, entry: &Entry, name: &str, knows: &mut Knows) {
        if before.taken_by().is_none()
            || before.silenced_until.is_some() && alarm_named(before, name).is_some()
        {
            return;
        }
        let at = entry.at.as_millisecond();
        let window = before.policy.flap_window.as_millis() as i64;
        let recovered = alarm_named(before, name).and_then(|alarm| alarm.recovered_at);
        let recovered = recovered.map(|at| at.as_millisecond());
        let flaps = recovered.is_some_and(|recovered| at - recovered <= window);
        let was_told_over =
            recovered.zip(knows.reopened_at).is_some_and(|(at, reopened)| at <= reopened);
        let counted = knows.counted.get(name).is_some_and(|counted| at - counted < PAUSE);
        if !counted && (!flaps || was_told_over) {
            knows.counted.insert(name.to_owned(), at);
            knows.untold.insert(name.to_owned(), at);
            self.watch.totals.joined_taken += 1;
            if self.known.prompt() {
                let id = before.id.clone();
                self.after(PAUSE + 25_000, What::Untold(id, name.to_owned(), at));
            }
        }
    }

    /// What was over is back.
    fn check_reopened(
        &mut self,
        before: &Incident,
        entry: &Entry,
        name: &str,
        called: bool,
        texts: &[(&str, &TextAbout)],
        knows: &mut Knows,
    ) -> Result<(), String> {
        let at = entry.at.as_millisecond();
        knows.reopened_at = Some(at);
        let Some((person, outside)) = owner(before) else { return Ok(()) };
        let names_it = |(to, about): &(&str, &TextAbout)| {
            matches!(about, TextAbout::Reopened { alarms, .. } if alarms.iter().any(|alarm| alarm == name))
                && *to == person
        };
        let told = texts.iter().any(names_it);
        self.watch.totals.back_told += u64::from(told);
        let lately = knows.back_at.iter().filter(|told| at - **told < HOUR).count();
        let in_pauses = lately >= 6 && knows.back_at.last().is_some_and(|last| at - last < PAUSE);
        must(told || called || outside || in_pauses, "it is back, and its owner does not know")?;
        knows.believes_over = !told && !called && !outside;
        knows.counted.insert(name.to_owned(), at);
        if knows.believes_over {
            knows.untold.insert(name.to_owned(), at);
        }
        // Only what recovered comes back.
        let recovered = alarm_named(before, name).is_none_or(|alarm| alarm.recovered_at.is_some());
        let long = before.ended_at.is_some_and(|ended| at - ended.as_millisecond() > 60_000);
        let most = self.watch.plan.most_calls;
        let too_often = self.calls_since(&person, at - HOUR - 60_000) >= most;
        must(
            !(recovered && long) || called || too_often,
            "it was over for long, and nobody is called",
        )
    }

    fn check_texts(
        &mut self,
        before: &Incident,
        incident: &Incident,
        texts: &[(&str, &TextAbout)],
        knows: &mut Knows,
        has: &dyn Fn(fn(&Event) -> bool) -> bool,
    ) -> Result<(), String> {
        for (person, about) in texts {
            match about {
                TextAbout::Joined { alarms, more } => {
                    self.watch.totals.joined_told += 1;
                    // What goes with the end is the last word on it.
                    if incident.ended_at.is_some() {
                        knows.joined_at.remove(*person);
                    }
                    knows.saw_text(alarms, self.now, person)?;
                    knows.told_how_many(*more);
                }
                TextAbout::Reopened { alarms, more } => {
                    knows.back_at.push(self.now);
                    knows.believes_over = false;
                    knows.untold.retain(|name, _| !alarms.contains(name));
                    knows.told_how_many(*more);
                }
                TextAbout::Missed | TextAbout::Taken | TextAbout::Resolved => {}
            }
        }
        let is_sent = |wanted: &TextAbout| texts.iter().any(|(_, about)| *about == wanted);
        let by_key = incident
            .attempts
            .iter()
            .filter(|attempt| attempt.outcome == Some(shared::domain::escalation::Outcome::Taken))
            .count()
            > before
                .attempts
                .iter()
                .filter(|attempt| {
                    attempt.outcome == Some(shared::domain::escalation::Outcome::Taken)
                })
                .count();
        must(
            is_sent(&TextAbout::Taken) == by_key,
            "taken by a key, and no text, or the other way round",
        )?;
        let ends = has(|event| match event {
            Event::Resolved { .. } | Event::NothingChanged { .. } => true,
            // Who says so themselves knows it.
            Event::ResolvedByHand { person, .. } => {
                [ON_THE_PAGE, AT_THE_COMMAND_LINE].contains(&person.as_str())
            }
            _ => false,
        });
        let inside = owner(incident).is_some_and(|(_, outside)| !outside);
        let back: BTreeSet<&String> = knows.untold.keys().collect();
        let knows_it = knows.believes_over
            && back.iter().all(|name| {
                alarm_named(before, name)
                    .is_some_and(|alarm| alarm.joined.is_some_and(|joined| joined.back))
            });
        must(
            is_sent(&TextAbout::Resolved) == (ends && inside && !knows_it),
            "it is over, and that is not told, or told for nothing",
        )?;
        if is_sent(&TextAbout::Resolved) {
            (knows.untold, knows.believes_over) = (BTreeMap::new(), false);
        }
        Ok(())
    }

    /// An alarm joined five minutes ago, and nothing went wrong.
    pub(crate) fn check_untold(&mut self, id: &IncidentId, name: &str, since: i64) {
        let waits =
            self.watch.knows.get(id).is_some_and(|knows| knows.untold.get(name) == Some(&since));
        if waits {
            self.fail(format!("{name} joined {id} five minutes ago, and its owner does not know"));
        }
    }
}

impl Knows {
    /// Of more than a text can name it says how many they are.
    fn told_how_many(&mut self, more: u32) {
        for _ in 0..more {
            self.untold.pop_first();
        }
    }

    fn saw_text(&mut self, alarms: &[String], now: i64, person: &str) -> Result<(), String> {
        let last = self.joined_at.insert(person.to_owned(), now);
        // A decision is written a moment later.
        if let Some(at) = last.filter(|at| now - at < PAUSE - 15_000) {
            return Err(format!("told what joined twice within {} ms", now - at));
        }
        self.untold.retain(|name, _| !alarms.contains(name));
        Ok(())
    }
}
