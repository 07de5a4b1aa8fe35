//! How long something is as JSON, and texts that are cut to it. Stores count bytes, and JSON makes six of some.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The end of a text that was cut.
pub const CUT: &str = "…";

/// The length of a value as JSON, in bytes.
pub fn json_bytes(value: &impl Serialize) -> usize {
    let mut count = Count(0);
    // Our own types always serialise: they have string keys only.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// Cuts a text that is longer than `most` bytes within a string of JSON; then it ends in [`CUT`], which always stays.
/// Cut again to the same length it stays as it is. Gives whether it was cut.
pub fn cut_json(text: &mut String, most: usize) -> bool {
    // No character is longer than six bytes.
    if text.len() * 6 <= most || bytes(text) <= most {
        return false;
    }
    let (mut space, mut end) = (most.saturating_sub(CUT.len()), 0);
    for (at, c) in text.char_indices() {
        let more = char_bytes(c);
        if more > space {
            break;
        }
        space -= more;
        end = at + c.len_utf8();
    }
    if text[end..] == *CUT {
        return false;
    }
    text.truncate(end);
    text.push_str(CUT);
    true
}

/// The mark of a text that was cut: its whole length, and a hash of the whole, so that two texts which only differ behind
/// the cut stay two.
pub fn cut_mark(whole: &str) -> String {
    let hash = crate::hex(&Sha256::digest(whole)[..8]);
    format!(" (cut: {} bytes in all, SHA-256 {hash}{CUT})", whole.len())
}

/// A text of `most` bytes and what [`cut_mark`] says of the rest; a shorter one stays as it is.
pub fn cut_marked(mut text: String, most: usize) -> String {
    if text.len() > most {
        let mark = cut_mark(&text);
        text.truncate(text.floor_char_boundary(most));
        text.extend([" ", CUT, &mark]);
    }
    text
}

fn bytes(text: &str) -> usize {
    text.chars().map(char_bytes).sum()
}

/// How many bytes a character is within a string of JSON, as `serde_json` writes it.
fn char_bytes(c: char) -> usize {
    match c {
        '"' | '\\' | '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => 2,
        '\0'..'\u{20}' => 6,
        c => c.len_utf8(),
    }
}

/// Counts what is written.
struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, written: &[u8]) -> std::io::Result<usize> {
        self.0 += written.len();
        Ok(written.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cut_text_ends_in_an_ellipsis_between_two_characters() {
        for (text, most, cut) in [
            ("alpha", 5, "alpha"),
            ("alpha bravo", 8, "alpha…"),
            ("grün", 5, "grün"),
            ("grün", 4, "g…"),
            ("\u{1}\u{1}\u{1}", 17, "\u{1}\u{1}…"),
            ("\"quoted\"", 9, "\"quot…"),
            ("anything", 0, "…"),
            ("", 0, ""),
            ("…", 0, "…"),
        ] {
            let mut text = text.to_owned();
            cut_json(&mut text, most);
            assert_eq!(text, cut);
        }
    }

    #[test]
    fn text_that_is_cut_says_of_what() {
        assert_eq!(cut_marked("gr\u{fc}n".to_owned(), 5), "gr\u{fc}n");
        let mark = "(cut: 5 bytes in all, SHA-256 fe263064ba02eaea…)";
        assert_eq!(cut_marked("gr\u{fc}n".to_owned(), 3), format!("gr … {mark}"));
        let cut = |last: char| cut_marked(format!("{}{last}", "x".repeat(50)), 10);
        assert_ne!(cut('a'), cut('b'));
    }

    proptest! {
        #[test]
        fn cut_text_fits_and_stays_when_cut_again(text in r#"[\x00-\x20"\\a-cä€🔥\PC]{0,80}"#, most in 0_usize..200) {
            let long = json_bytes(&text) - 2;
            prop_assert_eq!(bytes(&text), long);
            let mut cut = text.clone();
            let was_cut = cut_json(&mut cut, most);
            prop_assert!(json_bytes(&cut) - 2 <= most.max(CUT.len()));
            prop_assert_eq!(was_cut, cut != text);
            prop_assert!(!was_cut || (cut.ends_with(CUT) && long > most));
            let mut again = cut.clone();
            prop_assert!(!cut_json(&mut again, most));
            prop_assert_eq!(again, cut);
        }
    }
}
