//! Words that texts of several parts need.

use serde_json::Value;

/// The digits at the end of a number, or letters of a name, that are shown.
const SHOWN_CHARACTERS: usize = 4;

/// A number or an address by its end alone: `…0001`; several with commas between them one by one.
pub fn masked(address: &str) -> String {
    let one = |address: &str| {
        let address = address.trim();
        let last = address.char_indices().rev().nth(SHOWN_CHARACTERS - 1).map_or(0, |(at, _)| at);
        format!("…{}", address.get(last..).unwrap_or_default())
    };
    address.split(',').map(one).collect::<Vec<String>>().join(", ")
}

/// A value whose texts that are phone numbers, and nothing else, have their last digits alone, at any depth. A channel may
/// stand before one: `whatsapp:+15005550001`.
pub fn without_numbers(value: &Value) -> Value {
    match value {
        Value::String(text) if text.split(',').all(is_number) => Value::String(masked(text)),
        Value::Array(items) => items.iter().map(without_numbers).collect(),
        Value::Object(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries.map(|(key, value)| (key.clone(), without_numbers(value))).collect(),
            )
        }
        other => other.clone(),
    }
}

/// A number in E.164, perhaps behind its channel.
fn is_number(text: &str) -> bool {
    let number = text.rsplit_once(':').map_or(text, |(_, number)| number);
    let digits = number.trim().strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// `1 widget`, `2 widgets`.
pub fn counted(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_that_stand_alone_are_masked_at_any_depth() {
        let value = json!({"From": "+15005550001", "to": ["whatsapp:+15005550006", "+1500555, +15005550001"],
            "Digits": "15005550001", "body": "call +15005550001", "count": 15_005_550_001_u64, "blank": "", "client": "client:ada"});
        let expected = json!({"From": "…0001", "to": ["…0006", "…0555, …0001"],
            "Digits": "15005550001", "body": "call +15005550001", "count": 15_005_550_001_u64, "blank": "", "client": "client:ada"});
        assert_eq!(without_numbers(&value), expected);
    }
}
