use super::*;
use crate::testing::sample;

#[test]
fn menu_has_no_label_without_its_link_and_no_empty_sentence() {
    let menu = |person: &str, description: &str| {
        let alarm = Alarm {
            description: description.to_owned(),
            ..sample::alarm("checkout-5xx", sample::at(0))
        };
        let incident = sample::incident("i", &sample::policy("p", &[person]), alarm);
        Spoken::of(&incident, &incident.attempts[0], sample::at(0)).menu
    };
    let keys = "It began just now. Press 1 to take it. Press 2 to pass it on.";
    for (person, description, said) in [
        (
            "alpha",
            "Runbook: https://wiki.example.com/x",
            "Hello alpha, this is Ringdown. The alarm checkout 5xx went off.",
        ),
        (
            "alpha",
            "Orders pile up. Runbook: https://wiki.example.com/x.",
            "Hello alpha, this is Ringdown. The alarm checkout 5xx went off. Orders pile up.",
        ),
        (
            "alpha",
            "Orders pile up: https://wiki.example.com/x",
            "Hello alpha, this is Ringdown. The alarm checkout 5xx went off. Orders pile up.",
        ),
        (
            "alpha",
            "Payments down: https://g.example.com/x",
            "Hello alpha, this is Ringdown. The alarm checkout 5xx went off. Payments down.",
        ),
        (
            "alpha",
            "Disk is full https://g.example.com/x",
            "Hello alpha, this is Ringdown. The alarm checkout 5xx went off. Disk is full.",
        ),
        (
            "alpha",
            "Is it down?",
            "Hello alpha, this is Ringdown. The alarm checkout 5xx went off. Is it down?",
        ),
        ("alpha", " . ", "Hello alpha, this is Ringdown. The alarm checkout 5xx went off."),
        ("a@example.com", "", "Hello, this is Ringdown. The alarm checkout 5xx went off."),
        ("al\u{202e}pha", "", "Hello al pha, this is Ringdown. The alarm checkout 5xx went off."),
    ] {
        assert_eq!(menu(person, description), format!("{said} {keys}"), "{description}");
    }
}
