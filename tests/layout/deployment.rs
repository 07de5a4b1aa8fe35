//! The deployment of `template.yaml`: the functions and endpoints that there are, and what raises an alarm.

use std::collections::BTreeSet;

use shared::http::endpoints::ENDPOINTS;

use super::{names, read, sources};

#[test]
fn every_function_is_deployed_served_here_and_has_events() {
    let template = read("template.yaml");
    let deployed =
        template.lines().filter_map(|line| line.trim().strip_prefix("CodeUri: functions/"));
    let mut deployed: Vec<_> =
        deployed.map(|folder| folder.trim_end_matches('/').to_owned()).collect();
    deployed.sort();
    assert_eq!(
        names("functions"),
        deployed,
        "folders of functions/, and what template.yaml deploys"
    );
    let local: String = sources("local").iter().map(read).collect();
    for function in names("functions") {
        assert!(
            local.contains(&format!("{}::", function.replace('-', "_"))),
            "local/ does not serve {function}"
        );
        let events = names(&format!("events/{function}"));
        assert!(events.iter().any(|name| name.ends_with(".json")), "events/{function} is empty");
        let manifest = format!("functions/{function}/Cargo.toml");
        assert!(read(&manifest).lines().count() <= 40, "{manifest}: a function needs little");
    }
}

#[test]
fn endpoints_are_those_of_the_template_each_at_its_function() {
    let template = read("template.yaml");
    let (mut function, mut deployed) = (String::new(), Vec::new());
    for line in template.lines() {
        if let Some(folder) = line.trim().strip_prefix("CodeUri: functions/") {
            function = folder.replace('-', "").trim_end_matches('/').to_owned();
        }
        let Some((_, path)) = line.split_once("Path: ") else { continue };
        let (Some((_, method)), Some((path, _))) =
            (line.split_once("Method: "), path.split_once(", PayloadFormatVersion"))
        else {
            continue;
        };
        let method = method.split(',').next().unwrap();
        deployed.push(format!("{method} {} {function}", path.trim_matches('"')).to_lowercase());
    }
    let mut served: Vec<String> = ENDPOINTS
        .iter()
        .map(|route| {
            let function = route.name.function();
            format!("{:?} {} {function:?}", route.method, route.path).to_lowercase()
        })
        .collect();
    deployed.sort();
    served.sort();
    assert_eq!(served, deployed, "the table of endpoints, and template.yaml");
}

#[test]
fn names_of_a_functions_events_occur_once() {
    let template = read("template.yaml");
    let lines: Vec<&str> = template.lines().collect();
    let mut names = BTreeSet::new();
    let mut function = "";
    for pair in lines.windows(2) {
        if let Some(folder) = pair[0].trim().strip_prefix("CodeUri: ") {
            function = folder;
        }
        if pair[1].trim() == "Type: HttpApi" {
            let name = pair[0].trim();
            assert!(names.insert((function, name)), "{function} has the event {name} twice");
        }
    }
    assert!(names.len() > 50, "{names:?}");
}

#[test]
fn what_the_log_says_of_a_configuration_that_fails_its_check_raises_an_alarm() {
    let template = read("template.yaml");
    let filter = format!("{{ $.message = \"{}\" }}", shared::config::FAILED_CHECK);
    assert_eq!(template.matches(&filter).count(), 1, "{filter}");
}

/// The part of `template.yaml` that describes this resource.
pub(super) fn resource(name: &str) -> String {
    let template = read("template.yaml");
    let lines = template.lines().skip_while(|line| *line != format!("  {name}:")).skip(1);
    let its: Vec<&str> =
        lines.take_while(|line| line.is_empty() || line.starts_with("   ")).collect();
    assert!(!its.is_empty(), "template.yaml has no {name}");
    its.join("\n")
}

#[test]
fn rule_for_alarms_brings_deletions_and_no_creations() {
    let intake = resource("OutageIntake");
    let pattern = intake.split_once("source: [aws.cloudwatch]").unwrap().1;
    let line = |key: &str| {
        let found = pattern.lines().find(|line| line.trim_start().starts_with(key));
        found.unwrap_or_else(|| panic!("{key} in {pattern}")).to_owned()
    };
    for kind in ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change"] {
        assert!(line("detail-type:").contains(kind), "{pattern}");
    }
    let operation = line("operation:");
    assert!(operation.contains("exists: false"), "a state change has none: {operation}");
    assert!(operation.contains("delete") && !operation.contains("create"), "{operation}");
}
