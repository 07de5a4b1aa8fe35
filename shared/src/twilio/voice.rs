//! The words of a call, as TwiML. Pure.

use crate::domain::text::replies::{NO_KEY, ONE_MOMENT};
use crate::domain::text::{Spoken, turns_direction};

/// Our words to a person in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceReply<'a> {
    /// The menu; keys are taken while it speaks.
    Menu {
        /// Said before it.
        first: &'a str,
        /// Where the key goes.
        action: String,
        /// Where the call goes on if none is pressed; `None`: it says so, and ends.
        then: Option<String>,
        /// How long to wait for a key after it.
        answer_seconds: u32,
    },
    /// A last word; then the call ends.
    Last(&'a str),
    /// We need a moment: ask again there.
    Moment {
        /// Where.
        again: String,
        /// Say so: whoever waits longer is told once in a while only.
        aloud: bool,
    },
}

/// The TwiML of these words. `spoken` is the menu, and the voice of all of it.
pub fn twiml(words: &VoiceReply<'_>, spoken: &Spoken) -> String {
    let say = |text: &str| format!("<Say{}>{}</Say>", voice(spoken), escape(text));
    let redirect = |url: &str| format!("<Redirect method=\"POST\">{}</Redirect>", escape(url));
    let verbs = match words {
        VoiceReply::Menu { first, action, then, answer_seconds } => {
            let first = if first.is_empty() { String::new() } else { say(first) };
            let menu = say(&spoken.menu);
            let behind = match then {
                Some(url) => redirect(url),
                None => say(NO_KEY) + "<Hangup/>",
            };
            format!(
                "<Gather input=\"dtmf\" numDigits=\"1\" finishOnKey=\"\" timeout=\"{answer_seconds}\" method=\"POST\" \
                 action=\"{}\">{first}{menu}</Gather>{behind}",
                escape(action)
            )
        }
        VoiceReply::Last(text) => say(text) + "<Hangup/>",
        VoiceReply::Moment { again, aloud } => {
            let wait = if *aloud { say(ONE_MOMENT) } else { String::new() };
            format!("{wait}<Pause length=\"1\"/>{}", redirect(again))
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>")
}

fn voice(spoken: &Spoken) -> String {
    let attribute = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!(" {name}=\"{}\"", escape(value))).unwrap_or_default()
    };
    attribute("voice", &spoken.voice) + &attribute("language", &spoken.language)
}

/// Text as XML 1.0 may hold it: the characters that it cannot hold at all are left out, and those that turn its direction.
pub(super) fn escape(text: &str) -> String {
    let may_be =
        |c: &char| (!c.is_control() || matches!(c, '\t' | '\n' | '\r')) && !turns_direction(*c);
    let text: String =
        text.chars().filter(may_be).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spoken(menu: &str) -> Spoken {
        Spoken { menu: menu.to_owned(), voice: Some("Polly.Amy".to_owned()), language: None }
    }

    fn menu(then: Option<&str>) -> VoiceReply<'static> {
        VoiceReply::Menu {
            first: "",
            action: "https://example.com/a?reading=1&x=2".to_owned(),
            then: then.map(str::to_owned),
            answer_seconds: 10,
        }
    }

    #[test]
    fn keys_are_taken_while_the_menu_speaks() {
        assert_eq!(
            twiml(&menu(Some("https://example.com/a?reading=2")), &spoken("A & B <now>")),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather input=\"dtmf\" numDigits=\"1\" finishOnKey=\"\" \
             timeout=\"10\" method=\"POST\" action=\"https://example.com/a?reading=1&amp;x=2\"><Say voice=\"Polly.Amy\">A \
             &amp; B &lt;now&gt;</Say></Gather><Redirect method=\"POST\">https://example.com/a?reading=2</Redirect></Response>"
        );
        let last = twiml(&menu(None), &spoken("x"));
        assert!(
            last.ends_with("The next person is called. Good bye.</Say><Hangup/></Response>"),
            "{last}"
        );
    }

    #[test]
    fn moment_keeps_the_way_back() {
        let words =
            VoiceReply::Moment { again: "https://example.com/a?key=1".to_owned(), aloud: true };
        let told = twiml(&words, &spoken(""));
        assert!(told.contains("One moment.</Say><Pause length=\"1\"/><Redirect method=\"POST\">https://example.com/a?key=1<"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_xml(text in ".{0,80}") {
            let told = twiml(&menu(None), &spoken(&text));
            prop_assert!(!told.contains(|c: char| c.is_control() && !c.is_whitespace()));
            prop_assert_eq!(told.matches('<').count(), 10);
        }
    }
}
