//! Somebody takes over on call for a while: on the page, or at the command line. Slack is told, once.
//!
//! Whoever asks writes it at once, and is answered with what is kept: nothing is called for it, and the next look at an
//! incident finds it.

use jiff::Timestamp;

use super::work::Work;
use crate::config::file::{Config, Escalation, Roster};
use crate::domain::routes::Line;
use crate::domain::schedule::{
    Asked, ConfiguredNames, NotMade, Schedule, StoredOverride, StoredOverrides,
};
use crate::domain::text::{SlackContext, cut_section, escape, local_day};
use crate::storage::messages::Lines;
use crate::storage::{Queue, Store, overrides};
use crate::{Error, random};

/// How often the record is read again that somebody else has written meanwhile.
const MAX_RACES: u32 = 10;
/// How many are named in whose place somebody is on call.
const MAX_NAMED: usize = 3;

/// The overrides that were removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The overrides that were not over.
    pub removed: Vec<StoredOverride>,
    /// The text of the record, if nobody can read it: that is lost, whatever it was.
    pub unread: Option<String>,
}

/// The things that an override is made or removed with, and the person who asks.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The overrides.
    pub store: &'a dyn Store,
    /// For Slack.
    pub queue: &'a dyn Queue,
    /// The people and schedules.
    pub config: &'a Config,
    /// The person who asks, as people are told.
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
        let known = ConfiguredNames { schedules: &escalation.schedules, has_person: &has_person };
        // The same however often it is tried: what is told of it is told once.
        let id = crate::hex(&random::bytes::<6>()?);
        let mut races = 0;
        loop {
            let read = overrides::open(self.store, now).await?;
            if read.unread.is_some() {
                return Ok(Err(NotMade::Unread));
            }
            let before = &read.overrides;
            let made = match before.overrides.iter().find(|over| over.id == id) {
                // Our own write landed, though its answer said otherwise.
                Some(landed) => Ok((before.clone(), landed.clone())),
                None => before.make(&id, asked, self.by, known, now),
            };
            let (after, made) = match made {
                Ok(made) => made,
                Err(why) => return Ok(Err(why)),
            };
            if after != *before {
                match read.write(self.store, &after, now).await {
                    Err(Error::Conflict { .. }) if races < MAX_RACES => {
                        races += 1;
                        continue;
                    }
                    written => written?,
                }
            }
            // Once it is stored; asked for again it is queued again, and is one line.
            self.queue_lines(&made, "made", &override_text(escalation, before, &made)).await?;
            return Ok(Ok(made));
        }
    }

    /// Removes the override of this id; `None` if there is none that is not over.
    ///
    /// # Errors
    /// The same; they cannot be read.
    pub async fn remove(&self, id: &str, now: Timestamp) -> Result<Option<StoredOverride>, Error> {
        let mut races = 0;
        loop {
            let read = overrides::open(self.store, now).await?;
            if read.unread.is_some() {
                return Err(Error::Store(NotMade::Unread.text().to_owned()));
            }
            let Some((after, removed)) = read.overrides.remove(id, self.by, now) else {
                return self.removed_before(&read.overrides, id, now).await;
            };
            match read.write(self.store, &after, now).await {
                Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
                written => {
                    written?;
                    self.tell_removed(&removed).await?;
                    return Ok(Some(removed));
                }
            }
        }
    }

    /// One that is removed already is told again, and is one line: whoever removed it may not have got so far. It is given
    /// if this very request removed it, though the answer said otherwise.
    async fn removed_before(
        &self,
        stored: &StoredOverrides,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<StoredOverride>, Error> {
        let found = stored.overrides.iter().find(|over| over.id == id);
        let Some((over, removed)) = found.and_then(|over| Some((over, over.removed.as_ref()?)))
        else {
            return Ok(None);
        };
        self.tell_removed(over).await?;
        let is_ours = removed.by == self.by && removed.at == now;
        Ok(is_ours.then(|| over.clone()))
    }

    /// Empties the record of overrides, and gives those that counted, with what the record said if it cannot be read.
    ///
    /// # Errors
    /// The store or the queue does not answer, or others write all the time.
    pub async fn remove_all(&self, now: Timestamp) -> Result<Removed, Error> {
        let mut races = 0;
        loop {
            let read = overrides::open(self.store, now).await?;
            let Some(said) = read.unread.clone() else {
                let open = read.overrides.overrides;
                let open =
                    open.into_iter().filter(|over| over.removed.is_none() && now < over.until);
                let mut removed = Vec::new();
                for over in open {
                    removed.extend(self.remove(&over.id, now).await?);
                }
                return Ok(Removed { removed, unread: None });
            };
            match read.write(self.store, &StoredOverrides::default(), now).await {
                Err(Error::Conflict { .. }) if races < MAX_RACES => races += 1,
                written => {
                    written?;
                    tracing::warn!("the overrides could not be read, and are deleted");
                    return Ok(Removed { removed: Vec::new(), unread: Some(said) });
                }
            }
        }
    }

    async fn tell_removed(&self, over: &StoredOverride) -> Result<(), Error> {
        let by = over.removed.as_ref().map_or(self.by, |removed| removed.by.as_str());
        self.queue_lines(over, "removed", &said_removed(&self.config.escalation, over, by)).await
    }

    /// Tells the channels of the policies that call by this schedule; if there are none, the usual channel.
    async fn queue_lines(
        &self,
        over: &StoredOverride,
        what: &str,
        text: &str,
    ) -> Result<(), Error> {
        for channel in channels(self.config, &over.schedule) {
            let line = Line {
                event_type: "override".to_owned(),
                event_id: format!("{} {what}", over.id),
                route: over.schedule.clone(),
                text: cut_section(text),
                failed: false,
                asks: false,
            };
            Lines::new(channel, over.at, vec![line]).send(self.queue).await?;
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
        channels.extend(config.routes.usual_channel().map(str::to_owned));
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

fn override_text(
    escalation: &Escalation,
    before: &StoredOverrides,
    over: &StoredOverride,
) -> String {
    let mut before = before.clone();
    before.overrides.retain(|before| before.id != over.id);
    let escalation = escalation.with_overrides(&before);
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
