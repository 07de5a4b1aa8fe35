//! The filters of minijinja, each of which counts what it looks through and what it makes.

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};

use super::compared::{COMPARED, compared};
use super::weight::{charge, too_much, weight};

/// Counts what a step made.
pub(super) const MADE: &str = "(made)";
/// Counts what a step looks through.
pub(super) const SEEN: &str = "(seen)";
/// Counts the keys of what a loop goes through.
pub(super) const EACH: &str = "(each)";
/// Counts what it takes to find an item in it.
pub(super) const SOUGHT: &str = "(sought)";
/// Multiplies.
pub(super) const TIMES: &str = "(times)";

/// The widest column, indentation or row that a filter fills up.
const WIDEST: usize = 1_000;
/// So many bytes of an argument are compared in one step, about.
const ARGUMENT: usize = 32;

macro_rules! add_counted {
    ($environment:ident: $($name:ident)*) => {
        $(
            $environment.add_filter(concat!("(", stringify!($name), ")"), filters::$name);
            $environment.add_filter(stringify!($name), counted(stringify!($name), concat!("(", stringify!($name), ")")));
        )*
    };
}

/// Adds them in the place of minijinja's own. Those that only find a piece of their value, or tell its size, stay.
pub(super) fn add(environment: &mut Environment<'static>) {
    add_counted!(environment:
        lower upper title capitalize replace dictsort items reverse trim join split lines last min max sort list string
        batch slice sum indent select reject selectattr rejectattr map groupby unique chain zip format);
    // It indents what is nested as deep as one likes.
    environment.remove_filter("pprint");
    environment.add_filter(MADE, |state: &mut State<'_, '_>, value: Value| same(state, value));
    environment.add_filter(SEEN, |state: &mut State<'_, '_>, value: Value| same(state, value));
    environment.add_filter(EACH, |state: &mut State<'_, '_>, value: Value| {
        let items = match value.kind() {
            ValueKind::String => value.as_str().map_or(0, str::len),
            _ => value.len().unwrap_or_default(),
        };
        charge(state, items.saturating_mul(16)).map(|()| value)
    });
    environment.add_filter(SOUGHT, |state: &mut State<'_, '_>, value: Value| match value.kind() {
        ValueKind::Seq | ValueKind::Map => Ok(value),
        _ => same(state, value),
    });
    environment.add_filter(TIMES, times);
    environment.add_filter(COMPARED, compared);
    environment.add_test("divisibleby", is_divisible);
}

/// minijinja's own panics where it divides by 0.
fn is_divisible(number: &Value, divisor: &Value) -> Result<bool, Error> {
    match (i128::try_from(number.clone()), i128::try_from(divisor.clone())) {
        (Ok(_), Ok(0)) => Err(Error::new(ErrorKind::InvalidOperation, "nothing is divisible by 0")),
        (Ok(number), Ok(divisor)) => Ok(number.wrapping_rem(divisor) == 0),
        _ => match (f64::try_from(number.clone()), f64::try_from(divisor.clone())) {
            (Ok(number), Ok(divisor)) => Ok(number % divisor == 0.0),
            _ => Ok(false),
        },
    }
}

fn same(state: &mut State<'_, '_>, value: Value) -> Result<Value, Error> {
    charge(state, weight(&value)).map(|()| value)
}

/// A filter that counts what it is given and what it makes. An argument may be compared with each piece of the value.
fn counted(
    name: &'static str,
    original: &'static str,
) -> impl Fn(&mut State<'_, '_>, Rest<ValueOrKwargs>) -> Result<Value, Error> {
    move |state, given| {
        let given = given.into_values();
        if let Some((value, arguments)) = given.split_first() {
            let argument = arguments.iter().map(weight).max().unwrap_or_default();
            charge(state, weight(value).saturating_mul(1 + argument / ARGUMENT))?;
            charge(state, grown(name, value, arguments, argument)?)?;
        }
        let made = state.apply_filter(original, &given)?;
        same(state, made)
    }
}

/// How many bytes such a filter adds to its value, about.
fn grown(name: &str, value: &Value, arguments: &[Value], argument: usize) -> Result<usize, Error> {
    let named = |name: &str| arguments.last().and_then(|last| last.get_attr(name).ok());
    match name {
        "replace" => {
            let (text, from) = (value.to_string(), arguments.first().map(Value::to_string));
            let count = from.map_or(0, |from| text.matches(from.as_str()).count());
            Ok(count.saturating_mul(argument))
        }
        "join" => Ok(value.len().unwrap_or_default().saturating_mul(argument)),
        "indent" => {
            let width = arguments.first().filter(|width| width.is_number()).cloned();
            let width = width.or_else(|| named("width")).and_then(|width| width.as_usize());
            let lines = value.to_string().lines().count() + 1;
            width_is_fine(width).map(|width| lines.saturating_mul(width))
        }
        "batch" | "slice" => width_is_fine(arguments.first().and_then(|count| count.as_usize()))
            .map(|count| count * 16),
        "format" => format_is_fine(&value.to_string()).map(|()| 0),
        "sum" => {
            let start = arguments.get(1).cloned().or_else(|| named("start"));
            let is_fine = start.is_none_or(|start| {
                start.is_number() || start.is_undefined() || start.kind() == ValueKind::Map
            });
            if is_fine { Ok(0) } else { Err(too_much("`sum` sums up numbers only")) }
        }
        _ => Ok(0),
    }
}

fn width_is_fine(width: Option<usize>) -> Result<usize, Error> {
    match width.unwrap_or_default() {
        width if width <= WIDEST => Ok(width),
        _ => Err(too_much("a width, or the length of a row, is 1,000 at most")),
    }
}

/// A width or precision that is part of the format has three digits at most.
fn format_is_fine(format: &str) -> Result<(), Error> {
    let digits = format.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    if digits.unwrap_or_default() <= 3 && !format.contains('*') {
        return Ok(());
    }
    Err(too_much("a width in a format has three digits at most, and no `*`"))
}

/// Multiplies numbers, and repeats a text.
fn times(state: &mut State<'_, '_>, left: Value, right: Value) -> Result<Value, Error> {
    let text = left.as_str().map(|text| (text, &right));
    if let Some((text, count)) = text.or_else(|| right.as_str().map(|text| (text, &left))) {
        let count = count
            .as_usize()
            .ok_or_else(|| too_much("a text is repeated a whole number of times"))?;
        charge(state, text.len().saturating_mul(count))?;
        return Ok(Value::from(text.repeat(count)));
    }
    let is_whole = |value: &Value| value.is_integer() || value.kind() == ValueKind::Bool;
    if is_whole(&left)
        && is_whole(&right)
        && let (Ok(left), Ok(right)) = (i128::try_from(left.clone()), i128::try_from(right.clone()))
    {
        let product = left.checked_mul(right);
        let product = product.ok_or_else(|| too_much("the product is too large"))?;
        return Ok(i64::try_from(product).map_or_else(|_| Value::from(product), Value::from));
    }
    match (f64::try_from(left), f64::try_from(right)) {
        (Ok(left), Ok(right)) => Ok(Value::from(left * right)),
        _ => Err(too_much("only numbers can be multiplied, and a text by one")),
    }
}
