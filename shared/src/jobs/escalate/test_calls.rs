//! Somebody has their own phone rung. A test call is no part of an incident: it has no second try, and counts towards
//! nothing that incidents count. While it is under way its person is in a call, so that no incident uses up one of its own
//! calls on a busy phone; an incident that waits for them has it hung up.

use jiff::Timestamp;

use super::work::Work;
use super::{CallResponse, Escalate, after};
use crate::domain::callbacks::Resource;
use crate::domain::e164::E164;
use crate::domain::escalation::{CallEvent, Incident, Key, State};
use crate::domain::sid::Sid;
use crate::domain::test_calls::{MAX_DURATION, MAX_SECONDS, NotRung, RING_SECONDS, is_wanted};
use crate::domain::text::{Spoken, mask_numbers, replies};
use crate::http::{Request, Response, form_fields};
use crate::jobs::verify::{Kind, verified};
use crate::storage::{incidents, test_calls};
use crate::twilio::callbacks::{field, key, machine, status};
use crate::twilio::rest::{ApiError, NewCall};
use crate::twilio::status::{RETRIES, of_form};
use crate::twilio::voice::{VoiceReply, twiml};
use crate::{Error, random};

/// The path before the id of a test call.
const PATH: &str = "/twilio/voice/test/";
/// How long we wait for a key, in seconds.
const ANSWER_SECONDS: u32 = 10;

impl Work<'_> {
    /// Rings the person's phone, if it may be rung. That is kept first: after a crash between the two nothing rings, and
    /// whoever waits asks again, when the call would be over.
    pub(super) async fn ring_for_a_test(&self, person: &str, at: Timestamp) -> Result<(), Error> {
        let Some(known) = self.settings.config.escalation.people.get(person) else {
            tracing::info!(
                "a test call was asked for by a name that the configuration does not have"
            );
            return Ok(());
        };
        let id = crate::hex(&random::bytes::<16>()?);
        // An incident that begins from here on waits for the end of this call; one that began before is seen below.
        let until = after(self.now, MAX_DURATION);
        if !test_calls::lease(self.store(), person, &id, until, self.now).await? {
            tracing::info!(person, "no test call: they are in a call");
            return Ok(());
        }
        match self.begin_test_call(person, &id, at).await {
            Ok(None) => {}
            other => {
                test_calls::release(self.store(), person, &id, self.now).await?;
                if let Some(why) = other? {
                    tracing::info!(person, why, "no test call");
                }
                return Ok(());
            }
        }
        match self.place_test_call(&known.phone, person, &id).await {
            // Nobody knows whether Twilio took it: its callbacks say so, or nobody does.
            Ok(None) => {}
            Ok(Some(sid)) => {
                let placed = test_calls::change(self.store(), person, self.now, |calls| {
                    calls.placed(&id, sid.clone()).ok_or(())
                });
                let _ = placed.await?;
            }
            Err(why) => {
                let why = mask_numbers(&why);
                tracing::error!(person, why, "a test call could not be placed");
                let event = CallEvent::Refused(why);
                let told = test_calls::change(self.store(), person, self.now, |calls| {
                    calls.with(&id, &event, self.now).ok_or(())
                });
                let _ = told.await?;
                test_calls::release(self.store(), person, &id, self.now).await?;
            }
        }
        Ok(())
    }

    /// Keeps that it is about to be placed, or says why it is not.
    async fn begin_test_call(
        &self,
        person: &str,
        id: &str,
        at: Timestamp,
    ) -> Result<Option<&'static str>, Error> {
        if is_wanted(person, &incidents::latest(self.store(), self.now).await?) {
            return Ok(Some("an incident is open for them"));
        }
        let begun = test_calls::change(self.store(), person, self.now, |calls| {
            calls.ring(id, at, self.now)
        });
        Ok(begun.await?.err().map(|why| match why {
            NotRung::Late => "it was asked for too long ago",
            NotRung::Repeated => "it was dealt with before",
            NotRung::Running => "one is under way",
            NotRung::TooOften => "three within the hour are enough",
        }))
    }

    /// Hangs up the test calls of those whom this incident waits for. What goes wrong with that is logged, and nothing
    /// else: the test calls end by themselves soon.
    pub(super) async fn hang_up_test_calls(&self, incident: &Incident) {
        if incident.round.poll_again_at.is_none() && incident.round.passed.is_empty()
            || incident.state() != State::Calling
        {
            return;
        }
        if let Err(error) = self.try_to_hang_up_test_calls(&incident.round.order).await {
            tracing::warn!(%error, "a test call was not hung up for an incident");
        }
    }

    async fn try_to_hang_up_test_calls(&self, people: &[String]) -> Result<(), Error> {
        for (person, id) in test_calls::leases(self.store(), people, self.now).await? {
            let changed = test_calls::change(self.store(), &person, self.now, |calls| {
                calls.give_way(&id, self.now).ok_or(())
            });
            let Ok(calls) = changed.await? else { continue };
            let Some(sid) = calls.last.and_then(|last| last.call) else { continue };
            match self.api()?.hang_up(&sid).await {
                Ok(()) => tracing::info!(person, "a test call was hung up: an incident calls"),
                Err(why) => {
                    let why = mask_numbers(&why.into_text());
                    tracing::warn!(person, why, "a test call was not hung up for an incident");
                }
            }
        }
        Ok(())
    }

    async fn place_test_call(
        &self,
        phone: &E164,
        person: &str,
        id: &str,
    ) -> Result<Option<Sid>, String> {
        let api = self.api().map_err(|error| error.to_string())?;
        let from = self.settings.from_number().ok_or("there is no number to call from")?;
        let base = self.settings.public_base_url().ok_or("there is no public base URL")?;
        let status_url = format!("{}{RETRIES}", url(base, id, "/status", person));
        let call = NewCall {
            to: phone.clone(),
            from,
            url: url(base, id, "", person),
            machine_url: status_url.clone(),
            status_url,
            ring_seconds: RING_SECONDS,
            most_seconds: MAX_SECONDS,
        };
        match api.call(&call).await {
            Ok(call) => Ok(Some(call.sid)),
            Err(ApiError::Unknown(why)) => {
                let why = mask_numbers(&why);
                tracing::warn!(person, why, "it is not known whether a test call was placed");
                Ok(None)
            }
            Err(why) => Err(why.into_text()),
        }
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
            true => status(&fields).or_else(|| machine(&fields)),
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
        if let Some(CallEvent::Ended(_)) = event
            && is_known
        {
            test_calls::release(self.store.as_ref(), person, id, now).await?;
        }
        if is_status {
            let report = of_form(Resource::Call, &fields).ok();
            return Ok(CallResponse { response: Response::empty(204), report });
        }
        let is_second = query.iter().any(|(name, _)| name == "again");
        let here = url(settings.public_base_url().unwrap_or_default(), id, "", person);
        let words = match event {
            _ if !is_last => VoiceReply::Last(replies::TEST_OVER),
            Some(CallEvent::Pressed(Key::Take)) => VoiceReply::Last(replies::TEST_ANSWERED),
            Some(CallEvent::Answered) if !is_second => VoiceReply::Menu {
                first: "",
                then: Some(format!("{here}&again=1")),
                action: here,
                answer_seconds: ANSWER_SECONDS,
            },
            _ => VoiceReply::Last(replies::TEST_UNANSWERED),
        };
        let spoken =
            Spoken { menu: replies::TEST_QUESTION.to_owned(), voice: None, language: None };
        Ok(Response::of(200, "text/xml; charset=utf-8", twiml(&words, &spoken)).into())
    }
}

#[cfg(test)]
mod tests;
