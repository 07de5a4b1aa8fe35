//! Where SNS' own URLs may point.

use super::Topic;

/// The domains of SNS, before which stand `sns.` and a region.
const DOMAINS: [&str; 2] = ["amazonaws.com", "amazonaws.com.cn"];
/// What the path of a certificate has around its name, which is hexadecimal.
const CERTIFICATE_PATH: (&str, &str) = ("/SimpleNotificationService-", ".pem");
/// The longest name of a certificate. SNS' have 32 digits.
const MAX_NAME_DIGITS: usize = 64;
/// The longest URL that we take, in bytes.
const MAX_URL_BYTES: usize = 2_048;

/// A URL of SNS in the region of a topic: `https`, no user, no port, and no other host. Nothing else is ever fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnsUrl {
    url: String,
    /// How long `https://` and the host are.
    origin: usize,
}

impl SnsUrl {
    /// This URL, if it is SNS' own, in the region of this topic. It is compared as it is written: what a client could take
    /// for another one (a back slash, an escape for a character of the host, a line end) is none.
    pub fn of(url: &str, topic: &Topic) -> Option<SnsUrl> {
        let is_plain = |c: u8| c.is_ascii_graphic() && c != b'\\';
        if url.len() > MAX_URL_BYTES || !url.bytes().all(is_plain) {
            return None;
        }
        let origins =
            DOMAINS.iter().map(|domain| format!("https://sns.{}.{domain}", topic.region()));
        let is_below = |origin: &String| {
            url.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let origin = origins.into_iter().find(is_below)?.len();
        Some(SnsUrl { url: url.to_owned(), origin })
    }

    /// This URL, if it is one that [`SnsUrl::of`] takes and SNS keeps a certificate there: all else on its host may answer
    /// what a stranger has stored with it.
    pub fn of_certificate(url: &str, topic: &Topic) -> Option<SnsUrl> {
        let found = SnsUrl::of(url, topic)?;
        let (before, after) = CERTIFICATE_PATH;
        let name = found.target().strip_prefix(before)?.strip_suffix(after)?;
        let is_digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        let is_name = (1..=MAX_NAME_DIGITS).contains(&name.len()) && name.bytes().all(is_digit);
        is_name.then_some(found)
    }

    /// The whole URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The part behind the host, from its first slash on.
    pub fn target(&self) -> &str {
        &self.url[self.origin..]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn topic() -> Topic {
        Topic::parse("arn:aws:sns:eu-west-1:123456789012:alarms").expect("a topic")
    }

    #[test]
    fn url_is_of_sns_in_the_region_of_the_topic() {
        for (url, target) in [
            (
                "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
                "/SimpleNotificationService-0a.pem",
            ),
            ("https://sns.eu-west-1.amazonaws.com.cn/a.pem", "/a.pem"),
            (
                "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336",
                "/?Action=ConfirmSubscription&Token=2336",
            ),
            ("https://sns.eu-west-1.amazonaws.com/@evil.example.com/", "/@evil.example.com/"),
        ] {
            let found = SnsUrl::of(url, &topic()).expect(url);
            assert_eq!((found.as_str(), found.target()), (url, target));
        }
        for url in [
            "",
            "http://sns.eu-west-1.amazonaws.com/a.pem",
            "HTTPS://sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com",
            "https://sns.eu-west-1.amazonaws.com:443/a.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
            "https://user@sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com.cn.example.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com\\.evil.example.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com/\\evil",
            "https://sns.eu-west-1.amazonaws.com?/a.pem",
            "https://sns.eu-west-1.amazonaws.com#/a.pem",
            "https://sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.amazonaws.com/a.pem",
            "https://eu-west-1.amazonaws.com/a.pem",
            "https://s3.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.org/a.pem",
            "https://evil.sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com./a.pem",
            "https:/sns.eu-west-1.amazonaws.com/a.pem",
            "//sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu%2Dwest-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com/a.pem\n",
            " https://sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com/\u{e4}.pem",
        ] {
            assert_eq!(SnsUrl::of(url, &topic()), None, "{url}");
        }
        let long = format!("https://sns.eu-west-1.amazonaws.com/{}", "a".repeat(MAX_URL_BYTES));
        assert_eq!(SnsUrl::of(&long, &topic()), None);
    }

    #[test]
    fn certificate_is_at_the_path_of_certificates_and_at_no_other() {
        let of = |target: &str| {
            let url = format!("https://sns.eu-west-1.amazonaws.com{target}");
            SnsUrl::of_certificate(&url, &topic())
        };
        for target in [
            "/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem",
            "/SimpleNotificationService-0a.pem",
        ] {
            assert_eq!(of(target).expect(target).target(), target);
        }
        let long = format!("/SimpleNotificationService-{}.pem", "a".repeat(65));
        for target in [
            "/anything?x=1#f",
            "/",
            "/a.pem",
            "/SimpleNotificationService-.pem",
            "/SimpleNotificationService-0A.pem",
            "/SimpleNotificationService-0g.pem",
            "/SimpleNotificationService-0a.pem?x=1",
            "/SimpleNotificationService-0a.pem#f",
            "/SimpleNotificationService-0a.pem/",
            "/SimpleNotificationService-0a.pem.pem",
            "/SimpleNotificationService-%30a.pem",
            "/SimpleNotificationService-/../a.pem",
            "//SimpleNotificationService-0a.pem",
            "/x/SimpleNotificationService-0a.pem",
            "/?Action=GetTopicAttributes&x=/SimpleNotificationService-0a.pem",
            long.as_str(),
        ] {
            assert_eq!(of(target), None, "{target}");
        }
        let elsewhere = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem";
        assert_eq!(SnsUrl::of_certificate(elsewhere, &topic()), None);
    }

    proptest! {
        /// A client's own reading finds the same host, whatever stands in the URL.
        #[test]
        fn url_that_is_taken_has_this_host_for_a_client(
            before in "(https?://)?[a-z@:./]{0,6}",
            between in "[.:@/?#\\\\a-z0-9%]{0,8}",
            after in "[ -~]{0,20}",
        ) {
            for host in ["sns.eu-west-1.amazonaws.com", ""] {
                for url in [format!("{before}{host}{between}{after}"), format!("https://{host}{between}{after}")] {
                    let Some(found) = SnsUrl::of(&url, &topic()) else { continue };
                    let read = reqwest::Url::parse(found.as_str()).expect("a URL");
                    let host = read.host_str().unwrap_or_default();
                    prop_assert!(["sns.eu-west-1.amazonaws.com", "sns.eu-west-1.amazonaws.com.cn"].contains(&host), "{url}");
                    prop_assert_eq!((read.scheme(), read.port(), read.username(), read.password()), ("https", None, "", None));
                }
            }
        }
    }
}
