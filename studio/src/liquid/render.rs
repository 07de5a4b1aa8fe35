//! Walks over the tree of a template and writes its text.

mod lookup;
mod loops;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use super::error::LiquidError;
use super::filters::FilterInput;
use super::meter::{MAX_RENDERED_BYTES, MAX_VALUE_BYTES, Meter, PART_WORK};
use super::syntax::{Joint, Jump, NodeKind, Operand, Pipeline, TemplateNode, Test};
use super::value::{Data, Operator, compare, equal, is_nothing, is_true, text, weight};

/// One rendering.
pub(super) struct Renderer<'a> {
    source: &'a str,
    context: &'a Value,
    now: Timestamp,
    meter: Meter,
    /// The names of loops, the innermost last.
    loops: Vec<(&'a str, Data<'a>)>,
    assigned: HashMap<&'a str, Data<'a>>,
    /// The numbers of `increment` and `decrement`.
    counts: HashMap<&'a str, i64>,
    /// The next value of each `cycle`.
    cycles: HashMap<String, usize>,
    /// The last text of an `ifchanged`.
    changed: Option<String>,
}

impl<'a> Renderer<'a> {
    /// Before anything is rendered.
    pub(super) fn new(source: &'a str, context: &'a Value, now: Timestamp) -> Renderer<'a> {
        Renderer {
            source,
            context,
            now,
            meter: Meter::default(),
            loops: Vec::new(),
            assigned: HashMap::new(),
            counts: HashMap::new(),
            cycles: HashMap::new(),
            changed: None,
        }
    }

    /// The text of a whole template.
    pub(super) fn render(&mut self, nodes: &'a [TemplateNode]) -> Result<String, LiquidError> {
        let mut out = String::new();
        self.nodes(nodes, &mut out)?;
        Ok(out)
    }

    /// The work so far.
    pub(super) fn spent(&self) -> u64 {
        self.meter.spent()
    }

    /// Renders nodes, up to a jump out of them.
    fn nodes(
        &mut self,
        nodes: &'a [TemplateNode],
        out: &mut String,
    ) -> Result<Option<Jump>, LiquidError> {
        for node in nodes {
            self.spend(node.at, PART_WORK)?;
            if let Some(jump) = self.node(node, out)? {
                return Ok(Some(jump));
            }
        }
        Ok(None)
    }

    fn node(
        &mut self,
        node: &'a TemplateNode,
        out: &mut String,
    ) -> Result<Option<Jump>, LiquidError> {
        match &node.kind {
            NodeKind::Text(range) => self.write(node.at, &self.source[range.clone()], out)?,
            NodeKind::Output(pipeline) => {
                let value = self.pipeline(node.at, pipeline)?;
                self.write_value(node.at, &value, out)?;
            }
            NodeKind::Assign { name, value } => {
                let value = self.pipeline(node.at, value)?;
                self.assigned.insert(name, value);
            }
            NodeKind::Capture { name, body } => {
                let mut captured = String::new();
                let jump = self.nodes(body, &mut captured)?;
                self.assigned.insert(name, Value::String(captured).into());
                return Ok(jump);
            }
            NodeKind::If { branches, otherwise } => {
                for (test, body) in branches {
                    if self.holds(node.at, test)? {
                        return self.nodes(body, out);
                    }
                }
                return self.nodes(otherwise, out);
            }
            NodeKind::Case { subject, arms, otherwise } => {
                return self.case(node.at, subject, arms, otherwise, out);
            }
            NodeKind::For(each) => return self.for_each(node.at, each, out),
            NodeKind::Cycle { group, key, values } => {
                self.cycle(node.at, group.as_ref(), key, values, out)?
            }
            NodeKind::Count { name, step } => self.count(node.at, name, *step, out)?,
            NodeKind::IfChanged(body) => {
                let mut part = String::new();
                let jump = self.nodes(body, &mut part)?;
                if self.changed.as_ref() != Some(&part) {
                    self.write(node.at, &part, out)?;
                    self.changed = Some(part);
                }
                return Ok(jump);
            }
            NodeKind::Jump(jump) => return Ok(Some(*jump)),
        }
        Ok(None)
    }

    fn case(
        &mut self,
        at: usize,
        subject: &'a Operand,
        arms: &'a [(Vec<Operand>, Vec<TemplateNode>)],
        otherwise: &'a [TemplateNode],
        out: &mut String,
    ) -> Result<Option<Jump>, LiquidError> {
        let subject = self.operand(at, subject)?;
        for (values, body) in arms {
            for value in values {
                let is_equal = match value {
                    Operand::Nothing(nothing) => is_nothing(&subject, *nothing),
                    value => {
                        let value = self.operand(at, value)?;
                        self.spend(at, weight(&value))?;
                        equal(&subject, &value)
                    }
                };
                if is_equal {
                    return self.nodes(body, out);
                }
            }
        }
        self.nodes(otherwise, out)
    }

    /// Writes a counter: `increment` before it counts, `decrement` after.
    fn count(
        &mut self,
        at: usize,
        name: &'a str,
        step: i64,
        out: &mut String,
    ) -> Result<(), LiquidError> {
        let count = self.counts.entry(name).or_default();
        let before = *count;
        *count += step;
        let shown = if step > 0 { before } else { *count };
        self.write(at, &shown.to_string(), out)
    }

    /// A value with its filters done.
    fn pipeline(&mut self, at: usize, pipeline: &'a Pipeline) -> Result<Data<'a>, LiquidError> {
        let mut value = self.operand(at, &pipeline.operand)?;
        for call in &pipeline.calls {
            let mut work = PART_WORK + weight(&value);
            let mut arguments = Vec::with_capacity(call.arguments.len());
            for argument in &call.arguments {
                let argument = self.operand(call.at, argument)?;
                work += weight(&argument);
                arguments.push(argument);
            }
            self.spend(call.at, work)?;
            let applied = (call.filter.apply)(&FilterInput {
                value: &value,
                arguments: &arguments,
                now: self.now,
            });
            let applied = applied.map_err(|reason| {
                self.error(call.at, format!("the filter `{}`: {reason}", call.filter.name))
            })?;
            let made = weight(&applied);
            self.spend(call.at, made)?;
            if made > MAX_VALUE_BYTES as u64 {
                return Err(self.error(
                    call.at,
                    format!("the filter `{}` makes too large a value", call.filter.name),
                ));
            }
            value = applied.into();
        }
        Ok(value)
    }

    fn holds(&mut self, at: usize, test: &'a Test) -> Result<bool, LiquidError> {
        let mut rest = test.rest.iter();
        let mut comparison = &test.first;
        loop {
            self.spend(at, PART_WORK)?;
            let holds = match &comparison.right {
                None => is_true(&*self.operand(at, &comparison.left)?),
                Some((operator, right)) => self.compares(at, &comparison.left, *operator, right)?,
            };
            match rest.next() {
                Some((Joint::And, next)) if holds => comparison = next,
                Some((Joint::Or, next)) if !holds => comparison = next,
                _ => return Ok(holds != test.negated),
            }
        }
    }

    fn compares(
        &mut self,
        at: usize,
        left: &'a Operand,
        operator: Operator,
        right: &'a Operand,
    ) -> Result<bool, LiquidError> {
        let (value, nothing) = match (left, right) {
            (value, Operand::Nothing(nothing)) | (Operand::Nothing(nothing), value) => {
                (value, *nothing)
            }
            _ => {
                let (left, right) = (self.operand(at, left)?, self.operand(at, right)?);
                self.spend(at, weight(&left) + weight(&right))?;
                return Ok(compare(&left, operator, &right));
            }
        };
        let value = self.operand(at, value)?;
        Ok(match operator {
            Operator::Equal => is_nothing(&value, nothing),
            Operator::NotEqual => !is_nothing(&value, nothing),
            _ => false,
        })
    }

    fn write_value(
        &mut self,
        at: usize,
        value: &Value,
        out: &mut String,
    ) -> Result<(), LiquidError> {
        if let Value::String(text) = value {
            return self.write(at, text, out);
        }
        self.spend(at, weight(value))?;
        self.write(at, &text(value), out)
    }

    /// Appends text, up to the size that a rendered text may have.
    fn write(&mut self, at: usize, text: &str, out: &mut String) -> Result<(), LiquidError> {
        self.spend(at, text.len() as u64)?;
        if out.len() + text.len() > MAX_RENDERED_BYTES {
            return Err(self.error(
                at,
                format!("the rendered text is longer than {MAX_RENDERED_BYTES} bytes"),
            ));
        }
        out.push_str(text);
        Ok(())
    }

    fn spend(&mut self, at: usize, work: u64) -> Result<(), LiquidError> {
        self.meter.spend(work).map_err(|reason| self.error(at, reason))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> LiquidError {
        LiquidError::new(self.source, at, message)
    }
}
