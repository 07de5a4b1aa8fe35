use super::fit::MAX_LETTER_BYTES;
use super::*;
use crate::domain::routes::Line;
use crate::storage::{Key, check_size, writes};
use crate::testing::{MemoryQueue, MemoryStore};

fn now() -> Timestamp {
    Timestamp::from_second(1_900_000_000).expect("a time")
}

fn line(number: usize, text: &str) -> Line {
    Line {
        event_type: "t".to_owned(),
        event_id: number.to_string(),
        route: "r".to_owned(),
        text: text.to_owned(),
        failed: false,
        asks: false,
    }
}

fn check(letters: &[DeadLetter]) {
    for letter in letters {
        let puts = puts(std::slice::from_ref(letter), now());
        assert_eq!(puts.len(), PUTS_PER_LETTER);
        assert!(puts.iter().all(|put| put.body.len() <= MAX_LETTER_BYTES));
        assert!(check_size(&writes(puts)).is_ok());
    }
}

#[test]
fn letter_of_any_text_can_be_stored() {
    for body in ["short".to_owned(), "\u{1}".repeat(1_000_000), "\"é🔥".repeat(300_000)] {
        let letter = DeadLetter::escalate(&"\u{2}".repeat(100_000), body.clone(), now());
        let letters = letter.fitted();
        check(&letters);
        assert_eq!(letters.len(), 1);
        let kept = &letters[0].body;
        match body.len() {
            ..1000 => assert_eq!(*kept, body),
            bytes => {
                assert!(kept.contains(&format!("… (cut: {bytes} bytes in all, SHA-256 ")), "{kept}")
            }
        }
    }
}

#[test]
fn letters_that_differ_behind_the_cut_are_two() {
    let letter = |last: &str| DeadLetter::escalate("why", "x".repeat(1_000_000) + last, now());
    let letters = [letter("a"), letter("b"), letter("a")];
    assert_eq!(puts(&letters, now()).len(), 2 * PUTS_PER_LETTER);
}

#[test]
fn letter_that_fits_stays_as_it_is() {
    let letter = DeadLetter::forward("refused", "x".repeat(200_000), now(), now());
    assert_eq!(letter.fitted(), [letter]);
}

#[test]
fn lines_of_a_large_letter_are_shared_out_and_none_is_lost() {
    let lines: Vec<Line> = (0..300).map(|n| line(n, &"\"".repeat(2_900))).collect();
    let body = Task::Lines(Lines::new("default".to_owned(), now(), lines.clone())).to_body();
    let letters = DeadLetter::forward("refused", body, now(), now()).fitted();
    check(&letters);
    let again = letters.iter().filter_map(DeadLetter::lines).flat_map(|lines| lines.lines);
    assert_eq!(again.collect::<Vec<_>>(), lines);
    assert!(letters.len() > 1);
}

#[test]
fn line_that_is_too_long_by_itself_can_still_be_sent_again() {
    let lines = vec![line(1, &"\u{1}".repeat(200_000))];
    let body = Task::Lines(Lines::new("default".to_owned(), now(), lines)).to_body();
    let letters = DeadLetter::forward("refused", body, now(), now()).fitted();
    check(&letters);
    let lines = letters[0].lines().expect("lines");
    assert!(lines.lines[0].text.ends_with('…') && lines.lines[0].event_id == "1");
}

#[test]
fn transaction_of_letters_holds_as_many_as_a_store_takes() {
    let puts = |count: usize, bytes: usize| -> Vec<Put> {
        let letter =
            |n: usize| DeadLetter::escalate("why", format!("{n} {}", "x".repeat(bytes)), now());
        super::puts(&(0..count).map(letter).collect::<Vec<_>>(), now())
    };
    for (puts, most) in [(puts(5, 10), 10), (puts(250, 10), 100), (puts(20, 300_000), 27)] {
        assert_eq!(many_at_once(&puts), most);
        assert!(check_size(&writes(puts[..most].to_vec())).is_ok());
    }
}

/// A letter as the former version kept it: one record, with its body.
fn keep_former(store: &MemoryStore, body: &str) -> String {
    let letter = DeadLetter::escalate("why", body.to_owned(), now());
    let DeadLetter { job, reason, at, given_up_at, .. } = &letter;
    let record = serde_json::json!({
        "job": job, "reason": reason, "body": body, "at": at, "given_up_at": given_up_at, "replayed_at": null,
    });
    store.keep(Key::new(PARTITION, letter.id()), &record);
    letter.id()
}

#[tokio::test]
async fn letters_are_counted_without_their_bodies() {
    let store = MemoryStore::default();
    let letters: Vec<DeadLetter> = (0..1_000)
        .map(|n| DeadLetter::escalate("why", format!("{n} {}", "x".repeat(48_000)), now()))
        .collect();
    keep(&store, &letters, now()).await.expect("a write");
    store.take_calls();
    assert_eq!(measured(&store, now()).await.expect("a count"), 1_000);
    let calls = store.take_calls();
    assert!(calls.loads == 0 && calls.pages <= 12, "{calls:?}");
    let read: usize = store.records(PARTITION).iter().map(|record| record.body.len()).sum();
    assert!(read < 250_000, "{read}");
}

#[tokio::test]
async fn letter_of_the_former_version_is_counted_read_and_dismissed() {
    let store = MemoryStore::default();
    let body = "x".repeat(48_000);
    let id = keep_former(&store, &body);
    assert_eq!(measured(&store, now()).await.expect("a count"), 1);
    let kept = one(&store, &id, now()).await.expect("it").expect("a letter");
    assert_eq!((kept.letter.body.len(), kept.waits()), (48_000, true));
    assert!(dismiss(&store, &id, "at the command line", now()).await.expect("a write"));
    let row = &store.records(PARTITION)[0].body;
    assert!(row.len() < 300, "its body has a place of its own by now: {row}");
    let kept = one(&store, &id, now()).await.expect("it").expect("a letter");
    assert_eq!((&kept.letter.body, kept.waits()), (&body, false));
    assert_eq!(kept.letter.dismissed.expect("a mark").by, "at the command line");
}

#[tokio::test]
async fn dismissed_letter_is_not_among_all_that_are_replayed_and_can_be_alone() {
    let (store, queue) = (MemoryStore::default(), MemoryQueue::default());
    let letters = ["a", "b"].map(|body| DeadLetter::escalate("why", body.to_owned(), now()));
    keep(&store, &letters, now()).await.expect("a write");
    let id = letters[0].id();
    dismiss(&store, &id, "on the page", now()).await.expect("a write");
    assert_eq!(measured(&store, now()).await.expect("a count"), 1);
    let tasks = |_: &DeadLetter| Ok(Vec::new());
    let sent = replay_page(&store, &queue, &tasks, None, None, now()).await.expect("a replay");
    assert_eq!(sent.replayed, 1);
    let kept = one(&store, &id, now()).await.expect("it").expect("a letter");
    assert!(kept.letter.replayed_at.is_none());
    replay(&store, &queue, &tasks, &kept, now()).await.expect("a queue").expect("a replay");
    let kept = one(&store, &id, now()).await.expect("it").expect("a letter");
    assert_eq!((kept.letter.replayed_at, kept.letter.dismissed), (Some(now()), None));
    assert_eq!(queue.take().len(), 2);
}

#[tokio::test]
async fn group_is_replayed_and_dismissed_without_the_others() {
    let (store, queue) = (MemoryStore::default(), MemoryQueue::default());
    let letters = [("a", "1"), ("a", "2"), ("b", "3")]
        .map(|(reason, body)| DeadLetter::escalate(reason, body.to_owned(), now()));
    keep(&store, &letters, now()).await.expect("a write");
    let (listed, _) = listed(&store, 10, now()).await.expect("letters");
    let group = |reason: &str| {
        let of = listed.iter().find(|letter| letter.summary.reason == reason);
        of.expect("a letter").summary.group()
    };
    let tasks = |_: &DeadLetter| Ok(Vec::new());
    let sent = replay_page(&store, &queue, &tasks, Some(&group("a")), None, now()).await;
    assert_eq!(sent.expect("a replay").replayed, 2);
    let dismissed = dismiss_page(&store, Some(&group("b")), "on the page", None, now()).await;
    assert_eq!(dismissed.expect("a write").0, 1);
    assert_eq!(measured(&store, now()).await.expect("a count"), 0);
}

#[tokio::test]
async fn outcome_of_a_replay_stays_whoever_writes_first() {
    let store = MemoryStore::default();
    let letter = DeadLetter::escalate("why", "a".to_owned(), now());
    let later = now() + SignedDuration::from_secs(60);
    let outcome = |delivered| Outcome { replayed_at: later, delivered };
    for (first, then, expected) in [(true, true, true), (true, false, false), (false, true, false)]
    {
        keep(&store, std::slice::from_ref(&letter), now()).await.expect("a write");
        store.conflict(1);
        replay_ended(&store, &letter.id(), outcome(first), later).await.expect("a write");
        mark::replayed(&store, &letter.id(), later).await.expect("a write");
        replay_ended(&store, &letter.id(), outcome(then), later).await.expect("a write");
        let kept = one(&store, &letter.id(), later).await.expect("it").expect("a letter");
        assert_eq!(kept.letter.outcome, Some(outcome(expected)));
        assert_eq!(kept.letter.replayed_at, Some(later));
        let former = Outcome { replayed_at: now(), delivered: !expected };
        replay_ended(&store, &letter.id(), former, later).await.expect("a write");
        let kept = one(&store, &letter.id(), later).await.expect("it").expect("a letter");
        assert_eq!(kept.letter.outcome, Some(outcome(expected)), "that replay is long over");
    }
}
