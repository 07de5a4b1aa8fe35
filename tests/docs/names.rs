//! Names on the pages that the code, the template or the command line have too.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use clap::CommandFactory;

use crate::{code, pages, read, root, table};

/// The Rust files below a folder, as paths from the root with their texts.
pub(crate) fn sources(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let below = |name: String| match format!("{folder}/{name}") {
        path if root(&path).is_dir() => sources(&path),
        path if path.ends_with(".rs") => vec![(path.clone(), read(&path))],
        _ => Vec::new(),
    };
    names.flat_map(below).collect()
}

/// The names in backticks in the first column below a heading.
fn first_column(page: &str, heading: &str) -> BTreeSet<String> {
    let rows = read(page);
    table(&rows, heading).iter().map(|row| code(row[0]).unwrap().to_owned()).collect()
}

#[test]
fn alarms_of_the_page_are_those_of_the_template() {
    let template = read("template.yaml");
    let lines: Vec<&str> = template.lines().collect();
    let is_alarm = |pair: &&[&str]| pair[1].trim() == "Type: AWS::CloudWatch::Alarm";
    let deployed = lines.windows(2).filter(is_alarm).map(|pair| pair[0].trim());
    let deployed: BTreeSet<String> =
        deployed.map(|name| name.trim_end_matches(':').to_owned()).collect();
    let page = read("docs/operations.md");
    let rows = table(&page, "Alarms and their cures");
    let told: BTreeSet<String> = rows.iter().map(|row| code(row[0]).unwrap().to_owned()).collect();
    assert_eq!(told, deployed, "docs/operations.md, and template.yaml");
    for row in rows {
        let name = code(row[0]).unwrap();
        let by_strangers = shared::domain::alarm::own::CAUSED_BY_STRANGERS.contains(&name);
        assert_eq!(row[0].ends_with('¹'), by_strangers, "{name}: can strangers cause it?");
    }
}

#[test]
fn parameters_of_the_page_are_those_of_the_template_with_their_defaults() {
    let template = read("template.yaml");
    let (_, parameters) = template.split_once("\nParameters:\n").unwrap();
    let (parameters, _) = parameters.split_once("\nConditions:\n").unwrap();
    let mut deployed: Vec<(&str, &str)> = Vec::new();
    for line in parameters.lines() {
        match (line.strip_prefix("  ").filter(|name| !name.starts_with(' ')), deployed.last_mut()) {
            (Some(name), _) => deployed.push((name.trim_end_matches(':'), "")),
            (None, Some((_, default))) => {
                if let Some(value) = line.strip_prefix("    Default: ") {
                    *default = value.trim_matches('"');
                }
            }
            _ => {}
        }
    }
    let page = read("docs/deploy.md");
    let rows = table(&page, "2. Build and deploy");
    let told: Vec<(&str, &str)> =
        rows.iter().map(|row| (code(row[0]).unwrap(), code(row[1]).unwrap_or(row[1]))).collect();
    assert_eq!(told.len(), deployed.len(), "{told:?}, and template.yaml: {deployed:?}");
    for (name, default) in deployed {
        let (_, told) = told.iter().find(|(told, _)| *told == name).expect(name);
        // An empty one is told in words.
        assert!(default.is_empty() || *told == default, "{name}: {told:?}, and {default:?}");
    }
}

#[test]
fn outputs_of_the_page_are_those_of_the_template() {
    let template = read("template.yaml");
    let (_, outputs) = template.split_once("\nOutputs:\n").unwrap();
    for name in first_column("docs/deploy.md", "3. Connect") {
        assert!(outputs.contains(&format!("  {name}:\n")), "template.yaml has no output {name}");
    }
}

#[test]
fn environment_of_the_page_the_help_and_the_example_is_the_same() {
    let told = first_column("docs/configuration.md", "Environment");
    let help = ringdown::commands::CommandLine::command().render_long_help().to_string();
    let (_, help) = help.split_once("Environment, or a file .env:").unwrap();
    let words = help.split(|c: char| !(c.is_ascii_uppercase() || "_<>".contains(c)));
    let in_help: BTreeSet<String> =
        words.filter(|word| word.len() > 8).map(str::to_owned).collect();
    let missing: Vec<_> = in_help.difference(&told).collect();
    assert!(in_help.len() > 10 && missing.is_empty(), "the page lacks {missing:?}");
    let example = read("examples/.env");
    let names = example.lines().filter(|line| !line.starts_with('#'));
    let names = names.filter_map(|line| Some(line.split_once('=')?.0.to_owned()));
    let names: BTreeSet<String> = names.collect();
    let general = "SLACK_WEBHOOK_<CHANNEL>";
    let missing: Vec<_> =
        told.iter().filter(|name| *name != general && !names.contains(*name)).collect();
    assert!(missing.is_empty(), "examples/.env lacks {missing:?}");
    let is_told = |name: &String| told.contains(name) || name.starts_with("SLACK_WEBHOOK_");
    assert!(names.iter().all(is_told), "{names:?}");
}

/// What stands in backticks on a page, without its blocks of code.
fn in_backticks(page: &str) -> Vec<String> {
    let prose = page.split("\n```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2).map(str::to_owned)).collect()
}

#[test]
fn functions_and_files_of_the_walkthroughs_exist() {
    let sources: Vec<(String, String)> =
        ["shared/src", "functions", "local"].into_iter().flat_map(sources).collect();
    let mut count = 0;
    for name in in_backticks(&read("docs/architecture.md")) {
        if let Some(function) = name.strip_suffix("()") {
            let starts = [format!("fn {function}("), format!("fn {function}<")];
            let is_there = |(_, text): &(String, String)| starts.iter().any(|s| text.contains(s));
            assert!(sources.iter().any(is_there), "docs/architecture.md: there is no {name}");
            count += 1;
        } else if name.ends_with(".rs") && name.contains('/') {
            let is_there = [name.clone(), format!("shared/src/{name}")]
                .iter()
                .any(|path| root(path).is_file());
            assert!(is_there, "docs/architecture.md: there is no {name}");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn paths_on_the_pages_exist() {
    let folders =
        ["docs", "events", "examples", "functions", "local", "observability", "shared", "tests"];
    let mut count = 0;
    for page in pages().iter().filter(|page| *page != "CHANGELOG.md") {
        for name in in_backticks(&read(page)) {
            let is_path = name.split_once('/').is_some_and(|(first, _)| folders.contains(&first));
            // One with a name of the reader's, or with more than a path.
            if is_path && !name.contains(|c: char| c.is_ascii_uppercase() || " *{#".contains(c)) {
                assert!(root(&name).exists(), "{page}: there is no {name}");
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn partitions_of_the_page_are_those_of_the_template() {
    let template = read("template.yaml");
    let lists = template.lines().filter_map(|line| line.split_once("dynamodb:LeadingKeys: ["));
    let names = lists.flat_map(|(_, list)| list.trim_end_matches(']').split(", "));
    let deployed: BTreeSet<String> =
        names.map(|name| name.trim_matches('"').replace('*', "…")).collect();
    let page = read("docs/architecture.md");
    let told: BTreeSet<String> = table(&page, "Records")
        .iter()
        .flat_map(|row| row[0].split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(told, deployed, "docs/architecture.md, and template.yaml");
}

#[test]
fn suites_of_the_page_are_those_of_the_runner() {
    let listed = Command::new(root("tests/run")).arg("--list").output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let known: BTreeSet<String> =
        listed.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(first_column("CONTRIBUTING.md", "Test"), known, "CONTRIBUTING.md, and tests/run");
}
