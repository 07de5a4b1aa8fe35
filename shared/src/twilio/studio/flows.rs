//! Flows as Twilio has them: each, and its revisions. (Studio REST API v2, "Flow resource", "Flow Revision resource".)

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::executions::views::FlowResource;
use crate::domain::sid::{FLOW, Sid};
use crate::twilio::rest::{Api, ApiError, Rejection, read, verdict};

/// The Flows of an account.
pub struct Flows<'a>(pub &'a Api);

#[derive(Deserialize)]
struct Revision {
    definition: Box<RawValue>,
}

impl Flows<'_> {
    /// One of them: its name, and how it stands.
    ///
    /// # Errors
    /// Twilio does not know it, or gives no answer.
    pub async fn one(&self, flow: &Sid) -> Result<FlowResource, ApiError> {
        let path = format!("Flows/{}", checked(flow)?);
        read(verdict(self.0.request_studio("GET", &path, Vec::new()).await)?)
    }

    /// The definition of a revision, as Twilio writes it.
    ///
    /// # Errors
    /// The same.
    pub async fn definition(&self, flow: &Sid, revision: u32) -> Result<Box<RawValue>, ApiError> {
        let path = format!("Flows/{}/Revisions/{revision}", checked(flow)?);
        let told = self.0.request_studio("GET", &path, Vec::new()).await;
        read::<Revision>(verdict(told)?).map(|revision| revision.definition)
    }
}

fn checked(flow: &Sid) -> Result<&Sid, ApiError> {
    let refused = || ApiError::Refused(Rejection::ours("no Flow has such a SID".to_owned()));
    if flow.is_of(FLOW) { Ok(flow) } else { Err(refused()) }
}
