//! The pages themselves.
//!
//! 1. [`home`]: what goes on. [`incidents`]: one incident with its timeline. [`history`]: those that are over.
//!    [`on_call`]: who is called, and when. [`sign_in`]: who looks. [`numbers`]: what it adds up to. [`system`]: the server itself. [`dead_letters`]: what could not be delivered. [`frame`]: what is around each page.
//! 2. [`summary`], [`calls`], [`timeline`], [`folded`]: an incident in words; [`markup`]: times and links as HTML. All
//!    pure.
//! 3. [`counters`]: what was counted. [`silences`]: for what nobody is called. [`alarms`]: what monitors said last.
//!    [`acts`]: what can be done on an incident's page. [`raise`]: an incident is raised by hand. [`linked`]: one incident by
//!    the link of a text.
//!    [`people`]: whether everybody can be reached.
//! 4. [`assets`]: the pages' own files. [`zone`]: by whose clock times are. [`refused`]: what a browser sees of a request that is refused. [`studio`]: Flows
//!    and Executions as they run.

pub(crate) mod acts;
mod alarms;
pub(crate) mod assets;
mod calls;
mod counters;
pub(crate) mod dead_letters;
mod folded;
mod frame;
pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod incidents;
pub(crate) mod linked;
mod markup;
pub(crate) mod numbers;
pub(crate) mod on_call;
pub(crate) mod people;
pub(crate) mod raise;
pub(crate) mod refused;
pub(crate) mod sign_in;
pub(crate) mod silences;
pub(crate) mod studio;
mod summary;
pub(crate) mod system;
mod timeline;
mod zone;

use std::sync::LazyLock;

use minijinja::{Environment, Value, context};
use shared::Error;
use shared::config::{Settings, Simulated};
use shared::domain::text::straight;
use shared::http::{Request, Response};

use crate::Dashboard;
pub use frame::WaitingCache;
pub use numbers::NumbersCache;
pub use on_call::OnCallCache;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.add_filter("time", markup::time);
    environment.add_filter("links", markup::links);
    for (name, source) in [
        ("layout.html", include_str!("../pages/layout.html")),
        ("login.html", include_str!("../pages/login.html")),
        ("start-token.html", include_str!("../pages/start-token.html")),
        ("home.html", include_str!("../pages/home.html")),
        ("home-live.html", include_str!("../pages/home-live.html")),
        ("over.html", include_str!("../pages/over.html")),
        ("history.html", include_str!("../pages/history.html")),
        ("on-call.html", include_str!("../pages/on-call.html")),
        ("undo.html", include_str!("../pages/undo.html")),
        ("numbers.html", include_str!("../pages/numbers.html")),
        ("raise.html", include_str!("../pages/raise.html")),
        ("sign-in.html", include_str!("../pages/sign-in.html")),
        ("opt-outs.html", include_str!("../pages/opt-outs.html")),
        ("sessions.html", include_str!("../pages/sessions.html")),
        ("people.html", include_str!("../pages/people.html")),
        ("system.html", include_str!("../pages/system.html")),
        ("incident.html", include_str!("../pages/incident.html")),
        ("incident-live.html", include_str!("../pages/incident-live.html")),
        ("timeline.html", include_str!("../pages/timeline.html")),
        ("linked.html", include_str!("../pages/linked.html")),
        ("linked-live.html", include_str!("../pages/linked-live.html")),
        ("no-link.html", include_str!("../pages/no-link.html")),
        ("acts.html", include_str!("../pages/acts.html")),
        ("summary.html", include_str!("../pages/summary.html")),
        ("no-incident.html", include_str!("../pages/no-incident.html")),
        ("studio.html", include_str!("../pages/studio.html")),
        ("studio-live.html", include_str!("../pages/studio-live.html")),
        ("studio-flow-row.html", include_str!("../pages/studio-flow-row.html")),
        ("studio-run.html", include_str!("../pages/studio-run.html")),
        ("studio-events.html", include_str!("../pages/studio-events.html")),
        ("studio-flow.html", include_str!("../pages/studio-flow.html")),
        ("studio-flow-live.html", include_str!("../pages/studio-flow-live.html")),
        ("studio-about.html", include_str!("../pages/studio-about.html")),
        ("studio-counted.html", include_str!("../pages/studio-counted.html")),
        ("studio-end.html", include_str!("../pages/studio-end.html")),
        ("studio-stuck.html", include_str!("../pages/studio-stuck.html")),
        ("studio-quiet.html", include_str!("../pages/studio-quiet.html")),
        ("studio-runs.html", include_str!("../pages/studio-runs.html")),
        ("studio-find.html", include_str!("../pages/studio-find.html")),
        ("studio-widget.html", include_str!("../pages/studio-widget.html")),
        ("studio-chosen.html", include_str!("../pages/studio-chosen.html")),
        ("studio-subscribe.html", include_str!("../pages/studio-subscribe.html")),
        ("refused.html", include_str!("../pages/refused.html")),
        ("no-flow.html", include_str!("../pages/no-flow.html")),
        ("silences.html", include_str!("../pages/silences.html")),
        ("silences-page.html", include_str!("../pages/silences-page.html")),
        ("silence-row.html", include_str!("../pages/silence-row.html")),
        ("silences-preview.html", include_str!("../pages/silences-preview.html")),
        ("alarm.html", include_str!("../pages/alarm.html")),
        ("no-policy.html", include_str!("../pages/no-policy.html")),
        ("on-call-now.html", include_str!("../pages/on-call-now.html")),
        ("alarms.html", include_str!("../pages/alarms.html")),
        ("warning.html", include_str!("../pages/warning.html")),
        ("dead-letters.html", include_str!("../pages/dead-letters.html")),
        ("dead-letter.html", include_str!("../pages/dead-letter.html")),
        ("dead-letter-body.html", include_str!("../pages/dead-letter-body.html")),
        ("dead-letter-buttons.html", include_str!("../pages/dead-letter-buttons.html")),
    ] {
        environment
            .add_template(name, source)
            .expect("the pages are part of the program, and tested");
    }
    environment
});

/// Why somebody is asked for the password again.
#[derive(Clone, Copy)]
pub(crate) enum LogInProblem {
    /// It was not the password. The address waits so many seconds.
    Wrong { wait: u64 },
    /// The address has to wait so many seconds more; nobody looked at what it sent.
    TooSoon { wait: u64 },
}

/// The way in.
pub(crate) fn login(
    dashboard: &Dashboard,
    request: &Request,
    problem: Option<LogInProblem>,
) -> Response {
    let error = problem.map(|problem| match problem {
        LogInProblem::Wrong { wait } => {
            format!("That is not the password. You can try again in {wait} s.")
        }
        LogInProblem::TooSoon { wait } => {
            format!("Too soon after a wrong password. You can try again in {wait} s.")
        }
    });
    let query = request.query.as_deref().unwrap_or_default();
    let asked = shared::http::form_fields(query.as_bytes());
    let next = request
        .field("next")
        .or_else(|| asked.into_iter().find_map(|(k, v)| (k == "next").then_some(v)));
    let facts = context! {
        title => "Sign in", page => "login", signed_in => false,
        next => next.unwrap_or_else(|| "/".to_owned()), error,
    };
    let page = match render(dashboard, "login.html", facts) {
        Ok(page) => page,
        Err(error) => return error.into(),
    };
    match problem {
        None => page,
        Some(LogInProblem::Wrong { .. }) => Response { status: 401, ..page },
        Some(LogInProblem::TooSoon { wait }) => {
            Response { status: 429, ..page }.with("retry-after", wait.to_string())
        }
    }
}

/// The page for somebody who opened one without the start token.
pub(crate) fn start_token_needed(dashboard: &Dashboard) -> Result<Response, Error> {
    let facts = context! { title => "Open Ringdown", page => "login", signed_in => false };
    Ok(Response { status: 401, ..render(dashboard, "start-token.html", facts)? })
}

/// Which of the simulated vendors have pages here, for the links to them.
fn simulated(settings: &Settings) -> Value {
    let is = |what| settings.is_simulated(what);
    context! {
        phones => is(Simulated::Twilio), slack => is(Simulated::Slack), samples => is(Simulated::Events),
    }
}

/// A template with its facts as text: a page, or the live part of one. No foreign text in it turns letters around; the
/// pages' style isolates what is written from right to left.
fn text(name: &str, facts: Value) -> Result<String, Error> {
    let page = TEMPLATES.get_template(name).and_then(|template| template.render(facts));
    page.map(|page| straight(&page))
        .map_err(|error| Error::NotSetUp(format!("the page {name}: {error}")))
}

/// A whole page. Other sites learn nothing of us, but our own forms say where they come from: with `no-referrer` a
/// browser sends `Origin: null` along, and the log-in would be refused as another site's.
///
/// If the configuration fails its check, every page says so.
fn render(dashboard: &Dashboard, name: &str, facts: Value) -> Result<Response, Error> {
    let facts = context! { rejected => rejected(dashboard), ..facts };
    Ok(Response::of(200, "text/html; charset=utf-8", text(name, facts)?)
        .with("cache-control", "no-store")
        .with("content-security-policy", shared::http::PAGE_POLICY)
        .with("referrer-policy", "same-origin"))
}

/// The problem of the configuration, for [`warning.html`](TEMPLATES).
fn rejected(dashboard: &Dashboard) -> Option<Value> {
    let settings = dashboard.settings.cached()?;
    let rejected = settings.rejected.as_deref()?;
    let (headline, reason) = (rejected.headline(), rejected.reason());
    Some(context! { headline, reason, since => rejected.since.to_string() })
}
