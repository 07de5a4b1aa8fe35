//! A request that claims to be Twilio's: verified, and if it does not match verified once more with tokens read afresh.

use std::sync::Arc;

use jiff::Timestamp;

use super::signature::{Mismatch, Tokens, Verified, verify_form, verify_json};
use crate::Error;
use crate::config::{Live, Settings};
use crate::http::Request;

/// How Twilio signs this kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A form post: the fields are signed.
    Form,
    /// Any other body: its hash is in the URL.
    Json,
}

/// Proves that a request is Twilio's. Gives its body, which nothing else can make, and the settings that it was
/// verified with.
///
/// # Errors
/// 403 for a proven forgery; 5xx for all that may be our own fault.
pub async fn verified(
    live: &Live,
    request: &Request,
    kind: Kind,
    now: Timestamp,
) -> Result<(Verified, Arc<Settings>), Error> {
    let settings = live.get(now).await?;
    match verify(request, kind, &settings)? {
        Ok(verified) => Ok((verified, settings)),
        // A new token could make these match; nothing could vouch for a changed body.
        Err(Mismatch::Unknown { .. } | Mismatch::WouldMatch { .. }) => {
            let settings = live.fresh(now).await?;
            let verified = verify(request, kind, &settings)?;
            Ok((verified.map_err(|mismatch| Error::Forged(mismatch.to_string()))?, settings))
        }
        Err(mismatch) => Err(Error::Forged(mismatch.to_string())),
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
    let base = settings.public_base_url();
    Ok(match kind {
        Kind::Form => verify_form(request, base, tokens),
        Kind::Json => verify_json(request, base, tokens),
    })
}
