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
/// each of these without userinfo. The fragment is never signed. (twilio.com/docs/usage/security, "A few notes"; the helper
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

/// The base URL with its host spelled as this Host header spells it; `None` if that is another host than the base's, in
/// whatever case. Its port does not count.
pub(super) fn spelled(base: &str, host: &str) -> Option<String> {
    let parts = cut(base)?;
    // As many bytes of it as the base's host has, and behind them nothing or a port.
    let (named, behind) = host.split_at_checked(parts.host.len())?;
    let is_port = |port: &str| port.bytes().all(|c| c.is_ascii_digit());
    let is_end = behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port);
    (is_end && named.eq_ignore_ascii_case(parts.host)).then(|| join(Parts { host: named, ..parts }))
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
    fn url_has_at_most_six_forms_and_ipv6_is_no_port() {
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
    fn host_header_spells_the_host_of_the_base_and_no_other() {
        for (base, host, expected) in [
            ("https://h.example.com", "H.Example.COM", Some("https://H.Example.COM")),
            (
                "https://u:p@h.example.com:81/P",
                "H.example.com:8443",
                Some("https://u:p@H.example.com:81/P"),
            ),
            ("https://H.example.com", "h.example.com", Some("https://h.example.com")),
            ("https://[::a]:81", "[::A]:81", Some("https://[::A]:81")),
            ("https://h.example.com", "h.example.com.evil.example", None),
            ("https://h.example.com", "evil.example", None),
            ("https://h.example.com", "H.example.com:80@evil.example", None),
            ("https://h.example.com", "H.example.com/x", None),
            ("https://h.example.com", "x@H.example.com", None),
            ("https://h.example.com", "", None),
            ("https://\u{f6}.example.com", "\u{d6}.example.com", None),
            ("no url", "no url", None),
        ] {
            assert_eq!(spelled(base, host).as_deref(), expected, "{base} {host}");
        }
    }

    #[test]
    fn what_is_shown_of_a_url_has_no_secret() {
        assert_eq!(shown("https://u:p@h:1/p/q?token=x"), "https://h:1/p/q?…");
    }
}
