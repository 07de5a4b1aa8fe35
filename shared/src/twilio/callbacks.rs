//! Callbacks of Twilio about a call: form posts to our own URLs, whose path names the incident and the attempt. Those
//! of a text about an incident go where those of all messages go, and its URL's query names the incident and the person.

use jiff::Timestamp;

use crate::domain::escalation::{CallEvent, IncidentId, Key};
use crate::http::form_fields;
use crate::twilio::rest;
use crate::twilio::status::{MESSAGE_PATH, RETRIES};

/// The path before all of a call's URLs.
pub const VOICE: &str = "/twilio/voice/";
/// The path before the URL that a Studio Flow reports to.
pub const STUDIO: &str = "/twilio/studio/";

/// Which of a call's URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The key that was pressed, and what to say next.
    Voice,
    /// The status of the call.
    Status,
    /// Whether a machine answered.
    Machine,
    /// The report of a Studio Flow about its call.
    Report,
}

/// The path of a call's URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The incident; `None` if the path names none that could be ours.
    pub incident: Option<IncidentId>,
    /// Counts its attempts.
    pub attempt: u32,
    /// The subject of the request.
    pub about: About,
}

impl Path {
    /// Reads `/twilio/voice/{incident}/{attempt}`, `…/status` or `…/amd`, or `/twilio/studio/{incident}/{attempt}`.
    pub fn read(path: &str) -> Option<Path> {
        let (rest, by_voice) = match path.strip_prefix(VOICE) {
            Some(rest) => (rest, true),
            None => (path.strip_prefix(STUDIO)?, false),
        };
        let mut parts = rest.split('/');
        let incident = parts.next().filter(|incident| !incident.is_empty())?;
        let incident = IncidentId::parse(incident);
        let attempt = parts.next()?.parse().ok()?;
        let about = match (by_voice, parts.next()) {
            (true, None) => About::Voice,
            (true, Some("status")) => About::Status,
            (true, Some("amd")) => About::Machine,
            (false, None) => About::Report,
            _ => return None,
        };
        parts.next().is_none().then_some(Path { incident, attempt, about })
    }
}

/// The URL that gives the words of an attempt's call; `/status` and `/amd` go behind it.
pub fn voice_url(base: &str, incident: &IncidentId, attempt: u32) -> String {
    format!("{base}{VOICE}{incident}/{attempt}")
}

/// The URL that the Studio Flow of an attempt's call reports to.
pub fn studio_url(base: &str, incident: &IncidentId, attempt: u32) -> String {
    format!("{base}{STUDIO}{incident}/{attempt}")
}

/// The text about an incident that a message's callback is about: what the query of its URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextQuery {
    /// Names the incident.
    pub incident: IncidentId,
    /// To whom it was sent.
    pub person: String,
    /// When, to the second. Texts of an earlier version do not say.
    pub sent: Option<Timestamp>,
}

impl TextQuery {
    /// Reads a query; `None` if it is no text's.
    pub fn read(query: &str) -> Option<TextQuery> {
        let fields = form_fields(query.as_bytes());
        let value = |name: &str| {
            let value = field(&fields, name).filter(|value| !value.is_empty())?;
            (value.len() <= MAX_NAME_BYTES).then(|| value.to_owned())
        };
        let second = value("sent").and_then(|second| second.parse().ok());
        let sent = second.and_then(|second| Timestamp::from_second(second).ok());
        let incident = IncidentId::parse(&value("incident")?)?;
        Some(TextQuery { incident, person: value("person")?, sent })
    }

    /// The URL for the status callbacks of this text. Twilio keeps its fragment to itself, and signs the rest.
    pub fn url(&self, base: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("incident", self.incident.as_str()).append_pair("person", &self.person);
        if let Some(sent) = self.sent {
            query.append_pair("sent", &sent.as_second().to_string());
        }
        // Not every reader takes a plus for a blank.
        let query = query.finish().replace('+', "%20");
        format!("{base}{MESSAGE_PATH}?{query}{RETRIES}")
    }
}

/// The most bytes of an incident's or a person's name in a query. The configuration's have 80 characters at most.
const MAX_NAME_BYTES: usize = 500;

/// The first field of this name.
pub fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
}

/// Reads a status callback. `initiated` says that Twilio has taken the call, and nothing of its phone.
pub fn status(fields: &[(String, String)]) -> Option<CallEvent> {
    match field(fields, "CallStatus")? {
        "initiated" => Some(CallEvent::Queued),
        status => rest::call_event(status),
    }
}

/// Reads the result of asynchronous answering-machine detection: a hint, and no more.
pub fn machine(fields: &[(String, String)]) -> Option<CallEvent> {
    let by = field(fields, "AnsweredBy")?;
    (by.starts_with("machine") || by == "fax").then_some(CallEvent::Machine)
}

/// The key that was pressed in this reading of the menu: the first digit.
pub fn key(digits: &str, reading: u32) -> Option<Key> {
    Some(match digits.trim().chars().next()? {
        '1' => Key::Take,
        '2' => Key::Decline,
        '3' => Key::Over { reading },
        _ => Key::Other,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::escalation::End;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn path_names_incident_and_attempt() {
        let read = |path: &'static str| {
            Path::read(path).map(|path| (path.incident, path.attempt, path.about))
        };
        assert_eq!(read("/twilio/voice/p-1/2"), Some((Some("p-1".into()), 2, About::Voice)));
        assert_eq!(
            read("/twilio/voice/p-1/2/status"),
            Some((Some("p-1".into()), 2, About::Status))
        );
        assert_eq!(read("/twilio/voice/p-1/2/amd"), Some((Some("p-1".into()), 2, About::Machine)));
        assert_eq!(read("/twilio/studio/p-1/2"), Some((Some("p-1".into()), 2, About::Report)));
        for path in ["/twilio/voice/P/2", "/twilio/studio/p.1/2", "/twilio/voice/%20/2"] {
            assert_eq!(read(path).map(|(incident, ..)| incident), Some(None), "{path}");
        }
        for path in [
            "/twilio/studio/p/1/status",
            "/twilio/studio/p",
            "/twilio/voice/",
            "/twilio/voice//1",
            "/twilio/voice/p/x",
            "/twilio/voice/p/1/other",
            "/twilio/voice/p/1/status/more",
            "/twilio/voice/p/-1",
            "/twilio/voice/p/99999999999",
            "/twilio/events",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }

    #[test]
    fn what_callbacks_say() {
        for (told, event) in [
            ("initiated", Some(CallEvent::Queued)),
            ("queued", Some(CallEvent::Queued)),
            ("ringing", Some(CallEvent::Ringing)),
            ("in-progress", Some(CallEvent::Answered)),
            ("completed", Some(CallEvent::Ended(End::Completed))),
            ("busy", Some(CallEvent::Ended(End::Busy))),
            ("no-answer", Some(CallEvent::Ended(End::NoAnswer))),
            ("failed", Some(CallEvent::Ended(End::Failed))),
            ("canceled", Some(CallEvent::Ended(End::Canceled))),
            ("something new", None),
        ] {
            assert_eq!(status(&fields(&[("CallStatus", told)])), event, "{told}");
        }
        for (by, event) in [
            ("human", None),
            ("unknown", None),
            ("machine_start", Some(CallEvent::Machine)),
            ("machine_end_beep", Some(CallEvent::Machine)),
            ("fax", Some(CallEvent::Machine)),
        ] {
            assert_eq!(machine(&fields(&[("AnsweredBy", by)])), event, "{by}");
        }
        assert_eq!(
            ["1", "2", "7", "#", ""].map(|digits| key(digits, 1)),
            [Some(Key::Take), Some(Key::Decline), Some(Key::Other), Some(Key::Other), None]
        );
        assert_eq!(key("3", 2), Some(Key::Over { reading: 2 }));
    }

    #[test]
    fn callback_of_a_text_names_incident_and_person() {
        let text = TextQuery {
            incident: "p-1".into(),
            person: "José & Söhne+1#=".to_owned(),
            sent: Timestamp::from_second(1_900_000_000).ok(),
        };
        let url = text.url("https://ringdown.example.com");
        assert_eq!(
            url,
            "https://ringdown.example.com/webhooks/message?incident=p-1&\
             person=Jos%C3%A9%20%26%20S%C3%B6hne%2B1%23%3D&sent=1900000000#rc=5&rp=ct,rt,5xx"
        );
        let query = url.split_once('?').and_then(|(_, query)| query.split_once('#'));
        assert_eq!(TextQuery::read(query.expect("a query").0), Some(text));
        for sent in ["", "&sent=", "&sent=now", "&sent=99999999999999999999"] {
            let read = TextQuery::read(&format!("incident=p-1&person=alpha{sent}"));
            assert_eq!(read.map(|text| text.sent), Some(None), "{sent}");
        }
        let long = format!("incident=p-1&person={}", "x".repeat(MAX_NAME_BYTES + 1));
        for other in [
            "",
            "incident=p-1",
            "person=alpha",
            "incident=&person=alpha",
            "incident=P&person=alpha",
            &long,
        ] {
            assert_eq!(TextQuery::read(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_name_in_a_query_is_read_back(incident in "[a-z0-9_-]{1,60}", person in ".{1,60}", sent in 0i64..4_000_000_000) {
            let incident = incident.as_str().into();
            let text = TextQuery { incident, person, sent: Timestamp::from_second(sent).ok() };
            let url = text.url("https://ringdown.example.com");
            let (_, query) = url.split_once('?').expect("a query");
            let (query, _) = query.split_once('#').expect("a fragment");
            prop_assert!(query.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(TextQuery::read(query), Some(text));
        }

        #[test]
        fn nothing_can_make_it_panic(path in "(/twilio/(voice|studio)/)?.{0,40}", value in ".{0,20}") {
            let _ = (Path::read(&path), TextQuery::read(&path), key(&value, 1), status(&fields(&[("CallStatus", &value)])));
        }
    }
}
