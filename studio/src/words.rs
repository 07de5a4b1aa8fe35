//! Words that texts of several parts need.

/// `1 widget`, `2 widgets`.
pub fn counted(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
