//! Parses tags and the blocks between them.

mod loops;

use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use super::error::{LiquidError, quoted};
use super::expression::TokenReader;
use super::markup::{Markup, split};
use super::meter::MAX_DEPTH;
use super::syntax::{Jump, NodeKind, Operand, TemplateNode};

/// The nodes of a whole template.
pub(super) fn parse(source: &str) -> Result<Vec<TemplateNode>, LiquidError> {
    let mut parser =
        BlockParser { source, markup: split(source)?.into_iter().peekable(), depth: 0 };
    let nodes = parser.nodes()?;
    match parser.markup.next() {
        Some(Markup::Tag { name, .. }) => {
            Err(parser.error(name.start, format!("`{}` has no tag that opens it", &source[name])))
        }
        _ => Ok(nodes),
    }
}

/// The tags that end a part of a block.
const SEPARATORS: [&str; 10] = [
    "elsif",
    "else",
    "when",
    "endif",
    "endunless",
    "endcase",
    "endfor",
    "endtablerow",
    "endcapture",
    "endifchanged",
];

struct BlockParser<'s> {
    source: &'s str,
    markup: Peekable<IntoIter<Markup>>,
    depth: usize,
}

/// A tag that ends a part of a block.
struct Separator<'s> {
    name: &'s str,
    at: usize,
    rest: Range<usize>,
}

impl<'s> BlockParser<'s> {
    /// The nodes up to a separator, which is left, or the end.
    fn nodes(&mut self) -> Result<Vec<TemplateNode>, LiquidError> {
        let mut nodes = Vec::new();
        while let Some(markup) = self.markup.peek() {
            if matches!(markup, Markup::Tag { name, .. } if SEPARATORS.contains(&&self.source[name.clone()]))
            {
                break;
            }
            let Some(markup) = self.markup.next() else { break };
            nodes.push(match markup {
                Markup::Text(range) => {
                    TemplateNode { at: range.start, kind: NodeKind::Text(range) }
                }
                Markup::Output(range) => {
                    let at = range.start;
                    let pipeline = TokenReader::new(self.source, range)?.pipeline()?;
                    TemplateNode { at, kind: NodeKind::Output(pipeline) }
                }
                Markup::Tag { name, rest } => {
                    let at = name.start;
                    TemplateNode { at, kind: self.tag(name, rest)? }
                }
            });
        }
        Ok(nodes)
    }

    /// The nodes of a block's part, and the separator behind them; fails if it is none of these.
    fn part(
        &mut self,
        block: &str,
        at: usize,
        ends: &[&str],
    ) -> Result<(Vec<TemplateNode>, Separator<'s>), LiquidError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(at, format!("more than {MAX_DEPTH} blocks in blocks")));
        }
        self.depth += 1;
        let nodes = self.nodes();
        self.depth -= 1;
        let nodes = nodes?;
        let Some(Markup::Tag { name, rest }) = self.markup.next() else {
            return Err(self.error(at, format!("`{block}` has no `end{block}`")));
        };
        let separator = Separator { name: &self.source[name.clone()], at: name.start, rest };
        if ends.contains(&separator.name) {
            Ok((nodes, separator))
        } else {
            let message =
                format!("`{}` does not belong to the `{block}` before it", separator.name);
            Err(self.error(separator.at, message))
        }
    }

    fn tag(&mut self, name: Range<usize>, rest: Range<usize>) -> Result<NodeKind, LiquidError> {
        let at = name.start;
        let tag = &self.source[name];
        let mut words = TokenReader::new(self.source, rest)?;
        match tag {
            "assign" => {
                let name = words.name("`assign` needs a name: `assign name = value`")?.to_owned();
                if !words.symbol("=") {
                    return Err(
                        words.error("`assign` needs `=` after a plain name: `assign name = value`")
                    );
                }
                Ok(NodeKind::Assign { name, value: words.pipeline()? })
            }
            "capture" => {
                let name = words.name("`capture` needs a name")?.to_owned();
                words.end()?;
                let (body, _) = self.part(tag, at, &["endcapture"])?;
                Ok(NodeKind::Capture { name, body })
            }
            "if" | "unless" => self.branches(tag, at, words),
            "case" => self.case(at, words),
            "for" | "tablerow" => self.for_each(tag, at, words),
            "cycle" => loops::cycle(words),
            "increment" | "decrement" => {
                let name = words.name("the tag needs a name")?.to_owned();
                words.end()?;
                Ok(NodeKind::Count { name, step: if tag == "increment" { 1 } else { -1 } })
            }
            "ifchanged" => {
                words.end()?;
                Ok(NodeKind::IfChanged(self.part(tag, at, &["endifchanged"])?.0))
            }
            "break" | "continue" => {
                words.end()?;
                Ok(NodeKind::Jump(if tag == "break" { Jump::Break } else { Jump::Continue }))
            }
            "include" => Err(self.error(at, "`include` has no files here that it could include")),
            "" => Err(self.error(at, "a tag without a name")),
            "endraw" | "endcomment" => {
                Err(self.error(at, format!("`{tag}` has no tag that opens it")))
            }
            _ => Err(self.error(at, format!("unknown tag {}", quoted(tag)))),
        }
    }

    fn branches(
        &mut self,
        tag: &str,
        at: usize,
        mut words: TokenReader<'_>,
    ) -> Result<NodeKind, LiquidError> {
        let end = if tag == "if" { "endif" } else { "endunless" };
        let mut branches = Vec::new();
        let mut test = words.test(tag == "unless")?;
        loop {
            let (body, separator) = self.part(tag, at, &["elsif", "else", end])?;
            branches.push((test, body));
            let mut words = TokenReader::new(self.source, separator.rest)?;
            match separator.name {
                "elsif" => test = words.test(false)?,
                "else" => {
                    let otherwise = self.last_part(tag, at, end, words)?;
                    return Ok(NodeKind::If { branches, otherwise });
                }
                _ => {
                    words.end()?;
                    return Ok(NodeKind::If { branches, otherwise: Vec::new() });
                }
            }
        }
    }

    /// The part behind an `else`, whose words are these.
    fn last_part(
        &mut self,
        tag: &str,
        at: usize,
        end: &str,
        words: TokenReader<'_>,
    ) -> Result<Vec<TemplateNode>, LiquidError> {
        words.end()?;
        let (body, separator) = self.part(tag, at, &[end])?;
        TokenReader::new(self.source, separator.rest)?.end()?;
        Ok(body)
    }

    fn case(&mut self, at: usize, mut words: TokenReader<'_>) -> Result<NodeKind, LiquidError> {
        let subject = words.operand()?;
        words.end()?;
        let mut arms: Vec<(Vec<Operand>, Vec<TemplateNode>)> = Vec::new();
        // Nodes before the first `when` are never rendered.
        let (_, mut separator) = self.part("case", at, &["when", "else", "endcase"])?;
        loop {
            let mut words = TokenReader::new(self.source, separator.rest)?;
            match separator.name {
                "when" => {
                    let mut values = vec![words.operand()?];
                    while words.symbol(",") || words.keyword("or") {
                        values.push(words.operand()?);
                    }
                    words.end()?;
                    let (body, next) = self.part("case", at, &["when", "else", "endcase"])?;
                    arms.push((values, body));
                    separator = next;
                }
                "else" => {
                    let otherwise = self.last_part("case", at, "endcase", words)?;
                    return Ok(NodeKind::Case { subject, arms, otherwise });
                }
                _ => {
                    words.end()?;
                    return Ok(NodeKind::Case { subject, arms, otherwise: Vec::new() });
                }
            }
        }
    }

    fn error(&self, at: usize, message: impl Into<String>) -> LiquidError {
        LiquidError::new(self.source, at, message)
    }
}
