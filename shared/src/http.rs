//! A request as received, and an answer: the same on AWS and locally.
//!
//! Twilio signs bytes, so path and query are kept as they came and never parsed and written again. A URL type cannot
//! hold some of them, and the conversion inside `lambda_http` panics on others.

pub mod access_log;
pub mod base_url;
pub mod endpoints;
pub mod headers;
mod outgoing;
pub mod packed;
pub mod refusals;

pub use outgoing::{MAX_ANSWER, builder, client, read_answer, read_text};

use bytes::Bytes;
use serde::Serialize;

use crate::Error;
use refusals::REFUSALS;

/// A request as received.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The prefix that API Gateway put before our own path: `/stage` for a named stage, else empty.
    pub mount: String,
    /// Our own path, as received, without the mount.
    pub path: String,
    /// Everything behind the first `?`, as received; `None` if there was no `?`.
    pub query: Option<String>,
    /// Header names in lower case, values as received.
    pub headers: Vec<(String, Bytes)>,
    /// The body's own bytes (base64 of a payload already taken off).
    pub body: Bytes,
    /// The address that the request came from, as API Gateway or the local server knows it.
    pub peer: Option<String>,
}

impl Request {
    /// The first header of this (lower-case) name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(have, _)| have == name)?;
        std::str::from_utf8(value).ok()
    }

    /// The token of `Authorization: Bearer …`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// The values of the cookies of this name.
    pub fn cookies<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.header("cookie").unwrap_or_default().split(';');
        all.filter_map(move |cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
    }

    /// The path with its query, as received, without the mount.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The fields of a form body, decoded, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        form_fields(&self.body)
    }

    /// The first field of this name in a form body.
    pub fn field(&self, name: &str) -> Option<String> {
        self.form().into_iter().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Whether the caller would rather have JSON than a page.
    pub fn wants_json(&self) -> bool {
        self.header("accept").is_some_and(|accept| accept.contains("application/json"))
    }

    /// Whether a browser asks, for a page that somebody sees: scripts want JSON, or anything.
    pub fn wants_page(&self) -> bool {
        let accept = self.header("accept").unwrap_or_default();
        accept.contains("text/html") && !accept.contains("application/json")
    }

    /// Refuses a POST that another site's page sent: if there is an `Origin`, it must be the Host's or that of our
    /// public URL (a proxy before us may call us by another Host).
    /// A browser that says itself how the page and we are related (`Sec-Fetch-Site`) must say that they are the same, or
    /// that no page asked.
    pub fn same_origin(&self, public_base_url: Option<&str>) -> Result<(), Error> {
        let foreign = || Error::Forged("the request comes from another site's page".into());
        let site = self.headers.iter().filter(|(name, _)| name == "sec-fetch-site");
        if site.into_iter().any(|(_, site)| !matches!(&site[..], b"same-origin" | b"none")) {
            return Err(foreign());
        }
        let Some(origin) = self.header("origin") else { return Ok(()) };
        let is_host = || {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.zip(self.header("host"))
                .is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
        };
        let is_public = || {
            let behind = public_base_url.and_then(|url| url.strip_prefix(origin));
            !origin.is_empty()
                && behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if is_host() || is_public() {
            return Ok(());
        }
        Err(foreign())
    }
}

/// The Content-Security-Policy of all pages: nothing from elsewhere, nothing inline, in nobody's frame.
pub const PAGE_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The decoded fields of an `application/x-www-form-urlencoded` body, in order; empty values count.
pub fn form_fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body: text, text that is packed, or an asset of ours.
    pub body: Bytes,
}

impl Response {
    /// An answer without a body. Twilio logs an empty 200 as an error, so "thanks" is 204.
    pub fn empty(status: u16) -> Response {
        Response { status, ..Response::default() }
    }

    /// An answer of this content type.
    pub fn of(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response {
        Response {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Response {
        // Our own types always serialise: they have string keys only.
        Response::of(status, "application/json", serde_json::to_vec(body).unwrap_or_default())
    }

    /// "Look there": 303, which turns a POST into a GET.
    pub fn see_other(path: &str) -> Response {
        Response::empty(303).with("location", path)
    }

    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Error> for Response {
    /// The caller learns the status and, where the caller can correct it, why.
    fn from(error: Error) -> Response {
        let status = error.status();
        let text = match &error {
            Error::Forged(_) => "refused: the signature or origin does not match".to_owned(),
            Error::Store(_) | Error::Queue(_) | Error::Conflict { .. } => {
                "try again later".to_owned()
            }
            Error::NotSetUp(_) => "not set up yet: the log says what is missing".to_owned(),
            told => told.to_string(),
        };
        let response = Response::of(status, "text/plain; charset=utf-8", text + "\n");
        match error {
            Error::NoToken | Error::WrongToken | Error::ForeignTopic(_) | Error::NotFromSns(_) => {
                response.with("www-authenticate", "Bearer")
            }
            _ => response,
        }
    }
}

/// The answer to a request. What went wrong is logged here, once, and a request that is refused is counted.
pub fn answer(request: &Request, result: Result<Response, Error>) -> Response {
    result.unwrap_or_else(|error| {
        REFUSALS.count(&request.path, &error);
        let (path, status) = (access_log::logged_path(&request.path), error.status());
        if status >= 500 {
            tracing::error!(path, status, %error, "a request could not be answered");
        } else {
            tracing::warn!(path, status, %error, "a request was refused");
        }
        error.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Bytes::copy_from_slice(value.as_bytes())));
        Request { headers: headers.collect(), ..Request::default() }
    }

    #[test]
    fn origin_is_the_hosts_or_the_public_urls() {
        let judge = |origin: &str, public: Option<&str>| {
            request(&[("host", "api.example.com"), ("origin", origin)]).same_origin(public).is_ok()
        };
        assert!(judge("https://api.example.com", None));
        assert!(judge("https://ringdown.example.com", Some("https://ringdown.example.com/prefix")));
        for origin in
            ["https://evil.example.com", "null", "", "https://", "https://ringdown.example"]
        {
            assert!(!judge(origin, Some("https://ringdown.example.com")), "{origin}");
        }
        assert!(request(&[("host", "x")]).same_origin(None).is_ok());
    }

    #[test]
    fn browser_that_names_another_site_is_refused() {
        let is_ours = |site: &str, origin: &str| {
            let headers = [("host", "a.example.com"), ("origin", origin), ("sec-fetch-site", site)];
            request(&headers).same_origin(None).is_ok()
        };
        let own = "https://a.example.com";
        assert!(is_ours("same-origin", own) && is_ours("none", own));
        for site in ["cross-site", "same-site", "", "Same-Origin, none"] {
            assert!(!is_ours(site, own), "{site:?}");
        }
        assert!(!is_ours("same-origin", "https://b.example.com"), "both have to be right");
        assert!(request(&[("sec-fetch-site", "cross-site")]).same_origin(None).is_err());
        let twice = [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")];
        assert!(request(&twice).same_origin(None).is_err());
    }

    #[test]
    fn errors_answer_with_their_status_and_keep_secrets() {
        let answer = Response::from(Error::Store("a table's name".into()));
        assert_eq!((answer.status, &answer.body[..]), (503, &b"try again later\n"[..]));
        let answer = Response::from(Error::Forged("the URL that would match".into()));
        assert_eq!(answer.status, 403);
        assert!(!answer.body.windows(3).any(|window| window == b"URL"));
    }
}
