//! The tables of metrics on docs/metrics.md, beside the catalogue.

use shared::domain::metrics::Kind;
use shared::domain::metrics::catalogue::FAMILIES;

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
