//! SNS, as far as a receiver of its messages sees it: it signs them with a key of its own, whose certificate it hands over.

use std::sync::{Arc, LazyLock};

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use crate::Timestamp;
use crate::domain::sns::Message;
use crate::sns::client::Client;

/// The topic that the messages are of.
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";
/// The certificate of the key, made for these tests with `openssl ca -selfsign`: valid from 2020 to 2120, of no authority.
pub const CERTIFICATE: &str = include_str!("sns/certificate.pem");
const KEY: &str = include_str!("sns/key.pem");

/// A client of an SNS that is not there.
pub fn unreachable() -> Arc<Client> {
    // One for all: certificate roots are read for each.
    static HTTP: LazyLock<reqwest::Client> =
        LazyLock::new(|| crate::http::client().expect("a client"));
    Arc::new(Client::with_stand_in(HTTP.clone(), "http://127.0.0.1:9"))
}

/// The fields that each message of this type has: with an id of its own, sent at this time.
pub fn message(kind: &str, id: &str, at: Timestamp, text: &str) -> Value {
    json!({
        "Type": kind, "MessageId": id, "TopicArn": TOPIC, "Message": text, "Timestamp": format!("{at:.3}"),
        "SignatureVersion": "2", "Signature": "",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
    })
}

/// The same message with a token and a URL, as confirmations have them.
pub fn with_token(mut message: Value) -> Value {
    message["Token"] = json!("2336412f37fb687f5d51e6e2425dacbba30c");
    message["SubscribeURL"] = json!(
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37fb687f5d51e6e2425dacbba30c"
    );
    message
}

/// The same message, signed (version 2).
///
/// # Panics
/// If it is no message of SNS.
pub fn signed(mut message: Value) -> Value {
    let read = Message::read(message.to_string().as_bytes()).expect("a message of SNS");
    let key = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).expect("a key");
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), read.signed().as_bytes(), &mut signature)
        .expect("a signature");
    message["Signature"] = BASE64_STANDARD.encode(signature).into();
    message
}
