//! The pages of Flows and walks as HTML.

use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::Error;
use shared::http::Response;
use studio::Flow;
use studio::scenario::ways_in;

use super::replay::Replayed;
use super::start::CONTACT;
use super::stored::{ListedFlow, MAX_FLOWS, UploadedFlow, Walk, only_flow};
use super::upload::Upload;
use super::view;
use crate::pages::{Frame, render};

/// All Flows, and the form for another one; with what was uploaded and why it was refused.
pub(super) fn list(
    frame: &Frame,
    flows: &[ListedFlow],
    refused: Option<(&Upload, &[String])>,
) -> Result<Response, Error> {
    let flows: Vec<Value> = flows
        .iter()
        .map(|flow| {
            let day = flow.at.strftime("%-d %b %Y, %H:%M UTC").to_string();
            let at = flow.at.to_string();
            context! { id => &flow.id, name => &flow.name, at, day, is_walked => flow.is_walked }
        })
        .collect();
    let (name, text, reasons) = match refused {
        Some((upload, reasons)) => (upload.name.as_str(), upload.text.as_str(), reasons),
        None => ("", "", &[][..]),
    };
    render(
        "flows.html",
        frame,
        context! {
            title => "Walk through a Flow", most => MAX_FLOWS, name, text, flows,
            reasons => Serde(reasons),
        },
    )
}

/// A Flow, the findings of its checks, and the ways in which a walk begins.
pub(super) fn flow(
    frame: &Frame,
    stored: &UploadedFlow,
    notice: Option<&str>,
) -> Result<Response, Error> {
    let file = stored.file()?;
    let flow = only_flow(&file).ok_or(Error::NotFound)?;
    let (findings, found) = view::findings(&file);
    let page = render(
        "flow.html",
        frame,
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
    frame: &Frame,
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
        frame,
        context! {
            title => &stored.name, id => &stored.id, start => walk.start.as_text(), notice,
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
