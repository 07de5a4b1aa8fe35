//! Dead letters that are sent again: whether they were delivered, or came back.

use super::backend::{Backend, lines};
use crate::domain::routes::Routes;
use crate::jobs::forward;
use crate::storage::dead_letters::{self, DeadLetter, Listed};
use crate::storage::messages::Task;
use crate::testing::sample::at;
use crate::testing::{Answer, MemoryQueue, Sent};

/// These lines as a dead letter that is sent again at this second, until the forwarder is done with them.
async fn replay(backend: &Backend, texts: &[&str], second: i64) {
    let letter = DeadLetter::forward("why", lines(None, texts).to_body(), at(0), at(1));
    let known = dead_letters::one(&backend.store, &letter.id(), at(second)).await.expect("it");
    if known.is_none() {
        dead_letters::keep(&backend.store, std::slice::from_ref(&letter), at(1)).await.expect("it");
    }
    let queue = MemoryQueue::default();
    let routes = Routes::new(Vec::new(), Vec::new());
    let tasks = |letter: &DeadLetter| forward::replay::replay(&routes, letter, at(second));
    let kept = dead_letters::one(&backend.store, &letter.id(), at(second)).await.expect("it");
    let kept = kept.expect("a letter");
    let sent = dead_letters::replay(&backend.store, &queue, &tasks, &kept, at(second)).await;
    assert_eq!(sent.expect("a queue"), Ok(()));
    let again = queue.take().into_iter().map(Sent::message);
    let again: Vec<Task> =
        again.map(|message| serde_json::from_str(&message.body).expect("a task")).collect();
    backend.deliver(&again, second + 1).await;
}

/// Of each dead letter whether it waits, and whether its last replay was delivered.
async fn outcomes(backend: &Backend) -> Vec<(bool, Option<bool>)> {
    let (letters, _) = dead_letters::listed(&backend.store, 10, at(9)).await.expect("letters");
    let outcome = |letter: &Listed| {
        let outcome = letter.summary.replay_outcome().map(|outcome| outcome.delivered);
        (letter.summary.waits(), outcome)
    };
    letters.iter().map(outcome).collect()
}

#[tokio::test]
async fn replayed_letter_knows_whether_it_was_delivered_or_came_back() {
    let backend = Backend::of_a_webhook().await;
    let refused = || Answer::of(404, "no_service");
    backend.slack.answers("hook", refused());
    replay(&backend, &["a line"], 2).await;
    assert_eq!(outcomes(&backend).await, [(true, Some(false))], "it is the same letter");
    replay(&backend, &["a line"], 4).await;
    assert_eq!(outcomes(&backend).await, [(false, Some(true))]);
}

#[tokio::test]
async fn letter_of_which_one_line_comes_back_came_back() {
    let backend = Backend::of_a_webhook().await;
    let refused = || Answer::of(400, "invalid_payload");
    backend.slack.answers("hook", refused());
    backend.slack.answers("hook", refused());
    replay(&backend, &["bad", "good"], 2).await;
    let mut outcomes = outcomes(&backend).await;
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(false, Some(false)), (true, None)], "the letter, and one of its lines");
}
