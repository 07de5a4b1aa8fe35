//! A topic, by its ARN.

use std::fmt;

/// A topic whose messages are taken: `arn:aws:sns:eu-central-1:123456789012:alarms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    arn: String,
    region: String,
}

/// The longest name of a topic.
const MAX_NAME_CHARS: usize = 256;

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

    proptest! {
        #[test]
        fn region_of_a_topic_is_part_of_no_other_host(arn in "arn:aws:sns:[a-z0-9./@:#?\\\\ä-]{0,20}:123456789012:a") {
            if let Some(topic) = Topic::parse(&arn) {
                prop_assert!(topic.region().bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-'));
            }
        }
    }
}
