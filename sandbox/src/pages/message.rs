//! Answers in words, for a browser that has sent a form: a page that says what came of it, with a link to go on.

use minijinja::context;
use shared::http::{Request, Response};

use super::{FLOWS, Frame, PHONES, SLACK, Vendors, render};

/// A page in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The HTTP status.
    pub status: u16,
    /// The sentence that says what happened.
    pub title: String,
    /// More lines.
    pub lines: Vec<String>,
    /// The page that tells more: its path, and what the link says.
    pub more: Option<(&'static str, &'static str)>,
}

impl Message {
    /// The page: it leads back to where the request came from, and to the pages of these vendors.
    pub fn page(self, request: &Request, vendors: Vendors) -> Response {
        let Message { status, title, lines, more } = self;
        let is_slack = ["/sandbox/slack", "/sandbox/samples"]
            .iter()
            .any(|path| request.path.starts_with(path));
        let frame = Frame::with(&request.path, vendors);
        let (path, name) = match is_slack {
            true => SLACK,
            false if request.path.starts_with(FLOWS.0) => FLOWS,
            false => PHONES,
        };
        let back = context! { path, text => format!("Back to the sandbox {name}") };
        match render("message.html", &frame, context! { title, lines, more, back }) {
            Ok(page) => Response { status, ..page },
            Err(error) => error.into(),
        }
    }
}

/// Whether a person waits for the answer: their browser asks for a page, as no script does.
pub fn is_for_a_person(request: &Request) -> bool {
    request.header("accept").is_some_and(|accept| accept.contains("text/html"))
}

/// The same answer in words, if it is a plain refusal and a person waits for it.
pub(crate) fn in_words(request: &Request, vendors: Vendors, response: Response) -> Response {
    let is_plain =
        |(name, value): &(&str, String)| *name == "content-type" && value.starts_with("text/plain");
    if response.status < 400 || !response.headers.iter().any(is_plain) || !is_for_a_person(request)
    {
        return response;
    }
    let why = String::from_utf8_lossy(&response.body).trim().to_owned();
    let title = match response.status {
        404 => "There is nothing here".to_owned(),
        409 => "That cannot be done now".to_owned(),
        status if status >= 500 => "That did not work".to_owned(),
        _ => "That was not taken".to_owned(),
    };
    let mut letters = why.chars();
    let sentence =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    let lines = sentence.map(|sentence| format!("{}.", sentence.trim_end_matches('.')));
    let lines = lines.filter(|_| response.status != 404).into_iter().collect();
    let page = Message { status: response.status, title, lines, more: None }.page(request, vendors);
    let kept = response.headers.into_iter().filter(|header| !is_plain(header));
    kept.fold(page, |page, (name, value)| page.with(name, value))
}

/// Leads a person there with 303 after a form; a script gets the answer.
pub fn see_or(request: &Request, path: &str, answer: Response) -> Response {
    let is_done = answer.status < 300 && is_for_a_person(request);
    if is_done { Response::see_other(path) } else { answer }
}
