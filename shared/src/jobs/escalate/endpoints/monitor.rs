//! `POST /alarms` and `POST /alarms/{name}`: a monitor's alarms, with a bearer token; those of SNS
//! with its signature.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::super::Escalate;
use super::super::intake::respond;
use crate::Error;
use crate::config::Settings;
use crate::domain::alarm::{parse_manual, parse_named};
use crate::domain::sns::{Message, Unread};
use crate::http::{Request, Response};

impl Escalate {
    /// Answers `POST /alarms`.
    ///
    /// # Errors
    /// 400 for what is raised by hand and names no policy, 401 without the token (and for a message of SNS that is not taken), 422 if something has no known shape (it is kept), 5xx for what may be our own fault.
    pub async fn handle_monitor(
        &self,
        request: &Request,
        now: Timestamp,
    ) -> Result<Response, Error> {
        let work = self.begin(now).await?;
        // SNS shows no token: it signs.
        if request.bearer().is_none() {
            match Message::read(&request.body) {
                Ok(message) => return work.take_from_sns(&message).await,
                Err(Unread::Malformed(what)) => return Err(Error::NotFromSns(what)),
                Err(Unread::NotOfSns) => {}
            }
        }
        authenticate(request, &work.settings)?;
        if let Some(by_hand) = parse_manual(&request.body, now) {
            let (raised, policy) = by_hand.map_err(Error::BadRequest)?;
            return work.take_manual(&raised, policy.as_deref()).await;
        }
        work.take(&request.body).await.map(|results| respond(&results))
    }

    /// Answers `POST /alarms/{name}`; `name` is that part of the path, as received.
    ///
    /// # Errors
    /// The same: 422 if it has no name or no state that is known.
    pub async fn handle_named_alarm(
        &self,
        request: &Request,
        name: &str,
        now: Timestamp,
    ) -> Result<Response, Error> {
        let work = self.begin(now).await?;
        authenticate(request, &work.settings)?;
        let alarm = parse_named(name, &request.body, now).map_err(|malformed| *malformed);
        let results = work.take_parts(vec![alarm], &request.body).await?;
        Ok(respond(&results))
    }
}

/// Checks the bearer token of a request.
fn authenticate(request: &Request, settings: &Settings) -> Result<(), Error> {
    let token = settings.secret("alarms-token").ok_or_else(|| {
        let what =
            "POST /alarms needs a token: store the parameter alarms-token, or set ALARMS_TOKEN";
        Error::NotSetUp(what.to_owned())
    })?;
    let given = request.bearer().filter(|given| !given.is_empty()).ok_or(Error::NoToken)?;
    match bool::from(hash(given).ct_eq(&hash(token.expose()))) {
        true => Ok(()),
        false => Err(Error::WrongToken),
    }
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}
