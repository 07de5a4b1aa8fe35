//! Executions in a list, the newest first.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::active::running;
use super::flows::seen_flows;
use super::stored::{StoredFlows, load};
use crate::Error;
use crate::domain::executions::RecordedExecution;
use crate::domain::executions::views::{ExecutionFilter, ExecutionView, MedianSeconds, medians};
use crate::domain::sid::{EXECUTION, Sid};
use crate::storage::executions::{
    self, ActiveExecution, listed_partition, listed_place, read_place,
};
use crate::storage::{Key, Store};

/// How many Executions a page shows.
pub const PAGE: usize = 50;
/// How many of a SID's last digits the pages print.
const PRINTED_DIGITS: usize = 6;
/// How many are looked through for one page.
const MAX_SEARCHED: usize = 2_000;
/// How many days are listed.
const DAYS: i64 = 31;
/// How many of the newest Executions the medians are of.
const MEDIANS_OF: usize = 100;

/// Which Executions are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExecutionQuery<'a> {
    /// Of which Flow; `None` is all of them.
    pub flow: Option<&'a Sid>,
    /// In which state.
    pub filter: ExecutionFilter,
    /// The SID, its last six digits or more, or the last four digits of the contact.
    pub text: Option<&'a str>,
    /// The cursor that the page before gave.
    pub after: Option<&'a str>,
}

/// A page of Executions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExecutionPage {
    /// Those found, the newest first.
    pub executions: Vec<ExecutionView>,
    /// The cursor of the next page; `None` if there is none.
    pub after: Option<String>,
}

/// The Execution of this SID; `None` if none such was seen.
///
/// # Errors
/// The store does not answer.
pub async fn one(
    store: &dyn Store,
    sid: &Sid,
    now: Timestamp,
) -> Result<Option<ExecutionView>, Error> {
    if !sid.is_of(EXECUTION) {
        return Ok(None);
    }
    let found = records(store, std::slice::from_ref(sid), now).await?;
    Ok(views(store, found, now).await?.pop())
}

/// A page of Executions. One that looks for few among many may hold fewer than [`PAGE`], and have a next one.
///
/// # Errors
/// The store does not answer.
pub async fn page(
    store: &dyn Store,
    query: ExecutionQuery<'_>,
    now: Timestamp,
) -> Result<ExecutionPage, Error> {
    let text = query.text.map(str::trim).filter(|text| !text.is_empty());
    if let Some(sid) = text.and_then(|text| Sid::parse(EXECUTION, text)) {
        let found = one(store, &sid, now).await?;
        let executions = found.into_iter().filter(|view| is_wanted(view, query, None)).collect();
        return Ok(ExecutionPage { executions, after: None });
    }
    let after = query.after.filter(|after| read_place(after).is_some());
    let query = ExecutionQuery { after, ..query };
    match query.filter {
        ExecutionFilter::All | ExecutionFilter::Ended => listed(store, query, text, now).await,
        ExecutionFilter::Active | ExecutionFilter::Stuck => active(store, query, text, now).await,
    }
}

/// The median time in each widget, of the newest hundred Executions of a Flow.
///
/// # Errors
/// The store does not answer.
pub async fn latest_medians(
    store: &dyn Store,
    flow: &Sid,
    now: Timestamp,
) -> Result<BTreeMap<String, MedianSeconds>, Error> {
    let (places, _) = places(store, Some(flow), None, MEDIANS_OF, now).await?;
    let found = records(store, &sids(&places), now).await?;
    Ok(medians(found.iter().map(|(_, execution)| execution)))
}

fn is_wanted(view: &ExecutionView, query: ExecutionQuery<'_>, text: Option<&str>) -> bool {
    let is_of_flow = query.flow.is_none_or(|flow| view.flow.as_ref() == Some(flow));
    let is_of_text = text.is_none_or(|text| is_named(text, &view.sid, view.contact.as_deref()));
    is_of_flow && is_of_text && query.filter.takes(view.state)
}

/// Whether a text names an Execution: by the last digits of its contact, or by the end of its SID, with as many digits
/// as the pages print of it at least.
fn is_named(text: &str, sid: &Sid, contact: Option<&str>) -> bool {
    let end = text.rsplit('…').next().unwrap_or_default();
    let is_end = end.len() >= PRINTED_DIGITS && sid.as_str().ends_with(&end.to_ascii_lowercase());
    contact == Some(end) || is_end
}

/// A page of the lists by day.
async fn listed(
    store: &dyn Store,
    query: ExecutionQuery<'_>,
    text: Option<&str>,
    now: Timestamp,
) -> Result<ExecutionPage, Error> {
    let mut after = query.after.map(str::to_owned);
    let mut executions: Vec<ExecutionView> = Vec::new();
    let mut searched = 0;
    loop {
        let (found, is_last) = places(store, query.flow, after.as_deref(), PAGE, now).await?;
        searched += found.len();
        let records = records(store, &sids(&found), now).await?;
        let views = views(store, records, now).await?;
        for view in views.into_iter().filter(|view| is_wanted(view, query, text)) {
            if executions.len() == PAGE {
                let last = executions.last().map(|last| &last.sid);
                let place = found.iter().find(|place| sid_of(place).as_ref() == last).cloned();
                return Ok(ExecutionPage { after: place.or(after), executions });
            }
            executions.push(view);
        }
        after = found.last().cloned().or(after);
        if is_last {
            return Ok(ExecutionPage { executions, after: None });
        }
        if searched >= MAX_SEARCHED || executions.len() == PAGE {
            return Ok(ExecutionPage { executions, after });
        }
    }
}

/// A page of those that run.
async fn active(
    store: &dyn Store,
    query: ExecutionQuery<'_>,
    text: Option<&str>,
    now: Timestamp,
) -> Result<ExecutionPage, Error> {
    let flows = match query.flow {
        Some(flow) => vec![flow.clone()],
        None => seen_flows(store, now).await?,
    };
    let mut places: Vec<String> = Vec::new();
    for flow in flows {
        let running = running(store, &flow, now).await?.executions.into_iter();
        let wanted = running.filter(|running| {
            let ActiveExecution { sid, contact, .. } = &running.execution;
            let is_of_text = text.is_none_or(|text| is_named(text, sid, contact.as_deref()));
            is_of_text && (query.filter != ExecutionFilter::Stuck || running.stuck.is_some())
        });
        places.extend(wanted.map(|running| {
            let began_at = running.execution.began_at.unwrap_or(running.execution.since);
            listed_place(&running.execution.sid, began_at)
        }));
    }
    places.sort();
    let rest =
        places.into_iter().filter(|place| query.after.is_none_or(|after| place.as_str() > after));
    let mut rest: Vec<String> = rest.take(PAGE + 1).collect();
    let is_more = rest.len() > PAGE;
    rest.truncate(PAGE);
    let after = rest.last().filter(|_| is_more).cloned();
    let records = records(store, &sids(&rest), now).await?;
    let executions = views(store, records, now).await?;
    let executions = executions.into_iter().filter(|view| is_wanted(view, query, text)).collect();
    Ok(ExecutionPage { executions, after })
}

/// Up to `limit` places of the lists by day behind `after`, and whether these are the last ones.
async fn places(
    store: &dyn Store,
    flow: Option<&Sid>,
    after: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<(Vec<String>, bool), Error> {
    let a_day = SignedDuration::from_hours(24);
    // A clock of Twilio's may be ahead of ours, over midnight.
    let newest = now.checked_add(SignedDuration::from_mins(10)).unwrap_or(now);
    let begin = after.and_then(read_place).map_or(newest, |(at, _)| at.min(newest));
    let oldest = now.checked_sub(a_day * DAYS as i32).unwrap_or(now);
    let mut found: Vec<String> = Vec::new();
    let mut day = begin;
    while day >= oldest {
        let partition = listed_partition(flow, day);
        let records = store.page(&partition, after, limit - found.len(), now).await?;
        found.extend(records.into_iter().map(|record| record.key.sk));
        if found.len() >= limit {
            return Ok((found, false));
        }
        let Ok(before) = day.checked_sub(a_day) else { break };
        day = before;
    }
    Ok((found, true))
}

fn sid_of(place: &str) -> Option<Sid> {
    read_place(place).map(|(_, sid)| sid)
}

fn sids(places: &[String]) -> Vec<Sid> {
    places.iter().filter_map(|place| sid_of(place)).collect()
}

/// The Executions of these SIDs, those that are there.
async fn records(
    store: &dyn Store,
    sids: &[Sid],
    now: Timestamp,
) -> Result<Vec<(Sid, RecordedExecution)>, Error> {
    let keys: Vec<Key> = sids.iter().map(executions::execution).collect();
    let records = load(store, &keys, now).await?;
    let found = sids.iter().zip(records);
    Ok(found.filter_map(|(sid, record)| Some((sid.clone(), executions::read(&record?)))).collect())
}

/// The views of Executions, by the definitions that are kept.
async fn views(
    store: &dyn Store,
    found: Vec<(Sid, RecordedExecution)>,
    now: Timestamp,
) -> Result<Vec<ExecutionView>, Error> {
    let running = found.iter().filter(|(_, execution)| !execution.is_over());
    let wanted = running.filter_map(|(_, of)| Some((of.flow.clone()?, of.revision?)));
    let kept = StoredFlows::load(store, wanted, now).await?;
    let view = |(sid, execution): &(Sid, RecordedExecution)| {
        let flow = kept.of(execution.flow.as_ref(), execution.revision);
        ExecutionView::of(sid, execution, flow, now)
    };
    Ok(found.iter().map(view).collect())
}
