//! A signature that no accepted URL gives: which URL would have matched?

use super::{Kind, Mismatch, Payload, Tokens, accepted_urls, same, sign, signed_fields, unknown};
use crate::http::Request;
use crate::secret::Secret;
use crate::twilio::url;

/// The largest text (URL and fields) for which other URLs are tried, in bytes: each costs an HMAC over all of it.
const MAX_SEARCHED: usize = 8 * 1024;

/// An explanation of a signature that no accepted URL gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why the request is not accepted.
    pub mismatch: Mismatch,
    /// The base URL that would have matched, if there is one.
    pub base: Option<String>,
}

/// Whether other URLs are tried for a request: each costs an HMAC over the URL and all fields.
pub fn is_small(request: &Request, kind: Kind) -> bool {
    let fields = if kind == Kind::Form { request.body.len() } else { 0 };
    request.target().len() + fields <= MAX_SEARCHED
}

/// Tries to explain a signature that no accepted URL gives: with URLs near those, and with others that the request
/// names. This costs some hundred HMACs, so a stranger must not be able to ask for it at will.
pub fn explain(
    request: &Request,
    kind: Kind,
    public_base_url: Option<&str>,
    tokens: Tokens<'_>,
) -> Explanation {
    let urls = accepted_urls(request, public_base_url);
    let signed = Signed::of(request, kind);
    let hit = others(request, &urls, public_base_url)
        .find_map(|(other, why)| Some((signed.matching(&other, tokens.current)?, why)));
    match hit {
        Some((url, why)) => Explanation {
            base: url.strip_suffix(&request.target()).map(str::to_owned),
            mismatch: Mismatch::WouldMatch { url: url::shown(&url), why },
        },
        None => Explanation { mismatch: unknown(&urls), base: None },
    }
}

/// Explains a signature that one of our own tokens gave for another address near ours: another scheme, host, port or
/// prefix. Of each such URL only the form that is most likely is tried. That is some twenty HMACs, which every small
/// request may cost: it decides whether Twilio tries again.
pub fn signed_elsewhere(
    request: &Request,
    kind: Kind,
    public_base_url: Option<&str>,
    tokens: Tokens<'_>,
) -> Option<Mismatch> {
    let urls = accepted_urls(request, public_base_url);
    let signed = Signed::of(request, kind);
    let (url, why) = others(request, &urls, public_base_url)
        .find(|(url, _)| signed.is_given_by(url, tokens.current))?;
    Some(Mismatch::WouldMatch { url: url::shown(&url), why })
}

/// URLs that are not accepted, and could have been signed. Each with what is else about it.
fn others(
    request: &Request,
    urls: &[String],
    public_base_url: Option<&str>,
) -> impl Iterator<Item = (String, String)> {
    urls.iter()
        .flat_map(|url| url::neighbours(url))
        .map(|(url, why)| (url, why.to_owned()))
        .chain(named_by_request(request, public_base_url))
}

/// Whether the request would be Twilio's if we were called by this base URL.
pub fn matches_base(request: &Request, kind: Kind, base: &str, tokens: Tokens<'_>) -> bool {
    let url = format!("{base}{}", request.target());
    Signed::of(request, kind).matching(&url, tokens.current).is_some()
}

/// What a request is signed with, beside its URL.
struct Signed<'a> {
    fields: String,
    signature: &'a str,
}

impl<'a> Signed<'a> {
    fn of(request: &'a Request, kind: Kind) -> Signed<'a> {
        let fields = match kind {
            Kind::Form => signed_fields(Payload::Form(&request.form())),
            Kind::Json => String::new(),
        };
        Signed { fields, signature: request.header("x-twilio-signature").unwrap_or_default() }
    }

    /// The form of this URL that gives the signature with one of these tokens.
    fn matching(&self, url: &str, tokens: &[Secret]) -> Option<String> {
        url::variants(url).into_iter().find(|url| self.is_given_by(url, tokens))
    }

    /// Whether this URL, in this very form, gives the signature with one of these tokens.
    fn is_given_by(&self, url: &str, tokens: &[Secret]) -> bool {
        tokens.iter().any(|token| same(&sign(url, &self.fields, token), self.signature))
    }
}

/// URLs that only the whole request tells: other hosts that it names, a prefix more or less. Each with what is else
/// about it.
fn named_by_request(request: &Request, public_base_url: Option<&str>) -> Vec<(String, String)> {
    let target = request.target();
    let mut others: Vec<(String, String)> = Vec::new();
    if let Some((origin, prefix)) = public_base_url.and_then(url::origin_and_prefix) {
        if !prefix.is_empty() {
            others.push((
                format!("{origin}{target}"),
                format!("the prefix {prefix} of PUBLIC_BASE_URL is missing in it"),
            ));
        }
        for prefix in [Some(request.mount.as_str()), request.header("x-forwarded-prefix")] {
            let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) else { continue };
            others.push((
                format!("{origin}{}{target}", prefix.trim_end_matches('/')),
                format!("it has the prefix {prefix}, which PUBLIC_BASE_URL is missing"),
            ));
        }
    }
    for name in ["x-forwarded-host", "x-original-host", "host"] {
        for scheme in ["https", "http"] {
            let Some(host) = request.header(name) else { continue };
            others.push((
                format!("{scheme}://{host}{}{target}", request.mount),
                format!("{name} is not trusted: set PUBLIC_BASE_URL to {scheme}://{host}"),
            ));
        }
    }
    others
}
