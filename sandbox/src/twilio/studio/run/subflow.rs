//! The Flow that a Flow runs within itself.

use std::sync::Arc;

use studio::{Flow, RunEvent};

use super::super::flows;
use super::Driver;

impl Driver {
    /// The revision of a Flow of the same account.
    pub(super) async fn subflow(&self, flow_sid: &str, revision: &str) -> RunEvent {
        let Ok(setup) = self.twilio.settings.setup().await else { return RunEvent::FlowMissing };
        let account = &self.execution.order.account;
        let stored = flows::stored(&self.twilio, &setup, account, flow_sid);
        let revision = stored.as_ref().and_then(|flow| flow.revision(revision));
        match revision.map(|revision| Flow::read(&revision.definition)) {
            Some(Ok(flow)) => RunEvent::FlowFetched(Arc::new(flow)),
            Some(Err(_)) | None => RunEvent::FlowMissing,
        }
    }
}
