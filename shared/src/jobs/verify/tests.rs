use bytes::Bytes;

use super::*;
use crate::secret::Secret;
use crate::testing::{Parameters, sample::at};
use crate::twilio::signature::{Payload, signature};

const TOKEN: &str = "12345678901234567890123456789012";
const BASE: &str = "https://ringdown.example.com";
const PATH: &str = "/twilio/voice/default-20300317-174640-000/1";

async fn settings() -> Arc<Settings> {
    live(BASE).get(at(0)).await.unwrap()
}

fn live(public_base_url: &str) -> SettingsCache {
    let secrets = [("twilio/auth-token", TOKEN), ("public-base-url", public_base_url)];
    Parameters::of_config("[channels.default]\n", &secrets).settings()
}

/// A form post that is signed for a path at another base URL; without one it is forged.
fn form(base: Option<&str>, body: &str) -> Request {
    let fields = crate::http::form_fields(body.as_bytes());
    let signed = base.map_or_else(
        || "forged".to_owned(),
        |base| signature(&format!("{base}{PATH}"), Payload::Form(&fields), &Secret::new(TOKEN)),
    );
    Request {
        method: "POST".to_owned(),
        path: PATH.to_owned(),
        headers: vec![("x-twilio-signature".to_owned(), Bytes::from(signed))],
        body: Bytes::copy_from_slice(body.as_bytes()),
        ..Request::default()
    }
}

#[tokio::test]
async fn forged_signature_is_explained_once_a_minute() {
    let (searches, settings) = (Searches::new(), settings().await);
    let explain =
        |second| searches.explain(&form(None, "CallSid=CA1"), Kind::Form, &settings, at(second));
    assert!(matches!(explain(0), Some(Mismatch::Unknown { .. })));
    for second in [0, 1, 30, 59] {
        assert_eq!(explain(second), None, "{second}");
    }
    assert!(matches!(explain(60), Some(Mismatch::Unknown { .. })));
    assert_eq!(explain(119), None);
    // A clock that steps far back does not end it.
    assert!(explain(-3_600).is_some());
}

#[tokio::test]
async fn large_form_is_never_explained_and_costs_no_turn() {
    let (searches, settings) = (Searches::new(), settings().await);
    let large = form(Some("http://ringdown.example.com"), &format!("a={}", "x".repeat(9_000)));
    assert_eq!(searches.explain(&large, Kind::Form, &settings, at(0)), None);
    let small = form(Some("http://ringdown.example.com"), "CallSid=CA1");
    let explained = searches.explain(&small, Kind::Form, &settings, at(0)).unwrap();
    assert!(explained.to_string().contains("http for https"), "{explained}");
}

#[tokio::test]
async fn address_that_was_found_once_is_known_at_once() {
    let (searches, settings) = (Searches::new(), settings().await);
    let elsewhere = |body| {
        let mut request = form(Some("https://tunnel.example.com:443"), body);
        request.headers.push(("host".to_owned(), Bytes::from("tunnel.example.com")));
        request
    };
    let first = searches.explain(&elsewhere("CallSid=CA1"), Kind::Form, &settings, at(0));
    assert!(first.as_ref().unwrap().to_string().contains("host is not trusted"), "{first:?}");
    let again = searches.explain(&elsewhere("CallSid=CA2"), Kind::Form, &settings, at(1));
    assert_eq!(again, first);
    assert_eq!(searches.explain(&form(None, "CallSid=CA2"), Kind::Form, &settings, at(2)), None);
}

#[tokio::test]
async fn refusal_that_was_not_explained_says_so() {
    let settings = settings().await;
    let mismatch = verify(&form(None, "CallSid=CA1"), Kind::Form, &settings).unwrap().unwrap_err();
    let text = mismatch.to_string();
    assert!(text.starts_with(&format!("{BASE}{PATH} does not give this signature")), "{text}");
}

#[tokio::test]
async fn what_our_token_signed_for_another_address_is_known_each_time() {
    let (searches, settings) = (Searches::new(), settings().await);
    for second in 0..3 {
        // A stranger takes the search of this minute; ours is known without one.
        let forged = form(None, "CallSid=CA1");
        let _ = searches.explain(&forged, Kind::Form, &settings, at(second));
        for (base, host, why) in [
            ("http://ringdown.example.com", "x", "http for https"),
            ("https://ringdown.example.com:8443", "x", "another port"),
            ("https://tunnel.example.com", "tunnel.example.com", "host is not trusted"),
            ("http://tunnel.example.com:81", "tunnel.example.com:81", "host is not trusted"),
        ] {
            let mut request = form(Some(base), "CallSid=CA1");
            request.headers.push(("host".to_owned(), Bytes::from(host)));
            let explained = searches.explain(&request, Kind::Form, &settings, at(second));
            let explained = explained.unwrap_or_else(|| panic!("{base} at {second}"));
            assert!(explained.to_string().contains(why), "{explained}");
            assert_eq!(refused(explained).status(), 503, "{base}");
        }
    }
    let forged = Mismatch::Unknown { tried: BASE.to_owned() };
    assert_eq!(refused(forged).status(), 403);
    assert_eq!(refused(Mismatch::NoBodyHash).status(), 403);
}

#[tokio::test]
async fn public_url_that_cannot_be_right_is_never_a_forgery() {
    for url in ["ringdown.example.com", "ftp://ringdown.example.com", "https://"] {
        let live = live(url);
        for base in [None, Some(BASE)] {
            let refused = verified(&live, &form(base, "CallSid=CA1"), Kind::Form, at(0)).await;
            let error = refused.expect_err("nothing can be compared");
            assert_eq!(error.status(), 503, "{url}");
            assert!(error.to_string().contains("PUBLIC_BASE_URL"), "{error}");
        }
        assert_eq!(live.get(at(0)).await.unwrap().public_base_url(), None, "{url}");
    }
}
