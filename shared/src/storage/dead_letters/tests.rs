use super::fit::MAX_LETTER_BYTES;
use super::*;
use crate::domain::routes::Line;
use crate::storage::{check_size, writes};

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
        let put = put(letter.key(), letter, Condition::Always, now());
        assert!(put.body.len() <= MAX_LETTER_BYTES && check_size(&[put.into()]).is_ok());
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
    assert_eq!(puts(&letters, now()).len(), 2);
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
        let letters = (0..count).map(letter);
        letters.map(|letter| put(letter.key(), &letter, Condition::Always, now())).collect()
    };
    for (puts, most) in [(puts(5, 10), 5), (puts(250, 10), 100), (puts(20, 300_000), 13)] {
        assert_eq!(many_at_once(&puts), most);
        assert!(check_size(&writes(puts[..most].to_vec())).is_ok());
    }
}
