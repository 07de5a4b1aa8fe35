//! A message of SNS, as it is posted.

use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How far a message's time may be from ours.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);
/// The longest body. A message has 256 KiB at most, and is text within JSON.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The longest id: SNS' are UUIDs.
const MAX_ID_BYTES: usize = 64;

/// The purpose of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// Somebody has published it.
    Notification,
    /// The topic was subscribed to our URL, which has to be confirmed.
    SubscriptionConfirmation,
    /// Our subscription was ended.
    UnsubscribeConfirmation,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Notification => "Notification",
            Kind::SubscriptionConfirmation => "SubscriptionConfirmation",
            Kind::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

/// How a message is signed: with RSA over a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Version {
    /// SHA-1.
    #[serde(rename = "1")]
    Sha1,
    /// SHA-256.
    #[serde(rename = "2")]
    Sha256,
}

/// A message as it came. Nothing of it is true until its signature is verified.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    /// Its purpose.
    #[serde(rename = "Type")]
    pub kind: Kind,
    /// Names it for good: letters, digits and dashes.
    #[serde(rename = "MessageId")]
    pub id: String,
    /// The ARN of its topic.
    pub topic_arn: String,
    /// How it is signed.
    #[serde(rename = "SignatureVersion")]
    pub version: Version,
    /// Where the certificate is that it is signed with.
    #[serde(rename = "SigningCertURL")]
    pub certificate_url: String,
    /// The URL that has to be fetched to confirm a subscription.
    #[serde(rename = "SubscribeURL")]
    pub subscribe_url: Option<String>,
    message: String,
    subject: Option<String>,
    timestamp: String,
    token: Option<String>,
    signature: String,
}

/// Why a body is not read as a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is none of SNS': it has no type and topic of one.
    NotOfSns,
    /// It is one, and this is wrong with it.
    Malformed(&'static str),
}

/// The fields that each message has as text, and what is said where one is not there.
const FIELDS: [(&str, &str); 5] = [
    ("Message", "it has no Message"),
    ("MessageId", "it has no MessageId"),
    ("Timestamp", "it has no Timestamp"),
    ("Signature", "it has no Signature"),
    ("SigningCertURL", "it has no SigningCertURL"),
];

/// Why a body that is not a whole message is none.
fn unread(body: &[u8]) -> Unread {
    let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let kind = fields.get("Type").is_some_and(|kind| Kind::deserialize(kind).is_ok());
    if !kind || text("TopicArn").is_none() {
        return Unread::NotOfSns;
    }
    let missing = FIELDS.iter().find(|(name, _)| text(name).is_none());
    Unread::Malformed(match (missing, text("SignatureVersion")) {
        (Some((_, what)), _) => what,
        (None, Some("1" | "2")) => "one of its fields cannot be read",
        (None, _) => "its SignatureVersion is neither \"1\" nor \"2\"",
    })
}

impl Message {
    /// Reads a body.
    ///
    /// # Errors
    /// It is no message of SNS, or lacks what each has.
    pub fn read(body: &[u8]) -> Result<Message, Unread> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Unread::NotOfSns);
        }
        let message: Message = serde_json::from_slice(body).map_err(|_| unread(body))?;
        let is_id = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
        let has_id =
            (1..=MAX_ID_BYTES).contains(&message.id.len()) && message.id.bytes().all(is_id);
        // The signed text has one line for each field but the last two: with more, two messages could be signed alike.
        let lines = [
            Some(&message.topic_arn),
            Some(&message.timestamp),
            message.subject.as_ref(),
            message.subscribe_url.as_ref(),
            message.token.as_ref(),
        ];
        let are_lines = lines.iter().flatten().all(|text| !text.contains('\n'));
        let is_confirmed = message.kind != Kind::Notification;
        let wrong = [
            (!has_id, "its MessageId is none of SNS'"),
            (is_confirmed && message.subscribe_url.is_none(), "it has no SubscribeURL"),
            (is_confirmed && message.token.is_none(), "it has no Token"),
            (!are_lines, "one of its fields has several lines"),
        ];
        match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, what)) => Err(Unread::Malformed(what)),
            None => Ok(message),
        }
    }

    /// Whether it was sent within an hour of `now`.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let sent: Option<Timestamp> = self.timestamp.parse().ok();
        sent.is_some_and(|sent| now.duration_since(sent).abs() <= MAX_AGE)
    }

    /// The text that its signature is over: each of these fields with its name, a line each.
    pub fn signed(&self) -> String {
        let subject = self.subject.as_deref();
        let fields = match self.kind {
            Kind::Notification => [
                ("Message", Some(self.message.as_str())),
                ("MessageId", Some(self.id.as_str())),
                ("Subject", subject),
                ("Timestamp", Some(self.timestamp.as_str())),
                ("TopicArn", Some(self.topic_arn.as_str())),
                ("Type", Some(self.kind.word())),
                ("", None),
            ],
            Kind::SubscriptionConfirmation | Kind::UnsubscribeConfirmation => [
                ("Message", Some(self.message.as_str())),
                ("MessageId", Some(self.id.as_str())),
                ("SubscribeURL", self.subscribe_url.as_deref()),
                ("Timestamp", Some(self.timestamp.as_str())),
                ("Token", self.token.as_deref()),
                ("TopicArn", Some(self.topic_arn.as_str())),
                ("Type", Some(self.kind.word())),
            ],
        };
        let mut signed = String::new();
        for (name, value) in fields {
            if let Some(value) = value {
                // Writing to a String cannot fail.
                let _ = write!(signed, "{name}\n{value}\n");
            }
        }
        signed
    }

    /// The bytes of its signature; `None` if it is not Base64.
    pub fn signature(&self) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(&self.signature).ok()
    }

    /// The notification as a body, with what is signed and nothing else: whoever passes it on could add to the rest.
    pub fn to_body(&self) -> Vec<u8> {
        let body = json!({
            "Type": self.kind.word(), "MessageId": self.id, "TopicArn": self.topic_arn, "Subject": self.subject,
            "Message": self.message, "Timestamp": self.timestamp,
        });
        body.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests;
