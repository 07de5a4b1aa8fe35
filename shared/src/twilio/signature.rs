//! X-Twilio-Signature: is a request Twilio's?
//!
//! In: the bytes as received, the account's auth tokens, the URLs that the request may have been sent to. Out: a
//! [`Verified`] body, which nothing else can make, or a [`Mismatch`] that says why not.
//!
//! The signature is base64(HMAC-SHA1(token, URL)); a form's fields are appended to the URL, sorted; of any other body
//! the URL's query holds `bodySHA256`. (twilio.com/docs/usage/security; the helper libraries' `RequestValidator`.)

mod explain;
mod mismatch;

pub use explain::{Explanation, explain, is_small, matches_base, signed_elsewhere};
pub use mismatch::Mismatch;

use std::collections::{BTreeMap, BTreeSet};

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::url;
use crate::http::Request;
use crate::http::base_url::lower_case;
use crate::secret::Secret;

/// How Twilio signs a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A form post: the fields are signed.
    Form,
    /// Any other body: its hash is in the URL.
    Json,
}

/// The part of a request that is signed beside the URL.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// Nothing: a GET, whose parameters are in the URL.
    Nothing,
    /// The decoded fields of a form.
    Form(&'a [(String, String)]),
    /// Any other body. Its hash must be in the URL.
    Body(&'a [u8]),
}

/// The auth tokens that we know: those that sign, and those that did until a moment ago (to explain a refusal).
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// Accepted: the current one, and while rotating the next.
    pub current: &'a [Secret],
    /// No longer accepted.
    pub retired: &'a [Secret],
}

/// The body of a request that is proven to be Twilio's.
#[derive(Debug)]
pub struct Verified {
    body: Bytes,
}

impl Verified {
    /// The body's bytes as received.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The decoded fields of a form, in order.
    pub fn fields(&self) -> Vec<(String, String)> {
        crate::http::form_fields(&self.body)
    }
}

/// Proves that a JSON request is Twilio's: signature over one of its URLs, and the hash of its body.
///
/// The URL is `public_base_url` + path + query, with its host as it is configured, in lower case, or in the case in which
/// the Host has it; only while none is set, it is the one that the Host names, by https or http. No forwarded header ever
/// chooses one: those are only tried to explain a refusal.
pub fn verify_json(
    request: &Request,
    public_base_url: Option<&str>,
    tokens: Tokens<'_>,
) -> Result<Verified, Mismatch> {
    verify(request, Payload::Body(&request.body), public_base_url, tokens)
}

/// Proves that a form post is Twilio's: signature over one of its URLs and all of its fields.
pub fn verify_form(
    request: &Request,
    public_base_url: Option<&str>,
    tokens: Tokens<'_>,
) -> Result<Verified, Mismatch> {
    verify(request, Payload::Form(&request.form()), public_base_url, tokens)
}

fn verify(
    request: &Request,
    payload: Payload<'_>,
    public_base_url: Option<&str>,
    tokens: Tokens<'_>,
) -> Result<Verified, Mismatch> {
    let urls = accepted_urls(request, public_base_url);
    let signature = request.header("x-twilio-signature");
    accept(&urls, &signed_fields(payload), payload, signature, tokens)
        .map(|()| Verified { body: request.body.clone() })
}

/// Judges one request by its URLs (the first that matches decides), payload and signature, and tries to explain a
/// refusal.
pub fn check(
    urls: &[String],
    payload: Payload<'_>,
    signature: Option<&str>,
    tokens: Tokens<'_>,
) -> Result<(), Mismatch> {
    let suffix = signed_fields(payload);
    accept(urls, &suffix, payload, signature, tokens).map_err(|mismatch| match mismatch {
        Mismatch::Unexplained { .. } => {
            let signature = signature.unwrap_or_default();
            near(urls, &suffix, signature, tokens).unwrap_or_else(|| unknown(urls))
        }
        explained => explained,
    })
}

/// Judges one request by the URLs that are accepted, and by nothing else.
fn accept(
    urls: &[String],
    suffix: &str,
    payload: Payload<'_>,
    signature: Option<&str>,
    tokens: Tokens<'_>,
) -> Result<(), Mismatch> {
    let signature = signature.filter(|text| !text.is_empty()).ok_or(Mismatch::NoSignature)?;
    let matches = |url: &str, tokens: &[Secret]| {
        tokens.iter().any(|token| same(&sign(url, suffix, token), signature))
    };
    let accepted: Vec<String> = urls.iter().flat_map(|url| url::variants(url)).collect();
    if let Some(url) = accepted.iter().find(|url| matches(url, tokens.current)) {
        return match payload {
            Payload::Body(body) => check_body_hash(url, body),
            Payload::Nothing | Payload::Form(_) => Ok(()),
        };
    }
    match accepted.iter().find(|url| matches(url, tokens.retired)) {
        Some(url) => Err(Mismatch::ReplacedToken { url: url::shown(url) }),
        None => Err(Mismatch::Unexplained { tried: first(urls) }),
    }
}

/// A URL near the accepted ones that gives this signature.
fn near(urls: &[String], suffix: &str, signature: &str, tokens: Tokens<'_>) -> Option<Mismatch> {
    let mut neighbours = urls.iter().flat_map(|url| url::neighbours(url));
    let (url, why) = neighbours.find(|(url, _)| {
        tokens.current.iter().any(|token| same(&sign(url, suffix, token), signature))
    })?;
    Some(Mismatch::WouldMatch { url: url::shown(&url), why: why.to_owned() })
}

fn unknown(urls: &[String]) -> Mismatch {
    Mismatch::Unknown { tried: first(urls) }
}

fn first(urls: &[String]) -> String {
    urls.first().map(|url| url::shown(url)).unwrap_or_default()
}

/// The signature of a request that is sent to `url`: what Twilio would put into X-Twilio-Signature.
pub fn signature(url: &str, payload: Payload<'_>, token: &Secret) -> String {
    sign(url, &signed_fields(payload), token)
}

/// `url` with the hash of `body` in its query, as Twilio calls it with a JSON body.
pub fn with_body_hash(url: &str, body: &[u8]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{BODY_HASH}={}", hex_sha256(body))
}

const BODY_HASH: &str = "bodySHA256";

fn accepted_urls(request: &Request, public_base_url: Option<&str>) -> Vec<String> {
    let mut urls = Vec::with_capacity(3);
    let host = request.header("host");
    let target = request.target();
    if let Some(base) = public_base_url {
        let base = base.trim_end_matches('/');
        urls.push(format!("{base}{target}"));
        // Twilio signs the host in the case in which it was given it. The Host chooses none: it only spells ours.
        let spelled = host.and_then(|host| url::spelled(base, host));
        for other in [Some(lower_case(base)), spelled].into_iter().flatten() {
            let url = format!("{other}{target}");
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
    } else if let Some(host) = host {
        urls.push(format!("https://{host}{}{target}", request.mount));
        urls.push(format!("http://{host}{}{target}", request.mount));
    }
    urls
}

fn check_body_hash(url: &str, body: &[u8]) -> Result<(), Mismatch> {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let mut hashes =
        query.split('&').filter_map(|pair| match pair.split_once('=').unwrap_or((pair, "")) {
            (BODY_HASH, hash) => Some(hash),
            _ => None,
        });
    match (hashes.next(), hashes.next()) {
        (None, _) => Err(Mismatch::NoBodyHash),
        (Some(_), Some(_)) => Err(Mismatch::RepeatedBodyHash),
        (Some(hash), None) if same(&hex_sha256(body), hash) => Ok(()),
        (Some(_), None) => Err(Mismatch::BodyHash),
    }
}

/// A form's fields as they are signed: by key in byte order, each key's distinct values in byte order.
fn signed_fields(payload: Payload<'_>) -> String {
    let Payload::Form(fields) = payload else { return String::new() };
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, value) in fields {
        sorted.entry(key).or_default().insert(value);
    }
    let mut text = String::new();
    for (key, values) in sorted {
        for value in values {
            text.push_str(key);
            text.push_str(value);
        }
    }
    text
}

fn sign(url: &str, suffix: &str, token: &Secret) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.expose().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    mac.update(suffix.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn hex_sha256(bytes: &[u8]) -> String {
    crate::hex(&Sha256::digest(bytes))
}

/// Compares in constant time (their lengths are no secret).
fn same(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

#[cfg(test)]
mod tests;
