//! Transitions: their events, and where they lead.

use std::collections::HashSet;

use super::{Check, CheckedState, CheckedTransition, Location, listed, other_kind, plain, quoted};
use crate::flow::finding::Severity;
use crate::flow::widgets;
use crate::json::JsonKind;

/// Something found while the states are read.
type Found<'a> = (Severity, &'static str, Location<'a>, String, String);

impl<'a> Check<'a> {
    pub(super) fn transitions(&mut self) {
        let states = std::mem::take(&mut self.states);
        for state in &states {
            let (mut seen, mut lost) = (HashSet::new(), HashSet::new());
            for transition in &state.transitions {
                let name = transition.event.as_deref().filter(|event| *event != "match");
                let is_second = name.is_some_and(|name| !seen.insert(name));
                let found = [
                    event(state, transition),
                    is_second.then(|| second(transition)),
                    self.next(state, transition),
                ];
                for (severity, code, at, message, advice) in found.into_iter().flatten() {
                    // Of several events that lead to the same place, the first one names them all.
                    if code == "dangling-next" && !lost.insert(transition.next.as_deref()) {
                        continue;
                    }
                    self.add(severity, code, &at, message, &advice);
                }
            }
        }
        self.states = states;
    }

    fn next(
        &self,
        state: &CheckedState<'_>,
        transition: &CheckedTransition<'a>,
    ) -> Option<Found<'a>> {
        let at = &transition.at;
        let Some(next) = at.get("next") else {
            // Typed by hand where `next` was meant.
            let name = at.get("name").filter(|name| name.item.kind() == JsonKind::Text)?;
            let named = name.item.text().unwrap_or_default();
            let message = format!(
                "the transition has `name` {} and no `next`: it ends there",
                quoted(&named)
            );
            let advice = "rename the key to `next`".to_owned();
            return Some((Severity::Warning, "name-instead-of-next", name, message, advice));
        };
        if let Some(kind) = other_kind(&next, JsonKind::Text) {
            let message = format!("`next` is {kind}, expected a state's name");
            let advice = "leave `next` out where the Flow ends".to_owned();
            return Some((Severity::Error, "malformed-next", next, message, advice));
        }
        let name = transition.next.as_deref()?;
        if self.by_name.contains_key(name) {
            let is_loop = state.name.as_deref() == Some(name) && waits(state, transition);
            return is_loop.then(|| {
                let event = transition.event.as_deref().unwrap_or_default();
                let message = format!("{} leads back to the widget itself", quoted(event));
                let advice =
                    "after ten rounds Studio ends the Execution: count the rounds, and lead on"
                        .to_owned();
                (Severity::Note, "self-loop", next, message, advice)
            });
        }
        let alike = state.transitions.iter().filter(|one| one.next.as_deref() == Some(name));
        let mut events: Vec<String> =
            alike.map(|one| quoted(one.event.as_deref().unwrap_or_default())).collect();
        events.dedup();
        let event = listed(&events.iter().map(String::as_str).collect::<Vec<_>>(), "and");
        let verb = if events.len() > 1 { "lead" } else { "leads" };
        let message =
            format!("{event} {verb} to {}: there is no widget of that name", quoted(name));
        let ends = ["ended", "end", "none", "null", "stop", "hangup", "exit", "finish", "done"];
        let advice = self.meant(name).unwrap_or_else(|| {
            if ends.contains(&plain(name).as_str()) {
                "leave `next` out where the Flow ends".to_owned()
            } else {
                "name a state, or leave `next` out where the Flow ends".to_owned()
            }
        });
        Some((Severity::Error, "dangling-next", next, message, advice))
    }
}

/// Somebody is waited for in the widget before the event comes, as far as is known.
pub(super) fn waits(state: &CheckedState<'_>, transition: &CheckedTransition<'_>) -> bool {
    let event = transition.event.as_deref().unwrap_or_default();
    state.of.is_none_or(|of| of.waits_for(event))
}

/// An event that the widget does not have.
fn event<'a>(state: &CheckedState<'_>, transition: &CheckedTransition<'a>) -> Option<Found<'a>> {
    let at = &transition.at;
    if let Some(kind) = other_kind(at, JsonKind::Object) {
        let message = format!("the transition is {kind}, expected an object");
        let advice = "a transition has event and next".to_owned();
        return Some((Severity::Error, "malformed-transition", at.clone(), message, advice));
    }
    let Some(event) = transition.event.as_deref() else {
        let at = at.get("event").unwrap_or_else(|| at.clone());
        let message = "the transition has no event".to_owned();
        let advice = match state.of {
            Some(of) => format!("{} has {}", of.name, listed(of.events, "and")),
            None => "name the event that it is for".to_owned(),
        };
        return Some((Severity::Error, "no-event", at, message, advice));
    };
    let of = state.of;
    let is_known = match of {
        Some(of) => of.events.contains(&event),
        None => widgets::has_event(event),
    };
    if is_known {
        return None;
    }
    let (message, advice) = match of {
        Some(of) => {
            let meant = of.events.iter().find(|known| plain(known) == plain(event));
            let advice = match meant {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => format!("its events are {}", listed(of.events, "and")),
            };
            (format!("{} has no event {}", of.name, quoted(event)), advice)
        }
        None => {
            let message = format!("no widget of Studio has an event {}", quoted(event));
            (message, "use the events of Studio's widget library".to_owned())
        }
    };
    let at = at.get("event").unwrap_or_else(|| at.clone());
    Some((Severity::Error, "unknown-event", at, message, advice))
}

/// A second transition for an event that may have one.
fn second<'a>(transition: &CheckedTransition<'a>) -> Found<'a> {
    let event = transition.event.as_deref().unwrap_or_default();
    let message = format!("a second transition for {}: the first one counts", quoted(event));
    let advice = "remove one of them".to_owned();
    (Severity::Warning, "double-event", transition.at.clone(), message, advice)
}
