//! The headers that every answer has.

use super::Response;

/// An answer with the headers that all have: no browser guesses what it is, and behind TLS none asks us without it again.
pub fn hardened(response: Response, is_behind_tls: bool) -> Response {
    let has = |name: &str| response.headers.iter().any(|(have, _)| *have == name);
    let (guesses, transport) = ("x-content-type-options", "strict-transport-security");
    let (has_guesses, has_transport) = (has(guesses), has(transport));
    let mut response = response;
    if !has_guesses {
        response = response.with(guesses, "nosniff");
    }
    if is_behind_tls && !has_transport {
        response = response.with(transport, "max-age=31536000");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_says_what_it_is_and_tls_stays_where_it_is() {
        let headers = |response: Response, tls: bool| hardened(response, tls).headers;
        let plain = [("x-content-type-options", "nosniff".to_owned())];
        assert_eq!(headers(Response::empty(204), false), plain);
        let twice = Response::empty(204).with("x-content-type-options", "nosniff");
        assert_eq!(headers(twice, false), plain, "once");
        let tls = ("strict-transport-security", "max-age=31536000".to_owned());
        assert_eq!(headers(Response::empty(204), true), [plain[0].clone(), tls]);
    }
}
