//! The phones of the sandbox's Twilio: what the page shows of them, and what can be done with them.

mod view;

use bytes::Bytes;
use shared::Error;
use shared::config::Settings;
use shared::http::Response;
use shared::jobs::escalate::intake::respond;

use super::Sandbox;
use super::twilio::Twilio;
use super::twilio::call::Deed;
use super::twilio::habit::Habit;
use crate::clock::now;

/// Who has a phone, by name and number.
fn roster(settings: &Settings) -> Vec<(String, String)> {
    let people = settings.config.escalation.people.iter();
    people.map(|(name, person)| (name.clone(), person.phone.clone())).collect()
}

/// Takes an alarm, in any of the shapes that monitors have.
pub(super) async fn alarm(sandbox: &Sandbox, body: Bytes) -> Result<Response, Error> {
    outage_intake::take(&sandbox.escalate, &body, now()).await.map(|heard| respond(&heard))
}

/// All phones, in JSON.
pub(super) async fn state(sandbox: &Sandbox) -> Result<Response, Error> {
    let state = view::state(&sandbox.twilio, &phones(sandbox).await?);
    Ok(Response::json(200, &state).with("cache-control", "no-store"))
}

/// Does what stands in the path: `{name or number}/{answer|decline|voicemail|hang-up|press/{key}|habit}`.
pub(super) async fn act(sandbox: &Sandbox, what: &str, body: &Bytes) -> Result<Response, Error> {
    let (who, action) = what.split_once('/').ok_or(Error::NotFound)?;
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    let twilio = &sandbox.twilio;
    if action == "habit" {
        let habit: Habit =
            serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
        habit.check().map_err(Error::BadRequest)?;
        twilio.set_habit(&phone.1, habit);
    } else if let Err(why) = twilio.at_the_phone(&phone.1, deed(action)?).await {
        return Ok(Response::of(409, "text/plain; charset=utf-8", format!("{why}\n")));
    }
    Ok(Response::json(200, &view::phone(twilio, &phone)))
}

fn deed(action: &str) -> Result<Deed, Error> {
    match action {
        "answer" => Ok(Deed::Answer),
        "decline" => Ok(Deed::Decline),
        "voicemail" => Ok(Deed::Voicemail),
        "hang-up" => Ok(Deed::HangUp),
        _ => action.strip_prefix("press/").and_then(key).map(Deed::Press).ok_or(Error::NotFound),
    }
}

/// A key of the keypad. In a path `#` is `%23`, and `*` may be `%2A`.
fn key(text: &str) -> Option<char> {
    match text {
        "%23" => Some('#'),
        "*" | "%2A" | "%2a" => Some('*'),
        _ => text.parse().ok().filter(char::is_ascii_digit),
    }
}

/// The roster's phones, then those that were called or sent a text besides.
async fn phones(sandbox: &Sandbox) -> Result<Vec<(String, String)>, Error> {
    let settings = sandbox.live.get(now()).await?;
    Ok(with_strangers(roster(&settings), &sandbox.twilio))
}

fn with_strangers(mut phones: Vec<(String, String)>, twilio: &Twilio) -> Vec<(String, String)> {
    let called = twilio.calls().into_iter().map(|call| call.to().to_owned());
    for number in called.chain(twilio.texts().into_iter().map(|text| text.to)) {
        if !phones.iter().any(|(_, known)| *known == number) {
            phones.push((String::new(), number));
        }
    }
    phones
}

/// The phone of this name or number. In a path `+` may be `%2B`; a number that nobody has called yet has a phone too.
fn find(phones: Vec<(String, String)>, who: &str) -> Option<(String, String)> {
    let who = who.replace("%2B", "+").replace("%2b", "+");
    let known = phones.into_iter().find(|(name, number)| *number == who || *name == who);
    let is_number =
        || who.len() > 7 && who.starts_with('+') && who[1..].bytes().all(|b| b.is_ascii_digit());
    known.or_else(|| is_number().then(|| (String::new(), who.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_found_by_name_or_number() {
        let all = || vec![("alpha".to_owned(), "+15005550001".to_owned())];
        for who in ["alpha", "+15005550001", "%2B15005550001"] {
            assert_eq!(find(all(), who), all().pop(), "{who}");
        }
        assert_eq!(find(all(), "+15005550009").map(|phone| phone.0), Some(String::new()));
        for who in ["", "bravo", "+", "+1500555000x", "ä"] {
            assert_eq!(find(all(), who), None, "{who}");
        }
    }

    #[test]
    fn the_keypad_has_twelve_keys() {
        let keys: String = ["0", "9", "*", "%2A", "%23"].into_iter().filter_map(key).collect();
        assert_eq!(keys, "09**#");
        assert!(["", "10", "a", "#1", "٣"].into_iter().all(|text| key(text).is_none()));
    }
}
