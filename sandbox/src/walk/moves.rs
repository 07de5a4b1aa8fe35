//! The moves of whoever walks through a Flow: each answers one thing that the Flow waited for. Pure.

use serde::{Deserialize, Serialize};
use shared::Error;
use shared::http::Request;
use studio::play::outcomes;

use super::question::{Awaited, Question};

/// The most characters of what is pressed, said or sent.
const MAX_CHARACTERS: usize = 1_600;

/// One move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Move {
    /// The caller presses keys.
    Press(String),
    /// The caller says something, or the contact sends it.
    Say(String),
    /// Nobody does anything until the time is over.
    Silence,
    /// The caller hangs up.
    HangUp,
    /// All is listened to.
    GoOn,
    /// A call, queue, message or hand-over went like this.
    Outcome(String),
    /// A server answered.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The header `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
        /// How many bytes of it were received; none if somebody typed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<usize>,
    },
    /// No server answered, for this reason.
    NoAnswer(String),
    /// A request was not sent at all, for this reason.
    Unsent(String),
}

impl Move {
    /// The move that a form asks for, if it answers what is awaited. Sending a request is no move: its answer is one.
    pub(super) fn of(request: &Request, awaited: &Awaited) -> Result<Move, Error> {
        let field = |name: &str| request.field(name).unwrap_or_default().trim().to_owned();
        let wrong = |why: &str| Err(Error::BadRequest(why.to_owned()));
        let value = field("value");
        if value.chars().count() > MAX_CHARACTERS {
            return wrong("that is longer than 1,600 characters");
        }
        let does = field("does");
        match (does.as_str(), &awaited.question) {
            ("hang-up", _) if awaited.can_hang_up => Ok(Move::HangUp),
            ("go-on", Question::Speech) => Ok(Move::GoOn),
            ("press", Question::Input { .. } | Question::Recording) => {
                let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
                match !value.is_empty() && value.chars().all(is_key) {
                    true => Ok(Move::Press(value)),
                    false => wrong("keys are 0 to 9, * and #"),
                }
            }
            ("say", Question::Input { .. } | Question::Recording) if value.is_empty() => {
                wrong("there are no words")
            }
            ("say", Question::Input { .. } | Question::Recording | Question::Reply) => {
                Ok(Move::Say(value))
            }
            ("silence", Question::Input { .. } | Question::Recording | Question::Reply) => {
                Ok(Move::Silence)
            }
            ("outcome", Question::Outcome { kind }) if outcomes(kind).contains(&&*value) => {
                Ok(Move::Outcome(value))
            }
            ("fail", Question::Request(_)) => {
                Ok(Move::NoAnswer("nobody answered in time, as chosen".to_owned()))
            }
            ("answer", Question::Request(_)) => answer(request, &field("status")),
            _ => wrong("the Flow does not wait for that now"),
        }
    }
}

/// The answer of a server, as somebody typed it: a status, and a body of JSON.
fn answer(request: &Request, status: &str) -> Result<Move, Error> {
    let wrong = |why: String| Error::BadRequest(why);
    let status: u16 = status
        .parse()
        .ok()
        .filter(|status| (200..=599).contains(status))
        .ok_or_else(|| wrong("a status is a number from 200 to 599".to_owned()))?;
    let body = request.field("body").unwrap_or_default();
    if !body.trim().is_empty() {
        let read: Result<serde_json::Value, _> = serde_json::from_str(&body);
        read.map_err(|error| wrong(format!("the body is not JSON: {error}")))?;
    }
    Ok(Move::Answer { status, content_type: "application/json".to_owned(), body, size: None })
}
