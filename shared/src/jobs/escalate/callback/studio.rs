//! What a Studio Flow reports of its call, and what it says then.

use super::reply::{QUESTION, Reply};
use super::{App, PATIENCE};
use crate::Error;
use crate::config::{Settings, tokens};
use crate::domain::escalation::{Incident, Signal};
use crate::domain::text::Spoken;
use crate::http::{Request, Response};
use crate::jobs::escalate::Hand;
use crate::twilio::callbacks::{Path, field};
use crate::twilio::studio::capability::{Invalid, check};
use crate::twilio::studio::report::{Answer, Outcome, Report};

impl App {
    /// A Flow reports to us, and speaks what we answer. If that takes long it is told so (503) and asks again: somebody
    /// waits on the phone. Where nobody does, the next person is called before we answer.
    pub(super) async fn hear_flow(
        &self,
        path: &Path<'_>,
        request: &Request,
    ) -> Result<Response, Error> {
        let answer = tokio::time::timeout(PATIENCE, self.note_and_say(path, request)).await;
        let answer = match answer {
            Ok(told) => told?,
            Err(_) => return Err(Error::TooLong("an answer: the Flow tries again".to_owned())),
        };
        if let Some(ended) = answer.ended {
            self.signal(path.incident, &[ended], Hand::Act).await?;
        }
        Ok(Response::json(200, &answer.said))
    }

    /// First what was heard is written; then the stored result is spoken, whatever it is by then.
    async fn note_and_say(&self, path: &Path<'_>, request: &Request) -> Result<Heard, Error> {
        let fields = request.form();
        self.trust(path, field(&fields, "token").unwrap_or_default()).await?;
        let report = Report::read(&fields).map_err(Error::BadRequest)?;
        let call = report.execution.clone();
        let signal = Signal::Call { attempt: path.attempt, call, event: report.call_event() };
        if matches!(report.outcome, Outcome::Ended(_)) {
            return Ok(Heard { said: Answer::default(), ended: Some(signal) });
        }
        let incident = self.signal(path.incident, &[signal], Hand::Leave).await?;
        Ok(Heard { said: self.words(path, &report, incident.as_ref()), ended: None })
    }

    fn words(&self, path: &Path<'_>, report: &Report, incident: Option<&Incident>) -> Answer {
        let found = incident.and_then(|incident| Some((incident, incident.attempt(path.attempt)?)));
        let Some((incident, attempt)) = found else {
            return spoken(Reply::unknown(), "");
        };
        let (reading, key) = match report.outcome {
            Outcome::Key(key) => (report.reading, Some(key)),
            Outcome::NoKey => (report.reading.saturating_add(1), None),
            Outcome::Answered | Outcome::Ended(_) => (1, None),
        };
        let menu = Spoken::of(incident, attempt, self.now()).menu;
        spoken(Reply::of(incident, attempt, reading, key), &menu)
    }

    /// Whether this token is good for reports of this attempt. A key that does not match may be an old one: it is read
    /// afresh once.
    async fn trust(&self, path: &Path<'_>, token: &str) -> Result<(), Error> {
        let settings = self.live.get(self.now()).await?;
        let told = match self.judge(&settings, path, token)? {
            Err(Invalid::NotOurs) => {
                let settings = self.live.fresh(self.now()).await?;
                self.judge(&settings, path, token)?
            }
            told => told,
        };
        told.map_err(|why| Error::Forged(why.to_string()))
    }

    fn judge(
        &self,
        settings: &Settings,
        path: &Path<'_>,
        token: &str,
    ) -> Result<Result<(), Invalid>, Error> {
        let keys = settings.value("callback-key").map(tokens).unwrap_or_default();
        if keys.is_empty() {
            let what = "no callback key: store the parameter callback-key, or set CALLBACK_KEY";
            return Err(Error::NotSetUp(what.to_owned()));
        }
        Ok(check(&keys, token, path.incident, path.attempt, self.now()))
    }
}

fn spoken(reply: Reply, menu: &str) -> Answer {
    match reply {
        Reply::Menu { first, .. } => {
            Answer { say: format!("{first} {menu}").trim_start().to_owned(), again: true }
        }
        Reply::Question { .. } => Answer { say: QUESTION.to_owned(), again: true },
        Reply::Last(say) => Answer { say, again: false },
    }
}

/// What a report comes to.
struct Heard {
    said: Answer,
    /// The call is over: nobody waits, and the incident is told of it.
    ended: Option<Signal>,
}

#[cfg(test)]
mod tests;
