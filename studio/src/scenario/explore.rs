//! Random walks through a Flow, and what they have found: errors, dead ends, loops, and widgets never reached.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::coverage::Coverage;
use super::random::SeededRandom;
use super::rules::FlowRules;
use super::start::{CONTACT, USUAL_TIME, call_from, execution, message_from, request_for, ways_in};
use super::values::FlowValues;
use super::walk::{Walk, inline};
use crate::flow::Flow;
use crate::play::{MetDifferences, PlayEnd, Played, PlayedFlows, TraceDetail, play_sharing};
use crate::run::{EndReason, ExecutionStart, LogEntry, MAX_RUN_WORK, Patterns, Step, Trigger};

/// The findings of random walks.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// How many walks there were.
    pub walks: u64,
    /// The reason why there are no more.
    pub stop: WalkStop,
    /// The time that they have taken, if somebody has measured it.
    pub took: Duration,
    /// Their seed.
    pub seed: u64,
    /// The errors: what Twilio would have logged, and runs that ended by an error.
    pub errors: Vec<ExplorationFinding>,
    /// The ends of runs at an event without a transition, in widgets where another event goes on.
    pub dead_ends: Vec<ExplorationFinding>,
    /// The runs that went round and round.
    pub loops: Vec<ExplorationFinding>,
    /// The rules that runs have broken.
    pub broken: Vec<ExplorationFinding>,
    /// The parts that the walks have passed.
    pub coverage: Coverage,
    /// Where they were not played as in Studio.
    pub differences: MetDifferences,
}

/// The reason why there are no more walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkStop {
    /// All that were asked for were made.
    Done,
    /// The Flow has no way in for a call, a message or a request.
    NoWayIn,
    /// Their templates and patterns took too much work.
    Work,
    /// Whoever is told after each walk has ended them.
    Told,
}

/// Something that walks have found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplorationFinding {
    /// The finding, in words.
    pub message: String,
    /// How many walks have it.
    pub count: u64,
    /// The start of the shortest of them, and its caller's actions as a scenario writes them.
    pub example: String,
}

/// A list of findings while walks go on: how often, and the shortest example with its length.
type Found = BTreeMap<String, (u64, usize, String)>;

/// How many walks there are at most, and with which numbers.
#[derive(Clone, Copy, Debug)]
pub struct WalkPlan {
    /// How many.
    pub walks: u64,
    /// The same seed is the same walks.
    pub seed: u64,
    /// The work of their templates and patterns together after which no walk begins.
    pub max_work: u64,
}

impl WalkPlan {
    /// So many walks, unless they take as much work as four runs that end for that reason.
    pub fn new(walks: u64, seed: u64) -> WalkPlan {
        WalkPlan { walks, seed, max_work: 4 * MAX_RUN_WORK }
    }
}

/// Walks through a Flow at random so many times, the same for the same seed. A Flow that has no way in has no walks.
pub fn explore(
    flow: &Arc<Flow>,
    rules: &FlowRules,
    flows: &BTreeMap<String, Arc<Flow>>,
    walks: u64,
    seed: u64,
) -> Exploration {
    explore_each(flow, rules, flows, WalkPlan::new(walks, seed), &mut |_| true)
}

/// Walks at random as [`explore()`] does, and says after each walk how many there were: `false` ends them. Those that were
/// made are the same, whenever they end.
pub fn explore_each(
    flow: &Arc<Flow>,
    rules: &FlowRules,
    flows: &BTreeMap<String, Arc<Flow>>,
    plan: WalkPlan,
    done: &mut dyn FnMut(u64) -> bool,
) -> Exploration {
    let all = PlayedFlows { main: flow, subflows: flows };
    let (values, patterns) = (FlowValues::of(all), Patterns::default());
    let (mut coverage, mut differences) = (Coverage::new(all), MetDifferences::default());
    let [mut errors, mut dead_ends, mut loops, mut broken]: [Found; 4] = Default::default();
    let starts = ways_in(flow);
    let WalkPlan { walks: asked, seed, max_work } = plan;
    let asked = if starts.is_empty() { 0 } else { asked };
    let (mut walks, mut work) = (0, 0_u64);
    let mut stop = if starts.is_empty() { WalkStop::NoWayIn } else { WalkStop::Done };
    let mut goes_on = true;
    for number in 0..asked {
        if !goes_on || work >= max_work {
            stop = if goes_on { WalkStop::Work } else { WalkStop::Told };
            break;
        }
        // Each walk can be walked again alone.
        let random = SeededRandom::new(seed.wrapping_add(number.wrapping_mul(0x9e37_79b9)));
        let mut walk = Walk::new(random, &values, flows);
        let Some(start) = walk.choose(&starts) else { break };
        let (words, start) = start_of(start, &mut walk);
        let played = play_sharing(flow, &start, USUAL_TIME, &mut walk, &patterns);
        (walks, work) = (number + 1, work.saturating_add(played.work));
        goes_on = done(walks);
        coverage.add(&played);
        differences.add(flow, &played);
        let done = [words, walk.example()];
        let done: Vec<&str> =
            done.iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
        let example = done.join("; ");
        let note = |found: &mut Found, message: String| {
            let length = played.entries.len();
            let entry = found.entry(message).or_insert((0, usize::MAX, String::new()));
            entry.0 += 1;
            if length < entry.1 {
                (entry.1, entry.2) = (length, example.clone());
            }
        };
        for message in logged(&played) {
            note(&mut errors, message);
        }
        match &played.end {
            PlayEnd::Ended(EndReason::TooManySteps | EndReason::SameWidget { .. }) => {
                note(&mut loops, played.end.to_string());
            }
            end if end.is_error() && !is_logged(&played) => note(&mut errors, end.to_string()),
            _ => {}
        }
        if let Some(message) = dead_end(flow, &played) {
            note(&mut dead_ends, message);
        }
        for failure in rules.broken(&played) {
            note(&mut broken, format!("{}: {}", failure.key, failure.message));
        }
    }
    let [errors, dead_ends, loops, broken] = [errors, dead_ends, loops, broken].map(listed);
    let took = Duration::ZERO;
    Exploration { walks, stop, took, seed, errors, dead_ends, loops, broken, coverage, differences }
}

fn start_of(event: &str, walk: &mut Walk<'_>) -> (String, ExecutionStart) {
    let contact = walk.contact(CONTACT);
    let trigger = match event {
        "incomingCall" => call_from(&contact),
        "incomingMessage" => message_from(&contact, walk.first_words()),
        _ => {
            let mut all = Map::new();
            for start in [&["flow", "data"][..], &["trigger", "request", "parameters"]] {
                if let Value::Object(found) = walk.object(start) {
                    all.extend(found);
                }
            }
            request_for(&contact, all)
        }
    };
    let words = match &trigger {
        Trigger::Call(_) if contact != CONTACT => format!("call = {contact:?}"),
        Trigger::Call(_) => "call = true".to_owned(),
        Trigger::Message(message) => format!("message = {:?}", message.body),
        Trigger::Request(request) => {
            format!("request = {}", inline(&Value::Object(request.parameters.clone())))
        }
    };
    let is_named = matches!(trigger, Trigger::Call(_)) || contact == CONTACT;
    let words = if is_named { words } else { format!("{words}; contact = {contact:?}") };
    (words, execution(trigger))
}

/// What Twilio would have logged, each once; not that a run goes round and round, which is a loop.
fn logged(played: &Played) -> Vec<String> {
    let words = |(entry, code): (&LogEntry, u32)| {
        format!("{}: {} (error {code})", entry.widget, entry.message)
    };
    let is_loop = |code: u32| matches!(code, 81000 | 81001);
    let errors = log(played).filter(|(_, code)| !is_loop(*code));
    let mut all: Vec<String> = errors.map(words).collect();
    all.sort();
    all.dedup();
    all
}

/// The log of a run, with the codes.
fn log(played: &Played) -> impl Iterator<Item = (&LogEntry, u32)> {
    played.entries.iter().filter_map(|found| match &found.detail {
        TraceDetail::Logged(entry) => entry.code.map(|code| (entry, code)),
        _ => None,
    })
}

/// The log says why a run ended by an error: that is one error, and not two.
fn is_logged(played: &Played) -> bool {
    log(played).any(|(entry, code)| match &played.end {
        PlayEnd::Ended(EndReason::NoMatch { widget }) => code == 81005 && entry.widget == *widget,
        PlayEnd::Ended(EndReason::Unplayable { widget, why }) => {
            entry.widget == *widget && entry.message == *why
        }
        PlayEnd::Missing { message } => entry.message == *message,
        _ => false,
    })
}

/// The end of a run at an event that leads nowhere, in a widget where another event goes on.
fn dead_end(flow: &Flow, played: &Played) -> Option<String> {
    let last: &Step = played.steps().last()?;
    let is_end = played.end == PlayEnd::Ended(EndReason::FlowEnd);
    let state = flow.state(&last.from).filter(|_| is_end && last.subflow.is_none())?;
    let goes_on = state.transitions.iter().any(|transition| transition.next.is_some());
    let is_chosen = state.kind == "split-based-on" || last.event == crate::run::HANG_UP;
    (goes_on && !is_chosen && last.to.is_none()).then(|| {
        format!("{}.{} leads nowhere, and other events of it go on", last.place(), last.event)
    })
}

/// The findings, the most frequent first.
fn listed(found: Found) -> Vec<ExplorationFinding> {
    let mut all: Vec<ExplorationFinding> = found
        .into_iter()
        .map(|(message, (count, _, example))| ExplorationFinding { message, count, example })
        .collect();
    all.sort_by_key(|finding| std::cmp::Reverse(finding.count));
    all
}
