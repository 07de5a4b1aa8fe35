//! Parses loops: `for`, `tablerow`, `cycle`.

use super::BlockParser;
use crate::liquid::error::LiquidError;
use crate::liquid::expression::TokenReader;
use crate::liquid::syntax::{Loop, NodeKind, Operand, TableLayout};

impl BlockParser<'_> {
    /// `for item in list` and `tablerow`, with their settings and the block behind.
    pub(super) fn for_each(
        &mut self,
        tag: &str,
        at: usize,
        mut words: TokenReader<'_>,
    ) -> Result<NodeKind, LiquidError> {
        let variable = words.name("the loop needs a name: `for item in list`")?.to_owned();
        if !words.keyword("in") {
            return Err(words.error("the loop needs `in` behind its name: `for item in list`"));
        }
        let list = words.operand()?;
        let mut found = Loop {
            variable,
            list,
            reversed: false,
            limit: None,
            offset: None,
            table: (tag == "tablerow").then_some(TableLayout { columns: None }),
            body: Vec::new(),
            otherwise: Vec::new(),
        };
        loop {
            let setting = words.at();
            words.symbol(",");
            if words.keyword("reversed") {
                found.reversed = true;
            } else if words.keyword("limit") {
                found.limit = Some(argument(&mut words)?);
            } else if words.keyword("offset") {
                found.offset = Some(argument(&mut words)?);
            } else if words.keyword("cols") {
                let Some(table) = &mut found.table else {
                    return Err(self.error(setting, "`cols` is for `tablerow` alone"));
                };
                table.columns = Some(argument(&mut words)?);
            } else {
                words.end()?;
                break;
            }
        }
        let (end, ends) = match tag {
            "for" => ("endfor", ["else", "endfor"]),
            _ => ("endtablerow", ["endtablerow"; 2]),
        };
        let (body, separator) = self.part(tag, at, &ends)?;
        found.body = body;
        let words = TokenReader::new(self.source, separator.rest)?;
        if separator.name == "else" {
            found.otherwise = self.last_part(tag, at, end, words)?;
        } else {
            words.end()?;
        }
        Ok(NodeKind::For(Box::new(found)))
    }
}

/// A setting of a loop, behind its name: `: value`.
fn argument(words: &mut TokenReader<'_>) -> Result<Operand, LiquidError> {
    if words.symbol(":") { words.operand() } else { Err(words.error("a `:` is missing")) }
}

/// `cycle a, b`, `cycle group: a, b`.
pub(super) fn cycle(mut words: TokenReader<'_>) -> Result<NodeKind, LiquidError> {
    let mut group = None;
    let mut values = vec![words.operand()?];
    if words.symbol(":") {
        group = values.pop();
        values.push(words.operand()?);
    }
    while words.symbol(",") {
        values.push(words.operand()?);
    }
    words.end()?;
    // Cycles of the same values are one.
    let key = format!("{values:?}");
    Ok(NodeKind::Cycle { group, key, values })
}
