//! One Execution: its steps, the incident whose call it is, and what a step of it knew.

use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::executions::views::ExecutionView;
use shared::domain::size::cut_marked;
use shared::domain::text::mask_numbers;
use shared::jobs::twilio_api::twilio_api;
use shared::storage::executions;
use shared::twilio::studio::api::Executions;
use shared::{Error, Timestamp};

use super::masked::masked;
use super::query::Query;
use super::rows::RunRow;
use super::subscribe;
use crate::{Dashboard, Viewer};
use shared::domain::escalation::IncidentId;
use shared::domain::sid::Sid;

/// How much of a context is shown, in bytes.
const MAX_CONTEXT: usize = 64 * 1024;

/// The facts of an Execution.
pub(super) async fn facts(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &Sid,
    query: &Query,
    view: &ExecutionView,
    now: Timestamp,
) -> Result<Value, Error> {
    let path = format!("/studio/{sid}");
    let incident = incident_of(dashboard, &view.sid, now).await?;
    let all = Query { execution: None, ..query.clone() };
    Ok(context! {
        run => Serde(RunRow::of(view, None)),
        incident => incident.map(|incident| incident.to_string()),
        all => all.behind(&path), context_of => query.behind(&path),
        shows_contexts => settings.config.studio.show_contexts,
        is_local => dashboard.start_token.is_some(),
        command => view.stuck.as_ref().map(|_| subscribe::end(&dashboard.server_cli, sid, &view.sid)),
    })
}

/// The incident whose call this Execution placed.
async fn incident_of(
    dashboard: &Dashboard,
    execution: &Sid,
    now: Timestamp,
) -> Result<Option<IncidentId>, Error> {
    let found = dashboard.store.load(&[executions::incident(execution)], now).await?;
    Ok(found.into_iter().flatten().find_map(|record| executions::read_incident(&record)))
}

/// Context of the step asked for: fetched from Twilio for this page, and kept nowhere. `None` if none is asked for.
pub(super) async fn context(
    dashboard: &Dashboard,
    settings: &Settings,
    flow: &Sid,
    query: &Query,
    view: Option<&ExecutionView>,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Option<Value>, Error> {
    let (Some(execution), Some(step)) = (&query.execution, &query.step) else { return Ok(None) };
    let close = query.behind(&format!("/studio/{flow}"));
    if !settings.config.studio.show_contexts {
        return Ok(Some(context! { step => step.as_str(), close, is_off => true }));
    }
    let by = if viewer.signed_in { "session" } else { "start token" };
    let failed = |why: String| {
        Some(context! { step => step.as_str(), close => &close, failure => mask_numbers(&why) })
    };
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
            let (execution, step) = (execution.as_str(), step.as_str());
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
