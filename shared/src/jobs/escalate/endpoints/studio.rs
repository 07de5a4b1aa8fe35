//! A Studio Flow reports of its call, and speaks what we answer.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::{Effects, Escalate};
use super::ANSWER_TIMEOUT;
use super::reply::Reply;
use crate::Error;
use crate::config::{Settings, tokens};
use crate::domain::escalation::{Incident, Signal};
use crate::domain::text::{Spoken, replies};
use crate::http::{Request, Response};
use crate::twilio::callbacks::{Path, field};
use crate::twilio::studio::callback_token::{Invalid, check};
use crate::twilio::studio::report::{Answer, Outcome, Report};

impl Escalate {
    /// A Flow reports to us, and speaks what we answer. If that takes long it is told so (503) and asks again: somebody
    /// waits on the phone. Where nobody does, the next person is called before we answer.
    pub(super) async fn handle_flow(
        &self,
        path: &Path,
        request: &Request,
        now: Timestamp,
    ) -> Result<Response, Error> {
        let answer =
            tokio::time::timeout(ANSWER_TIMEOUT, self.record_and_answer(path, request, now)).await;
        let answer = match answer {
            Ok(answer) => answer?,
            Err(_) => return Err(Error::TooLong("an answer: the Flow tries again".to_owned())),
        };
        if let Some(ended) = answer.ended {
            let work = self.with(answer.settings, now);
            let ended = [ended];
            work.report(path, &ended, Effects::Inline).await?;
        }
        Ok(Response::json(200, &answer.spoken))
    }

    /// First the report is written; then the stored result is spoken, whatever it is by then.
    async fn record_and_answer(
        &self,
        path: &Path,
        request: &Request,
        now: Timestamp,
    ) -> Result<Recorded, Error> {
        let fields = request.form();
        let token = field(&fields, "token").unwrap_or_default();
        let settings = self.authenticate(path, token, now).await?;
        let report = Report::read(&fields).map_err(Error::BadRequest)?;
        let call = report.execution.clone();
        let signal = Signal::Call { attempt: path.attempt, call, event: report.call_event() };
        if matches!(report.outcome, Outcome::Ended(_)) {
            return Ok(Recorded { spoken: Answer::default(), ended: Some(signal), settings });
        }
        let (work, signals) = (self.with(settings.clone(), now), [signal]);
        let incident = work.report(path, &signals, Effects::Deferred).await?;
        let spoken = next_answer(path, &report, incident.as_ref(), now);
        Ok(Recorded { spoken, ended: None, settings })
    }

    /// Checks that this token is good for reports of this attempt. A key that does not match may be an old one: it is read
    /// afresh once. Returns the settings that it was checked with.
    async fn authenticate(
        &self,
        path: &Path,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Settings>, Error> {
        let settings = self.settings.get(now).await?;
        let (checked, settings) = match check_token(&settings, path, token, now)? {
            Err(Invalid::NotOurs) => {
                let settings = self.settings.refresh(now).await?;
                (check_token(&settings, path, token, now)?, settings)
            }
            checked => (checked, settings),
        };
        checked.map(|()| settings).map_err(|why| Error::Forged(why.to_string()))
    }
}

fn check_token(
    settings: &Settings,
    path: &Path,
    token: &str,
    now: Timestamp,
) -> Result<Result<(), Invalid>, Error> {
    let keys = settings.value("callback-key").map(tokens).unwrap_or_default();
    if keys.is_empty() {
        let what = "no callback key: store the parameter callback-key, or set CALLBACK_KEY";
        return Err(Error::NotSetUp(what.to_owned()));
    }
    let check = |incident| check(&keys, token, incident, path.attempt, now);
    Ok(path.incident.as_ref().map_or(Err(Invalid::NotOurs), check))
}

/// Returns what the Flow says next.
fn next_answer(
    path: &Path,
    report: &Report,
    incident: Option<&Incident>,
    now: Timestamp,
) -> Answer {
    let found = incident.and_then(|incident| Some((incident, incident.attempt(path.attempt)?)));
    let Some((incident, attempt)) = found else {
        return to_answer(Reply::unknown(), "");
    };
    let (reading, key) = match report.outcome {
        Outcome::Key(key) => (report.reading, Some(key)),
        Outcome::NoKey => (report.reading.saturating_add(1), None),
        Outcome::Answered | Outcome::Ended(_) => (1, None),
    };
    let menu = Spoken::of(incident, attempt, now).menu;
    to_answer(Reply::of(incident, attempt, reading, key), &menu)
}

fn to_answer(reply: Reply, menu: &str) -> Answer {
    match reply {
        Reply::Menu { first, .. } => {
            Answer { say: format!("{first} {menu}").trim_start().to_owned(), again: true }
        }
        Reply::Question { .. } => Answer { say: replies::IS_IT_OVER.to_owned(), again: true },
        Reply::Last(say) => Answer { say, again: false },
    }
}

/// A report that is written.
struct Recorded {
    /// The answer.
    spoken: Answer,
    /// The call is over: nobody waits, and the incident is still to hear of it.
    ended: Option<Signal>,
    settings: Arc<Settings>,
}

#[cfg(test)]
mod tests;
