//! The tables of metrics on docs/metrics.md, beside the catalogue.

use shared::domain::metrics::catalogue::FAMILIES;
use shared::domain::metrics::vocabulary::message_code;
use shared::domain::metrics::{Kind, current_name, parse};

use crate::names::sources;
use crate::{code, read, table};

/// Labels whose values the page explains below the table.
const EXPLAINED: [&str; 3] = ["error_code", "disconnect_reason", "code"];

/// A metric: its name as it is exposed, its type, and its labels with the values that are always there.
type Row = (String, &'static str, Vec<(String, String)>);

/// The row of the page, which gives no values for some labels.
fn row(cells: &[&str]) -> Row {
    let kind = ["counter", "gauge", "histogram"].into_iter().find(|kind| *kind == cells[1]);
    let labels = cells[2].split("; ").filter_map(|label| {
        let values = label.split_once("`: ").map_or("", |(_, values)| values);
        Some((code(label)?.to_owned(), values.to_owned()))
    });
    let name = code(cells[0]).unwrap().to_owned();
    (name, kind.unwrap_or("no type"), labels.collect())
}

/// The rows of the catalogue, as the page would have them.
fn catalogue() -> Vec<Row> {
    let rows = FAMILIES.iter().map(|family| {
        let (kind, suffix) = match family.kind {
            Kind::Counter => ("counter", "_total"),
            Kind::Gauge => ("gauge", ""),
            Kind::Histogram(_) => ("histogram", ""),
        };
        let values = |label: &shared::domain::metrics::Label| match EXPLAINED.contains(&label.name)
        {
            true => String::new(),
            false => label.always.join(", "),
        };
        let labels = family.labels.iter().map(|label| (label.name.to_owned(), values(label)));
        (format!("{}{suffix}", family.name), kind, labels.collect())
    });
    rows.collect()
}

#[test]
fn metrics_of_the_page_are_those_of_the_catalogue() {
    let page = read("docs/metrics.md");
    let told = ["Of Twilio", "Of Ringdown"].map(|heading| table(&page, heading)).concat();
    let told: Vec<Row> = told.iter().map(|cells| row(cells)).collect();
    assert_eq!(told, catalogue(), "docs/metrics.md, and the catalogue");
}

#[test]
fn buckets_of_the_page_are_those_of_the_catalogue() {
    let page = read("docs/metrics.md");
    let told = page.lines().find(|line| line.starts_with("Buckets, in seconds: ")).unwrap();
    for family in FAMILIES {
        if let Kind::Histogram(bounds) = family.kind {
            let bounds: Vec<String> = bounds.iter().map(u64::to_string).collect();
            assert!(told.contains(&format!(" {} for", bounds.join(", "))), "{}", family.name);
        }
    }
}

#[test]
fn error_codes_of_the_page_are_those_with_a_label() {
    let page = read("docs/metrics.md");
    let line = page.lines().find(|line| line.starts_with("- **`error_code`**")).unwrap();
    let (_, list) = line.split_once('(').unwrap();
    let (list, _) = list.split_once(')').unwrap();
    let number = |text: &str| text.parse::<u32>().unwrap();
    let ranges = list.split(", ").map(|part| match part.split_once(" to ") {
        Some((first, last)) => number(first)..=number(last),
        None => number(part)..=number(part),
    });
    let told: Vec<u32> = ranges.flatten().collect();
    let known = (0..=99_999).filter(|code| message_code(Some(*code)) == code.to_string());
    assert_eq!(told, known.collect::<Vec<_>>());
}

/// The series that a text names as literals: a name that ends in `_total`, with its labels where they are literals too.
fn series(text: &str) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let series = |(at, suffix): (usize, &str)| {
        let (before, behind) = (&text[..at], &text[at + suffix.len()..]);
        let start = before.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
        let labels = behind.strip_prefix('{').filter(|rest| !rest.starts_with('{'));
        let labels = labels.and_then(|rest| rest.split_once('}'));
        let labels = labels.map(|(labels, _)| format!("{{{}}}", labels.replace(r#"\""#, "\"")));
        format!("{}{suffix}{}", &before[start..], labels.unwrap_or_default())
    };
    let found = text.match_indices("_total").map(series);
    found.filter(|name| name.starts_with("ringdown_") || name.starts_with("twilio_")).collect()
}

#[test]
fn counters_of_the_code_are_in_the_catalogue_with_their_labels() {
    let mut count = 0;
    let sources = ["shared/src", "functions"].into_iter().flat_map(sources);
    for (path, text) in sources.filter(|(path, _)| !path.contains("domain/metrics")) {
        for name in series(&text) {
            let current = current_name(name.clone());
            let family = FAMILIES.iter().find(|family| {
                let name = format!("{}_total", family.name);
                current
                    .strip_prefix(&name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
            });
            let family = family.unwrap_or_else(|| panic!("{path}: {name} is not in the catalogue"));
            if current.contains('{') {
                let (parsed, values, _) =
                    parse(&current).unwrap_or_else(|| panic!("{path}: {name}"));
                assert_eq!(parsed, *family, "{path}: {name}");
                let known = family.labels.iter().zip(&values);
                for (label, value) in known {
                    let is_known = label.always.contains(&value.as_str());
                    assert!(is_known, "{path}: {name}: {} knows {:?}", label.name, label.always);
                }
            }
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}
