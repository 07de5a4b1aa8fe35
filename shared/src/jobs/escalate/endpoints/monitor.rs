//! `POST /alarms`: a monitor's alarms, with a bearer token.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::super::Escalate;
use super::super::intake::respond;
use crate::Error;
use crate::config::Settings;
use crate::http::{Request, Response};

impl Escalate {
    /// Answers `POST /alarms`.
    ///
    /// # Errors
    /// 401 without the token, 422 if something has no known shape (it is kept), 5xx for what may be our own fault.
    pub async fn handle_monitor(
        &self,
        request: &Request,
        now: Timestamp,
    ) -> Result<Response, Error> {
        let work = self.begin(now).await?;
        authenticate(request, &work.settings)?;
        work.take(&request.body).await.map(|results| respond(&results))
    }
}

/// Checks the bearer token of a request.
fn authenticate(request: &Request, settings: &Settings) -> Result<(), Error> {
    let token = settings.secret("alarms-token").ok_or_else(|| {
        let what =
            "POST /alarms needs a token: store the parameter alarms-token, or set ALARMS_TOKEN";
        Error::NotSetUp(what.to_owned())
    })?;
    let bearer = request.header("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let is_same = |given: &str| bool::from(hash(given).ct_eq(&hash(token.expose())));
    if bearer.is_some_and(is_same) { Ok(()) } else { Err(Error::NoToken) }
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}
