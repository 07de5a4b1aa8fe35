//! Which way a call or a text goes.

/// The side that placed a call, or sent a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The phone: it calls or texts a number of ours.
    Inbound,
    /// The REST API, or a Flow.
    Outbound,
    /// TwiML that answers a text.
    Reply,
}

impl Direction {
    /// Its name in a webhook and in the REST API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound-api",
            Direction::Reply => "outbound-reply",
        }
    }
}
