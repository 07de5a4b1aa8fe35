//! What a call says, as TwiML. Pure.

use crate::app::words::Spoken;

/// What we say to a person in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words<'a> {
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
    /// This person has it; then the call ends.
    Has(&'a str),
    /// We need a moment: ask again there.
    Moment {
        /// Where.
        again: String,
        /// Say so: whoever waits longer is told once in a while only.
        aloud: bool,
    },
}

/// The TwiML of these words. `spoken` is the menu, and the voice of all of it.
pub fn twiml(words: &Words<'_>, spoken: &Spoken) -> String {
    let say = |text: &str| format!("<Say{}>{}</Say>", voice(spoken), escape(text));
    let redirect = |url: &str| format!("<Redirect method=\"POST\">{}</Redirect>", escape(url));
    let verbs = match words {
        Words::Menu { first, action, then, answer_seconds } => {
            let first = if first.is_empty() { String::new() } else { say(first) };
            let menu = say(&spoken.menu);
            let behind = match then {
                Some(url) => redirect(url),
                None => {
                    say("No key was pressed. The next person is called. Good bye.") + "<Hangup/>"
                }
            };
            format!(
                "<Gather input=\"dtmf\" numDigits=\"1\" finishOnKey=\"\" timeout=\"{answer_seconds}\" method=\"POST\" \
                 action=\"{}\">{first}{menu}</Gather>{behind}",
                escape(action)
            )
        }
        Words::Last(text) => say(text) + "<Hangup/>",
        Words::Has(person) => say(&format!("{person} has it. Thank you, good bye.")) + "<Hangup/>",
        Words::Moment { again, aloud } => {
            let wait = if *aloud { say("One moment.") } else { String::new() };
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

/// Text as XML 1.0 may hold it: the characters that it cannot hold at all are left out.
fn escape(text: &str) -> String {
    let may_be = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let text: String =
        text.chars().filter(may_be).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
