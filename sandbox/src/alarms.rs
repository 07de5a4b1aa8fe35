//! Alarms as the phones' page shows them. The server that raises them says it: the sandbox knows of none.

use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use shared::Error;

/// Says what is shown, by the query of the page's address.
pub type AlarmSource = Arc<
    dyn Fn(Option<String>) -> Pin<Box<dyn Future<Output = Result<Alarms, Error>> + Send>>
        + Send
        + Sync,
>;

/// The alarms that are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Alarms {
    /// The alarms that have buttons.
    pub samples: Vec<SampleAlarm>,
    /// The result of the last button, as it stands now.
    pub notice: Option<Notice>,
}

/// An alarm that is raised and cleared with buttons: by posts to `/sandbox/alarms/{name}/raise` and `…/clear`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SampleAlarm {
    /// The alarm's name.
    pub name: String,
    /// The thing it watches, in a few words.
    pub title: String,
}

/// The result of a button.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its sentences.
    pub lines: Vec<Line>,
    /// The path of the page that tells more.
    pub link: Option<String>,
    /// The sample that can be raised afresh where nothing rings.
    pub afresh: Option<Afresh>,
}

/// A sample that can be raised under a new name (`…/afresh`), so that a phone rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Afresh {
    /// Its name.
    pub sample: String,
    /// The present incident goes on with it: no other one begins.
    pub goes_on: bool,
}

/// A sentence, with a time in it or without.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The text before the time.
    pub text: String,
    /// The time.
    pub at: Option<Timestamp>,
    /// The same for a reader: `07:25:40 UTC`.
    pub clock: String,
    /// The text behind it.
    pub rest: String,
}

impl Line {
    /// A sentence without a time.
    pub fn of(text: impl Into<String>) -> Line {
        Line { text: text.into(), ..Line::default() }
    }

    /// A sentence around a time.
    pub fn around(text: impl Into<String>, at: Timestamp, rest: impl Into<String>) -> Line {
        let clock = at.strftime("%H:%M:%S UTC").to_string();
        Line { text: text.into(), at: Some(at), clock, rest: rest.into() }
    }
}
