use proptest::prelude::*;

use super::*;
use crate::config::file::Config;

fn config(text: &str) -> Config {
    let people = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n";
    Config::parse(vec![("ringdown.toml".to_owned(), format!("{people}{text}"))])
        .expect("a configuration")
}

fn policy(name: &str, alarms: &str) -> String {
    format!("[[policies]]\nname = \"{name}\"\nalarms = {alarms}\nroster = [\"alpha\"]\n")
}

fn warnings(text: &str) -> Vec<String> {
    let warnings = config(text).warnings;
    warnings
        .into_iter()
        .map(|warning| format!("{} {}: {}", warning.line, warning.key, warning.what))
        .collect()
}

#[test]
fn glob_of_another_tool_is_doubted_and_translated() {
    for (text, globs) in [
        (".*", r#"["*"]"#),
        ("^prod-.*$", r#"["prod-*"]"#),
        ("prod-(api|web)", r#"["prod-api", "prod-web"]"#),
        ("prod-api|prod-web", r#"["prod-api", "prod-web"]"#),
        ("prod-api | prod-web", r#"["prod-api", "prod-web"]"#),
        ("prod-{api,web}", r#"["prod-api", "prod-web"]"#),
        ("{eu,us}-{api,web}-*", r#"["eu-api-*", "eu-web-*", "us-api-*", "us-web-*"]"#),
        ("v1.{1,2}", r#"["v1.1", "v1.2"]"#),
        ("web-{1..3}", r#"["web-1", "web-2", "web-3"]"#),
        (r"prod-\d+", r#"["prod-*"]"#),
        (r"prod-\d", r#"["prod-?"]"#),
        (r"db\.example\.com-.+", r#"["db.example.com-*"]"#),
        ("[a-z]*", r#"["*"]"#),
        ("web-[0-9]", r#"["web-?"]"#),
        ("web-[0-9]{2}-cpu", r#"["web-??-cpu"]"#),
        ("web-[0-9]{1,2}-cpu", r#"["web-*-cpu"]"#),
        ("prod_.{3}", r#"["prod_???"]"#),
        ("prod_.{2,}", r#"["prod_*"]"#),
        ("prod_.{2,4}", r#"["prod_*"]"#),
        (".{1000000}", r#"["*"]"#),
        ("web-x{3}", r#"["web-xxx"]"#),
        ("web-x{2,}-cpu", r#"["web-x*-cpu"]"#),
        (".?", r#"["*"]"#),
        ("prod-.?", r#"["prod-*"]"#),
        ("prod-%", r#"["prod-*"]"#),
        ("prod%", r#"["prod*"]"#),
        ("%api", r#"["*api"]"#),
        ("%db%", r#"["*db*"]"#),
        ("%404%", r#"["*404*"]"#),
        ("%disk full%", r#"["*disk full*"]"#),
        ("prod-%-%%-cpu", r#"["prod-*-*-cpu"]"#),
        (" prod-*", r#"["prod-*"]"#),
        ("prod-api\t", r#"["prod-api"]"#),
        (" prod-.* ", r#"["prod-*"]"#),
        ("[^t]est-*", r#"["?est-*"]"#),
        ("/regex/", r#"["*regex*"]"#),
        ("/^prod-/i", r#"["prod-*"]"#),
        ("^prod-", r#"["prod-*"]"#),
        ("-api$", r#"["*-api"]"#),
        ("^(prod|stage)-(api|web)$", r#"["prod-api", "prod-web", "stage-api", "stage-web"]"#),
        ("(?i)prod-.*", r#"["prod-*"]"#),
        ("prod(-eu)?-api", r#"["prod-eu-api", "prod-api"]"#),
        ("prod-*, stage-*", r#"["prod-*", "stage-*"]"#),
        ("prod-*,stage-(api|web)", r#"["prod-*", "stage-api", "stage-web"]"#),
        ("prod-* stage-*", r#"["prod-*", "stage-*"]"#),
        ("~prod-.*", r#"["prod-*"]"#),
        (r#"{alertname=~"Disk.*"}"#, r#"["Disk*"]"#),
        (r#"alertname="DiskFull""#, r#"["DiskFull"]"#),
        ("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:prod-*", r#"["prod-*"]"#),
        ("'prod-*'", r#"["prod-*"]"#),
        ("[Pp]rod-*", r#"["?rod-*"]"#),
        ("prod-[[:digit:]]", r#"["prod-?"]"#),
        ("%", r#"["*"]"#),
        ("arn:aws:cloudwatch:*", "globs instead"),
        (r#"{severity="critical"}"#, "globs instead"),
    ] {
        let doubt = doubt(text).unwrap_or_else(|| panic!("{text} is a glob"));
        assert!(
            doubt.contains("only * (any text) and ? (any character) have a meaning"),
            "{doubt}"
        );
        assert!(doubt.ends_with(&format!("write {globs}")), "{text}: {doubt}");
    }
}

#[test]
fn glob_that_excludes_is_answered_with_what_to_do() {
    for (text, globs) in [
        ("!test-*", r#"["test-*"]"#),
        ("! test-*", r#"["test-*"]"#),
        ("not test-*", r#"["test-*"]"#),
        ("^(?!test-).*$", r#"["test-*"]"#),
        ("!test-{a,b}", r#"["test-a", "test-b"]"#),
        ("!(test)*", r#"["test*"]"#),
        ("!(test|stage)-*", r#"["test-*", "stage-*"]"#),
        ("not(test-*)", r#"["test-*"]"#),
        ("[!ab]*", r#"["a*", "b*"]"#),
        ("[^t]*", r#"["t*"]"#),
        (r#"alertname!="test""#, r#"["test"]"#),
    ] {
        let doubt = doubt(text).unwrap_or_default();
        let expected = format!(
            "write [\"*\"], and put what is left out into [[ignore]] or into a policy before this one: alarms = {globs}"
        );
        assert!(doubt.ends_with(&expected), "{text}: {doubt}");
    }
}

#[test]
fn nobody_is_advised_to_leave_out_every_alarm() {
    for text in ["!*", "!(*)", "not(.*)", "^(?!.*)$"] {
        let doubt = doubt(text).unwrap_or_default();
        assert!(doubt.ends_with("or into a policy before this one"), "{text}: {doubt}");
    }
}

#[test]
fn name_that_looks_odd_is_no_doubt() {
    for text in [
        "*",
        "prod-*",
        "?rod-*",
        "prod-api",
        "api.errors",
        "v1.?",
        "CPU (high)",
        "[P1] disk full",
        "[P1] *",
        "a+b",
        "50 % used",
        "CPU > 90%",
        "cpu-90%",
        "100% busy",
        "a%20b",
        "disk {0} full",
        "cost > $5 a day",
        "{x}",
        "Watchdog",
        "orders / queue",
        "über*",
        "[prod-eu] *",
        "checkout: 5xx",
    ] {
        assert_eq!(doubt(text), None, "{text}");
    }
}

#[test]
fn policy_behind_one_that_takes_all_is_warned_of() {
    let all = policy("all", r#"["*"]"#) + &policy("late", r#"["prod-*", "stage"]"#);
    let why = "the policy \"all\" comes first with \"*\"; the first policy that matches has an alarm, so move this one before it";
    assert_eq!(
        warnings(&all),
        [format!("10 policies.alarms: no alarm ever reaches the policy \"late\": {why}")]
    );
    let part = policy("prod", r#"["prod-*"]"#) + &policy("late", r#"["prod-api", "stage"]"#);
    let why = "the policy \"prod\" comes first with \"prod-*\"";
    assert_eq!(
        warnings(&part),
        [format!(
            "10 policies.alarms: no alarm reaches the policy \"late\" by \"prod-api\": {why}"
        )]
    );
    let right = policy("prod", r#"["prod-*", "prod-api"]"#) + &policy("all", r#"["*"]"#);
    assert_eq!(warnings(&right), Vec::<String>::new());
}

#[test]
fn ignored_policy_and_ignored_world_are_warned_of() {
    let ignored = policy("batch", r#"["batch-*"]"#) + "[[ignore]]\nalarms = [\"b*\"]\n";
    assert!(
        warnings(&ignored)[0]
            .contains("no alarm ever reaches the policy \"batch\": [[ignore]] has \"b*\"")
    );
    let all = policy("all", r#"["x"]"#) + "[[ignore]]\nalarms = [\"*\"]\n";
    assert!(warnings(&all)[0].ends_with("\"*\" is every alarm: nobody is ever called"));
    let regex = policy("all", r#"["*"]"#) + "[[ignore]]\nalarms = [\"Info(A|B)\"]\n";
    assert!(warnings(&regex)[0].ends_with(r#"write ["InfoA", "InfoB"]"#));
}

#[test]
fn ignore_table_is_checked_and_read() {
    let read = config(
        "[[ignore]]\nalarms = [\"Watchdog\", \"Info*\"]\nreason = \"always on\"\n[[ignore]]\nalarms = [\"x\"]\n",
    );
    assert_eq!(read.ignored.reason("Watchdog"), Some(Some("always on")));
    assert_eq!(read.ignored.reason("InfoInhibitor"), Some(Some("always on")));
    assert_eq!((read.ignored.reason("x"), read.ignored.reason("disk")), (Some(None), None));
    for (table, expected) in [
        ("[[ignore]]\n", "`alarms` is missing"),
        ("[[ignore]]\nalarms = []\n", "is empty"),
        ("[[ignore]]\nalarms = [\"\"]\n", "is empty"),
        ("[[ignore]]\nalarms = [\"a\"]\nreason = \"a\\nb\"\n", "one line of 200 characters"),
        ("[[ignore]]\nalarms = [\"a\"]\nname = \"b\"\n", "name"),
    ] {
        let text = format!("[channels.default]\n{table}");
        let problems = Config::parse(vec![("c.toml".to_owned(), text)]).expect_err(table);
        assert!(problems.to_string().contains(expected), "{problems}");
    }
}

#[test]
fn glob_covers_what_it_takes() {
    for (all, glob, expected) in [
        ("*", "", true),
        ("*", "a*b?c", true),
        ("prod-*", "prod-api", true),
        ("prod-*", "prod-*", true),
        ("prod-*", "prod-a?i-*", true),
        ("prod-*", "pro*", false),
        ("prod-?", "prod-a", true),
        ("prod-?", "prod-*", false),
        ("?*", "*?", true),
        ("?*", "*", false),
        ("*a*", "*ba*", true),
        ("*-api", "prod-*-api", true),
        ("*-api", "prod-*", false),
        ("", "", true),
        ("a", "b", false),
    ] {
        assert_eq!(covers(all, glob), expected, "{all} {glob}");
    }
}

proptest! {
    #[test]
    fn no_glob_can_make_it_panic(text in ".{0,40}", regex in r"[a-c(){}\[\]|^$.*+?\\/!,~ <:=%0-9-]{0,40}") {
        doubt(&text);
        doubt(&regex);
        covers(&text, &regex);
    }

    #[test]
    fn what_is_covered_is_matched(all in "[ab*?]{0,6}", glob in "[ab*?]{0,6}", stars in proptest::collection::vec("[ab]{0,2}", 6)) {
        let mut stars = stars.into_iter();
        let name: String = glob.chars().map(|c| match c {
            '*' => stars.next().unwrap_or_default(),
            '?' => "a".to_owned(),
            c => c.to_string(),
        }).collect();
        if covers(&all, &glob) {
            prop_assert!(wildmatch::WildMatch::new(&all).matches(&name), "{} {} {}", all, glob, name);
        }
    }
}
