//! The address that Twilio and people call us by: `PUBLIC_BASE_URL`. Twilio signs it to the letter, so one that cannot be
//! right is refused before anything is compared with it. Pure.

/// What is wrong with a base URL.
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
    let authority = rest.split('/').next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (host_and_port, None),
    };
    let has_odd = url.contains(['?', '#', '\\', '"', '\'', '<', '>', ','])
        || url.contains(|c: char| c.is_whitespace() || c.is_control());
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    match has_odd || host.is_empty() || !port.is_none_or(is_port) {
        true => Err(BaseUrlError::NoAddress),
        false => Ok(()),
    }
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
        ] {
            let error = check(url).expect_err(url);
            assert_eq!(error, expected, "{url}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    proptest! {
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
