//! Queries of these pages' addresses, and the addresses that ask for something else. Pure.

use form_urlencoded::Serializer;
use shared::domain::executions::views::{CountSpan, ExecutionFilter};
use shared::domain::sid::{EXECUTION, STEP, Sid};
use shared::jobs::watch::read::ExecutionQuery;

/// The longest text that is searched for: a SID has 34 characters.
const MAX_TEXT: usize = 40;
/// The longest cursor.
const MAX_CURSOR: usize = 120;

/// The filters, each with its name in an address and on the page.
pub(super) const FILTERS: [(&str, &str); 4] =
    [("all", "All"), ("active", "Active"), ("ended", "Ended"), ("stuck", "Stuck")];
/// The spans, each with its name in an address and on the page.
pub(super) const SPANS: [(&str, &str, CountSpan); 4] = [
    ("hour", "Hour", CountSpan::Hour),
    ("day", "Today", CountSpan::Day),
    ("week", "7 days", CountSpan::Week),
    ("month", "30 days", CountSpan::Month),
];

/// The query of an address. What makes no sense is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// The span of the counts.
    pub(super) span: CountSpan,
    /// The name of the filter; empty for all.
    pub(super) show: &'static str,
    /// The SID, or the last four digits, of what is looked for; empty for all.
    pub(super) text: String,
    /// The cursor of a further page; empty for the first.
    pub(super) after: String,
    /// The Execution that is chosen.
    pub(super) execution: Option<Sid>,
    /// The step of it whose context is asked for.
    pub(super) step: Option<Sid>,
}

impl Query {
    /// Reads the fields of an address.
    pub(super) fn of(fields: &[(String, String)]) -> Query {
        let field = |name: &str| {
            let found = fields.iter().find(|(have, _)| have == name);
            found.map(|(_, value)| value.trim()).unwrap_or_default()
        };
        let bounded = |name: &str, most: usize| field(name).chars().take(most).collect::<String>();
        let sid = |letters: &str, name: &str| Sid::parse(letters, field(name));
        let show = FILTERS.iter().skip(1).find(|(name, _)| *name == field("show"));
        let execution = sid(EXECUTION, "execution");
        Query {
            span: CountSpan::of(field("span")),
            show: show.map(|(name, _)| *name).unwrap_or_default(),
            text: searched(bounded("q", MAX_TEXT)),
            after: bounded("after", MAX_CURSOR),
            step: sid(STEP, "step").filter(|_| execution.is_some()),
            execution,
        }
    }

    /// The Executions that are listed: of this Flow, or of all.
    pub(super) fn executions<'a>(&'a self, flow: Option<&'a Sid>) -> ExecutionQuery<'a> {
        ExecutionQuery {
            flow,
            filter: ExecutionFilter::of(self.show),
            text: Some(&self.text),
            after: Some(self.after.as_str()).filter(|after| !after.is_empty()),
        }
    }

    /// The name of the span, if it is not the usual one.
    pub(super) fn span_name(&self) -> Option<&'static str> {
        let span = Some(self.span).filter(|span| *span != CountSpan::default())?;
        SPANS.iter().find(|(.., named)| *named == span).map(|(name, ..)| *name)
    }

    /// Whether some are looked for, and not all.
    pub(super) fn is_search(&self) -> bool {
        !self.show.is_empty() || !self.text.is_empty()
    }

    /// This query behind a path, or behind another query. The step is never part of it.
    pub(super) fn behind(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        if let Some(name) = self.span_name() {
            query.append_pair("span", name);
        }
        let fields = [("show", self.show), ("q", &self.text), ("after", &self.after)];
        let execution = self.execution.as_ref().map_or("", Sid::as_str);
        for (name, value) in fields.into_iter().chain([("execution", execution)]) {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}{}{query}", if path.contains('?') { '&' } else { '?' }),
        }
    }
}

/// A text that is looked for, as it is kept: a SID's letters are upper case and its digits lower case, and of a phone
/// number only the last four digits are known.
fn searched(text: String) -> String {
    let (letters, digits) = text.split_at_checked(2).unwrap_or_default();
    let sid = format!("{}{}", letters.to_ascii_uppercase(), digits.to_ascii_lowercase());
    if Sid::parse(EXECUTION, &sid).is_some() {
        return sid;
    }
    let is_phone = |c: char| c.is_ascii_digit() || " +-().".contains(c);
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    match number.len().checked_sub(4) {
        Some(hidden @ 1..) if text.chars().all(is_phone) => number[hidden..].to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use shared::http::form_fields;

    use super::*;

    const FN: &str = "FN0123456789abcdef0123456789abcdef";

    fn of(query: &str) -> Query {
        Query::of(&form_fields(query.as_bytes()))
    }

    #[test]
    fn address_of_a_query_asks_for_the_same() {
        let execution = format!("execution={FN}");
        for query in ["", "span=week", "show=stuck&q=0006", "span=hour&after=1-2", &execution] {
            let asked = of(query);
            let address = asked.behind("/studio");
            let (_, read) = address.split_once('?').unwrap_or_default();
            assert_eq!((of(read), read), (asked.clone(), query));
            assert_eq!(asked.behind("/live?studio").matches('?').count(), 1);
        }
    }

    #[test]
    fn searched_text_is_a_whole_sid_or_four_digits() {
        for (query, text) in [
            ("q=fn0123456789ABCDEF0123456789abcdef", FN),
            ("q=%2B15005550996", "0996"),
            ("q=555-0996", "0996"),
            ("q=0996", "0996"),
            ("q=996", "996"),
            ("q=7a8a92", "7a8a92"),
        ] {
            assert_eq!(of(query).text, text);
        }
    }

    #[test]
    fn nonsense_is_not_there() {
        let step = "FT0123456789abcdef0123456789abcdef";
        for query in [
            "span=x&show=all",
            "show=<b>",
            "execution=FN1",
            "execution=%00",
            &format!("step={step}"),
        ] {
            assert_eq!(of(query), Query::default(), "{query}");
        }
        assert_eq!(of(&format!("q={}", "é".repeat(99))).text.chars().count(), MAX_TEXT);
        assert!(of(&format!("execution={FN}&step={step}")).step.is_some());
    }
}
