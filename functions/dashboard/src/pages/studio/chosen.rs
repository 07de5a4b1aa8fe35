//! One Execution: its steps, the incident whose call it is, and what a step of it knew.

use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::escalation::Incident;
use shared::domain::executions::views::ExecutionView;
use shared::domain::size::cut_marked;
use shared::domain::text::mask_numbers;
use shared::jobs::twilio_api::twilio_api;
use shared::storage::incidents;
use shared::twilio::studio::api::Executions;
use shared::{Error, Timestamp};

use super::masked::masked;
use super::query::Query;
use super::rows::RunRow;
use super::subscribe;
use crate::Dashboard;

/// Among how many incidents that are over the one of an Execution is looked for.
const SEARCHED_INCIDENTS: usize = 50;
/// How much of a context is shown, in bytes.
const MAX_CONTEXT: usize = 64 * 1024;

/// The facts of an Execution.
pub(super) async fn facts(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &str,
    query: &Query,
    view: &ExecutionView,
    now: Timestamp,
) -> Result<Value, Error> {
    let path = format!("/studio/{sid}");
    let all = Query { execution: None, ..query.clone() };
    Ok(context! {
        run => Serde(RunRow::of(view, None)),
        incident => incident_of(dashboard, settings, sid, &view.sid, now).await?,
        all => all.behind(&path), context_of => query.behind(&path),
        shows_contexts => settings.config.studio.show_contexts,
        is_local => dashboard.start_token.is_some(),
        command => view.stuck.as_ref().map(|_| subscribe::end(&dashboard.server_cli, sid, &view.sid)),
    })
}

/// The incident whose call this Execution placed. Only Flows of the policies place any.
async fn incident_of(
    dashboard: &Dashboard,
    settings: &Settings,
    flow: &str,
    execution: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let mut policies = settings.config.escalation.policies_at(now);
    if !policies.any(|policy| policy.call_with.flow_sid() == Some(flow)) {
        return Ok(None);
    }
    let all = incidents::all(dashboard.store.as_ref(), SEARCHED_INCIDENTS, now).await?;
    let is_its = |incident: &&Incident| {
        let mut calls = incident.attempts.iter().flat_map(|attempt| &attempt.calls);
        calls.any(|call| call.sid == execution)
    };
    Ok(all.iter().find(is_its).map(|incident| incident.id.clone()))
}

/// What the step knew that is asked for: fetched from Twilio for this page, and kept nowhere. `None` if none is asked for.
pub(super) async fn context(
    dashboard: &Dashboard,
    settings: &Settings,
    flow: &str,
    query: &Query,
    view: Option<&ExecutionView>,
    signed_in: bool,
    now: Timestamp,
) -> Result<Option<Value>, Error> {
    let (Some(execution), Some(step)) = (&query.execution, &query.step) else { return Ok(None) };
    let close = query.behind(&format!("/studio/{flow}"));
    if !settings.config.studio.show_contexts {
        return Ok(Some(context! { step, close, is_off => true }));
    }
    let by = if signed_in { "session" } else { "start token" };
    let failed =
        |why: String| Some(context! { step, close => &close, failure => mask_numbers(&why) });
    let is_its = |view: &ExecutionView| view.steps.iter().any(|its| its.sid == *step);
    if !view.is_some_and(is_its) {
        return Ok(failed("This execution has no such step".to_owned()));
    }
    let api = match twilio_api(settings, &dashboard.wire, &dashboard.store, now) {
        Ok(api) => api,
        Err(why) => return Ok(failed(why)),
    };
    Ok(match Executions::of(&api, flow).step_context(execution, step).await {
        Ok(Some(found)) => {
            tracing::info!(execution, step, by, "the context of a step is shown");
            let mut json = serde_json::to_string_pretty(&masked(&found)).unwrap_or_default();
            let is_cut = json.len() > MAX_CONTEXT;
            json = cut_marked(json, MAX_CONTEXT);
            Some(context! { step, close, json, is_cut })
        }
        Ok(None) => {
            failed("Twilio does not know this step, or no longer has its context".to_owned())
        }
        Err(error) => failed(error.into_text()),
    })
}
