//! Calls: placed, looked for, looked up, ended; in whichever way an attempt is called.

mod driver;

use jiff::{SignedDuration, Timestamp};

use super::super::transaction::Transaction;
use super::{
    BACKOFF, DOUBT_BACKOFF, EffectRunner, MAX_TRIES, Report, backoff, call_signal, refused,
};
use crate::config::Settings;
use crate::domain::e164::E164;
use crate::domain::escalation::{Attempt, CallEvent, Effect, End, Incident, Signal};
use crate::domain::sid::Sid;
use crate::domain::text::Spoken;
use crate::storage::records::ToDo;
use crate::twilio::rest::{Api, ApiError};
use crate::twilio::studio::api::NotBegun;
use driver::{Driver, Order, Ringing};

/// How much Twilio's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// How long an Execution may go on after it told us that its call is over.
const EXECUTION_LINGERS: SignedDuration = SignedDuration::from_secs(10);

impl EffectRunner<'_> {
    /// Places a call; if it may have been placed before, it is looked for first.
    pub(super) async fn dial(
        &self,
        api: &Api,
        incident: &Incident,
        attempt: &Attempt,
        to_do: &ToDo,
    ) -> Report {
        let (settings, now) = (self.work.settings.as_ref(), self.work.now);
        let effect = Effect::Dial { attempt: attempt.number };
        let Some(phone) = settings.config.escalation.phone(&attempt.person) else {
            let why = format!("{} has no phone in the configuration", attempt.person);
            return refused(incident, &effect, &why);
        };
        let driver = Driver::of(api, attempt);
        let spoken = Spoken::of(incident, attempt, now);
        let reading_seconds = spoken.reading_seconds();
        let placed =
            |sid: Sid| call_signal(attempt, Some(sid), CallEvent::Placed { reading_seconds });
        if to_do.in_doubt {
            match find(&driver, phone, incident, attempt).await {
                Ok(sids) if !sids.is_empty() => {
                    return Report::Found(sids.into_iter().map(placed).collect());
                }
                Ok(_) => {}
                Err(_) if to_do.tries < MAX_TRIES => return Report::InDoubt(DOUBT_BACKOFF),
                Err(trouble) => return refused(incident, &effect, &trouble.into_text()),
            }
        }
        if to_do.tries >= MAX_TRIES {
            return refused(incident, &effect, "Twilio does not answer");
        }
        let order = Order { incident, attempt, phone, spoken: &spoken, settings, now };
        match driver.place(&order).await {
            Ok(sid) => Report::Done(vec![placed(sid)]),
            // One that is not in Twilio's list yet may be our own: the next try looks for it again.
            Err(NotBegun::InCall) if to_do.in_doubt && to_do.tries < 2 => {
                Report::InDoubt(DOUBT_BACKOFF)
            }
            Err(NotBegun::InCall) if was_just_called(incident, attempt, self.work.later().now) => {
                Report::RetryAfter(BACKOFF)
            }
            Err(NotBegun::InCall) => {
                Report::Done(vec![call_signal(attempt, None, CallEvent::InCall)])
            }
            Err(NotBegun::ApiError(ApiError::Refused(why))) => {
                refused(incident, &effect, &why.text)
            }
            Err(NotBegun::ApiError(ApiError::Later(after, why))) => {
                tracing::warn!(
                    incident = incident.id.as_str(),
                    why,
                    "a call could not be placed yet"
                );
                Report::RetryAfter(after.map_or(BACKOFF, backoff))
            }
            Err(NotBegun::ApiError(ApiError::Unknown(why))) => {
                tracing::warn!(
                    incident = incident.id.as_str(),
                    why,
                    "it is not known whether a call was placed"
                );
                match find(&driver, phone, incident, attempt).await {
                    Ok(sids) if !sids.is_empty() => {
                        Report::Found(sids.into_iter().take(1).map(placed).collect())
                    }
                    _ => Report::InDoubt(DOUBT_BACKOFF),
                }
            }
        }
    }
}

/// Whether a call of ours to the same person was over just now: its Execution may need a moment more to end, since it is
/// its own Flow that tells us.
fn was_just_called(incident: &Incident, attempt: &Attempt, now: Timestamp) -> bool {
    let is_theirs = |other: &&Attempt| {
        other.number != attempt.number && other.person == attempt.person && !other.calls.is_empty()
    };
    let mut ends = incident.attempts.iter().filter(is_theirs).filter_map(|other| other.ended_at);
    ends.any(|at| now.duration_since(at) < EXECUTION_LINGERS)
}

/// From when on, by Twilio's clock, a call may be this attempt's.
fn since(attempt: &Attempt) -> Timestamp {
    attempt.decided_at.checked_sub(SKEW).unwrap_or(attempt.decided_at)
}

/// The calls that this attempt may have placed, beside those that we know of.
async fn find(
    driver: &Driver<'_>,
    phone: &E164,
    incident: &Incident,
    attempt: &Attempt,
) -> Result<Vec<Sid>, ApiError> {
    let calls = incident.attempts.iter().flat_map(|attempt| &attempt.calls);
    let known: Vec<&Sid> = calls.map(|call| &call.sid).collect();
    // What was over when this attempt was decided was another's: its person was free then.
    driver.find(phone, since(attempt), attempt.decided_at, &known).await
}

/// The SIDs of an attempt's calls that may be under way: as we know them, or as Twilio does.
async fn under_way(
    driver: &Driver<'_>,
    incident: &Incident,
    attempt: &Attempt,
    settings: &Settings,
) -> Result<Vec<Sid>, ApiError> {
    let known = attempt.calls.iter().filter(|call| !call.over);
    let known: Vec<Sid> = known.map(|call| call.sid.clone()).collect();
    match settings.config.escalation.phone(&attempt.person) {
        Some(phone) if attempt.calls.is_empty() => find(driver, phone, incident, attempt).await,
        _ => Ok(known),
    }
}

impl EffectRunner<'_> {
    /// Ends the calls of an attempt.
    pub(super) async fn hang_up(
        &self,
        api: &Api,
        incident: &Incident,
        attempt: &Attempt,
        to_do: &ToDo,
    ) -> Report {
        let settings = self.work.settings.as_ref();
        let driver = Driver::of(api, attempt);
        let may_retry = to_do.tries < MAX_TRIES;
        let sids = match under_way(&driver, incident, attempt, settings).await {
            Ok(sids) => sids,
            Err(_) if may_retry => return Report::RetryAfter(DOUBT_BACKOFF),
            Err(_) => Vec::new(),
        };
        if sids.is_empty() {
            return Report::Done(vec![call_signal(attempt, None, CallEvent::Unknown)]);
        }
        let from = settings.from_number();
        let to = Ringing {
            phone: settings.config.escalation.phone(&attempt.person),
            from: from.as_ref(),
            since: since(attempt),
            at: attempt.decided_at,
        };
        let mut signals = Vec::new();
        for sid in sids {
            match driver.hang_up(&sid, &to).await {
                Ok(()) => {
                    signals.push(call_signal(attempt, Some(sid), CallEvent::Ended(End::Canceled)));
                }
                Err(_) if may_retry => return Report::RetryAfter(DOUBT_BACKOFF),
                Err(trouble) => {
                    let why = trouble.into_text();
                    tracing::error!(attempt = attempt.number, why, "a call could not be ended");
                    signals.push(call_signal(attempt, Some(sid), CallEvent::Ended(End::Canceled)));
                }
            }
        }
        Report::Done(signals)
    }

    /// Asks Twilio once. If that fails, the rules give the call up a little later.
    pub(super) async fn look_up(
        &self,
        api: &Api,
        incident: &Incident,
        attempt: &Attempt,
    ) -> Report {
        let settings = self.work.settings.as_ref();
        let driver = Driver::of(api, attempt);
        let Ok(sids) = under_way(&driver, incident, attempt, settings).await else {
            return Report::Done(Vec::new());
        };
        let mut signals = Vec::new();
        for sid in sids {
            let event = driver.look_up(&sid).await.unwrap_or_default();
            signals.extend(
                event.into_iter().map(|event| call_signal(attempt, Some(sid.clone()), event)),
            );
        }
        Report::Done(signals)
    }
}

impl Transaction<'_> {
    /// A call is found by its number: while we looked, its own words may have come, and the next attempt's call too.
    pub(super) fn is_its_own(&self, found: &Signal) -> bool {
        let (Some(stored), Signal::Call { attempt: number, call: Some(sid), .. }) =
            (&self.stored, found)
        else {
            return false;
        };
        stored.incident.attempts.iter().all(|attempt| match attempt.number == *number {
            true => attempt.calls.is_empty(),
            false => attempt.calls.iter().all(|call| call.sid != *sid),
        })
    }
}

#[cfg(test)]
mod tests;
