//! The problems of a configuration, and where they are: file, line, key.

use std::fmt;

/// All that is wrong with a configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the parameter.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// The key, as `routes.to`.
    pub key: String,
    /// The problem, and what was expected.
    pub what: String,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { file, line, key, what } = self;
        let key = if key.is_empty() { String::new() } else { format!(" {key}:") };
        write!(f, "{file}:{line}:{key} {what}")
    }
}

/// The joined text, and where its pieces begin.
pub(super) struct Source {
    pub(super) text: String,
    parts: Vec<Part>,
}

struct Part {
    name: String,
    /// Where it begins.
    start: usize,
    /// How many lines stand before it.
    lines: usize,
}

impl Source {
    pub(super) fn new(parts: &[(String, String)]) -> Source {
        let mut source = Source { text: String::new(), parts: Vec::new() };
        let mut lines = 0;
        for (name, text) in parts {
            let start = source.text.len();
            source.parts.push(Part { name: name.clone(), start, lines });
            source.text.push_str(text);
            if !text.ends_with('\n') {
                source.text.push('\n');
            }
            lines += source.text[start..].matches('\n').count();
        }
        source
    }

    pub(super) fn problem(&self, at: usize, key: &str, what: String) -> Problem {
        let part = self.parts.iter().rev().find(|part| part.start <= at);
        let (start, file) =
            part.map_or((0, "ringdown.toml"), |part| (part.start, part.name.as_str()));
        let line = 1 + self.text.get(start..at).unwrap_or_default().matches('\n').count();
        Problem { file: file.to_owned(), line, key: key.to_owned(), what }
    }

    /// The same for a line of the joined text, from 1, without going through it.
    pub(super) fn problem_in_line(&self, line: usize, key: &str, what: String) -> Problem {
        let part = self.parts.iter().rev().find(|part| part.lines < line);
        let (before, file) =
            part.map_or((0, "ringdown.toml"), |part| (part.lines, part.name.as_str()));
        Problem { file: file.to_owned(), line: line - before, key: key.to_owned(), what }
    }
}
