//! The pages: one frame for all of them, and their files.
//!
//! [`message`]: what a browser is answered in words.

pub mod message;

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;
use shared::Error;
use shared::http::{PAGE_POLICY, Response};

use crate::settings::Setup;

const FILES: [(&str, &str, &str); 19] = [
    ("frame.css", "text/css", include_str!("frame.css")),
    ("linked.js", "text/javascript", include_str!("linked.js")),
    ("slack.js", "text/javascript", include_str!("slack.js")),
    ("slack.css", "text/css", include_str!("slack.css")),
    ("slack/act.js", "text/javascript", include_str!("slack/act.js")),
    ("slack/blocks.js", "text/javascript", include_str!("slack/blocks.js")),
    ("slack/card.js", "text/javascript", include_str!("slack/card.js")),
    ("slack/dom.js", "text/javascript", include_str!("slack/dom.js")),
    ("slack/mrkdwn.js", "text/javascript", include_str!("slack/mrkdwn.js")),
    ("slack/samples.js", "text/javascript", include_str!("slack/samples.js")),
    ("slack/messages.css", "text/css", include_str!("slack/messages.css")),
    ("phones.js", "text/javascript", include_str!("phones.js")),
    ("phones/dom.js", "text/javascript", include_str!("phones/dom.js")),
    ("phones/flows.js", "text/javascript", include_str!("phones/flows.js")),
    ("phones/phone.js", "text/javascript", include_str!("phones/phone.js")),
    ("phones/text.js", "text/javascript", include_str!("phones/text.js")),
    ("phones.css", "text/css", include_str!("phones.css")),
    ("flows.css", "text/css", include_str!("flows.css")),
    ("flow-graph.css", "text/css", studio::draw::STYLE),
];

/// A file, by its path behind `/sandbox/`.
pub(crate) fn file(path: &str) -> Result<Response, Error> {
    let (_, kind, text) = FILES.iter().find(|(name, ..)| *name == path).ok_or(Error::NotFound)?;
    Ok(Response::of(200, &format!("{kind}; charset=utf-8"), *text)
        .with("content-security-policy", PAGE_POLICY)
        .with("cache-control", "no-store"))
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("pages/layout.html")),
        ("message.html", include_str!("pages/message.html")),
        ("phones.html", include_str!("pages/phones.html")),
        ("phones-notice.html", include_str!("pages/phones-notice.html")),
        ("phones-plain.html", include_str!("pages/phones-plain.html")),
        ("phone.html", include_str!("pages/phone.html")),
        ("slack.html", include_str!("pages/slack.html")),
        ("flows.html", include_str!("pages/walk/flows.html")),
        ("flow.html", include_str!("pages/walk/flow.html")),
        ("walk.html", include_str!("pages/walk/walk.html")),
        ("move.html", include_str!("pages/walk/move.html")),
        ("question.html", include_str!("pages/walk/question.html")),
    ] {
        environment
            .add_template(name, source)
            .expect("the pages are part of the program, and tested");
    }
    environment
});

/// The paths of the pages, and their names in the navigation.
const PHONES: (&str, &str) = ("/sandbox/phones", "phones");
const SLACK: (&str, &str) = ("/sandbox/slack", "Slack");
const FLOWS: (&str, &str) = ("/sandbox/flows", "Flows");

/// The frame around every page: the navigation of the pages that there are.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Frame {
    path: String,
    pages: Vec<FramedPage>,
}

#[derive(Clone, Debug, Serialize)]
struct FramedPage {
    path: &'static str,
    name: &'static str,
    is_here: bool,
}

/// The vendors that are simulated: each has pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vendors {
    /// Twilio is.
    pub twilio: bool,
    /// Slack is.
    pub slack: bool,
}

impl Vendors {
    /// Those that a setup has not for real.
    pub(crate) fn of(setup: &Setup) -> Vendors {
        Vendors { twilio: !setup.is_twilio_real, slack: !setup.is_slack_real }
    }
}

impl Frame {
    /// The frame of the page at this path, where these vendors are simulated.
    pub(crate) fn of(path: &str, setup: &Setup) -> Frame {
        Frame::with(path, Vendors::of(setup))
    }

    fn with(path: &str, Vendors { twilio, slack }: Vendors) -> Frame {
        let pages = [(PHONES, twilio), (SLACK, slack), (FLOWS, twilio)];
        let pages = pages.into_iter().filter(|(_, is_there)| *is_there);
        let is_here = |page: &str| {
            path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let pages =
            pages.map(|((path, name), _)| FramedPage { path, name, is_here: is_here(path) });
        Frame { path: path.to_owned(), pages: pages.collect() }
    }
}

/// A page: the template of this name with what it shows.
pub(crate) fn render(name: &str, frame: &Frame, facts: Value) -> Result<Response, Error> {
    let facts = context! { frame => Serde(frame), ..facts };
    let page = TEMPLATES.get_template(name).and_then(|template| template.render(facts));
    let page = page.map_err(|error| Error::Store(format!("the page {name}: {error}")))?;
    Ok(Response::of(200, "text/html; charset=utf-8", page)
        .with("content-security-policy", PAGE_POLICY)
        .with("cache-control", "no-store"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_to_the_page_of_a_real_vendor() {
        let names = |is_twilio_real, is_slack_real| {
            let setup = Setup { is_twilio_real, is_slack_real, ..Setup::default() };
            let pages = Frame::of("/sandbox/flows/x", &setup).pages;
            pages.iter().map(|page| (page.name, page.is_here)).collect::<Vec<_>>()
        };
        assert_eq!(names(false, false), [("phones", false), ("Slack", false), ("Flows", true)]);
        assert_eq!(names(false, true), [("phones", false), ("Flows", true)]);
        assert_eq!(names(true, false), [("Slack", false)]);
    }
}
