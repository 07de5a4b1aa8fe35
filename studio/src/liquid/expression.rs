//! Parses the inside of outputs and tags: values, filters, conditions.

use std::ops::Range;

use serde_json::Value;

use super::error::{LiquidError, quoted};
use super::filters;
use super::meter::MAX_DEPTH;
use super::syntax::{Comparison, FilterCall, Joint, LookupPath, Operand, PathPart, Pipeline, Test};
use super::token::{Token, TokenKind, tokens};
use super::value::{Nothing, Operator};

/// The words of one output or tag, read from the front.
pub(super) struct TokenReader<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    next: usize,
    end: usize,
    depth: usize,
}

impl<'s> TokenReader<'s> {
    /// The words in a range of a template.
    pub(super) fn new(
        source: &'s str,
        range: Range<usize>,
    ) -> Result<TokenReader<'s>, LiquidError> {
        let end = range.end;
        Ok(TokenReader { source, tokens: tokens(source, range)?, next: 0, end, depth: 0 })
    }

    /// An error at the next word.
    pub(super) fn error(&self, message: impl Into<String>) -> LiquidError {
        LiquidError::new(self.source, self.at(), message)
    }

    /// The byte at which the next word begins.
    pub(super) fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.at)
    }

    fn peek(&self) -> Option<&TokenKind<'s>> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    /// Reads a symbol, if it is the next word.
    pub(super) fn symbol(&mut self, symbol: &str) -> bool {
        let is_next = matches!(self.peek(), Some(TokenKind::Symbol(next)) if *next == symbol);
        self.next += usize::from(is_next);
        is_next
    }

    /// Reads this word, if it is the next.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Some(TokenKind::Name(next)) if *next == keyword);
        self.next += usize::from(is_next);
        is_next
    }

    /// Reads a name; the message says what it would be the name of.
    pub(super) fn name(&mut self, missing: &str) -> Result<&'s str, LiquidError> {
        match self.peek() {
            Some(TokenKind::Name(name)) => {
                let name = *name;
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.error(missing)),
        }
    }

    /// Fails unless all words are read.
    pub(super) fn end(&self) -> Result<(), LiquidError> {
        match self.peek() {
            None => Ok(()),
            Some(TokenKind::Symbol("|")) => {
                Err(self.error("a filter cannot stand here: `assign` its result to a name before"))
            }
            Some(TokenKind::Symbol("=")) => Err(self.error("`=` does not compare: use `==`")),
            Some(TokenKind::Symbol(symbol)) => {
                Err(self.error(format!("`{symbol}` is not expected here")))
            }
            Some(TokenKind::Name(name)) => {
                Err(self.error(format!("{} is not expected here", quoted(name))))
            }
            Some(TokenKind::Literal(_)) => Err(self.error("a value is not expected here")),
        }
    }

    /// `value | filter: argument, argument | …` to the end.
    pub(super) fn pipeline(&mut self) -> Result<Pipeline, LiquidError> {
        let operand = self.operand()?;
        let mut calls = Vec::new();
        while self.symbol("|") {
            calls.push(self.call()?);
        }
        self.end()?;
        Ok(Pipeline { operand, calls })
    }

    fn call(&mut self) -> Result<FilterCall, LiquidError> {
        let at = self.at();
        let name = self.name("the name of a filter is missing after `|`")?;
        let fail = |message| LiquidError::new(self.source, at, message);
        let filter = filters::find(name);
        let filter = filter.ok_or_else(|| fail(format!("unknown filter {}", quoted(name))))?;
        let mut arguments = Vec::new();
        if self.symbol(":") {
            arguments.push(self.operand()?);
            while self.symbol(",") {
                arguments.push(self.operand()?);
            }
        }
        if arguments.len() < filter.arguments {
            let message = format!(
                "the filter `{name}` needs {} argument{}, and has {}",
                filter.arguments,
                if filter.arguments == 1 { "" } else { "s" },
                arguments.len()
            );
            return Err(LiquidError::new(self.source, at, message));
        }
        Ok(FilterCall { at, filter, arguments })
    }

    /// One value.
    pub(super) fn operand(&mut self) -> Result<Operand, LiquidError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} brackets in brackets")));
        }
        self.depth += 1;
        let operand = self.operand_inside();
        self.depth -= 1;
        operand
    }

    fn operand_inside(&mut self) -> Result<Operand, LiquidError> {
        let at = self.at();
        match self.peek() {
            Some(TokenKind::Literal(value)) => {
                let value = value.clone();
                self.next += 1;
                Ok(Operand::Literal(value))
            }
            Some(TokenKind::Name(name)) => {
                let name = *name;
                self.next += 1;
                let parts = self.parts()?;
                Ok(match name {
                    _ if !parts.is_empty() => path(at, name, parts),
                    "true" => Operand::Literal(Value::Bool(true)),
                    "false" => Operand::Literal(Value::Bool(false)),
                    "nil" | "null" => Operand::Literal(Value::Null),
                    "empty" => Operand::Nothing(Nothing::Empty),
                    "blank" => Operand::Nothing(Nothing::Blank),
                    _ => path(at, name, parts),
                })
            }
            Some(TokenKind::Symbol("(")) => {
                self.next += 1;
                let from = self.operand()?;
                if !self.symbol("..") {
                    return Err(self.error("parentheses are for ranges alone, as in `(1..3)`"));
                }
                let to = self.operand()?;
                if !self.symbol(")") {
                    return Err(self.error("the range has no `)` that closes it"));
                }
                Ok(Operand::Range(Box::new((from, to))))
            }
            None => Err(self.error("a value is missing")),
            Some(TokenKind::Symbol(symbol)) => {
                Err(self.error(format!("a value is missing before `{symbol}`")))
            }
        }
    }

    /// `.name`, `[index]`, as many as there are.
    fn parts(&mut self) -> Result<Vec<PathPart>, LiquidError> {
        let mut parts = Vec::new();
        loop {
            if self.symbol(".") {
                parts.push(PathPart::Name(self.name("a name is missing after `.`")?.to_owned()));
            } else if self.symbol("[") {
                parts.push(PathPart::Index(self.operand()?));
                if !self.symbol("]") {
                    return Err(self.error("the index has no `]` that closes it"));
                }
            } else {
                self.symbol("?");
                return Ok(parts);
            }
        }
    }

    /// A condition, to the end.
    pub(super) fn test(&mut self, negated: bool) -> Result<Test, LiquidError> {
        let first = self.comparison()?;
        let mut rest = Vec::new();
        loop {
            let joint = if self.keyword("and") {
                Joint::And
            } else if self.keyword("or") {
                Joint::Or
            } else {
                self.end()?;
                return Ok(Test { negated, first, rest });
            };
            rest.push((joint, self.comparison()?));
        }
    }

    fn comparison(&mut self) -> Result<Comparison, LiquidError> {
        let left = self.operand()?;
        let operator = match self.peek() {
            Some(TokenKind::Symbol("==")) => Operator::Equal,
            Some(TokenKind::Symbol("!=" | "<>")) => Operator::NotEqual,
            Some(TokenKind::Symbol("<")) => Operator::Less,
            Some(TokenKind::Symbol("<=")) => Operator::LessOrEqual,
            Some(TokenKind::Symbol(">")) => Operator::Greater,
            Some(TokenKind::Symbol(">=")) => Operator::GreaterOrEqual,
            Some(TokenKind::Name("contains")) => Operator::Contains,
            _ => return Ok(Comparison { left, right: None }),
        };
        self.next += 1;
        Ok(Comparison { left, right: Some((operator, self.operand()?)) })
    }
}

fn path(at: usize, name: &str, parts: Vec<PathPart>) -> Operand {
    Operand::Path(LookupPath { at, name: name.to_owned(), parts })
}
