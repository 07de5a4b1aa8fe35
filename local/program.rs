//! The name under which this program was started, for hints that can be copied.

use std::ffi::OsStr;

use shared::config::Environment;
use shared::domain::text::shell_word;

/// The variable that `cargo run` sets for what it runs, and its value for this program.
const CARGO: (&str, &str) = ("CARGO_PKG_NAME", env!("CARGO_PKG_NAME"));

/// The words that start this program again: `cargo run` where that is how it was started, else its path or name.
pub fn start() -> String {
    let is_cargo = Environment::read().get(CARGO.0) == Some(CARGO.1);
    name(std::env::args_os().next().as_deref(), is_cargo)
}

/// The words in front of a command and its options.
pub fn prefix() -> String {
    before_arguments(&start())
}

fn name(first: Option<&OsStr>, is_cargo: bool) -> String {
    match first.and_then(OsStr::to_str).filter(|first| !first.is_empty()) {
        _ if is_cargo => "cargo run".to_owned(),
        Some(first) => shell_word(first),
        None => "ringdown".to_owned(),
    }
}

fn before_arguments(start: &str) -> String {
    match start {
        "cargo run" => "cargo run --".to_owned(),
        start => start.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_what_was_typed() {
        for (first, is_cargo, expected) in [
            (Some("ringdown"), false, "ringdown"),
            (Some("./target/debug/ringdown"), false, "./target/debug/ringdown"),
            (Some("/home/a b/it's"), false, r"'/home/a b/it'\''s'"),
            (Some("target/debug/ringdown"), true, "cargo run"),
            (Some(""), false, "ringdown"),
            (None, false, "ringdown"),
        ] {
            assert_eq!(name(first.map(OsStr::new), is_cargo), expected);
        }
        assert_eq!(before_arguments("cargo run"), "cargo run --");
        assert_eq!(before_arguments("ringdown"), "ringdown");
    }
}
