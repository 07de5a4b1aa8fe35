//! Names in a text: the people's own names, and what calendars call them.
//!
//! A name counts as a whole word, in small letters or capitals, in whichever of Unicode's ways it is written. Where names
//! overlap the longest counts: "Alpha Bravo" is neither Alpha nor Bravo.

mod absence;
mod address;
mod fold;

use std::collections::HashMap;

use fold::{fold, is_whole};

/// Words that say that an event is no shift, unless the configuration has others.
pub const NOT_ON_CALL: [&str; 14] = [
    "holiday",
    "holidays",
    "vacation",
    "vacations",
    "leave",
    "sick",
    "off",
    "day off",
    "days off",
    "time off",
    "out of office",
    "OOO",
    "PTO",
    "birthday",
];

/// The names that a calendar may have for people.
#[derive(Clone, Debug, Default)]
pub struct Names {
    people: Vec<String>,
    /// Each name as it is compared, and whose it is.
    names: Vec<(String, Meaning)>,
    by_name: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Person(usize),
    NotOnCall,
}

/// The meaning of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The people whom it names, in its order, each once.
    pub(super) people: Vec<usize>,
    /// The word that says that nobody is on call for it.
    pub(super) not_on_call: Option<String>,
}

/// The longest text that is looked through, in characters.
const MAX_TEXT: usize = 4_000;

impl Names {
    /// The names of these people: each with what calendars call them, and the words that mean that an event is no shift.
    /// Of two people with one name the first has it.
    pub fn new<'a>(
        people: impl IntoIterator<Item = (&'a str, &'a [String])>,
        not_on_call: impl IntoIterator<Item = &'a str>,
    ) -> Names {
        let mut all = Names::default();
        for (person, called) in people {
            let index = all.people.len();
            all.people.push(person.to_owned());
            for name in std::iter::once(person).chain(called.iter().map(String::as_str)) {
                all.add(name, Meaning::Person(index));
            }
        }
        for word in not_on_call {
            all.add(word, Meaning::NotOnCall);
        }
        all
    }

    fn add(&mut self, name: &str, meaning: Meaning) {
        let name = match meaning {
            Meaning::Person(_) => fold(name),
            Meaning::NotOnCall => absence::with_blanks(&fold(name)),
        };
        if name.is_empty() || self.names.iter().any(|(have, _)| *have == name) {
            return;
        }
        if let Meaning::Person(index) = meaning {
            self.by_name.insert(name.clone(), index);
        }
        self.names.push((name, meaning));
    }

    /// The name of a person.
    pub(super) fn person(&self, index: usize) -> &str {
        &self.people[index]
    }

    /// Finds whom a text names, and whether it says that they are not on call.
    pub(super) fn in_text(&self, text: &str) -> Named {
        let text = fold(&text.chars().take(MAX_TEXT).collect::<String>());
        let blank = absence::with_blanks(&text);
        let mut found: Vec<(usize, usize, Meaning)> = Vec::new();
        for (name, meaning) in &self.names {
            let text = if *meaning == Meaning::NotOnCall { &blank } else { &text };
            let places = text.match_indices(name.as_str()).map(|(at, _)| (at, at + name.len()));
            let whole = places.filter(|(from, to)| is_whole(text, *from, *to));
            found.extend(whole.map(|(from, to)| (from, to, *meaning)));
        }
        found.retain(|(from, to, meaning)| {
            *meaning != Meaning::NotOnCall || absence::is_meant(&text, *from, *to)
        });
        // An address counts as a whole: "zoe.bravo@example.com" is not Bravo.
        for (from, to) in address::in_text(&text) {
            found.retain(|(begin, end, _)| *end <= from || to <= *begin);
            let person = self.in_address(&text[from..to]);
            found.extend(person.map(|person| (from, to, Meaning::Person(person))));
        }
        found.sort_by_key(|(from, to, _)| (std::cmp::Reverse(to - from), *from));
        // A longer one that lies over a shorter one covers its begin or its end.
        let mut is_taken = vec![false; text.len()];
        found.retain(|(from, to, _)| {
            let is_free = !is_taken[*from] && !is_taken[*to - 1];
            if is_free {
                is_taken[*from..*to].fill(true);
            }
            is_free
        });
        found.sort_by_key(|(from, ..)| *from);
        let mut named = Named::default();
        for (from, to, meaning) in found {
            match meaning {
                Meaning::Person(index) => named.add(index),
                Meaning::NotOnCall => {
                    named.not_on_call.get_or_insert_with(|| text[from..to].to_owned());
                }
            }
        }
        named
    }

    /// Finds whom an address names (`mailto:alpha.lima@example.com`): by all of it, or by what stands before the @. A
    /// text without an @ names somebody by all of it.
    pub(super) fn in_address(&self, address: &str) -> Option<usize> {
        let address = fold(address);
        let address = address.strip_prefix("mailto:").unwrap_or(&address).trim();
        let local = address.split_once('@').map_or(address, |(local, _)| local);
        let words = local.replace(['.', '_', '+'], " ");
        [address, local, &words].into_iter().find_map(|name| self.by_name.get(name)).copied()
    }
}

impl Named {
    pub(super) fn add(&mut self, person: usize) {
        if !self.people.contains(&person) {
            self.people.push(person);
        }
    }
}

/// A name as calendars' names are compared: two that are equal then are one.
pub(crate) fn comparable(name: &str) -> String {
    fold(name)
}

#[cfg(test)]
mod tests;
