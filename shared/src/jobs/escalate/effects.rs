//! Effects: whoever has the lease of one does it, and reports its outcome.

mod calls;
mod texts;

use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::transaction::Transaction;
use super::work::Work;
use super::{Effects, after};
use crate::Error;
use crate::domain::escalation::{Attempt, CallEvent, Effect, End, Incident, Signal};
use crate::domain::routes::Line;
use crate::domain::sid::Sid;
use crate::domain::text;
use crate::storage::records::{StoredIncident, Task, ToDo};

/// What becomes of the first things to be done may make others; so many rounds are made at once.
const MAX_ROUNDS: usize = 8;
/// How often a call or a text is tried before it counts as refused.
const MAX_TRIES: u32 = 4;
/// The backoff of what could not be done, if Twilio does not say.
const BACKOFF: SignedDuration = SignedDuration::from_secs(2);
/// The longest backoff that Twilio may ask for.
const MAX_BACKOFF: Duration = Duration::from_secs(30);
/// How long we wait to look again for what may have been done.
const DOUBT_BACKOFF: SignedDuration = SignedDuration::from_secs(5);

/// The outcome of something that was to be done.
#[derive(Clone, Debug)]
enum Report {
    /// It is done, or never will be.
    Done(Vec<Signal>),
    /// It was done before, as far as can be seen at Twilio.
    Found(Vec<Signal>),
    /// Everything before this entry is queued for Slack.
    Posted(u32),
    /// It was not done, and may be after this long.
    RetryAfter(SignedDuration),
    /// It may have been done: look again after this long.
    InDoubt(SignedDuration),
}

/// Performs the effects that one writer has the lease of.
pub(super) struct EffectRunner<'a> {
    work: &'a Work<'a>,
}

impl Work<'_> {
    /// Performs what `owner` has the lease of, until nothing of it is left. Returns what is stored then.
    ///
    /// Requests to Twilio take seconds. So each round of effects ends with a look at the clock ([`Work::later`]): what they
    /// report is decided about at the time at which it is known.
    pub(super) async fn perform_effects(
        &self,
        mut stored: StoredIncident,
        owner: &str,
    ) -> Result<StoredIncident, Error> {
        let mut work = self.clone();
        for _ in 0..MAX_ROUNDS {
            let is_mine = |to_do: &&ToDo| to_do.owner.as_deref() == Some(owner);
            let mine: Vec<&ToDo> = stored.to_do.iter().filter(is_mine).collect();
            if mine.is_empty() {
                return Ok(stored);
            }
            let runner = EffectRunner { work: &work };
            let reports = join_all(mine.iter().map(|to_do| runner.perform(&stored, to_do))).await;
            let done: Vec<(Task, Report)> =
                mine.iter().map(|to_do| to_do.task.clone()).zip(reports).collect();
            work = work.later();
            let id = stored.incident.id.clone();
            let committed = work
                .commit(&stored.incident.policy.name, &[], owner, Effects::Inline, &|transaction| {
                    if transaction.is(&id) {
                        transaction.report(owner, &done);
                    }
                })
                .await?;
            stored = match committed.and_then(|committed| committed.stored) {
                Some(changed) if changed.incident.id == id => changed,
                _ => return Ok(stored),
            };
        }
        Ok(stored)
    }
}

impl EffectRunner<'_> {
    async fn perform(&self, stored: &StoredIncident, to_do: &ToDo) -> Report {
        let incident = &stored.incident;
        let effect = match &to_do.task {
            Task::Say => return self.post_lines(stored).await,
            Task::Effect(effect) => effect,
        };
        let api = match self.work.api() {
            Ok(api) => api,
            Err(error) => {
                tracing::error!(%error, "Twilio cannot be called");
                return refused(incident, effect, &error.to_string());
            }
        };
        match effect {
            Effect::Dial { attempt } => match incident.attempt(*attempt) {
                Some(attempt) => self.dial(&api, incident, attempt, to_do).await,
                None => Report::Done(Vec::new()),
            },
            Effect::HangUp { attempt } => {
                let now = self.work.now;
                match (incident.attempt(*attempt), stored.is_placed_until(*attempt, now)) {
                    // Twilio may not have it yet: looked for now, it would not be found.
                    (Some(attempt), Some(until)) if attempt.calls.is_empty() => {
                        Report::RetryAfter(until.duration_since(now))
                    }
                    (Some(attempt), _) => self.hang_up(&api, incident, attempt, to_do).await,
                    (None, _) => Report::Done(Vec::new()),
                }
            }
            Effect::LookUp { attempt } => match incident.attempt(*attempt) {
                Some(attempt) => self.look_up(&api, incident, attempt).await,
                None => Report::Done(Vec::new()),
            },
            Effect::Text { person, about, at } => {
                self.text(&api, incident, person, (about, *at), to_do).await
            }
        }
    }

    /// Queues the lines that are new to Slack. A line has the number of its entry: queued twice it is one line.
    async fn post_lines(&self, stored: &StoredIncident) -> Report {
        let incident = &stored.incident;
        let new = incident.timeline.entries.iter().filter(|entry| entry.number >= stored.said);
        let lines: Vec<Line> = new
            .filter_map(|entry| {
                Some(Line {
                    event_type: "incident".to_owned(),
                    event_id: format!("{} {}", incident.id, entry.number),
                    route: incident.policy.name.clone(),
                    text: text::slack_line(incident, entry, self.work.settings.slack_context())?,
                    failed: false,
                    asks: text::is_actionable(&entry.event),
                })
            })
            .collect();
        let channel = &incident.policy.channel;
        if let Err(error) = self.work.send_lines(channel, Some(&incident.id), lines).await {
            tracing::error!(%error, "Slack was not told yet");
            return Report::RetryAfter(DOUBT_BACKOFF);
        }
        Report::Posted(incident.timeline.next)
    }
}

/// Returns how long Twilio asks us to wait, within limits.
fn backoff(asked: Duration) -> SignedDuration {
    SignedDuration::try_from(asked.min(MAX_BACKOFF)).unwrap_or(BACKOFF)
}

fn call_signal(attempt: &Attempt, call: Option<Sid>, event: CallEvent) -> Signal {
    Signal::Call { attempt: attempt.number, call, event }
}

/// It will never be done.
fn refused(incident: &Incident, effect: &Effect, why: &str) -> Report {
    Report::Done(match effect {
        Effect::Dial { attempt } => {
            tracing::error!(incident = incident.id.as_str(), attempt, why, "a call was refused");
            let event = CallEvent::Refused(why.to_owned());
            vec![Signal::Call { attempt: *attempt, call: None, event }]
        }
        Effect::HangUp { attempt } => {
            vec![Signal::Call {
                attempt: *attempt,
                call: None,
                event: CallEvent::Ended(End::Canceled),
            }]
        }
        Effect::LookUp { .. } => Vec::new(),
        Effect::Text { person, .. } => {
            vec![Signal::Texted { person: person.clone(), failed: Some(why.to_owned()) }]
        }
    })
}

impl Transaction<'_> {
    /// Strikes off what is done, lets what is not wait, and tells the incident what became of it.
    fn report(&mut self, owner: &str, done: &[(Task, Report)]) {
        let now = self.now;
        for (task, report) in done {
            if let Some(stored) = &mut self.stored {
                strike_off(stored, owner, task, report, now);
            }
            match report {
                Report::Done(signals) => self.apply(signals),
                Report::Found(signals) => {
                    let signals: Vec<Signal> =
                        signals.iter().filter(|signal| self.is_its_own(signal)).cloned().collect();
                    self.apply(&signals);
                }
                _ => {}
            }
        }
    }
}

fn strike_off(
    stored: &mut StoredIncident,
    owner: &str,
    task: &Task,
    report: &Report,
    now: Timestamp,
) {
    let is_it = |to_do: &ToDo| to_do.task == *task && to_do.owner.as_deref() == Some(owner);
    match report {
        Report::Done(_) | Report::Found(_) => stored.to_do.retain(|to_do| !is_it(to_do)),
        Report::Posted(before) => {
            stored.to_do.retain(|to_do| !is_it(to_do));
            stored.said = stored.said.max(*before);
        }
        Report::RetryAfter(backoff) | Report::InDoubt(backoff) => {
            for to_do in stored.to_do.iter_mut().filter(|to_do| is_it(to_do)) {
                to_do.owner = None;
                // What was surely not done may be tried as long as its rule allows.
                let is_dial = matches!(to_do.task, Task::Effect(Effect::Dial { .. }));
                if !is_dial || matches!(report, Report::InDoubt(_)) {
                    to_do.tries += 1;
                }
                to_do.until = after(now, *backoff);
                to_do.in_doubt = matches!(report, Report::InDoubt(_));
            }
        }
    }
}
