//! The answers to clicks.

use std::time::Duration;

use serde_json::json;

use super::backend::{Backend, lines};
use super::shown;
use crate::domain::response_url::ResponseUrl;
use crate::storage::Processed;
use crate::storage::messages::Task;
use crate::testing::Answer;
use crate::testing::sample::at;

fn reply(backend: &Backend) -> Task {
    let url = ResponseUrl::new(
        &format!("{}/answers/1", backend.slack.address),
        Some(&backend.slack.address),
    );
    Task::Reply { at: at(0), url: url.expect("a URL"), body: json!({"text": "alpha has it"}) }
}

#[tokio::test]
async fn answer_to_a_click_goes_its_own_way() {
    let backend = Backend::of_a_webhook().await;
    let tasks = [lines(None, &["a line"]), reply(&backend), reply(&backend)];
    let (outcomes, mut asked) = backend.deliver(&tasks, 1).await;
    assert_eq!(outcomes, [Processed::Done; 3]);
    asked.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(shown(&asked), ["1: alpha has it", "1: alpha has it", "hook: a line"]);
}

#[tokio::test]
async fn answer_to_a_click_is_tried_while_its_url_lives() {
    let backend = Backend::of_a_webhook().await;
    let used = r#"{"ok":false,"error":"used_url"}"#;
    for (answer, outcome) in [
        (Answer::of(500, ""), Processed::RetryAfter(Duration::from_secs(2))),
        (Answer::of(429, "").with("retry-after", 9), Processed::RetryAfter(Duration::from_secs(9))),
        (Answer::of(404, used), Processed::Done),
    ] {
        backend.slack.answers("1", answer.clone());
        let (outcomes, asked) = backend.deliver(&[reply(&backend)], 1).await;
        assert_eq!((outcomes, asked.len()), (vec![outcome], 1), "{answer:?}");
    }
    let (outcomes, asked) = backend.deliver(&[reply(&backend)], 1_800).await;
    assert_eq!((outcomes, asked.len()), (vec![Processed::Done], 0));
    let letters = crate::storage::dead_letters::all(&backend.store, at(1)).await.expect("letters");
    assert!(letters.is_empty(), "{letters:?}");
}

#[test]
fn reply_survives_the_queue_and_shows_no_url() {
    let url = ResponseUrl::new("https://hooks.slack.com/actions/T/1/x", None).expect("a URL");
    let task = Task::Reply { at: at(0), url, body: json!({"text": "x"}) };
    assert_eq!(serde_json::from_str::<Task>(&task.to_body()).expect("a task"), task);
    assert!(!format!("{task:?}").contains("hooks.slack.com"), "{task:?}");
    assert!(task.group().starts_with("(reply)-") && !task.group().contains(' '));
}
