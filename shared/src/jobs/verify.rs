//! A request that claims to be Twilio's: verified, and if it does not match verified once more with tokens read afresh.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::Error;
use crate::config::{Settings, SettingsCache};
use crate::http::Request;
pub use crate::twilio::signature::Kind;
use crate::twilio::signature::{
    Explanation, Mismatch, Tokens, Verified, explain, is_small, matches_base, signed_elsewhere,
    verify_form, verify_json,
};

/// Proves that a request is Twilio's. Gives its body, which nothing else can make, and the settings that it was
/// verified with.
///
/// # Errors
/// 403 for what no token of ours has signed; 5xx for all that may be our own fault.
pub async fn verified(
    live: &SettingsCache,
    request: &Request,
    kind: Kind,
    now: Timestamp,
) -> Result<(Verified, Arc<Settings>), Error> {
    let settings = live.get(now).await?;
    match verify(request, kind, &settings)? {
        Ok(verified) => return Ok((verified, settings)),
        // A new token could make these match; nothing could vouch for a changed body.
        Err(Mismatch::Unexplained { .. } | Mismatch::ReplacedToken { .. }) => {}
        Err(mismatch) => return Err(refused(mismatch)),
    }
    let settings = live.refresh(now).await?;
    let mismatch = match verify(request, kind, &settings)? {
        Ok(verified) => return Ok((verified, settings)),
        Err(unexplained @ Mismatch::Unexplained { .. }) => {
            SEARCHES.explain(request, kind, &settings, now).unwrap_or(unexplained)
        }
        Err(mismatch) => mismatch,
    };
    Err(refused(mismatch))
}

/// What a token of ours has signed for another address is our set-up, and Twilio tries again for four hours. What none of
/// ours has signed is a forgery.
fn refused(mismatch: Mismatch) -> Error {
    match mismatch {
        Mismatch::WouldMatch { .. } => Error::NotSetUp(mismatch.to_string()),
        _ => Error::Forged(mismatch.to_string()),
    }
}

/// How often other URLs are tried for a signature that does not match.
const SEARCH_INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// The searches of this process.
static SEARCHES: Searches = Searches::new();

/// The search for a URL that would have matched, which strangers can have made once a minute at most. One that was found
/// is remembered: later requests for it are known at once.
struct Searches(Mutex<Found>);

struct Found {
    last: Option<Timestamp>,
    /// The base URL that matched, and what is said of it.
    base: Option<(String, Mismatch)>,
}

impl Searches {
    const fn new() -> Searches {
        Searches(Mutex::new(Found { last: None, base: None }))
    }

    /// Explains a mismatch; `None` if this is not tried now, or for so large a request.
    fn explain(
        &self,
        request: &Request,
        kind: Kind,
        settings: &Settings,
        now: Timestamp,
    ) -> Option<Mismatch> {
        if !is_small(request, kind) {
            return None;
        }
        let tokens = Tokens { current: &settings.tokens, retired: &settings.retired };
        let base = settings.configured_base_url().ok().flatten();
        if let Some(mismatch) = signed_elsewhere(request, kind, base, tokens) {
            return Some(mismatch);
        }
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((base, mismatch)) = &found.base
            && matches_base(request, kind, base, tokens)
        {
            return Some(mismatch.clone());
        }
        let is_due = |last: Timestamp| now.duration_since(last).abs() >= SEARCH_INTERVAL;
        if !found.last.is_none_or(is_due) {
            return None;
        }
        found.last = Some(now);
        let Explanation { mismatch, base } = explain(request, kind, base, tokens);
        if let Some(base) = base {
            found.base = Some((base, mismatch.clone()));
        }
        Some(mismatch)
    }
}

fn verify(
    request: &Request,
    kind: Kind,
    settings: &Settings,
) -> Result<Result<Verified, Mismatch>, Error> {
    if settings.tokens.is_empty() {
        let what = "no auth token: store the parameter twilio/auth-token, or set TWILIO_AUTH_TOKEN";
        return Err(Error::NotSetUp(what.to_owned()));
    }
    let tokens = Tokens { current: &settings.tokens, retired: &settings.retired };
    let base =
        settings.configured_base_url().map_err(|error| Error::NotSetUp(error.to_string()))?;
    Ok(match kind {
        Kind::Form => verify_form(request, base, tokens),
        Kind::Json => verify_json(request, base, tokens),
    })
}

#[cfg(test)]
mod tests;
