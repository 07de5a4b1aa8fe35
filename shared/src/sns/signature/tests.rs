//! Signatures that OpenSSL made (`openssl dgst -sha1 -sign`, `-sha256`), and what must not pass for one.

use serde_json::{Value, json};

use super::*;
use crate::testing::sns::{self, CERTIFICATE};

const SHA1: &str = "MpunQGOnA+yj1JaCQYYZzFj5yAY368E+B3tY+A7+b1z4wi+kbroKEmc/ZRC8zSW9h0mfVC7Occe/MjO2S5n7Bsl8XPcsUbQTdGJvYpulwSBw7bXS5faiVjwg6DvXwwMlIpMJiX77lzwOyjrXmYR9gbHDIrJh2w05W+7xdoN+O5R/Ek5aS+0jU0D6gKzGnWoZYNIA5r8kGsFsBtJDMnbQgXQPtxVdSzeTx1E6qS4torun9ezPxJYx1h5q6LyyWJ1MqryvSR+iIZUyY9P6Cx+ZEPnzDRHexjxE8h5cqHk0bocriDqW8aSog65df0afBz1NVjKJHWqA2Prp+l/vNC05cg==";
const SHA256: &str = "OIKsFsd4lDqzFgJugG2Bio3ulVc1UjLeb4OtlBe7b/2Aepm1EOPOPijXN9n8Km+6d8sSPzKl+nld4XhwRorM03HjaFxv6a5sEvykiF8grEkoX3mqt1vwcpD0A0O9c9CehsGTb/Lq/RdDe4O/I69qadWpG/Bzi2z1UOgNZDVqKr20b3YCG+lSnWuX+IqFEGuAKYYPjE3FqyhUnf6pvoxVMo94Akn99ojLr7bWMMBv8iFsUWsTfEpPw2DG/Bs8YBIJ9GDLHJxhF4YatvQ2L0nDibQQElub2h5QW5CGlj+rnpVqyAbYbMH326Hisw7wkJ6ky97lOI4UelfsARdwwEDZLg==";

fn message(version: &str, signature: &str) -> Value {
    json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms", "Subject": "My first message",
        "Message": "Hello\nworld!", "Timestamp": "2026-11-28T01:00:44.782Z", "SignatureVersion": version,
        "Signature": signature, "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem",
    })
}

fn has_signed(message: &Value) -> bool {
    let certificate = Certificate::from_pem(CERTIFICATE.as_bytes()).expect("a certificate");
    certificate.has_signed(&Message::read(message.to_string().as_bytes()).expect("a message"))
}

#[test]
fn signatures_of_both_versions_are_verified() {
    assert!(has_signed(&message("1", SHA1)));
    assert!(has_signed(&message("2", SHA256)));
    assert!(!has_signed(&message("2", SHA1)), "of the other version");
    assert!(!has_signed(&message("1", SHA256)), "of the other version");
}

#[test]
fn signature_is_over_each_field() {
    for (field, value) in [
        ("Message", json!("Hello\nWorld!")),
        ("MessageId", json!("22b80b92-fdea-4c2c-8f9d-bdfb0c7bf325")),
        ("Subject", json!("another")),
        ("Subject", Value::Null),
        ("Timestamp", json!("2026-11-28T01:00:44.783Z")),
        ("TopicArn", json!("arn:aws:sns:eu-west-1:123456789012:other")),
    ] {
        for (version, signature) in [("1", SHA1), ("2", SHA256)] {
            let mut changed = message(version, signature);
            changed[field] = value.clone();
            assert!(!has_signed(&changed), "{field}, version {version}");
        }
    }
    for signature in ["", "AAAA", "not Base64!", &SHA256[4..], &SHA256.to_lowercase()] {
        assert!(!has_signed(&message("2", signature)), "{signature}");
    }
}

#[test]
fn confirmation_that_is_signed_passes_until_its_url_changes() {
    let at = "2026-11-28T01:00:44.782Z".parse().expect("a time");
    let unsigned =
        sns::with_token(sns::message("SubscriptionConfirmation", "1", at, "You have chosen"));
    let mut signed = sns::signed(unsigned);
    assert!(has_signed(&signed));
    signed["SubscribeURL"] = json!("https://sns.eu-west-1.amazonaws.com/?Action=Other");
    assert!(!has_signed(&signed));
}

#[test]
fn certificate_is_valid_between_its_dates() {
    let certificate = Certificate::from_pem(CERTIFICATE.as_bytes()).expect("a certificate");
    for (time, is_valid) in [
        ("1969-12-31T23:59:59Z", false),
        ("2019-12-31T23:59:59Z", false),
        ("2020-01-01T00:00:00Z", true),
        ("2026-11-29T12:00:00Z", true),
        ("2120-01-01T00:00:00Z", true),
        ("2120-01-01T00:00:01Z", false),
        ("9999-12-30T00:00:00Z", false),
    ] {
        assert_eq!(certificate.is_valid_at(time.parse().expect("a time")), is_valid, "{time}");
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    assert!(Certificate::from_pem(CERTIFICATE.as_bytes()).is_some());
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let broken = CERTIFICATE.replacen("MII", "MIX", 1);
    let text = format!("stored by a stranger:\n{CERTIFICATE}");
    let xml = format!("<Attributes>\n{CERTIFICATE}</Attributes>");
    let later = format!("{key}{CERTIFICATE}");
    for pem in ["", "<html>", key, &broken, &text, &xml, &later, &format!("\n{CERTIFICATE}")] {
        assert_eq!(Certificate::from_pem(pem.as_bytes()), None, "{pem}");
    }
}
