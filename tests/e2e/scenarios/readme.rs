//! The scenario that the README tells.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    incident_of_the_readme_goes_as_it_says
}

/// The README's lines, without their times.
fn told_there() -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let (_, behind) =
        readme.split_once("## An incident at night, step by step\n\n```text\n").unwrap();
    let (lines, _) = behind.split_once("\n```").unwrap();
    lines.lines().map(|line| without_seconds(line.split_once("  ").unwrap().1)).collect()
}

/// How long it took is another thing on each machine.
fn without_seconds(line: &str) -> String {
    line.split_once(" took it after").map_or(line, |(who, _)| who).to_owned()
}

/// A line of Slack's as it reads there.
fn as_it_reads(line: &str) -> String {
    let line = line.replace("<@U0000001>", "alpha").replace("<@U0000002>", "bravo");
    let line = line.split(" <https://").next().unwrap().replace('*', "");
    let words = line.split(' ').filter(|word| !(word.len() > 1 && word.starts_with(':')));
    without_seconds(words.collect::<Vec<_>>().join(" ").trim_end_matches('.'))
}

async fn incident_of_the_readme_goes_as_it_says(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.lets_it_ring().await;
    let bravo = scenario.phone("bravo");
    bravo.rings().await;
    scenario.passes(Duration::from_secs(8)).await;
    bravo.answers().await.presses('1').await;
    bravo.is_sent("You took it: checkout-5xx-rate\n12 is more than 5\nPAGE").await;
    let found = scenario.is("taken").await.by("bravo");
    scenario
        .slack_says(&format!(
            ":white_check_mark: *bravo* took it after {}",
            found.span("raised_at", "taken_at")
        ))
        .await;
    let told: Vec<String> = scenario.slack().await.iter().map(|line| as_it_reads(line)).collect();
    assert_eq!(told, told_there());
    scenario.end().await;
}
