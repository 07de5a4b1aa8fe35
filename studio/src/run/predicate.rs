//! The predicates of `split-based-on`. (twilio.com/docs/studio/widget-library/split-based-on.)
//!
//! Case is ignored, and white space around either side.

use jiff::civil::{Date, Time};

use super::budget::Budget;

/// The reason why a predicate does not hold, unless it is simply false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unheld {
    /// The predicate is none of Studio's.
    UnknownPredicate,
    /// The pattern is none, or takes too long. Studio says nothing of it.
    Pattern(&'static str),
}

/// Whether a predicate holds for an input and a value.
pub(super) fn holds(
    kind: &str,
    input: &str,
    value: &str,
    budget: &mut Budget,
) -> Result<bool, Unheld> {
    let (input, value) = (input.trim(), value.trim());
    if kind == "regex" {
        return budget.matches(value, input).map_err(Unheld::Pattern);
    }
    let (input, value) = (&*input.to_lowercase(), &*value.to_lowercase());
    Ok(match kind {
        "equal_to" => input == value,
        "not_equal_to" => input != value,
        "matches_any_of" => is_any_of(input, value),
        "does_not_match_any_of" => !is_any_of(input, value),
        "contains" => input.contains(value),
        "does_not_contain" => !input.contains(value),
        "starts_with" => input.starts_with(value),
        "does_not_start_with" => !input.starts_with(value),
        "is_blank" => input.is_empty(),
        "is_not_blank" => !input.is_empty(),
        "less_than" => both(input, value, number).is_some_and(|(input, value)| input < value),
        "greater_than" => both(input, value, number).is_some_and(|(input, value)| input > value),
        "is_before_date" => both(input, value, date).is_some_and(|(input, value)| input < value),
        "is_after_date" => both(input, value, date).is_some_and(|(input, value)| input > value),
        "is_before_time" => both(input, value, time).is_some_and(|(input, value)| input < value),
        "is_after_time" => both(input, value, time).is_some_and(|(input, value)| input > value),
        _ => return Err(Unheld::UnknownPredicate),
    })
}

/// Whether a text is one of a list with commas.
fn is_any_of(input: &str, list: &str) -> bool {
    list.split(',').map(str::trim).any(|part| !part.is_empty() && part == input)
}

fn both<T>(input: &str, value: &str, read: impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
    Some((read(input)?, read(value)?))
}

fn number(text: &str) -> Option<f64> {
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e'));
    text.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

/// `YYYY-MM-DD`
fn date(text: &str) -> Option<Date> {
    Some(text).filter(|text| has_form(text, "0000-00-00"))?.parse().ok()
}

/// `HH:MM`, of 24 hours.
fn time(text: &str) -> Option<Time> {
    Some(text).filter(|text| has_form(text, "00:00"))?.parse().ok()
}

/// Whether a text has digits where a form has zeros, and else the same characters.
fn has_form(text: &str, form: &str) -> bool {
    let is_alike = |(c, of): (u8, u8)| if of == b'0' { c.is_ascii_digit() } else { c == of };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(is_alike)
}
