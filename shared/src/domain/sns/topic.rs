//! A topic, by its ARN.

use std::fmt;

use crate::domain::text::mask_numbers;

/// A topic whose messages are taken: `arn:aws:sns:eu-central-1:123456789012:alarms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    arn: String,
    region: String,
}

/// The longest name of a topic.
const MAX_NAME_CHARS: usize = 256;
/// How much is shown of what should be an ARN.
const MAX_SHOWN_CHARS: usize = 320;
/// How the name of a FIFO topic ends.
const FIFO: &str = ".fifo";

impl Topic {
    /// Reads an ARN. `None` if it is none of a topic that can post: one whose name ends in `.fifo` cannot.
    pub fn parse(arn: &str) -> Option<Topic> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else { return None };
        let of = |text: &str, more: &str, fine: fn(char) -> bool| {
            !text.is_empty() && text.chars().all(|c| fine(c) || more.contains(c))
        };
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_topic = of(partition, "-", lower)
            && of(region, "-", lower)
            && account.len() == 12
            && of(account, "", |c| c.is_ascii_digit())
            && name.len() <= MAX_NAME_CHARS
            && of(name, "-_", |c| c.is_ascii_alphanumeric());
        is_topic.then(|| Topic { arn: arn.to_owned(), region: region.to_owned() })
    }

    /// An ARN that came from outside, for a log and an answer. What is none of a topic is cut and quoted, without a number
    /// in it that could be somebody's.
    pub fn shown(arn: &str) -> String {
        let cut: String = arn.chars().take(MAX_SHOWN_CHARS).collect();
        let topic = Topic::parse(cut.strip_suffix(FIFO).unwrap_or(&cut));
        if topic.is_some() { cut } else { mask_numbers(&format!("{cut:?}")) }
    }

    /// Its ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The region that it is in, and that its messages come from.
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn topic_is_an_arn_of_sns_whole() {
        for (arn, region) in [
            ("arn:aws:sns:eu-west-1:123456789012:alarms", "eu-west-1"),
            ("arn:aws-cn:sns:cn-north-1:123456789012:Alarms_of-shop", "cn-north-1"),
            ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:a", "us-gov-west-1"),
        ] {
            let topic = Topic::parse(arn).expect(arn);
            assert_eq!((topic.arn(), topic.region()), (arn, region));
        }
        for none in [
            "",
            "alarms",
            "arn:aws:sqs:eu-west-1:123456789012:alarms",
            "arn:aws:sns:eu-west-1:123456789012:alarms.fifo",
            "arn:aws:sns:eu-west-1:123456789012:",
            "arn:aws:sns:eu-west-1:12345678901:alarms",
            "arn:aws:sns::123456789012:alarms",
            "arn:aws:sns:evil.example.com/:123456789012:alarms",
            "arn:aws:sns:eu-west-1:123456789012:alarms:0c2c6d0a-subscription",
            "arn:aws:sns:eu-west-1:123456789012:*",
            " arn:aws:sns:eu-west-1:123456789012:alarms",
            "arn:aws:sns:eu-west-1:123456789012:alarms\n",
        ] {
            assert_eq!(Topic::parse(none), None, "{none:?}");
        }
    }

    #[test]
    fn arn_of_a_stranger_is_shown_on_one_line_and_cut() {
        for arn in ["arn:aws:sns:eu-west-1:123456789012:other", "arn:aws:sns:a:123456789012:b.fifo"]
        {
            assert_eq!(Topic::shown(arn), arn);
        }
        assert_eq!(Topic::shown("call +15005550001"), "\"call +…0001\"");
        assert_eq!(Topic::shown("a\nb\u{202e}\u{9b}"), r#""a\nb\u{202e}\u{9b}""#);
        assert_eq!(Topic::shown(&"a".repeat(9_999)).len(), MAX_SHOWN_CHARS + 2);
    }

    proptest! {
        #[test]
        fn region_of_a_topic_is_part_of_no_other_host(arn in "arn:aws:sns:[a-z0-9./@:#?\\\\ä-]{0,20}:123456789012:a") {
            if let Some(topic) = Topic::parse(&arn) {
                prop_assert!(topic.region().bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-'));
            }
        }
    }
}
