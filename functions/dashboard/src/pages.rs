//! The pages themselves, and their assets.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;
use shared::dead_letters::{self, Kept, Progress};
use shared::http::{Request, Response};
use shared::ports::COUNTERS;
use shared::{Error, Timestamp, mask_numbers};

use crate::Dashboard;

/// How many dead letters a page shows.
const SHOWN: usize = 200;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("../pages/layout.html")),
        ("login.html", include_str!("../pages/login.html")),
        ("home.html", include_str!("../pages/home.html")),
        ("dead-letters.html", include_str!("../pages/dead-letters.html")),
    ] {
        environment
            .add_template(name, source)
            .expect("the pages are part of the program, and tested");
    }
    environment
});

/// What is counted, in words. Counters that are not named here are shown by their names alone.
const HELP: [(&str, &str); 8] = [
    ("ringdown_slack_lines_total", "Lines delivered to Slack"),
    (r#"ringdown_slack_posts_total{result="ok"}"#, "Posts that Slack took"),
    (r#"ringdown_slack_posts_total{result="later"}"#, "Posts that Slack wanted later"),
    (r#"ringdown_slack_posts_total{result="unknown"}"#, "Posts without a clear answer"),
    (r#"ringdown_slack_posts_total{result="bad_content"}"#, "Posts that Slack will never take"),
    (
        r#"ringdown_slack_posts_total{result="bad_channel"}"#,
        "Posts to a channel whose set-up is wrong",
    ),
    ("ringdown_slack_lines_duplicate_total", "Lines left out because they were delivered before"),
    ("ringdown_route_failures_total", "Lines whose route failed on their event"),
];

#[derive(Serialize)]
struct Counter {
    name: String,
    help: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    job: String,
    channel: Option<String>,
    reason: String,
    at: String,
    replayed_at: Option<String>,
    lines: Vec<String>,
    body: String,
}

/// What is counted, and where to look.
pub(crate) async fn home(
    dashboard: &Dashboard,
    signed_in: bool,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let counters = store.page(COUNTERS, None, SHOWN, now).await?;
    let counters: Vec<Counter> = counters
        .into_iter()
        .map(|record| {
            let help =
                HELP.iter().find(|(name, _)| *name == record.key.sk).map_or("", |(_, help)| help);
            Counter { name: record.key.sk, help, value: record.body }
        })
        .collect();
    let waiting = dead_letters::waiting(store, None, now).await?;
    let routes = &dashboard.live.get(now).await?.config.routes;
    let facts = context! {
        title => "Overview", page => "home", local => dashboard.on_one_machine, signed_in,
        counters => Serde(&counters), dead_letters => waiting, route_count => routes.iter().count(),
        channels => Serde(routes.channels()),
    };
    render("home.html", facts)
}

/// The dead letters, the newest first.
pub(crate) async fn dead_letters(
    dashboard: &Dashboard,
    request: &Request,
    signed_in: bool,
    now: Timestamp,
) -> Result<Response, Error> {
    let all = dead_letters::all(dashboard.store.as_ref(), now).await?;
    let open = all.iter().filter(|kept| kept.waits()).count();
    let more = all.len() > SHOWN;
    let letters: Vec<Shown> = all.into_iter().rev().take(SHOWN).map(shown).collect();
    let query = request.query.as_deref().unwrap_or_default();
    let notice = shared::http::form_fields(query.as_bytes())
        .into_iter()
        .find_map(|(name, value)| (name == "replayed").then(|| notice_of(&value)))
        .unwrap_or_default();
    let facts = context! {
        title => "Dead letters", page => "dead-letters", local => dashboard.on_one_machine, signed_in,
        letters => Serde(&letters), open, more, notice,
    };
    render("dead-letters.html", facts)
}

fn shown(kept: Kept) -> Shown {
    let lines = kept.letter.lines();
    let body = if lines.is_some() { String::new() } else { mask_numbers(&kept.letter.body) };
    Shown {
        id: kept.id,
        job: kept.letter.job,
        reason: kept.letter.reason,
        at: kept.letter.at.to_string(),
        replayed_at: kept.letter.replayed_at.map(|at| at.to_string()),
        channel: lines.as_ref().map(|lines| lines.channel.clone()),
        lines: lines
            .into_iter()
            .flat_map(|lines| lines.lines)
            .map(|line| mask_numbers(&plain(&line.text)))
            .collect(),
        body,
    }
}

/// Slack's escapes taken back: the page escapes for itself.
fn plain(mrkdwn: &str) -> String {
    mrkdwn.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Only numbers come back from the address: nobody can put words on this page with a link.
fn notice_of(counts: &str) -> String {
    let mut counts = counts.split('-').map(|count| count.parse::<usize>().unwrap_or_default());
    let (replayed, refused) =
        (counts.next().unwrap_or_default(), counts.next().unwrap_or_default());
    match refused {
        0 => format!("{replayed} sent again."),
        _ => format!(
            "{replayed} sent again, {refused} cannot be: what was wrong with them is still wrong."
        ),
    }
}

/// What became of a replay: JSON for a script, else the page again.
pub(crate) fn replayed(request: &Request, progress: &Progress, refused: Option<&str>) -> Response {
    if request.wants_json() {
        let mut told = serde_json::json!(progress);
        if let Some(reason) = refused {
            told["reason"] = reason.into();
        }
        return Response::json(200, &told);
    }
    let Progress { replayed, refused, .. } = progress;
    Response::see_other(&format!("{}/dead-letters?replayed={replayed}-{refused}", request.mount))
}

/// The way in.
pub(crate) fn login(dashboard: &Dashboard, request: &Request, error: Option<&str>) -> Response {
    let query = request.query.as_deref().unwrap_or_default();
    let asked = shared::http::form_fields(query.as_bytes());
    let next = request
        .field("next")
        .or_else(|| asked.into_iter().find_map(|(k, v)| (k == "next").then_some(v)));
    let facts = context! {
        title => "Sign in", page => "login", local => dashboard.on_one_machine, signed_in => false,
        next => next.unwrap_or_else(|| "/".to_owned()), error,
    };
    let status = if error.is_some() { 401 } else { 200 };
    match render("login.html", facts) {
        Ok(page) => Response { status, ..page },
        Err(error) => error.into(),
    }
}

/// The pages' own files.
pub(crate) fn asset(path: &str) -> Result<Response, Error> {
    let (content_type, body) = match path {
        "/assets/style.css" => ("text/css; charset=utf-8", include_str!("../assets/style.css")),
        "/assets/dead-letters.js" => {
            ("text/javascript; charset=utf-8", include_str!("../assets/dead-letters.js"))
        }
        "/assets/favicon.svg" => ("image/svg+xml", include_str!("../assets/favicon.svg")),
        _ => return Err(Error::NotFound),
    };
    Ok(Response::of(200, content_type, body)
        .with("cache-control", "max-age=300")
        .with("x-content-type-options", "nosniff"))
}

fn render(name: &str, facts: Value) -> Result<Response, Error> {
    let page = TEMPLATES.get_template(name).and_then(|template| template.render(facts));
    let page = page.map_err(|error| Error::NotSetUp(format!("the page {name}: {error}")))?;
    Ok(Response::of(200, "text/html; charset=utf-8", page)
        .with("cache-control", "no-store")
        .with("content-security-policy", shared::http::PAGE_POLICY)
        .with("referrer-policy", "no-referrer")
        .with("x-content-type-options", "nosniff"))
}
