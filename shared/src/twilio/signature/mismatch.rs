//! Why a request is not accepted.

use std::fmt;

/// Why a request is not accepted. Its text is for a log: it holds no signature, no token, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// There is no X-Twilio-Signature header, or it is empty.
    NoSignature,
    /// The URL's signature is right, and the query has no `bodySHA256`: nothing vouches for the body.
    NoBodyHash,
    /// The URL's signature is right, and the query has more than one `bodySHA256`.
    RepeatedBodyHash,
    /// The URL's signature is right, and the body is not the one that was signed.
    BodyHash,
    /// The signature would be right for this URL, which we do not accept.
    WouldMatch {
        /// The URL, without its query.
        url: String,
        /// The rest of the explanation.
        why: String,
    },
    /// It is signed with a token that was ours before, and was replaced.
    ReplacedToken {
        /// The URL that gives this signature, without its query.
        url: String,
    },
    /// No URL that we can think of, and no token that we know, gives this signature.
    Unknown {
        /// The first URL tried, without its query.
        tried: String,
    },
    /// No URL that we accept gives this signature, and others were not tried.
    Unexplained {
        /// The first URL tried, without its query.
        tried: String,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::NoSignature => f.write_str("there is no X-Twilio-Signature header"),
            Mismatch::NoBodyHash => f.write_str(
                "the URL's signature is right, but its query has no bodySHA256, so nothing vouches for the body",
            ),
            Mismatch::RepeatedBodyHash => {
                f.write_str("the URL's signature is right, but its query has more than one bodySHA256")
            }
            Mismatch::BodyHash => f.write_str(
                "the URL's signature is right, but the body hash is not: the body was changed on its way, or parsed \
                 and written again",
            ),
            Mismatch::WouldMatch { url, why } => {
                write!(f, "the signature would match {url}, which is not accepted: {why}")
            }
            Mismatch::ReplacedToken { url } => {
                write!(f, "the signature of {url} was made with an older token, which was replaced")
            }
            Mismatch::Unknown { tried } => write!(
                f,
                "no URL near {tried} gives this signature with a token that we know: compare the URL configured at \
                 Twilio with PUBLIC_BASE_URL, and the account's primary auth token with TWILIO_AUTH_TOKEN"
            ),
            Mismatch::Unexplained { tried } => write!(
                f,
                "{tried} does not give this signature. Other URLs are tried once a minute, for small requests: see \
                 the log of the minute before"
            ),
        }
    }
}
