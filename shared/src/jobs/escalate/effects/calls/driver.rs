//! The two ways to call: Twilio Voice, and a Studio Flow. A call's SID is that of the call, or of its Execution.

use jiff::Timestamp;
use serde_json::json;

use crate::config::{Settings, tokens};
use crate::domain::e164::E164;
use crate::domain::escalation::{Attempt, CallEvent, CallWith, Incident};
use crate::domain::sid::Sid;
use crate::twilio::callbacks::{studio_url, voice_url};
use crate::twilio::rest::{Api, ApiError, CallResource, FromNumber, NewCall, Rejection};
use crate::twilio::status::RETRIES;
use crate::twilio::studio::api::{Executions, NotBegun};
use crate::twilio::studio::callback_token::{LIFE, mint};

use super::super::super::after;
use crate::domain::text::Spoken;

/// The way in which an attempt is called.
pub(super) enum Driver<'a> {
    Voice(&'a Api),
    Studio { flow: Executions<'a>, voice: &'a Api },
}

/// The order for a new call, in either way.
pub(super) struct Order<'a> {
    pub(super) incident: &'a Incident,
    pub(super) attempt: &'a Attempt,
    pub(super) phone: &'a E164,
    pub(super) spoken: &'a Spoken,
    pub(super) settings: &'a Settings,
    pub(super) now: Timestamp,
}

impl<'a> Driver<'a> {
    /// That of this attempt.
    pub(super) fn of(api: &'a Api, attempt: &'a Attempt) -> Driver<'a> {
        match &attempt.with {
            CallWith::Voice => Driver::Voice(api),
            CallWith::Studio { flow_sid } => {
                Driver::Studio { flow: Executions::of(api, flow_sid), voice: api }
            }
        }
    }

    /// Places a call. Gives its SID.
    pub(super) async fn place(&self, order: &Order<'_>) -> Result<Sid, NotBegun> {
        let missing = |what: &str| {
            let why = format!("not set up: {what} is missing");
            tracing::error!("{why}");
            Err(NotBegun::ApiError(ApiError::Refused(Rejection::ours(why))))
        };
        let settings = order.settings;
        let Some(from) = settings.from_number() else {
            return missing("TWILIO_FROM_NUMBER (the parameter twilio/from-number)");
        };
        if let Err(error) = settings.configured_base_url() {
            tracing::error!("not set up: {error}");
            let why = format!("not set up: {error}");
            return Err(NotBegun::ApiError(ApiError::Refused(Rejection::ours(why))));
        }
        let Some(base) = settings.public_base_url() else {
            return missing("PUBLIC_BASE_URL (the parameter public-base-url)");
        };
        match self {
            Driver::Voice(api) => {
                let call = api.call(&order.to_new_call(base, &from)).await;
                call.map(|call| call.sid).map_err(NotBegun::ApiError)
            }
            Driver::Studio { flow, .. } => {
                let keys = settings.value("callback-key").map(tokens).unwrap_or_default();
                let Some(key) = keys.first() else {
                    return missing("CALLBACK_KEY (the parameter callback-key)");
                };
                let (id, number) = (&order.incident.id, order.attempt.number);
                let parameters = json!({
                    "say": order.spoken.menu,
                    "report_url": studio_url(base, id, number),
                    "token": mint(key, id, number, after(order.now, LIFE)),
                });
                let begun = flow.begin(order.phone, &from, &parameters).await;
                begun.map(|execution| execution.sid)
            }
        }
    }

    /// The calls to this phone that began at `since` or later and were not over at `at`, but for those known already.
    pub(super) async fn find(
        &self,
        phone: &E164,
        since: Timestamp,
        at: Timestamp,
        known: &[&Sid],
    ) -> Result<Vec<Sid>, ApiError> {
        match self {
            Driver::Voice(api) => {
                let calls = api.find(phone, since, at, known).await?;
                Ok(calls.into_iter().map(|call| call.sid).collect())
            }
            Driver::Studio { flow, .. } => {
                let executions = flow.find(phone, since, at, known).await?;
                Ok(executions.into_iter().map(|execution| execution.sid).collect())
            }
        }
    }

    /// The status of a call: what is worth telling of it.
    pub(super) async fn look_up(&self, sid: &Sid) -> Result<Vec<CallEvent>, ApiError> {
        match self {
            Driver::Voice(api) => {
                let event = api.look_up(sid).await?.and_then(|call| call.call_event());
                // That it still waits or rings moves nothing: only a callback does.
                let worth =
                    |event: &CallEvent| matches!(event, CallEvent::Answered | CallEvent::Ended(_));
                Ok(event.into_iter().filter(worth).collect())
            }
            Driver::Studio { flow, .. } => match flow.look_up(sid).await? {
                Some(execution) if execution.is_over() => Ok(flow.context(sid).await?.ended()),
                _ => Ok(Vec::new()),
            },
        }
    }

    /// Ends a call, whether it rings or is under way. A call need not end with its Execution, as far as is documented, and
    /// while it rings the Execution may not know it: then it is looked for among those to this phone.
    pub(super) async fn hang_up(&self, sid: &Sid, to: &Ringing<'_>) -> Result<(), ApiError> {
        let (flow, voice) = match self {
            Driver::Voice(api) => return api.hang_up(sid).await,
            Driver::Studio { flow, voice } => (flow, voice),
        };
        let context = flow.context(sid).await;
        flow.end(sid).await?;
        let calls = match context?.call_sid {
            Some(call) => vec![call],
            None => to.calls(voice).await?,
        };
        for call in calls {
            voice.hang_up(&call).await?;
        }
        Ok(())
    }
}

/// A phone that rings for an attempt.
pub(super) struct Ringing<'a> {
    pub(super) phone: Option<&'a E164>,
    pub(super) from: Option<&'a FromNumber>,
    pub(super) since: Timestamp,
    pub(super) at: Timestamp,
}

impl Ringing<'_> {
    /// The calls of our number to this phone that are under way: nobody is called twice at once.
    async fn calls(&self, voice: &Api) -> Result<Vec<Sid>, ApiError> {
        let (Some(phone), Some(from)) = (self.phone, self.from) else { return Ok(Vec::new()) };
        let calls = voice.find(phone, self.since, self.at, &[]).await?;
        let is_ours = |call: &CallResource| {
            call.is_from(from) && !matches!(call.call_event(), Some(CallEvent::Ended(_)))
        };
        Ok(calls.into_iter().filter(is_ours).map(|call| call.sid).collect())
    }
}

impl Order<'_> {
    fn to_new_call(&self, base: &str, from: &FromNumber) -> NewCall {
        let url = voice_url(base, &self.incident.id, self.attempt.number);
        let policy = &self.incident.policy;
        NewCall {
            to: self.phone.clone(),
            from: from.clone(),
            status_url: format!("{url}/status{RETRIES}"),
            machine_url: format!("{url}/amd"),
            url,
            ring_seconds: policy.ring_seconds,
            most_seconds: 2 * (self.spoken.reading_seconds() + policy.answer_seconds) + 60,
        }
    }
}
