//! Executions of a Flow: begun, looked for, looked at, ended. (Studio REST API v2, "Execution resource".)

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::context::Context;
use crate::domain::e164::E164;
use crate::domain::sid::Sid;
use crate::twilio::rest::{
    Api, ApiError, ApiResponse, FromNumber, Rejection, read, read_time, verdict,
};

/// Whether this is wrong with the account (20003, 20005, 20008) or with a number (21xxx), and not the Flow's fault.
fn is_not_the_flows(code: Option<u64>) -> bool {
    matches!(code, Some(20003 | 20005 | 20008 | 21000..=21999 | 401 | 403))
}

/// The Executions of one Flow.
pub struct Executions<'a> {
    api: &'a Api,
    flow_sid: &'a Sid,
}

/// An Execution as Twilio has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Execution {
    /// Its SID.
    pub sid: Sid,
    #[serde(default)]
    status: String,
    #[serde(default)]
    contact_channel_address: String,
    date_created: Option<String>,
    date_updated: Option<String>,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    executions: Vec<Execution>,
}

/// Why an Execution was not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBegun {
    /// One with this pair of numbers is active, of this Flow or another (409): the person is in a call.
    InCall,
    /// Anything else.
    ApiError(ApiError),
}

/// The outcome of a person's request to end an Execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOutcome {
    /// It was active, and has ended.
    Ended,
    /// It had ended before.
    EndedBefore,
    /// Twilio took the request, and says that it is active still.
    Active,
    /// Twilio knows no such Execution of this Flow.
    Unknown,
}

impl Execution {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.status == "ended"
    }

    fn was_over_before(&self, at: Timestamp) -> bool {
        // Its times are whole seconds.
        let over_at = read_time(self.date_updated.as_deref()).map(|over_at| over_at.as_second());
        self.is_over() && over_at.is_some_and(|over_at| over_at < at.as_second())
    }
}

impl<'a> Executions<'a> {
    /// Those of this Flow.
    pub fn of(api: &'a Api, flow_sid: &'a Sid) -> Executions<'a> {
        Executions { api, flow_sid }
    }

    /// Begins one: the Flow calls `to` from `from`, and knows `parameters` as `flow.data`.
    pub async fn begin(
        &self,
        to: &E164,
        from: &FromNumber,
        parameters: &Value,
    ) -> Result<Execution, NotBegun> {
        let form = vec![
            ("To", to.as_str().to_owned()),
            ("From", from.as_str().to_owned()),
            ("Parameters", parameters.to_string()),
        ];
        let told = self.ask("POST", "", form).await;
        if matches!(told, ApiResponse::Answer { status: 409, .. }) {
            return Err(NotBegun::InCall);
        }
        let begun = verdict(told).map_err(|trouble| self.what_to_do(trouble)).and_then(read);
        begun.map_err(NotBegun::ApiError)
    }

    /// Those with this contact that began at `since` or later and were not over at `at`, but for those known already.
    pub async fn find(
        &self,
        to: &E164,
        since: Timestamp,
        at: Timestamp,
        known: &[&Sid],
    ) -> Result<Vec<Execution>, ApiError> {
        let from = since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let from: String = form_urlencoded::byte_serialize(from.as_bytes()).collect();
        let path = format!("?DateCreatedFrom={from}&PageSize=100");
        let list: List = read(verdict(self.ask("GET", &path, Vec::new()).await)?)?;
        // One without a date is a new one as long as it is active.
        let is_late = |execution: &Execution| {
            read_time(execution.date_created.as_deref())
                .map_or(!execution.is_over(), |created_at| created_at >= since)
        };
        let is_new = |execution: &Execution| {
            execution.contact_channel_address == to.as_str()
                && !known.contains(&&execution.sid)
                && is_late(execution)
                && !execution.was_over_before(at)
        };
        Ok(list.executions.into_iter().filter(is_new).collect())
    }

    /// One of them; `None` if Twilio does not know it.
    pub async fn look_up(&self, sid: &Sid) -> Result<Option<Execution>, ApiError> {
        none_if_not_found(verdict(self.ask("GET", &format!("/{sid}"), Vec::new()).await))?
            .map(read)
            .transpose()
    }

    /// Fetches what one of them knows of its call: nothing, if Twilio does not know it.
    pub async fn context(&self, sid: &Sid) -> Result<Context, ApiError> {
        let told = verdict(self.ask("GET", &format!("/{sid}/Context"), Vec::new()).await);
        let body: Option<Value> = none_if_not_found(told)?.map(read).transpose()?;
        Ok(body.map(|body| Context::of(&body)).unwrap_or_default())
    }

    /// Fetches what one of them knew at the end of a step, as Twilio has it; `None` if Twilio does not know the step.
    pub async fn step_context(&self, sid: &Sid, step: &Sid) -> Result<Option<Value>, ApiError> {
        let path = format!("/{sid}/Steps/{step}/Context");
        let told = verdict(self.ask("GET", &path, Vec::new()).await);
        let body: Option<Value> = none_if_not_found(told)?.map(read).transpose()?;
        Ok(body.map(|mut body| body["context"].take()))
    }

    /// Ends one. That it was over already, or is not known, is as good.
    pub async fn end(&self, sid: &Sid) -> Result<(), ApiError> {
        let form = vec![("Status", "ended".to_owned())];
        match verdict(self.ask("POST", &format!("/{sid}"), form).await) {
            Err(ApiError::Refused(why)) => match self.look_up(sid).await? {
                Some(execution) if !execution.is_over() => Err(ApiError::Later(None, why.text)),
                _ => Ok(()),
            },
            told => told.map(|_| ()),
        }
    }

    /// Ends one, and says whether it was active until then: a request to end one that is over may be answered 200 as well
    /// as 4xx, so it is looked up before, and after a refusal.
    ///
    /// # Errors
    /// Twilio refuses it, or gives no answer: whether it has ended is not known then.
    pub async fn end_active(&self, sid: &Sid) -> Result<EndOutcome, ApiError> {
        if let Some(outcome) = self.end_of(sid).await? {
            return Ok(outcome);
        }
        let form = vec![("Status", "ended".to_owned())];
        match verdict(self.ask("POST", &format!("/{sid}"), form).await) {
            Ok(body) => Ok(match read::<Execution>(body)?.is_over() {
                true => EndOutcome::Ended,
                false => EndOutcome::Active,
            }),
            Err(ApiError::Refused(why)) => self.end_of(sid).await?.ok_or(ApiError::Refused(why)),
            Err(error) => Err(error),
        }
    }

    /// The outcome for one that cannot be ended, because it is over or unknown; `None` for one that is active.
    async fn end_of(&self, sid: &Sid) -> Result<Option<EndOutcome>, ApiError> {
        match verdict(self.ask("GET", &format!("/{sid}"), Vec::new()).await) {
            Err(ApiError::Refused(why)) if why.is_unknown() => Ok(Some(EndOutcome::Unknown)),
            told => Ok(read::<Execution>(told?)?.is_over().then_some(EndOutcome::EndedBefore)),
        }
    }

    async fn ask(
        &self,
        method: &'static str,
        behind: &str,
        form: Vec<(&'static str, String)>,
    ) -> ApiResponse {
        let path = format!("Flows/{}/Executions{behind}", self.flow_sid);
        self.api.request_studio(method, &path, form).await
    }

    /// Says what to do about a Flow that cannot be begun.
    fn what_to_do(&self, trouble: ApiError) -> ApiError {
        let ApiError::Refused(rejection) = trouble else { return trouble };
        let (flow, Rejection { code, text }) = (self.flow_sid, &rejection);
        let text = if rejection.is_unknown() {
            format!(
                "{text}: there is no Flow {flow}; give the policy the flow_sid that Studio shows"
            )
        } else if is_not_the_flows(*code) {
            text.clone()
        } else {
            format!(
                "{text}: is the Flow {flow} published, and does it begin with the trigger \"REST API\"? \
                 `ringdown flow` prints one that does"
            )
        };
        ApiError::Refused(Rejection { code: *code, text })
    }
}

fn none_if_not_found(told: Result<Bytes, ApiError>) -> Result<Option<Bytes>, ApiError> {
    match told {
        Ok(body) => Ok(Some(body)),
        Err(ApiError::Refused(why)) if why.is_unknown() => Ok(None),
        // A wrong token, for example: it says nothing of the Execution.
        Err(ApiError::Refused(why)) => Err(ApiError::Later(None, why.text)),
        Err(trouble) => Err(trouble),
    }
}

#[cfg(test)]
mod tests;
