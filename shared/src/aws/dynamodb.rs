//! Store on one DynamoDB table: `pk`, `sk`, `rev`, `body`, `expires_at` (TTL, seconds). A row of counters has no `body`: each
//! counter is an attribute of its own, `n.` before its name (a former version had one counter in a row: `n`).
//!
//! All writes are transactions with a token of their own, so a second try of one that landed is recognised by DynamoDB
//! and is neither done twice nor told as lost.

mod cancelled;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem, Update};
use aws_types::SdkConfig;
use jiff::Timestamp;

use self::cancelled::{Cancelled, cancelled};
use super::with_causes;
use crate::Error;
use crate::storage::counters::ATTRIBUTE_PREFIX;
use crate::storage::{Condition, Counters, Increment, Key, Put, Record, Store, Write, check_size};

type Item = HashMap<String, AttributeValue>;

/// How often a transaction that met another one is tried again.
const TRIES: u32 = 6;

/// The table.
pub(super) struct Table {
    client: Client,
    name: String,
}

impl Table {
    pub(super) fn new(sdk: &SdkConfig, name: &str) -> Table {
        Table { client: Client::new(sdk), name: name.to_owned() }
    }

    async fn batch(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let wanted = KeysAndAttributes::builder().consistent_read(true);
        let wanted =
            wanted.set_keys(Some(keys.iter().map(item_key).collect())).build().map_err(failed)?;
        let mut left = Some(HashMap::from([(self.name.clone(), wanted)]));
        let (mut items, mut tries) = (Vec::new(), 0);
        while let Some(wanted) = left.filter(|left| !left.is_empty()) {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .send()
                .await
                .map_err(failed)?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            left = answer.unprocessed_keys.filter(|left| !left.is_empty());
            if left.is_some() {
                tries += 1;
                if tries > TRIES {
                    return Err(Error::Store("the table is too busy to answer".to_owned()));
                }
                tokio::time::sleep(Duration::from_millis(10) * 2_u32.pow(tries)).await;
            }
        }
        Ok(items)
    }

    async fn transact(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        let item = |write: &Write| {
            let update = match write {
                Write::Put(put) => self.put(put, now),
                Write::Increment(increment) => self.increment(increment),
            };
            Ok(TransactWriteItem::builder().update(update?).build())
        };
        let items: Vec<_> = writes.iter().map(item).collect::<Result<_, Error>>()?;
        let (mut tries, mut token) = (0, token());
        loop {
            let request = self.client.transact_write_items().client_request_token(&token);
            let request = request.set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else { return Ok(()) };
            let cancelled = cancelled(&error);
            match cancelled {
                Some(Cancelled::Condition(places)) => {
                    let keys = places.into_iter().filter_map(|at| writes.get(at)).map(Write::key);
                    return Err(Error::Conflict { keys: keys.cloned().collect() });
                }
                Some(Cancelled::Conflict | Cancelled::InProgress) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(10) * 2_u32.pow(tries)).await;
                }
                Some(Cancelled::Size(what)) => return Err(Error::TooLargeToStore(what)),
                _ => return Err(failed(error)),
            }
            // A transaction in progress may land yet, and must not land twice; a cancelled one is begun anew.
            if matches!(cancelled, Some(Cancelled::Conflict)) {
                token = self::token();
            }
        }
    }

    /// One flat ADD: into a map that is missing DynamoDB adds nothing.
    fn increment(&self, increment: &Increment) -> Result<Update, Error> {
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(item_key(&increment.key)))
            .expression_attribute_values(":one", number(1));
        let mut expression = String::new();
        if let Some(at) = increment.expires_at {
            expression.push_str("SET expires_at = :expires ");
            update = update.expression_attribute_values(":expires", number(at.as_second()));
        }
        expression.push_str("ADD rev :one");
        for (at, (name, count)) in increment.counters.iter().enumerate() {
            expression.push_str(&format!(", #c{at} :c{at}"));
            update = update
                .expression_attribute_names(format!("#c{at}"), format!("{ATTRIBUTE_PREFIX}{name}"))
                .expression_attribute_values(
                    format!(":c{at}"),
                    AttributeValue::N(count.to_string()),
                );
        }
        update.update_expression(expression).build().map_err(failed)
    }

    fn put(&self, put: &Put, now: Timestamp) -> Result<Update, Error> {
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(item_key(&put.key)))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":body", AttributeValue::S(put.body.clone()));
        let set = "SET body = :body, rev = if_not_exists(rev, :zero) + :one";
        update = match put.expires_at {
            Some(at) => update
                .update_expression(format!("{set}, expires_at = :expires"))
                .expression_attribute_values(":expires", number(at.as_second())),
            None => update.update_expression(format!("{set} REMOVE expires_at")),
        };
        let now = number(now.as_second());
        update = match put.condition {
            Condition::Always => update,
            Condition::Absent => update
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", now),
            Condition::At(revision) => update
                .condition_expression(
                    "rev = :seen AND (attribute_not_exists(expires_at) OR expires_at > :now)",
                )
                .expression_attribute_values(":now", now)
                .expression_attribute_values(":seen", AttributeValue::N(revision.to_string())),
        };
        update.build().map_err(failed)
    }
}

#[async_trait]
impl Store for Table {
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let items = match keys {
            [key] => {
                let request = self.client.get_item().table_name(&self.name).consistent_read(true);
                let answer = request.set_key(Some(item_key(key))).send().await.map_err(failed)?;
                answer.item.into_iter().collect()
            }
            keys => self.batch(keys).await?,
        };
        let mut found: HashMap<Key, Record> = items
            .iter()
            .filter_map(|item| record(item, now))
            .map(|record| (record.key.clone(), record))
            .collect();
        Ok(keys.iter().map(|key| found.remove(key)).collect())
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let mut query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression(if after.is_some() {
                "pk = :pk AND sk > :after"
            } else {
                "pk = :pk"
            })
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
        if let Some(after) = after {
            query =
                query.expression_attribute_values(":after", AttributeValue::S(after.to_owned()));
        }
        let mut records = Vec::new();
        let mut pages = query.into_paginator().send();
        while records.len() < limit {
            let Some(page) = pages.next().await else { break };
            records
                .extend(page.map_err(failed)?.items().iter().filter_map(|item| record(item, now)));
        }
        records.truncate(limit);
        Ok(records)
    }

    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        if writes.is_empty() {
            return Ok(());
        }
        self.transact(writes, now).await
    }
}

/// Names one transaction, so that DynamoDB knows it again when it is sent twice.
fn token() -> String {
    let part = |salt: u8| RandomState::new().hash_one(salt);
    format!("{:016x}{:016x}", part(1), part(2))
}

fn item_key(key: &Key) -> Item {
    Item::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name)? {
        AttributeValue::S(text) | AttributeValue::N(text) => Some(text),
        _ => None,
    }
}

/// The item as a record, unless it has expired: DynamoDB deletes days later.
fn record(item: &Item, now: Timestamp) -> Option<Record> {
    let expires_at: Option<i64> = text(item, "expires_at").and_then(|at| at.parse().ok());
    if expires_at.is_some_and(|at| at <= now.as_second()) {
        return None;
    }
    let key = Key::new(text(item, "pk")?, text(item, "sk")?);
    let body = match text(item, "body").or_else(|| text(item, "n")) {
        Some(body) => body.to_owned(),
        None => counters(item).to_body(),
    };
    let revision = text(item, "rev").and_then(|rev| rev.parse().ok()).unwrap_or_default();
    Some(Record { key, revision, body })
}

/// The counters of a row.
fn counters(item: &Item) -> Counters {
    let counter = |(name, value): (&String, &AttributeValue)| {
        let name = name.strip_prefix(ATTRIBUTE_PREFIX)?;
        // A number that is larger than ours is the largest of ours.
        let count = value.as_n().ok()?.parse().unwrap_or(u64::MAX);
        Some((name.to_owned(), count))
    };
    Counters(item.iter().filter_map(counter).collect())
}

fn failed(error: impl std::error::Error) -> Error {
    Error::Store(with_causes(error))
}
