//! The work that a run may do by itself: a Flow is somebody's program.

use std::collections::HashMap;

use fancy_regex::{Regex, RegexBuilder};

/// The most work of one run, in units of [`MAX_WORK`](crate::liquid::MAX_WORK): a few seconds of a processor. Ours: Studio
/// has limits for each text and for the steps, and theirs multiply.
pub const MAX_RUN_WORK: u64 = 500_000_000;

/// How many steps back a pattern may take before it is given up.
const BACKTRACK_LIMIT: usize = 100_000;
/// The most bytes that a compiled pattern may take.
const PATTERN_SIZE_LIMIT: usize = 1 << 20;
/// The most patterns that are kept compiled.
const MAX_PATTERNS: usize = 16;

/// The most work of compiling a pattern, …
const COMPILE_WORK: u64 = 5_000_000;
/// … and of matching one.
const MATCH_WORK: u64 = 250_000;
/// The work of parsing a template, for each of its bytes.
const PARSE_WORK: u64 = 16;

/// The work that is left, and the patterns that need no compiling again.
#[derive(Default)]
pub(super) struct Budget {
    left: u64,
    patterns: HashMap<String, Option<Regex>>,
}

impl Budget {
    pub(super) fn new(left: u64) -> Budget {
        Budget { left, patterns: HashMap::new() }
    }

    /// The work that is left.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    pub(super) fn spend(&mut self, work: u64) {
        self.left = self.left.saturating_sub(work);
    }

    /// Counts the parsing of a template.
    pub(super) fn spend_parsing(&mut self, template: &str) {
        let bytes = u64::try_from(template.len()).unwrap_or(u64::MAX);
        self.spend(bytes.saturating_mul(PARSE_WORK));
    }

    /// Whether a pattern matches the whole text, whatever the case. The error says why there is no telling.
    pub(super) fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, &'static str> {
        if !self.patterns.contains_key(pattern) {
            self.spend(COMPILE_WORK);
            if self.patterns.len() >= MAX_PATTERNS {
                self.patterns.clear();
            }
            self.patterns.insert(pattern.to_owned(), compile(pattern));
        }
        self.spend(MATCH_WORK);
        let Some(Some(pattern)) = self.patterns.get(pattern) else {
            return Err("the pattern cannot be compiled, so it never matches");
        };
        pattern.is_match(text).map_err(|_| "the pattern takes too long, so it does not match")
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z"))
        .case_insensitive(true)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(PATTERN_SIZE_LIMIT)
        .delegate_dfa_size_limit(PATTERN_SIZE_LIMIT)
        .build()
        .ok()
}
