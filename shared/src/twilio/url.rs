//! The URLs that Twilio may have signed for one resource, as strings: nothing is parsed and written again.

/// A URL cut at its joints; every part is a slice of the original.
#[derive(Clone, Copy)]
struct Parts<'a> {
    scheme: &'a str,
    userinfo: Option<&'a str>,
    host: &'a str,
    port: Option<&'a str>,
    /// From the path's slash to the end of the query.
    rest: &'a str,
}

fn cut(url: &str) -> Option<Parts<'_>> {
    let (scheme, behind) = url.split_once("://")?;
    let end = behind.find(['/', '?']).unwrap_or(behind.len());
    let (authority, rest) = behind.split_at(end);
    let (userinfo, host_port) = match authority.rsplit_once('@') {
        Some((userinfo, host_port)) => (Some(userinfo), host_port),
        None => (None, authority),
    };
    // A colon inside the brackets of an IPv6 address is no port.
    let port_at = host_port.rfind(':').filter(|at| !host_port[*at..].contains(']'));
    let (host, port) = match port_at {
        Some(at) => (&host_port[..at], Some(&host_port[at + 1..])),
        None => (host_port, None),
    };
    Some(Parts { scheme, userinfo, host, port, rest })
}

fn join(parts: Parts<'_>) -> String {
    let Parts { scheme, userinfo, host, port, rest } = parts;
    let mut url = format!("{scheme}://");
    if let Some(userinfo) = userinfo {
        url.push_str(userinfo);
        url.push('@');
    }
    url.push_str(host);
    if let Some(port) = port {
        url.push(':');
        url.push_str(port);
    }
    url.push_str(rest);
    url
}

/// The forms of one URL that Twilio's back end may have signed: as received; without port; with the default port; and
/// each of these without userinfo. The fragment is never signed. (docs/usage/security, "A few notes"; the helper
/// libraries try the same, "since signature generation on the back end is inconsistent".)
pub(super) fn variants(url: &str) -> Vec<String> {
    let url = url.split('#').next().unwrap_or(url);
    let mut all = vec![url.to_owned()];
    let Some(parts) = cut(url) else { return all };
    let default_port = if parts.scheme.eq_ignore_ascii_case("https") { "443" } else { "80" };
    let mut add = |parts: Parts<'_>| {
        let url = join(parts);
        if !all.contains(&url) {
            all.push(url);
        }
    };
    for userinfo in [parts.userinfo, None] {
        add(Parts { userinfo, ..parts });
        add(Parts { userinfo, port: None, ..parts });
        if parts.port.is_none() {
            add(Parts { userinfo, port: Some(default_port), ..parts });
        }
    }
    all
}

/// The same URL with something else about it, for the explanation of a refusal: `(url, what is else)`.
pub(super) fn neighbours(url: &str) -> Vec<(String, &'static str)> {
    let url = url.split('#').next().unwrap_or(url);
    let Some(parts) = cut(url) else { return Vec::new() };
    let mut all = Vec::new();
    if parts.scheme == "https" {
        all.push((join(Parts { scheme: "http", ..parts }), "http for https"));
    } else {
        all.push((join(Parts { scheme: "https", ..parts }), "https for http"));
    }
    for port in ["80", "443", "3000", "4040", "8000", "8080", "8443"] {
        all.push((join(Parts { port: Some(port), ..parts }), "another port"));
    }
    let (path, query) = parts.rest.split_at(parts.rest.find('?').unwrap_or(parts.rest.len()));
    let slashed = match path.strip_suffix('/') {
        Some(bare) => format!("{bare}{query}"),
        None => format!("{path}/{query}"),
    };
    all.push((join(Parts { rest: &slashed, ..parts }), "the slash at the end of the path"));
    if !query.is_empty() {
        all.push((join(Parts { rest: path, ..parts }), "the query is not signed"));
    }
    all
}

/// The URL without what may be private in it: userinfo and query.
pub(super) fn shown(url: &str) -> String {
    match cut(url) {
        Some(parts) => {
            let path = parts.rest.split('?').next().unwrap_or_default();
            let query = if parts.rest.contains('?') { "?…" } else { "" };
            join(Parts { userinfo: None, rest: path, ..parts }) + query
        }
        None => "(no URL)".to_owned(),
    }
}

/// The scheme, host and port of a base URL, and the path behind them (without a slash at its end).
pub(super) fn origin_and_prefix(base: &str) -> Option<(String, String)> {
    let parts = cut(base)?;
    let origin = join(Parts { rest: "", ..parts });
    Some((origin, parts.rest.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_at_most_six_forms_and_ipv6_is_no_port() {
        assert_eq!(
            variants("https://u:p@h/p?a=b#rc=3"),
            [
                "https://u:p@h/p?a=b",
                "https://u:p@h:443/p?a=b",
                "https://h/p?a=b",
                "https://h:443/p?a=b"
            ]
        );
        assert_eq!(variants("http://[::1]:8080/p"), ["http://[::1]:8080/p", "http://[::1]/p"]);
        assert_eq!(variants("http://[::1]/p"), ["http://[::1]/p", "http://[::1]:80/p"]);
        assert_eq!(variants("no url"), ["no url"]);
    }

    #[test]
    fn what_is_shown_of_a_url_has_no_secret() {
        assert_eq!(shown("https://u:p@h:1/p/q?token=x"), "https://h:1/p/q?…");
    }
}
