//! Expressions with their steps counted.

use minijinja::Value;
use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    BinOp, BinOpKind, Call, CallArg, CompareOpKind, Const, Expr, Filter, GetAttr, GetItem, IfExpr,
    List, Map, Slice, Spanned, Test, Tuple, UnaryOp, UnaryOpKind, Var,
};

use super::{Refused, all, refused, through};
use crate::domain::templates::compared::COMPARED;
use crate::domain::templates::filters::{MADE, SEEN, SOUGHT, TIMES};

/// The expression with its steps counted.
///
/// # Errors
/// It repeats a text that is written in it, or has a slice whose step is not a number above zero.
pub(in crate::domain::templates) fn expression<'a>(expr: &Expr<'a>) -> Result<Expr<'a>, Refused> {
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
pub(super) fn call<'a>(it: &Spanned<Call<'a>>) -> Result<Spanned<Call<'a>>, Refused> {
    // The callee is found by its name: it must stay as it is.
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
