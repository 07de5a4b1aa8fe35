use proptest::prelude::*;

use super::*;

const TOKEN: &str = "12345678901234567890123456789012";

fn token(text: &str) -> Vec<Secret> {
    vec![Secret::new(text)]
}

fn request(signed_url: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let signed = with_body_hash(signed_url, body);
    let signature = signature(&signed, Payload::Nothing, &Secret::new(TOKEN));
    let mut headers: Vec<(String, Bytes)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Bytes::copy_from_slice(value.as_bytes())))
        .collect();
    headers.push(("x-twilio-signature".to_owned(), signature.into()));
    Request {
        method: "POST".to_owned(),
        path: "/twilio/events".to_owned(),
        query: signed.split_once('?').map(|(_, query)| query.to_owned()),
        headers,
        body: Bytes::copy_from_slice(body),
        ..Request::default()
    }
}

fn verify(request: &Request, base: &str) -> Result<(), Mismatch> {
    let current = token(TOKEN);
    let retired = token("an older token");
    let tokens = Tokens { current: &current, retired: &retired };
    verify_json(request, Some(base), tokens).map(|_| ()).map_err(|mismatch| match mismatch {
        Mismatch::Unexplained { .. } => explain(request, Kind::Json, Some(base), tokens).mismatch,
        mismatch => mismatch,
    })
}

fn why(request: &Request, base: &str) -> String {
    verify(request, base).unwrap_err().to_string()
}

#[test]
fn documented_walkthrough() {
    let fields = [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675310"), ("Digits", "1234")]
        .into_iter()
        .chain([("From", "+14158675310"), ("To", "+18005551212")])
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect::<Vec<_>>();
    let url = "https://example.com/myapp.php?foo=1&bar=2";
    assert_eq!(
        signature(url, Payload::Form(&fields), &Secret::new("12345")),
        "L/OH5YylLD5NRKLltdqwSvS0BnU="
    );
}

#[test]
fn host_decides_only_while_no_public_url_is_set() {
    let url = "https://hooks.example.com/prefix/twilio/events";
    assert_eq!(verify(&request(url, &[], b"[]"), "https://hooks.example.com/prefix/"), Ok(()));
    let current = token(TOKEN);
    let tokens = Tokens { current: &current, retired: &[] };
    for (scheme, host) in [("https", "api.example.com"), ("http", "127.0.0.1:8080")] {
        let url = format!("{scheme}://{host}/twilio/events");
        let by_host = request(&url, &[("host", host)], b"[]");
        assert!(verify_json(&by_host, None, tokens).is_ok(), "{url}");
        let told = why(&by_host, "https://hooks.example.com/prefix");
        assert!(told.contains("host is not trusted: set PUBLIC_BASE_URL to"), "{told}");
        let forwarded = request(&url, &[("host", "x"), ("x-forwarded-host", host)], b"[]");
        assert!(verify_json(&forwarded, None, tokens).is_err(), "{url}");
    }
}

#[test]
fn host_is_accepted_as_the_base_or_the_request_spells_it() {
    let signed = "https://Hooks.Example.COM/Pre/twilio/events";
    let base = "https://hooks.example.com/Pre";
    for host in ["Hooks.Example.COM", "Hooks.Example.COM:443"] {
        assert_eq!(verify(&request(signed, &[("host", host)], b"[]"), base), Ok(()), "{host}");
    }
    let upper = "https://HOOKS.Example.COM/Pre";
    let lower = "https://hooks.example.com/Pre/twilio/events";
    assert_eq!(verify(&request(lower, &[("host", "hooks.example.com")], b"[]"), upper), Ok(()));
    // Another host is not ours, whatever the header says, and a path has a case.
    let headers = [("host", "Evil.example"), ("x-forwarded-host", "Hooks.Example.COM")];
    assert!(
        verify(&request("https://Evil.example/Pre/twilio/events", &headers, b"[]"), base).is_err()
    );
    assert!(verify(&request(signed, &headers, b"[]"), base).is_err());
    let path = "https://Hooks.Example.COM/pre/twilio/events";
    assert!(verify(&request(path, &[("host", "Hooks.Example.COM")], b"[]"), base).is_err());
    let with_host = request(signed, &[("host", "hooks.EXAMPLE.com:1")], b"[]");
    assert!(accepted_urls(&with_host, Some("https://HOOKS.example.com")).len() <= 3);
}

#[test]
fn port_more_or_less_and_userinfo_are_forgiven() {
    for signed in ["https://h.example.com:443/twilio/events", "https://h.example.com/twilio/events"]
    {
        assert_eq!(verify(&request(signed, &[], b"[]"), "https://h.example.com"), Ok(()));
        assert_eq!(verify(&request(signed, &[], b"[]"), "https://h.example.com:443"), Ok(()));
        assert_eq!(verify(&request(signed, &[], b"[]"), "https://user:pass@h.example.com"), Ok(()));
    }
}

#[test]
fn body_must_be_the_one_that_was_signed() {
    let url = "https://h.example.com/twilio/events";
    let signed = request(url, &[], b"[1]");
    let changed = Request { body: Bytes::from_static(b"[2]"), ..signed.clone() };
    assert_eq!(verify(&changed, "https://h.example.com"), Err(Mismatch::BodyHash));

    let secret = Secret::new(TOKEN);
    let resigned = |query: Option<String>| {
        let target = query.as_ref().map_or(url.to_owned(), |query| format!("{url}?{query}"));
        let mut request = Request { query, ..signed.clone() };
        request.headers = vec![(
            "x-twilio-signature".to_owned(),
            signature(&target, Payload::Nothing, &secret).into(),
        )];
        verify(&request, "https://h.example.com")
    };
    assert_eq!(resigned(None), Err(Mismatch::NoBodyHash));
    let query = signed.query.clone().unwrap();
    assert_eq!(resigned(Some(format!("{query}&{query}"))), Err(Mismatch::RepeatedBodyHash));
    assert_eq!(resigned(Some(format!("{query}&bodySHA256="))), Err(Mismatch::RepeatedBodyHash));
    assert_eq!(
        resigned(Some(query.to_uppercase().replace("BODYSHA256", "bodySHA256"))),
        Err(Mismatch::BodyHash)
    );
}

#[test]
fn refusal_says_what_would_have_matched() {
    let base = "https://h.example.com";
    let told = |url: &str, headers: &[(&str, &str)]| why(&request(url, headers, b"[]"), base);
    for (url, headers, expected) in [
        ("http://h.example.com/twilio/events", &[][..], "http for https"),
        ("https://h.example.com:8443/twilio/events", &[], "another port"),
        ("https://h.example.com/twilio/events/", &[], "the slash at the end"),
        (
            "https://t.example.com/twilio/events",
            &[("x-forwarded-host", "t.example.com")],
            "x-forwarded-host is not trusted: set PUBLIC_BASE_URL to https://t.example.com",
        ),
        (
            "https://h.example.com/pre/twilio/events",
            &[("x-forwarded-prefix", "/pre")],
            "it has the prefix /pre, which PUBLIC_BASE_URL is missing",
        ),
    ] {
        let told = told(url, headers);
        assert!(told.contains(expected), "{url}: {told}");
    }
    let bare = request("https://h.example.com/twilio/events", &[], b"[]");
    assert!(
        why(&bare, "https://h.example.com/pre")
            .contains("the prefix /pre of PUBLIC_BASE_URL is missing in it")
    );
    let unknown = told("https://elsewhere.example.com/twilio/events", &[]);
    assert!(unknown.starts_with("no URL near https://h.example.com/twilio/events?…"), "{unknown}");
}

#[test]
fn older_token_is_named_as_such() {
    let request = request("https://h.example.com/twilio/events", &[], b"[]");
    let (new, old) = (token("new"), token(TOKEN));
    let tokens = Tokens { current: &new, retired: &old };
    let told =
        verify_json(&request, Some("https://h.example.com"), tokens).unwrap_err().to_string();
    assert!(told.contains("an older token"), "{told}");
    let both = [token("new"), token(TOKEN)].concat();
    assert!(
        verify_json(
            &request,
            Some("https://h.example.com"),
            Tokens { current: &both, retired: &[] }
        )
        .is_ok()
    );
}

#[test]
fn no_refusal_shows_a_signature_or_a_query() {
    let mut request = request("https://h.example.com/twilio/events?secret=hush", &[], b"[]");
    let signature = request.header("x-twilio-signature").unwrap().to_owned();
    for base in ["http://h.example.com", "https://other.example.com"] {
        let told = why(&request, base);
        assert!(!told.contains(&signature) && !told.contains("hush"), "{told}");
    }
    request.headers.clear();
    assert_eq!(verify(&request, "https://h.example.com"), Err(Mismatch::NoSignature));
}

proptest! {
    #[test]
    fn no_request_can_make_it_panic(
        url in ".{0,60}", host in ".{0,20}", signature in ".{0,40}", query in ".{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..40)
    ) {
        let mut request = request("https://h/x", &[("host", &host)], &body);
        request.query = Some(query);
        request.headers.push(("x-twilio-signature".to_owned(), signature.into()));
        let _ = verify(&request, &url);
        let _ = check(&[url], Payload::Body(&body), Some("x"), Tokens { current: &token("t"), retired: &[] });
    }

    #[test]
    fn what_is_signed_is_accepted_and_any_change_is_not(
        path in "[a-zA-Z0-9/%+'.~é-]{0,30}", body in proptest::collection::vec(any::<u8>(), 0..80), flip in any::<usize>()
    ) {
        let url = with_body_hash(&format!("https://h.example.com/{path}"), &body);
        let signed = signature(&url, Payload::Nothing, &Secret::new(TOKEN));
        let known = token(TOKEN);
        let judged = |body: &[u8], signature: &str| {
            check(std::slice::from_ref(&url), Payload::Body(body), Some(signature), Tokens { current: &known, retired: &[] }).is_ok()
        };
        prop_assert!(judged(&body, &signed));
        let mut other = body.clone();
        other.push(0);
        prop_assert!(!judged(&other, &signed));
        let mut bytes = signed.into_bytes();
        let at = flip % bytes.len();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        prop_assert!(!judged(&body, &String::from_utf8(bytes).unwrap()));
    }
}
