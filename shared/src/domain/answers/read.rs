//! Reads what a text asks for.

use super::letters::Letters;

/// The longest text that may be an answer, in bytes. Whatever is longer is prose.
const MAX_ANSWER_BYTES: usize = 64;

/// The choice of an answer: the keys of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// `1`: take it.
    Take,
    /// `2`: pass it on.
    PassOn,
    /// `3`: resolve it.
    Resolve,
}

impl Choice {
    /// Its digit.
    pub fn digit(self) -> char {
        match self {
            Choice::Take => '1',
            Choice::PassOn => '2',
            Choice::Resolve => '3',
        }
    }

    fn of(digit: u8) -> Option<Choice> {
        match digit {
            b'1' => Some(Choice::Take),
            b'2' => Some(Choice::PassOn),
            b'3' => Some(Choice::Resolve),
            _ => None,
        }
    }
}

/// An answer to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The choice that it asks for.
    pub choice: Choice,
    /// Which incident it names.
    pub letters: Option<Letters>,
}

impl Answer {
    /// Reads a text: a digit of 1 to 3, and two letters before or behind it or none. Blanks, punctuation and small letters
    /// are as good; `None` for whatever has anything else in it, other scripts' digits too.
    pub fn read(text: &str) -> Option<Answer> {
        let text = text.trim();
        let is_mark = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
        if text.len() > MAX_ANSWER_BYTES {
            return None;
        }
        let said: String = text.chars().filter(|c| !is_mark(*c)).collect();
        let said = said.to_ascii_uppercase();
        let (digit, letters) = match *said.as_bytes() {
            [digit] => (digit, None),
            [digit, first, second] if digit.is_ascii_digit() => (digit, Some([first, second])),
            [first, second, digit] => (digit, Some([first, second])),
            _ => return None,
        };
        let letters = match letters {
            Some(letters) => Some(Letters::of(letters)?),
            None => None,
        };
        Some(Answer { choice: Choice::of(digit)?, letters })
    }
}

/// A word that Twilio itself answers. (twilio.com/docs/messaging/tutorials/opt-out: the default keywords.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// No more texts.
    Stop,
    /// Texts again.
    Start,
    /// A request for help: what this number is.
    Help,
}

impl Keyword {
    /// Reads the text and, where Twilio gives it, its own word for it (`OptOutType`), which counts before the text.
    pub fn read(text: &str, opt_out_type: Option<&str>) -> Option<Keyword> {
        let of_twilio = opt_out_type.and_then(|word| Keyword::of(word.trim()));
        of_twilio.or_else(|| Keyword::of(text.trim()))
    }

    fn of(word: &str) -> Option<Keyword> {
        const STOP: [&str; 8] =
            ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"];
        const START: [&str; 3] = ["START", "YES", "UNSTOP"];
        const HELP: [&str; 2] = ["HELP", "INFO"];
        let is_of = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        match () {
            () if is_of(&STOP) => Some(Keyword::Stop),
            () if is_of(&START) => Some(Keyword::Start),
            () if is_of(&HELP) => Some(Keyword::Help),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_as(text: &str) -> Option<String> {
        let Answer { choice, letters } = Answer::read(text)?;
        let letters = letters.map(|letters| letters.to_string()).unwrap_or_default();
        Some(format!("{}{letters}", choice.digit()))
    }

    #[test]
    fn answer_is_read_however_it_is_typed() {
        for (text, read) in [
            ("1", Some("1")),
            (" 2\n", Some("2")),
            ("1.", Some("1")),
            ("1 KM", Some("1KM")),
            ("1km", Some("1KM")),
            ("1 - KM", Some("1KM")),
            ("km 3", Some("3KM")),
            ("\"3 K M\"", Some("3KM")),
            ("1\u{a0}KM", Some("1KM")),
            ("1 OL", Some("1OL")),
        ] {
            assert_eq!(read_as(text).as_deref(), read, "{text}");
        }
        for text in [
            "",
            " ",
            "0",
            "4",
            "11",
            "1 2",
            "123",
            "1 K",
            "1 KMX",
            "1 KM please",
            "12 KM",
            "KM",
            "1 K1",
            "take it",
            "１",
            "١",
            "1 ＫＭ",
            "1 ÄB",
            "K1M",
            "1 KM 1",
        ] {
            assert_eq!(read_as(text), None, "{text}");
        }
        assert_eq!(read_as(&format!("1{}KM", " ".repeat(MAX_ANSWER_BYTES))), None);
    }

    #[test]
    fn words_of_twilio_are_known_and_its_own_reading_counts_first() {
        for (text, twilio, read) in [
            ("stop", None, Some(Keyword::Stop)),
            (" Unsubscribe ", None, Some(Keyword::Stop)),
            ("START", None, Some(Keyword::Start)),
            ("yes", None, Some(Keyword::Start)),
            ("Info", None, Some(Keyword::Help)),
            ("basta", Some("STOP"), Some(Keyword::Stop)),
            ("stop", Some("START"), Some(Keyword::Start)),
            ("stop", Some(""), Some(Keyword::Stop)),
            ("stop it", None, None),
            ("1", None, None),
        ] {
            assert_eq!(Keyword::read(text, twilio), read, "{text} {twilio:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic_and_every_answer_is_read_back(text in "\\PC{0,80}", marks in "[ .,:;-]{0,8}") {
            let _ = (Answer::read(&text), Keyword::read(&text, Some(&text)));
            for typed in ["1KM", "2", "3XY"] {
                let (digit, letters) = typed.split_at(1);
                prop_assert_eq!(read_as(&format!("{marks}{digit}{marks}{letters}{marks}")), Some(typed.to_owned()));
            }
        }

        #[test]
        fn whatever_is_read_has_a_digit_and_no_more_than_two_letters(text in "[0-9A-Za-z ٣-]{0,6}") {
            if let Some(read) = read_as(&text) {
                let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
                prop_assert_eq!(bare.len(), read.len());
                prop_assert!(text.contains(['1', '2', '3']));
            }
        }
    }
}
