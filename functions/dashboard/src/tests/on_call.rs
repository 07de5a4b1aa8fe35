//! The page of who is on call for what, now and later.

use super::backend::*;
use super::incidents::{plain_text, says};
use shared::Timestamp;
use shared::domain::schedule::{StoredOverride, StoredOverrides};
use shared::http::Response;
use shared::storage::Key;

const ROTA: &str = r#"
[[schedules]]
name = "rota"
time_zone = "UTC"
rotation = "weekly"
people = ["alpha", "bravo"]
hand_over = "09:00"
starts = "2026-11-16"
[[policies]]
name = "nights"
alarms = ["night-*"]
roster = { schedule = "rota", then = ["bravo"] }
channel = "default"
"#;

#[test]
fn both_pages_say_who_is_on_call_until_when_and_who_then() {
    let pages = Pages::of(&format!("{CONFIG}{ROTA}"), &[]);
    let now = "On call now checkout alpha if alpha does not take it: bravo nights alpha until Mon 23 Nov 2026, 09:00 UTC , \
               then bravo; if alpha does not take it: bravo";
    for path in ["/", "/on-call"] {
        says(&plain_text(&pages.page(path)), &[now]);
    }
    says(
        &plain_text(&pages.page("/on-call")),
        &[
            "rota hands over by the clock of UTC; the times below are in UTC",
            "A alpha Mon 2026-11-16 09:00 UTC – Mon 2026-11-23 09:00 UTC now Take over",
            "B bravo Mon 2026-11-23 09:00 UTC – Mon 2026-11-30 09:00 UTC Take over",
        ],
    );
}

#[test]
fn page_that_follows_says_who_takes_over_at_the_very_second() {
    let pages = Pages::of(&format!("{CONFIG}{ROTA}"), &[]);
    let live = |at: &str| {
        let told = answer(&pages, "GET", "/live?incidents", "", at.parse().unwrap());
        plain_text(&body(&told).replace("data: ", ""))
    };
    let (first, second) = ("nights alpha until Mon 23 Nov", "nights bravo until Mon 30 Nov");
    for (at, expected) in [
        ("2026-11-23T08:58:00Z", first),
        ("2026-11-23T08:59:59.999Z", first),
        ("2026-11-23T09:00:00Z", second),
        ("2026-11-23T09:01:00Z", second),
        ("2026-11-23T08:59:00Z", first),
    ] {
        says(&live(at), &[expected]);
    }
}

#[test]
fn without_a_policy_nobody_is_on_call() {
    let pages = Pages::of("[channels.default]\n", &[]);
    says(&plain_text(&pages.page("/on-call")), &["Nobody is on call."]);
    assert!(!pages.page("/").contains("On call now"));
}

/// The pages of a rota, before which somebody has said this.
fn rota(said: &[(&str, &str, &str)]) -> Pages {
    let pages = Pages::of(&format!("{CONFIG}{ROTA}"), &[]);
    let overrides = said.iter().enumerate().map(|(index, (person, from, until))| StoredOverride {
        id: format!("id{index}"),
        schedule: "rota".to_owned(),
        person: (*person).to_owned(),
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        by: "bravo".to_owned(),
        at: at(0),
        removed: None,
    });
    let record = StoredOverrides { overrides: overrides.collect() };
    pages.store().keep(Key::new("overrides", "all"), &record);
    pages
}

#[test]
fn what_people_have_said_lies_over_the_rota_on_all_pages() {
    let now = "2026-11-20T00:00:00Z";
    let pages = rota(&[
        ("bravo", "2026-11-17T00:00:00Z", now),
        ("bravo", "2026-11-18T00:00:00Z", "2026-11-25T00:00:00Z"),
        ("zulu", "2026-12-02T00:00:00Z", "2026-12-03T00:00:00Z"),
    ]);
    let page = pages.page("/on-call");
    says(
        &plain_text(&page),
        &[
            "nights bravo until Mon 30 Nov 2026, 09:00 UTC , then alpha",
            "Who takes over bravo in rota, Tue 2026-11-17 00:00 UTC – Fri 2026-11-20 00:00 UTC bravo said so",
            "another one, made later, lies over it and counts where both do Undo bravo in rota, Wed 2026-11-18 00:00 UTC – Wed 2026-11-25 00:00 UTC bravo said so",
            "zulu in rota, Wed 2026-12-02 00:00 UTC – Thu 2026-12-03 00:00 UTC",
            "does not count: the configuration has no such person any more",
        ],
    );
    for layer in [">on call<", ">taken over<", ">rotation or calendar<"] {
        assert!(page.contains(layer), "{layer}");
    }
    assert!(!page.contains(">overrides of the configuration<"));
    says(&plain_text(&pages.page("/")), &["nights bravo until"]);
}

#[test]
fn shift_that_is_chosen_asks_who_takes_over_until_its_end() {
    let pages = rota(&[("bravo", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")]);
    let path = "/on-call?zone=Europe%2FBerlin&schedule=rota&at=2026-11-30T09%3A00%3A00Z";
    let page = pages.page(path);
    says(
        &plain_text(&page),
        &[
            "Who takes over in rota? alpha is on call then.",
            "Times are by the clock of Europe/Berlin.",
        ],
    );
    for field in [
        r#"type="datetime-local" name="from" value="2026-11-30T10:00""#,
        r#"type="datetime-local" name="until" value="2026-12-07T10:00""#,
        r#"name="clock" value="Europe&#x2f;Berlin""#,
    ] {
        assert!(page.contains(field), "{field}: {page}");
    }
    let covered = pages.page("/on-call?schedule=rota&at=2026-11-24T09%3A00%3A00Z");
    says(&plain_text(&covered), &["There was already an override for this time (bravo)"]);
    // What nobody can choose asks nothing.
    for query in
        ["schedule=other&at=2026-11-30T09%3A00%3A00Z", "schedule=rota&at=soon", "week=x&zone=y"]
    {
        assert!(!pages.page(&format!("/on-call?{query}")).contains("Who takes over in"), "{query}");
    }
}

#[test]
fn form_has_somebody_take_over_and_undo_takes_it_back() {
    let pages = rota(&[]);
    pages.may_write();
    let form = "schedule=rota&person=bravo&from=2026-11-18T00%3A00&until=2026-11-21T00%3A00&clock=UTC&week=2026-11-16";
    let made = pages.post_form("/on-call/override", &[], form);
    assert_eq!(made.status, 303, "{}", body(&made));
    let there = header(&made, "location").to_owned();
    assert!(there.starts_with("/on-call?week=2026-11-16&made="), "{there}");
    let page = pages.page(&there);
    says(
        &plain_text(&page),
        &[
            "bravo is on call in rota from",
            "until Sat 2026-11-21 00:00 UTC. Slack is told. Calls go there from the next round on",
        ],
    );
    says(&plain_text(&pages.page("/")), &["nights bravo until"]);
    let id = there.split_once("made=").unwrap().1;
    let removed = pages.post_form("/on-call/remove", &[], &format!("id={id}"));
    assert_eq!(header(&removed, "location"), format!("/on-call?removed={id}"));
    says(
        &plain_text(&pages.page(header(&removed, "location"))),
        &["Taken back: bravo does not take over in rota"],
    );
    says(&plain_text(&pages.page("/")), &["nights alpha until"]);
}

#[test]
fn form_that_is_wrong_says_so_and_keeps_what_was_typed() {
    let pages = rota(&[]);
    let until = "2026-11-21T00%3A00";
    for (form, says_so) in [
        (
            format!("schedule=rota&person=zulu&from=2026-11-19T00%3A00&until={until}&clock=UTC"),
            "no such person",
        ),
        (
            format!("schedule=x&person=bravo&from=2026-11-19T00%3A00&until={until}&clock=UTC"),
            "no such schedule",
        ),
        (
            format!("schedule=rota&person=bravo&from={until}&until={until}&clock=UTC"),
            "is not after",
        ),
        (
            format!("schedule=rota&person=bravo&from=soon&until={until}&clock=UTC"),
            "From: expected a time",
        ),
        (format!("schedule=rota&person=bravo&from={until}&until={until}&clock=x"), "no such clock"),
        (
            format!("schedule=rota&person=&from={until}&until={until}&clock=UTC"),
            "Choose who takes over.",
        ),
        (String::new(), "no such clock"),
    ] {
        let answer = pages.post_form("/on-call/override", &[], &form);
        assert_eq!(answer.status, 422, "{form}");
        says(&plain_text(&body(&answer)), &[says_so]);
        assert!(form.is_empty() || body(&answer).contains("value=\"2026-11-21T00:00\""), "{form}");
    }
}

#[test]
fn pages_are_there_while_overrides_cannot_be_read() {
    let pages = rota(&[]);
    pages.store().keep(Key::new("overrides", "all"), &"no record");
    says(
        &plain_text(&pages.page("/on-call")),
        &["The overrides cannot be read", "nights alpha until"],
    );
    says(&plain_text(&pages.page("/")), &["nights alpha until"]);
    says(&plain_text(&pages.page("/people")), &["The overrides cannot be read"]);
    let form =
        "schedule=rota&person=bravo&from=2026-11-18T00%3A00&until=2026-11-21T00%3A00&clock=UTC";
    let refused = pages.post_form("/on-call/override", &[], form);
    assert_eq!(refused.status, 422);
    says(&plain_text(&body(&refused)), &["ringdown oncall remove --all"]);
}

/// The response at this time.
fn answer(pages: &Pages, method: &str, target: &str, form: &str, now: Timestamp) -> Response {
    pages.ask_at(method, target, &[("authorization", BEARER)], form, now)
}

/// What a form sends that was opened here, unchanged, but for the person.
fn unchanged(page: &str) -> String {
    let mut sent = form_urlencoded::Serializer::new(String::new());
    for name in ["schedule", "clock", "from", "until", "from_at", "until_at"] {
        let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        let value = after.split_once('"').unwrap().0.replace("&#x2f;", "/");
        sent.append_pair(name, &value);
    }
    sent.append_pair("person", "bravo").finish()
}

#[test]
fn form_that_is_sent_as_it_was_filled_in_keeps_the_hour_that_comes_twice() {
    let pages = Pages::of(&format!("{CONFIG}{}", ROTA.replace("09:00", "01:30")), &[]);
    pages.may_write();
    // By the clock of Berlin it is 02:30 for the second time.
    let at = "2027-10-31T01:30:00Z";
    let now: Timestamp = "2027-10-20T00:00:00Z".parse().unwrap();
    let path = format!("/on-call?zone=Europe/Berlin&schedule=rota&at={at}");
    let page = body(&answer(&pages, "GET", &path, "", now));
    assert!(page.contains("name=\"from\" value=\"2027-10-31T02:30\""), "{page}");
    let form = unchanged(&page);
    for (form, from) in
        [(form.clone(), at), (form.replace("T02%3A30", "T03%3A30"), "2027-10-31T02:30:00Z")]
    {
        let answer = answer(&pages, "POST", "/on-call/override", &form, now);
        assert_eq!(answer.status, 303, "{}", body(&answer));
        let stored: StoredOverrides = pages.store().read(&Key::new("overrides", "all")).unwrap();
        assert_eq!(stored.overrides.last().unwrap().from.to_string(), from);
    }
}

#[test]
fn form_asks_for_no_more_than_may_be_and_for_nothing_that_is_over() {
    let long = "[[schedules.overrides]]\nfrom = \"2026-12-05T00:00\"\nuntil = \"2027-04-03T00:00\"\nperson = \"alpha\"\n[[policies]]\nname = \"nights\"";
    let config = ROTA.replace("[[policies]]\nname = \"nights\"", long);
    let pages = Pages::of(&format!("{CONFIG}{config}"), &[]);
    pages.may_write();
    let page = pages.page("/on-call?schedule=rota&at=2026-12-10T00%3A00%3A00Z");
    let answer = pages.post_form("/on-call/override", &[], &unchanged(&page));
    assert_eq!(answer.status, 303, "{}", body(&answer));
    for at in ["2026-11-16T09%3A00%3A00Z", "2026-11-10T09%3A00%3A00Z", "2028-11-30T09%3A00%3A00Z"] {
        let is_offered = pages
            .page(&format!("/on-call?schedule=rota&at={at}"))
            .contains("Who takes over in rota?");
        assert_eq!(is_offered, at.starts_with("2026-11-16"), "{at}");
    }
}

#[test]
fn buttons_that_undo_are_named_by_what_they_undo() {
    let pages = rota(&[("bravo", "2026-12-02T00:00:00Z", "2026-12-03T00:00:00Z")]);
    let page = pages.page("/on-call");
    let name =
        "aria-label=\"Undo: bravo in rota, Wed 2026-12-02 00:00 UTC – Thu 2026-12-03 00:00 UTC\"";
    assert!(page.contains(name), "{page}");
    says(&plain_text(&page), &["These times are by UTC"]);
}
