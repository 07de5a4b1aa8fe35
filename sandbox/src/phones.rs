//! The phones of the simulated Twilio: what the page shows of them, and what can be done at them.

mod view;

use bytes::Bytes;
use shared::Error;
use shared::http::Response;

use crate::Sandbox;
use crate::twilio::Twilio;
use crate::twilio::behaviour::PhoneBehaviour;
use crate::twilio::call::PhoneAction;

/// All phones, in JSON.
pub(crate) async fn state(sandbox: &Sandbox) -> Result<Response, Error> {
    let state = view::state(&sandbox.twilio, &phones(sandbox).await?);
    Ok(Response::json(200, &state).with("cache-control", "no-store"))
}

/// Answers, declines, lets voicemail answer, hangs up: by the action's name in the path.
pub(crate) async fn act(sandbox: &Sandbox, who: &str, action: &str) -> Result<Response, Error> {
    let action = match action {
        "answer" => PhoneAction::Answer,
        "decline" => PhoneAction::Decline,
        "voicemail" => PhoneAction::Voicemail,
        "hang-up" => PhoneAction::HangUp,
        _ => return Err(Error::NotFound),
    };
    apply(sandbox, who, action).await
}

/// Presses a key.
pub(crate) async fn press(sandbox: &Sandbox, who: &str, key: &str) -> Result<Response, Error> {
    let key = parse_key(key).ok_or(Error::NotFound)?;
    apply(sandbox, who, PhoneAction::Press(key)).await
}

async fn apply(sandbox: &Sandbox, who: &str, action: PhoneAction) -> Result<Response, Error> {
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    match sandbox.twilio.at_the_phone(&phone.1, action).await {
        Ok(()) => Ok(Response::json(200, &view::phone(&sandbox.twilio, &phone))),
        Err(why) => Ok(Response::of(409, "text/plain; charset=utf-8", format!("{why}\n"))),
    }
}

/// Sets what a phone does by itself.
pub(crate) async fn set_behaviour(
    sandbox: &Sandbox,
    who: &str,
    body: &Bytes,
) -> Result<Response, Error> {
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    let behaviour: PhoneBehaviour =
        serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
    behaviour.check().map_err(Error::BadRequest)?;
    sandbox.twilio.set_behaviour(&phone.1, behaviour);
    Ok(Response::json(200, &view::phone(&sandbox.twilio, &phone)))
}

/// The key of a keypad.
fn parse_key(text: &str) -> Option<char> {
    let key: char = text.parse().ok()?;
    (key.is_ascii_digit() || matches!(key, '*' | '#')).then_some(key)
}

/// The configured people's phones, then those that were called or sent a text besides.
async fn phones(sandbox: &Sandbox) -> Result<Vec<(String, String)>, Error> {
    let setup = sandbox.settings.setup().await?;
    let people = setup.people.iter().map(|person| (person.name.clone(), person.phone.clone()));
    Ok(with_strangers(people.collect(), &sandbox.twilio))
}

fn with_strangers(mut phones: Vec<(String, String)>, twilio: &Twilio) -> Vec<(String, String)> {
    let called = twilio.calls().into_iter().map(|call| call.to().to_owned());
    for number in called.chain(twilio.texts().into_iter().map(|text| text.to().to_owned())) {
        if !phones.iter().any(|(_, known)| *known == number) {
            phones.push((String::new(), number));
        }
    }
    phones
}

/// The phone of this name or number. A number that nobody has called yet has a phone too.
fn find(phones: Vec<(String, String)>, who: &str) -> Option<(String, String)> {
    let known = phones.into_iter().find(|(name, number)| number == who || name == who);
    let is_number =
        || who.len() > 7 && who.starts_with('+') && who.bytes().skip(1).all(|b| b.is_ascii_digit());
    known.or_else(|| is_number().then(|| (String::new(), who.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_is_found_by_name_or_number() {
        let all = || vec![("alpha".to_owned(), "+15005550001".to_owned())];
        for who in ["alpha", "+15005550001"] {
            assert_eq!(find(all(), who), all().pop(), "{who}");
        }
        assert_eq!(find(all(), "+15005550009").map(|phone| phone.0), Some(String::new()));
        for who in ["", "bravo", "+", "+1500555000x", "ä"] {
            assert_eq!(find(all(), who), None, "{who}");
        }
    }

    #[test]
    fn keypad_has_twelve_keys() {
        let keys: String = ["0", "9", "*", "#"].into_iter().filter_map(parse_key).collect();
        assert_eq!(keys, "09*#");
        assert!(["", "10", "a", "#1", "٣"].into_iter().all(|text| parse_key(text).is_none()));
    }
}
