//! Flows, templates and scenarios of ours with bytes and values exchanged at random, and callers who do anything: nothing
//! panics, every run ends within its work, and every end says why.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "random/caller.rs"]
mod caller;
#[path = "random/mutation.rs"]
mod mutation;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;
use studio::diff::{FlowDiff, picture};
use studio::draw::{Graph, Mode, Overlay, svg};
use studio::liquid::{MAX_RENDERED_BYTES, MAX_WORK, Template};
use studio::play::{MetDifferences, PlayEnd, Played, TraceDetail, TraceWriter, play};
use studio::run::{EndReason, MAX_STEPS};
use studio::scenario::{
    FlowRules, ScenarioFile, call_from, execution, explore, judge, junit, message_from,
    named_files, read_answers, request_for,
};
use studio::{Flow, FlowFile};

use self::caller::RandomCaller;
use self::mutation::{Random, mutated, mutated_value};

/// The files below a folder of the repository that end like this.
fn files_below(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries {
        if path.is_dir() {
            files_below(&path, ending, files);
        } else if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
}

fn texts(ending: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["tests/flows", "../sandbox/flows", "../shared/flows", "../examples"] {
        files_below(&root.join(folder), ending, &mut files);
    }
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

/// The seeds of all cases.
struct Corpus {
    flows: Vec<Vec<u8>>,
    scenarios: Vec<Vec<u8>>,
    templates: Vec<Vec<u8>>,
    /// The Flows as they are.
    sound: Vec<Arc<Flow>>,
}

impl Corpus {
    fn read() -> Corpus {
        let (flows, scenarios) = (texts(".json"), texts(".toml"));
        let (mut templates, mut sound) = (Vec::new(), Vec::new());
        for bytes in &flows {
            let Ok(file) = FlowFile::read(bytes) else { continue };
            for definition in file.flows() {
                let flow = definition.flow();
                for state in &flow.states {
                    templates_of(&Value::Object(state.properties.clone()), &mut templates);
                }
                sound.push(Arc::new(flow));
            }
        }
        assert!(flows.len() > 30 && scenarios.len() > 10 && templates.len() > 50);
        Corpus { flows, scenarios, templates, sound }
    }
}

fn templates_of(value: &Value, templates: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) if text.contains('{') => templates.push(text.clone().into_bytes()),
        Value::Array(items) => items.iter().for_each(|item| templates_of(item, templates)),
        Value::Object(entries) => entries.values().for_each(|one| templates_of(one, templates)),
        _ => {}
    }
}

/// Plays a Flow against a caller who does anything, for each start.
fn walk(flow: &Arc<Flow>, corpus: &Corpus, random: &mut Random) {
    let start = match random.below(3) {
        0 => call_from("+15005550001"),
        1 => message_from("+15005550001", "1".to_owned()),
        _ => request_for("+15005550001", serde_json::Map::new()),
    };
    let subflow = random.choose(&corpus.sound).clone();
    let mut caller = RandomCaller { random, subflow };
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    let played = play(flow, &execution(start), now, &mut caller);
    check_played(flow, &played);
}

/// What holds for every run.
fn check_played(flow: &Flow, played: &Played) {
    let steps = played.steps().count();
    assert!(steps <= MAX_STEPS + 1, "{steps} steps");
    let codes: Vec<u32> = played
        .entries
        .iter()
        .filter_map(|entry| match &entry.detail {
            TraceDetail::Logged(log) => log.code,
            _ => None,
        })
        .collect();
    let explained = match &played.end {
        PlayEnd::Waits { widget } => panic!("{widget} waits for ever"),
        PlayEnd::Missing { message } => !message.is_empty() && codes.contains(&81022),
        PlayEnd::NoWayIn { event } => !event.is_empty(),
        PlayEnd::Ended(reason) => match reason {
            EndReason::FlowEnd => true,
            EndReason::HungUp => {
                played.steps().next_back().is_some_and(|step| step.event == "hangup")
            }
            EndReason::TooManySteps => codes.contains(&81000),
            EndReason::SameWidget { .. } => codes.contains(&81001),
            EndReason::NoMatch { .. } => codes.contains(&81005),
            EndReason::TooMuchWork { .. } => true,
            EndReason::Unplayable { why, .. } => !why.is_empty(),
            EndReason::Stopped => false,
        },
    };
    assert!(explained, "{:?}: {codes:?}", played.end);
    let mut writer = TraceWriter::new("2026-11-28T12:00:00Z".parse().unwrap(), true);
    for entry in &played.entries {
        let lines = writer.lines(entry);
        assert!(lines.ends_with('\n') || lines.is_empty());
        assert!(!lines.trim_end_matches('\n').contains(|c: char| c.is_control() && c != '\n'));
    }
    let mut met = MetDifferences::default();
    met.add(flow, played);
    assert!(met.lines().all(|line| line.contains("differs from Studio")));
}

/// A definition with something exchanged, read, checked, printed, drawn, compared, converted and walked through.
fn definition(corpus: &Corpus, random: &mut Random) {
    let seed = random.choose(&corpus.flows).clone();
    let other = random.choose(&corpus.flows).clone();
    let bytes = match serde_json::from_slice::<Value>(&seed) {
        Ok(value) if random.below(4) > 0 => mutated_value(value, random).to_string().into_bytes(),
        _ => mutated(seed, &other, random),
    };
    let file = match FlowFile::read(&bytes) {
        Ok(file) => file,
        Err(findings) => {
            assert!(!findings.is_empty() && findings.iter().all(|one| !one.message.is_empty()));
            return;
        }
    };
    assert_eq!(file.print().as_bytes(), bytes);
    for one in file.flows().iter().take(2) {
        let flow = Arc::new(one.flow());
        for finding in one.check() {
            assert!(finding.path.starts_with('#') && !finding.message.is_empty());
        }
        if one.is_old_export() {
            let _ = one.convert();
        }
        for _ in 0..3 {
            walk(&flow, corpus, random);
        }
        // Drawing is the slowest of all.
        if random.below(8) == 0 {
            let other = random.choose(&corpus.sound).clone();
            let _ = svg(&Graph::of(&flow), &Overlay::default(), Mode::Standalone);
            let diff = FlowDiff::of(&one.value(), &one.value());
            assert!(diff.is_empty(), "{:?}", diff.lines());
            let _ = picture(&flow, &other, &diff);
        }
    }
}

fn template(corpus: &Corpus, random: &mut Random) {
    let (seed, other) =
        (random.choose(&corpus.templates).clone(), random.choose(&corpus.templates).clone());
    let bytes = mutated(seed, &other, random);
    let Ok(template) = Template::parse(&String::from_utf8_lossy(&bytes)) else { return };
    let _ = template.paths();
    let context = serde_json::json!({
        "flow": {"variables": {"k": 1, "list": [1, [2], {"a": "b"}], "words": "x ".repeat(99)}, "data": {}},
        "widgets": {"w": {"parsed": {"a": [1, 2]}, "Digits": "12"}}, "trigger": {"call": {"From": "+1"}},
    });
    let (rendered, work) =
        template.render_counted(&context, "2026-11-28T12:00:00Z".parse().unwrap());
    assert!(work < 2 * MAX_WORK, "{work}");
    assert!(rendered.is_err() || rendered.is_ok_and(|text| text.len() <= MAX_RENDERED_BYTES));
}

fn scenarios(corpus: &Corpus, random: &mut Random) {
    let (seed, other) =
        (random.choose(&corpus.scenarios).clone(), random.choose(&corpus.scenarios).clone());
    let bytes = mutated(seed, &other, random);
    let text = String::from_utf8_lossy(&bytes);
    let _ = (named_files(&text), read_answers(&text, None));
    // The Flow whose widgets the file names is one of these.
    for flow in &corpus.sound {
        let read = ScenarioFile::read(&text, flow, &BTreeMap::new());
        match read {
            Ok(file) => {
                let report = judge(flow, &file);
                for result in &report.results {
                    check_played(flow, &result.played);
                }
                roxmltree::Document::parse(&junit(&[("a".to_owned(), report)], &[], &[])).unwrap();
            }
            Err(problems) => {
                assert!(problems.iter().all(|one| one.line > 0 && !one.message.is_empty()))
            }
        }
        if random.below(6) > 0 {
            break;
        }
    }
}

fn keys(corpus: &Corpus, random: &mut Random) {
    let flow = random.choose(&corpus.sound).clone();
    walk(&flow, corpus, random);
    if random.below(20) == 0 {
        let found = explore(&flow, &FlowRules::default(), &BTreeMap::new(), 5, random.next());
        assert!(found.walks <= 5);
    }
}

/// A case: it panics if something does not hold.
type Case = fn(&Corpus, &mut Random);

/// One case of each kind.
const KINDS: [(&str, Case); 4] = [
    ("definitions", definition),
    ("templates", template),
    ("scenarios", scenarios),
    ("walks", keys),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_read_and_played_without_a_panic(seed in any::<u64>()) {
        thread_local!(static CORPUS: Corpus = Corpus::read());
        CORPUS.with(|corpus| {
            for (_, case) in KINDS {
                case(corpus, &mut Random::new(seed));
            }
        });
    }
}

/// `cargo test --release -p studio --test random -- --ignored --nocapture`
#[test]
#[ignore = "a long run: its figures are printed"]
fn millions_of_cases_are_played_without_a_panic() {
    let corpus = Corpus::read();
    for (kind, case, count) in [
        ("definitions", definition as Case, 60_000_u64),
        ("scenarios", scenarios, 40_000),
        ("walks", keys, 300_000),
        ("templates", template, 3_000_000),
    ] {
        let began = std::time::Instant::now();
        let (mut slowest, mut of) = (0.0_f64, 0);
        for number in 0..count {
            let before = began.elapsed().as_secs_f64();
            let seed = number.wrapping_mul(0x2545_f491_4f6c_dd1d);
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                case(&corpus, &mut Random::new(seed))
            }));
            assert!(caught.is_ok(), "{kind}: the seed {seed}");
            let took = began.elapsed().as_secs_f64() - before;
            if took > slowest {
                (slowest, of) = (took, seed);
            }
        }
        let took = began.elapsed().as_secs_f64();
        println!(
            "{kind}: {count} cases in {took:.0} s, {:.0} a second; the slowest {slowest:.2} s (seed {of})",
            count as f64 / took
        );
    }
}
