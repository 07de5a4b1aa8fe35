//! Whether everybody can be reached.

use shared::storage::opt_outs::{self, How};
use shared::testing::sample;

use super::backend::*;
use super::incidents::{plain_text, says};

const ROTA: &str = r#"
[[schedules]]
name = "rota"
time_zone = "UTC"
rotation = "weekly"
people = ["bravo"]
hand_over = "09:00"
starts = "2026-11-16"
[[policies]]
name = "nights"
alarms = ["night-*"]
roster = { schedule = "rota", then = ["alpha"] }
channel = "default"
"#;

#[test]
fn page_says_of_each_person_when_they_rang_and_answered_and_are_on_call() {
    let pages = Pages::of(&format!("{CONFIG}{ROTA}"), &[("twilio/from-number", "+15005550006")]);
    pages.archive(&resolved());
    let page = pages.page("/people");
    says(
        &plain_text(&page),
        &[
            "alpha +…0001 last rang Wed 18 Nov 2026, 11:06 UTC has not answered called first for checkout takes texts",
            "bravo +…0002 last rang Wed 18 Nov 2026, 11:07 UTC last answered Wed 18 Nov 2026, 11:07 UTC on call in rota",
            "Ringdown calls from +…0006.",
        ],
    );
    assert!(!page.contains("5550001") && !page.contains("5550006"), "{page}");
    assert!(page.contains("<a href=\"/people\" aria-current=\"page\">"), "{page}");
}

#[test]
fn person_who_has_opted_out_is_named_so() {
    let pages = Pages::new();
    pages.may_write();
    let phone = sample::phone("+15005550001");
    let kept = opt_outs::keep(pages.store(), "alpha", &phone, How::Stop, at(0));
    at_once(kept).unwrap();
    let page = plain_text(&pages.page("/people"));
    says(&page, &["alpha +…0001 has not rung has not answered", "opted out of texts since"]);
    says(&page, &["bravo +…0002", "takes texts"]);
    assert!(!page.contains("Our number"), "{page}");
}

#[test]
fn vcard_has_our_number_and_none_is_given_without_one() {
    let pages = Pages::with(&[("twilio/from-number", "+15005550006")]);
    let card = pages.get("/people/ringdown.vcf", &[]);
    assert_eq!((card.status, header(&card, "content-type")), (200, "text/vcard; charset=utf-8"));
    assert_eq!(
        body(&card),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ringdown;;;;\r\nFN:Ringdown\r\nTEL;TYPE=VOICE,CELL:+15005550006\r\nEND:VCARD\r\n"
    );
    for from in [&[][..], &[("twilio/from-number", "+1500\r\nX:1")]] {
        assert_eq!(Pages::with(from).get("/people/ringdown.vcf", &[]).status, 404);
    }
    assert_eq!(pages.ask("GET", "/people/ringdown.vcf", &[]).status, 401);
}
