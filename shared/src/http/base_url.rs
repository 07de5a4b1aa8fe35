//! The address that Twilio and people call us by: `PUBLIC_BASE_URL`. Twilio signs it to the letter, so one that cannot be
//! right is refused before anything is compared with it. Pure.

/// The reason why a base URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Nothing says how to reach the host.
    #[error(
        "PUBLIC_BASE_URL (the parameter public-base-url) has no scheme: expected https:// before the host, like \
         https://ringdown.example.com"
    )]
    NoScheme,
    /// It is reached by something else than HTTP.
    #[error(
        "PUBLIC_BASE_URL (the parameter public-base-url) has a scheme that is neither https nor http: expected one like \
         https://ringdown.example.com"
    )]
    OtherScheme,
    /// There is no host, or more than an address has.
    #[error(
        "PUBLIC_BASE_URL (the parameter public-base-url) is no address: expected a host, perhaps with a port and a path, \
         and nothing behind them, like https://ringdown.example.com"
    )]
    NoAddress,
    /// It is the address of one endpoint.
    #[error(
        "PUBLIC_BASE_URL (the parameter public-base-url) is the address of one endpoint: expected what stands before \
         /twilio, /alarms or /slack, like https://ringdown.example.com"
    )]
    Endpoint,
}

/// Checks a base URL. Its text is in no error: it may hold a password.
///
/// # Errors
/// Says what is wrong with it, and what it should look like.
pub fn check(url: &str) -> Result<(), BaseUrlError> {
    let (scheme, rest) = url.split_once("://").ok_or(BaseUrlError::NoScheme)?;
    if scheme.is_empty() || scheme.contains(['.', ':', '/']) {
        return Err(BaseUrlError::NoScheme);
    }
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(BaseUrlError::OtherScheme);
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host_and_port) = match authority.rsplit_once('@') {
        Some((user, host_and_port)) => (Some(user), host_and_port),
        None => (None, authority),
    };
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (host_and_port, None),
    };
    if !is_host(host) || !port.is_none_or(is_port) || !user.is_none_or(is_user) || !is_path(path) {
        return Err(BaseUrlError::NoAddress);
    }
    match ["twilio", "alarms", "slack"].contains(&path.split('/').next().unwrap_or_default()) {
        true => Err(BaseUrlError::Endpoint),
        false => Ok(()),
    }
}

/// The same address with its scheme and host in lower case, which name the same.
pub fn lower_case(url: &str) -> String {
    let path = url.find("://").and_then(|at| url[at + 3..].find('/').map(|path| at + 3 + path));
    let (address, path) = url.split_at(path.unwrap_or(url.len()));
    let (before, host) = address.split_at(address.rfind(['@', '/']).map_or(0, |at| at + 1));
    let (scheme, user) = before.split_at(before.find(':').unwrap_or(before.len()));
    [&scheme.to_ascii_lowercase(), user, &host.to_ascii_lowercase(), path].concat()
}

fn is_host(host: &str) -> bool {
    if let Some(ipv6) = host.strip_prefix('[') {
        let address = ipv6.strip_suffix(']').map(str::parse::<std::net::Ipv6Addr>);
        return address.is_some_and(|address| address.is_ok());
    }
    let is_label = |label: &str| {
        let known = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        !label.is_empty()
            && label.bytes().all(known)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_user(user: &str) -> bool {
    !user.is_empty() && is_plain(user)
}

fn is_path(path: &str) -> bool {
    is_plain(path) && path.split('/').all(|part| part != "." && part != "..")
}

/// Whether a part of a URL has only what RFC 3986 lets stand there, and no comma or quote.
fn is_plain(part: &str) -> bool {
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|c| c.is_ascii_hexdigit());
    let is_known = |c: u8| c.is_ascii_alphanumeric() || b"-._~!$&()*+;=:@/%".contains(&c);
    part.bytes().all(is_known) && part.split('%').skip(1).all(is_escape)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn address_has_a_scheme_and_a_host() {
        for url in [
            "https://ringdown.example.com",
            "https://ringdown.example.com/",
            "https://ringdown.example.com:8443/prefix/more",
            "http://127.0.0.1:8080",
            "HTTPS://Ringdown.Example.com",
            "https://user:pass@h.example.com",
            "http://[::1]:8080/p",
            "http://[::1]",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn address_without_a_scheme_is_told_so() {
        for url in [
            "hooks.example.com",
            "hooks.example.com/prefix",
            "hooks.example.com:8443",
            "www.example.com/https://x",
            "//hooks.example.com",
            "://hooks.example.com",
            "https:hooks.example.com",
            "https:/hooks.example.com",
            "localhost:8080",
            "",
        ] {
            let error = check(url).expect_err(url);
            assert_eq!(error, BaseUrlError::NoScheme, "{url}");
            let text = error.to_string();
            assert!(text.starts_with("PUBLIC_BASE_URL") && text.contains("scheme"), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_so_and_not_repeated() {
        for (url, expected) in [
            ("ftp://hooks.example.com", BaseUrlError::OtherScheme),
            ("htps://hooks.example.com", BaseUrlError::OtherScheme),
            ("https://", BaseUrlError::NoAddress),
            ("https:///path", BaseUrlError::NoAddress),
            ("https://:8080", BaseUrlError::NoAddress),
            ("https://host:port", BaseUrlError::NoAddress),
            ("https://host:99999", BaseUrlError::NoAddress),
            ("https://host:", BaseUrlError::NoAddress),
            ("https://host name", BaseUrlError::NoAddress),
            ("https://host?secret=hush", BaseUrlError::NoAddress),
            ("https://host#hush", BaseUrlError::NoAddress),
            ("\"https://host\"", BaseUrlError::OtherScheme),
            ("https://a.example.com,https://b.example.com", BaseUrlError::NoAddress),
            ("https://[::1", BaseUrlError::NoAddress),
            ("https://]", BaseUrlError::NoAddress),
            ("https://[host]", BaseUrlError::NoAddress),
            ("https://host:+443", BaseUrlError::NoAddress),
            ("https://-", BaseUrlError::NoAddress),
            ("https://host..com", BaseUrlError::NoAddress),
            ("https://@host", BaseUrlError::NoAddress),
            ("https://host/%", BaseUrlError::NoAddress),
            ("https://host/%4", BaseUrlError::NoAddress),
            ("https://host/../x", BaseUrlError::NoAddress),
            ("https://host/{x}|^`", BaseUrlError::NoAddress),
            ("https://h\u{f6}st.example", BaseUrlError::NoAddress),
            ("https://%68ost", BaseUrlError::NoAddress),
            ("https://host/twilio/events", BaseUrlError::Endpoint),
            ("https://host/alarms", BaseUrlError::Endpoint),
        ] {
            let error = check(url).expect_err(url);
            assert_eq!(error, expected, "{url}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    #[test]
    fn scheme_and_host_in_lower_case_name_the_same_address() {
        for (url, lower) in [
            ("HTTPS://Hooks.Example.com", "https://hooks.example.com"),
            ("https://Us:Pa@HOST:8443/Path", "https://Us:Pa@host:8443/Path"),
            ("http://[::A]/B", "http://[::a]/B"),
            ("https://h.example.com/x", "https://h.example.com/x"),
        ] {
            assert_eq!(lower_case(url), lower);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(url in ".{0,40}") {
            let _ = (check(&url), lower_case(&url));
        }

        #[test]
        fn what_passes_is_an_http_url(url in "(https?://)?[ -~é]{0,30}") {
            if check(&url).is_ok() {
                let lower = url.to_ascii_lowercase();
                prop_assert!(lower.starts_with("https://") || lower.starts_with("http://"));
                prop_assert!(!url.contains(['?', '#', ' ']));
            }
        }
    }
}
