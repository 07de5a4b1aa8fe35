//! A text to our number: what Twilio posts, and TwiML that answers it. (twilio.com/docs/messaging/guides/webhook-request.)

use super::callbacks::field;
use super::voice::escape;
use crate::domain::e164::E164;
use crate::domain::sid::Sid;

/// The path of the webhook that a number's incoming messages go to.
pub const PATH: &str = "/twilio/inbound/message";
/// The longest text that Twilio takes, in characters.
const MAX_CHARS: usize = 1_600;

/// A text that somebody sent to our number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundText {
    /// Names it: `SM…`. The same one may come twice.
    pub sid: Sid,
    /// The sender's number; `None` if it is none in E.164, such as a short code or `whatsapp:…`: it is nobody's.
    pub from: Option<E164>,
    /// Its words.
    pub body: String,
    /// Twilio's own reading of it, where a Messaging Service handles opt-outs: `STOP`, `START` or `HELP`.
    pub opt_out_type: Option<String>,
}

impl InboundText {
    /// Reads the fields of a form; `None` if it is no text.
    pub fn read(fields: &[(String, String)]) -> Option<InboundText> {
        let value = |name| field(fields, name).map(str::to_owned);
        let filled = |name| value(name).filter(|value| !value.is_empty());
        Some(InboundText {
            sid: filled("MessageSid")
                .filter(|sid| sid.len() <= MAX_SID_BYTES)
                .map(|sid| Sid::as_sent(&sid))?,
            from: filled("From").map(|from| E164::parse(&from))?,
            body: value("Body").unwrap_or_default(),
            opt_out_type: filled("OptOutType"),
        })
    }
}

/// The most bytes of a MessageSid: it has 34.
const MAX_SID_BYTES: usize = 64;

/// TwiML that answers with this text, or with nothing.
pub fn reply(text: Option<&str>) -> String {
    let message = text.map(|text| {
        let text: String = text.chars().take(MAX_CHARS).collect();
        format!("<Message>{}</Message>", escape(&text))
    });
    let message = message.unwrap_or_default();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{message}</Response>")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::sample::phone;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn text_has_its_sender_and_its_name() {
        let form = [("MessageSid", "SM1"), ("From", "+15005550001"), ("Body", "1 KM")];
        let text = InboundText::read(&fields(&form)).expect("a text");
        assert_eq!((text.sid.as_str(), text.from), ("SM1", Some(phone("+15005550001"))));
        assert_eq!((text.body.as_str(), text.opt_out_type), ("1 KM", None));
        let long = "S".repeat(MAX_SID_BYTES + 1);
        for form in [
            vec![("From", "+15005550001"), ("Body", "1")],
            vec![("MessageSid", "SM1"), ("Body", "1")],
            vec![("MessageSid", ""), ("From", "+15005550001")],
            vec![("MessageSid", long.as_str()), ("From", "+15005550001")],
        ] {
            assert_eq!(InboundText::read(&fields(&form)), None, "{form:?}");
        }
    }

    #[test]
    fn text_from_what_is_no_number_is_read_and_nobodys() {
        for from in ["whatsapp:+15005550001", "12345", "alphanumeric", "15005550001"] {
            let form = [("MessageSid", "SM1"), ("From", from), ("Body", "1 KM")];
            let text = InboundText::read(&fields(&form)).expect("a text");
            assert_eq!(text.from, None, "{from}");
        }
    }

    #[test]
    fn reply_is_one_message_or_none() {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
        assert_eq!(reply(None), format!("{head}<Response></Response>"));
        let told = reply(Some("a < b & c"));
        assert_eq!(told, format!("{head}<Response><Message>a &lt; b &amp; c</Message></Response>"));
        assert!(reply(Some(&"ä".repeat(2_000))).chars().count() < MAX_CHARS + 100);
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_xml_or_makes_it_panic(text in ".{0,80}", name in ".{0,12}") {
            prop_assert_eq!(reply(Some(&text)).matches('<').count(), 5);
            let _ = InboundText::read(&fields(&[(&name, &text), ("MessageSid", &text), ("From", &name)]));
        }
    }
}
