//! Fetching from SNS: what is fetched, how often, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::domain::sns::Topic;
use crate::testing::sns::CERTIFICATE;
use crate::testing::{Answer, vendor};

fn url(path: &str) -> SnsUrl {
    let topic = Topic::parse("arn:aws:sns:eu-west-1:123456789012:alarms").expect("a topic");
    SnsUrl::of(&format!("https://sns.eu-west-1.amazonaws.com{path}"), &topic).expect("a URL")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).expect("a time")
}

/// A client of an SNS that answers so, and how often it was asked.
async fn client(
    answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
) -> (Client, Arc<AtomicUsize>) {
    let asked = Arc::<AtomicUsize>::default();
    let counted = asked.clone();
    let address = vendor(move |request| {
        counted.fetch_add(1, Ordering::Relaxed);
        answer(&request.path)
    });
    let address = address.await.expect("a port");
    (Client::with_stand_in(crate::http::client().expect("a client"), &address), asked)
}

#[tokio::test]
async fn certificate_is_fetched_once_and_ten_new_ones_a_minute() {
    let (client, asked) = client(|_| Answer::of(200, CERTIFICATE)).await;
    let fetches = || asked.load(Ordering::Relaxed);
    for second in 0..5 {
        client.certificate(&url("/a.pem"), at(second)).await.expect("a certificate");
    }
    assert_eq!(fetches(), 1);
    for number in 1..10 {
        let other = url(&format!("/{number}.pem"));
        client.certificate(&other, at(5)).await.expect("a certificate");
    }
    assert_eq!(fetches(), 10);
    let soon = client.certificate(&url("/b.pem"), at(59)).await;
    assert!(matches!(soon, Err(Error::SnsUnavailable(_))), "{soon:?}");
    client.certificate(&url("/a.pem"), at(59)).await.expect("it is kept");
    assert_eq!(fetches(), 10);
    client.certificate(&url("/b.pem"), at(60)).await.expect("a certificate");
    client.certificate(&url("/b.pem"), at(61)).await.expect("it is kept");
    assert_eq!(fetches(), 11);
}

#[tokio::test]
async fn url_without_a_certificate_takes_one_fetch_a_minute_and_none_of_another_url() {
    let (client, asked) = client(|path| match path {
        "/a.pem" => Answer::of(200, CERTIFICATE),
        _ => Answer::of(404, ""),
    })
    .await;
    for second in 0..60 {
        let made_up = client.certificate(&url("/made-up.pem"), at(second)).await;
        assert!(matches!(made_up, Err(Error::NotFromSns(_))), "{made_up:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    client.certificate(&url("/a.pem"), at(59)).await.expect("a certificate");
    let made_up = client.certificate(&url("/made-up.pem"), at(60)).await;
    assert!(matches!(made_up, Err(Error::NotFromSns(_))), "{made_up:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn fetch_that_fails_for_now_may_be_tried_again_at_once() {
    let (client, asked) = client(|_| Answer::of(503, "")).await;
    for _ in 0..12 {
        let away = client.certificate(&url("/a.pem"), at(0)).await;
        assert!(matches!(away, Err(Error::SnsUnavailable(_))), "{away:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), MAX_FETCHES);
}

#[tokio::test]
async fn kept_certificate_is_refused_once_it_is_out_of_date() {
    let (client, asked) = client(|_| Answer::of(200, CERTIFICATE)).await;
    client.certificate(&url("/a.pem"), at(0)).await.expect("a certificate");
    for second in [-1_000_000_000, 3_000_000_000] {
        let outdated = client.certificate(&url("/a.pem"), at(second)).await;
        assert!(matches!(outdated, Err(Error::NotFromSns(_))), "{outdated:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn only_a_whole_certificate_of_64_kib_is_taken_and_no_redirect_followed() {
    let (client, asked) = client(|path| match path {
        "/redirect" => Answer::of(302, "").with("location", "/a.pem"),
        "/none" => Answer::of(404, CERTIFICATE),
        "/text" => Answer::of(200, format!("a text\n{CERTIFICATE}")),
        "/html" => Answer::of(200, "<html>"),
        "/empty" => {
            Answer::of(200, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        }
        "/large" => Answer::of(200, CERTIFICATE.to_owned() + &"\n".repeat(MAX_ANSWER_BYTES)),
        "/endless" => Answer::Endless,
        "/cut" => Answer::Cut,
        _ => Answer::of(200, CERTIFICATE),
    })
    .await;
    for (path, (minute, status)) in
        ["/redirect", "/none", "/text", "/html", "/empty", "/large", "/endless", "/cut", "/a.pem"]
            .into_iter()
            .zip((0..).zip([401, 401, 401, 401, 401, 401, 401, 503, 200]))
    {
        let answer = client.certificate(&url(path), at(60 * minute)).await;
        assert_eq!(answer.map_or_else(|error| error.status(), |_| 200), status, "{path}");
    }
    assert!(asked.load(Ordering::Relaxed) >= 8);
}

#[tokio::test]
async fn confirmation_is_a_get_that_is_answered_200() {
    let (client, asked) =
        client(|path| Answer::of(if path == "/" { 200 } else { 500 }, "<xml/>")).await;
    client.confirm(&url("/?Action=ConfirmSubscription&Token=2336")).await.expect("it is confirmed");
    assert!(matches!(client.confirm(&url("/other")).await, Err(Error::SnsUnavailable(_))));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}
