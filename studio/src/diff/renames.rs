//! Widgets that have another name: of the same type, and alike in most of what they say and where they lead.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::transitions::ways;
use super::{text, without};

/// The most pairs of widgets that are compared.
const MAX_PAIRS: usize = 1_000_000;
/// The name of a widget in its own traits, whatever it is called.
const ITSELF: &str = "\u{0}";

/// The states of a definition by their names.
type States<'a> = [(&'a str, &'a Value)];

/// The new names of widgets by their old ones. Two that are alike in half of their traits are the same one; those that
/// are most alike are found first.
pub(super) fn found(before: &States<'_>, after: &States<'_>) -> BTreeMap<String, String> {
    let (old, new) = (only_in(before, after), only_in(after, before));
    let mut renamed = BTreeMap::new();
    if old.is_empty() || old.len().saturating_mul(new.len()) > MAX_PAIRS {
        return renamed;
    }
    let (old, new) = (traits(before, &old), traits(after, &new));
    let mut pairs = Vec::new();
    for (old_name, old) in &old {
        for (new_name, new) in new.iter().filter(|(_, new)| new.widget_type == old.widget_type) {
            let (common, all) =
                (old.all.intersection(&new.all).count(), old.all.union(&new.all).count());
            // A text that was edited is one trait of each.
            let most = old.all.len().max(new.all.len());
            if most > 0 && 2 * common >= most {
                pairs.push((common * 1_000 / all.max(1), *old_name, *new_name));
            }
        }
    }
    // The sort is stable: among equals, the first of the definitions.
    pairs.sort_by_key(|(common, ..)| std::cmp::Reverse(*common));
    let mut taken = BTreeSet::new();
    for (_, old, new) in pairs {
        if !renamed.contains_key(old) && taken.insert(new) {
            renamed.insert(old.to_owned(), new.to_owned());
        }
    }
    renamed
}

/// A definition with the new names of its widgets, wherever it names them outside of templates.
pub(super) fn renamed(definition: &Value, names: &BTreeMap<String, String>) -> Value {
    let mut definition = definition.clone();
    let rename = |object: &mut Value, key: &str| {
        let Some(Value::String(name)) = object.get_mut(key) else { return };
        if let Some(new) = names.get(name.as_str()) {
            name.clone_from(new);
        }
    };
    rename(&mut definition, "initial_state");
    let states = definition.get_mut("states").and_then(Value::as_array_mut);
    for state in states.into_iter().flatten() {
        rename(state, "name");
        let transitions = state.get_mut("transitions").and_then(Value::as_array_mut);
        transitions.into_iter().flatten().for_each(|transition| rename(transition, "next"));
    }
    definition
}

/// The names of the states that the others do not have.
fn only_in<'a>(these: &States<'a>, others: &States<'_>) -> BTreeSet<&'a str> {
    let others: BTreeSet<&str> = others.iter().map(|(name, _)| *name).collect();
    these.iter().map(|(name, _)| *name).filter(|name| !others.contains(name)).collect()
}

/// What a widget is known by, besides its name.
#[derive(Default)]
struct Traits {
    widget_type: String,
    /// Its settings, its transitions, and those that lead to it.
    all: BTreeSet<String>,
}

fn traits<'a>(states: &States<'a>, names: &BTreeSet<&'a str>) -> Vec<(&'a str, Traits)> {
    let mut found: BTreeMap<&str, Traits> = BTreeMap::new();
    for (name, state) in states {
        for way in ways(state) {
            let (next, itself) = (way.next().unwrap_or_default(), Some(*name) == way.next());
            let next = if itself { ITSELF } else { next };
            if names.contains(name) {
                let all = &mut found.entry(name).or_default().all;
                all.insert(format!("{} -> {next}", way.label));
            }
            if let Some(target) = way.next().and_then(|next| names.get(next)).filter(|_| !itself) {
                let all = &mut found.entry(target).or_default().all;
                all.insert(format!("{name}.{} ->", way.label));
            }
        }
        if names.contains(name) {
            let its = found.entry(name).or_default();
            its.widget_type = text(state, "type").to_owned();
            let properties = state.get("properties").map(|all| without(all, &["offset"]));
            let entries = properties.as_ref().and_then(Value::as_object).into_iter().flatten();
            its.all.extend(entries.map(|(key, value)| format!("{key}: {value}")));
        }
    }
    let in_order = states.iter().map(|(name, _)| *name);
    in_order.filter_map(|name| Some((name, found.remove(name)?))).collect()
}
