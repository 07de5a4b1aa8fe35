//! A request to the REST API.

use std::sync::Arc;

use jiff::Timestamp;
use shared::http::Response;

use super::Twilio;
use super::api_error::ApiError;
use super::faults::Placing;
use super::webhook::field;
use crate::settings::Setup;

/// A request for one account.
pub(super) struct ApiRequest<'a> {
    pub(super) twilio: &'a Arc<Twilio>,
    pub(super) setup: &'a Setup,
    pub(super) account: &'a str,
    /// The fields of the form, or of a GET's query.
    pub(super) fields: Vec<(String, String)>,
}

impl ApiRequest<'_> {
    /// The first field of this name, unless it is empty.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name).filter(|value| !value.is_empty())
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &str, code: u32, otherwise: &str) -> Result<&str, ApiError> {
        self.field(name).ok_or_else(|| ApiError::bad(code, otherwise))
    }

    /// Whether a value is the one that the filter of this name wants, if it is there.
    pub(super) fn wants(&self, name: &str, value: &str) -> bool {
        self.field(name).is_none_or(|wanted| wanted == value)
    }

    /// Whether a time passes the filters `name`, `name<` and `name>`: a day in GMT, not a moment, and the day itself is on
    /// either side. No time passes none of them.
    pub(super) fn wants_day(&self, name: &str, at: Option<Timestamp>) -> bool {
        let day = at.map(|at| at.to_string());
        let day = day.as_deref().and_then(|day| day.get(..10));
        let passes = |sign: &str, fits: fn(&str, &str) -> bool| {
            let Some(wanted) = self.field(&format!("{name}{sign}")) else { return true };
            day.is_some_and(|day| fits(day, wanted.get(..10).unwrap_or(wanted)))
        };
        passes("", |day, wanted| day == wanted)
            && passes("<", |day, wanted| day <= wanted)
            && passes(">", |day, wanted| day >= wanted)
    }

    /// Places a call, in whichever way, unless that goes wrong on purpose: before it is done, or after.
    pub(super) fn places(
        &self,
        place: impl FnOnce() -> Result<Response, ApiError>,
    ) -> Result<Response, ApiError> {
        let placing = self.twilio.records().fault_injector.placing();
        match placing {
            Placing::Refused(refuse) => {
                return Err(ApiError::new(refuse.status, refuse.code, "Refused on purpose"));
            }
            Placing::FailsBefore => return Err(ApiError::out_of_order()),
            Placing::Well | Placing::FailsAfter => {}
        }
        let placed = place()?;
        if placing == Placing::FailsAfter { Err(ApiError::out_of_order()) } else { Ok(placed) }
    }

    /// Fails a look-up of calls or texts, if that goes wrong on purpose.
    pub(super) fn looks_up(&self, is_look_up: bool) -> Result<(), ApiError> {
        let fails = is_look_up && self.twilio.records().fault_injector.look_up_fails();
        if fails { Err(ApiError::out_of_order()) } else { Ok(()) }
    }
}

/// Whether it is a phone number in E.164, which is all that can be called here.
pub(crate) fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}
