//! Whoever has the lease of an effect does it, and says what became of it.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::change::after;
use super::record::{Kept, Task, ToDo};
use super::{App, Hand, words};
use crate::Error;
use crate::config::Settings;
use crate::escalation::{Attempt, Effect, End, Incident, News, Signal, TextAbout};
use crate::forward::task::{self, Lines};
use crate::ports::To;
use crate::routes::Line;
use crate::twilio::callbacks::voice_url;
use crate::twilio::rest::{Api, NewCall, Trouble};

/// What becomes of the first things to be done may make others; so many rounds are made at once.
const MOST_ROUNDS: usize = 8;
/// How often a call or a text is tried before it counts as refused.
const MOST_TRIES: u32 = 4;
/// How long something rests that could not be done, if Twilio does not say.
const REST: SignedDuration = SignedDuration::from_secs(2);
/// How long we wait to look again for what may have been done.
const DOUBT: SignedDuration = SignedDuration::from_secs(5);
/// How much Twilio's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// What became of something that was to be done.
#[derive(Clone, Debug)]
enum Report {
    /// It is done, or never will be.
    Done(Vec<Signal>),
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
            Effect::HangUp { attempt } => match incident.attempt(*attempt) {
                Some(attempt) => hang_up(&api, incident, attempt, to_do, settings).await,
                None => Report::Done(Vec::new()),
            },
            Effect::LookUp { attempt } => match incident.attempt(*attempt) {
                Some(attempt) => look_up(&api, incident, attempt, settings).await,
                None => Report::Done(Vec::new()),
            },
            Effect::Text { person, about, .. } => {
                self.text(&api, incident, person, *about, to_do, settings).await
            }
        }
    }

    async fn dial(
        &self,
        api: &Api,
        incident: &Incident,
        attempt: &Attempt,
        to_do: &ToDo,
        settings: &Settings,
    ) -> Report {
        let effect = Effect::Dial { attempt: attempt.number };
        let Some(phone) = phone(settings, &attempt.person) else {
            let why = format!("{} has no phone in the configuration", attempt.person);
            return refused(incident, &effect, &why);
        };
        let base = settings.public_base_url().map(str::to_owned);
        let from = settings.value("twilio/from-number").map(str::to_owned);
        let (Some(base), Some(from)) = (base, from) else {
            let why = "not set up: TWILIO_FROM_NUMBER or PUBLIC_BASE_URL is missing";
            tracing::error!("{why}");
            return refused(incident, &effect, why);
        };
        let spoken = words::Spoken::of(incident, attempt, self.now());
        let reading_seconds = spoken.reading_seconds();
        let placed = |sid: String| {
            Report::Done(vec![news(attempt, Some(sid), News::Placed { reading_seconds })])
        };
        if to_do.in_doubt {
            match find(api, &phone, incident, attempt).await {
                Ok(sids) if !sids.is_empty() => {
                    let placed = |sid| news(attempt, Some(sid), News::Placed { reading_seconds });
                    return Report::Done(sids.into_iter().map(placed).collect());
                }
                Ok(_) => {}
                Err(_) if to_do.tries < MOST_TRIES => return Report::InDoubt(DOUBT),
                Err(why) => return refused(incident, &effect, &format!("{why:?}")),
            }
        }
        if to_do.tries >= MOST_TRIES {
            return refused(incident, &effect, "Twilio does not answer");
        }
        let url = voice_url(&base, &incident.id, attempt.number);
        let policy = &incident.policy;
        let new = NewCall {
            to: phone.clone(),
            from,
            status_url: format!("{url}/status"),
            machine_url: format!("{url}/amd"),
            url,
            ring_seconds: policy.ring_seconds,
            most_seconds: 2 * (reading_seconds + policy.answer_seconds) + 60,
        };
        match api.call(&new).await {
            Ok(call) => placed(call.sid),
            Err(Trouble::Refused(why)) => refused(incident, &effect, &why),
            Err(Trouble::Later(after, why)) => {
                tracing::warn!(incident = incident.id, why, "a call could not be placed yet");
                Report::Later(after.map_or(REST, rest))
            }
            Err(Trouble::Unknown(why)) => {
                tracing::warn!(
                    incident = incident.id,
                    why,
                    "it is not known whether a call was placed"
                );
                match find(api, &phone, incident, attempt).await {
                    Ok(mut sids) if !sids.is_empty() => placed(sids.remove(0)),
                    _ => Report::InDoubt(DOUBT),
                }
            }
        }
    }

    async fn text(
        &self,
        api: &Api,
        incident: &Incident,
        person: &str,
        about: TextAbout,
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
        let body = words::text(incident, about, settings.public_base_url());
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
                    text: words::line(incident, entry, settings)?,
                    failed: false,
                })
            })
            .collect();
        if !lines.is_empty() {
            let channel = incident.policy.channel.clone();
            let lines =
                Lines { channel: channel.clone(), at: self.now(), replayed_at: None, lines };
            let body = task::Task::Lines(lines).to_body();
            if let Err(error) = self.queue.send(To::Slack, body, &channel, None).await {
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

fn news(attempt: &Attempt, call: Option<String>, news: News) -> Signal {
    Signal::Call { attempt: attempt.number, call, news }
}

/// It will never be done.
fn refused(incident: &Incident, effect: &Effect, why: &str) -> Report {
    Report::Done(match effect {
        Effect::Dial { attempt } => {
            tracing::error!(incident = incident.id, attempt, why, "a call was refused");
            let news = News::Refused(why.to_owned());
            vec![Signal::Call { attempt: *attempt, call: None, news }]
        }
        Effect::HangUp { attempt } => {
            vec![Signal::Call { attempt: *attempt, call: None, news: News::Ended(End::Canceled) }]
        }
        Effect::LookUp { .. } => Vec::new(),
        Effect::Text { person, .. } => {
            vec![Signal::Texted { person: person.clone(), failed: Some(why.to_owned()) }]
        }
    })
}

/// The calls that this attempt may have placed, beside those that we know of.
async fn find(
    api: &Api,
    phone: &str,
    incident: &Incident,
    attempt: &Attempt,
) -> Result<Vec<String>, Trouble> {
    let calls = incident.attempts.iter().flat_map(|attempt| &attempt.calls);
    let known: Vec<&str> = calls.map(|call| call.sid.as_str()).collect();
    let since = attempt.decided_at.checked_sub(SKEW).unwrap_or(attempt.decided_at);
    let calls = api.find(phone, since, &known).await?;
    Ok(calls.into_iter().map(|call| call.sid).collect())
}

/// The SIDs of an attempt's calls that may be under way: as we know them, or as Twilio does.
async fn under_way(
    api: &Api,
    incident: &Incident,
    attempt: &Attempt,
    settings: &Settings,
) -> Result<Vec<String>, Trouble> {
    let known = attempt.calls.iter().filter(|call| !call.over);
    let known: Vec<String> = known.map(|call| call.sid.clone()).collect();
    match phone(settings, &attempt.person) {
        Some(phone) if attempt.calls.is_empty() => find(api, &phone, incident, attempt).await,
        _ => Ok(known),
    }
}

async fn hang_up(
    api: &Api,
    incident: &Incident,
    attempt: &Attempt,
    to_do: &ToDo,
    settings: &Settings,
) -> Report {
    let patient = to_do.tries < MOST_TRIES;
    let sids = match under_way(api, incident, attempt, settings).await {
        Ok(sids) => sids,
        Err(_) if patient => return Report::Later(DOUBT),
        Err(_) => Vec::new(),
    };
    if sids.is_empty() {
        return Report::Done(vec![news(attempt, None, News::Unknown)]);
    }
    let mut signals = Vec::new();
    for sid in sids {
        match api.hang_up(&sid).await {
            // Twilio refuses to end what is over.
            Ok(()) | Err(Trouble::Refused(_)) => {
                signals.push(news(attempt, Some(sid), News::Ended(End::Canceled)));
            }
            Err(_) if patient => return Report::Later(DOUBT),
            Err(Trouble::Later(_, why) | Trouble::Unknown(why)) => {
                tracing::error!(attempt = attempt.number, why, "a call could not be ended");
                signals.push(news(attempt, Some(sid), News::Ended(End::Canceled)));
            }
        }
    }
    Report::Done(signals)
}

/// Asks Twilio once. If that fails, the rules give the call up a little later.
async fn look_up(api: &Api, incident: &Incident, attempt: &Attempt, settings: &Settings) -> Report {
    let Ok(sids) = under_way(api, incident, attempt, settings).await else {
        return Report::Done(Vec::new());
    };
    let mut signals = Vec::new();
    for sid in sids {
        if let Ok(Some(call)) = api.look_up(&sid).await
            && let Some(told) = call.news()
        {
            signals.push(news(attempt, Some(sid), told));
        }
    }
    Report::Done(signals)
}

impl super::change::Draft<'_> {
    /// Strikes off what is done, lets rest what is not, and tells the incident what became of it.
    fn report(&mut self, owner: &str, done: &[(Task, Report)]) {
        let now = self.now;
        for (task, report) in done {
            if let Some(kept) = &mut self.kept {
                strike_off(kept, owner, task, report, now);
            }
            if let Report::Done(signals) = report {
                self.tell(signals);
            }
        }
    }
}

fn strike_off(kept: &mut Kept, owner: &str, task: &Task, report: &Report, now: Timestamp) {
    let is_it = |to_do: &ToDo| to_do.task == *task && to_do.owner.as_deref() == Some(owner);
    match report {
        Report::Done(_) => kept.to_do.retain(|to_do| !is_it(to_do)),
        Report::Said(before) => {
            kept.to_do.retain(|to_do| !is_it(to_do));
            kept.said = kept.said.max(*before);
        }
        Report::Later(rest) | Report::InDoubt(rest) => {
            for to_do in kept.to_do.iter_mut().filter(|to_do| is_it(to_do)) {
                to_do.owner = None;
                to_do.tries += 1;
                to_do.until = after(now, *rest);
                to_do.in_doubt = matches!(report, Report::InDoubt(_));
            }
        }
    }
}
