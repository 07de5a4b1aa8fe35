//! Rules that each run of a Flow keeps, whatever its caller does: `must_pass` and `never_after`.

use super::failure::ScenarioFailure;
use super::place::FlowPlace;
use super::table::{Fields, Problems};
use crate::play::{PlayEnd, Played, PlayedFlows};
use crate::run::EndReason;

/// The rules of a file.
#[derive(Clone, Debug, Default)]
pub struct FlowRules {
    must_pass: Vec<MustPass>,
    never_after: Vec<NeverAfter>,
}

/// A place that each run passes that comes to its end; one that was hung up may not have come there yet.
#[derive(Clone, Debug)]
struct MustPass {
    place: FlowPlace,
    /// Only the runs that have been here, and after that.
    after: Option<FlowPlace>,
}

/// A place that no run passes after another one.
#[derive(Clone, Debug)]
struct NeverAfter {
    first: FlowPlace,
    never: FlowPlace,
}

impl FlowRules {
    /// Takes the rules of a file.
    pub(super) fn take(
        fields: &mut Fields<'_>,
        flows: PlayedFlows<'_>,
        problems: &mut Problems<'_>,
    ) -> FlowRules {
        let mut rules = FlowRules::default();
        for field in fields.take("must_pass").map(|field| field.items()).unwrap_or_default() {
            if field.is_text() {
                let place = FlowPlace::read(field, flows, problems);
                rules.must_pass.extend(place.map(|place| MustPass { place, after: None }));
            } else if let Some(mut table) = field.table(problems) {
                let mut place = |key, problems: &mut Problems<'_>| {
                    table.take(key).and_then(|field| FlowPlace::read(field, flows, problems))
                };
                let (widget, after) = (place("widget", problems), place("after", problems));
                match widget {
                    Some(place) => rules.must_pass.push(MustPass { place, after }),
                    None => problems.add(table.at, &table.key, "it has no widget"),
                }
                table.finish(problems);
            }
        }
        let after = fields.take("never_after").and_then(|field| field.table(problems));
        for (first, field) in after.map(|mut table| table.remaining()).unwrap_or_default() {
            let Some(first) = FlowPlace::of(&first, flows) else {
                field.problem(problems, FlowPlace::unknown(&first, flows));
                continue;
            };
            for item in field.items() {
                let Some(never) = FlowPlace::read(item, flows, problems) else { continue };
                rules.never_after.push(NeverAfter { first: first.clone(), never });
            }
        }
        rules
    }

    /// The rules that a run has broken.
    pub(super) fn broken(&self, played: &Played) -> Vec<ScenarioFailure> {
        let steps: Vec<_> = played.steps().collect();
        let is_done = played.end == PlayEnd::Ended(EndReason::FlowEnd);
        let must = self.must_pass.iter().filter(|rule| {
            let from = match &rule.after {
                None => Some(0),
                Some(after) => steps.iter().position(|step| after.is_at(step)).map(|at| at + 1),
            };
            let is_passed =
                |from: usize| steps.iter().skip(from).any(|step| rule.place.is_at(step));
            is_done && from.is_some_and(|from| !is_passed(from))
        });
        let must = must.map(|MustPass { place, after }| {
            let after = after.as_ref().map(|after| format!(" after {after}")).unwrap_or_default();
            ScenarioFailure::new("must_pass", format!("the run does not pass {place}{after}"))
        });
        let never = self.never_after.iter().filter(|rule| {
            let first = steps.iter().position(|step| rule.first.is_at(step));
            let rest = |first: usize| steps.iter().skip(first + 1);
            first.is_some_and(|first| rest(first).any(|step| rule.never.is_at(step)))
        });
        let never = never.map(|NeverAfter { first, never }| {
            ScenarioFailure::new("never_after", format!("{never} comes after {first}"))
        });
        must.chain(never).collect()
    }
}
