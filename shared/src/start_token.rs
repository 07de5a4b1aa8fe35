//! The token that opens the pages of a server on one machine while they have no password. Pure: who keeps it, and where,
//! is the server's affair.
//!
//! It is shown as a bearer, or by a cookie that stands for it. A link with `?token=…` gets that cookie, and is sent on to
//! the same address without the token. No other header of a request says anything about who sent it.

use crate::http::{Request, Response};
use crate::secret::Secret;

/// How long a browser keeps the cookie, in seconds: 30 days.
const COOKIE_LIFETIME: u32 = 30 * 24 * 60 * 60;

/// The name of the parameter in a link.
const PARAMETER: &str = "token";

/// The start token of a server that listens at a port.
#[derive(Clone, Debug)]
pub struct StartToken {
    token: Secret,
    port: u16,
}

impl StartToken {
    /// The token of the server at this port.
    pub fn new(token: Secret, port: u16) -> StartToken {
        StartToken { token, port }
    }

    /// Whether a request shows the token, as a bearer or by its cookie. Compares in constant time.
    pub fn opens(&self, request: &Request) -> bool {
        let cookie = Secret::new(&self.cookie());
        request.bearer().is_some_and(|shown| self.token.is(shown))
            || request.cookies(&self.cookie_name()).any(|shown| cookie.is(shown))
    }

    /// The answer to a link that carries the token: the cookie, and the same address without the token. `None` if the
    /// request is no such link. With `secure` the cookie is for TLS only.
    pub fn trade(&self, request: &Request, secure: bool) -> Option<Response> {
        let query = request.query.as_deref()?;
        let is_page = matches!(request.method.as_str(), "GET" | "HEAD");
        if !is_page || !is_own_path(&request.path) {
            return None;
        }
        let (shown, rest): (Vec<&str>, Vec<&str>) = query
            .split('&')
            .partition(|pair| pair.split('=').next().unwrap_or_default() == PARAMETER);
        let mut shown = shown.into_iter().filter_map(|pair| pair.split_once('='));
        if !shown.any(|(_, token)| self.token.is(token)) {
            return None;
        }
        let rest = rest.join("&");
        let separator = if rest.is_empty() { "" } else { "?" };
        let secure = if secure { "; Secure" } else { "" };
        let (name, value) = (self.cookie_name(), self.cookie());
        let cookie = format!(
            "{name}={value}; Path=/; Max-Age={COOKIE_LIFETIME}; HttpOnly; SameSite=Lax{secure}"
        );
        let there = format!("{}{}{separator}{rest}", request.mount, request.path);
        Some(
            Response::see_other(&there)
                .with("set-cookie", cookie)
                .with("cache-control", "no-store")
                .with("referrer-policy", "no-referrer"),
        )
    }

    /// A page's address with the token: what is printed at the start.
    pub fn link(&self, page: &str) -> String {
        format!("{page}?{PARAMETER}={}", self.token.expose())
    }

    /// Browsers send the cookies of all ports of a machine to each of them, so its port is part of the name.
    fn cookie_name(&self) -> String {
        format!("ringdown-start-{}", self.port)
    }

    /// Stands for the token, which cannot be found from it.
    fn cookie(&self) -> String {
        crate::hex(
            &self.token.tag(&[b"ringdown start cookie 1 ", self.port.to_string().as_bytes()]),
        )
    }
}

/// Whether a path leads to a page of this server, and not to another host.
pub fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "8f1d0c5e7a2b4c6d8e9f0a1b2c3d4e5f";

    fn token() -> StartToken {
        StartToken::new(Secret::new(TOKEN), 8080)
    }

    fn request(target: &str, headers: &[(&str, &str)]) -> Request {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let headers = headers.iter().map(|(name, value)| {
            ((*name).to_owned(), bytes::Bytes::copy_from_slice(value.as_bytes()))
        });
        Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query,
            headers: headers.collect(),
            ..Request::default()
        }
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        let found = response.headers.iter().find(|(have, _)| *have == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    fn cookie_of(response: &Response) -> String {
        header(response, "set-cookie").split(';').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn link_is_traded_for_a_cookie_that_opens() {
        let start = token();
        let link = start.link("/sandbox/phones");
        assert_eq!(link, format!("/sandbox/phones?token={TOKEN}"));
        let answer = start.trade(&request(&link, &[]), false).expect("a redirect");
        assert_eq!((answer.status, header(&answer, "location")), (303, "/sandbox/phones"));
        let set = header(&answer, "set-cookie");
        for part in ["ringdown-start-8080=", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(set.contains(part), "{part}: {set}");
        }
        assert!(!set.contains(TOKEN) && !set.contains("Secure"), "{set}");
        let secure = start.trade(&request(&link, &[]), true).expect("a redirect");
        assert!(header(&secure, "set-cookie").ends_with("; Secure"));
        let cookie = cookie_of(&answer);
        assert!(start.opens(&request("/", &[("cookie", &format!("a=b; {cookie}; c=d"))])));
        let restarted = StartToken::new(Secret::new(TOKEN), 8080);
        assert!(restarted.opens(&request("/", &[("cookie", &cookie)])));
        let elsewhere = StartToken::new(Secret::new(TOKEN), 8081);
        assert!(!elsewhere.opens(&request("/", &[("cookie", &cookie)])));
        let renamed = cookie.replace("8080", "8081");
        assert!(!elsewhere.opens(&request("/", &[("cookie", &renamed)])));
    }

    #[test]
    fn redirect_keeps_the_other_parameters() {
        let there = |target: &str| {
            let answer = token().trade(&request(target, &[]), false)?;
            Some(header(&answer, "location").to_owned())
        };
        let right = format!("token={TOKEN}");
        for (target, location) in [
            (format!("/?{right}"), "/"),
            (format!("/?a=1&{right}&b=%20x"), "/?a=1&b=%20x"),
            (format!("/incidents/x?{right}&tokens=1&token=no"), "/incidents/x?tokens=1"),
            (format!("/?token&{right}"), "/"),
        ] {
            assert_eq!(there(&target).as_deref(), Some(location), "{target}");
        }
        for target in [
            "/".to_owned(),
            "/?token=".to_owned(),
            "/?token".to_owned(),
            format!("/?Token={TOKEN}"),
            format!("/?token={TOKEN}0"),
            format!("/?a={TOKEN}"),
            format!("//evil.example.com/?{right}"),
            format!("/\\evil.example.com?{right}"),
            format!("?{right}"),
        ] {
            assert_eq!(there(&target), None, "{target}");
        }
        let post = Request { method: "POST".to_owned(), ..request(&format!("/?{right}"), &[]) };
        assert!(token().trade(&post, false).is_none());
    }

    #[test]
    fn bearer_opens_and_no_other_header_does() {
        let opens = |headers: &[(&str, &str)]| token().opens(&request("/", headers));
        assert!(opens(&[("authorization", &format!("Bearer {TOKEN}"))]));
        assert!(opens(&[("authorization", &format!("bearer  {TOKEN} "))]));
        for headers in [
            &[][..],
            &[("authorization", "Bearer ")],
            &[("authorization", TOKEN)],
            &[("authorization", &format!("Basic {TOKEN}"))],
            &[("authorization", &format!("Bearer {TOKEN}x"))],
            &[("cookie", &format!("ringdown-start-8080={TOKEN}"))],
            &[("cookie", "ringdown-start-8080=")],
            &[("host", "127.0.0.1:8080")],
            &[("host", "localhost"), ("origin", "http://localhost")],
            &[("x-forwarded-for", "127.0.0.1"), ("host", "127.0.0.1")],
            &[("x-real-ip", "::1"), ("forwarded", "for=127.0.0.1")],
        ] {
            assert!(!opens(headers), "{headers:?}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        assert!(!format!("{:?}", token()).contains(TOKEN));
    }

    proptest! {
        #[test]
        fn no_query_or_cookie_can_make_it_panic_or_open(
            path in "/?[ -~]{0,20}", query in "[ -~é]{0,40}", cookie in "[ -~é]{0,40}", bearer in "[ -~é]{0,40}",
        ) {
            let headers = [("cookie", cookie.as_str()), ("authorization", bearer.as_str())];
            let request = Request { query: Some(query), path, ..request("/", &headers) };
            prop_assert!(!token().opens(&request));
            prop_assert!(token().trade(&request, true).is_none());
        }
    }
}
