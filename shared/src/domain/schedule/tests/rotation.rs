//! People in turn, by the local clock, whatever it does.

use super::*;

#[test]
fn weeks_are_weeks_whatever_the_clocks_do() {
    let berlin = rotation(Turns::Weekly, "Europe/Berlin", "2026-01-05", "09:00", &AB);
    assert_eq!(
        shift_list(&berlin, "2026-03-20T12:00", "2026-04-07T00:00"),
        [
            "alpha Mon 2026-03-16 09:00 CET 168 h",
            "bravo Mon 2026-03-23 09:00 CET 167 h",
            "alpha Mon 2026-03-30 09:00 CEST 168 h",
            "bravo Mon 2026-04-06 09:00 CEST 168 h",
        ]
    );
    assert_eq!(
        shift_list(&berlin, "2026-10-24T12:00", "2026-10-27T00:00"),
        ["bravo Mon 2026-10-19 09:00 CEST 169 h", "alpha Mon 2026-10-26 09:00 CET 168 h"]
    );
    let new_york = rotation(Turns::Weekly, "America/New_York", "2026-01-05", "09:00", &AB);
    assert_eq!(
        shift_list(&new_york, "2026-03-08T00:00", "2026-03-09T12:00"),
        ["alpha Mon 2026-03-02 09:00 EST 167 h", "bravo Mon 2026-03-09 09:00 EDT 168 h"]
    );
    assert_eq!(
        shift_list(&new_york, "2026-11-01T00:00", "2026-11-02T12:00"),
        ["alpha Mon 2026-10-26 09:00 EDT 169 h", "bravo Mon 2026-11-02 09:00 EST 168 h"]
    );
    let tokyo = rotation(Turns::Weekly, "Asia/Tokyo", "2026-01-05", "09:00", &AB);
    assert_eq!(
        shift_list(&tokyo, "2026-03-24T00:00", "2026-03-31T00:00"),
        ["bravo Mon 2026-03-23 09:00 JST 168 h", "alpha Mon 2026-03-30 09:00 JST 168 h"]
    );
}

#[test]
fn days_have_23_and_25_hours() {
    for (zone_name, hand_over, from, until, expected) in [
        (
            "Europe/Berlin",
            "09:00",
            "2026-03-28T12:00",
            "2026-03-30T00:00",
            ["alpha Sat 2026-03-28 09:00 CET 23 h", "bravo Sun 2026-03-29 09:00 CEST 24 h"],
        ),
        (
            "Europe/Berlin",
            "09:00",
            "2026-10-24T12:00",
            "2026-10-26T00:00",
            ["alpha Sat 2026-10-24 09:00 CEST 25 h", "bravo Sun 2026-10-25 09:00 CET 24 h"],
        ),
        // There is no 02:30: it is 03:30 by then.
        (
            "Europe/Berlin",
            "02:30",
            "2026-03-28T12:00",
            "2026-03-30T00:00",
            ["alpha Sat 2026-03-28 02:30 CET 24 h", "bravo Sun 2026-03-29 03:30 CEST 23 h"],
        ),
        // There are two: the first one counts.
        (
            "Europe/Berlin",
            "02:30",
            "2026-10-24T12:00",
            "2026-10-26T00:00",
            ["alpha Sat 2026-10-24 02:30 CEST 24 h", "bravo Sun 2026-10-25 02:30 CEST 25 h"],
        ),
        (
            "America/New_York",
            "02:30",
            "2026-03-07T12:00",
            "2026-03-09T00:00",
            ["bravo Sat 2026-03-07 02:30 EST 24 h", "alpha Sun 2026-03-08 03:30 EDT 23 h"],
        ),
        (
            "America/New_York",
            "01:30",
            "2026-10-31T12:00",
            "2026-11-02T00:00",
            ["bravo Sat 2026-10-31 01:30 EDT 24 h", "alpha Sun 2026-11-01 01:30 EDT 25 h"],
        ),
        (
            "Asia/Tokyo",
            "02:30",
            "2026-03-28T12:00",
            "2026-03-30T00:00",
            ["alpha Sat 2026-03-28 02:30 JST 24 h", "bravo Sun 2026-03-29 02:30 JST 24 h"],
        ),
    ] {
        let daily = rotation(Turns::Daily, zone_name, "2026-01-01", hand_over, &AB);
        assert_eq!(shift_list(&daily, from, until), expected, "{zone_name} {hand_over}");
    }
}

#[test]
fn in_the_fold_the_same_person_has_both_hours() {
    let daily = rotation(Turns::Daily, "Europe/Berlin", "2026-01-01", "02:30", &AB);
    let person = |text: &str| daily.on_call(at(text)).people.first().cloned();
    assert_eq!(person("2026-10-25T02:29+02:00").as_deref(), Some("alpha"));
    assert_eq!(person("2026-10-25T02:30+02:00").as_deref(), Some("bravo"));
    assert_eq!(person("2026-10-25T02:29+01:00").as_deref(), Some("bravo"));
    assert_eq!(person("2026-10-25T02:30+01:00").as_deref(), Some("bravo"));
}

#[test]
fn turn_that_began_goes_on_though_the_clocks_take_its_date_back() {
    // Newfoundland's clocks went from a minute past midnight back to 23:01 of the day before.
    let daily = rotation(Turns::Daily, "America/St_Johns", "2010-11-01", "00:00", &AB);
    assert_eq!(
        shift_list(&daily, "2010-11-06T12:00", "2010-11-07T12:00"),
        ["bravo Sat 2010-11-06 00:00 NDT 24 h", "alpha Sun 2010-11-07 00:00 NDT 25 h"]
    );
    for (moment, person) in [
        ("2010-11-07T02:29:59Z", "bravo"),
        ("2010-11-07T02:30:00Z", "alpha"),
        // It is 23:30 on the 6th.
        ("2010-11-07T03:00:00Z", "alpha"),
        ("2010-11-08T03:30:00Z", "bravo"),
    ] {
        assert_eq!(daily.on_call(at(moment)).people, [person], "{moment}");
    }
    let begins = rotation(Turns::Daily, "America/St_Johns", "2010-11-07", "00:00", &AB);
    assert_eq!(begins.on_call(at("2010-11-07T03:00:00Z")).people, ["alpha"]);
}

#[test]
fn day_that_a_zone_left_out_is_nobodys() {
    // Samoa went from 29 to 31 December 2011.
    let apia = rotation(
        Turns::Daily,
        "Pacific/Apia",
        "2011-12-28",
        "09:00",
        &["alpha", "bravo", "charlie", "delta"],
    );
    assert_eq!(
        shift_list(&apia, "2011-12-28T10:00", "2011-12-31T12:00"),
        [
            "alpha Wed 2011-12-28 09:00 -10 24 h",
            "bravo Thu 2011-12-29 09:00 -10 24 h",
            "delta Sat 2011-12-31 09:00 +14 24 h",
        ]
    );
}

#[test]
fn nobody_is_on_call_before_the_first_shift() {
    let weekly = rotation(Turns::Weekly, "Europe/Berlin", "2026-01-05", "09:00", &AB);
    assert_eq!(
        shift_list(&weekly, "2025-12-01T00:00", "2026-01-06T00:00"),
        ["nobody until Mon 2026-01-05 09:00 CET", "alpha Mon 2026-01-05 09:00 CET 168 h"]
    );
    assert_eq!(weekly.on_call(at("2026-01-05T07:59:59Z")).because, Because::Nobody);
    assert_eq!(weekly.on_call(at("2026-01-05T08:00:00Z")).people, ["alpha"]);
}

#[test]
fn two_turns_in_a_row_are_one_shift() {
    let people = ["alpha", "bravo", "bravo", "alpha"];
    let daily = rotation(Turns::Daily, "UTC", "2026-01-01", "00:00", &people);
    assert_eq!(
        shift_list(&daily, "2026-01-01T00:00", "2026-01-07T00:00"),
        [
            "alpha Thu 2026-01-01 00:00 UTC 24 h",
            "bravo Fri 2026-01-02 00:00 UTC 48 h",
            "alpha Sun 2026-01-04 00:00 UTC 48 h",
            "bravo Tue 2026-01-06 00:00 UTC 48 h",
        ]
    );
    let alone = rotation(Turns::Weekly, "Europe/Berlin", "2026-01-05", "09:00", &["alpha"]);
    assert_eq!(
        shift_list(&alone, "2026-06-01T00:00", "2027-06-01T00:00"),
        ["alpha from Mon 2026-01-05 09:00 CET"]
    );
}
