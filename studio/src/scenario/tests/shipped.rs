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

/// The shipped Flows: each scenario passes, and all widgets are passed.
#[test]
fn shipped_flows_pass_their_scenarios() {
    for (name, transitions_left) in [
        ("sandbox/flows/parcels-hotline", 4),
        ("sandbox/flows/delivery-survey", 10),
        ("shared/flows/outage-call", 8),
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
        assert_eq!(report.coverage.missed_widgets(), [""; 0], "{name}");
        let missed = report.coverage.missed_transitions();
        assert!(missed.len() <= transitions_left, "{name}: {missed:?}");
        let found = explore(&flow, &file.rules, &BTreeMap::new(), 300, 1);
        assert!(found.broken.is_empty(), "{name}: {:?}", found.broken);
        assert!(found.loops.is_empty(), "{name}: {:?}", found.loops);
    }
}
