//! The same template, in which every step that could grow or take long is counted.

mod expressions;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    AutoEscape, Const, Do, EmitExpr, Expr, Filter, FilterBlock, ForLoop, IfCond, List, Set,
    SetBlock, Spanned, Stmt, Template, Tuple, Var, WithBlock,
};
use minijinja::{Error, ErrorKind, Value};

use super::Literal;
use super::filters::EACH;
use expressions::call;
pub(super) use expressions::expression;

/// The template with its steps counted.
///
/// # Errors
/// It has a statement that no template may have.
pub(super) fn statement<'a>(stmt: &Stmt<'a>) -> Result<Stmt<'a>, Refused> {
    Ok(match stmt {
        Stmt::Template(it) => {
            Stmt::Template(Spanned::new(Template { children: body(&it.children)? }, it.span()))
        }
        Stmt::EmitExpr(it) => emit(expression(&it.expr)?, it.span()),
        Stmt::EmitRaw(it) => {
            let value = Value::from_object(Literal(it.raw.to_owned()));
            emit(Expr::Const(Spanned::new(Const { value }, it.span())), it.span())
        }
        Stmt::ForLoop(it) if it.recursive => {
            return Err(refused("a loop cannot be `recursive` here", it.span()));
        }
        Stmt::ForLoop(it) => Stmt::ForLoop(Spanned::new(
            ForLoop {
                target: copy(&it.target)?,
                iter: through(EACH, expression(&it.iter)?),
                filter_expr: it.filter_expr.as_ref().map(expression).transpose()?,
                recursive: false,
                body: body(&it.body)?,
                else_body: body(&it.else_body)?,
            },
            it.span(),
        )),
        Stmt::IfCond(it) => Stmt::IfCond(Spanned::new(
            IfCond {
                expr: expression(&it.expr)?,
                true_body: body(&it.true_body)?,
                false_body: body(&it.false_body)?,
            },
            it.span(),
        )),
        Stmt::WithBlock(it) => {
            let assignments = it.assignments.iter();
            let assignments = assignments
                .map(|(target, value)| Ok((copy(target)?, expression(value)?)))
                .collect::<Result<_, Refused>>()?;
            Stmt::WithBlock(Spanned::new(
                WithBlock { assignments, body: body(&it.body)? },
                it.span(),
            ))
        }
        Stmt::Set(it) => Stmt::Set(Spanned::new(
            Set { target: copy(&it.target)?, expr: expression(&it.expr)? },
            it.span(),
        )),
        Stmt::SetBlock(it) => Stmt::SetBlock(Spanned::new(
            SetBlock {
                target: copy(&it.target)?,
                filter: it.filter.as_ref().map(expression).transpose()?,
                body: body(&it.body)?,
            },
            it.span(),
        )),
        Stmt::AutoEscape(it) => Stmt::AutoEscape(Spanned::new(
            AutoEscape { enabled: expression(&it.enabled)?, body: body(&it.body)? },
            it.span(),
        )),
        Stmt::FilterBlock(it) => Stmt::FilterBlock(Spanned::new(
            FilterBlock { filter: expression(&it.filter)?, body: body(&it.body)? },
            it.span(),
        )),
        Stmt::Do(it) => Stmt::Do(Spanned::new(Do { call: call(&it.call)? }, it.span())),
        Stmt::Block(it) => return Err(refused("`block` cannot be used here", it.span())),
        Stmt::Import(it) => return Err(refused("`import` cannot be used here", it.span())),
        Stmt::FromImport(it) => return Err(refused("`import` cannot be used here", it.span())),
        Stmt::Extends(it) => return Err(refused("`extends` cannot be used here", it.span())),
        Stmt::Include(it) => return Err(refused("`include` cannot be used here", it.span())),
        #[allow(unreachable_patterns)]
        _ => return Err(refused("such a statement cannot be used here", Span::default())),
    })
}

/// The target of an assignment: names, not values.
fn copy<'a>(target: &Expr<'a>) -> Result<Expr<'a>, Refused> {
    let span = target.span();
    Ok(match target {
        Expr::Var(it) => Expr::Var(Spanned::new(Var { id: it.id }, span)),
        Expr::List(it) => {
            let items = it.items.iter().map(copy).collect::<Result<_, _>>()?;
            Expr::List(Spanned::new(List { items }, span))
        }
        Expr::Tuple(it) => {
            let items = it.items.iter().map(copy).collect::<Result<_, _>>()?;
            Expr::Tuple(Spanned::new(Tuple { items }, span))
        }
        _ => return Err(refused("a part of a value cannot be set here", span)),
    })
}

fn body<'a>(statements: &[Stmt<'a>]) -> Result<Vec<Stmt<'a>>, Refused> {
    statements.iter().map(statement).collect()
}

fn all<'a>(items: &[Expr<'a>]) -> Result<Vec<Expr<'a>>, Refused> {
    items.iter().map(expression).collect()
}

fn emit<'a>(expr: Expr<'a>, span: Span) -> Stmt<'a> {
    Stmt::EmitExpr(Spanned::new(EmitExpr { expr }, span))
}

/// What an expression gives, through one of our filters. What is written in the template is no larger than it.
fn through<'a>(name: &'static str, expr: Expr<'a>) -> Expr<'a> {
    if matches!(expr, Expr::Const(_)) {
        return expr;
    }
    let span = expr.span();
    Expr::Filter(Spanned::new(Filter { name, expr: Some(expr), args: Vec::new() }, span))
}

/// Something that no template may have.
#[derive(Debug)]
pub(super) struct Refused {
    /// In which line, from 1.
    pub(super) line: usize,
    pub(super) what: &'static str,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        Error::new(ErrorKind::SyntaxError, refused.what)
    }
}

fn refused(what: &'static str, span: Span) -> Refused {
    Refused { line: span.start_line.into(), what }
}
