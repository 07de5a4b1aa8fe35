//! Errors: what can go wrong, and the status it answers with.

use crate::key::Key;

/// An error says what the caller should do: [`Error::status`] 5xx is worth a retry, 4xx is final.
///
/// Twilio drops an event for ever on a 4xx and retries a 5xx for four hours, so whatever may be our own fault is 5xx
/// (Event Streams, "Event delivery and duplication").
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is proven not to be from whom it claims to be.
    #[error("refused: {0}")]
    Forged(String),
    /// The request needs a log-in.
    #[error("log in first")]
    LoggedOut,
    /// The request needs a bearer token.
    #[error("a bearer token is needed: send the header `Authorization: Bearer …`")]
    NoToken,
    /// The request has another bearer token than it should.
    #[error("the bearer token is wrong")]
    WrongToken,
    /// The message of SNS is of a topic that the configuration does not name: its ARN, as it can be shown.
    #[error("its topic {0} is not one of `sns_topics` in the configuration")]
    ForeignTopic(String),
    /// The message is not proven to be SNS', and why.
    #[error("this is not taken for a message of SNS: {0}")]
    NotFromSns(&'static str),
    /// SNS does not give what we need of it now, and why; it may be next time.
    #[error("{0}")]
    SnsUnavailable(&'static str),
    /// Nobody has set the bearer token of this endpoint: the text says which parameter to store. It goes to the caller.
    #[error("{0}")]
    TokenNotSet(&'static str),
    /// The request needs the start token of this server.
    #[error(
        "the start token is needed: open a link that the server printed when it started, or send what is in the file \
         start-token of its data folder (.ringdown, or that of --data) as `Authorization: Bearer …`"
    )]
    NoStartToken,
    /// The request cannot be understood at all.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// Nothing lives at this path.
    #[error("no such page")]
    NotFound,
    /// The path exists, for another method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The body is larger than we take.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The form has more fields than we take.
    #[error("the form has more than {0} fields")]
    TooManyFields(usize),
    /// The request did not arrive in time.
    #[error("the request took too long to arrive")]
    TooSlow,
    /// As many requests as we can hold are on their way; the caller may try again.
    #[error("too busy: try again later")]
    TooBusy,
    /// Something that we need is not set up: the text says what, and what to do.
    #[error("not set up: {0}")]
    NotSetUp(String),
    /// The store did not do what was asked; it may next time.
    #[error("store: {0}")]
    Store(String),
    /// It was not done in time; it may be next time.
    #[error("it took too long: {0}")]
    TooLong(String),
    /// No store takes a record, or a transaction, of this size: trying the same again is in vain.
    #[error("too large to store: {0}")]
    TooLargeToStore(String),
    /// Somebody else wrote a record first.
    #[error("somebody else wrote first")]
    Conflict {
        /// The records that were in the way.
        keys: Vec<Key>,
    },
    /// The queue did not take a message; it may next time.
    #[error("queue: {0}")]
    Queue(String),
}

impl Error {
    /// The HTTP status that the caller learns, and nothing else.
    pub fn status(&self) -> u16 {
        match self {
            Error::BadRequest(_) => 400,
            Error::LoggedOut
            | Error::NoToken
            | Error::WrongToken
            | Error::NoStartToken
            | Error::ForeignTopic(_)
            | Error::NotFromSns(_) => 401,
            Error::Forged(_) => 403,
            Error::NotFound => 404,
            Error::MethodNotAllowed => 405,
            Error::TooSlow => 408,
            Error::TooLarge(_) | Error::TooManyFields(_) => 413,
            Error::NotSetUp(_)
            | Error::TokenNotSet(_)
            | Error::Store(_)
            | Error::TooLargeToStore(_)
            | Error::Conflict { .. }
            | Error::TooBusy
            | Error::SnsUnavailable(_)
            | Error::Queue(_)
            | Error::TooLong(_) => 503,
        }
    }
}
