//! The page on Studio: the codes of checks, a run, scenarios, a recipe.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::Arc;

use studio::Flow;
use studio::scenario::ScenarioFile;

use crate::names::sources;
use crate::{read, root, table};

#[test]
fn codes_of_the_page_are_those_of_the_checks() {
    let page = read("docs/studio.md");
    let rows = table(&page, "Checking Flows");
    let told: BTreeSet<&str> =
        rows.iter().flat_map(|row| row[1].split('`').skip(1).step_by(2)).collect();
    let checks: String = sources("studio/src/flow").into_iter().map(|(_, text)| text).collect();
    for code in &told {
        assert!(checks.contains(&format!("\"{code}\"")), "no check finds {code}");
    }
    let mut found = BTreeSet::new();
    for folder in ["warnings", "errors", "invented", "forms", "not-json"] {
        for file in fs::read_dir(root("studio/tests/flows").join(folder)).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "findings") {
                let text = fs::read_to_string(file).unwrap();
                let codes = text.lines().map(|line| line.split(' ').nth(1).unwrap().to_owned());
                found.extend(codes);
            }
        }
    }
    for code in &found {
        assert!(told.contains(code.as_str()), "docs/studio.md does not name {code}");
    }
    let never: Vec<&str> = told.iter().copied().filter(|code| !found.contains(*code)).collect();
    assert_eq!(
        never,
        ["nested-too-deeply", "too-many-subflows", "too-many-widgets"],
        "no Flow of ours has them"
    );
}

/// The blocks of this language in a section of the page.
fn blocks(heading: &str, language: &str) -> Vec<String> {
    let page = read("docs/studio.md");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let blocks = section.split("\n```").skip(1).step_by(2);
    let start = format!("{language}\n");
    blocks.filter_map(|block| block.strip_prefix(&start)).map(str::to_owned).collect()
}

#[test]
fn check_of_the_page_prints_what_stands_below_it() {
    let block = blocks("Checking Flows", "sh").remove(0);
    let (_, rest) = block.split_once("<<'END'\n").unwrap();
    let (flow, _) = rest.split_once("\nEND").unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), format!("{flow}\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ringdown"))
        .env_clear()
        .args(["flow", "check", "-"])
        .stdin(fs::File::open(file.path()).unwrap())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim(), blocks("Checking Flows", "text")[0].trim());
}

#[test]
fn comparison_of_the_recipe_takes_a_flow_that_is_new() {
    let recipe = blocks("In a pull request", "yaml").remove(0);
    let (_, step) = recipe.split_once("- name: compare\n        run: |\n").unwrap();
    let script: Vec<&str> =
        step.lines().take_while(|line| line.starts_with("          ")).map(str::trim).collect();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("flows")).unwrap();
    fs::copy(root("examples/opening-hours.json"), folder.path().join("flows/hotline.json"))
        .unwrap();
    // `git show` of a file that the other branch does not have.
    let program = env!("CARGO_BIN_EXE_ringdown");
    let known = format!("git() {{ return 128; }}\nringdown() {{ {program} \"$@\"; }}\n");
    let output = Command::new("bash")
        .args(["-e", "-c", &(known + &script.join("\n"))])
        .current_dir(folder.path())
        .env("GITHUB_STEP_SUMMARY", "summary.md")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let summary = fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(summary.contains("+ widget hours (make-http-request)"), "{summary}");
    assert!(folder.path().join("changes.svg").exists());
}

#[test]
fn run_of_the_page_prints_what_stands_below_it() {
    let command = blocks("Running a Flow", "sh").remove(0);
    let typed = command.trim().strip_prefix("cargo run -- ").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ringdown"))
        .env_clear()
        .current_dir(root(""))
        .args(typed.split(' '))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim(), blocks("Running a Flow", "text")[0].trim());
}

#[test]
fn types_of_the_page_are_those_that_are_played() {
    let page = read("docs/studio.md");
    let told = table(&page, "What is played");
    let played = studio::play::WIDGET_SUPPORT.iter().map(|one| {
        let difference = if one.difference.is_empty() { "–" } else { one.difference };
        vec![format!("`{}`", one.kind), one.played.to_owned(), difference.to_owned()]
    });
    assert_eq!(told, played.collect::<Vec<Vec<String>>>());
}

#[test]
fn scenario_of_the_page_is_one_of_the_example() {
    let block = blocks("Testing Flows", "text").remove(0);
    assert!(read("examples/opening-hours.tests.toml").contains(block.trim()), "{block}");
}

#[test]
fn keys_of_a_scenario_are_those_of_the_page() {
    let page = read("docs/studio.md");
    let rows = table(&page, "Testing Flows");
    let told: BTreeSet<&str> =
        rows.iter().flat_map(|row| row[0].split('`').skip(1).step_by(2)).collect();
    let flow = Arc::new(Flow::read(&serde_json::json!({"states": []})).unwrap());
    let unknown = ScenarioFile::read("[[scenarios]]\nzzz = 1\n", &flow, &BTreeMap::new());
    let message = unknown.unwrap_err().into_iter().find(|one| one.key.ends_with("zzz")).unwrap();
    let (_, known) = message.message.split_once("expected one of ").unwrap();
    assert_eq!(told, known.split(", ").collect());
}

#[test]
fn commands_of_the_recipe_can_be_typed() {
    let recipe = blocks("In a pull request", "yaml").remove(0);
    let lines = recipe.lines().filter_map(|line| line.split_once("ringdown "));
    let commands: Vec<&str> =
        lines.map(|(_, line)| line.split(" | ").next().unwrap().trim()).collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        let parsed = ringdown::commands::parse(command.split(' ').map(Into::into));
        parsed.unwrap_or_else(|error| panic!("{command}: {error}"));
    }
}
