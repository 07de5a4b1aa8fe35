//! Status callbacks: forms of Twilio → the queue.

use jiff::Timestamp;

use super::{Count, send};
use crate::Error;
use crate::domain::callbacks::{Callback, Resource};
use crate::http::Request;
use crate::jobs::verify::{Kind, verified};
use crate::storage::Queue;
use crate::storage::messages::{CallbackTask, Report};
use crate::twilio::status::of_form;

impl Count {
    /// Takes a status callback: when this is `Ok`, it is in the queue.
    ///
    /// # Errors
    /// 403 for a proven forgery; 400 for a form that is no status callback; 5xx for all that may be our own fault.
    pub async fn accept(
        &self,
        resource: Resource,
        request: &Request,
        now: Timestamp,
    ) -> Result<Callback, Error> {
        let (body, _) = verified(&self.settings, request, Kind::Form, now).await?;
        let callback = of_form(resource, &body.fields())
            .map_err(|missing| Error::BadRequest(missing.to_string()))?;
        report(self.queue.as_ref(), callback.clone()).await?;
        Ok(callback)
    }
}

/// Puts one report into the queue.
///
/// # Errors
/// The queue does not take it.
pub async fn report(queue: &dyn Queue, callback: Callback) -> Result<(), Error> {
    let report = Report { callbacks: vec![callback], counts: None };
    send(queue, &CallbackTask::Report(report)).await
}
