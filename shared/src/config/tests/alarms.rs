//! The senders that may bring alarms without the bearer token.

use super::*;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:alarms";

fn text(topics: &str) -> String {
    format!("[channels.default]\n[alarms]\nsns_topics = [{topics}]\n")
}

#[test]
fn topics_are_named_by_their_arns() {
    for (topics, expected) in [(String::new(), vec![]), (format!("\"{TOPIC}\""), vec![TOPIC])] {
        let config = Config::parse(vec![("ringdown.toml".to_owned(), text(&topics))]).unwrap();
        let arns: Vec<&str> = config.sns_topics.iter().map(|topic| topic.arn()).collect();
        assert_eq!(arns, expected);
    }
    assert_eq!(problems("[channels.default]\n[alarms]\n"), "fine");
}

#[test]
fn what_is_no_topic_or_too_many_is_told() {
    let none = problems(&text(&format!("\"{TOPIC}\",\n\"{TOPIC}.fifo\"")));
    let expected = "ringdown.toml:4: alarms.sns_topics: \"arn:aws:sns:eu-central-1:123456789012:alarms.fifo\" is a FIFO \
                    topic, which cannot post over HTTPS, expected the ARN of a standard one, like \"arn:aws:sns:eu-central-1:123456789012:alarms\"";
    assert_eq!(none, expected);
    let other = problems(&text("\"arn:aws:sqs:eu-central-1:123456789012:alarms\""));
    assert!(
        other.contains("alarms\" is no topic, expected the ARN of a standard one, like"),
        "{other}"
    );
    let many = problems(&text(&vec![format!("\"{TOPIC}\""); 51].join(",")));
    let expected = "ringdown.toml:3: alarms.sns_topics: has 51 topics, expected 50 at most";
    assert_eq!(many, expected);
}
