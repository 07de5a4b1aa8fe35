//! Links between the pages, to pictures and to headings.

use std::fs;

use crate::{pages, read, root};

/// A page without its blocks of code.
fn prose(page: &str) -> String {
    page.split("\n```").step_by(2).collect::<Vec<_>>().join("\n")
}

/// What the links and pictures of a page lead to.
fn targets(page: &str) -> Vec<String> {
    let prose = prose(page);
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    links.map(str::to_owned).collect()
}

/// The name of a heading in a link, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The anchors of a page.
fn anchors(page: &str) -> Vec<String> {
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

#[test]
fn heading_gives_the_anchor_that_github_makes() {
    for (heading, expected) in [
        ("`[[schedules.overrides]]`", "schedulesoverrides"),
        ("1. Store secrets and configuration", "1-store-secrets-and-configuration"),
        ("Twilio's own limits", "twilios-own-limits"),
        ("`roster` with a schedule", "roster-with-a-schedule"),
    ] {
        assert_eq!(anchor(heading), expected);
    }
}

#[test]
fn links_lead_somewhere() {
    let mut count = 0;
    for page in pages() {
        let text = read(&page);
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in targets(&text).iter().filter(|target| !target.starts_with("https://")) {
            count += 1;
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = match path {
                "" => page.clone(),
                path => match path.strip_prefix("../") {
                    Some(path) => path.to_owned(),
                    None if folder.is_empty() => path.to_owned(),
                    None => format!("{folder}/{path}"),
                },
            };
            assert!(root(&path).is_file(), "{page}: {target} leads nowhere");
            let is_there = heading.is_empty() || anchors(&read(&path)).iter().any(|a| a == heading);
            assert!(is_there, "{page}: {path} has no heading {heading:?}");
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn every_page_and_picture_is_linked() {
    let all: String = pages().iter().map(|page| read(page)).collect();
    let pictures = fs::read_dir(root("docs/images")).unwrap();
    for picture in pictures.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(all.contains(&format!("images/{picture})")), "no page shows {picture}");
    }
    let readme = read("README.md");
    for page in pages().iter().filter(|page| *page != "README.md") {
        assert!(readme.contains(&format!("]({page})")), "README.md does not name {page}");
    }
}
