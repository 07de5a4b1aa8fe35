//! The input of one Gather. Pure: which key ends it, and what was pressed or spoken.

use studio::play::transcribed;

use super::twiml::Gather;

/// How sure it is of words: somebody has typed them.
pub(super) const CONFIDENCE: &str = "0.9";

/// Something from a caller while somebody listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CallerInput {
    Key(char),
    Words(String),
}

/// The input so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) pressed: String,
    /// The key that ended the input; none if it ended by time or because there were enough.
    pub(super) finished_on: Option<char>,
    /// The words, as Twilio writes them; none if nobody spoke.
    pub(super) speech: Option<String>,
}

impl Digits {
    /// Takes one more input; whether that was the last. Words end it, unless keys were pressed before.
    pub(super) fn take_input(&mut self, input: CallerInput, gather: &Gather) -> bool {
        match input {
            CallerInput::Key(key) => self.take(key, gather),
            CallerInput::Words(_) if !self.pressed.is_empty() => false,
            CallerInput::Words(words) => {
                self.speech = Some(transcribed(&words));
                true
            }
        }
    }

    /// Takes one more key; whether that was the last.
    pub(super) fn take(&mut self, key: char, gather: &Gather) -> bool {
        if gather.finish_on_key.contains(key) {
            self.finished_on = Some(key);
            return true;
        }
        self.pressed.push(key);
        gather.num_digits.is_some_and(|enough| self.pressed.len() >= enough)
    }

    /// The fields of the action's request: `None` if there is none, and the document goes on.
    pub(super) fn fields(&self, gather: &Gather) -> Option<Vec<(String, String)>> {
        if let Some(speech) = &self.speech {
            let fields = [("SpeechResult", speech.as_str()), ("Confidence", CONFIDENCE)];
            return Some(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        }
        if self.pressed.is_empty() && !gather.action_on_empty_result {
            return None;
        }
        let finished_on = self.finished_on.map(String::from).unwrap_or_default();
        Some(vec![
            ("Digits".to_owned(), self.pressed.clone()),
            ("FinishedOnKey".to_owned(), finished_on),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::twiml::{Verb, read};
    use super::*;

    fn gather(attributes: &str) -> Gather {
        let verbs = read(&format!("<Response><Gather {attributes}/></Response>")).expect("TwiML");
        let Some(Verb::Gather(gather)) = verbs.into_iter().next() else { panic!("a Gather") };
        gather
    }

    /// Presses keys until one is the last; whether one was, and the fields of the action's request.
    fn press(attributes: &str, keys: &str) -> (bool, Option<(String, String)>) {
        let (gather, mut digits) = (gather(attributes), Digits::default());
        let ended = keys.chars().any(|key| digits.take(key, &gather));
        let fields = digits.fields(&gather);
        (ended, fields.map(|fields| (fields[0].1.clone(), fields[1].1.clone())))
    }

    #[test]
    fn words_end_the_input_unless_keys_came_first() {
        let gather = gather("input='dtmf speech'");
        let words = || CallerInput::Words("yes please".to_owned());
        let mut digits = Digits::default();
        assert!(digits.take_input(words(), &gather));
        let fields = digits.fields(&gather).expect("fields");
        let expected = [("SpeechResult", "Yes please."), ("Confidence", "0.9")];
        assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut digits = Digits::default();
        assert!(!digits.take_input(CallerInput::Key('1'), &gather));
        assert!(!digits.take_input(words(), &gather));
        assert_eq!(digits.fields(&gather).map(|fields| fields[0].1.clone()).as_deref(), Some("1"));
    }

    #[test]
    fn input_ends_with_enough_keys_or_the_finishing_one() {
        let fields_of = |digits: &str, on: &str| Some((digits.to_owned(), on.to_owned()));
        for (attributes, keys, ended, fields) in [
            ("", "12", false, fields_of("12", "")),
            ("", "12#", true, fields_of("12", "#")),
            ("numDigits='1'", "1", true, fields_of("1", "")),
            ("numDigits='1' finishOnKey=''", "#", true, fields_of("#", "")),
            ("finishOnKey='*'", "1#*", true, fields_of("1#", "*")),
            ("", "#", true, None),
            ("", "", false, None),
            ("actionOnEmptyResult='true'", "", false, fields_of("", "")),
        ] {
            assert_eq!(press(attributes, keys), (ended, fields), "{attributes} {keys}");
        }
    }
}
