//! The parts of a sentence: its kind, its mark, its parts, its reason.

use jiff::Timestamp;

use crate::domain::escalation::Outcome;

/// The kind of thing that happened: it gives a mark its shape and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An alarm went off.
    Alarm,
    /// A call goes on.
    Call,
    /// A call reached nobody who could take the incident.
    Missed,
    /// Somebody took it.
    Taken,
    /// An alarm recovered, or the incident is over.
    Over,
    /// Something failed.
    Problem,
    /// Something to know.
    Note,
}

impl Kind {
    /// The kind of a call's outcome.
    pub fn of(outcome: Outcome) -> Kind {
        match outcome {
            Outcome::Taken => Kind::Taken,
            Outcome::Resolved => Kind::Over,
            Outcome::Canceled => Kind::Note,
            Outcome::Failed | Outcome::Refused | Outcome::Silent => Kind::Problem,
            _ => Kind::Missed,
        }
    }
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// Text that stands out.
    Strong(String),
    /// An alarm by name.
    Alarm(String),
    /// A person by name.
    Person(String),
    /// A person whose turn it is: mentioned where that is possible.
    Mention(String),
    /// The owner of the incident: mentioned where that is possible, also if only Slack knows them.
    Owner(String),
    /// A time, as each reader's clock shows it.
    Time(Timestamp),
}

/// A sentence that says what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The kind of thing that happened.
    pub kind: Kind,
    /// The emoji before it in Slack, empty for none; `None`: it is not posted there.
    pub emoji: Option<&'static str>,
    /// Everybody in the channel is to notice it.
    pub broadcast: bool,
    /// The sentence, without a full stop. It begins with a small letter, unless a name does.
    pub parts: Vec<Part>,
    /// The reason that the monitor or Twilio gives; may be empty.
    pub detail: String,
}

impl Sentence {
    pub(super) fn new(kind: Kind, emoji: &'static str, parts: Vec<Part>) -> Sentence {
        Sentence { kind, emoji: Some(emoji), broadcast: false, parts, detail: String::new() }
    }

    /// One that only pages show.
    pub(super) fn quiet(kind: Kind, parts: Vec<Part>) -> Sentence {
        Sentence { emoji: None, ..Sentence::new(kind, "", parts) }
    }

    pub(super) fn with(self, detail: impl Into<String>) -> Sentence {
        Sentence { detail: detail.into(), ..self }
    }

    pub(super) fn broadcast(self) -> Sentence {
        Sentence { broadcast: true, ..self }
    }

    /// The same with a capital letter first, unless a name begins it.
    pub fn capitalized(mut self) -> Sentence {
        if let Some(Part::Text(text) | Part::Strong(text)) = self.parts.first_mut() {
            let mut chars = text.chars();
            *text = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
        }
        self
    }

    /// The sentence as plain text, with its reason.
    pub fn plain(&self) -> String {
        let parts: String = self.parts.iter().map(Part::plain).collect();
        let detail = if self.detail.is_empty() { "" } else { ": " };
        format!("{parts}{detail}{}", self.detail)
    }
}

impl Part {
    /// The part as plain text.
    pub fn plain(&self) -> String {
        match self {
            Part::Text(text) | Part::Strong(text) => text.clone(),
            Part::Alarm(name) | Part::Person(name) | Part::Mention(name) | Part::Owner(name) => {
                name.clone()
            }
            Part::Time(at) => at.strftime("%H:%M UTC").to_string(),
        }
    }
}
