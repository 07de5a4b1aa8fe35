//! The trace of a played run: its entries, and its end.

use jiff::Timestamp;
use serde_json::Value;

use super::http::HttpOutcome;
use crate::run::{EndReason, HttpMethod, LogEntry, OutboundMessage, Prompt, SplitComparison, Step};

/// An entry of the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceEntry {
    /// The virtual time.
    pub at: Timestamp,
    /// The name of the widget, in a subflow behind that of the parent's widget (`ask/menu`); empty if it is about none.
    pub widget: String,
    /// The happening.
    pub detail: TraceDetail,
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceDetail {
    /// The caller heard something.
    Heard(Prompt),
    /// The caller pressed these keys; those that were too many or too late are left out.
    Pressed {
        /// The keys that the widget took.
        digits: String,
        /// How many it did not take.
        lost: usize,
    },
    /// The caller said something.
    Spoke {
        /// The words.
        words: String,
        /// The text that the Flow gets of them; none where nobody writes them down.
        transcript: Option<String>,
    },
    /// The contact sent this message.
    Replied(String),
    /// Nobody did anything in time.
    Silent,
    /// The caller hung up.
    HungUp,
    /// A request was made.
    Requested {
        /// Its method.
        method: HttpMethod,
        /// The URL.
        url: String,
        /// The body; of a GET empty.
        body: String,
        /// The URL that is asked in its place.
        asked_at: Option<String>,
    },
    /// The outcome of the request.
    Answered(HttpOutcome),
    /// A message was sent.
    Sent(OutboundMessage),
    /// A call, connection, queue or hand-over had this outcome.
    Went {
        /// The doing: `calls …0001`, `is put into the queue parcels`, …
        doing: String,
        /// One of [`super::outcomes`].
        outcome: String,
        /// Nobody said so: it is the usual one.
        is_assumed: bool,
    },
    /// A split compared its input.
    Compared {
        /// The input.
        input: String,
        /// The comparison.
        comparison: SplitComparison,
    },
    /// A widget was left.
    Left {
        /// The step.
        step: Step,
        /// The index of the transition among the widget's; `None` if it has none for the event.
        transition: Option<usize>,
        /// The widget's variables after it.
        variables: Option<Value>,
    },
    /// Twilio's debugger would show this.
    Logged(LogEntry),
}

/// A run that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// Its end.
    pub end: PlayEnd,
    /// The entries, oldest first.
    pub entries: Vec<TraceEntry>,
    /// The namespaces of Liquid at its end.
    pub context: Value,
    /// The work of its templates and patterns; [`MAX_RUN_WORK`](crate::run::MAX_RUN_WORK) at most.
    pub work: u64,
}

impl Played {
    /// Its steps, oldest first.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.entries.iter().filter_map(|entry| match &entry.detail {
            TraceDetail::Left { step, .. } => Some(step),
            _ => None,
        })
    }
}

/// The end of a played run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayEnd {
    /// The run is over.
    Ended(EndReason),
    /// A widget leads to one that is not there.
    Missing {
        /// Twilio's words for it.
        message: String,
    },
    /// Nothing follows this event of the trigger: such a start does nothing.
    NoWayIn {
        /// `incomingCall`, …
        event: String,
    },
    /// A widget waits for something that never comes.
    Waits {
        /// The widget's name.
        widget: String,
    },
}

impl PlayEnd {
    /// It is an error of the Flow.
    pub fn is_error(&self) -> bool {
        match self {
            PlayEnd::Ended(EndReason::FlowEnd | EndReason::HungUp | EndReason::Stopped) => false,
            PlayEnd::Ended(_) | PlayEnd::Missing { .. } | PlayEnd::NoWayIn { .. } => true,
            PlayEnd::Waits { .. } => true,
        }
    }
}

impl std::fmt::Display for PlayEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PlayEnd::Ended(reason) => match reason {
                EndReason::FlowEnd => write!(f, "the Flow came to its end"),
                EndReason::HungUp => write!(f, "the caller hung up"),
                EndReason::Stopped => write!(f, "it was ended from outside"),
                EndReason::TooManySteps => {
                    write!(f, "it has taken {} steps (error 81000)", crate::run::MAX_STEPS)
                }
                EndReason::SameWidget { widget } => {
                    let rounds = crate::run::MAX_ROUNDS;
                    write!(f, "{widget} has led to itself {rounds} times (error 81001)")
                }
                EndReason::TooMuchWork { widget } => {
                    write!(f, "its texts and patterns take too much work; it was in {widget}")
                }
                EndReason::NoMatch { widget } => {
                    write!(f, "no condition of {widget} holds, and it has no noMatch (error 81005)")
                }
                EndReason::Unplayable { widget, why } => write!(f, "{widget} cannot go on: {why}"),
            },
            PlayEnd::Missing { message } => write!(f, "{message} (error 81022)"),
            PlayEnd::NoWayIn { event } => {
                write!(f, "this start has no way in: nothing follows {event} of the trigger")
            }
            PlayEnd::Waits { widget } => {
                write!(f, "{widget} waits for something that never comes")
            }
        }
    }
}
