//! The steps of an Execution, one after the other. The order follows from the steps alone, not from when they came.

use std::collections::HashMap;

use super::step::RecordedStep;
use super::{ENDED, TRIGGER};
use crate::domain::sid::Sid;

/// Adds a step to others that are in their order.
pub(super) fn insert(steps: &mut Vec<RecordedStep>, step: RecordedStep) {
    let is_next = steps.iter().all(|other| other.at < step.at && other.to != ENDED);
    steps.push(step);
    if !is_next {
        *steps = arrange(std::mem::take(steps));
    }
}

/// Puts steps in their order: by time, those of one moment as they lead from widget to widget; and a step that led to the
/// end behind the one that led to its widget, even where somebody hung up before that was noted.
fn arrange(mut steps: Vec<RecordedStep>) -> Vec<RecordedStep> {
    steps.sort_by(|one, other| key(one).cmp(&key(other)));
    let chained = chain(steps);
    ends_last(chained)
}

fn key(step: &RecordedStep) -> (jiff::Timestamp, u8, &Sid) {
    let rank = match (step.from.as_str(), step.to.as_str()) {
        (TRIGGER, _) => 0,
        (_, ENDED) => 2,
        _ => 1,
    };
    (step.at, rank, &step.sid)
}

/// Puts those of one moment in the order of their widgets. A subflow's follow one another, not those around it.
fn chain(sorted: Vec<RecordedStep>) -> Vec<RecordedStep> {
    let mut chained: Vec<RecordedStep> = Vec::with_capacity(sorted.len());
    let mut current: HashMap<Option<Sid>, String> = HashMap::new();
    let mut rest = std::collections::VecDeque::from(sorted);
    while let Some(first) = rest.front() {
        let at = first.at;
        let follows = |step: &RecordedStep| current.get(&step.parent) == Some(&step.from);
        let place = rest.iter().take_while(|step| step.at == at).position(follows);
        let Some(step) = rest.remove(place.unwrap_or(0)) else { break };
        current.insert(step.parent.clone(), step.to.clone());
        chained.push(step);
    }
    chained
}

/// Moves a step that led to the end behind the last one that led to its widget, if none before it did.
fn ends_last(mut steps: Vec<RecordedStep>) -> Vec<RecordedStep> {
    let ends: Vec<usize> = (0..steps.len()).rev().filter(|at| steps[*at].to == ENDED).collect();
    for at in ends {
        let end = &steps[at];
        let same = |step: &&RecordedStep| step.parent == end.parent;
        let before = steps[..at].iter().rev().find(same);
        if before.is_some_and(|before| before.to == end.from) {
            continue;
        }
        let later = steps.iter().rposition(|step| same(&step) && step.to == end.from);
        if let Some(later) = later.filter(|later| *later > at) {
            let end = steps.remove(at);
            steps.insert(later, end);
        }
    }
    steps
}
