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
    // RFC 5545 has a ROOM beside people.
    (
        "room",
        &[
            "events/",
            "shared/src/domain/schedule/calendar/attendee.rs",
            "shared/src/domain/schedule/tests/",
        ],
    ),
    ("rooms", &["events/"]),
    // Tables of a former version.
    ("pretend", &["local/database/", "sandbox/src/storage.rs"]),
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
    // A counter's name in a former version.
    (
        "mended",
        &[
            "functions/dashboard/src/pages/counters.rs",
            "shared/src/domain/metrics/series.rs",
            "shared/src/storage/counters.rs",
        ],
    ),
    ("auditor", &[]),
    ("fares", &[]),
    ("story", &[]),
    ("stories", &[]),
];

/// The words of the list that a text uses, each with its line: a word alone or in a name, in whatever case. A record of a
/// former version is read by an alias.
fn uses(text: &str) -> Vec<(&'static Replaced, &str)> {
    let lines = text.lines().filter(|line| !line.contains("alias = \""));
    let uses_of_line = |line| {
        let lower = str::to_lowercase(line);
        let words: HashSet<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let used: Vec<_> = REPLACED_WORDS.iter().filter(|(word, _)| words.contains(word)).collect();
        used.into_iter().map(move |replaced| (replaced, line))
    };
    lines.flat_map(uses_of_line).collect()
}

#[test]
fn word_is_found_alone_and_in_a_name_in_any_case() {
    let found = |text: &'static str| uses(text).into_iter().map(|((word, _), line)| (*word, line));
    let text = "a Story.\nstory_of\nhistory\nits-story";
    let lines = ["a Story.", "story_of", "its-story"];
    assert!(found(text).eq(lines.map(|line| ("story", line))));
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
