//! The codes of the checks of Flows.

use std::collections::BTreeSet;
use std::fs;

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
