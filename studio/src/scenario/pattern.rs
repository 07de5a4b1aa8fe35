//! Texts that a regular expression matches as a whole.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The most characters of such a text.
const MAX_CHARACTERS: usize = 100;
/// The characters of a class that are taken if it has them; else its first.
const USUAL_CHARACTERS: &str = "14A a-";

/// A text with the fewest repetitions, and one with one more of each; none for a pattern that only Java knows.
pub(super) fn pattern_samples(pattern: &str) -> Vec<String> {
    let Ok(hir) = regex_syntax::Parser::new().parse(pattern) else { return lengths(pattern) };
    let mut samples = Vec::new();
    for more in [0, 1] {
        let mut sample = String::new();
        if write(&hir, more, &mut sample).is_some() && !samples.contains(&sample) {
            samples.push(sample);
        }
    }
    samples
}

/// Writes a text that an expression matches; none if there is no short one. The parser limits the depth.
fn write(hir: &Hir, more: u32, sample: &mut String) -> Option<()> {
    if sample.chars().count() > MAX_CHARACTERS {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => sample.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => sample.push(character(class)?),
        HirKind::Capture(capture) => write(&capture.sub, more, sample)?,
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repetition.min.saturating_add(more).min(most) {
                write(&repetition.sub, more, sample)?;
            }
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, more, sample))?,
        HirKind::Alternation(branches) => {
            let branch = branches.get(more as usize % branches.len().max(1))?;
            write(branch, more, sample)?;
        }
    }
    Some(())
}

fn character(class: &Class) -> Option<char> {
    let has = |character: &char| match class {
        Class::Unicode(class) => {
            class.iter().any(|range| (range.start()..=range.end()).contains(character))
        }
        Class::Bytes(class) => class.iter().any(|range| {
            let byte = u8::try_from(*character);
            byte.is_ok_and(|byte| (range.start()..=range.end()).contains(&byte))
        }),
    };
    let first = || match class {
        Class::Unicode(class) => class.iter().next().map(|range| range.start()),
        Class::Bytes(class) => class.iter().next().map(|range| char::from(range.start())),
    };
    USUAL_CHARACTERS.chars().find(has).or_else(first)
}

/// Digits of the lengths that a pattern names: `[0-9]{8}`.
fn lengths(pattern: &str) -> Vec<String> {
    let lengths = pattern.split('{').skip(1).filter_map(|rest| {
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        number.parse().ok().filter(|length: &usize| (1..=20).contains(length))
    });
    let digits = |length: usize| "1234567890".chars().cycle().take(length).collect();
    lengths.map(digits).collect()
}
