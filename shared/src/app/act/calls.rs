//! Calls: placed, looked for, looked up, ended.

use jiff::SignedDuration;

use super::super::App;
use super::super::draft::Draft;
use super::super::record::ToDo;
use super::super::words;
use super::{DOUBT, MOST_TRIES, REST, Report, news, phone, refused, rest};
use crate::config::Settings;
use crate::escalation::{Attempt, Effect, End, Incident, News, Signal};
use crate::twilio::callbacks::voice_url;
use crate::twilio::rest::{Api, NewCall, Trouble};

/// How much Twilio's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl App {
    /// Places a call; if it may have been placed before, it is looked for first.
    pub(super) async fn dial(
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
                    return Report::Found(sids.into_iter().map(placed).collect());
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
                    Ok(sids) if !sids.is_empty() => {
                        let placed =
                            |sid| news(attempt, Some(sid), News::Placed { reading_seconds });
                        Report::Found(sids.into_iter().take(1).map(placed).collect())
                    }
                    _ => Report::InDoubt(DOUBT),
                }
            }
        }
    }
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
    // What was over when this attempt was decided was another's: its person was free then.
    let calls = api.find(phone, since, attempt.decided_at, &known).await?;
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

/// Ends the calls of an attempt.
pub(super) async fn hang_up(
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
            Ok(()) => {
                signals.push(news(attempt, Some(sid), News::Ended(End::Canceled)));
            }
            Err(_) if patient => return Report::Later(DOUBT),
            Err(Trouble::Later(_, why) | Trouble::Unknown(why) | Trouble::Refused(why)) => {
                tracing::error!(attempt = attempt.number, why, "a call could not be ended");
                signals.push(news(attempt, Some(sid), News::Ended(End::Canceled)));
            }
        }
    }
    Report::Done(signals)
}

/// Asks Twilio once. If that fails, the rules give the call up a little later.
pub(super) async fn look_up(
    api: &Api,
    incident: &Incident,
    attempt: &Attempt,
    settings: &Settings,
) -> Report {
    let Ok(sids) = under_way(api, incident, attempt, settings).await else {
        return Report::Done(Vec::new());
    };
    let mut signals = Vec::new();
    for sid in sids {
        if let Ok(Some(call)) = api.look_up(&sid).await
            // That it still waits or rings moves nothing: only a callback does.
            && let Some(told @ (News::Answered | News::Ended(_))) = call.news()
        {
            signals.push(news(attempt, Some(sid), told));
        }
    }
    Report::Done(signals)
}

impl Draft<'_> {
    /// A call is found by its number: while we looked, its own words may have come, and the next attempt's call too.
    pub(super) fn is_its_own(&self, found: &Signal) -> bool {
        let (Some(kept), Signal::Call { attempt: number, call: Some(sid), .. }) =
            (&self.kept, found)
        else {
            return false;
        };
        kept.incident.attempts.iter().all(|attempt| match attempt.number == *number {
            true => attempt.calls.is_empty(),
            false => attempt.calls.iter().all(|call| call.sid != *sid),
        })
    }
}
