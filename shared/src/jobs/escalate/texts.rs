//! A text about an incident was delivered, or not: its status callback says so. The timeline tells of one that was not.

use super::Effects;
use super::opt_outs::OPTED_OUT;
use super::work::Work;
use crate::Error;
use crate::domain::callbacks::{Callback, Resource, UNREADABLE_CODE};
use crate::domain::escalation::{IncidentId, Signal};
use crate::domain::sid::Sid;
use crate::storage::messages::WakeUp;
use crate::storage::opt_outs::How;
use crate::twilio::callbacks::TextQuery;

/// The wake-up that tells of the end of a text; `None` if this callback is not about a text of ours, or not about its end.
/// `query` is that of the URL that Twilio has signed.
pub fn text_ended(callback: &Callback, query: Option<&str>) -> Option<WakeUp> {
    let TextQuery { incident, person, sent } =
        TextQuery::read(query?).filter(|_| callback.resource == Resource::Message)?;
    match callback.status.as_str() {
        "undelivered" | "failed" => {
            let code = callback.code.filter(|code| *code != UNREADABLE_CODE);
            Some(WakeUp::TextNotDelivered { incident, person, code, sid: callback.sid.clone() })
        }
        "delivered" | "read" => Some(WakeUp::TextDelivered { person, sent: sent? }),
        _ => None,
    }
}

impl Work<'_> {
    /// Tells the incident, if it is the last one of its policy: what has taken its place is not about that text.
    pub(super) async fn text_not_delivered(
        &self,
        incident: &IncidentId,
        person: &str,
        code: Option<u32>,
        sid: &Sid,
    ) -> Result<(), Error> {
        if code.map(u64::from) == Some(OPTED_OUT) {
            self.opted_out(person, How::Refused).await?;
        }
        let (person, sid) = (person.to_owned(), sid.clone());
        let signals = [Signal::TextNotDelivered { person, code, sid }];
        let told = self.transact(incident, Effects::Inline, &|t| t.apply(&signals)).await?;
        if told.is_none() {
            tracing::warn!("a text was not delivered, and its incident is not known");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
