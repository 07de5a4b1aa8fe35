//! The same template, in which every step that could grow or take long is counted.

use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    AutoEscape, BinOp, BinOpKind, Call, CallArg, CompareOpKind, Const, Do, EmitExpr, Expr, Filter,
    FilterBlock, ForLoop, GetAttr, GetItem, IfCond, IfExpr, List, Map, Set, SetBlock, Slice,
    Spanned, Stmt, Template, Test, Tuple, UnaryOp, UnaryOpKind, Var, WithBlock,
};
use minijinja::{Error, ErrorKind, Value};

use super::Literal;
use super::compared::COMPARED;
use super::filters::{EACH, MADE, SEEN, SOUGHT, TIMES};

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

/// The expression with its steps counted.
///
/// # Errors
/// It repeats a text that is written in it, or has a slice whose step is not a number above zero.
pub(super) fn expression<'a>(expr: &Expr<'a>) -> Result<Expr<'a>, Refused> {
    let span = expr.span();
    Ok(match expr {
        Expr::Var(it) => Expr::Var(Spanned::new(Var { id: it.id }, span)),
        Expr::Const(it) => Expr::Const(Spanned::new(Const { value: it.value.clone() }, span)),
        Expr::Slice(it) => {
            let part = |part: &Option<Expr<'a>>| part.as_ref().map(expression).transpose();
            if !it.step.as_ref().is_none_or(is_above_zero) {
                return Err(refused(BACKWARDS, span));
            }
            let (start, stop, step) = (part(&it.start)?, part(&it.stop)?, part(&it.step)?);
            let expr = through(SEEN, expression(&it.expr)?);
            Expr::Slice(Spanned::new(Slice { expr, start, stop, step }, span))
        }
        Expr::UnaryOp(it) => {
            let op =
                if matches!(it.op, UnaryOpKind::Not) { UnaryOpKind::Not } else { UnaryOpKind::Neg };
            Expr::UnaryOp(Spanned::new(UnaryOp { op, expr: expression(&it.expr)? }, span))
        }
        Expr::BinOp(it) => operation(it, span)?,
        Expr::Compare(it) => {
            let steps = it.ops.iter().map(|one| Ok((sign(one.op), expression(&one.expr)?)));
            let steps = steps.collect::<Result<Vec<_>, Refused>>()?;
            compared(expression(&it.expr)?, steps, span)
        }
        Expr::IfExpr(it) => Expr::IfExpr(Spanned::new(
            IfExpr {
                test_expr: expression(&it.test_expr)?,
                true_expr: expression(&it.true_expr)?,
                false_expr: it.false_expr.as_ref().map(expression).transpose()?,
            },
            span,
        )),
        Expr::Filter(it) => {
            let expr = it.expr.as_ref().map(expression).transpose()?;
            let args = arguments(&it.args, false)?;
            Expr::Filter(Spanned::new(Filter { name: it.name, expr, args }, span))
        }
        Expr::Test(it) => {
            let expr = through(SEEN, expression(&it.expr)?);
            let args = arguments(&it.args, true)?;
            Expr::Test(Spanned::new(Test { name: it.name, expr, args }, span))
        }
        Expr::GetAttr(it) => Expr::GetAttr(Spanned::new(
            GetAttr { expr: expression(&it.expr)?, name: it.name },
            span,
        )),
        Expr::GetItem(it) => {
            let expr = through(SOUGHT, expression(&it.expr)?);
            let subscript_expr = through(SEEN, expression(&it.subscript_expr)?);
            Expr::GetItem(Spanned::new(GetItem { expr, subscript_expr }, span))
        }
        Expr::Call(it) => through(MADE, Expr::Call(call(it)?)),
        Expr::List(it) => {
            through(MADE, Expr::List(Spanned::new(List { items: all(&it.items)? }, span)))
        }
        Expr::Tuple(it) => {
            through(MADE, Expr::Tuple(Spanned::new(Tuple { items: all(&it.items)? }, span)))
        }
        Expr::Map(it) => {
            let map = Map { keys: all(&it.keys)?, values: all(&it.values)? };
            through(MADE, Expr::Map(Spanned::new(map, span)))
        }
    })
}

/// minijinja panics where a slice runs backwards over nothing, or ends behind its start.
const BACKWARDS: &str =
    "the step of a slice must be a number above 0 here: the filter `reverse` turns a value round";

fn is_above_zero(step: &Expr) -> bool {
    step.as_const().and_then(|step| step.as_i64()).is_some_and(|step| step > 0)
}

fn operation<'a>(it: &Spanned<BinOp<'a>>, span: Span) -> Result<Expr<'a>, Refused> {
    use BinOpKind::{Add, Concat, Eq, Gt, Gte, In, Lt, Lte, Mul, Ne};
    let (left, right) = (expression(&it.left)?, expression(&it.right)?);
    let op = it.op;
    Ok(match op {
        Mul => {
            // It is folded when it is compiled, long before anything is counted.
            let is_number = |side: &Expr| side.as_const().is_none_or(|value| value.is_number());
            if !is_number(&it.left) || !is_number(&it.right) {
                return Err(refused("only numbers can be multiplied", span));
            }
            let args = vec![CallArg::Pos(right)];
            Expr::Filter(Spanned::new(Filter { name: TIMES, expr: Some(left), args }, span))
        }
        Add | Concat => through(MADE, Expr::BinOp(Spanned::new(BinOp { op, left, right }, span))),
        Eq => compared(left, vec![("==", right)], span),
        Ne => compared(left, vec![("!=", right)], span),
        Lt => compared(left, vec![("<", right)], span),
        Lte => compared(left, vec![("<=", right)], span),
        Gt => compared(left, vec![(">", right)], span),
        Gte => compared(left, vec![(">=", right)], span),
        In => compared(left, vec![("in", right)], span),
        _ => Expr::BinOp(Spanned::new(BinOp { op, left, right }, span)),
    })
}

fn sign(op: CompareOpKind) -> &'static str {
    match op {
        CompareOpKind::Eq => "==",
        CompareOpKind::Ne => "!=",
        CompareOpKind::Lt => "<",
        CompareOpKind::Lte => "<=",
        CompareOpKind::Gt => ">",
        CompareOpKind::Gte => ">=",
        CompareOpKind::In => "in",
        CompareOpKind::NotIn => "not in",
    }
}

/// A comparison by our own rules: its steps are a sign and what stands behind it.
fn compared<'a>(left: Expr<'a>, steps: Vec<(&'static str, Expr<'a>)>, span: Span) -> Expr<'a> {
    let written =
        |sign: &'static str| Expr::Const(Spanned::new(Const { value: Value::from(sign) }, span));
    let args = steps
        .into_iter()
        .flat_map(|(sign, right)| [written(sign), through(SEEN, right)])
        .map(CallArg::Pos)
        .collect();
    let expr = Some(through(SEEN, left));
    Expr::Filter(Spanned::new(Filter { name: COMPARED, expr, args }, span))
}

/// A call whose arguments are counted, as a function may compare or keep them.
fn call<'a>(it: &Spanned<Call<'a>>) -> Result<Spanned<Call<'a>>, Refused> {
    // What is called is found by its name: it must stay as it is.
    let expr = match &it.expr {
        Expr::GetAttr(of) => {
            let attribute = GetAttr { expr: expression(&of.expr)?, name: of.name };
            Expr::GetAttr(Spanned::new(attribute, of.span()))
        }
        other => expression(other)?,
    };
    Ok(Spanned::new(Call { expr, args: arguments(&it.args, true)? }, it.span()))
}

fn arguments<'a>(args: &[CallArg<'a>], is_counted: bool) -> Result<Vec<CallArg<'a>>, Refused> {
    let one = |expr: &Expr<'a>| {
        let expr = expression(expr)?;
        Ok::<_, Refused>(if is_counted { through(SEEN, expr) } else { expr })
    };
    let args = args.iter().map(|arg| {
        Ok(match arg {
            CallArg::Pos(expr) => CallArg::Pos(one(expr)?),
            CallArg::Kwarg(name, expr) => CallArg::Kwarg(name, one(expr)?),
            CallArg::PosSplat(expr) => CallArg::PosSplat(through(SEEN, expression(expr)?)),
            CallArg::KwargSplat(expr) => CallArg::KwargSplat(through(SEEN, expression(expr)?)),
        })
    });
    args.collect()
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

/// What no template may have.
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
