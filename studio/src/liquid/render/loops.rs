//! Loops: `for`, `tablerow`, `cycle`.

use serde_json::{Value, json};

use super::Renderer;
use crate::liquid::error::LiquidError;
use crate::liquid::meter::{MAX_LOOP_ROUNDS, PART_WORK};
use crate::liquid::syntax::{Jump, Loop, Operand};
use crate::liquid::value::{Data, text, weight, whole};

/// The items of a loop; the numbers of a range are made one by one.
enum LoopItems<'a> {
    List(Data<'a>),
    Numbers { from: i64, count: usize },
}

impl<'a> Renderer<'a> {
    /// Runs a loop, fifteen rounds at most.
    pub(super) fn for_each(
        &mut self,
        at: usize,
        each: &'a Loop,
        out: &mut String,
    ) -> Result<Option<Jump>, LiquidError> {
        let items = self.items(at, each)?;
        let (start, length) = self.span(at, each, items.count())?;
        if length == 0 {
            return self.nodes(&each.otherwise, out);
        }
        let columns = match each.table.as_ref().map(|table| table.columns.as_ref()) {
            Some(Some(columns)) => self.bound(at, columns)?.max(1),
            Some(None) => length,
            None => 0,
        };
        let kept = self.loops.len();
        for round in 0..length.min(MAX_LOOP_ROUNDS) {
            self.spend(at, PART_WORK * 4)?;
            let index = if each.reversed { start + length - 1 - round } else { start + round };
            let item = items.get(index);
            if let Data::Made(item) = &item {
                let work = weight(item);
                self.spend(at, work)?;
            }
            self.loops.push((
                "forloop",
                json!({
                    "index": round + 1,
                    "index0": round,
                    "rindex": length - round,
                    "rindex0": length - round - 1,
                    "first": round == 0,
                    "last": round + 1 == length,
                    "length": length,
                })
                .into(),
            ));
            self.loops.push((&each.variable, item));
            self.cell(at, columns, round, out)?;
            let jump = self.nodes(&each.body, out);
            self.loops.truncate(kept);
            let jump = jump?;
            if columns > 0 {
                self.write(at, "</td>", out)?;
            }
            if jump == Some(Jump::Break) {
                break;
            }
        }
        if columns > 0 {
            self.write(at, "</tr>\n", out)?;
        }
        Ok(None)
    }

    /// Opens a cell of a table, and its row before the first.
    fn cell(
        &mut self,
        at: usize,
        columns: usize,
        round: usize,
        out: &mut String,
    ) -> Result<(), LiquidError> {
        let (Some(row), Some(column)) = (round.checked_div(columns), round.checked_rem(columns))
        else {
            return Ok(());
        };
        if column == 0 {
            let opened = format!("<tr class=\"row{}\">", row + 1);
            let between = if row == 0 { "\n" } else { "</tr>\n" };
            let row = if row == 0 { opened + between } else { between.to_owned() + &opened };
            self.write(at, &row, out)?;
        }
        self.write(at, &format!("<td class=\"col{}\">", column + 1), out)
    }

    fn items(&mut self, at: usize, each: &'a Loop) -> Result<LoopItems<'a>, LiquidError> {
        if let Operand::Range(bounds) = &each.list {
            let (from, to) = self.range(at, bounds)?;
            let count = if to < from { 0 } else { to.abs_diff(from).saturating_add(1) };
            return Ok(LoopItems::Numbers {
                from,
                count: usize::try_from(count).unwrap_or(usize::MAX),
            });
        }
        let list = self.operand(at, &each.list)?;
        let made = match &*list {
            Value::Array(_) => None,
            Value::Object(members) => {
                Some(members.iter().map(|(key, value)| json!([key, value])).collect())
            }
            Value::String(text) if !text.is_empty() => Some(vec![Value::String(text.clone())]),
            _ => Some(Vec::new()),
        };
        if made.is_some() {
            let work = weight(&list);
            self.spend(at, work)?;
        }
        Ok(LoopItems::List(made.map_or(list, |items| Value::Array(items).into())))
    }

    /// The first item and their number, by `offset` and `limit`.
    fn span(
        &mut self,
        at: usize,
        each: &'a Loop,
        count: usize,
    ) -> Result<(usize, usize), LiquidError> {
        let start = match &each.offset {
            Some(offset) => self.bound(at, offset)?.min(count),
            None => 0,
        };
        let length = count - start;
        Ok((
            start,
            match &each.limit {
                Some(limit) => self.bound(at, limit)?.min(length),
                None => length,
            },
        ))
    }

    /// A number of items; what is no number, or less than nothing, is none.
    fn bound(&mut self, at: usize, operand: &'a Operand) -> Result<usize, LiquidError> {
        let bound = whole(&*self.operand(at, operand)?).unwrap_or(0);
        Ok(usize::try_from(bound.max(0)).unwrap_or(usize::MAX))
    }

    /// Writes the next value of a cycle.
    pub(super) fn cycle(
        &mut self,
        at: usize,
        group: Option<&'a Operand>,
        key: &str,
        values: &'a [Operand],
        out: &mut String,
    ) -> Result<(), LiquidError> {
        let key = match group {
            Some(group) => format!("group {}", text(&*self.operand(at, group)?)),
            None => key.to_owned(),
        };
        self.spend(at, key.len() as u64)?;
        let turn = self.cycles.entry(key).or_default();
        let value = values.get(*turn % values.len().max(1));
        *turn = turn.wrapping_add(1);
        match value {
            Some(value) => {
                let value = self.operand(at, value)?;
                self.write_value(at, &value, out)
            }
            None => Ok(()),
        }
    }
}

impl<'a> LoopItems<'a> {
    fn count(&self) -> usize {
        match self {
            LoopItems::List(list) => list.as_array().map_or(0, Vec::len),
            LoopItems::Numbers { count, .. } => *count,
        }
    }

    fn get(&self, index: usize) -> Data<'a> {
        match self {
            LoopItems::List(list) => list.part(|list| list.get(index)).unwrap_or(Data::NIL),
            LoopItems::Numbers { from, .. } => {
                let index = i64::try_from(index).unwrap_or(i64::MAX);
                Value::from(from.saturating_add(index)).into()
            }
        }
    }
}
