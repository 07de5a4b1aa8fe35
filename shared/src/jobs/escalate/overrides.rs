//! Somebody takes over on call for a while: on the page, or at the command line. Slack is told, once.
//!
//! Whoever asks writes it at once, and is answered with what is kept: nothing is called for it, and the next look at an
//! incident finds it.

use jiff::Timestamp;

use super::work::Work;
use crate::Error;
use crate::config::file::{Config, Escalation, Roster};
use crate::domain::routes::Line;
use crate::domain::schedule::{Asked, Known, NotMade, Schedule, StoredOverride, StoredOverrides};
use crate::domain::text::{SlackContext, cut_section, escape, local_day};
use crate::storage::messages::{Lines, Task};
use crate::storage::{Queue, QueueName, Store, overrides};

/// How often the record is read again that somebody else has written meanwhile.
const MAX_RACES: u32 = 10;
/// How many are named in whose place somebody is on call.
const MAX_NAMED: usize = 3;

/// Who does it, and where.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The overrides.
    pub store: &'a dyn Store,
    /// For Slack.
    pub queue: &'a dyn Queue,
    /// The people and schedules.
    pub config: &'a Config,
    /// Who asks, as people are told.
    pub by: &'a str,
}

impl Place<'_> {
    /// Has somebody take over on call, and gives the override as it is kept.
    ///
    /// # Errors
    /// The store or the queue does not answer, or others write all the time.
    pub async fn take_over(
        &self,
        asked: &Asked,
        now: Timestamp,
    ) -> Result<Result<StoredOverride, NotMade>, Error> {
        let escalation = &self.config.escalation;
        let has_person = |name: &str| escalation.people.contains_key(name);
        let known = Known { schedules: &escalation.schedules, has_person: &has_person };
        let mut races = 0;
        loop {
            let read = overrides::open(self.store, now).await?;
            let (after, made) = match read.overrides.make(asked, self.by, known, now) {
                Ok(made) => made,
                Err(why) => return Ok(Err(why)),
            };
            if after == read.overrides {
                return Ok(Ok(made));
            }
            // It is queued before it is stored: queued twice, it is one line.
            self.tell(&made, "made", &said(escalation, &read.overrides, &made)).await?;
            match read.write(self.store, &after, now).await {
                Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
                written => return written.map(|()| Ok(made)),
            }
        }
    }

    /// Removes the override of this id; `None` if there is none that is not over.
    ///
    /// # Errors
    /// The same.
    pub async fn remove(&self, id: &str, now: Timestamp) -> Result<Option<StoredOverride>, Error> {
        let escalation = &self.config.escalation;
        let mut races = 0;
        loop {
            let read = overrides::open(self.store, now).await?;
            let Some((after, removed)) = read.overrides.remove(id, self.by, now) else {
                return Ok(None);
            };
            self.tell(&removed, "removed", &said_removed(escalation, &removed, self.by)).await?;
            match read.write(self.store, &after, now).await {
                Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
                written => return written.map(|()| Some(removed)),
            }
        }
    }

    /// Tells the channels of the policies that call by this schedule; if there are none, the first channel.
    async fn tell(&self, over: &StoredOverride, what: &str, text: &str) -> Result<(), Error> {
        for channel in channels(self.config, &over.schedule) {
            let line = Line {
                event_type: "override".to_owned(),
                event_id: format!("{} {what}", over.id),
                route: over.schedule.clone(),
                text: cut_section(text),
                failed: false,
                asks: false,
            };
            let lines = Lines::new(channel.clone(), over.at, vec![line]);
            for lines in lines.split() {
                let body = Task::Lines(lines).to_body();
                self.queue.send(QueueName::Slack, body, &channel, None).await?;
            }
        }
        Ok(())
    }
}

fn channels(config: &Config, schedule: &str) -> Vec<String> {
    let escalation = &config.escalation;
    let mut channels: Vec<String> = Vec::new();
    for policy in escalation.policies_at(Timestamp::UNIX_EPOCH) {
        let by_it = matches!(escalation.roster(&policy.name), Some(Roster::OnCall { schedule: of, .. }) if of == schedule);
        if by_it && !channels.contains(&policy.channel) {
            channels.push(policy.channel);
        }
    }
    if channels.is_empty() {
        let all = config.routes.channels();
        let first = all.iter().find(|channel| *channel == "default").or(all.first());
        channels.extend(first.cloned());
    }
    channels
}

/// In whose place somebody is on call, in the order of their shifts.
fn instead_of(schedule: &Schedule, over: &StoredOverride) -> Vec<String> {
    let mut others: Vec<String> = Vec::new();
    for shift in schedule.shifts(over.from, over.until) {
        for person in shift.people {
            if person != over.person && !others.contains(&person) {
                others.push(person);
            }
        }
    }
    others
}

/// Who it is about: whoever is on call by it is mentioned.
fn mention(escalation: &Escalation, person: &str) -> String {
    SlackContext { base_url: None, people: &escalation.people }.mention(person)
}

fn said(escalation: &Escalation, before: &StoredOverrides, over: &StoredOverride) -> String {
    let escalation = escalation.with_overrides(before);
    let schedule = escalation.schedules.get(&over.schedule);
    let others = schedule.map(|schedule| instead_of(schedule, over)).unwrap_or_default();
    let named: Vec<String> = others.iter().take(MAX_NAMED).map(|name| escape(name)).collect();
    let instead = match (named.len(), others.len().saturating_sub(MAX_NAMED)) {
        (0, _) => String::new(),
        (_, 0) => format!(" instead of {}", named.join(", ")),
        (_, more) => format!(" instead of {} and {more} more", named.join(", ")),
    };
    format!(
        ":arrows_counterclockwise: {} is on call in {}{instead} from {} until {}: *{}* said so",
        mention(&escalation, &over.person),
        escape(&over.schedule),
        local_day(over.from),
        local_day(over.until),
        escape(&over.by)
    )
}

fn said_removed(escalation: &Escalation, over: &StoredOverride, by: &str) -> String {
    format!(
        ":leftwards_arrow_with_hook: *{}* took back that {} is on call in {} from {} until {}",
        escape(by),
        mention(escalation, &over.person),
        escape(&over.schedule),
        local_day(over.from),
        local_day(over.until)
    )
}

impl Work<'_> {
    /// The overrides that may say whom a policy calls. Nobody is left uncalled because they cannot be read: then the file
    /// alone says who is on call.
    pub(super) async fn overrides_of(&self, policy: &str) -> StoredOverrides {
        let roster = self.settings.config.escalation.roster(policy);
        if !matches!(roster, Some(Roster::OnCall { .. })) {
            return StoredOverrides::default();
        }
        overrides::read_or_none(self.store(), self.now).await
    }
}

#[cfg(test)]
mod tests;
