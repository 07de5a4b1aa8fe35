//! Raising an incident by hand: what is wrong, for which policy, and once more "yes". The page asks; it is done by whoever
//! takes it from the queue, in a moment.

use minijinja::context;
use shared::domain::alarm::{MAX_RAISED_CHARS, ManualAlarm};
use shared::http::{Request, Response, form_fields};
use shared::jobs::escalate::acts::ON_THE_PAGE;
use shared::jobs::escalate::raise::{policy_meant, request as request_raise};
use shared::storage::overrides;
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use crate::{Dashboard, Viewer};

/// How many people are named who would be called.
const MAX_CALLED: usize = 5;

/// How far somebody is.
#[derive(Default)]
struct Typed {
    text: String,
    policy: String,
    /// It can be asked for, and is to be confirmed.
    is_complete: bool,
    error: Option<String>,
}

/// The form, for the policy that the query names.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let query = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
    let policy = query.into_iter().find_map(|(name, value)| (name == "policy").then_some(value));
    let typed = Typed { policy: policy.unwrap_or_default(), ..Typed::default() };
    shown(dashboard, viewer, &typed, now).await
}

/// Takes the form: without `confirm` it shows what would happen, with it that is asked for.
pub(crate) async fn post(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let field = |name: &str| request.field(name).unwrap_or_default();
    let by = match &viewer.person {
        Some(person) => format!("{person} on the page"),
        None => ON_THE_PAGE.to_owned(),
    };
    let named = request.field("policy").filter(|name| !name.is_empty());
    let policy = policy_meant(&settings.config.escalation, named.as_deref());
    let typed =
        |error| Typed { text: field("text"), policy: field("policy"), is_complete: false, error };
    match (ManualAlarm::new(&field("text"), &by, now), policy) {
        _ if field("change") == "yes" => shown(dashboard, viewer, &typed(None), now).await,
        (_, Err(wrong)) => shown(dashboard, viewer, &typed(Some(wrong)), now).await,
        (None, _) => {
            let wrong = "Say what is wrong: whoever is called hears it.".to_owned();
            shown(dashboard, viewer, &typed(Some(wrong)), now).await
        }
        (Some(raised), Ok(policy)) if field("confirm") == "yes" => {
            request_raise(dashboard.queue.as_ref(), &policy, raised).await?;
            match request.wants_json() {
                true => Ok(Response::json(202, &serde_json::json!({ "asked": "raise" }))),
                false => Ok(Response::see_other(&format!("{}/?asked=raise", request.mount))),
            }
        }
        (Some(ManualAlarm { text, .. }), Ok(policy)) => {
            let typed = Typed { text, policy, is_complete: true, error: None };
            shown(dashboard, viewer, &typed, now).await
        }
    }
}

async fn shown(
    dashboard: &Dashboard,
    viewer: &Viewer,
    typed: &Typed,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let escalation = &settings.config.escalation;
    let policies: Vec<String> = escalation.policy_names().map(str::to_owned).collect();
    let overrides = overrides::read_or_none(dashboard.store.as_ref(), now).await;
    let escalation = escalation.with_overrides(&overrides);
    let roster = escalation.policy_at(&typed.policy, now).map(|policy| policy.roster);
    let mut called = roster.filter(|_| typed.is_complete).unwrap_or_default();
    let more = called.len().saturating_sub(MAX_CALLED);
    called.truncate(MAX_CALLED);
    let facts = context! {
        policies, called, more, text => &typed.text, policy => &typed.policy,
        is_complete => typed.is_complete, error => &typed.error, longest => MAX_RAISED_CHARS,
        ..frame(dashboard, &settings, ("Raise an incident", "raise"), viewer, now).await?
    };
    let page = render(dashboard, "raise.html", facts)?;
    Ok(Response { status: if typed.error.is_some() { 422 } else { 200 }, ..page })
}
