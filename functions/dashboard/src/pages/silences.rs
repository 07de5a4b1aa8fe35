//! Silences: those in force and those to come, and the button that asks for one.

use serde::Serialize;
use shared::config::Settings;
use shared::domain::silence::{Span, Stored, Window};
use shared::http::{Request, Response};
use shared::jobs::escalate::silences::stored;
use shared::storage::messages::WakeUp;
use shared::storage::{QueueName, Store};
use shared::{Error, SignedDuration, Timestamp};

use crate::{Dashboard, Viewer};

/// How many alarms, or globs, are named before the rest is counted.
const NAMED: usize = 4;

/// For how long the button asks.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Who asks, where it is told: somebody who has the password, and no name.
const BY: &str = "the page";

/// All that is silenced.
#[derive(Debug, Serialize)]
pub(super) struct Silences {
    in_force: Vec<Shown>,
    /// The windows that will begin, the next one first.
    coming: Vec<Shown>,
}

impl Silences {
    /// The same without those that will begin.
    pub(super) fn in_force(self) -> Silences {
        Silences { coming: Vec::new(), ..self }
    }
}

/// A silence as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    /// Globs of a window, names of what somebody asked for.
    alarms: Vec<String>,
    more: usize,
    from: Timestamp,
    until: Timestamp,
    /// Why, or who asked for it.
    because: String,
    /// The incident of which somebody asked for it.
    incident: Option<String>,
}

/// The silences in force, those that end first before all others, and the windows that will begin.
pub(super) async fn silences(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Silences, Error> {
    let windows = &settings.config.silences;
    let asked_for = stored(store, now).await?;
    let in_force = windows.in_force(now).into_iter().map(of_window);
    let mut in_force: Vec<Shown> = in_force.chain(asked_for.into_iter().map(of_stored)).collect();
    in_force.sort_by_key(|silence| silence.until);
    let coming = windows.iter().filter_map(|window| Some((window, window.next(now)?)));
    let mut coming: Vec<Shown> = coming.map(of_window).collect();
    coming.sort_by_key(|silence| silence.from);
    Ok(Silences { in_force, coming })
}

fn of_window((window, (from, until)): (&Window, Span)) -> Shown {
    let because = window.reason.clone().unwrap_or_else(|| "a maintenance window".to_owned());
    shown(window.alarms.clone(), (from, until), because, None)
}

fn of_stored(stored: Stored) -> Shown {
    let because = format!("{} asked for it", stored.by);
    shown(stored.alarms, (stored.at, stored.until), because, Some(stored.incident))
}

fn shown(
    mut alarms: Vec<String>,
    (from, until): Span,
    because: String,
    incident: Option<String>,
) -> Shown {
    let more = alarms.len().saturating_sub(NAMED);
    alarms.truncate(NAMED);
    Shown { alarms, more, from, until, because, incident }
}

/// Asks that an incident calls nobody for an hour. It is done by whoever takes it from the queue, in a moment; one that
/// is over stays as it is.
pub(crate) async fn ask(
    dashboard: &Dashboard,
    request: &Request,
    id: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let kept = shared::storage::incidents::one(store, id, now).await?.ok_or(Error::NotFound)?;
    let until = now.checked_add(HOUR).ok().filter(|_| kept.incident.ended_at.is_none());
    if let Some(until) = until {
        let by = viewer.person.clone().unwrap_or_else(|| BY.to_owned());
        let wake_up = WakeUp::Silence { incident: kept.incident.id.clone(), by, until };
        dashboard.queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await?;
    }
    if request.wants_json() {
        return Ok(Response::json(202, &serde_json::json!({ "until": until })));
    }
    let asked = if until.is_some() { "?asked=silence" } else { "" };
    let path = format!("{}/incidents/{}{asked}", request.mount, kept.incident.id);
    Ok(Response::see_other(&path))
}

/// What the page says when it is asked for. Nobody can put words on it with a link.
pub(super) fn notice(request: &Request) -> &'static str {
    let query = request.query.as_deref().unwrap_or_default();
    let mut asked = query.split('&').filter_map(|field| field.strip_prefix("asked="));
    asked.next().map_or("", |asked| match asked {
        "silence" => "Asked for: in a moment nobody is called, for an hour.",
        "resolve" => "Asked for: in a moment it is over, and nobody is called any more.",
        "over" => "It is over already: nothing is left to do.",
        "changed" => {
            "It was not resolved: an alarm went off that your page did not show yet. Look again, then press Resolve once \
             more if all of it is over."
        }
        _ => "",
    })
}
