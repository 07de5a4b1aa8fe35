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
