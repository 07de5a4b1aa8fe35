//! The filters: a name, the arguments that it needs, and its function.

mod date;
mod html;
mod input;
mod list;
mod number;
mod text;

use std::fmt;

pub(super) use input::FilterInput;
use serde_json::Value;

/// A filter.
pub(super) struct Filter {
    pub(super) name: &'static str,
    /// The arguments that it cannot do without.
    pub(super) arguments: usize,
    /// The function; its error is a reason in words, without any value.
    pub(super) apply: fn(&FilterInput<'_, '_>) -> Result<Value, String>,
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The filter of this name.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    FILTERS.iter().find(|filter| filter.name == name)
}

macro_rules! filters {
    ($($name:literal $arguments:literal $apply:path;)*) => {
        [$(Filter { name: $name, arguments: $arguments, apply: $apply }),*]
    };
}

/// The filters of "Liquid for Designers", those that the same engines know besides, and Twilio's `to_json`.
pub(super) static FILTERS: [Filter; 50] = filters! {
    "abs" 0 number::abs;
    "append" 1 text::append;
    "at_least" 1 number::at_least;
    "at_most" 1 number::at_most;
    "capitalize" 0 text::capitalize;
    "ceil" 0 number::ceil;
    "compact" 0 list::compact;
    "concat" 1 list::concat;
    "date" 1 date::date;
    "default" 1 list::default;
    "divided_by" 1 number::divided_by;
    "downcase" 0 text::downcase;
    "escape" 0 html::escape;
    "escape_once" 0 html::escape_once;
    "first" 0 list::first;
    "floor" 0 number::floor;
    "h" 0 html::escape;
    "join" 0 list::join;
    "last" 0 list::last;
    "lstrip" 0 text::lstrip;
    "map" 1 list::map;
    "minus" 1 number::minus;
    "modulo" 1 number::modulo;
    "newline_to_br" 0 html::newline_to_br;
    "plus" 1 number::plus;
    "prepend" 1 text::prepend;
    "remove" 1 text::remove;
    "remove_first" 1 text::remove_first;
    "replace" 1 text::replace;
    "replace_first" 1 text::replace_first;
    "reverse" 0 list::reverse;
    "round" 0 number::round;
    "rstrip" 0 text::rstrip;
    "size" 0 list::size;
    "slice" 1 text::slice;
    "sort" 0 list::sort;
    "sort_natural" 0 list::sort_natural;
    "split" 1 text::split;
    "strip" 0 text::strip;
    "strip_html" 0 html::strip_html;
    "strip_newlines" 0 text::strip_newlines;
    "times" 1 number::times;
    "to_json" 0 list::to_json;
    "truncate" 0 text::truncate;
    "truncatewords" 0 text::truncatewords;
    "uniq" 0 list::uniq;
    "upcase" 0 text::upcase;
    "url_decode" 0 html::url_decode;
    "url_encode" 0 html::url_encode;
    "where" 1 list::filter_where;
};
