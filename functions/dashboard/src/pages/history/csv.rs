//! Incidents as CSV (RFC 4180), for a spreadsheet.

use shared::Timestamp;
use shared::domain::escalation::Incident;
use shared::domain::text::alarm_name;
use shared::http::Response;

const COLUMNS: [&str; 10] = [
    "id",
    "policy",
    "alarms",
    "began",
    "over",
    "seconds",
    "taken_by",
    "taken_after_seconds",
    "resolved_by",
    "calls",
];

/// All of these, one a line.
pub(super) fn response(incidents: &[Incident]) -> Response {
    let lines = incidents.iter().map(|incident| line(&cells(incident)));
    let text = line(&COLUMNS.map(str::to_owned)) + &lines.collect::<String>();
    Response::of(200, "text/csv; charset=utf-8", text)
        .with("cache-control", "no-store")
        .with("content-disposition", "attachment; filename=\"incidents.csv\"")
}

fn cells(incident: &Incident) -> [String; 10] {
    let names = incident.alarms.iter().map(|alarm| alarm_name(&alarm.name));
    let mut alarms = names.collect::<Vec<_>>().join(", ");
    if incident.more_alarms > 0 {
        alarms += &format!(" and {} more", incident.more_alarms);
    }
    let lasted = incident.ended_at.map(|at| at.duration_since(incident.raised_at).as_secs());
    let number =
        |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
    [
        incident.id.to_string(),
        incident.policy.name.clone(),
        alarms,
        incident.raised_at.to_string(),
        incident.ended_at.as_ref().map(Timestamp::to_string).unwrap_or_default(),
        number(lasted),
        incident.owner.as_ref().map(|owner| owner.person.clone()).unwrap_or_default(),
        number(incident.took_seconds()),
        incident.resolved_by().unwrap_or_default().to_owned(),
        incident.attempts.last().map_or(0, |attempt| attempt.number).to_string(),
    ]
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// A cell. A spreadsheet takes one that begins with any of these signs for a formula: an apostrophe makes it a text.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let apostrophe = if is_formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_early() {
        for (text, expected) in [
            ("plain, text", "\"plain, text\""),
            ("a \"b\"\nc", "\"a \"\"b\"\"\nc\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            ("\tx", "\"'\tx\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
