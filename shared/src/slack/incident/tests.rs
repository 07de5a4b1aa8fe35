//! The text of an incident's message, and that Slack takes it whatever happened.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

mod any;

use super::*;
use crate::domain::escalation::{Alarm, CallEvent, Incident, Key, Person, Signal};
use crate::testing::sample::{self, at};

const ID: &str = "prod-20300317-174640-000";

const BASE: &str = "https://ringdown.example.com";

/// What alpha and bravo are reached by; of the two, Slack knows alpha.
fn people() -> BTreeMap<String, Person> {
    let person = |name: &str, phone: &str, slack: Option<&str>| {
        let (phone, slack) = (sample::phone(phone), slack.map(sample::member));
        (name.to_owned(), Person { phone, slack, text_links: true })
    };
    BTreeMap::from([
        person("alpha", "+15005550001", Some("U0000001")),
        person("bravo", "+15005550002", None),
    ])
}

/// The message of an incident.
fn posted(incident: &Incident) -> Post {
    message(incident, SlackContext { base_url: Some(BASE), people: &people() }, Place::Message)
}

fn alarm(name: &str, reason: &str) -> Alarm {
    Alarm { reason: reason.to_owned(), ..sample::alarm(name, at(0)) }
}

fn raised() -> Incident {
    let alarm = alarm("orders <queue> & age", "12 is\nmore than 5");
    sample::incident(ID, &sample::policy("prod", &["alpha", "bravo"]), alarm)
}

fn after(incident: Incident, signal: &Signal, second: i64) -> Incident {
    sample::after(incident, [(signal, at(second))])
}

fn pressed(attempt: u32, key: Key) -> Signal {
    Signal::Call {
        attempt,
        call: Some(format!("CA{attempt}").as_str().into()),
        event: CallEvent::Pressed(key),
    }
}

/// What the message says, block by block, and its buttons.
fn blocks_and_buttons(incident: &Incident) -> (Vec<String>, Vec<String>) {
    let post = posted(incident);
    let of = |block: &Value| match block["type"].as_str() {
        Some("section") => block["text"]["text"].as_str().map(str::to_owned),
        Some("context") => block["elements"][0]["text"].as_str().map(str::to_owned),
        _ => None,
    };
    let buttons = post.blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let label = |control: &Value| match control["type"].as_str() {
        Some("button") => control["text"]["text"].as_str().map(str::to_owned),
        Some("static_select") => control["placeholder"]["text"].as_str().map(str::to_owned),
        _ => None,
    };
    (post.blocks.iter().filter_map(of).collect(), buttons.filter_map(label).collect())
}

const BEGAN: &str = "<!date^1900000000^{time}|17:46 UTC>";

#[test]
fn it_says_who_is_called_why_and_where_to_look() {
    let (said, buttons) = blocks_and_buttons(&raised());
    assert_eq!(
        said,
        [
            ":telephone_receiver: *calling* <@U0000001> (call 1 of 2)".to_owned(),
            format!(
                ":red_circle: *orders &lt;queue&gt; &amp; age* since {BEGAN}: 12 is more than 5"
            ),
            ":telephone_receiver: *alpha*: being called".to_owned(),
            format!(
                "<https://ringdown.example.com/incidents/{ID}|Its page> · policy *prod* · began {BEGAN}"
            ),
        ]
    );
    assert_eq!(buttons, ["I have it", "Silence for …", "Resolved"]);
    let post = posted(&raised());
    assert_eq!(post.text, format!("{}: orders &lt;queue&gt; &amp; age", said[0]));
    let actions = post.blocks.last().expect("buttons");
    assert_eq!(actions["block_id"], json!(format!("incident {ID}")));
    assert_eq!(actions["elements"][0]["action_id"], "take");
    assert_eq!(actions["elements"][0]["value"], ID);
    assert_eq!(actions["elements"][0]["style"], "primary");
    assert_eq!(actions["elements"][1]["confirm"]["title"]["text"], "Silence it?");
}

#[test]
fn its_buttons_fit_how_it_stands() {
    let declined = after(raised(), &pressed(1, Key::Decline), 20);
    let (said, _) = blocks_and_buttons(&declined);
    assert_eq!(said[0], ":telephone_receiver: *calling* *bravo* (call 2 of 2)");
    assert_eq!(said[2], ":telephone_receiver: *alpha*: declined · *bravo*: being called");

    let taken = after(declined.clone(), &pressed(2, Key::Take), 42);
    let (said, buttons) = blocks_and_buttons(&taken);
    let since = "<!date^1900000042^{time}|17:47 UTC>";
    assert_eq!(said[0], format!(":white_check_mark: *bravo* *has it* since {since}, after 42 s"));
    assert_eq!(buttons, ["I can't after all", "Resolved"]);

    let over = after(taken, &Signal::Recovered { key: "orders <queue> & age".to_owned() }, 300);
    let (said, buttons) = blocks_and_buttons(&over);
    assert_eq!(said[0], ":large_green_circle: *over* after 5 min; *bravo* took it after 42 s");
    assert!(
        said[1].starts_with(":white_check_mark: orders &lt;queue&gt; &amp; age: OK since "),
        "{}",
        said[1]
    );
    assert_eq!(buttons, [""; 0]);

    let exhausted = after(declined.clone(), &pressed(2, Key::Decline), 60);
    let (said, buttons) = blocks_and_buttons(&exhausted);
    let next = "<!date^1900000960^{time}|18:02 UTC>";
    assert_eq!(
        said[0],
        format!(":rotating_light: *nobody took it* after 2 calls; the next try is at {next}")
    );
    assert_eq!(buttons, ["I have it", "Silence for …", "Resolved"]);

    let silence = Signal::Silenced { by: "bravo".to_owned(), until: at(3_600), reason: None };
    let (said, buttons) = blocks_and_buttons(&after(declined, &silence, 30));
    let until = "<!date^1900003600^{time}|18:46 UTC>";
    assert_eq!(said[0], format!(":mute: *silenced* until {until} by *bravo*: nobody is called"));
    assert_eq!(buttons, ["I have it", "End the silence", "Resolved"]);
}

#[test]
fn many_alarms_and_calls_are_counted() {
    let mut incident = raised();
    for number in 0..20 {
        incident.alarms.push(alarm(&format!("a{number}"), ""));
        let mut attempt = incident.attempts[0].clone();
        attempt.number = number + 2;
        incident.attempts.push(attempt);
    }
    for alarm in &mut incident.alarms[11..] {
        alarm.recovered_at = Some(at(5));
    }
    incident.more_alarms = 4;
    let (said, _) = blocks_and_buttons(&incident);
    let alarms: Vec<&str> = said[1].lines().collect();
    assert_eq!(alarms.len(), 8, "{alarms:#?}");
    assert_eq!(alarms[6..], ["_and 9 more in ALARM_", "_and 10 more that recovered_"]);
    assert!(
        said[2].starts_with(":telephone_receiver: _11 earlier_ · *alpha*: being called"),
        "{}",
        said[2]
    );
}

#[test]
fn webhook_lines_get_resolved_and_a_link_to_the_page() {
    let people = people();
    let slack = SlackContext { base_url: Some(BASE), people: &people };
    let block = |incident: &Incident| webhook_buttons(incident, slack);
    let labels = |block: &Value| -> Vec<String> {
        let elements = block["elements"].as_array().into_iter().flatten();
        elements.filter_map(|one| one["text"]["text"].as_str().map(str::to_owned)).collect()
    };
    let calling = block(&raised()).expect("buttons");
    assert_eq!(calling["block_id"], json!(format!("lines {ID}")));
    assert_eq!(labels(&calling), ["I have it", "Resolved", "Its page"]);
    let page = &calling["elements"][2];
    assert_eq!(page["url"], format!("https://ringdown.example.com/incidents/{ID}"));
    assert!(page.get("value").is_none(), "a click on a link asks for nothing");
    let taken = after(raised(), &pressed(1, Key::Take), 42);
    assert_eq!(labels(&block(&taken).expect("buttons")), ["Resolved", "Its page"]);
    let over =
        after(taken, &Signal::ResolvedManually { by: "somebody on the page".to_owned() }, 50);
    assert_eq!(block(&over), None);
}

#[test]
fn resolved_by_hand_tells_who_said_so() {
    let over =
        after(raised(), &Signal::ResolvedManually { by: "somebody on the page".to_owned() }, 60);
    let (said, buttons) = blocks_and_buttons(&over);
    let headline = ":large_green_circle: *over* after 1 min; nobody had taken it; *somebody on the page* resolved it";
    assert_eq!((said[0].as_str(), buttons.len()), (headline, 0));
}

#[test]
fn exhausted_tells_no_next_try_that_will_not_come() {
    let mut incident = after(raised(), &pressed(1, Key::Decline), 20);
    incident.policy.resolve_after = Some(SignedDuration::from_mins(10));
    let exhausted = after(incident, &pressed(2, Key::Decline), 60);
    let (said, _) = blocks_and_buttons(&exhausted);
    assert_eq!(said[0], ":rotating_light: *nobody took it* after 2 calls");
    let over = after(exhausted, &Signal::Wake, 600);
    let (said, _) = blocks_and_buttons(&over);
    let headline =
        ":large_green_circle: *over* after 10 min; nobody had taken it; nothing changed for 10 min";
    assert_eq!(said[0], headline);
}
