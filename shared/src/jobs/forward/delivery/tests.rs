//! An incident's own message, and the thread below it.

mod backend;
mod replays;
mod replies;
mod slack;

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::escalation::Key;
use crate::slack::client::POST_INTERVAL;
use crate::storage::Processed;
use crate::testing::Answer;
use crate::testing::sample::at;
use backend::{Backend, ID, lines};
use slack::Asked;

const RAISED: &str = ":rotating_light: *cpu* went off";
const CALLING: &str = ":telephone_receiver: calling *alpha*";
const NOBODY: &str = "<!channel> :rotating_light: *nobody took it*";

/// What Slack was asked, in a few words: the method, the thread, and the beginning of the text.
fn shown(asked: &[Asked]) -> Vec<String> {
    let words = |(method, body): &Asked| {
        let thread = body["thread_ts"].as_str().map(|ts| format!(" in {}", &ts[11..]));
        let of = body["ts"].as_str().map(|ts| format!(" of {}", &ts[11..]));
        let loud = if body["reply_broadcast"] == json!(true) { " and in the channel" } else { "" };
        let text = body["text"].as_str().unwrap_or_default().replace('\n', " / ");
        let text = text.split(" since ").next().unwrap_or_default();
        format!("{method}{}{}{loud}: {text}", thread.unwrap_or_default(), of.unwrap_or_default())
    };
    asked.iter().map(words).collect()
}

const MESSAGE: &str = "chat.postMessage: :telephone_receiver: *calling* *alpha* (call 1 of 2): cpu";

#[tokio::test]
async fn message_comes_first_and_the_lines_go_into_its_thread() {
    let backend = Backend::of_a_bot().await;
    let before = lines(None, &["a line of a route"]);
    let (outcomes, asked) =
        backend.deliver(&[before, lines(Some(ID), &[RAISED, CALLING])], 1).await;
    assert_eq!(outcomes, [Processed::Done; 2]);
    assert_eq!(
        shown(&asked),
        [
            "chat.postMessage: a line of a route".to_owned(),
            MESSAGE.to_owned(),
            format!("chat.postMessage in 000002: {RAISED} / {CALLING}"),
        ]
    );
    let (_, message) = &asked[1];
    let actions = message["blocks"].as_array().and_then(|blocks| blocks.last()).expect("buttons");
    assert_eq!(actions["elements"][0]["value"], ID);
    assert_eq!(message["channel"], "C0000001");
    assert!(asked[2].1["blocks"].as_array().is_some_and(|blocks| blocks.len() == 1));
}

#[tokio::test]
async fn message_is_edited_only_when_it_says_something_else() {
    let mut backend = Backend::of_a_bot().await;
    let first = lines(Some(ID), &[RAISED]);
    let (_, asked) = backend.deliver(std::slice::from_ref(&first), 1).await;
    assert_eq!(
        shown(&asked),
        [MESSAGE.to_owned(), format!("chat.postMessage in 000001: {RAISED}")]
    );

    let (outcomes, asked) = backend.deliver(&[lines(Some(ID), &[CALLING])], 2).await;
    assert_eq!(outcomes, [Processed::Done]);
    assert_eq!(shown(&asked), [format!("chat.postMessage in 000001: {CALLING}")]);

    backend.pressed(Key::Take);
    let (outcomes, asked) = backend.deliver(&[first, lines(Some(ID), &["taken"])], 3).await;
    assert_eq!(outcomes, [Processed::Done; 2]);
    assert_eq!(
        shown(&asked),
        [
            "chat.update of 000001: :white_check_mark: *alpha* *has it*",
            "chat.postMessage in 000001: taken",
        ]
    );
    assert_eq!(asked[0].1["channel"], "C0000001");
}

#[tokio::test]
async fn what_is_for_the_whole_channel_is_seen_there_too() {
    let backend = Backend::of_a_bot().await;
    let (_, asked) = backend.deliver(&[lines(Some(ID), &[RAISED, NOBODY, CALLING])], 1).await;
    assert_eq!(
        shown(&asked),
        [
            MESSAGE.to_owned(),
            format!("chat.postMessage in 000001: {RAISED}"),
            format!("chat.postMessage in 000001 and in the channel: {NOBODY}"),
            format!("chat.postMessage in 000001: {CALLING}"),
        ]
    );
}

#[tokio::test]
async fn edit_that_slack_wants_later_stops_no_line_and_is_owed() {
    let mut backend = Backend::of_a_bot().await;
    backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
    backend.pressed(Key::Take);
    let limited = r#"{"ok":false,"error":"ratelimited"}"#;
    backend.slack.answers("chat.update", Answer::of(429, limited).with("retry-after", 30));
    let taken = [
        lines(None, &["a line of a route"]),
        lines(Some(ID), &["taken"]),
        lines(None, &["another"]),
    ];
    let (outcomes, asked) = backend.deliver(&taken, 2).await;
    let edit = "chat.update of 000001: :white_check_mark: *alpha* *has it*";
    assert_eq!(
        shown(&asked),
        [
            "chat.postMessage: a line of a route",
            edit,
            "chat.postMessage in 000001: taken",
            "chat.postMessage: another",
        ]
    );
    // The remainder of the pause that Slack asked for.
    let Processed::RetryAfter(rest) = outcomes[1] else { panic!("{outcomes:?}") };
    assert!(rest >= POST_INTERVAL && rest <= Duration::from_secs(30), "{rest:?}");
    assert_eq!([outcomes[0], outcomes[2]], [Processed::Done; 2]);
}

#[tokio::test]
async fn edit_that_is_owed_is_made_when_the_lines_come_again() {
    let mut backend = Backend::of_a_bot().await;
    backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
    backend.pressed(Key::Take);
    let taken = lines(Some(ID), &["taken"]);
    // Before the lines, and behind them.
    backend.slack.answers("chat.update", Answer::of(503, ""));
    backend.slack.answers("chat.update", Answer::of(200, r#"{"ok":false,"error":"invalid_auth"}"#));
    let (outcomes, asked) = backend.deliver(std::slice::from_ref(&taken), 2).await;
    assert!(matches!(outcomes[..], [Processed::RetryAfter(_)]), "{outcomes:?}");
    assert_eq!(asked.iter().filter(|(method, _)| method == "chat.update").count(), 2);

    let (outcomes, asked) = backend.deliver(std::slice::from_ref(&taken), 5).await;
    assert_eq!(outcomes, [Processed::Done]);
    assert_eq!(shown(&asked), ["chat.update of 000001: :white_check_mark: *alpha* *has it*"]);
    let (outcomes, asked) = backend.deliver(&[taken], 6).await;
    assert_eq!((outcomes, asked), (vec![Processed::Done], Vec::new()));
}

#[tokio::test]
async fn edit_is_not_owed_for_ever() {
    let mut backend = Backend::of_a_bot().await;
    backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
    backend.pressed(Key::Take);
    for _ in 0..2 {
        backend.slack.answers("chat.update", Answer::of(503, ""));
    }
    let (outcomes, _) = backend.deliver(&[lines(Some(ID), &["taken"])], 3_600).await;
    assert_eq!(outcomes, [Processed::Done]);
}

#[tokio::test]
async fn message_that_is_gone_is_posted_anew() {
    for gone in [
        r#"{"ok":false,"error":"message_not_found"}"#,
        r#"{"ok":false,"error":"edit_window_closed"}"#,
    ] {
        let mut backend = Backend::of_a_bot().await;
        backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
        backend.pressed(Key::Take);
        backend.slack.answers("chat.update", Answer::of(200, gone));
        let (outcomes, asked) = backend.deliver(&[lines(Some(ID), &["taken"])], 2).await;
        assert_eq!(outcomes, [Processed::Done]);
        assert_eq!(
            shown(&asked),
            [
                "chat.update of 000001: :white_check_mark: *alpha* *has it*",
                "chat.postMessage: :white_check_mark: *alpha* *has it*",
                "chat.postMessage in 000002: taken",
            ]
        );
    }
}

#[tokio::test]
async fn lines_whose_message_slack_does_not_take_stand_for_themselves() {
    let backend = Backend::of_a_bot().await;
    backend
        .slack
        .answers("chat.postMessage", Answer::of(200, r#"{"ok":false,"error":"invalid_blocks"}"#));
    let (outcomes, asked) = backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
    assert_eq!(outcomes, [Processed::Done]);
    assert_eq!(shown(&asked), [MESSAGE.to_owned(), format!("chat.postMessage: {RAISED}")]);
    assert_eq!(buttons(&asked[1].1), ["I have it", "Resolved"]);
}

#[tokio::test]
async fn lines_of_an_incident_that_nobody_keeps_stand_for_themselves() {
    let backend = Backend::of_a_bot().await;
    let other = lines(Some("prod-20300101-000000-000"), &[RAISED]);
    let (outcomes, asked) = backend.deliver(&[other, lines(Some("<odd>"), &["odd"])], 1).await;
    assert_eq!(outcomes, [Processed::Done; 2]);
    assert_eq!(
        shown(&asked),
        [format!("chat.postMessage: {RAISED}"), "chat.postMessage: odd".to_owned()]
    );
}

#[tokio::test]
async fn message_that_may_have_been_posted_is_posted_again() {
    let backend = Backend::of_a_bot().await;
    backend.slack.answers("chat.postMessage", Answer::of(200, "<html>"));
    let (outcomes, asked) = backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
    assert_eq!(outcomes, [Processed::Done]);
    let thread = format!("chat.postMessage in 000002: {RAISED}");
    assert_eq!(shown(&asked), [MESSAGE.to_owned(), MESSAGE.to_owned(), thread]);
}

fn buttons(post: &Value) -> Vec<&str> {
    let blocks = post["blocks"].as_array().into_iter().flatten();
    let elements = blocks.filter_map(|block| block["elements"].as_array()).flatten();
    elements.filter_map(|element| element["text"]["text"].as_str()).collect()
}

#[tokio::test]
async fn lines_through_a_webhook_get_the_buttons_that_fit() {
    let mut backend = Backend::of_a_webhook().await;
    let (outcomes, asked) = backend.deliver(&[lines(Some(ID), &[RAISED, CALLING])], 1).await;
    assert_eq!(outcomes, [Processed::Done]);
    assert_eq!(shown(&asked), [format!("hook: {RAISED} / {CALLING}")]);
    assert_eq!(buttons(&asked[0].1), ["I have it", "Resolved"]);
    let (_, asked) = backend.deliver(&[lines(Some(ID), &["alpha: declined"])], 2).await;
    assert_eq!(buttons(&asked[0].1), [""; 0], "a line that asks nobody");
    backend.pressed(Key::Take);
    let (_, asked) = backend.deliver(&[lines(Some(ID), &[NOBODY])], 3).await;
    assert_eq!(buttons(&asked[0].1), ["Resolved"], "somebody has it by now");
}

#[tokio::test]
async fn what_slack_never_takes_becomes_a_dead_letter_of_its_incident() {
    let backend = Backend::of_a_bot().await;
    backend.deliver(&[lines(Some(ID), &[RAISED])], 1).await;
    backend
        .slack
        .answers("chat.postMessage", Answer::of(200, r#"{"ok":false,"error":"is_archived"}"#));
    let (outcomes, _) = backend.deliver(&[lines(Some(ID), &["lost"])], 2).await;
    assert_eq!(outcomes, [Processed::Done]);
    let letters = crate::storage::dead_letters::all(&backend.store, at(3)).await.expect("letters");
    let kept = letters[0].letter.lines().expect("lines");
    assert_eq!((kept.incident.clone(), kept.lines[0].text.as_str()), (Some(ID.into()), "lost"));
}

#[tokio::test]
async fn line_waits_while_its_workspace_is_in_a_passing_state() {
    let backend = Backend::of_a_webhook().await;
    let passing = Answer::of(403, "team_added_to_org").with("retry-after", 30);
    backend.slack.answers("hook", passing);
    backend.slack.answers("hook", Answer::of(200, r#"{"ok":true}"#));
    let line = [lines(None, &["a line"])];
    let (outcomes, asked) = backend.deliver(&line, 1).await;
    let later = Processed::RetryAfter(Duration::from_secs(30));
    assert_eq!((outcomes, asked.len()), (vec![later], 1));
    let (outcomes, asked) = backend.deliver(&line, 31).await;
    assert_eq!((outcomes, asked.len()), (vec![Processed::Done], 1));
    let letters = crate::storage::dead_letters::all(&backend.store, at(32)).await.expect("letters");
    assert!(letters.is_empty(), "{letters:?}");
}
