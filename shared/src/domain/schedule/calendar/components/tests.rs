use super::super::lines::unfold;
use super::*;

const WHOLE: &str = "BEGIN:VEVENT\nSUMMARY:alpha\nEND:VEVENT\n";

#[test]
fn unclosed_events_beyond_the_bound_are_left_out_and_whole_ones_kept() {
    for between in ["", "BEGIN:X\n", "BEGIN:VCALENDAR\n", "END:VCALENDAR\n", "END:VALARM\n"] {
        let unclosed = format!("BEGIN:VEVENT\n{between}").repeat(50_000);
        let text = format!("BEGIN:VCALENDAR\n{unclosed}{}", WHOLE.repeat(5_000));
        let found = Components::of(unfold(&text));
        let lines_of_each = 1 + between.lines().count();
        assert_eq!(found.events.iter().filter(|event| event.is_whole).count(), 5_000);
        assert_eq!(found.events.len(), 5_000 + MAX_UNCLOSED);
        let expected =
            LeftOut { count: 50_000 - MAX_UNCLOSED, line: 2 + MAX_UNCLOSED * lines_of_each };
        assert_eq!((found.unclosed, found.beyond), (expected, LeftOut::default()), "{between:?}");
    }
}

#[test]
fn event_of_a_file_that_is_cut_off_is_kept() {
    let text = format!("BEGIN:VCALENDAR\n{WHOLE}BEGIN:VEVENT\nSUMMARY:alpha\n");
    let found = Components::of(unfold(&text));
    assert_eq!(found.events.iter().map(|event| event.is_whole).collect::<Vec<_>>(), [true, false]);
    assert_eq!(found.unclosed, LeftOut::default());
}

#[test]
fn whole_events_beyond_the_bound_are_left_out() {
    let text = format!("BEGIN:VCALENDAR\n{}", WHOLE.repeat(MAX_COMPONENTS + 7));
    let found = Components::of(unfold(&text));
    assert_eq!(found.events.len(), MAX_COMPONENTS);
    assert_eq!(found.beyond, LeftOut { count: 7, line: 2 + 3 * MAX_COMPONENTS });
}

#[test]
fn ten_thousand_lines_of_a_component_are_read() {
    let event = |count: usize| {
        let lines = "ATTENDEE:mailto:a@example.com\n".repeat(count - 1);
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nX-OF-NO-INTEREST:1\n{lines}SUMMARY:alpha\nEND:VEVENT\n"
        );
        let found = Components::of(unfold(&text)).events.remove(0);
        (found.lines.len(), found.is_too_long, found.line("SUMMARY").is_some())
    };
    assert_eq!(event(10_000), (10_000, false, true));
    assert_eq!(event(10_001), (10_000, true, false));
    let observance = |count: usize| {
        let lines = "COMMENT:x\n".repeat(count - 1);
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\n{lines}TZOFFSETTO:+0100\nEND:STANDARD\n"
        );
        let found = Components::of(unfold(&text)).zones.remove(0);
        found.observances[0].iter().any(|line| line.has_name("TZOFFSETTO"))
    };
    assert_eq!((observance(10_000), observance(10_001)), (true, false));
}

#[test]
fn name_of_a_zone_is_read_behind_whatever_else_is_said_of_it() {
    for between in [1, 20_000] {
        let lines = "X-NOTE:x\n".repeat(between);
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\n{lines}TZID:Home\n{lines}X-LIC-LOCATION:Asia/Tokyo\nEND:VTIMEZONE\n"
        );
        let found = Components::of(unfold(&text));
        let names: Vec<&str> = found.zones[0].lines.iter().map(|line| line.value()).collect();
        assert_eq!(names, ["Home", "Asia/Tokyo"]);
    }
}
