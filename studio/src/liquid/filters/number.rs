//! Filters of numbers. A text that is a number counts as one (`'5' | plus: 1` is 6), anything else as 0; whole numbers
//! stay whole.

use serde_json::{Number, Value};

use super::input::FilterInput;
use crate::liquid::value;

type Applied = Result<Value, String>;

const TOO_LARGE: &str = "the result is too large a number";

fn number(value: &Value) -> Number {
    value::number(value).unwrap_or_else(|| 0.into())
}

fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or_default()
}

fn from_float(float: f64) -> Applied {
    Number::from_f64(float).map(Value::Number).ok_or_else(|| TOO_LARGE.into())
}

/// The whole number nearest to a float.
fn from_whole(float: f64) -> Applied {
    // The ends of the range are not exact as floats.
    const LIMIT: f64 = 9.0e18;
    if float.abs() < LIMIT { Ok(Value::from(float as i64)) } else { from_float(float) }
}

/// Calculates with whole numbers while they fit, else with floats.
fn calculate(
    input: &FilterInput<'_, '_>,
    whole: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Applied {
    let (left, right) = (number(input.value), number(input.argument(0)));
    let whole = left.as_i64().zip(right.as_i64()).and_then(|(left, right)| whole(left, right));
    match whole {
        Some(whole) => Ok(whole.into()),
        None => from_float(floats(float(&left), float(&right))),
    }
}

pub(super) fn plus(input: &FilterInput<'_, '_>) -> Applied {
    calculate(input, i64::checked_add, |left, right| left + right)
}

pub(super) fn minus(input: &FilterInput<'_, '_>) -> Applied {
    calculate(input, i64::checked_sub, |left, right| left - right)
}

pub(super) fn times(input: &FilterInput<'_, '_>) -> Applied {
    calculate(input, i64::checked_mul, |left, right| left * right)
}

/// Whole numbers give a whole number, decimals cut off.
pub(super) fn divided_by(input: &FilterInput<'_, '_>) -> Applied {
    check_divisor(input)?;
    calculate(input, i64::checked_div, |left, right| left / right)
}

pub(super) fn modulo(input: &FilterInput<'_, '_>) -> Applied {
    check_divisor(input)?;
    calculate(input, i64::checked_rem, |left, right| left % right)
}

fn check_divisor(input: &FilterInput<'_, '_>) -> Result<(), String> {
    if float(&number(input.argument(0))) == 0.0 { Err("a division by zero".into()) } else { Ok(()) }
}

pub(super) fn abs(input: &FilterInput<'_, '_>) -> Applied {
    let number = number(input.value);
    match number.as_i64().and_then(i64::checked_abs) {
        Some(whole) => Ok(whole.into()),
        None => from_float(float(&number).abs()),
    }
}

pub(super) fn ceil(input: &FilterInput<'_, '_>) -> Applied {
    rounded(input, f64::ceil)
}

pub(super) fn floor(input: &FilterInput<'_, '_>) -> Applied {
    rounded(input, f64::floor)
}

fn rounded(input: &FilterInput<'_, '_>, round: fn(f64) -> f64) -> Applied {
    let number = number(input.value);
    if number.is_i64() { Ok(Value::Number(number)) } else { from_whole(round(float(&number))) }
}

/// Rounds to a whole number, or to as many decimals as said.
pub(super) fn round(input: &FilterInput<'_, '_>) -> Applied {
    const MAX_DECIMALS: i64 = 15;
    match input.whole_or(0, 0).clamp(0, MAX_DECIMALS) {
        0 => rounded(input, f64::round),
        decimals => {
            let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or_default());
            from_float((float(&number(input.value)) * scale).round() / scale)
        }
    }
}

pub(super) fn at_least(input: &FilterInput<'_, '_>) -> Applied {
    let (left, right) = (number(input.value), number(input.argument(0)));
    Ok(Value::Number(if float(&left) < float(&right) { right } else { left }))
}

pub(super) fn at_most(input: &FilterInput<'_, '_>) -> Applied {
    let (left, right) = (number(input.value), number(input.argument(0)));
    Ok(Value::Number(if float(&left) > float(&right) { right } else { left }))
}
