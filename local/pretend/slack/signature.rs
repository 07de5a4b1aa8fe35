//! How Slack signs what it sends. (docs.slack.dev, "Verifying requests from Slack".)

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::secret::Secret;

/// The `X-Slack-Signature` of a body that is sent at `seconds` since 1970.
pub(super) fn sign(secret: &Secret, seconds: i64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new(); // HMAC takes a key of any length.
    };
    mac.update(format!("v0:{seconds}:").as_bytes());
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    std::iter::once("v0=".to_owned())
        .chain(bytes.iter().map(|byte| format!("{byte:02x}")))
        .collect()
}
