//! The words of an expression.

use std::ops::Range;

use serde_json::{Number, Value};

use super::error::{LiquidError, quoted};

/// A word, and the byte at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'s> {
    pub(super) at: usize,
    pub(super) kind: TokenKind<'s>,
}

/// The kinds of words.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'s> {
    Name(&'s str),
    /// A number or a text.
    Literal(Value),
    Symbol(&'static str),
}

/// The symbols, longer ones before those that they begin with.
const SYMBOLS: [&str; 18] = [
    "..", "==", "!=", "<>", "<=", ">=", ".", "[", "]", "(", ")", "|", ":", ",", "=", "<", ">", "?",
];

/// All words in a range of a template.
pub(super) fn tokens(source: &str, range: Range<usize>) -> Result<Vec<Token<'_>>, LiquidError> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut at = range.start;
    loop {
        let rest = &source[at..range.end];
        at = range.end - rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len();
        let rest = &source[at..range.end];
        let Some(first) = rest.chars().next() else { return Ok(found) };
        let is_part = found.last().is_some_and(|token| token.kind == TokenKind::Symbol("."));
        let fail = |message: String| LiquidError::new(source, at, message);
        let (kind, length) = match first {
            '"' | '\'' => {
                let text = rest[1..].split_once(first).map(|(text, _)| text);
                let text = text.ok_or_else(|| fail("a quotation mark is not closed".into()))?;
                (TokenKind::Literal(text.into()), text.len() + 2)
            }
            'a'..='z' | 'A'..='Z' | '_' => name(rest),
            '0'..='9' if is_part => name(rest),
            '0'..='9' => number(rest).map_err(fail)?,
            '-' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                number(rest).map_err(fail)?
            }
            _ => {
                let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
                let symbol = symbol.ok_or_else(|| fail(unknown(first)))?;
                (TokenKind::Symbol(symbol), symbol.len())
            }
        };
        found.push(Token { at, kind });
        at += length;
    }
}

fn name(rest: &str) -> (TokenKind<'_>, usize) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    (TokenKind::Name(&rest[..length]), length)
}

/// A whole number or a decimal one; `1..3` are two numbers.
fn number(rest: &str) -> Result<(TokenKind<'_>, usize), String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(rest.starts_with('-'));
    let mut length = sign + digits(&rest[sign..]);
    let mut value = rest[..length].parse::<i64>().ok().map(Number::from);
    let decimals = rest[length..].strip_prefix('.').map_or(0, digits);
    if decimals > 0 {
        length += 1 + decimals;
        value = None;
    }
    if rest[length..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err("a name must begin with a letter".into());
    }
    let value = value.or_else(|| Number::from_f64(rest[..length].parse().ok()?));
    let value = value.ok_or("a number is too large")?;
    Ok((TokenKind::Literal(Value::Number(value)), length))
}

/// The reason why a character is no word.
fn unknown(character: char) -> String {
    match character {
        '+' => "Liquid has no operator `+`: use `| plus:`".into(),
        '*' => "Liquid has no operator `*`: use `| times:`".into(),
        '/' => "Liquid has no operator `/`: use `| divided_by:`".into(),
        '-' => "Liquid has no operator `-`: use `| minus:`".into(),
        '%' => "Liquid has no operator `%`: use `| modulo:`".into(),
        '&' => "Liquid has no operator `&`: use `and`".into(),
        '!' => "Liquid has no operator `!`: use `unless` or `!=`".into(),
        '{' | '}' => {
            "a brace inside of braces: the pair before is not closed, or there is one too many"
                .into()
        }
        '“' | '”' | '„' | '‘' | '’' => "a typographic quotation mark: use \" or '".into(),
        '\u{a0}' => "a no-break space: only plain spaces may stand in an expression".into(),
        other if other.is_ascii() => format!("{} is not expected here", quoted(&other.to_string())),
        _ => "a character that is not ASCII: names have letters a to z, digits, `_` and `-` alone"
            .into(),
    }
}
