//! The bearer token of a scrape.

use shared::Error;
use shared::config::{Settings, tokens};
use shared::http::Request;

/// Checks the bearer token of a request against all that are set, each in constant time.
///
/// # Errors
/// 401 for another one or none; 503 if no token is set.
pub(crate) fn check(request: &Request, settings: &Settings) -> Result<(), Error> {
    let tokens = tokens(settings.value("metrics-token").unwrap_or_default());
    if tokens.is_empty() {
        let what =
            "GET /metrics needs a token: store the parameter metrics-token, or set METRICS_TOKEN";
        return Err(Error::TokenNotSet(what));
    }
    let shown = request.bearer().filter(|shown| !shown.is_empty()).ok_or(Error::NoToken)?;
    match tokens.iter().fold(false, |found, token| token.is(shown) | found) {
        true => Ok(()),
        false => Err(Error::WrongToken),
    }
}
