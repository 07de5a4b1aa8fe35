//! Somebody takes over on call: the next call goes to them, and to whoever was on call before once it is taken back.

use std::time::Duration;

use serde_json::Value;

use crate::harness::stdout;
use crate::scenario::{CallWith, Scenario};

const NAME: &str = "checkout-5xx-rate";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

/// A policy that calls who is on call: always alpha, by the file.
fn by_schedule() -> String {
    r#"
[[schedules]]
name = "rota"
time_zone = "Europe/Berlin"
rotation = "weekly"
people = ["alpha"]
hand_over = "09:00"
starts = "2026-01-05"
[[policies]]
name = "default"
alarms = ["*"]
roster = { schedule = "rota" }
channel = "default"
WAY
"#
    .to_owned()
}

/// Runs a command about who is on call, with what the server's folder holds.
async fn oncall(scenario: &Scenario, arguments: &[&str]) -> (Option<i32>, String) {
    let all: Vec<&str> = ["oncall"].iter().chain(arguments).copied().collect();
    let ran = scenario.server.run(&[&all[..], &["--data", "data"]].concat()).await;
    (ran.status.code(), stdout(&ran))
}

fn first(json: &str) -> Value {
    let listed: Value = serde_json::from_str(json).unwrap();
    listed[0].clone()
}

/// Whether Slack was told a line that begins and ends so, once.
async fn is_told_once(scenario: &Scenario, begin: &str, end: &str) {
    for _ in 0..500 {
        let told = scenario.slack().await;
        let fits = |line: &&String| line.starts_with(begin) && line.ends_with(end);
        match told.iter().filter(fits).count() {
            0 => tokio::time::sleep(Duration::from_millis(20)).await,
            count => return assert_eq!(count, 1, "{told:#?}"),
        }
    }
    panic!("{begin:?} is not said: {:#?}", scenario.slack().await);
}

#[tokio::test]
async fn override_by_command_calls_the_other_person_until_it_is_removed() {
    let scenario = Scenario::begin(CallWith::Voice, &by_schedule()).await;
    let until = scenario.now().await + jiff::SignedDuration::from_hours(24);
    let until = until.strftime("%Y-%m-%dT%H:%MZ").to_string();
    let made = ["override", "rota", "bravo", "--until", &until];
    let (code, printed) = oncall(&scenario, &[&made[..], &["--json"]].concat()).await;
    assert_eq!(code, Some(0), "{printed}");
    let over = first(&printed);
    assert_eq!(
        (over["person"].as_str(), over["by"].as_str()),
        (Some("bravo"), Some("somebody at the command line"))
    );
    is_told_once(
        &scenario,
        ":arrows_counterclockwise: <@U0000002> is on call in rota instead of alpha from ",
        ": *somebody at the command line* said so",
    )
    .await;
    let (_, shifts) = oncall(&scenario, &["--json"]).await;
    let shift = first(&shifts)["shifts"][0].clone();
    assert_eq!((&shift["people"][0], &shift["because"]), (&"bravo".into(), &"taken-over".into()));

    // The command has a clock of its own.
    scenario.push(Duration::from_secs(60)).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("bravo").takes_it(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["bravo: took it"]);
    scenario.alarm(NAME).recovers().await;
    scenario.is("resolved").await;
    scenario.phone("bravo").is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.passes(Duration::from_secs(400)).await;

    let id = over["id"].as_str().unwrap();
    assert_eq!(oncall(&scenario, &["remove", id]).await, (Some(0), format!("removed: {id}\n")));
    assert_eq!(oncall(&scenario, &["remove", id]).await.0, Some(1));
    is_told_once(
        &scenario,
        ":leftwards_arrow_with_hook: *somebody at the command line* took back that <@U0000002> is on call in rota from ",
        "",
    )
    .await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

/// Sends a form of the page. Gives where it leads to.
async fn sends(scenario: &Scenario, path: &str, form: &str) -> String {
    let url = format!("{}{path}", scenario.server.address);
    let request = scenario.server.http.post(url).header("origin", &scenario.server.address);
    let answer = request.body(form.to_owned()).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{path} {form}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn override_by_the_page_calls_the_other_person_and_undo_gives_it_back() {
    let scenario = Scenario::begin(CallWith::Voice, &by_schedule()).await;
    let until = scenario.now().await + jiff::SignedDuration::from_hours(24);
    let until = until.strftime("%Y-%m-%dT%H%%3A%M").to_string();
    let form =
        format!("schedule=rota&person=charlie&from=2026-01-06T00%3A00&until={until}&clock=UTC");
    let there = sends(&scenario, "/on-call/override", &form).await;
    let page = scenario.server.get(&there).await.text().await.unwrap();
    assert!(page.contains("<strong>charlie</strong> is on call in rota from "), "{page}");
    is_told_once(
        &scenario,
        ":arrows_counterclockwise: *charlie* is on call in rota instead of alpha from ",
        ": *somebody on the page* said so",
    )
    .await;
    let home = scenario.server.get("/").await.text().await.unwrap();
    assert!(home.contains("<strong>charlie</strong>"), "{home}");
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("charlie").takes_it(TEXT).await;
    scenario.is("taken").await.by("charlie");
    scenario.alarm(NAME).recovers().await;
    scenario.is("resolved").await;
    scenario.phone("charlie").is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.passes(Duration::from_secs(400)).await;
    let id = there.split_once("made=").unwrap().1;
    let back = sends(&scenario, "/on-call/remove", &format!("id={id}")).await;
    assert_eq!(back, format!("/on-call?removed={id}"));
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.is("taken").await.by("alpha");
    scenario.end().await;
}

#[tokio::test]
async fn override_that_cannot_be_is_refused_with_what_is_expected() {
    let scenario = Scenario::begin(CallWith::Voice, &by_schedule()).await;
    let until = ["--until", "2100-01-01T00:00"];
    for (schedule, person, says) in [
        (
            "other",
            "bravo",
            "The configuration has no such schedule. Schedules: rota. People: alpha, ",
        ),
        (
            "rota",
            "nobody",
            "The configuration has no such person. Schedules: rota. People: alpha, ",
        ),
        ("rota", "bravo", "That is too long: 62 days are the most."),
    ] {
        let (code, printed) =
            oncall(&scenario, &[&["override", schedule, person], &until[..]].concat()).await;
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.starts_with(says), "{printed}");
    }
    let over = ["override", "rota", "bravo", "--until", "2025-01-01T00:00", "--json"];
    let (code, printed) = oncall(&scenario, &over).await;
    let refused: Value = serde_json::from_str(&printed).unwrap();
    let text = refused["text"].as_str().unwrap();
    assert_eq!((code, &refused["outcome"]), (Some(1), &"refused".into()));
    assert!(text.starts_with("That is over already."), "{text}");
    let wrong = oncall(&scenario, &["override", "rota", "bravo", "--until", "soon"]).await;
    assert_eq!(wrong, (Some(2), String::new()));
    assert_eq!(oncall(&scenario, &["overrides"]).await, (Some(0), "0 overrides\n".to_owned()));
    let none = oncall(&scenario, &["remove", "--all"]).await;
    assert_eq!(none, (Some(0), "removed: 0\n".to_owned()));
    assert_eq!(oncall(&scenario, &["overrides", "--json"]).await, (Some(0), "[]\n".to_owned()));
    scenario.end().await;
}

#[tokio::test]
async fn calendar_is_read_by_its_secret_address_until_that_is_renewed() {
    let scenario = Scenario::begin(CallWith::Voice, &by_schedule()).await;
    let server = &scenario.server;
    let stranger = shared::http::client().unwrap();
    let read = async |url: &str| {
        let answer = stranger.get(url).send().await.unwrap();
        let kind = answer.headers().get("content-type").cloned();
        let cached = answer.headers().get("cache-control").cloned();
        (answer.status().as_u16(), kind, cached, answer.text().await.unwrap())
    };
    let link = async |of: &str, name: &str| {
        oncall(&scenario, &["link", of, name, "--to", &server.address]).await
    };
    let (code, first) = link("schedule", "rota").await;
    assert_eq!(code, Some(0));
    let (status, kind, cached, text) = read(first.trim()).await;
    assert_eq!((status, cached.unwrap().to_str().unwrap()), (200, "private"));
    assert_eq!(kind.unwrap().to_str().unwrap(), "text/calendar; charset=utf-8");
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"),
        "{text}"
    );
    assert!(text.contains("SUMMARY:alpha on call: rota\r\n") && !text.contains("+1500"), "{text}");

    // What people have said is in it.
    let until = scenario.now().await + jiff::SignedDuration::from_hours(24);
    let until = until.strftime("%Y-%m-%dT%H:%MZ").to_string();
    oncall(&scenario, &["override", "rota", "bravo", "--until", &until]).await;
    let (_, of_bravo) = link("person", "bravo").await;
    let (_, _, _, text) = read(of_bravo.trim()).await;
    assert!(text.contains("SUMMARY:bravo on call: rota\r\n") && !text.contains("alpha"), "{text}");

    let (_, second) = link("schedule", "rota").await;
    assert_eq!(read(first.trim()).await.0, 404);
    assert_eq!(read(second.trim()).await.0, 200);
    for wrong in
        ["/on-call/AAAAAAAAAAAAAAAAAAAAAA.ics", "/on-call/x.ics", "/on-call/x", "/on-call/override"]
    {
        assert_eq!(read(&format!("{}{wrong}", server.address)).await.0, 404, "{wrong}");
    }
    assert_eq!(link("person", "nobody").await.0, Some(1));
    let token = second.trim().rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
    assert_eq!(token.len(), 22);
    assert!(!server.log().contains(&token), "{}", server.log());
    scenario.end().await;
}

#[tokio::test]
async fn record_that_cannot_be_read_leaves_the_file_until_it_is_emptied() {
    let scenario = Scenario::begin(CallWith::Voice, &by_schedule()).await;
    let until = scenario.now().await + jiff::SignedDuration::from_hours(24);
    let until = until.strftime("%Y-%m-%dT%H:%MZ").to_string();
    let made = ["override", "rota", "bravo", "--until", &until];
    assert_eq!(oncall(&scenario, &made).await.0, Some(0));
    let path = scenario.server.folder.path().join("data/ringdown.sqlite");
    let file = rusqlite::Connection::open(path).unwrap();
    let broken = "UPDATE records SET body = '{bravo +15005550002' WHERE pk = 'overrides'";
    assert_eq!(file.execute(broken, []).unwrap(), 1);
    drop(file);
    let (code, shifts) = oncall(&scenario, &["--json"]).await;
    assert_eq!((code, &first(&shifts)["shifts"][0]["people"][0]), (Some(0), &"alpha".into()));
    assert_eq!(oncall(&scenario, &["overrides"]).await, (Some(2), String::new()));
    let (code, printed) = oncall(&scenario, &made).await;
    assert_eq!(code, Some(1));
    assert!(printed.contains("`ringdown oncall remove --all` starts over"), "{printed}");
    let (code, printed) = oncall(&scenario, &["remove", "--all"]).await;
    assert_eq!(code, Some(0));
    assert!(printed.contains("{bravo ") && !printed.contains("1500555"), "{printed}");
    assert_eq!(oncall(&scenario, &made).await.0, Some(0));
    scenario.end().await;
}
