//! The scenarios of the shipped Flows.

use std::path::Path;

use super::*;

/// `cargo test --release -p studio --lib -- --ignored --nocapture scenarios_a_second`
#[test]
#[ignore = "a measurement: its figure is printed"]
fn scenarios_a_second_are_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/flows/parcels-hotline");
    let text = |ending| std::fs::read_to_string(path.with_extension(ending)).unwrap();
    let flow = Arc::new(Flow::parse(&text("json")).unwrap());
    let file = ScenarioFile::read(&text("tests.toml"), &flow, &BTreeMap::new()).unwrap();
    let began = std::time::Instant::now();
    let (mut scenarios, mut steps) = (0, 0);
    for _ in 0..500 {
        let report = judge(&flow, &file);
        scenarios += report.results.len();
        steps += report.results.iter().map(|one| one.played.steps().count()).sum::<usize>();
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "{scenarios} scenarios, {steps} steps in {took:.2} s: {:.0} scenarios a second",
        scenarios as f64 / took
    );
}

/// The shipped Flows: each scenario passes, and all widgets and transitions are passed but those that no run can take.
#[test]
fn shipped_flows_pass_their_scenarios() {
    for (name, impossible) in [
        ("sandbox/flows/parcels-hotline", vec!["voicemail.noAudio"]),
        ("sandbox/flows/delivery-survey", vec![]),
        ("shared/flows/outage-call", vec![]),
        ("examples/opening-hours", vec!["voicemail.noAudio"]),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        let text = |ending| std::fs::read_to_string(path.with_extension(ending)).unwrap();
        let flow = Arc::new(Flow::parse(&text("json")).unwrap());
        let file = ScenarioFile::read(&text("tests.toml"), &flow, &BTreeMap::new());
        let file = file.unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        let report = judge(&flow, &file);
        for result in &report.results {
            assert!(result.failures.is_empty(), "{name}: {}: {:#?}", result.name, result.failures);
        }
        assert_eq!(report.coverage.main.missed_widgets(), [""; 0], "{name}");
        assert_eq!(report.coverage.main.missed_transitions(), [""; 0], "{name}");
        let found =
            report.coverage.main.impossible().iter().map(|(transition, _)| transition.as_str());
        assert_eq!(found.collect::<Vec<&str>>(), impossible, "{name}");
        let found = explore(&flow, &file.rules, &BTreeMap::new(), 300, 1);
        assert!(found.broken.is_empty(), "{name}: {:?}", found.broken);
        assert!(found.loops.is_empty(), "{name}: {:?}", found.loops);
    }
}

/// The JSON files below a folder.
fn flows_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: std::path::PathBuf| match path.is_dir() {
        true => flows_below(&path),
        false => vec![path],
    };
    let mut all: Vec<_> = entries.flat_map(below).collect();
    all.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    all.sort();
    all
}

/// Flows of each widget, condition and oddity: every walk comes to an end, and the same one again.
#[test]
fn random_walks_end_in_every_flow_of_ours() {
    let files = flows_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows"));
    let mut walked = 0;
    for file in &files {
        let Ok(flows) = crate::FlowFile::read(&std::fs::read(file).unwrap()) else { continue };
        for definition in flows.flows() {
            let flow = Arc::new(definition.flow());
            let walk = || explore(&flow, &FlowRules::default(), &BTreeMap::new(), 40, 7);
            let (first, second) = (walk(), walk());
            assert_eq!(first.errors, second.errors, "{}", file.display());
            assert_eq!(first.loops, second.loops, "{}", file.display());
            walked += first.walks;
        }
    }
    assert!(walked >= 400, "{walked} walks in {} files", files.len());
}
