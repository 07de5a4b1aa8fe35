//! `[[silences]]`.

use super::*;

const ONCE: &str = "[[silences]]\nalarms = [\"batch-*\"]\nreason = \"the database moves\"\ntime_zone = \"Europe/Berlin\"\n\
                    from = \"2026-03-29T01:00\"\nuntil = \"2026-03-29T04:00\"\n";
const EVERY: &str = "[[silences]]\nalarms = [\"*\"]\ntime_zone = \"Europe/Berlin\"\nevery = \"sunday\"\nat = \"02:00\"\nlasting = \"2h\"\n";

/// The problems of a file of one channel (line 1) and this.
fn of(rest: &str) -> String {
    problems(&format!("[channels.a]\n{rest}"))
}

fn parse(rest: &str) -> Config {
    let text = format!("[channels.a]\n{rest}");
    Config::parse(vec![("ringdown.toml".to_owned(), text)]).unwrap()
}

fn until(config: &Config, alarm: &str, now: &str) -> Option<Timestamp> {
    config.silences.until(alarm, now.parse().unwrap()).map(|silence| silence.until)
}

#[test]
fn window_is_read_as_it_is_written() {
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    // The clocks leap forward in the middle of it: two hours.
    let once = parse(ONCE);
    assert_eq!(until(&once, "batch-1", "2026-03-29T00:00Z"), at("2026-03-29T02:00Z"));
    assert_eq!(until(&once, "batch-1", "2026-03-29T02:00Z"), None);
    assert_eq!(until(&once, "checkout", "2026-03-29T00:00Z"), None);
    let window = once.silences.iter().next().unwrap();
    assert_eq!(
        (window.place.as_str(), window.reason.as_deref()),
        ("ringdown.toml:3", Some("the database moves"))
    );
    let offset = ONCE.replace("T01:00", "T01:00:00+01:00").replace("T04:00", "T02:00Z");
    let offset = offset.replace("time_zone = \"Europe/Berlin\"\n", "");
    assert_eq!(until(&parse(&offset), "batch-1", "2026-03-29T00:00Z"), at("2026-03-29T02:00Z"));

    let every = parse(EVERY);
    assert_eq!(until(&every, "x", "2026-03-22T01:00Z"), at("2026-03-22T03:00Z"));
    assert_eq!(until(&every, "x", "2026-03-29T01:00Z"), at("2026-03-29T03:00Z"));
    assert_eq!(until(&every, "x", "2026-03-23T01:30Z"), None);
    let days = parse(&EVERY.replace("\"sunday\"", "[\"Monday\", \"friday\"]"));
    assert_eq!(until(&days, "x", "2026-03-23T01:00Z"), at("2026-03-23T03:00Z"));
    assert_eq!(until(&days, "x", "2026-03-22T01:30Z"), None);
    let daily = parse(&EVERY.replace("sunday", "day"));
    assert_eq!(until(&daily, "x", "2026-03-24T01:00Z"), at("2026-03-24T03:00Z"));
}

#[test]
fn window_is_checked_when_it_is_loaded() {
    for (good, from, to, expected) in [
        (
            ONCE,
            "[\"batch-*\"]",
            "[]",
            "3: silences.alarms: is empty, expected globs on the alarm's",
        ),
        (ONCE, "[\"batch-*\"]", "[\"a\", \"\"]", "3: silences.alarms: is empty, expected globs on"),
        (ONCE, "alarms = [\"batch-*\"]\n", "", "2: [[silences]]: `alarms` is missing"),
        (
            ONCE,
            "the database moves",
            " ",
            "4: silences.reason: expected one line of 200 characters",
        ),
        (
            ONCE,
            "Europe/Berlin",
            "Europe/Nowhere",
            "5: silences.time_zone: \"Europe/Nowhere\" is no time zone, expected a name like",
        ),
        (
            ONCE,
            "time_zone = \"Europe/Berlin\"\nfrom = \"2026-03-29T01:00\"",
            "from = \"2026-03-29T01:00Z\"",
            "6: silences.until: has no offset, and the silence no zone, expected `time_zone` there",
        ),
        (
            ONCE,
            "2026-03-29T01:00",
            "soon",
            "6: silences.from: \"soon\" is no time, expected one like",
        ),
        (
            ONCE,
            "T04:00",
            "T01:00",
            "7: silences.until: is not behind `from`, expected a later time",
        ),
        (ONCE, "until", "till", "7: till: unknown key `till`, expected one of"),
        (
            ONCE,
            "until = \"2026-03-29T04:00\"\n",
            "",
            "6: silences.until: is missing, expected when it ends, like",
        ),
        (
            ONCE,
            "from = \"2026-03-29T01:00\"\n",
            "",
            "3: silences.from: is missing, expected when it begins, like",
        ),
        (
            ONCE,
            "until = ",
            "lasting = \"2h\"\nuntil = ",
            "7: silences.lasting: serves only a window that comes again, expected none beside `from`",
        ),
        (
            ONCE,
            "until = ",
            "every = \"day\"\nuntil = ",
            "7: silences.every: stands beside `from` or `until`, expected one of them",
        ),
        (
            EVERY,
            "time_zone = \"Europe/Berlin\"\n",
            "",
            "4: silences.time_zone: is missing, expected a name like \"Europe/Berlin\"",
        ),
        (
            EVERY,
            "sunday",
            "sun",
            "5: silences.every: \"sun\" is no day, expected one like \"sunday\"",
        ),
        (EVERY, "\"sunday\"", "[]", "5: silences.every: is empty, expected a day like \"sunday\""),
        (
            EVERY,
            "\"sunday\"",
            "7",
            "5: every: is a number, expected \"day\", a day like \"sunday\", or several",
        ),
        (
            EVERY,
            "at = \"02:00\"\n",
            "",
            "5: silences.at: is missing, expected a time like \"02:00\"",
        ),
        (EVERY, "02:00", "2:00", "6: silences.at: \"2:00\" cannot be read, expected a time like"),
        (
            EVERY,
            "lasting = \"2h\"\n",
            "",
            "5: silences.lasting: is missing, expected a length like",
        ),
        (EVERY, "2h", "long", "7: silences.lasting: \"long\" is not a duration, expected one like"),
        (EVERY, "2h", "59s", "7: silences.lasting: is 59s, expected 1m to 144h"),
        (EVERY, "2h", "145h", "7: silences.lasting: is 145h, expected 1m to 144h"),
    ] {
        assert!(good.contains(from), "{from}");
        let told = of(&good.replacen(from, to, 1));
        let expected = format!("ringdown.toml:{expected}");
        assert!(told.starts_with(&expected) && told.lines().count() == 1, "\n{told}\n{expected}");
    }
    let ever = EVERY.replace("sunday", "day").replace("2h", "24h");
    assert_eq!(
        of(&ever),
        "ringdown.toml:7: silences.lasting: is 24h, and the next one begins before it ends: nobody would ever be called, expected less"
    );
    assert_eq!(of(&ever.replace("\"day\"", "[\"friday\", \"saturday\"]")), "fine");
    assert_eq!(
        of(&EVERY.repeat(201)),
        "ringdown.toml:1203: silences: there are 201, expected 200 at most"
    );
}

proptest! {
    #[test]
    fn no_silence_can_make_it_panic(
        values in proptest::collection::vec("[0-9a-zA-Z:T/+. -]{0,17}|2026-01-0[0-9]T0[0-9]:00|sunday|day|9999-12-31T23:59|UTC|[0-9]{1,9}h", 7),
        which in any::<u8>(),
    ) {
        let keys = ["reason", "time_zone", "from", "until", "every", "at", "lasting"];
        let lines = keys.iter().zip(&values).enumerate().filter(|(index, _)| which & (1 << index) != 0);
        let lines: String = lines.map(|(_, (key, value))| format!("{key} = \"{value}\"\n")).collect();
        of(&format!("[[silences]]\nalarms = [\"{}\"]\n{lines}", values[0]));
    }
}
