//! A regular expression as globs: the nearest ones that match all that it matches.

use super::signs::is_count;
use super::{BEGIN, END, MAX_DEPTH, MAX_GLOBS, braces};

/// The most times that a character is written for `{…}`: beyond that it becomes `*`.
const MAX_TIMES: usize = 20;

/// How what came before is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    /// Once or not at all: `?`.
    Optional,
    /// Exactly so often: `{3}`.
    Times(usize),
    /// In another number.
    Any,
}

/// A regular expression while it is read. What has no glob of its own becomes the nearest wider one.
pub(super) struct Regex {
    left: std::iter::Peekable<std::vec::IntoIter<char>>,
}

impl Regex {
    pub(super) fn new(text: &str) -> Regex {
        Regex { left: text.chars().collect::<Vec<_>>().into_iter().peekable() }
    }

    fn takes(&mut self, c: char) -> bool {
        self.left.next_if_eq(&c).is_some()
    }

    /// `a|b|…`, up to a closing parenthesis or the end.
    pub(super) fn alternatives(&mut self, depth: usize) -> Vec<String> {
        let mut all = self.sequence(depth);
        while self.takes('|') {
            all.extend(self.sequence(depth));
        }
        all.truncate(MAX_GLOBS);
        all
    }

    fn sequence(&mut self, depth: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        while let Some(c) = self.left.next_if(|c| *c != '|' && (*c != ')' || depth == 0)) {
            let next = self.atom(c, depth);
            let joined =
                all.iter().flat_map(|begin| next.iter().map(move |end| format!("{begin}{end}")));
            all = joined.take(MAX_GLOBS).collect();
        }
        // Spaces around `|` belong to whoever reads it.
        all.iter().map(|one| one.trim().to_owned()).collect()
    }

    fn atom(&mut self, c: char, depth: usize) -> Vec<String> {
        match c {
            '^' => vec![BEGIN.to_string()],
            '$' => vec![END.to_string()],
            '.' => {
                vec![match self.quantifier() {
                    None => ".".to_owned(),
                    Some(Repeat::Times(times)) => "?".repeat(times),
                    Some(_) => "*".to_owned(),
                }]
            }
            '\\' => match self.left.next() {
                Some('d' | 'D' | 'w' | 'W' | 's' | 'S') => self.any_character(),
                Some('b' | 'B' | 'A' | 'z' | 'Z') | None => vec![String::new()],
                Some(c) => self.literal(c),
            },
            '[' => {
                // `[[:digit:]]` has a bracket of its own inside.
                let has_name = self.takes('[');
                for _ in 0..=u8::from(has_name) {
                    while self.left.next_if(|c| *c != ']').is_some() {}
                    self.takes(']');
                }
                self.any_character()
            }
            '(' if depth < MAX_DEPTH => self.group(depth),
            '{' => {
                let inner: String =
                    std::iter::from_fn(|| self.left.next_if(|c| *c != '}')).collect();
                self.takes('}');
                braces(&format!("{{{inner}}}"), depth)
            }
            c => self.literal(c),
        }
    }

    fn group(&mut self, depth: usize) -> Vec<String> {
        if self.takes('?') {
            // `(?:…)`, `(?i)`, `(?P<name>…)`.
            while self.left.next_if(|c| c.is_alphabetic() || "<>-_".contains(*c)).is_some() {}
            self.takes(':');
        }
        let mut inner = self.alternatives(depth + 1);
        self.takes(')');
        match self.quantifier() {
            None => {}
            Some(Repeat::Optional) => inner.push(String::new()),
            Some(Repeat::Times(_) | Repeat::Any) => inner = vec!["*".to_owned()],
        }
        inner
    }

    fn any_character(&mut self) -> Vec<String> {
        vec![match self.quantifier() {
            None => "?".to_owned(),
            Some(Repeat::Times(times)) => "?".repeat(times),
            Some(_) => "*".to_owned(),
        }]
    }

    fn literal(&mut self, c: char) -> Vec<String> {
        if self.takes('+') {
            return vec![format!("{c}*")];
        }
        // `{1,3}` behind a character may be a shell's.
        let is_counted =
            self.left.peek() == Some(&'{') && is_count(&self.left.clone().collect::<Vec<_>>(), 0);
        match is_counted.then(|| self.quantifier()).flatten() {
            None => vec![c.to_string()],
            Some(Repeat::Times(times)) => vec![c.to_string().repeat(times)],
            Some(_) => vec![format!("{c}*")],
        }
    }

    /// How what came before is repeated: `*`, `+`, `?` or `{…}`, lazily or not.
    fn quantifier(&mut self) -> Option<Repeat> {
        let repeat = match self.left.next_if(|c| "*+?{".contains(*c))? {
            '{' => {
                let inner: String =
                    std::iter::from_fn(|| self.left.next_if(|c| *c != '}')).collect();
                self.takes('}');
                match inner.parse() {
                    Ok(times) if times <= MAX_TIMES => Repeat::Times(times),
                    _ => Repeat::Any,
                }
            }
            '?' => Repeat::Optional,
            _ => Repeat::Any,
        };
        self.left.next_if(|c| "?+".contains(*c));
        Some(repeat)
    }
}
