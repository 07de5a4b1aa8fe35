//! The ways through a Flow: widgets that none leads to, and rounds in which nobody is waited for.

use std::collections::VecDeque;

use super::transitions::waits;
use super::{Check, CheckedState, quoted};
use crate::liquid::Template;

/// How many widgets of a round a message names.
const MAX_NAMED: usize = 8;

impl Check<'_> {
    pub(super) fn graph(&mut self) {
        let ways: Vec<Vec<usize>> = self.states.iter().map(|state| self.leads_to(state)).collect();
        self.unreachable(&ways);
        self.rounds();
    }

    fn leads_to(&self, state: &CheckedState<'_>) -> Vec<usize> {
        let next = state.transitions.iter().filter_map(|transition| transition.next.as_ref());
        next.filter_map(|name| self.by_name.get(name).copied()).collect()
    }

    fn unreachable(&mut self, ways: &[Vec<usize>]) {
        let first = self.top().item.text_of("initial_state");
        let first = first.and_then(|name| self.by_name.get(name.as_ref()).copied());
        // Without a beginning, nothing is reached.
        let Some(first) = first else { return };
        let mut is_reached = vec![false; ways.len()];
        let mut rest = vec![first];
        while let Some(number) = rest.pop() {
            if let Some(reached) = is_reached.get_mut(number).filter(|reached| !**reached) {
                *reached = true;
                rest.extend(ways.get(number).into_iter().flatten());
            }
        }
        let lost = self.states.iter().enumerate().filter(|(number, state)| {
            // A second state of a name is said to be one already.
            let is_second =
                state.name.as_ref().is_some_and(|name| self.by_name.get(name) != Some(number));
            is_reached.get(*number) == Some(&false) && !is_second && state.name.is_some()
        });
        let lost: Vec<_> = lost.map(|(_, state)| state.at.clone()).collect();
        for at in lost {
            let name = quoted(at.widget.as_deref().unwrap_or_default());
            let message = format!("nothing leads to {name}");
            let advice = "point a transition at it, or remove it";
            self.warn("unreachable-widget", &at, message, advice);
        }
    }

    /// One finding for each set of widgets that lead to each other without waiting for anybody, and without counting.
    fn rounds(&mut self) {
        let inputs = self.states.iter().filter(|state| state.is_a("split-based-on"));
        let tested: Vec<Vec<String>> = inputs
            .filter_map(|state| state.text("input"))
            .flat_map(|input| paths(&input))
            .collect();
        let quick_ways = |state: &CheckedState<'_>| {
            if counts(state, &tested) {
                return Vec::new();
            }
            let quick = state.transitions.iter().filter(|transition| !waits(state, transition));
            let next = quick.filter_map(|transition| transition.next.as_ref());
            next.filter_map(|name| self.by_name.get(name).copied()).collect()
        };
        let ways: Vec<Vec<usize>> = self.states.iter().map(quick_ways).collect();
        for members in components(&ways) {
            let Some(first) = members.iter().min().copied() else { continue };
            let is_alone = members.len() == 1;
            if is_alone && !ways.get(first).is_some_and(|next| next.contains(&first)) {
                continue;
            }
            let Some(round) = shortest_round(first, &ways) else { continue };
            let Some(at) = self.states.get(first).map(|state| state.at.clone()) else { continue };
            let names = round.iter().filter_map(|number| self.states.get(*number)?.name.as_deref());
            let mut names: Vec<String> = names.map(quoted).collect();
            let start = names.first().cloned().unwrap_or_default();
            if names.len() > MAX_NAMED {
                names.truncate(MAX_NAMED);
                names.push("…".to_owned());
            }
            names.push(start);
            let message = format!("the loop {} waits for nobody", names.join(" → "));
            let advice = "wait for an answer in it, or count its rounds: Studio ends it after 1,000 steps, and a widget \
                          that leads to itself after ten";
            self.warn("endless-round", &at, message, advice);
        }
    }
}

/// The paths that a template looks up.
fn paths(template: &str) -> Vec<Vec<String>> {
    Template::parse(template).map(|template| template.paths()).unwrap_or_default()
}

/// The widget changes a variable by its own former value, and some split tests it: so its rounds come to an end.
fn counts(state: &CheckedState<'_>, tested: &[Vec<String>]) -> bool {
    let variables = state.property("variables").filter(|_| state.is_a("set-variables"));
    let entries = variables.map(|at| at.elements()).unwrap_or_default();
    entries.iter().any(|entry| {
        let (Some(key), Some(value)) = (entry.item.text_of("key"), entry.item.text_of("value"))
        else {
            return false;
        };
        let names = [
            vec!["flow".to_owned(), "variables".to_owned(), key.to_string()],
            vec!["widgets".to_owned(), state.name.clone().unwrap_or_default(), key.to_string()],
        ];
        let is_one = |path: &Vec<String>| names.iter().any(|name| path.starts_with(name));
        let bare: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        let stays = names.iter().any(|name| bare == format!("{{{{{}}}}}", name.join(".")));
        !stays && paths(&value).iter().any(is_one) && tested.iter().any(is_one)
    })
}

/// The sets of numbers that lead to each other. (Kosaraju's algorithm, without recursion.)
fn components(ways: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut back = vec![Vec::new(); ways.len()];
    for (number, next) in ways.iter().enumerate() {
        for next in next {
            if let Some(back) = back.get_mut(*next) {
                back.push(number);
            }
        }
    }
    let mut seen = vec![false; ways.len()];
    let mut order = Vec::new();
    for start in 0..ways.len() {
        visit(start, ways, &mut seen, &mut order);
    }
    seen.fill(false);
    let mut found = Vec::new();
    for start in order.into_iter().rev() {
        let mut members = Vec::new();
        visit(start, &back, &mut seen, &mut members);
        if !members.is_empty() {
            found.push(members);
        }
    }
    found
}

/// Adds the numbers that can be reached from one, each behind those that it leads to.
fn visit(start: usize, ways: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut enter = |number: usize, open: &mut Vec<(usize, usize)>| {
        if let Some(seen) = seen.get_mut(number).filter(|seen| !**seen) {
            *seen = true;
            open.push((number, 0));
        }
    };
    enter(start, &mut open);
    while let Some((number, way)) = open.last_mut() {
        match ways.get(*number).and_then(|next| next.get(*way)).copied() {
            Some(next) => {
                *way += 1;
                enter(next, &mut open);
            }
            None => {
                order.push(*number);
                open.pop();
            }
        }
    }
}

/// The shortest way from a number back to it.
fn shortest_round(start: usize, ways: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut from = vec![None; ways.len()];
    let mut rest = VecDeque::from([start]);
    while let Some(number) = rest.pop_front() {
        for next in ways.get(number)?.iter().copied() {
            if next == start {
                let mut round = vec![number];
                let mut at = number;
                while let Some(before) = from.get(at).copied().flatten() {
                    round.push(before);
                    at = before;
                }
                round.reverse();
                return Some(round);
            }
            if let Some(from) = from.get_mut(next).filter(|from| from.is_none()) {
                *from = Some(number);
                rest.push_back(next);
            }
        }
    }
    None
}
