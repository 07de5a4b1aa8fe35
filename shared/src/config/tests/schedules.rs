//! `[[schedules]]`, and rosters that name them.

mod rosters;

use crate::config::file::Problems;
use crate::domain::schedule::Because;

use super::*;

const HEAD: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
                    [people.charlie]\nphone = \"+15005550003\"\n";
const PRIMARY: &str = "[[schedules]]\nname = \"primary\"\ntime_zone = \"Europe/Berlin\"\nrotation = \"weekly\"\n\
                       people = [\"alpha\", \"bravo\"]\nhand_over = \"09:00\"\nhand_over_day = \"monday\"\nstarts = \"2026-01-05\"\n";
const ICS: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260105T080000Z\nDURATION:P7D\nSUMMARY:bravo\nEND:VEVENT\n\
                   BEGIN:VEVENT\nDTSTART:20260105T080000Z\nSUMMARY:Lunch\nEND:VEVENT\nEND:VCALENDAR\n";

fn parse(parts: &[(&str, &str)]) -> Result<Config, String> {
    let parts = parts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Config::parse(parts.collect()).map_err(|problems| problems.to_string())
}

fn problems(parts: &[(&str, &str)]) -> String {
    parse(parts).map_or_else(|problems| problems, |_| "fine".to_owned())
}

/// The problems of a file of three people (lines 1 to 7) and this.
fn of(rest: &str) -> String {
    problems(&[("ringdown.toml", &format!("{HEAD}{rest}"))])
}

#[test]
fn schedule_is_checked_when_it_is_loaded() {
    assert_eq!(of(PRIMARY), "fine");
    for (from, to, expected) in [
        (
            "name = \"primary\"",
            "name = \"Primary\"",
            "9: schedules.name: schedule \"Primary\": expected lower-case",
        ),
        (
            "Europe/Berlin",
            "Europe/Nowhere",
            "10: schedules.time_zone: \"Europe/Nowhere\" is no time zone, expected a name like \"Europe/Berlin\"",
        ),
        (
            "time_zone = \"Europe/Berlin\"\n",
            "",
            "9: schedules.time_zone: is missing in the schedule \"primary\", expected",
        ),
        (
            "weekly",
            "monthly",
            "11: schedules.rotation: \"monthly\" is no rotation, expected \"weekly\" or \"daily\"",
        ),
        (
            "rotation = \"weekly\"\n",
            "",
            "9: schedules.rotation: is missing in the schedule \"primary\", expected \"weekly\" or \"daily\", or `ics`",
        ),
        ("[\"alpha\", \"bravo\"]", "[]", "12: schedules.people: has 0 people, expected 1 to 20"),
        (
            "\"bravo\"]",
            "\"delta\"]",
            "12: schedules.people: unknown person \"delta\", expected one of alpha, bravo, charlie",
        ),
        (
            "09:00",
            "9:00",
            "13: schedules.hand_over: \"9:00\" cannot be read, expected a time like \"09:00\"",
        ),
        (
            "09:00",
            "24:00",
            "13: schedules.hand_over: \"24:00\" cannot be read, expected a time like \"09:00\"",
        ),
        (
            "hand_over = \"09:00\"\n",
            "",
            "9: schedules.hand_over: is missing in the schedule \"primary\", expected a time",
        ),
        (
            "monday",
            "mon",
            "14: schedules.hand_over_day: \"mon\" is no day, expected one like \"monday\"",
        ),
        (
            "monday",
            "tuesday",
            "14: schedules.hand_over_day: is \"tuesday\", and `starts` (2026-01-05) is a monday, expected the same day",
        ),
        (
            "weekly",
            "daily",
            "14: schedules.hand_over_day: serves only a weekly rotation, expected none",
        ),
        (
            "2026-01-05",
            "2026-02-30",
            "15: schedules.starts: \"2026-02-30\" cannot be read, expected a date like",
        ),
        (
            "starts",
            "start",
            "15: start: unknown key `start` (did you mean `starts`?), expected one of",
        ),
        (
            "starts = ",
            "ics = \"x.ics\"\nstarts = ",
            "15: schedules.ics: stands beside `rotation`, expected one",
        ),
    ] {
        let told = of(&PRIMARY.replacen(from, to, 1));
        let expected = format!("ringdown.toml:{expected}");
        assert!(told.starts_with(&expected) && told.lines().count() == 1, "\n{told}\n{expected}");
    }
    assert_eq!(
        of(&PRIMARY.replacen("weekly", "daily", 1).replace("hand_over_day = \"monday\"\n", "")),
        "fine"
    );
    assert_eq!(
        of(&PRIMARY.repeat(2)),
        "ringdown.toml:17: schedules.name: there is another schedule named \"primary\", expected a name of its own"
    );
}

#[test]
fn override_is_checked_too() {
    let over = |keys: &str| of(&format!("{PRIMARY}[[schedules.overrides]]\n{keys}"));
    let times = "from = \"2026-12-24T18:00\"\nuntil = \"2026-12-26T09:00:00+01:00\"\n";
    for person in ["person = \"charlie\"", "person = \"\"", "nobody = true"] {
        assert_eq!(over(&format!("{times}{person}")), "fine");
    }
    for (keys, expected) in [
        (
            times.to_owned(),
            "17: schedules.overrides.person: is missing, expected somebody, or `nobody = true`",
        ),
        (
            format!("{times}nobody = false"),
            "17: schedules.overrides.person: is missing, expected somebody",
        ),
        (
            format!("{times}person = \"delta\""),
            "19: schedules.overrides.person: unknown person \"delta\", expected one of alpha",
        ),
        (
            format!("{times}nobody = true\nperson = \"alpha\""),
            "20: schedules.overrides.person: stands beside `nobody`, expected one of them",
        ),
        (
            format!("{}person = \"alpha\"", times.replace("12-26T09", "12-24T18")),
            "18: schedules.overrides.until: is not behind `from`, expected a later time",
        ),
        (
            format!("{}person = \"alpha\"", times.replace("2026-12-24T18:00", "christmas")),
            "17: schedules.overrides.from: \"christmas\" is no time, expected one like \"2026-12-24T18:00\", local or",
        ),
        (format!("{times}who = \"alpha\""), "19: who: unknown key `who`, expected one of"),
    ] {
        let told = over(&keys);
        let expected = format!("ringdown.toml:{expected}");
        assert!(told.starts_with(&expected) && told.lines().count() == 1, "\n{told}\n{expected}");
    }
}

#[test]
fn calendar_is_a_piece_of_its_own() {
    let toml = format!("{HEAD}[[schedules]]\nname = \"calendar\"\nics = \"rota/oncall.ics\"\n");
    for name in ["rota/oncall.ics", "config/oncall.ics", "config/rota/oncall.ics"] {
        let config = parse(&[("config/main", &toml), (name, ICS)]).unwrap();
        let shift =
            config.escalation.schedules.on_call("calendar", "2026-01-06T00:00Z".parse().unwrap());
        assert_eq!((shift.people[0].as_str(), shift.because), ("bravo", Because::Calendar));
        assert!(config.lost_shifts(Timestamp::MIN).is_empty());
        let [foreign] = config.foreign_events(Timestamp::MIN)[..] else { panic!("one event") };
        assert_eq!((foreign.problem.file.as_str(), foreign.problem.line), (name, 7));
        assert!(
            config.foreign_events(shift.until.max("2026-02-01T00:00Z".parse().unwrap())).is_empty()
        );
    }
    let expected = "ringdown.toml:10: schedules.ics: \"rota/oncall.ics\" is not there, expected the name of an .ics file";
    for parts in
        [&[("ringdown.toml", toml.as_str())][..], &[("ringdown.toml", &toml), ("other.ics", ICS)]]
    {
        assert!(problems(parts).starts_with(expected), "{}", problems(parts));
    }
    // In two parameters, and wrong in the second.
    let (one, two) = ICS.split_at(ICS.rfind("DTSTART").unwrap());
    let two = two.replace("Lunch", "alpha").replace("20260105T080000Z", "soon");
    let parts =
        [("config/main", toml.as_str()), ("config/oncall.ics", one), ("config/oncall.ics.2", &two)];
    // That costs the hours of its event only.
    let config = parse(&parts).unwrap();
    let [lost] = config.lost_shifts(Timestamp::MAX)[..] else { panic!("one event") };
    assert_eq!(
        Problems(vec![lost.problem.clone()]).to_string(),
        "config/oncall.ics.2:1: DTSTART: \"soon\" is no time, expected one like \"20260105T090000Z\""
    );
    assert_eq!(lost.schedule, "calendar");
    let shift =
        config.escalation.schedules.on_call("calendar", "2026-01-06T00:00Z".parse().unwrap());
    assert_eq!(shift.people, ["bravo"]);
    let beside = toml.clone() + "hand_over = \"09:00\"\n";
    assert_eq!(
        problems(&[("ringdown.toml", &beside), ("rota/oncall.ics", ICS)]),
        "ringdown.toml:11: schedules.hand_over: serves only a rotation, expected none beside `ics`"
    );
    let over = toml
        + "[[schedules.overrides]]\nfrom = \"2026-01-01T00:00\"\nuntil = \"2026-01-02T00:00Z\"\nnobody = true\n";
    assert_eq!(
        problems(&[("ringdown.toml", &over), ("rota/oncall.ics", ICS)]),
        "ringdown.toml:12: schedules.overrides.from: has no offset, and the schedule no zone, expected `time_zone` there"
    );
}

#[test]
fn calendars_that_a_file_names_are_found_even_if_it_is_wrong() {
    let text = "[[schedules]]\nics = \"b.ics\"\n[[schedules]]\nics = \"a.ics\"\n[[schedules]]\nics = \"a.txt\"\n";
    assert_eq!(file::calendars_named(text), ["a.ics", "b.ics"]);
    for text in ["", "schedules = 1", "[[schedules]]\nics = 1", "broken ="] {
        assert_eq!(file::calendars_named(text), Vec::<String>::new(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_schedule_can_make_it_panic(
        values in proptest::collection::vec("[0-9a-zA-Z:T/+. -]{0,17}|2026-01-0[0-9]|alpha|weekly|9999-12-31|9999-12-31T23:59|UTC", 7),
    ) {
        let keys = ["time_zone", "rotation", "hand_over", "starts", "ics", "hand_over_day", "name"];
        let keys: String = keys.iter().zip(&values).map(|(key, value)| format!("{key} = \"{value}\"\n")).collect();
        for with in ["", "people = [\"alpha\"]\n"] {
            of(&format!("[[schedules]]\n{keys}{with}"));
            of(&format!("[[schedules]]\n{keys}{with}[[schedules.overrides]]\nfrom = \"{}\"\nuntil = \"{}\"", values[0], values[3]));
        }
    }
}
