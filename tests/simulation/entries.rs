//! An incident's entries tell one script without a break: who has it, who is called and why, and when nobody may be.

mod stand;

use jiff::SignedDuration;
use shared::Timestamp;
use shared::domain::escalation::{Attempt, Ending, Entry, Event, Incident, Phase};

use crate::click::Button;
use crate::plan::phone;
use crate::rounds::Begins;
use crate::world::World;
use stand::Stand;

fn must(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}

impl World {
    /// Every new entry of an incident follows from what was, and from what people said.
    pub(crate) fn check_script(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        new: &[&Entry],
    ) -> Result<(), String> {
        let mut told = Stand::of(before);
        for entry in new {
            self.check_entry(before, incident, &mut told, entry)
                .map_err(|why| format!("{why}: {:?}", entry.event))?;
        }
        let owner = incident.taken_by().map(|owner| owner.person.clone());
        let exhausted = incident.phase == Phase::Exhausted;
        let stands = (owner, incident.ended_at.is_some(), exhausted, incident.silenced_until);
        let said = (told.owner, told.over, told.exhausted, told.silenced_until);
        if stands != said {
            return Err(format!("it is {stands:?}, and its entries say {said:?}"));
        }
        if told.left_alone.is_some() {
            return Err("it only goes on, and nothing says that nobody is called".to_owned());
        }
        if told.rounds != incident.round.number {
            return Err("a round begins without a word, or a word without a round".to_owned());
        }
        let last = before.and_then(|before| before.attempts.last());
        let last = last.map_or(0, |attempt| attempt.number);
        let is_new = |attempt: &&Attempt| attempt.number > last;
        if incident.attempts.iter().filter(is_new).count() != told.calls {
            return Err("somebody is called without a word, or not called".to_owned());
        }
        if let Some(begins) = &told.begins {
            self.check_round(incident, begins, new)?;
        }
        self.check_round_under_way(before, incident, new)
    }

    fn check_entry(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        told: &mut Stand,
        entry: &Entry,
    ) -> Result<(), String> {
        let (at, id) = (entry.at, &incident.id);
        match &entry.event {
            Event::Raised { .. }
            | Event::Joined { .. }
            | Event::JoinedUnnamed
            | Event::JoinedTogether { .. }
            | Event::Reopened { .. }
            | Event::CalledBack { .. }
            | Event::RoundAgain { .. } => {
                must(self.has_a_word_for(id), "no alarm went off")?;
                self.check_alarm(before, incident, told, &entry.event)
            }
            Event::OwnerCalledAgain { .. }
            | Event::CalledInstead { .. }
            | Event::CalledAgain
            | Event::SilenceOver => {
                must(!told.over && !told.is_silenced(at), "nobody may be called")?;
                let in_windows = before.is_some_and(|before| self.is_in_windows(before, at));
                must(!in_windows, "all that goes on is silenced")?;
                self.check_time(before, incident, told, entry)
            }
            Event::Taken { person, .. } => {
                must(!told.over && told.owner.is_none(), "it is somebody's")?;
                must(self.has_said(id, person, Button::Have), "they never said so")?;
                (told.owner, told.silenced_until) = (Some(person.clone()), None);
                told.exhausted = false;
                Ok(())
            }
            Event::Released { person, .. } => {
                must(!told.over && told.owner.as_ref() == Some(person), "it is not theirs")?;
                must(self.has_said(id, person, Button::GiveBack), "they never said so")?;
                told.begin(Begins::After(person.clone()));
                Ok(())
            }
            Event::ResolvedByHand { person, .. } => {
                must(!told.over, "it was over")?;
                let is_said = self.may_end(before, incident, told.owner.as_ref(), entry, person);
                must(is_said, "they never said so, or it is not theirs")?;
                (told.over, told.silenced_until) = (true, None);
                Ok(())
            }
            Event::NothingChanged { .. } => {
                must(!told.over, "it was over")?;
                (told.over, told.silenced_until) = (true, None);
                self.check_unchanged(incident, Some(entry))
            }
            Event::Deleted { .. } => {
                must(!told.over && self.has_a_deletion(), "nothing was deleted")
            }
            Event::Resolved { .. } => {
                must(!told.over, "it was over")?;
                (told.over, told.silenced_until) = (true, None);
                Ok(())
            }
            Event::Silenced { by, until, .. } => {
                let is_of_none =
                    by == "the maintenance window" || by.starts_with("the silence of ");
                // Once a silence of globs is ended, it waits for one that ends earlier.
                let is_longer = told.silenced_until.is_none_or(|have| have < *until);
                let is_new = is_longer || is_of_none;
                must(!told.over && at < *until && is_new, "it is over, or silenced")?;
                let is_said = match by.as_str() {
                    _ if is_of_none => before.is_some_and(|before| self.is_in_windows(before, at)),
                    person => {
                        let left_alone = std::mem::take(&mut told.left_alone);
                        left_alone.as_deref() == Some(person)
                            || self.has_said(id, person, Button::Silence)
                    }
                };
                told.silenced_until = Some(*until);
                must(is_said, "nobody said so")
            }
            Event::SilenceEnded { by } => {
                must(!told.over && told.silenced_until.is_some(), "it was not silenced")?;
                let is_said = self.has_said(id, by, Button::EndSilence) || self.has_ended_globs(by);
                must(is_said, "nobody said so")?;
                match &told.owner {
                    Some(_) => told.silenced_until = None,
                    None => told.begin(Begins::Roster),
                }
                Ok(())
            }
            Event::CallAsked { by, person } => {
                must(!told.over && told.owner.is_none(), "it is somebody's")?;
                let who = person.trim_start_matches('p').parse().unwrap_or_default();
                must(self.has_said(id, by, Button::CallNow(who)), "nobody said so")?;
                told.begin(Begins::With(person.clone()));
                Ok(())
            }
            Event::Calling { .. } => {
                told.calls += 1;
                let is_calling = !told.over && !told.exhausted && told.owner.is_none();
                must(is_calling && told.silenced_until.is_none(), "nobody may be called")
            }
            Event::Exhausted { calls } => {
                let is_calling = !told.over && !told.exhausted && told.owner.is_none();
                must(is_calling && told.silenced_until.is_none(), "nobody is called")?;
                told.exhausted = true;
                let given_up = |person: &String| incident.round.left_out.contains(person);
                let all = *calls == incident.policy.attempts;
                must(all || incident.round.order.iter().all(given_up), "people are left")
            }
            Event::CalledTooOften { person, calls, .. } => {
                let most = self.watch.plan.most_calls;
                must(*calls as usize >= most, "they were not called that often")?;
                // The server counts from when it knew of a call: that may be a minute later than Twilio does.
                let counted = self.calls_since(person, at.as_millisecond() - 3_660_000);
                must(!self.known.sure() || counted >= *calls as usize, "nobody called them")
            }
            _ => Ok(()),
        }
    }

    /// An alarm went off.
    fn check_alarm(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        told: &mut Stand,
        event: &Event,
    ) -> Result<(), String> {
        match event {
            Event::Raised { .. } => {
                must(before.is_none(), "it was there before")?;
                told.begin(Begins::Roster);
            }
            Event::Reopened { owner, .. } => {
                must(told.over, "it was open")?;
                must(owner.is_none() || *owner == told.owner, "it was somebody else's")?;
                told.over = false;
                // What nobody had is called for again, unless it only goes on and somebody said that it is over.
                let ending = before.and_then(Incident::ending);
                let flap_window = incident.policy.flap_window;
                let ended_at = before.and_then(|before| before.ended_at);
                // Whoever decides it has the time at which their request came.
                let began = Timestamp::from_millisecond(self.began).unwrap_or(self.timestamp());
                let is_soon = ended_at.is_some_and(|at| began.duration_since(at) <= flap_window);
                match ending {
                    _ if told.owner.is_some() => {}
                    Some(Ending::ByHand(by)) if is_soon && self.only_goes_on(&incident.id) => {
                        told.left_alone = Some(by.to_owned());
                    }
                    _ => told.begin(Begins::Roster),
                }
            }
            Event::RoundAgain { owner } | Event::CalledBack { owner } => {
                let begins = self.with_owner(before, incident, told);
                let first = match &begins {
                    Begins::With(first) => Some(first),
                    _ => None,
                };
                must(!told.over && owner.as_ref() == first, "it was somebody else's")?;
                told.begin(begins);
            }
            _ => must(!told.over, "it is over")?,
        }
        Ok(())
    }

    /// Nobody said anything: it was time.
    fn check_time(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        told: &mut Stand,
        entry: &Entry,
    ) -> Result<(), String> {
        let has_come = |since: Option<Timestamp>, long: SignedDuration| {
            since.is_some_and(|since| entry.at.duration_since(since) >= long)
        };
        match &entry.event {
            Event::OwnerCalledAgain { owner } | Event::CalledInstead { owner } => {
                must(told.owner.as_ref() == Some(owner), "it was somebody else's")?;
                let since = before.and_then(|before| before.owner.as_ref()).map(|had| had.at);
                must(has_come(since, incident.policy.repage_after), "it is too early")?;
                told.begin(self.with_owner(before, incident, told));
                return Ok(());
            }
            Event::CalledAgain => {
                let phase = before.map(|before| before.phase);
                must(phase == Some(Phase::Exhausted), "it was not exhausted")?;
                let since = before.and_then(|before| before.exhausted_at);
                let long = before.map(Incident::retry_after).unwrap_or_default();
                must(has_come(since, long), "it is too early")?;
            }
            _ => must(told.silenced_until.is_some(), "it was not silenced")?,
        }
        must(told.owner.is_none(), "it is somebody's")?;
        told.begin(Begins::Roster);
        Ok(())
    }

    /// The owner is asked first, unless the policy never calls them.
    fn with_owner(&self, before: Option<&Incident>, incident: &Incident, told: &Stand) -> Begins {
        let outside = before.and_then(Incident::taken_by).is_some_and(|owner| owner.outside);
        let roster = self.watch.roster(&incident.policy.name);
        let may_call = |owner: &String| {
            roster.is_some_and(|roster| roster.has(owner))
                || self.is_asked_for(&incident.id, &phone(owner))
        };
        match &told.owner {
            Some(owner) if !outside && may_call(owner) => Begins::With(owner.clone()),
            _ => Begins::Roster,
        }
    }
}
