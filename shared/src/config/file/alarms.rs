//! `[alarms]`: who may bring alarms without the bearer token.

use serde::Deserialize;
use toml::Spanned;

use super::Check;
use crate::domain::sns::Topic;

/// The table as it is written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmsTable {
    sns_topics: Option<Spanned<Vec<Spanned<String>>>>,
}

/// The most topics.
const MAX_TOPICS: usize = 50;

impl Check<'_> {
    /// The topics of SNS whose messages are taken over HTTPS.
    pub(super) fn sns_topics(&mut self, table: AlarmsTable) -> Vec<Topic> {
        const KEY: &str = "alarms.sns_topics";
        let Some(listed) = table.sns_topics else { return Vec::new() };
        if listed.get_ref().len() > MAX_TOPICS {
            let what =
                format!("has {} topics, expected {MAX_TOPICS} at most", listed.get_ref().len());
            self.problem(listed.span().start, KEY, what);
        }
        let mut topics = Vec::new();
        for arn in listed.into_inner() {
            match Topic::parse(arn.get_ref()) {
                Some(topic) => topics.push(topic),
                None => {
                    let arn_text = arn.get_ref();
                    let is_fifo = arn_text
                        .strip_suffix(".fifo")
                        .is_some_and(|standard| Topic::parse(standard).is_some());
                    let why = match is_fifo {
                        true => "is a FIFO topic, which cannot post over HTTPS",
                        false => "is no topic",
                    };
                    let what = format!(
                        "{arn_text:?} {why}, expected the ARN of a standard one, like \
                         \"arn:aws:sns:eu-central-1:123456789012:alarms\""
                    );
                    self.problem(arn.span().start, KEY, what);
                }
            }
        }
        topics
    }
}
