//! The words of the glossary: those that it replaces occur nowhere.

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use super::{ROOT, root};

/// A word that the glossary replaces, and where a term of somebody else is the same word.
type Replaced = (&'static str, &'static [&'static str]);

const REPLACED_WORDS: &[Replaced] = &[
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

/// The words of the list that a text uses, each with its line: a word alone, in whatever case. What reads records of a
/// former version says so as an alias.
fn uses(text: &str) -> Vec<(&'static Replaced, &str)> {
    let lines = text.lines().filter(|line| !line.contains("alias = \""));
    let uses_of_line = |line| {
        let lower = str::to_lowercase(line);
        let words: HashSet<&str> =
            lower.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let used: Vec<_> = REPLACED_WORDS.iter().filter(|(word, _)| words.contains(word)).collect();
        used.into_iter().map(move |replaced| (replaced, line))
    };
    lines.flat_map(uses_of_line).collect()
}

#[test]
fn word_is_found_alone_and_in_any_case() {
    let found = |text: &'static str| uses(text).into_iter().map(|((word, _), line)| (*word, line));
    let text = "a Story.\nstory_of\nhistory\nits-story";
    assert!(found(text).eq([("story", "a Story."), ("story", "its-story")]));
    assert!(found("a hunt for dice").eq(["dice", "hunt"].map(|word| (word, "a hunt for dice"))));
    assert!(uses("#[serde(alias = \"hunt\")]").is_empty());
}

#[test]
fn replaced_words_of_the_glossary_occur_nowhere() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(ROOT).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let own = [
        "CHANGELOG.md",
        "docs/glossary.md",
        "tests/layout/glossary.rs",
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
        for ((word, elsewhere), line) in uses(&text) {
            if !elsewhere.iter().any(|start| path.starts_with(start)) {
                found.push(format!("{path}: {word}: {line:.120}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
