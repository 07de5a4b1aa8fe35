//! Comparisons, in which a number may have arrived as text.

use std::cmp::Ordering;

use minijinja::value::{Rest, ValueKind};
use minijinja::{Error, ErrorKind, Value};

/// Compares: the value, then an operator and the next value, as often as it is chained.
pub(super) const COMPARED: &str = "(compared)";

/// The longest text that is read as a number, in bytes: no longer one is exact.
const MAX_NUMBER: usize = 15;

/// Whether each value compares with the next one as the operator between them says.
///
/// # Errors
/// It looks for something in what holds nothing.
pub(super) fn compared(given: Rest<Value>) -> Result<bool, Error> {
    for step in given.windows(3).step_by(2) {
        if let [left, operator, right] = step
            && !holds(left, operator.as_str().unwrap_or_default(), right)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(left: &Value, operator: &str, right: &Value) -> Result<bool, Error> {
    Ok(match operator {
        "==" => are_equal(left, right),
        "!=" => !are_equal(left, right),
        "<" => order(left, right) == Some(Ordering::Less),
        "<=" => matches!(order(left, right), Some(Ordering::Less | Ordering::Equal)),
        ">" => order(left, right) == Some(Ordering::Greater),
        ">=" => matches!(order(left, right), Some(Ordering::Greater | Ordering::Equal)),
        "not in" => !is_in(left, right)?,
        _ => is_in(left, right)?,
    })
}

/// Two texts are equal only letter by letter: `"1.0"` is not `"1"`.
fn are_equal(left: &Value, right: &Value) -> bool {
    left == right
        || match (left.kind(), right.kind()) {
            (ValueKind::Number, ValueKind::String) => number(right).is_some_and(|it| it == *left),
            (ValueKind::String, ValueKind::Number) => number(left).is_some_and(|it| it == *right),
            _ => false,
        }
}

/// Numbers by their size, whether they arrived as text or not. A text that is no number is neither more nor less than one.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    use ValueKind::{Number, String};
    match (left.kind(), right.kind()) {
        (Number, String) => Some(left.cmp(&number(right)?)),
        (String, Number) => Some(number(left)?.cmp(right)),
        (String, String) => Some(match (number(left), number(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => left.cmp(right),
        }),
        _ => left.partial_cmp(right),
    }
}

/// As minijinja looks for it, but for numbers that arrived as text.
fn is_in(value: &Value, container: &Value) -> Result<bool, Error> {
    match container.kind() {
        ValueKind::Undefined | ValueKind::Plain => Ok(false),
        ValueKind::String => {
            let text = container.as_str().unwrap_or_default();
            Ok(match value.as_str() {
                Some(part) => text.contains(part),
                None => text.contains(&value.to_string()),
            })
        }
        ValueKind::Map => Ok(container.get_item(value).is_ok_and(|item| !item.is_undefined())),
        ValueKind::Seq | ValueKind::Iterable => {
            Ok(container.try_iter()?.any(|item| are_equal(value, &item)))
        }
        _ => Err(Error::new(
            ErrorKind::InvalidOperation,
            "cannot perform a containment check on this value",
        )),
    }
}

/// The number that a text is, written as JSON writes one, without an exponent: `"007"` and `"+1"` are codes.
fn number(text: &Value) -> Option<Value> {
    let text = text.as_str()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    let is_code = whole.len() > 1 && whole.starts_with('0');
    if text.len() > MAX_NUMBER || is_code || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => text.parse::<f64>().ok().map(Value::from),
    }
}
