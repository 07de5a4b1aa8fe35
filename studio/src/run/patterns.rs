//! The patterns of splits, compiled, and what they cost. The costs are measured: a unit is about 20 ns of a processor.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use fancy_regex::{CompileError, Error, Regex, RegexBuilder};

/// How many steps back a pattern may take before it is given up.
const BACKTRACK_LIMIT: usize = 100_000;
/// The most work of compilations whose patterns are kept: sixteen of the dearest, or some hundred plain ones.
const MAX_KEPT_WORK: u64 = 16 * LARGE.compile;
/// The work of reading a pattern, for each of its bytes.
const READ_WORK: u64 = 50;
/// The work of a match, whatever its text.
const MATCH_WORK: u64 = 1_000;
/// The work of going back [`BACKTRACK_LIMIT`] steps.
const BACKTRACK_WORK: u64 = 100_000;

/// A size that a compiled pattern may have, and its work.
#[derive(Debug)]
struct Size {
    /// The most bytes of each of its parts.
    bytes: usize,
    /// The work of compiling a part, or of finding out that it is larger.
    compile: u64,
    /// The work of a match, for each byte of its text.
    per_byte: u64,
}

/// The size of most patterns, …
const SMALL: Size = Size { bytes: 1 << 17, compile: 100_000, per_byte: 600 };
/// … and of those that repeat much: `(?:a{100}){100}`.
const LARGE: Size = Size { bytes: 1 << 20, compile: 1_000_000, per_byte: 2_500 };

/// Compiled patterns: runs that share them compile each of them once. A clone is the same patterns.
#[derive(Clone, Debug, Default)]
pub struct Patterns(Arc<Mutex<Compiled>>);

#[derive(Debug, Default)]
struct Compiled {
    by_text: HashMap<String, Arc<Pattern>>,
    /// The work of compiling them.
    work: u64,
}

/// A pattern that was compiled, or cannot be.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Option<Regex>,
    size: &'static Size,
    is_backtracking: bool,
}

impl Patterns {
    /// A pattern that matches a whole text, and the work of compiling it: none if it was kept. Without a pattern, that
    /// is more work than is left.
    pub(super) fn get(&self, pattern: &str, left: u64) -> (Option<Arc<Pattern>>, u64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.by_text.get(pattern) {
            return (Some(found.clone()), 0);
        }
        let (compiled, work) = Pattern::compile(pattern, left);
        let compiled = compiled.map(Arc::new);
        if let Some(compiled) = &compiled {
            if kept.work.saturating_add(work) > MAX_KEPT_WORK {
                *kept = Compiled::default();
            }
            kept.work = kept.work.saturating_add(work);
            kept.by_text.insert(pattern.to_owned(), compiled.clone());
        }
        (compiled, work)
    }
}

impl Pattern {
    fn compile(pattern: &str, left: u64) -> (Option<Pattern>, u64) {
        let parts = parts(pattern);
        let is_backtracking = parts > 1;
        let mut work = length(pattern).saturating_mul(READ_WORK);
        for size in [&SMALL, &LARGE] {
            work = work.saturating_add(size.compile.saturating_mul(parts));
            if work > left {
                break;
            }
            let regex = match compile(pattern, size.bytes) {
                Err(error) if is_too_large(&error) && size.bytes < LARGE.bytes => continue,
                compiled => compiled.ok(),
            };
            return (Some(Pattern { regex, size, is_backtracking }), work);
        }
        (None, work)
    }

    /// The most work of matching a text.
    pub(super) fn match_work(&self, text: &str) -> u64 {
        let bytes = length(text);
        let once = bytes.saturating_mul(self.size.per_byte).saturating_add(MATCH_WORK);
        // A look-ahead at each byte may look at all that follow.
        let again = bytes.saturating_mul(bytes) / 4;
        let back = again.saturating_add(BACKTRACK_WORK);
        once.saturating_add(if self.is_backtracking { back } else { 0 })
    }

    /// Whether it matches the whole text, whatever the case. The error says why there is no telling.
    pub(super) fn matches(&self, text: &str) -> Result<bool, &'static str> {
        let Some(regex) = &self.regex else {
            return Err("the pattern cannot be compiled, so it never matches");
        };
        regex.is_match(text).map_err(|_| "the pattern takes too long, so it does not match")
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// How many parts are compiled at most: what looks around, goes back or is atomic stands between them.
fn parts(pattern: &str) -> u64 {
    let bytes = pattern.as_bytes();
    let divides = |at: &[u8]| match at {
        [b'(', b'?', next, ..] => matches!(next, b'=' | b'!' | b'<' | b'>' | b'('),
        [b'\\', next, ..] => matches!(next, b'1'..=b'9' | b'k' | b'K' | b'g' | b'G' | b'R' | b'X'),
        [b'*' | b'+' | b'?' | b'}', b'+', ..] => true,
        _ => false,
    };
    let dividers = (0..bytes.len()).filter(|at| bytes.get(*at..).is_some_and(divides)).count();
    u64::try_from(dividers).unwrap_or(u64::MAX).saturating_add(1)
}

fn is_too_large(error: &Error) -> bool {
    matches!(error, Error::CompileError(error)
        if matches!(&**error, CompileError::InnerError(error) if error.size_limit().is_some()))
}

fn compile(pattern: &str, bytes: usize) -> Result<Regex, Error> {
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z"))
        .case_insensitive(true)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(bytes)
        .delegate_dfa_size_limit(bytes)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The work of compiling a pattern, and whether it compiles.
    fn compiled(pattern: &str) -> (u64, bool) {
        let (found, work) = Pattern::compile(pattern, u64::MAX);
        (work, found.is_some_and(|found| found.regex.is_some()))
    }

    #[test]
    fn compilation_costs_what_a_pattern_expands_to() {
        for pattern in ["", "yes", "^[0-9]{4}$", r"\d{4,6}", "(", ".*help.*", r"(?:yes|no)\.?"] {
            assert!(compiled(pattern).0 < SMALL.compile + 1_000, "{pattern}");
        }
        assert_eq!(compiled("(?:a{100}){100}"), (SMALL.compile + LARGE.compile + 15 * 50, true));
        assert_eq!(compiled("(?:a{1000}){100}"), (SMALL.compile + LARGE.compile + 16 * 50, false));
        let apart = compiled(&r"\w{4}(?=a)".repeat(100));
        assert!(apart.0 > 100 * SMALL.compile, "{apart:?}");
    }

    #[test]
    fn pattern_that_takes_more_work_than_is_left_is_not_compiled() {
        let patterns = Patterns::default();
        let (found, work) = patterns.get("(?:a{100}){100}", LARGE.compile);
        assert!(found.is_none() && work > LARGE.compile, "{work}");
        assert!(patterns.get("(?:a{100}){100}", u64::MAX).0.is_some());
        assert_eq!(patterns.get("(?:a{100}){100}", 0).1, 0);
    }

    #[test]
    fn kept_patterns_are_few() {
        let patterns = Patterns::default();
        for number in 0..1_000 {
            patterns.get(&format!("x{number}"), u64::MAX);
            let kept = patterns.0.lock().unwrap();
            assert!(kept.work <= MAX_KEPT_WORK && kept.by_text.len() <= 160);
        }
    }

    #[test]
    fn match_costs_what_its_text_and_its_kind_of_pattern_take() {
        let work =
            |pattern, text: &str| Pattern::compile(pattern, u64::MAX).0.unwrap().match_work(text);
        assert!(work("a+", "yes") < 5_000);
        assert!(work("a+", &"a".repeat(1_000)) > 500_000);
        assert!(work("a{10000}", "yes") > work("a+", "yes"));
        for pattern in ["(?=a)a+", r"(a)\1", "a++", r"\Ga"] {
            assert!(work(pattern, "yes") > BACKTRACK_WORK, "{pattern}");
        }
        assert!(work("(?:(?=.*b).)*c", &"a".repeat(16_000)) > 60_000_000);
    }
}
