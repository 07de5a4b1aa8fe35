//! The values of operands: literals, paths, ranges.

use serde_json::Value;

use super::Renderer;
use crate::liquid::error::{LiquidError, quoted};
use crate::liquid::meter::PART_WORK;
use crate::liquid::syntax::{LookupPath, Operand, PathPart};
use crate::liquid::value::{Data, text, weight, whole};

/// Numbers of a range that is used as a list (a loop over it needs none).
const MAX_RANGE_NUMBERS: i64 = 10_000;

impl<'a> Renderer<'a> {
    /// The value of an operand.
    pub(super) fn operand(
        &mut self,
        at: usize,
        operand: &'a Operand,
    ) -> Result<Data<'a>, LiquidError> {
        match operand {
            Operand::Literal(value) => Ok(Data::Borrowed(value)),
            Operand::Nothing(_) => Ok(Value::String(String::new()).into()),
            Operand::Path(path) => self.path(path),
            Operand::Range(bounds) => {
                let (from, to) = self.range(at, bounds)?;
                if to.saturating_sub(from) >= MAX_RANGE_NUMBERS {
                    return Err(
                        self.error(at, format!("a range of more than {MAX_RANGE_NUMBERS} numbers"))
                    );
                }
                let numbers: Vec<Value> = (from..=to).map(Value::from).collect();
                self.spend(at, PART_WORK * numbers.len() as u64)?;
                Ok(Value::Array(numbers).into())
            }
        }
    }

    /// The first and the last number of a range; no number counts as 0.
    pub(super) fn range(
        &mut self,
        at: usize,
        bounds: &'a (Operand, Operand),
    ) -> Result<(i64, i64), LiquidError> {
        let from = whole(&*self.operand(at, &bounds.0)?).unwrap_or(0);
        Ok((from, whole(&*self.operand(at, &bounds.1)?).unwrap_or(0)))
    }

    fn path(&mut self, path: &'a LookupPath) -> Result<Data<'a>, LiquidError> {
        self.spend(path.at, PART_WORK)?;
        let mut value = self.name(&path.name);
        for (index, part) in path.parts.iter().enumerate() {
            self.spend(path.at, PART_WORK)?;
            let key = match part {
                PathPart::Name(name) => LookupKey::Name(name.clone()),
                PathPart::Index(operand) => match &*self.operand(path.at, operand)? {
                    Value::Null => return Ok(Data::NIL),
                    index @ Value::Number(_) => match whole(index) {
                        Some(index) => LookupKey::Index(index),
                        None => return Ok(Data::NIL),
                    },
                    key => LookupKey::Name(text(key)),
                },
            };
            let found = find(&value, &key).map_err(|reason| {
                self.error(path.at, format!("{}: {reason}", quoted(&shown(path, index + 1))))
            })?;
            if let Data::Made(value) = &found {
                let work = weight(value);
                self.spend(path.at, work)?;
            }
            value = found;
        }
        Ok(value)
    }

    /// The value of a name: of a loop, assigned, counted, of the context.
    fn name(&self, name: &str) -> Data<'a> {
        let of_loop = self.loops.iter().rev().find(|(variable, _)| *variable == name);
        if let Some(value) = of_loop.map(|(_, value)| value).or_else(|| self.assigned.get(name)) {
            return value.clone();
        }
        if let Some(count) = self.counts.get(name) {
            return Value::from(*count).into();
        }
        self.context.get(name).map_or(Data::NIL, Data::Borrowed)
    }
}

/// A part of a path as it is looked up.
enum LookupKey {
    Name(String),
    Index(i64),
}

/// A part of a value. A key that is not there is nil; an index that a list does not have is an error (twilio.com/docs/api/errors/
/// 81018).
fn find<'a>(value: &Data<'a>, key: &LookupKey) -> Result<Data<'a>, &'static str> {
    let found = match (&**value, key) {
        (Value::Array(items), LookupKey::Index(index)) => {
            let index = position(items.len(), *index)?;
            value.part(|list| list.get(index))
        }
        (Value::Array(items), LookupKey::Name(name)) => match name.as_str() {
            "size" => Some(Value::from(items.len()).into()),
            "first" => value.part(|list| list.get(0)),
            "last" => value.part(|list| list.as_array()?.last()),
            name => match name.parse() {
                Ok(index) => {
                    let index = position(items.len(), index)?;
                    value.part(|list| list.get(index))
                }
                Err(_) => None,
            },
        },
        (Value::Object(members), LookupKey::Name(name)) => match name.as_str() {
            "size" if !members.contains_key("size") => Some(Value::from(members.len()).into()),
            name => value.part(|object| object.get(name)),
        },
        (Value::Object(_), LookupKey::Index(index)) => {
            let name = index.to_string();
            value.part(|object| object.get(&name))
        }
        (Value::String(text), LookupKey::Name(name)) if name == "size" => {
            Some(Value::from(text.chars().count()).into())
        }
        _ => None,
    };
    Ok(found.unwrap_or(Data::NIL))
}

/// The place of an index in a list; a negative one counts from the end.
fn position(length: usize, index: i64) -> Result<usize, &'static str> {
    let from_end = index < 0;
    let index = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let position = if from_end { length.checked_sub(index) } else { Some(index) };
    position.filter(|position| *position < length).ok_or("the list has no item of this index")
}

/// A path up to a part, as its author wrote it; what is looked up for an index is left out.
fn shown(path: &LookupPath, parts: usize) -> String {
    let mut shown = path.name.clone();
    for part in &path.parts[..parts] {
        match part {
            PathPart::Name(name) => shown += &format!(".{name}"),
            PathPart::Index(Operand::Literal(index)) => shown += &format!("[{index}]"),
            PathPart::Index(_) => shown += "[…]",
        }
    }
    shown
}
