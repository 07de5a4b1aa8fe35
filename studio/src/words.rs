//! Words that texts of several parts need.

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

/// `1 widget`, `2 widgets`.
pub fn counted(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
