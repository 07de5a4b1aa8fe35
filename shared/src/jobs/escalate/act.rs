//! Whoever has the lease of an effect does it, and says what became of it.

mod calls;

use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use calls::{hang_up, look_up};

use super::draft::after;
use super::{App, Hand};
use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::{Attempt, CallEvent, Effect, End, Incident, Signal, TextAbout};
use crate::domain::routes::Line;
use crate::domain::text;
use crate::storage::QueueName;
use crate::storage::messages::{self, Lines};
use crate::storage::records::{Kept, Task, ToDo};
use crate::twilio::rest::{Api, Trouble};

/// What becomes of the first things to be done may make others; so many rounds are made at once.
const MOST_ROUNDS: usize = 8;
/// How often a call or a text is tried before it counts as refused.
const MOST_TRIES: u32 = 4;
/// How long something rests that could not be done, if Twilio does not say.
const REST: SignedDuration = SignedDuration::from_secs(2);
/// How long we wait to look again for what may have been done.
const DOUBT: SignedDuration = SignedDuration::from_secs(5);

/// What became of something that was to be done.
#[derive(Clone, Debug)]
enum Report {
    /// It is done, or never will be.
    Done(Vec<Signal>),
    /// It was done before, as far as can be seen at Twilio.
    Found(Vec<Signal>),
    /// Slack was told everything before this entry.
    Said(u32),
    /// It was not done, and may be after this long.
    Later(SignedDuration),
    /// It may have been done: look again after this long.
    InDoubt(SignedDuration),
}

impl App {
    /// Does what `owner` has the lease of, until nothing of it is left. Gives what is kept then.
    pub(super) async fn act(&self, mut kept: Kept, owner: &str) -> Result<Kept, Error> {
        for _ in 0..MOST_ROUNDS {
            let mine: Vec<&ToDo> =
                kept.to_do.iter().filter(|to_do| to_do.owner.as_deref() == Some(owner)).collect();
            if mine.is_empty() {
                return Ok(kept);
            }
            let settings = self.live.get(self.now()).await?;
            let work = mine.iter().map(|to_do| self.perform(&kept, to_do, &settings));
            let reports = join_all(work).await;
            let done: Vec<(Task, Report)> =
                mine.iter().map(|to_do| to_do.task.clone()).zip(reports).collect();
            let id = kept.incident.id.clone();
            let changed = self
                .change(&kept.incident.policy.name, owner, Hand::Act, &|draft| {
                    if draft.is(&id) {
                        draft.report(owner, &done);
                    }
                })
                .await?;
            kept = match changed {
                Some(changed) if changed.incident.id == id => changed,
                _ => return Ok(kept),
            };
        }
        Ok(kept)
    }

    async fn perform(&self, kept: &Kept, to_do: &ToDo, settings: &Settings) -> Report {
        let incident = &kept.incident;
        let effect = match &to_do.task {
            Task::Say => return self.say(kept, settings).await,
            Task::Effect(effect) => effect,
        };
        let api = match self.api(settings) {
            Ok(api) => api,
            Err(error) => {
                tracing::error!(%error, "Twilio cannot be called");
                return refused(incident, effect, &error.to_string());
            }
        };
        match effect {
            Effect::Dial { attempt } => match incident.attempt(*attempt) {
                Some(attempt) => self.dial(&api, incident, attempt, to_do, settings).await,
                None => Report::Done(Vec::new()),
            },
            Effect::HangUp { attempt } => {
                let now = self.now();
                match (incident.attempt(*attempt), kept.is_placed_until(*attempt, now)) {
                    // Twilio may not have it yet: looked for now, it would not be found.
                    (Some(attempt), Some(until)) if attempt.calls.is_empty() => {
                        Report::Later(until.duration_since(now))
                    }
                    (Some(attempt), _) => hang_up(&api, incident, attempt, to_do, settings).await,
                    (None, _) => Report::Done(Vec::new()),
                }
            }
            Effect::LookUp { attempt } => match incident.attempt(*attempt) {
                Some(attempt) => look_up(&api, incident, attempt, settings).await,
                None => Report::Done(Vec::new()),
            },
            Effect::Text { person, about, .. } => {
                self.text(&api, incident, person, about, to_do, settings).await
            }
        }
    }

    async fn text(
        &self,
        api: &Api,
        incident: &Incident,
        person: &str,
        about: &TextAbout,
        to_do: &ToDo,
        settings: &Settings,
    ) -> Report {
        let told = |failed: Option<String>| {
            Report::Done(vec![Signal::Texted { person: person.to_owned(), failed }])
        };
        let (Some(phone), Some(from)) =
            (phone(settings, person), settings.value("twilio/from-number"))
        else {
            return told(Some("no phone in the configuration".to_owned()));
        };
        let body = text::sms(incident, about, settings.public_base_url());
        match api.text(&phone, from, &body).await {
            Ok(()) => told(None),
            Err(Trouble::Refused(why)) => told(Some(why)),
            Err(Trouble::Later(_, why) | Trouble::Unknown(why)) if to_do.tries >= MOST_TRIES => {
                told(Some(why))
            }
            Err(Trouble::Later(after, _)) => Report::Later(after.map_or(REST, rest)),
            // A text twice is better than none.
            Err(Trouble::Unknown(_)) => Report::Later(DOUBT),
        }
    }

    /// Queues the lines that Slack was not told yet. A line has the number of its entry: said twice it is one line.
    async fn say(&self, kept: &Kept, settings: &Settings) -> Report {
        let incident = &kept.incident;
        let new = incident.timeline.entries.iter().filter(|entry| entry.number >= kept.said);
        let lines: Vec<Line> = new
            .filter_map(|entry| {
                Some(Line {
                    event_type: "incident".to_owned(),
                    event_id: format!("{} {}", incident.id, entry.number),
                    route: incident.policy.name.clone(),
                    text: text::slack_line(incident, entry, settings.slack_context())?,
                    failed: false,
                    asks: text::is_actionable(&entry.event),
                })
            })
            .collect();
        let channel = incident.policy.channel.clone();
        let lines = Lines::new(channel.clone(), self.now(), lines);
        let lines = Lines { incident: Some(incident.id.clone()), ..lines };
        for lines in lines.split() {
            let body = messages::Task::Lines(lines).to_body();
            if let Err(error) = self.queue.send(QueueName::Slack, body, &channel, None).await {
                tracing::error!(%error, "Slack was not told yet");
                return Report::Later(DOUBT);
            }
        }
        Report::Said(incident.timeline.next)
    }
}

fn rest(asked: Duration) -> SignedDuration {
    SignedDuration::try_from(asked.min(Duration::from_secs(30))).unwrap_or(REST)
}

fn phone(settings: &Settings, person: &str) -> Option<String> {
    settings.config.escalation.people.get(person).map(|person| person.phone.clone())
}

fn call_signal(attempt: &Attempt, call: Option<String>, event: CallEvent) -> Signal {
    Signal::Call { attempt: attempt.number, call, event }
}

/// It will never be done.
fn refused(incident: &Incident, effect: &Effect, why: &str) -> Report {
    Report::Done(match effect {
        Effect::Dial { attempt } => {
            tracing::error!(incident = incident.id, attempt, why, "a call was refused");
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

impl super::draft::Draft<'_> {
    /// Strikes off what is done, lets rest what is not, and tells the incident what became of it.
    fn report(&mut self, owner: &str, done: &[(Task, Report)]) {
        let now = self.now;
        for (task, report) in done {
            if let Some(kept) = &mut self.kept {
                strike_off(kept, owner, task, report, now);
            }
            match report {
                Report::Done(signals) => self.tell(signals),
                Report::Found(signals) => {
                    let signals: Vec<Signal> =
                        signals.iter().filter(|signal| self.is_its_own(signal)).cloned().collect();
                    self.tell(&signals);
                }
                _ => {}
            }
        }
    }
}

fn strike_off(kept: &mut Kept, owner: &str, task: &Task, report: &Report, now: Timestamp) {
    let is_it = |to_do: &ToDo| to_do.task == *task && to_do.owner.as_deref() == Some(owner);
    match report {
        Report::Done(_) | Report::Found(_) => kept.to_do.retain(|to_do| !is_it(to_do)),
        Report::Said(before) => {
            kept.to_do.retain(|to_do| !is_it(to_do));
            kept.said = kept.said.max(*before);
        }
        Report::Later(rest) | Report::InDoubt(rest) => {
            for to_do in kept.to_do.iter_mut().filter(|to_do| is_it(to_do)) {
                to_do.owner = None;
                // What was surely not done may be tried as long as its rule allows.
                let is_dial = matches!(to_do.task, Task::Effect(Effect::Dial { .. }));
                if !is_dial || matches!(report, Report::InDoubt(_)) {
                    to_do.tries += 1;
                }
                to_do.until = after(now, *rest);
                to_do.in_doubt = matches!(report, Report::InDoubt(_));
            }
        }
    }
}
