//! docs/configuration.md beside the code: every key, its default, its limit.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::config::file::Config;

use crate::{code, pages, read, table, tables};

const PAGE: &str = "docs/configuration.md";

/// The least that a configuration needs, in parts that can be left out.
const CHANNEL: &str = "[channels.default]\n";
const PERSON: &str = "[people.alpha]\nphone = \"+15005550001\"\n";
const POLICY: &str = "[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\n";
const SCHEDULE: &str = "[[schedules]]\nname = \"s\"\ntime_zone = \"UTC\"\nrotation = \"daily\"\npeople = [\"alpha\"]\n\
                        hand_over = \"09:00\"\nstarts = \"2026-01-05\"\n";
const SILENCE: &str =
    "[[silences]]\nalarms = [\"*\"]\ntime_zone = \"UTC\"\nevery = \"day\"\nat = \"02:00\"\n";

/// Each section of the page, with a configuration in which `KEY` stands where one of its keys may stand.
const SECTIONS: [(&str, &str); 14] = [
    ("`[channels.<name>]`", "[channels.default]\nKEY\n"),
    ("`[[routes]]`", "[[routes]]\nKEY\n"),
    ("`[forward]`", "[forward]\nKEY\n"),
    ("`[studio]`", "[studio]\nKEY\n"),
    ("`[people.<name>]`", "[people.bravo]\nKEY\n"),
    ("`[[policies]]`", "POLICYKEY\n"),
    (
        "`roster` with a schedule",
        "[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = { KEY }\n",
    ),
    ("`[escalation]`", "[escalation]\nKEY\n"),
    ("`[[schedules]]`", "SCHEDULEKEY\n"),
    ("`[[schedules.overrides]]`", "SCHEDULE[[schedules.overrides]]\nKEY\n"),
    ("`[[silences]]`", "SILENCEKEY\n"),
    ("`[[ignore]]`", "[[ignore]]\nKEY\n"),
    ("`[alarms]`", "[alarms]\nKEY\n"),
    ("", "KEY\n"),
];

/// A configuration that has `line` in this section.
fn with(section: &str, line: &str) -> String {
    let (_, snippet) = SECTIONS.iter().find(|(name, _)| *name == section).unwrap();
    let snippet = snippet.replace("POLICY", POLICY).replace("SCHEDULE", SCHEDULE);
    let snippet = snippet.replace("SILENCE", SILENCE).replace("KEY", line);
    match section {
        "" => snippet,
        "`[channels.<name>]`" => format!("{snippet}{PERSON}"),
        _ => format!("{CHANNEL}{PERSON}{snippet}"),
    }
}

fn parse(text: String) -> Result<Config, String> {
    let parsed = Config::parse(vec![("ringdown.toml".to_owned(), text)]);
    parsed.map_err(|problems| problems.to_string())
}

/// The keys that the code takes in this section, as it says itself of one that it does not know.
fn keys_of_the_code(section: &str) -> Vec<String> {
    let error = parse(with(section, "zzz = 1")).expect_err("zzz is no key");
    if section == "`[channels.<name>]`" && error.contains("a channel is only declared here") {
        return Vec::new();
    }
    assert!(error.contains("unknown key `zzz`"), "{section}: {error}");
    let expected = error.split("`zzz`").nth(1).unwrap();
    let mut keys: Vec<String> = expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    keys.sort();
    keys
}

/// The rows of a section on the page: key, type, default, limit, what it does.
fn rows<'a>(page: &'a str, section: &str) -> Vec<(&'a str, Vec<&'a str>)> {
    let rows = table(page, section).into_iter();
    let row = |cells: Vec<&'a str>| {
        assert_eq!(cells.len(), 5, "{section}: {cells:?}");
        (code(cells[0]).expect("a key in backticks"), cells)
    };
    rows.map(row).collect()
}

#[test]
fn page_has_exactly_the_keys_of_the_code() {
    let page = read(PAGE);
    for (section, _) in SECTIONS.iter().filter(|(section, _)| !section.is_empty()) {
        let mut told: Vec<String> =
            rows(&page, section).into_iter().map(|(key, _)| key.to_owned()).collect();
        told.sort();
        assert_eq!(told, keys_of_the_code(section), "{section}: {PAGE}, and the code");
    }
    let headings = tables(&page).into_iter().map(|(heading, _)| heading);
    let headings: Vec<String> = headings.filter(|heading| heading.starts_with("`[")).collect();
    for key in keys_of_the_code("") {
        let starts = [format!("`[{key}"), format!("`[[{key}")];
        let is_its = |heading: &String| starts.iter().any(|start| heading.starts_with(start));
        assert!(headings.iter().any(is_its), "{PAGE} has no section of {key}");
    }
    let known = |heading: &String| SECTIONS.iter().any(|(section, _)| section == heading);
    assert!(headings.iter().all(known), "{headings:?}");
}

#[test]
fn limits_on_the_page_are_those_of_the_code() {
    let (page, mut checked) = (read(PAGE), Vec::new());
    for (section, _) in SECTIONS.iter().filter(|(section, _)| !section.is_empty()) {
        for (key, cells) in rows(&page, section) {
            let (kind, limit) = (cells[1], cells[3]);
            let value = match kind {
                "integer" => "1000000",
                "duration" => "\"100000h\"",
                _ => continue,
            };
            let expected = match limit.strip_prefix("at most ") {
                Some(most) => format!("expected at most \"{most}\""),
                // The code says the number that the other key has.
                None => format!("expected {}", limit.replace("`max_calls_per_hour`", "7")),
            };
            let error = parse(with(section, &format!("{key} = {value}"))).unwrap_err();
            assert!(error.contains(&format!("{key}: ")), "{section}: {error}");
            assert!(
                error.contains(&expected),
                "{section}, {key}: {limit:?}, and the code: {error}"
            );
            checked.push(key);
        }
    }
    assert_eq!(checked.len(), 11, "{checked:?}");
}

/// The default of a key on the page.
fn default<'a>(page: &'a str, section: &str, key: &str) -> &'a str {
    let rows = rows(page, section).into_iter();
    let found = rows.into_iter().find(|(have, _)| *have == key);
    let cell = found.unwrap_or_else(|| panic!("{section} has no {key}")).1[2];
    code(cell).unwrap_or(cell)
}

#[test]
fn defaults_on_the_page_are_those_of_the_code() {
    let page = read(PAGE);
    let config = parse(format!("{CHANNEL}{PERSON}{POLICY}")).unwrap();
    let policy = config.escalation.policy_at("p", Timestamp::UNIX_EPOCH).unwrap();
    let told = |key: &str| default(&page, "`[[policies]]`", key).to_owned();
    let numbers = [
        ("attempts", policy.attempts),
        ("ring_seconds", policy.ring_seconds),
        ("answer_seconds", policy.answer_seconds),
    ];
    for (key, number) in numbers {
        assert_eq!(told(key), number.to_string(), "{key}");
    }
    let spans = [
        ("repage_after", policy.repage_after),
        ("flap_window", policy.flap_window),
        ("retry_exhausted_after", policy.retry_exhausted_after),
    ];
    for (key, span) in spans {
        assert_eq!(told(key).parse::<SignedDuration>().unwrap(), span, "{key}");
    }
    assert_eq!(told("channel"), policy.channel);
    assert_eq!(told("call_on_new_alarm"), policy.call_on_new_alarm.to_string());
    assert_eq!(told("text_on_missed_call"), policy.text_on_missed_call.to_string());
    assert_eq!((told("resolve_after").as_str(), policy.resolve_after), ("never", None));
    assert!(told("call_with") == "voice" && policy.call_with.is_voice());
    let nothing = [&policy.voice, &policy.language, &policy.say];
    assert!(nothing.into_iter().all(Option::is_none));
    let escalation = &config.escalation;
    for (key, value) in [
        ("max_calls_per_hour", escalation.max_calls_per_hour.to_string()),
        ("max_own_alarm_calls_per_hour", escalation.max_own_alarm_calls_per_hour.to_string()),
        ("only_configured_people", escalation.only_configured_people.to_string()),
    ] {
        assert_eq!(default(&page, "`[escalation]`", key), value, "{key}");
    }
    let shows = config.studio.show_contexts.to_string();
    assert_eq!(default(&page, "`[studio]`", "show_contexts"), shows);
    let zone = config.studio.time_zone.iana_name().unwrap();
    assert_eq!(default(&page, "`[studio]`", "time_zone"), zone);
    let give_up_after = default(&page, "`[forward]`", "give_up_after");
    let give_up_after: SignedDuration = give_up_after.parse().unwrap();
    assert_eq!(Duration::try_from(give_up_after).unwrap(), config.give_up_after);
}

#[test]
fn words_of_absence_on_the_page_and_in_the_example_are_those_of_the_code() {
    let page = read(PAGE);
    let row = rows(&page, "`[escalation]`").into_iter().find(|(key, _)| *key == "not_on_call");
    let told: Vec<&str> = row.unwrap().1[2].split('`').skip(1).step_by(2).collect();
    assert_eq!(told, shared::domain::schedule::NOT_ON_CALL, "{PAGE}");
    let example: toml::Table = toml::from_str(&read("examples/ringdown.toml")).unwrap();
    let words = example["escalation"]["not_on_call"].as_array().unwrap();
    let words: Vec<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(words, shared::domain::schedule::NOT_ON_CALL, "examples/ringdown.toml");
}

/// A block stands for itself, but for the channel and the people that all of them name.
#[test]
fn blocks_of_toml_on_the_pages_pass_the_check() {
    let others = PERSON.replace("alpha", "bravo").replace("0001", "0002")
        + &PERSON.replace("alpha", "charlie").replace("0001", "0003");
    let mut count = 0;
    for page in pages() {
        let text = read(&page);
        let blocks = text.split("\n```").skip(1).step_by(2);
        for block in blocks.filter_map(|block| block.strip_prefix("toml\n")) {
            let mut whole = block.to_owned();
            for (key, missing) in
                [("[channels", CHANNEL), ("[people.alpha]", PERSON), ("[people.bravo]", &others)]
            {
                if !block.contains(key) {
                    whole.push_str(&format!("\n{missing}"));
                }
            }
            let pieces = [("ringdown.toml", whole), ("oncall.ics", read("examples/oncall.ics"))];
            let pieces = pieces.map(|(name, text)| (name.to_owned(), text)).to_vec();
            let config = Config::parse(pieces);
            let config = config.unwrap_or_else(|problems| panic!("{page}: {block}\n{problems}"));
            assert!(config.warnings.is_empty(), "{page}: {block}\n{:?}", config.warnings);
            count += 1;
        }
    }
    assert!(count >= 9, "{count}");
}

#[test]
fn example_has_every_key() {
    let example = read("examples/ringdown.toml");
    for (section, _) in SECTIONS.iter().filter(|(section, _)| !section.is_empty()) {
        for key in keys_of_the_code(section) {
            let is_there = match key.as_str() {
                "overrides" => example.contains("[[schedules.overrides]]"),
                key => {
                    let is_it = |line: &str| line.trim_start().starts_with(&format!("{key} = "));
                    example.lines().any(is_it) || example.contains(&format!(" {key} = "))
                }
            };
            assert!(is_there, "examples/ringdown.toml has no {key} of {section}");
        }
    }
}
