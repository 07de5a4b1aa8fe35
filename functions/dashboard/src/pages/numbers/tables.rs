//! The figures as the page's tables have them. Pure.

use form_urlencoded::Serializer;
use minijinja::{Value, context};
use shared::domain::numbers::{NamedCount, Numbers, Span, Times};
use shared::domain::text::{alarm_name, span};

use super::labels::{SpanLabels, counted, path};
use crate::pages::markup::thousands;

/// The spans that can be looked at.
pub(super) fn spans(current: Span, zone: Option<&str>) -> Vec<Value> {
    let spans = Span::ALL.map(|span| {
        let text = match span {
            Span::Hour => "Hour",
            Span::Day => "Day",
            Span::Month => "30 days",
        };
        context! { text, path => path(span, zone), is_current => span == current }
    });
    spans.to_vec()
}

/// The outcomes of incidents, as large figures.
pub(super) fn tiles(numbers: &Numbers) -> Vec<Value> {
    let figures = &numbers.incidents;
    let calls = format!("{} placed for them", calls(figures.calls));
    let open = match figures.not_taken_yet {
        0 => "sooner or later".to_owned(),
        open => format!("{} still being called for", counted(open)),
    };
    [
        ("Incidents", figures.began, calls, false),
        ("Taken", figures.taken, open, false),
        ("Nobody took it", figures.nobody_took_it, "after everybody was called".to_owned(), true),
        ("Over untaken", figures.over_before_taken, "before anybody took it".to_owned(), false),
    ]
    .into_iter()
    .map(|(name, count, note, is_bad)| {
        context! { name, count => counted(count), note, is_bad => is_bad && count > 0 }
    })
    .collect()
}

fn calls(number: usize) -> String {
    format!("{} call{}", counted(number), if number == 1 { "" } else { "s" })
}

/// How long it took.
pub(super) fn times(numbers: &Numbers) -> Vec<Value> {
    let figures = &numbers.incidents;
    let row = |name: &str, note: &str, times: &Times| {
        let said = |seconds: Option<i64>| seconds.map_or_else(|| "–".to_owned(), span);
        context! {
            name, note, median => said(times.median_seconds), p90 => said(times.p90_seconds), count => counted(times.count),
        }
    };
    vec![
        row("Answered", "a person picked up the phone", &figures.time_to_answer),
        row("Taken", "somebody had it", &figures.time_to_take),
        row("Resolved", "it was over", &figures.time_to_resolve),
    ]
}

/// Messages and calls of the whole account.
pub(super) fn delivery(numbers: &Numbers) -> Value {
    let (delivery, counts) = (&numbers.delivery, &numbers.delivery.counts);
    let percent = |percent: Option<f64>| {
        percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent:.1}\u{a0}%"))
    };
    let causes = |causes: &[NamedCount]| {
        let cause =
            |cause: &NamedCount| context! { name => &cause.name, count => thousands(cause.count) };
        causes.iter().map(cause).collect::<Vec<_>>()
    };
    context! {
        messages => context! {
            good => thousands(counts.messages_delivered), bad => thousands(counts.messages_failed),
            percent => percent(delivery.messages_delivered_percent), causes => causes(&delivery.messages_failed_by_code),
        },
        calls => context! {
            good => thousands(counts.calls_completed), bad => thousands(counts.calls_failed),
            percent => percent(delivery.calls_completed_percent), causes => causes(&delivery.calls_failed_by_reason),
        },
    }
}

/// The noisiest alarms, each with its place in the history.
pub(super) fn alarms(numbers: &Numbers) -> Vec<Value> {
    let most = numbers.alarms.first().map_or(1, |noisiest| noisiest.went_off);
    let row = |alarm: &shared::domain::numbers::AlarmFigures| {
        let query = Serializer::new(String::new()).append_pair("alarm", &alarm.name).finish();
        let path = (!alarm.name.trim().is_empty()).then(|| format!("/history?{query}"));
        context! {
            name => alarm_name(&alarm.name), path, went_off => counted(alarm.went_off),
            incidents => counted(alarm.incidents), bar => bar(alarm.went_off, 0, most),
        }
    };
    numbers.alarms.iter().map(row).collect()
}

/// The people who were called.
pub(super) fn people(numbers: &Numbers) -> Vec<Value> {
    let most = numbers.people.first().map_or(1, |first| first.calls);
    let row = |person: &shared::domain::numbers::PersonFigures| {
        context! {
            name => &person.person, calls => counted(person.calls), answered => counted(person.answered),
            nights => counted(person.night_calls), zone => &person.time_zone,
            bar => bar(person.calls - person.night_calls.min(person.calls), person.night_calls, most),
        }
    };
    numbers.people.iter().map(row).collect()
}

/// A bar beneath a row's name, of two parts: the row says the same in figures.
fn bar(first: usize, second: usize, most: usize) -> Value {
    let percent = |count: usize| count as f64 / most.max(1) as f64 * 100.0;
    let (first, second) = (percent(first), percent(second));
    let part = |class: &str, x: f64, width: f64| match width > 0.0 {
        true => {
            format!("<rect class=\"{class}\" x=\"{x:.1}%\" width=\"{width:.1}%\" height=\"100%\"/>")
        }
        false => String::new(),
    };
    Value::from_safe_string(format!(
        "<svg class=\"share\" aria-hidden=\"true\" width=\"100%\" height=\"6\">{}{}</svg>",
        part("good", 0.0, first),
        part("night", first, second)
    ))
}

/// The parts of the span, the newest first.
pub(super) fn bars(numbers: &Numbers, words: &SpanLabels) -> Vec<Value> {
    let row = |(bar, label): (&shared::domain::numbers::Bar, &String)| {
        let counts = &bar.delivered;
        let figures = [
            bar.incidents as u64,
            counts.messages_delivered,
            counts.messages_failed,
            counts.calls_completed,
            counts.calls_failed,
        ];
        context! { label, figures => figures.map(thousands).to_vec() }
    };
    numbers.bars.iter().zip(&words.labels).rev().map(row).collect()
}
