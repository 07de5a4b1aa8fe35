//! The phones of the simulated Twilio: what the page shows of them, and what can be done at them.

mod plain;
mod view;

use bytes::Bytes;
use minijinja::context;
use minijinja::value::Serde;
use shared::Error;
use shared::http::{Request, Response};

use crate::Sandbox;
use crate::alarms::Alarms;
use crate::demo::is_demo_caller;
use crate::pages::{Frame, render};
use crate::settings::Setup;
use crate::twilio::behaviour::PhoneBehaviour;
use crate::twilio::call::{Call, PhoneAction};
use crate::twilio::{MAX_TEXT_CHARACTERS, Twilio, Unreached};

/// The page, with what is said of alarms for its address's query.
pub(crate) async fn page(sandbox: &Sandbox, request: &Request) -> Result<Response, Error> {
    let setup = sandbox.settings.setup().await?;
    let alarms = match &sandbox.settings.alarms {
        Some(source) => source(request.query.clone()).await?,
        None => Alarms::default(),
    };
    let state = view::state(&sandbox.twilio, &setup, &phones(sandbox).await?);
    let is_dialling = |call: &Call| call.status().is_dialling() && !is_demo_caller(call.phone());
    let is_moving =
        state.is_moving() || sandbox.twilio.calls().iter().any(|call| is_dialling(call));
    // Something was done at a phone a moment ago: what follows comes a moment later.
    let is_done = request.query.as_deref() == Some("done");
    let plain = plain::phones(&state);
    let facts = context! { alarms => Serde(alarms), plain => Serde(plain), is_moving, is_done };
    render("phones.html", &Frame::of("/sandbox/phones", &setup), facts)
}

/// All phones, in JSON.
pub(crate) async fn state(sandbox: &Sandbox) -> Result<Response, Error> {
    let setup = sandbox.settings.setup().await?;
    let state = view::state(&sandbox.twilio, &setup, &phones(sandbox).await?);
    Ok(Response::json(200, &state).with("cache-control", "no-store"))
}

/// Answers, declines, lets voicemail answer, hangs up; or does what the other side of a handed-over call does: by the
/// action's name in the path.
pub(crate) async fn act(sandbox: &Sandbox, who: &str, action: &str) -> Result<Response, Error> {
    let action = match action {
        "answer" => PhoneAction::Answer,
        "decline" => PhoneAction::Decline,
        "voicemail" => PhoneAction::Voicemail,
        "hang-up" => PhoneAction::HangUp,
        "party-answer" => PhoneAction::PartyAnswer,
        "party-refuse" => PhoneAction::PartyRefuse,
        "party-hang-up" => PhoneAction::PartyHangUp,
        _ => return Err(Error::NotFound),
    };
    apply(sandbox, who, action).await
}

/// Presses a key.
pub(crate) async fn press(sandbox: &Sandbox, who: &str, key: &str) -> Result<Response, Error> {
    let key = parse_key(key).ok_or(Error::NotFound)?;
    apply(sandbox, who, PhoneAction::Press(key)).await
}

/// Says something.
pub(crate) async fn say(sandbox: &Sandbox, who: &str, body: &Bytes) -> Result<Response, Error> {
    apply(sandbox, who, PhoneAction::Say(body_text(body)?)).await
}

/// Calls a Flow.
pub(crate) async fn call_flow(sandbox: &Sandbox, who: &str, flow: &str) -> Result<Response, Error> {
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    let setup = sandbox.settings.setup().await?;
    let called = sandbox.twilio.call_flow(&setup, &phone.1, flow);
    reached(sandbox, &setup, &phone, called.err())
}

/// Sends a text to a Flow.
pub(crate) async fn text_flow(
    sandbox: &Sandbox,
    who: &str,
    flow: &str,
    body: &Bytes,
) -> Result<Response, Error> {
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    let words = body_text(body)?;
    let setup = sandbox.settings.setup().await?;
    let sent = sandbox.twilio.text_flow(&setup, &phone.1, flow, &words);
    reached(sandbox, &setup, &phone, sent.err())
}

/// Answers a text. The words are the body, or the field `text` of a form.
pub(crate) async fn text_back(
    sandbox: &Sandbox,
    who: &str,
    request: &Request,
) -> Result<Response, Error> {
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    let words = match request.header("content-type") {
        Some(kind) if kind.starts_with("application/x-www-form-urlencoded") => {
            let text = request.form().into_iter().find(|(name, _)| name == "text");
            body_text(&text.map(|(_, text)| text).unwrap_or_default().into())?
        }
        _ => body_text(&request.body)?,
    };
    let setup = sandbox.settings.setup().await?;
    match sandbox.twilio.text_back(&setup, &phone.1, &words) {
        Ok(_) => Ok(Response::json(200, &view::phone(&sandbox.twilio, &setup, &phone))),
        Err(why) => Ok(conflict(why)),
    }
}

fn reached(
    sandbox: &Sandbox,
    setup: &Setup,
    phone: &(String, String),
    unreached: Option<Unreached>,
) -> Result<Response, Error> {
    match unreached {
        None => Ok(Response::json(200, &view::phone(&sandbox.twilio, setup, phone))),
        Some(Unreached::NoFlow) => Err(Error::NotFound),
        Some(Unreached::Phone(why)) => Ok(conflict(why)),
    }
}

/// The words of a person: what is said, or sent.
fn body_text(body: &Bytes) -> Result<String, Error> {
    let words = String::from_utf8_lossy(body).trim().to_owned();
    match words.chars().count() {
        0 => Err(Error::BadRequest("there is no text".to_owned())),
        1..=MAX_TEXT_CHARACTERS => Ok(words),
        _ => Err(Error::BadRequest(format!("longer than {MAX_TEXT_CHARACTERS} characters"))),
    }
}

fn conflict(why: &str) -> Response {
    Response::of(409, "text/plain; charset=utf-8", format!("{why}\n"))
}

async fn apply(sandbox: &Sandbox, who: &str, action: PhoneAction) -> Result<Response, Error> {
    let phone = find(phones(sandbox).await?, who).ok_or(Error::NotFound)?;
    let setup = sandbox.settings.setup().await?;
    match sandbox.twilio.at_the_phone(&phone.1, action).await {
        Ok(()) => Ok(Response::json(200, &view::phone(&sandbox.twilio, &setup, &phone))),
        Err(why) => Ok(conflict(why)),
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
    let setup = sandbox.settings.setup().await?;
    Ok(Response::json(200, &view::phone(&sandbox.twilio, &setup, &phone)))
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
    let called = twilio.calls().into_iter().map(|call| call.phone().to_owned());
    for number in called.chain(twilio.texts().into_iter().map(|text| text.phone().to_owned())) {
        let is_known = phones.iter().any(|(_, known)| *known == number);
        if !is_known && !is_demo_caller(&number) {
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
