//! The payloads that Lambda hands to our functions. Pure, and tolerant: whatever we do not need may be missing or odd.
//!
//! `lambda_http`'s own conversion builds a URL from an HTTP payload, which panics on some bytes and changes others, and
//! signatures are over bytes.

use std::collections::HashMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use serde::Deserialize;

use crate::Error;
use crate::http::Request;
use crate::storage::Message;

/// A request as an HTTP API hands it over (payload format 2.0). What is missing is empty.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpPayload {
    #[serde(default)]
    raw_path: Option<String>,
    #[serde(default)]
    raw_query_string: Option<String>,
    #[serde(default)]
    headers: Option<HashMap<String, Option<String>>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
    #[serde(default)]
    request_context: Option<HttpContext>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HttpContext {
    stage: Option<String>,
    http: Option<HttpDescription>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct HttpDescription {
    method: Option<String>,
    source_ip: Option<String>,
}

impl TryFrom<HttpPayload> for Request {
    type Error = Error;

    fn try_from(payload: HttpPayload) -> Result<Request, Error> {
        let context = payload.request_context.unwrap_or_default();
        let http = context.http.unwrap_or_default();
        let raw_path = payload.raw_path.unwrap_or_default();
        let body = payload.body.unwrap_or_default();
        let body = if payload.is_base64_encoded.unwrap_or_default() {
            BASE64_STANDARD
                .decode(body)
                .map_err(|_| Error::BadRequest("the body is not base64".into()))?
        } else {
            body.into_bytes()
        };
        let named_stage = context.stage.filter(|stage| stage != "$default");
        let mount = named_stage
            .map(|stage| format!("/{stage}"))
            .filter(|mount| {
                raw_path
                    .strip_prefix(mount)
                    .is_some_and(|path| path.is_empty() || path.starts_with('/'))
            })
            .unwrap_or_default();
        let mut headers: Vec<(String, Bytes)> = payload
            .headers
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), Bytes::from(value?))))
            .collect();
        if let Some(cookies) = payload.cookies {
            headers.push(("cookie".to_owned(), Bytes::from(cookies.join("; "))));
        }
        Ok(Request {
            method: http.method.unwrap_or_default(),
            path: raw_path[mount.len()..].to_owned(),
            mount,
            query: payload.raw_query_string.filter(|query| !query.is_empty()),
            headers,
            body: Bytes::from(body),
            peer: http.source_ip,
        })
    }
}

/// A batch as SQS hands it over.
#[derive(Deserialize)]
pub struct SqsPayload {
    #[serde(default, rename = "Records")]
    records: Vec<SqsRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SqsRecord {
    message_id: String,
    #[serde(default)]
    receipt_handle: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
}

impl SqsPayload {
    /// The messages, and beside each what SQS wants to hear when it is given back.
    pub fn into_messages(self) -> (Vec<Message>, Vec<String>) {
        self.records.into_iter().map(message).unzip()
    }
}

fn message(record: SqsRecord) -> (Message, String) {
    let attribute =
        |name: &str| record.attributes.get(name).map(String::as_str).unwrap_or_default();
    let message = Message {
        group: attribute("MessageGroupId").to_owned(),
        receive_count: attribute("ApproximateReceiveCount").parse().unwrap_or(1),
        id: record.message_id,
        body: record.body,
    };
    (message, record.receipt_handle)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(payload: &serde_json::Value) -> Result<Request, Error> {
        serde_json::from_value::<HttpPayload>(payload.clone()).unwrap().try_into()
    }

    fn request(payload: serde_json::Value) -> Request {
        read(&payload).unwrap()
    }

    #[test]
    fn bytes_are_as_received() {
        let request = request(json!({
            "rawPath": "/a/../b/%2F c/ü", "rawQueryString": "q=it's a+b&<>",
            "headers": {"Host": "bad host<>", "x-null": null}, "cookies": ["a=1", "b=2"],
            "body": "aGVsbG8=", "isBase64Encoded": true,
            "requestContext": {"stage": "$default", "http": {"method": "POST", "sourceIp": "192.0.2.1"}}
        }));
        assert_eq!(request.target(), "/a/../b/%2F c/ü?q=it's a+b&<>");
        assert_eq!(
            (request.header("host"), request.header("cookie")),
            (Some("bad host<>"), Some("a=1; b=2"))
        );
        assert_eq!(
            (&request.body[..], request.peer.as_deref()),
            (&b"hello"[..], Some("192.0.2.1"))
        );
    }

    #[test]
    fn named_stage_is_no_part_of_our_path() {
        let at = |stage: &str, path: &str| {
            let request = request(json!({"rawPath": path, "requestContext": {"stage": stage}}));
            (request.mount, request.path)
        };
        let pair = |mount: &str, path: &str| (mount.to_owned(), path.to_owned());
        assert_eq!(at("prod", "/prod/login"), pair("/prod", "/login"));
        assert_eq!(at("prod", "/product"), pair("", "/product"));
        assert_eq!(at("prod", "/prod"), pair("/prod", ""));
        assert_eq!(at("$default", "/login"), pair("", "/login"));
    }

    #[test]
    fn what_is_missing_is_empty_and_bad_base64_is_told() {
        let nothing =
            request(json!({"headers": null, "requestContext": {"http": null}, "cookies": null}));
        assert_eq!((nothing.target(), nothing.body.len()), (String::new(), 0));
        let bad = read(&json!({"body": "%%%", "isBase64Encoded": true})).unwrap_err();
        assert_eq!(
            (bad.status(), bad.to_string().as_str()),
            (400, "bad request: the body is not base64")
        );
    }

    #[test]
    fn batch_is_messages_and_receipts() {
        let payload = json!({"Records": [
            {"messageId": "m", "receiptHandle": "r", "body": "b", "extra": 1,
             "attributes": {"MessageGroupId": "g", "ApproximateReceiveCount": "3"}},
            {"messageId": "n"}
        ]});
        let (messages, receipts) =
            serde_json::from_value::<SqsPayload>(payload).unwrap().into_messages();
        assert_eq!(receipts, ["r", ""]);
        assert_eq!((messages[0].group.as_str(), messages[0].receive_count), ("g", 3));
        assert_eq!((messages[1].group.as_str(), messages[1].receive_count), ("", 1));
    }

    proptest! {
        #[test]
        fn no_payload_can_make_it_panic(path in ".{0,20}", stage in ".{0,5}", body in ".{0,20}", base64: bool) {
            let payload = json!({
                "rawPath": path, "body": body, "isBase64Encoded": base64, "requestContext": {"stage": stage},
                "headers": {body.clone(): path.clone()}
            });
            let _ = read(&payload);
            let prefixed = json!({"rawPath": format!("/{stage}{path}"), "requestContext": {"stage": stage}});
            let _ = read(&prefixed);
        }
    }
}
