//! X-Slack-Signature: is a request Slack's?
//!
//! In: the app's signing secret, the headers `X-Slack-Request-Timestamp` and `X-Slack-Signature`, the body's bytes as
//! received. Out: nothing, or a [`Mismatch`] that says why not.
//!
//! The signature is `v0=` and hex(HMAC-SHA256(secret, `v0:{timestamp}:{body}`)). (docs.slack.dev, "Verifying requests
//! from Slack".)

use std::fmt;

use jiff::Timestamp;
use subtle::ConstantTimeEq;

use crate::secret::Secret;

/// How far Slack's time and ours may be apart, either way, in seconds: an older request may be a recorded one.
pub const WINDOW: u64 = 300;

/// Why a request is not accepted. Its text is for a log: it holds no signature and no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// `X-Slack-Request-Timestamp` is missing, or no number.
    NoTimestamp,
    /// It was signed too long ago, or its time is yet to come: so many seconds from now.
    OutOfTime(u64),
    /// `X-Slack-Signature` is missing, or not what the secret gives for this body.
    Signature,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::NoTimestamp => f.write_str("X-Slack-Request-Timestamp is missing, or no number of seconds"),
            Mismatch::OutOfTime(seconds) => write!(
                f,
                "it was signed {seconds} seconds from now, and {WINDOW} are accepted: it is a recorded request, or this \
                 machine's clock is wrong"
            ),
            Mismatch::Signature => f.write_str(
                "the signing secret does not give X-Slack-Signature: compare slack/signing-secret with the Signing \
                 Secret under Basic Information of the Slack app",
            ),
        }
    }
}

/// Proves that a request is Slack's, and of these minutes. The headers' values and the body are as received.
pub fn verify(
    secret: &Secret,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Mismatch> {
    let signed_at: i64 = timestamp.parse().map_err(|_| Mismatch::NoTimestamp)?;
    let apart = signed_at.abs_diff(now.as_second());
    if apart > WINDOW {
        return Err(Mismatch::OutOfTime(apart));
    }
    let ours = sign(secret, timestamp, body);
    // In constant time; their lengths are no secret.
    match bool::from(ours.as_bytes().ct_eq(signature.as_bytes())) {
        true => Ok(()),
        false => Err(Mismatch::Signature),
    }
}

/// Returns what Slack would put into `X-Slack-Signature`.
pub fn sign(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    format!("v0={}", crate::hex(&secret.tag(&[b"v0:", timestamp.as_bytes(), b":", body])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Slack's own example (docs.slack.dev, "Verifying requests from Slack"; python-slack-sdk's tests).
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const SIGNED_AT: &str = "1531420618";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn check(
        secret: &str,
        timestamp: &str,
        signature: &str,
        body: &str,
        now: i64,
    ) -> Result<(), Mismatch> {
        verify(&Secret::new(secret), timestamp, signature, body.as_bytes(), at(now))
    }

    #[test]
    fn slacks_own_example_is_slacks() {
        assert_eq!(sign(&Secret::new(SECRET), SIGNED_AT, BODY.as_bytes()), SIGNATURE);
        for now in [1_531_420_618, 1_531_420_318, 1_531_420_918] {
            assert_eq!(check(SECRET, SIGNED_AT, SIGNATURE, BODY, now), Ok(()), "{now}");
        }
    }

    #[test]
    fn what_is_not_slacks_is_told() {
        let now = 1_531_420_618;
        for (timestamp, signature, body, why) in [
            ("", SIGNATURE, BODY, Mismatch::NoTimestamp),
            ("soon", SIGNATURE, BODY, Mismatch::NoTimestamp),
            ("1531420317", SIGNATURE, BODY, Mismatch::OutOfTime(301)),
            ("1531420919", SIGNATURE, BODY, Mismatch::OutOfTime(301)),
            (
                "-9223372036854775808",
                SIGNATURE,
                BODY,
                Mismatch::OutOfTime((1 << 63) + 1_531_420_618),
            ),
            ("1531420617", SIGNATURE, BODY, Mismatch::Signature),
            (SIGNED_AT, "", BODY, Mismatch::Signature),
            (SIGNED_AT, "v0=", BODY, Mismatch::Signature),
            (SIGNED_AT, &SIGNATURE[3..], BODY, Mismatch::Signature),
            (SIGNED_AT, SIGNATURE, &BODY[1..], Mismatch::Signature),
        ] {
            assert_eq!(
                check(SECRET, timestamp, signature, body, now),
                Err(why),
                "{timestamp} {signature}"
            );
        }
        assert_eq!(check("another", SIGNED_AT, SIGNATURE, BODY, now), Err(Mismatch::Signature));
    }

    proptest! {
        #[test]
        fn only_what_was_signed_passes(
            body in proptest::collection::vec(any::<u8>(), 0..200),
            other in proptest::collection::vec(any::<u8>(), 0..200),
            timestamp in "[0-9]{1,10}|.{0,20}",
            signature in ".{0,80}",
            now in 0..4_000_000_000_i64,
        ) {
            let secret = Secret::new(SECRET);
            prop_assert!(verify(&secret, &timestamp, &signature, &body, at(now)).is_err());
            let (second, signed) = (now.to_string(), sign(&secret, &now.to_string(), &body));
            prop_assert_eq!(verify(&secret, &second, &signed, &body, at(now)), Ok(()));
            let told = verify(&secret, &second, &signed, &other, at(now));
            prop_assert_eq!(told.is_ok(), body == other);
        }
    }
}
