//! The tree of a parsed template.

use std::ops::Range;

use serde_json::Value;

use super::filters::Filter;
use super::value::{Nothing, Operator};

/// A piece of a template, and the byte at which it begins.
#[derive(Debug)]
pub(super) struct TemplateNode {
    pub(super) at: usize,
    pub(super) kind: NodeKind,
}

/// The kinds of pieces.
#[derive(Debug)]
pub(super) enum NodeKind {
    /// Text as it stands: a range of the source.
    Text(Range<usize>),
    Output(Pipeline),
    Assign {
        name: String,
        value: Pipeline,
    },
    Capture {
        name: String,
        body: Vec<TemplateNode>,
    },
    /// `if`, `unless`: the first branch whose test holds.
    If {
        branches: Vec<(Test, Vec<TemplateNode>)>,
        otherwise: Vec<TemplateNode>,
    },
    Case {
        subject: Operand,
        arms: Vec<(Vec<Operand>, Vec<TemplateNode>)>,
        otherwise: Vec<TemplateNode>,
    },
    For(Box<Loop>),
    Cycle {
        group: Option<Operand>,
        key: String,
        values: Vec<Operand>,
    },
    /// `increment` (1) and `decrement` (-1).
    Count {
        name: String,
        step: i64,
    },
    IfChanged(Vec<TemplateNode>),
    Jump(Jump),
}

/// A way out of a loop's round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    Break,
    Continue,
}

/// A `for`, or a `tablerow` with its columns.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) variable: String,
    pub(super) list: Operand,
    pub(super) reversed: bool,
    pub(super) limit: Option<Operand>,
    pub(super) offset: Option<Operand>,
    pub(super) table: Option<TableLayout>,
    pub(super) body: Vec<TemplateNode>,
    pub(super) otherwise: Vec<TemplateNode>,
}

/// The layout of a `tablerow`: cells in a row, all in one row without a number.
#[derive(Debug)]
pub(super) struct TableLayout {
    pub(super) columns: Option<Operand>,
}

/// A value and the filters behind it.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) operand: Operand,
    pub(super) calls: Vec<FilterCall>,
}

/// A filter with its arguments.
#[derive(Debug)]
pub(super) struct FilterCall {
    pub(super) at: usize,
    pub(super) filter: &'static Filter,
    pub(super) arguments: Vec<Operand>,
}

/// Something that has a value.
#[derive(Debug)]
pub(super) enum Operand {
    Literal(Value),
    /// `empty` and `blank`.
    Nothing(Nothing),
    Path(LookupPath),
    Range(Box<(Operand, Operand)>),
}

/// A path that is looked up.
#[derive(Debug)]
pub(super) struct LookupPath {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) parts: Vec<PathPart>,
}

/// A part of a path behind its first name.
#[derive(Debug)]
pub(super) enum PathPart {
    /// `.name`; digits alone are an index of a list.
    Name(String),
    /// `[operand]`
    Index(Operand),
}

/// Comparisons, joined from the right: `a and b or c` is `a and (b or c)`, as in Liquid.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) negated: bool,
    pub(super) first: Comparison,
    pub(super) rest: Vec<(Joint, Comparison)>,
}

/// A word between two comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    And,
    Or,
}

/// A value, or two of them compared.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) left: Operand,
    pub(super) right: Option<(Operator, Operand)>,
}
