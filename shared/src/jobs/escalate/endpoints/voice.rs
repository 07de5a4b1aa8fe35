//! Twilio's voice webhooks: what to say in a call, which key was pressed, and the status of the call.

use jiff::Timestamp;

use super::super::{Effects, Escalate};
use super::ANSWER_TIMEOUT;
use super::reply::Reply;
use crate::Error;
use crate::config::Settings;
use crate::domain::callbacks::{Callback, Resource};
use crate::domain::escalation::{CallEvent, Key, Signal};
use crate::domain::sid::Sid;
use crate::domain::text::{Spoken, replies};
use crate::http::{Request, Response, form_fields};
use crate::jobs::verify::{Kind, verified};
use crate::twilio::callbacks::{About, Path, field, key, machine, status, voice_url};
use crate::twilio::status::of_form;
use crate::twilio::voice::{VoiceReply, twiml};

/// How often we ask for a moment before we give up.
const MAX_MOMENTS: u32 = 12;

/// The outcome of a request about a call.
#[derive(Debug)]
pub struct CallResponse {
    /// The answer.
    pub response: Response,
    /// The call's status, if that is what the request reported: it counts with those of all other calls.
    pub report: Option<Callback>,
}

impl From<Response> for CallResponse {
    /// The answer to a request that reported no status.
    fn from(response: Response) -> CallResponse {
        CallResponse { response, report: None }
    }
}

/// Where a call is: what its URL says.
struct Turn {
    /// Which reading of the menu this is, from 1.
    reading: u32,
    /// The key that was pressed, now or before we asked for a moment.
    digits: Option<String>,
    /// How often we asked for a moment.
    moments: u32,
}

impl Turn {
    fn read(request: &Request, fields: &[(String, String)]) -> Turn {
        let query = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
        let number = |name: &str| field(&query, name).and_then(|text| text.parse().ok());
        let digits = field(fields, "Digits").or_else(|| field(&query, "key"));
        Turn {
            reading: number("reading").unwrap_or(1),
            digits: digits.filter(|digits| !digits.is_empty()).map(str::to_owned),
            moments: number("moments").unwrap_or(0),
        }
    }

    fn key(&self) -> Option<Key> {
        self.digits.as_deref().and_then(|digits| key(digits, self.reading))
    }
}

impl Escalate {
    /// Answers Twilio about a call: with TwiML, with thanks, or what a Flow is to say in JSON.
    ///
    /// # Errors
    /// 403 for a proven forgery, 404 for a path that is none of a call's; 5xx for what may be our own fault.
    pub async fn handle_call(
        &self,
        request: &Request,
        now: Timestamp,
    ) -> Result<CallResponse, Error> {
        let path = Path::read(&request.path).ok_or(Error::NotFound)?;
        match path.about {
            About::Voice => self.handle_voice(&path, request, now).await.map(CallResponse::from),
            About::Report => self.handle_flow(&path, request, now).await.map(CallResponse::from),
            About::Status | About::Machine => self.handle_status(&path, request, now).await,
        }
    }

    async fn handle_status(
        &self,
        path: &Path,
        request: &Request,
        now: Timestamp,
    ) -> Result<CallResponse, Error> {
        let (body, settings) = verified(&self.settings, request, Kind::Form, now).await?;
        let fields = body.fields();
        let is_status = path.about == About::Status;
        // A status may carry the hint too.
        let status = status(&fields).filter(|_| is_status);
        let call = field(&fields, "CallSid").map(Sid::as_sent);
        let signals: Vec<Signal> = machine(&fields)
            .into_iter()
            .chain(status)
            .map(|event| Signal::Call { attempt: path.attempt, call: call.clone(), event })
            .collect();
        if !signals.is_empty() {
            let work = self.with(settings, now);
            work.report(path, &signals, Effects::Inline).await?;
        }
        let report = of_form(Resource::Call, &fields).ok().filter(|_| is_status);
        Ok(CallResponse { response: Response::empty(204), report })
    }

    /// First the key is written; then the stored result is spoken, whatever it is by then. Whoever waits on the
    /// phone is asked for a moment if that takes long, and the next request tries again: nothing is changed for a
    /// request that could not be verified.
    async fn handle_voice(
        &self,
        path: &Path,
        request: &Request,
        now: Timestamp,
    ) -> Result<Response, Error> {
        let turn = Turn::read(request, &request.form());
        let moment = || Ok(moment(path, &turn, self.settings.cached().as_deref()));
        match tokio::time::timeout(ANSWER_TIMEOUT, self.record_and_speak(path, request, &turn, now))
            .await
        {
            Ok(Ok(twiml)) => Ok(twiml),
            Ok(Err(error)) if error.status() < 500 => Err(error),
            Ok(Err(error)) => {
                tracing::error!(%error, "a call asks for a moment");
                moment()
            }
            Err(_) => {
                tracing::error!("an answer takes long: a call asks for a moment");
                moment()
            }
        }
    }

    async fn record_and_speak(
        &self,
        path: &Path,
        request: &Request,
        turn: &Turn,
        now: Timestamp,
    ) -> Result<Response, Error> {
        let (body, settings) = verified(&self.settings, request, Kind::Form, now).await?;
        let work = self.with(settings, now);
        let fields = body.fields();
        let event = turn.key().map_or(CallEvent::Answered, CallEvent::Pressed);
        let call = field(&fields, "CallSid").map(Sid::as_sent);
        let signals = [Signal::Call { attempt: path.attempt, call, event }];
        let incident = work.report(path, &signals, Effects::Deferred).await?;
        let found = incident
            .as_ref()
            .and_then(|incident| incident.attempt(path.attempt).map(|attempt| (incident, attempt)));
        let Some((incident, attempt)) = found else {
            return Ok(xml(&voice_reply(&Reply::unknown(), 0, ""), &plain()));
        };
        let mut spoken = Spoken::of(incident, attempt, now);
        let base = work.settings.public_base_url().unwrap_or_default();
        let here = voice_url(base, &incident.id, path.attempt);
        let reply = Reply::of(incident, attempt, turn.reading, turn.key());
        if let Reply::Question { .. } = reply {
            replies::IS_IT_OVER.clone_into(&mut spoken.menu);
        }
        Ok(xml(&voice_reply(&reply, incident.policy.answer_seconds, &here), &spoken))
    }
}

fn voice_reply<'a>(reply: &'a Reply, answer_seconds: u32, here: &str) -> VoiceReply<'a> {
    match reply {
        Reply::Last(last) => VoiceReply::Last(last),
        Reply::Question { reading } => VoiceReply::Menu {
            first: "",
            action: format!("{here}?reading={reading}"),
            then: None,
            answer_seconds,
        },
        Reply::Menu { first, reading } => VoiceReply::Menu {
            first,
            action: format!("{here}?reading={reading}"),
            then: Reply::may_repeat(*reading).then(|| format!("{here}?reading={}", reading + 1)),
            answer_seconds,
        },
    }
}

/// Asks for a moment: the call comes back to the URL that it came to, and brings the key along in its query, which is
/// signed. While not even our own address is known that URL is a relative one.
fn moment(path: &Path, turn: &Turn, settings: Option<&Settings>) -> Response {
    if turn.moments >= MAX_MOMENTS {
        return xml(&VoiceReply::Last(replies::NOT_STORED), &plain());
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("reading", &turn.reading.to_string());
    if let Some(digits) = &turn.digits {
        query.append_pair("key", digits);
    }
    query.append_pair("moments", &(turn.moments + 1).to_string());
    let here = match settings.and_then(Settings::public_base_url).zip(path.incident.as_ref()) {
        Some((base, incident)) => voice_url(base, incident, path.attempt),
        None => path.attempt.to_string(),
    };
    let again = format!("{here}?{}", query.finish());
    xml(&VoiceReply::Moment { again, aloud: turn.moments.is_multiple_of(3) }, &plain())
}

fn plain() -> Spoken {
    Spoken { menu: String::new(), voice: None, language: None }
}

fn xml(words: &VoiceReply<'_>, spoken: &Spoken) -> Response {
    Response::of(200, "text/xml; charset=utf-8", twiml(words, spoken))
}

#[cfg(test)]
mod tests;
