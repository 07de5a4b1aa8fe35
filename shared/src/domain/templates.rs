//! Templates that end, and that stay small, whatever they are and whatever they are given.
//!
//! minijinja counts a template's steps, but a step can double a text. So every operation that makes something, and every
//! one whose work grows with what it is given, goes through a filter of ours that counts its bytes.

mod bounded;
mod compared;
mod filters;
mod json_text;
mod weight;

use std::collections::BTreeMap;

use minijinja::machinery::{CodeGenerator, Instructions, eval, make_string_output};
use minijinja::machinery::{parse, parse_expr};
use minijinja::value::{Object, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, Value};

pub(crate) use json_text::JsonText;
pub use weight::MAX_WORK_BYTES;
use weight::{charge, weight};

/// How a language of templates writes a value.
pub type Write = fn(&Value, String) -> String;

/// An environment whose templates may do so many of minijinja's steps, and in which `write` says what a value looks like
/// in the text, given the value and what it prints.
pub fn environment(fuel: u64, write: Write) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(fuel));
    environment.set_formatter(move |out, state, value| print(out, state, value, write));
    // They would show, or carry on, what no step accounts for.
    for name in ["namespace", "debug"] {
        environment.remove_global(name);
    }
    filters::add(&mut environment);
    environment
}

/// Renders a template.
///
/// # Errors
/// It cannot be read, fails on this context, or makes too much of it.
pub fn render<'env>(
    environment: &'env Environment<'env>,
    source: &'env str,
    context: Value,
    escape: AutoEscape,
) -> Result<String, Error> {
    let template = bounded::statement(&parse(source, "template", Default::default())?)?;
    let mut code = CodeGenerator::new("template", source);
    code.compile_stmt(&template);
    let (instructions, blocks) = code.finish();
    run(environment, &instructions, &blocks, context, escape).map(|(text, _)| text)
}

/// Evaluates an expression.
///
/// # Errors
/// The same.
pub fn evaluate<'env>(
    environment: &'env Environment<'env>,
    source: &'env str,
    context: Value,
) -> Result<Value, Error> {
    let expression = bounded::expression(&parse_expr(source)?)?;
    let mut code = CodeGenerator::new("expression", source);
    code.compile_expr(&expression);
    let (instructions, blocks) = code.finish();
    let (_, value) = run(environment, &instructions, &blocks, context, AutoEscape::None)?;
    value.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "it gives nothing"))
}

/// Whether a template can be read, and has nothing that no template may have.
///
/// # Errors
/// In which line (from 1), and what is wrong.
pub fn check(source: &str) -> Result<(), (usize, String)> {
    let template =
        parse(source, "template", Default::default()).map_err(|error| line_and_text(&error))?;
    bounded::statement(&template)
        .map(|_| ())
        .map_err(|refused| (refused.line, refused.what.to_owned()))
}

/// The same for an expression.
///
/// # Errors
/// The same.
pub fn check_expression(source: &str) -> Result<(), (usize, String)> {
    let expression = parse_expr(source).map_err(|error| line_and_text(&error))?;
    bounded::expression(&expression)
        .map(|_| ())
        .map_err(|refused| (refused.line, refused.what.to_owned()))
}

/// In which line an error is, and what it says.
pub fn line_and_text(error: &Error) -> (usize, String) {
    (
        error.line().unwrap_or(1),
        error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    )
}

/// Whether a template failed since it makes, or looks through, more than it may.
pub fn is_too_much(error: &Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.downcast_ref::<weight::TooMuch>().is_some() {
            return true;
        }
        cause = one.source();
    }
    false
}

fn run<'env>(
    environment: &'env Environment<'env>,
    instructions: &Instructions<'env>,
    blocks: &BTreeMap<&'env str, Instructions<'env>>,
    context: Value,
    escape: AutoEscape,
) -> Result<(String, Option<Value>), Error> {
    let mut text = String::new();
    let mut out = make_string_output(&mut text);
    let value = eval(environment, instructions, context, blocks, &mut out, escape)?.0;
    drop(out);
    Ok((text, value))
}

/// What stands in a template as it is.
#[derive(Debug)]
struct Literal(String);

impl Object for Literal {}

fn print(
    out: &mut Output,
    state: &mut State<'_, '_>,
    value: &Value,
    write: Write,
) -> Result<(), Error> {
    if let Some(Literal(text)) = value.downcast_object_ref() {
        charge(state, text.len())?;
        return out.write_str(text).map_err(Error::from);
    }
    charge(state, weight(value))?;
    let text = write(value, printed(value));
    charge(state, text.len())?;
    out.write_str(&text).map_err(Error::from)
}

/// A value as text: a list or an object as JSON, but JSON that arrived as text as it came.
fn printed(value: &Value) -> String {
    let is_json = matches!(value.kind(), ValueKind::Seq | ValueKind::Map)
        && value.downcast_object_ref::<JsonText>().is_none();
    let json = is_json.then(|| json_text::spaced(value)).flatten();
    json.unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests;
