//! Nothing is lost, nothing is out of order, and what may be doubled is known.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Plan, Server, TOKEN, body, line, stdout};
use crate::slack::{Slack, SlackBehaviour};

fn expected(channel: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{channel} {n}")).collect()
}

/// Sends `count` events for each of two channels, each channel's one after the other.
async fn send(server: &Arc<Server>, count: usize) {
    let mut senders = JoinSet::new();
    for channel in ["a", "b"] {
        let server = server.clone();
        senders.spawn(async move {
            for text in expected(channel, count) {
                assert_eq!(server.twilio(&body(channel, &text)).await, 204);
            }
        });
    }
    senders.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn burst_against_a_slack_that_refuses_arrives_once_and_in_order() {
    let slack = Slack::start(SlackBehaviour {
        errors: 15,
        resets_before: 15,
        one_a_second: true,
        ..SlackBehaviour::default()
    })
    .await;
    let server = Arc::new(Plan::with_slack(&slack).start().await);
    let started = Instant::now();
    send(&server, 500).await;
    slack.wait_for(1_000).await;
    for channel in ["a", "b"] {
        assert_eq!(slack.lines(channel), expected(channel, 500));
    }
    let seconds = usize::try_from(started.elapsed().as_secs()).unwrap();
    let (posts, limited) = slack.record(|record| (record.posts.len(), record.limited));
    println!("1,000 lines for two channels in {posts} posts; {limited} were answered 429");
    assert!(posts <= 30.max(2 * (seconds + 2)), "{posts} posts in {seconds} s for two channels");
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_after_accepting_doubles_one_post_and_loses_nothing() {
    let slack =
        Slack::start(SlackBehaviour { resets_after: 40, ..SlackBehaviour::default() }).await;
    let server = Arc::new(Plan::with_slack(&slack).start().await);
    send(&server, 500).await;
    slack.wait_for(1_000).await;
    server.idles("/sandbox/idle?slack=true").await;
    let posts = slack.record(|record| record.posts.len());
    let cut = slack.record(|record| record.cut_after.clone());
    let mut doubled = 0;
    for channel in ["a", "b"] {
        let lines = slack.lines(channel);
        let mut seen = HashSet::new();
        let once: Vec<String> =
            lines.iter().filter(|line| seen.insert(line.as_str())).cloned().collect();
        assert_eq!(once, expected(channel, 500));
        doubled += lines.len() - once.len();
    }
    let in_cut_posts: usize = cut.iter().sum();
    println!(
        "{posts} posts, {} cut off after they were taken: {doubled} of their {in_cut_posts} lines doubled",
        cut.len()
    );
    assert!(
        !cut.is_empty() && doubled <= in_cut_posts,
        "{doubled} lines doubled, {in_cut_posts} were in doubt"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_that_was_answered_survives_a_kill() {
    let slack = Slack::start(SlackBehaviour::default()).await;
    let plan = Plan::with_slack(&slack);
    let server = Arc::new(plan.start().await);
    let mut senders = JoinSet::new();
    for sender in 0..50 {
        let server = server.clone();
        senders.spawn(async move {
            let mut answered = Vec::new();
            for n in 0..100 {
                let text = format!("{sender}-{n}");
                let channel = if n % 2 == 0 { "a" } else { "b" };
                if server.twilio(&body(channel, &text)).await == 204 {
                    answered.push(text);
                }
            }
            answered
        });
    }
    // In the middle: some lines are in Slack, some in the queue, some on their way.
    slack.wait_for(1_500).await;
    assert!(
        tokio::process::Command::new("kill")
            .args(["-9", &server.id().to_string()])
            .status()
            .await
            .unwrap()
            .success()
    );
    let answered: Vec<String> = senders.join_all().await.into_iter().flatten().collect();
    assert!(answered.len() < 5_000, "the kill came too late to show anything");
    let _server = plan.start().await;
    // Lines come too whose answer was cut off: a number of lines would not do.
    slack.wait_for_each(&answered).await;
    let lines = [slack.lines("a"), slack.lines("b")].concat();
    let arrived: HashSet<&String> = lines.iter().collect();
    let lost: Vec<&String> = answered.iter().filter(|text| !arrived.contains(text)).collect();
    println!(
        "{} of 5,000 were answered, {} lines were doubled",
        answered.len(),
        lines.len() - arrived.len()
    );
    assert!(lost.is_empty(), "lost: {lost:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn event_that_comes_again_is_said_once() {
    let slack = Slack::start(SlackBehaviour::default()).await;
    let server = Plan::with_slack(&slack).start().await;
    for text in ["one", "one", "two"] {
        assert_eq!(server.twilio(&body("a", text)).await, 204);
    }
    slack.wait_for(2).await;
    // The same event in another request, much later: its line was delivered and marked.
    assert_eq!(server.twilio(&body("a", "one")).await, 204);
    assert_eq!(server.twilio(&body("a", "three")).await, 204);
    slack.wait_for(3).await;
    assert_eq!(slack.lines("a"), ["one", "two", "three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_that_stays_down_leaves_dead_letters_and_the_replay_brings_all_back() {
    let slack =
        Slack::start(SlackBehaviour { always: Some((503, "")), ..SlackBehaviour::default() }).await;
    let server =
        Plan::with_slack(&slack).config("[forward]\ngive_up_after = \"1s\"\n").start().await;
    for n in 0..150 {
        assert_eq!(server.twilio(&body("a", &format!("{n}"))).await, 204);
    }
    server.logs("kept as a dead letter").await;
    for _ in 0..200 {
        if stdout(&server.run(&["dead-letters", "--data", "data"]).await)
            .contains("150 dead letters, 150 of them")
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let listed = stdout(&server.run(&["dead-letters", "--data", "data"]).await);
    assert!(listed.contains("150 dead letters, 150 of them not sent again yet"), "{listed}");
    assert!(listed.contains("Slack answered 503"), "{listed}");
    slack.behaves(SlackBehaviour::default());
    let replay = server.run(&["dead-letters", "--replay", "--data", "data"]).await;
    assert!(replay.status.success(), "{replay:?}");
    assert!(
        stdout(&replay).contains("100 of 150 done\n150 of 150 done\n150 sent again"),
        "{}",
        stdout(&replay)
    );
    slack.wait_for(150).await;
    let lines = slack.lines("a");
    assert_eq!(lines.len(), 150);
    assert!(lines.iter().all(|line| line.starts_with("_(late, from 20")));
    let again = server.run(&["dead-letters", "--replay", "--data", "data"]).await;
    assert!(stdout(&again).contains("0 sent again"), "{}", stdout(&again));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_line_that_slack_never_takes_does_not_hold_up_the_others() {
    let slack =
        Slack::start(SlackBehaviour { poison: Some("poison"), ..SlackBehaviour::default() }).await;
    let server = Plan::with_slack(&slack).start().await;
    let texts: Vec<String> =
        (0..20).map(|n| if n == 7 { "poison".to_owned() } else { format!("{n}") }).collect();
    let events: Vec<_> = texts.iter().map(|text| line("a", text)).collect();
    assert_eq!(server.twilio(json!(events).to_string().as_bytes()).await, 204);
    slack.wait_for(19).await;
    let others: Vec<String> = texts.into_iter().filter(|text| text != "poison").collect();
    assert_eq!(slack.lines("a"), others);
    let listed = stdout(&server.run(&["dead-letters", "--data", "data"]).await);
    assert!(listed.contains("a: poison") && listed.contains("invalid_blocks"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_that_is_gone_leaves_dead_letters_and_the_other_goes_on() {
    let slack = Slack::start(SlackBehaviour::default()).await;
    let gone = Slack::start(SlackBehaviour {
        always: Some((404, "no_service")),
        ..SlackBehaviour::default()
    })
    .await;
    let plan = Plan::with_slack(&slack)
        .unset("SLACK_WEBHOOK_B")
        .set("SLACK_WEBHOOK_B", &gone.webhook("b"));
    let server = plan.start().await;
    for (channel, text) in [("b", "lost"), ("a", "fine")] {
        assert_eq!(server.twilio(&body(channel, text)).await, 204);
    }
    slack.wait_for(1).await;
    server.logs("no_service").await;
    let listed = stdout(&server.run(&["dead-letters", "--data", "data"]).await);
    assert!(
        listed.contains("Slack answered 404 no_service") && listed.contains("b: lost"),
        "{listed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bot_token_posts_to_the_channel_id() {
    let slack = Slack::start(SlackBehaviour::default()).await;
    let plan = Plan::new()
        .set("SLACK_WEBHOOK_A", "C0123456789")
        .set("SLACK_BOT_TOKEN", "xoxb-not-a-token");
    let server = plan.set("SLACK_API_BASE_URL", &format!("{}/api", slack.address)).start().await;
    assert_eq!(server.twilio(&body("a", "by the bot")).await, 204);
    slack.wait_for(1).await;
    assert_eq!(slack.lines("C0123456789"), ["by the bot"]);
    let (path, authorization) = slack.record(|record| record.heads[0].clone());
    assert_eq!(path, "/api/chat.postMessage");
    assert_eq!(authorization.as_deref(), Some("Bearer xoxb-not-a-token"));
    assert!(!server.log().contains("xoxb"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn end_comes_within_ten_seconds_and_loses_nothing() {
    let slack =
        Slack::start(SlackBehaviour { always: Some((503, "")), ..SlackBehaviour::default() }).await;
    let plan = Plan::with_slack(&slack);
    let server = plan.start().await;
    for n in 0..10 {
        assert_eq!(server.twilio(&body("a", &format!("{n}"))).await, 204);
    }
    server.logs("a post did not go through").await;
    let took = server.end().await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    slack.behaves(SlackBehaviour::default());
    let _server = plan.start().await;
    slack.wait_for(10).await;
    assert_eq!(slack.lines("a"), (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tokens_are_accepted_side_by_side() {
    let plan = Plan::new()
        .unset("TWILIO_AUTH_TOKEN")
        .set("TWILIO_AUTH_TOKEN", &format!("{TOKEN},the next one"));
    let server = plan.start().await;
    for token in [TOKEN, "the next one"] {
        assert_eq!(server.signed_for(crate::harness::BASE, token, &body("a", token)).await, 204);
    }
    assert_eq!(server.signed_for(crate::harness::BASE, "another", &body("a", "no")).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_that_wants_it_later_at_once_is_not_hammered() {
    let mood = SlackBehaviour {
        always: Some((429, "rate_limited")),
        retry_after: Some(0),
        ..SlackBehaviour::default()
    };
    let slack = Slack::start(mood).await;
    let server = Plan::with_slack(&slack).start().await;
    assert_eq!(server.twilio(&body("a", "patience")).await, 204);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let tries = slack.record(|record| record.heads.len());
    assert!((1..=5).contains(&tries), "{tries} posts in three seconds");
    slack.behaves(SlackBehaviour::default());
    slack.wait_for(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_wish_of_slack_silences_no_channel() {
    let mood = SlackBehaviour {
        always: Some((429, "")),
        retry_after: Some(u64::MAX),
        ..SlackBehaviour::default()
    };
    let slack = Slack::start(mood).await;
    let server =
        Plan::with_slack(&slack).config("[forward]\ngive_up_after = \"2s\"\n").start().await;
    assert_eq!(server.twilio(&body("a", "one")).await, 204);
    server.logs("kept as a dead letter").await;
    slack.behaves(SlackBehaviour::default());
    assert_eq!(server.twilio(&body("a", "two")).await, 204);
    slack.wait_for(1).await;
    assert_eq!(slack.lines("a"), ["two"]);
}
