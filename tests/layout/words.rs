//! The words of the glossary: those that it replaces occur nowhere.

use std::fs;
use std::process::Command;

use super::{ROOT, root};

/// Words that the glossary replaces, and where a term of somebody else is the same word.
const WORDS: &[(&str, &[&str])] = &[
    ("house", &[]),
    ("houses", &[]),
    ("room", &["events/", "shared/src/domain/schedule/"]),
    ("rooms", &["events/"]),
    ("pretend", &[]),
    ("dusk", &[]),
    ("mischief", &[]),
    ("crew", &[]),
    ("town", &["shared/src/domain/alarm/region.rs"]),
    ("dice", &[]),
    ("kit", &["sandbox/src/slack", "shared/src/slack/post.rs"]),
    ("hunt", &[]),
    ("hunts", &[]),
    ("holder", &[]),
    ("holders", &["LICENSE"]),
    ("mended", &[]),
    ("auditor", &[]),
    ("fares", &[]),
    ("story", &[]),
    ("stories", &[]),
];

/// The uses of a word in a text, as lines: the word alone, in whatever case. What reads records of a former version says
/// so as an alias.
fn uses<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let is_use = |line: &&str| {
        let lower = line.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|one| one == word) && !line.contains("alias = \"")
    };
    text.lines().filter(is_use).collect()
}

#[test]
fn word_is_found_alone_and_in_any_case() {
    assert_eq!(uses("a Story.\nstory_of\nhistory\nits-story", "story"), ["a Story.", "its-story"]);
    assert!(uses("#[serde(alias = \"hunt\")]", "hunt").is_empty());
}

#[test]
fn replaced_words_of_the_glossary_occur_nowhere() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(ROOT).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let own = [
        "CHANGELOG.md",
        "docs/glossary.md",
        "tests/layout/words.rs",
        "shared/src/domain/escalation/tests/former.rs",
        // What the former version left behind, in its own words.
        "tests/former/data.sql",
        "tests/former/template.yaml",
    ];
    let mut found = Vec::new();
    let files = listed.split('\0').filter(|path| !own.contains(path) && root(path).is_file());
    for path in files {
        // A picture has no words.
        let Ok(text) = fs::read_to_string(root(path)) else { continue };
        for (word, elsewhere) in WORDS {
            if !elsewhere.iter().any(|start| path.starts_with(start)) {
                found.extend(
                    uses(&text, word).iter().map(|line| format!("{path}: {word}: {line:.120}")),
                );
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
