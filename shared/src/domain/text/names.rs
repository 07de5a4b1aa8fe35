//! Names and numbers, as sentences have them.

/// An alarm's name; a monitor may have given it none.
pub fn alarm_name(name: &str) -> &str {
    if name.trim().is_empty() { "an alarm without a name" } else { name }
}

/// `1 call`, `2 calls`.
pub fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_name_is_none() {
        for (name, shown) in
            [("", "an alarm without a name"), (" \t", "an alarm without a name"), ("cpu", "cpu")]
        {
            assert_eq!(alarm_name(name), shown);
        }
        assert_eq!([count(1, "call"), count(2, "call")], ["1 call", "2 calls"]);
    }
}
