//! Somebody has their own phone rung. Like a code, a test call is no part of an incident: it has no lease, no second try, and
//! counts towards nothing that incidents count.

use jiff::Timestamp;

use super::work::Work;
use super::{CallResponse, Escalate};
use crate::domain::callbacks::Resource;
use crate::domain::escalation::{CallEvent, Key};
use crate::domain::test_calls::{NO_THANKS, NotRung, OVER, QUESTION, THANKS, is_wanted};
use crate::domain::text::{Spoken, mask_numbers};
use crate::http::{Request, Response, form_fields};
use crate::jobs::verify::{Kind, verified};
use crate::storage::{incidents, test_calls};
use crate::twilio::callbacks::{field, key, status};
use crate::twilio::rest::NewCall;
use crate::twilio::status::{RETRIES, of_form};
use crate::twilio::voice::{VoiceReply, twiml};
use crate::{Error, random};

/// The path before the id of a test call.
const PATH: &str = "/twilio/voice/test/";
/// How long it rings, and how long we wait for a key, in seconds.
const RING_SECONDS: u32 = 25;
const ANSWER_SECONDS: u32 = 10;
/// How long it lasts at most once it is answered, in seconds.
const MAX_SECONDS: u32 = 60;

impl Work<'_> {
    /// Rings the person's phone, if it may be rung. That is kept first: after a crash between the two nothing rings, and
    /// whoever waits asks again.
    pub(super) async fn ring_for_a_test(&self, person: &str, at: Timestamp) -> Result<(), Error> {
        let Some(known) = self.settings.config.escalation.people.get(person) else {
            tracing::info!(
                "a test call was asked for by a name that the configuration does not have"
            );
            return Ok(());
        };
        if is_wanted(person, &incidents::latest(self.store(), self.now).await?) {
            tracing::info!(person, "no test call: an incident is open for them");
            return Ok(());
        }
        let id = crate::hex(&random::bytes::<16>()?);
        let rung = test_calls::change(self.store(), person, self.now, |calls| {
            calls.ring(&id, at, self.now)
        });
        if let Err(why) = rung.await? {
            let why = match why {
                NotRung::Late => "it was asked for too long ago",
                NotRung::Repeated => "it was dealt with before",
                NotRung::TooOften => "three within the hour are enough",
            };
            tracing::info!(person, why, "no test call");
            return Ok(());
        }
        if let Err(why) = self.place_test_call(&known.phone, person, &id).await {
            let why = mask_numbers(&why);
            tracing::error!(person, why, "a test call could not be placed");
            let event = CallEvent::Refused(why);
            let told = test_calls::change(self.store(), person, self.now, |calls| {
                calls.with(&id, &event, self.now).ok_or(())
            });
            let _ = told.await?;
        }
        Ok(())
    }

    async fn place_test_call(&self, phone: &str, person: &str, id: &str) -> Result<(), String> {
        let api = self.api().map_err(|error| error.to_string())?;
        let from =
            self.settings.value("twilio/from-number").ok_or("there is no number to call from")?;
        let base = self.settings.public_base_url().ok_or("there is no public base URL")?;
        let status_url = format!("{}{RETRIES}", url(base, id, "/status", person));
        let call = NewCall {
            to: phone.to_owned(),
            from: from.to_owned(),
            url: url(base, id, "", person),
            machine_url: status_url.clone(),
            status_url,
            ring_seconds: RING_SECONDS,
            most_seconds: MAX_SECONDS,
        };
        api.call(&call).await.map(|_| ()).map_err(|error| error.into_text())
    }
}

/// A URL of a test call. Not every reader takes a plus for a blank.
fn url(base: &str, id: &str, behind: &str, person: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("person", person).finish().replace('+', "%20");
    format!("{base}{PATH}{id}{behind}?{query}")
}

impl Escalate {
    /// Answers Twilio about a test call: with what is said, or with thanks for its status.
    ///
    /// # Errors
    /// 403 for a proven forgery, 404 for a path that is none of a test call's; 5xx for what may be our own fault.
    pub async fn handle_test_call(
        &self,
        request: &Request,
        now: Timestamp,
    ) -> Result<CallResponse, Error> {
        let (body, settings) = verified(&self.settings, request, Kind::Form, now).await?;
        let path = request.path.strip_prefix(PATH).ok_or(Error::NotFound)?;
        let (id, is_status) = match path.strip_suffix("/status") {
            Some(id) => (id, true),
            None => (path, false),
        };
        let query = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
        let person = field(&query, "person").unwrap_or_default();
        let is_known = settings.config.escalation.people.contains_key(person);
        let fields = body.fields();
        let pressed = field(&fields, "Digits").filter(|digits| !digits.is_empty());
        let event = match is_status {
            true => status(&fields),
            false => Some(match pressed.and_then(|digits| key(digits, 1)) {
                Some(pressed) => CallEvent::Pressed(pressed),
                None => CallEvent::Answered,
            }),
        };
        let mut is_last = false;
        if let Some(event) = event.as_ref().filter(|_| is_known) {
            let changed = test_calls::change(self.store.as_ref(), person, now, |calls| {
                let is_last = calls.last.as_ref().is_some_and(|last| last.id == id);
                calls.with(id, event, now).ok_or(is_last)
            });
            is_last = changed.await?.map_or_else(|is_last| is_last, |_| true);
        }
        if is_status {
            let report = of_form(Resource::Call, &fields).ok();
            return Ok(CallResponse { response: Response::empty(204), report });
        }
        let is_second = query.iter().any(|(name, _)| name == "again");
        let here = url(settings.public_base_url().unwrap_or_default(), id, "", person);
        let words = match event {
            _ if !is_last => VoiceReply::Last(OVER),
            Some(CallEvent::Pressed(Key::Take)) => VoiceReply::Last(THANKS),
            Some(CallEvent::Answered) if !is_second => VoiceReply::Menu {
                first: "",
                then: Some(format!("{here}&again=1")),
                action: here,
                answer_seconds: ANSWER_SECONDS,
            },
            _ => VoiceReply::Last(NO_THANKS),
        };
        let spoken = Spoken { menu: QUESTION.to_owned(), voice: None, language: None };
        Ok(Response::of(200, "text/xml; charset=utf-8", twiml(&words, &spoken)).into())
    }
}
