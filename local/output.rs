//! Text for a terminal: foreign text moves no cursor there, and turns no letters around.

use std::fmt::Write;
use std::io::IsTerminal;

use serde::Serialize;
use shared::config::Environment;
use studio::play::is_hidden;

/// A text on one line, each hidden character written as `\u{…}`.
pub fn printable(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same of a text that may have several lines.
pub fn printable_lines(text: &str) -> String {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match is_hidden(c) && !stays(c) {
            true => printable.extend(c.escape_unicode()),
            false => printable.push(c),
        }
    }
    printable
}

/// A text for standard output: printable, and in a terminal with colours.
pub fn for_stdout(text: &str) -> String {
    shown(text, std::io::stdout().is_terminal())
}

/// A text for standard error: the same.
pub fn for_stderr(text: &str) -> String {
    shown(text, std::io::stderr().is_terminal())
}

fn shown(text: &str, is_terminal: bool) -> String {
    let text = printable_lines(text);
    let has_colours = is_terminal && {
        let environment = Environment::read();
        environment.get("NO_COLOR").is_none() && environment.get("TERM") != Some("dumb")
    };
    if has_colours { coloured(&text) } else { text }
}

/// The words that are coloured where a line begins with them: bold red, and yellow.
const COLOURS: [(&str, &str); 4] = [
    ("PROBLEM:", "\u{1b}[1;31m"),
    ("WARNING:", "\u{1b}[1;31m"),
    ("FAILED", "\u{1b}[1;31m"),
    ("warning:", "\u{1b}[33m"),
];

fn coloured(text: &str) -> String {
    let line = |line: &str| {
        let word = line.trim_start();
        let indent = &line[..line.len() - word.len()];
        match COLOURS.iter().find(|(start, _)| word.starts_with(start)) {
            Some((start, colour)) => {
                format!("{indent}{colour}{start}\u{1b}[0m{}", &word[start.len()..])
            }
            None => line.to_owned(),
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A value as JSON in lines; each hidden character is escaped as JSON does it, so that what is read is the same.
pub fn json(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(printable, "\\u{unit:04x}");
            }
        } else {
            printable.push(c);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(printable("a\u{1b}[2Jb\r\nc"), r"a\u{1b}[2Jb\u{d}\u{a}c");
        assert_eq!(printable("\u{202e}txt.exe\u{9b}"), r"\u{202e}txt.exe\u{9b}");
        assert_eq!(printable_lines("a\tb\nc\u{7}"), "a\tb\nc\\u{7}");
        assert_eq!(printable("Grüße, 東京 👍"), "Grüße, 東京 👍");
    }

    #[test]
    fn colours_are_those_of_the_first_word() {
        let text = "fine\n  warning: a\nPROBLEM: b\nno warning: c";
        let expected =
            "fine\n  \u{1b}[33mwarning:\u{1b}[0m a\n\u{1b}[1;31mPROBLEM:\u{1b}[0m b\nno warning: c";
        assert_eq!(coloured(text), expected);
    }

    proptest! {
        #[test]
        fn json_without_hidden_characters_says_the_same(text in any::<String>()) {
            let json = json(&text);
            prop_assert!(!json.chars().any(is_hidden), "{json:?}");
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text.clone());
            prop_assert!(!printable(&text).chars().any(is_hidden));
        }
    }
}
