//! Somebody raises an incident by hand: on a page, by its queue, or with the token of `POST /alarms`.
//!
//! It is a person's word, so no silence and no `[[ignore]]` holds it back. The same words for the same policy are the same
//! alarm: said again while it is open they join, and ended by hand they can be raised anew.

use super::Effects;
use super::alarm_result::{AlarmResult, respond};
use super::work::Work;
use crate::Error;
use crate::config::file::Escalation;
use crate::domain::alarm::{ManualAlarm, State};
use crate::domain::escalation::IncidentId;
use crate::domain::text::mask_numbers;
use crate::http::Response;
use crate::storage::messages::WakeUp;
use crate::storage::records::AlarmRecord;
use crate::storage::{Queue, QueueName};

/// Asks that an incident be raised by hand for a policy that exists.
///
/// # Errors
/// The queue does not take it.
pub async fn request(queue: &dyn Queue, policy: &str, raised: ManualAlarm) -> Result<(), Error> {
    let wake_up = WakeUp::Raise { policy: policy.to_owned(), raised };
    queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await
}

/// The policy that is meant: the one that is named, or the only one.
///
/// # Errors
/// The problem, and which policies there are.
pub fn policy_meant(escalation: &Escalation, named: Option<&str>) -> Result<String, String> {
    let known: Vec<&str> = escalation.policy_names().collect();
    let expected = || match known.is_empty() {
        true => "the configuration has no [[policies]]".to_owned(),
        false => format!("expected one of {}", known.join(", ")),
    };
    match (named, &known[..]) {
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => Err(format!("no policy is named: {}", expected())),
        (Some(name), _) if known.contains(&name) => Ok(name.to_owned()),
        (Some(name), _) => {
            let name: String = mask_numbers(name).chars().take(80).collect();
            Err(format!("there is no policy {name:?}: {}", expected()))
        }
    }
}

impl Work<'_> {
    /// Answers whoever raises one with the token.
    pub(super) async fn take_manual(
        &self,
        raised: &ManualAlarm,
        named: Option<&str>,
    ) -> Result<Response, Error> {
        let escalation = &self.settings.config.escalation;
        let policy = policy_meant(escalation, named).map_err(Error::BadRequest)?;
        let Some(incident) = self.raise(&policy, raised).await? else {
            return Err(Error::Store(format!("the policy {policy} was taken away meanwhile")));
        };
        Ok(respond(&[AlarmResult::Incident { alarm: raised.text.clone(), incident }]))
    }

    /// Raises an incident, or lets it join the one that the policy has. Gives the incident's id; `None` if there is no such
    /// policy.
    pub(super) async fn raise(
        &self,
        policy: &str,
        raised: &ManualAlarm,
    ) -> Result<Option<IncidentId>, Error> {
        let key = raised.key(policy);
        let owner = self.escalate.writer_ids.next();
        let committed = self
            .commit(policy, &[key.as_str()], &owner, Effects::Inline, &|transaction| {
                let known = transaction.alarm_record.as_ref();
                if known.is_some_and(|known| known.at >= raised.at) {
                    return false;
                }
                let alarm = raised.alarm(policy, transaction.now);
                transaction.join_as(alarm);
                let stored = transaction.stored.as_ref();
                let incident = stored.map(|stored| stored.incident.id.clone());
                let state = State::Alarm;
                transaction.update_alarm(AlarmRecord {
                    state,
                    at: raised.at,
                    incident,
                    waits: None,
                    written_at: None,
                });
                true
            })
            .await?;
        let Some(committed) = committed else { return Ok(None) };
        let Some(stored) = committed.stored else { return Ok(None) };
        let stored = self.perform_effects(stored, &owner).await?;
        let incident = stored.incident.id;
        if committed.decided {
            let alarm = raised.text.clone();
            self.count_results(&[AlarmResult::Incident { alarm, incident: incident.clone() }])
                .await;
        }
        Ok(Some(incident))
    }
}

#[cfg(test)]
mod tests;
