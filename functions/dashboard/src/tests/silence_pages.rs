//! `/silences`: what is silenced and was, a new one with what it takes, and the end of one.

use shared::domain::silence::Stored;
use shared::storage::messages::WakeUp;

use super::backend::*;
use super::incidents::{plain_text, says};

const WINDOWS: &str = r#"
[[silences]]
alarms = ["batch-*"]
reason = "the <database> moves"
from = "2026-11-18T10:00Z"
until = "2026-11-18T12:00Z"
[[silences]]
alarms = ["night-*"]
from = "2026-11-17T10:00Z"
until = "2026-11-17T12:00Z"
"#;

fn made(globs: &[&str], from: Option<i64>, until: i64) -> Stored {
    let by = ("bravo", Some("a <deploy>".to_owned()));
    Stored::of_globs(globs, (from.map(at), at(until)), by, at(500)).expect("a silence")
}

#[test]
fn page_shows_what_is_in_force_to_come_and_over_with_the_line_of_the_file() {
    let pages = Pages::of(&format!("{CONFIG}{WINDOWS}"), &[]);
    let (now, later) = (made(&["disk-*"], None, 3_600), made(&["net"], Some(3_000), 7_200));
    pages.keep_made_silence(&now);
    pages.keep_made_silence(&later);
    let ended_by = Some("alpha".to_owned());
    pages.keep_made_silence(&Stored { until: at(550), ended_by, ..made(&["mail"], None, 3_600) });
    let page = pages.page("/silences");
    says(
        &plain_text(&page),
        &[
            "In force batch-* until Wed 18 Nov 2026, 12:00 UTC the &lt;database&gt; moves",
            "It is in the configuration: change or remove it there, at",
            "disk-* until Wed 18 Nov 2026, 12:06 UTC bravo asked for it: a &lt;deploy&gt; End now",
            "To come net from Wed 18 Nov 2026, 11:56 UTC",
            "Over mail",
            "alpha ended it",
            "night-*",
        ],
    );
    assert_eq!(page.matches("End now").count(), 2, "{page}");
    let form = format!("id={}", later.id());
    let asked = pages.post_form("/silences/end", &[], &form);
    assert_eq!(header(&asked, "location"), "/silences?asked=end#asked");
    let (id, made_at, by) = (later.id(), later.at, "somebody on the page".to_owned());
    assert_eq!(pages.queued(), [WakeUp::EndSilence { id, made_at, by }]);
    let gone = pages.post_form("/silences/end", &[], "id=0000000000000000");
    assert_eq!(header(&gone, "location"), "/silences?asked=gone#asked");
    assert_eq!(pages.queued(), []);
}

#[test]
fn new_silence_is_by_the_readers_clock_and_asked_for_once() {
    let pages = Pages::new();
    let form = "alarms=prod-*%0D%0A%0D%0Adisk&from=2026-11-18T13:00&for=1h&reason=+a+%0Adeploy,+%2B49+170+1234567&zone=Europe%2FBerlin&do=make";
    let asked = pages.post_form("/silences", &[], form);
    assert_eq!((asked.status, header(&asked, "location")), (303, "/silences?asked=silence#asked"));
    let queued = pages.queued();
    let [WakeUp::MakeSilence { silence }] = &queued[..] else { panic!("{queued:?}") };
    assert_eq!(silence.globs, ["prod-*", "disk"]);
    assert_eq!(silence.from, Some("2026-11-18T12:00:00Z".parse().unwrap()));
    assert_eq!(silence.until, "2026-11-18T13:00:00Z".parse().unwrap());
    assert_eq!(
        (silence.by.as_str(), silence.because.as_deref()),
        ("somebody on the page", Some("a deploy, +…4567"))
    );
    says(
        &plain_text(&pages.page("/silences?asked=silence")),
        &["Requested. The silence will show up here"],
    );
}

#[test]
fn form_that_cannot_be_read_is_shown_again_with_what_is_wrong() {
    let pages = Pages::new();
    for (form, expected) in [
        ("alarms=+&do=make", "Name an alarm, or a glob such as prod-*."),
        ("alarms=x&until=2020-01-01T00:00&do=make", "Until must be after From"),
        ("alarms=x&until=soon&do=make", "Until: that is no moment such as 2026-01-31T09:00."),
        ("alarms=x&until=2027-11-18T13:00&do=make", "A silence lasts 31 days at most"),
        ("alarms=x&for=2y&do=make", "For: expected 30m, 1h, 4h or morning"),
        ("alarms=x&for=1h&zone=Mars&do=make", "“Mars” is no time zone"),
        ("alarms=&do=preview", "Name an alarm"),
    ] {
        let answer = pages.post_form("/silences", &[], form);
        assert_eq!(answer.status, 422, "{form}");
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        says(&plain_text(&page), &[expected]);
        // The browser goes to what the form's address names, and that has the focus.
        let (_, form) = page.split_once(r##"action="/silences#preview""##).expect("a form");
        let (_, preview) = form.split_once(r#"<div id="preview" tabindex="-1""#).expect("a place");
        let (shown, _) = preview.split_once("</div>").expect("its end");
        says(&plain_text(shown), &[expected]);
        // Enter presses the first button.
        let (make, show) = (form.find(r#"value="make""#), form.find(r#"value="preview""#));
        assert!(make < show, "{form}");
    }
    assert_eq!(pages.queued(), []);
}

#[test]
fn preview_shows_what_the_globs_take_now_and_took_this_week() {
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    let name = calling().alarms[0].name.clone();
    let glob = format!("{}*", &name[..2]);
    for part in ["", "&part=preview"] {
        let form = format!("alarms={glob}&do=preview{part}");
        let answer = pages.post_form("/silences", &[], &form);
        assert_eq!(answer.status, 200);
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(page.contains("<html"), part.is_empty());
        says(
            &plain_text(&page),
            &[
                &format!("Now: {name} goes on. What has an open incident already goes on calling"),
                &format!("In the last week: {name}"),
            ],
        );
    }
    let mut raised = calling();
    raised.alarms[0].raised_by = Some("alpha on the page".to_owned());
    pages.keep(&raised, 1);
    let by_hand = pages.post_form("/silences", &[], "alarms=*&do=preview&part=preview");
    let by_hand = plain_text(&String::from_utf8_lossy(&by_hand.body));
    says(&by_hand, &["none of the alarms that go on", "none that came in"]);
    let nothing = pages.post_form("/silences", &[], "alarms=nothing&do=preview&part=preview");
    let nothing = plain_text(&String::from_utf8_lossy(&nothing.body));
    says(&nothing, &["none of the alarms that go on", "none that came in"]);
    assert_eq!(pages.queued(), []);
}
