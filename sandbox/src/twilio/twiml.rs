//! TwiML: the text of a document, as the verbs to play one after the other. Pure.
//!
//! Attributes are taken as Twilio takes them: one that is missing or makes no sense has its default. A verb that we do
//! not play is an error, for a call that seems to work here and not there would be worse. (twilio.com/docs/voice/twiml.)

use std::time::Duration;

use roxmltree::{Document, Node};

/// Twilio's code for a document that cannot be read.
pub(super) const UNREADABLE: u32 = 12100;

/// GET or POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

impl Method {
    /// POST, unless it says otherwise.
    pub(super) fn read(text: Option<&str>) -> Method {
        match text {
            Some(text) if text.trim().eq_ignore_ascii_case("GET") => Method::Get,
            _ => Method::Post,
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Says a text so often; 0 is for ever.
    Say { text: String, times: u32 },
    /// Plays a recording so often; 0 is for ever.
    Play { url: String, times: u32 },
    /// Is silent.
    Pause(Duration),
    /// Takes keys.
    Gather(Gather),
    /// Goes on with another document; what is left of this one is not played.
    Redirect { url: String, method: Method },
    /// Ends the call.
    Hangup,
    /// Refuses the call. There is nothing to refuse in a call that we placed: it ends.
    Reject,
}

/// Takes keys, while something is said and for a time after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gather {
    /// The URL that the keys go to; the document's own if there is none.
    pub(super) action: Option<String>,
    pub(super) method: Method,
    /// How long after the last word or key.
    pub(super) timeout: Duration,
    /// The keys that end the input, and are no part of it; usually one, or none.
    pub(super) finish_on_key: String,
    /// How many keys are enough.
    pub(super) num_digits: Option<usize>,
    /// Whether keys count at all: not for `input="speech"`.
    pub(super) keys: bool,
    /// Whether words do: for `input="speech"` and `input="dtmf speech"`.
    pub(super) speech: bool,
    /// Whether the action is requested even if nothing was pressed.
    pub(super) action_on_empty_result: bool,
    /// The verbs that are said meanwhile.
    pub(super) inside: Vec<Verb>,
}

/// Reads a document. The error is for a person.
pub(super) fn read(text: &str) -> Result<Vec<Verb>, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return Err(format!("the document is a {}, not a Response", root.tag_name().name()));
    }
    elements(root).map(verb).collect()
}

/// Reads a document that answers a text: the messages that are sent back. The error is for a person.
pub(super) fn messages(text: &str) -> Result<Vec<String>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return Err(format!("the document is a {}, not a Response", root.tag_name().name()));
    }
    let message = |node: Node<'_, '_>| match node.tag_name().name() {
        "Message" => {
            let body = elements(node).find(|child| child.tag_name().name() == "Body");
            let texts = body.unwrap_or(node).children().filter_map(|child| child.text());
            Ok(texts.collect::<String>().trim().to_owned())
        }
        other => Err(format!("the verb {other} is no answer to a text here")),
    };
    elements(root).map(message).collect()
}

fn verb(node: Node<'_, '_>) -> Result<Verb, String> {
    match node.tag_name().name() {
        "Gather" => gather(node).map(Verb::Gather),
        "Redirect" => {
            let method = Method::read(node.attribute("method"));
            Ok(Verb::Redirect { url: text_in(node), method })
        }
        "Hangup" => Ok(Verb::Hangup),
        "Reject" => Ok(Verb::Reject),
        _ => utterance(node),
    }
}

/// What may stand inside a Gather, too.
fn utterance(node: Node<'_, '_>) -> Result<Verb, String> {
    let times = number(node, "loop").unwrap_or(1);
    match node.tag_name().name() {
        "Say" => Ok(Verb::Say { text: text_in(node), times }),
        "Play" => Ok(Verb::Play { url: text_in(node), times }),
        "Pause" => Ok(Verb::Pause(seconds(node, "length").unwrap_or(Duration::from_secs(1)))),
        other => Err(format!("the verb {other} is not played here")),
    }
}

fn gather(node: Node<'_, '_>) -> Result<Gather, String> {
    let input = node.attribute("input").unwrap_or("dtmf");
    Ok(Gather {
        action: node
            .attribute("action")
            .map(str::trim)
            .filter(|url| !url.is_empty())
            .map(str::to_owned),
        method: Method::read(node.attribute("method")),
        timeout: seconds(node, "timeout").unwrap_or(Duration::from_secs(5)),
        finish_on_key: node.attribute("finishOnKey").unwrap_or("#").trim().to_owned(),
        num_digits: number(node, "numDigits")
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| *n > 0),
        keys: input.split_whitespace().any(|kind| kind == "dtmf"),
        speech: input.split_whitespace().any(|kind| kind == "speech"),
        action_on_empty_result: node
            .attribute("actionOnEmptyResult")
            .is_some_and(|value| value.trim() == "true"),
        inside: elements(node).map(utterance).collect::<Result<_, _>>()?,
    })
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

/// The text in it and in what it holds (SSML), with single spaces.
fn text_in(node: Node<'_, '_>) -> String {
    let text: String =
        node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn number(node: Node<'_, '_>, name: &str) -> Option<u32> {
    node.attribute(name)?.trim().parse().ok()
}

fn seconds(node: Node<'_, '_>, name: &str) -> Option<Duration> {
    number(node, name).map(|seconds| Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gather_has_twilios_defaults() {
        let verbs =
            read("<Response><Gather><Say>Press  1\n now</Say></Gather><Hangup/></Response>");
        let gather = Gather {
            action: None,
            method: Method::Post,
            timeout: Duration::from_secs(5),
            finish_on_key: "#".to_owned(),
            num_digits: None,
            keys: true,
            speech: false,
            action_on_empty_result: false,
            inside: vec![Verb::Say { text: "Press 1 now".to_owned(), times: 1 }],
        };
        assert_eq!(verbs, Ok(vec![Verb::Gather(gather), Verb::Hangup]));
    }

    #[test]
    fn attribute_that_makes_no_sense_has_its_default() {
        let verbs = read(
            r#"<?xml version="1.0" encoding="UTF-8"?><Response><!-- hello -->
            <Pause length="x"/><Say loop="2" voice="alice">a &amp; <break/> b</Say>
            <Redirect method="get"> /next?a=1&amp;b=2 </Redirect></Response>"#,
        );
        let expected = vec![
            Verb::Pause(Duration::from_secs(1)),
            Verb::Say { text: "a & b".to_owned(), times: 2 },
            Verb::Redirect { url: "/next?a=1&b=2".to_owned(), method: Method::Get },
        ];
        assert_eq!(verbs, Ok(expected));
    }

    #[test]
    fn messages_are_read_with_their_lines() {
        for (text, read) in [
            ("<Response/>", vec![]),
            ("", vec![]),
            ("<Response><Message>a &amp; b\nc</Message></Response>", vec!["a & b\nc"]),
            (
                "<Response><Message><Body>a</Body></Message><Message>b</Message></Response>",
                vec!["a", "b"],
            ),
        ] {
            assert_eq!(messages(text), Ok(read.into_iter().map(str::to_owned).collect()), "{text}");
        }
        for text in ["<Response><Say>a</Say></Response>", "<Message>a</Message>", "a"] {
            assert!(messages(text).is_err(), "{text}");
        }
    }

    #[test]
    fn document_that_cannot_be_played_is_refused() {
        for text in [
            "",
            "hello",
            "<Response><Say>",
            "<Response><Dial>1</Dial></Response>",
            "<Response><say>x</say></Response>",
            "<Response><Gather><Hangup/></Gather></Response>",
            "<html/>",
            "<!DOCTYPE r [<!ENTITY a \"b\">]><Response>&a;</Response>",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
