//! The pages of Flows and walks as HTML.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use shared::Error;
use shared::http::{PAGE_POLICY, Response};
use studio::Flow;
use studio::scenario::ways_in;

use super::replay::Replayed;
use super::start::CONTACT;
use super::stored::{ListedFlow, MAX_FLOWS, UploadedFlow, Walk, only_flow};
use super::upload::Upload;
use super::view;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("pages/layout.html")),
        ("flows.html", include_str!("pages/flows.html")),
        ("flow.html", include_str!("pages/flow.html")),
        ("walk.html", include_str!("pages/walk.html")),
        ("move.html", include_str!("pages/move.html")),
        ("question.html", include_str!("pages/question.html")),
    ] {
        environment
            .add_template(name, source)
            .expect("the pages are part of the program, and tested");
    }
    environment
});

fn render(name: &str, facts: Value) -> Result<Response, Error> {
    let page = TEMPLATES.get_template(name).and_then(|template| template.render(facts));
    let page = page.map_err(|error| Error::Store(format!("the page {name}: {error}")))?;
    Ok(Response::of(200, "text/html; charset=utf-8", page)
        .with("content-security-policy", PAGE_POLICY)
        .with("cache-control", "no-store"))
}

/// All Flows, and the form for another one; with what was uploaded and why it was refused.
pub(super) fn list(
    flows: &[ListedFlow],
    refused: Option<(&Upload, &[String])>,
) -> Result<Response, Error> {
    let flows: Vec<Value> = flows
        .iter()
        .map(|flow| {
            let at = flow.at.strftime("%-d %b %Y, %H:%M UTC").to_string();
            context! { id => &flow.id, name => &flow.name, at, is_walked => flow.is_walked }
        })
        .collect();
    let (name, text, reasons) = match refused {
        Some((upload, reasons)) => (upload.name.as_str(), upload.text.as_str(), reasons),
        None => ("", "", &[][..]),
    };
    render(
        "flows.html",
        context! {
            title => "Walk through a Flow", most => MAX_FLOWS, name, text, flows,
            reasons => Serde(reasons),
        },
    )
}

/// A Flow, the findings of its checks, and the ways in which a walk begins.
pub(super) fn flow(stored: &UploadedFlow, notice: Option<&str>) -> Result<Response, Error> {
    let file = stored.file()?;
    let flow = only_flow(&file).ok_or(Error::NotFound)?;
    let (findings, found) = view::findings(&file);
    let page = render(
        "flow.html",
        context! {
            title => &stored.name, id => &stored.id, sid => &stored.sid,
            findings => Serde(findings), found, notice, contact => CONTACT,
            starts => Serde(ways_in(&flow)), svg => view::drawing(&flow, None),
            is_walked => stored.walk.is_some(),
        },
    )?;
    Ok(Response { status: if notice.is_some() { 400 } else { 200 }, ..page })
}

/// A walk as it stands.
pub(super) fn walk(
    stored: &UploadedFlow,
    flow: &Flow,
    walk: &Walk,
    replayed: &Replayed,
    is_live: bool,
    notice: Option<&str>,
) -> Result<Response, Error> {
    let (steps, left_out) = view::steps(replayed, walk.began);
    let question = view::question(flow, replayed);
    let variables = &replayed.context["flow"]["variables"];
    let pretty = |value: &serde_json::Value| format!("{value:#}");
    let page = render(
        "walk.html",
        context! {
            title => &stored.name, id => &stored.id, start => walk.start.words(), notice,
            at => walk.moves.len(), question => Serde(question), is_live,
            end => replayed.end.as_ref().map(ToString::to_string),
            is_error => replayed.end.as_ref().is_some_and(|end| end.is_error()),
            svg => view::drawing(flow, Some((replayed, walk.began))),
            steps => Serde(steps), left_out, log => Serde(view::log(&replayed.entries)),
            variables => variables.as_object().filter(|all| !all.is_empty()).map(|_| pretty(variables)),
            context => pretty(&replayed.context),
        },
    )?;
    Ok(Response { status: if notice.is_some() { 400 } else { 200 }, ..page })
}
