//! Store on one DynamoDB table: `pk`, `sk`, `rev`, `body`, `expires_at` (TTL, seconds); counters have `n`.
//!
//! All writes are transactions: the SDK gives each a token of its own, so its second try of a write that landed is
//! recognised by DynamoDB and is neither done twice nor told as lost.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem, Update};
use aws_types::SdkConfig;
use jiff::Timestamp;

use super::told;
use crate::Error;
use crate::storage::{
    COUNTERS, Condition, Key, MAX_TRANSACTION_ITEMS, Put, Record, Store, check_size, counter,
};

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

    async fn transact(&self, updates: Vec<Update>) -> Result<(), Error> {
        let items: Vec<_> = updates
            .into_iter()
            .map(|update| TransactWriteItem::builder().update(update).build())
            .collect();
        let mut tries = 0;
        loop {
            let request =
                self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else { return Ok(()) };
            match cancelled(&error) {
                Some(Cancelled::Condition) => return Err(Error::Conflict { keys: Vec::new() }),
                Some(Cancelled::Conflict) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(10) * 2_u32.pow(tries)).await;
                }
                Some(Cancelled::Size(what)) => return Err(Error::TooLargeToStore(what)),
                _ => return Err(failed(error)),
            }
        }
    }

    fn update(&self, put: &Put, now: Timestamp) -> Result<Update, Error> {
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

    async fn write(&self, puts: &[Put], now: Timestamp) -> Result<(), Error> {
        check_size(puts)?;
        let updates =
            puts.iter().map(|put| self.update(put, now)).collect::<Result<Vec<_>, _>>()?;
        self.transact(updates).await
    }

    async fn add(&self, counters: &[(&str, u64)]) -> Result<(), Error> {
        for counters in counters.chunks(MAX_TRANSACTION_ITEMS) {
            let updates = counters.iter().map(|(name, count)| {
                Update::builder()
                    .table_name(&self.name)
                    .set_key(Some(item_key(&counter(name))))
                    .update_expression("ADD n :count")
                    .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
                    .build()
                    .map_err(failed)
            });
            self.transact(updates.collect::<Result<Vec<_>, _>>()?).await?;
        }
        Ok(())
    }
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
    let body = if key.pk == COUNTERS { text(item, "n")? } else { text(item, "body")? }.to_owned();
    let revision = text(item, "rev").and_then(|rev| rev.parse().ok()).unwrap_or_default();
    Some(Record { key, revision, body })
}

enum Cancelled {
    Condition,
    Conflict,
    /// Too large, and what DynamoDB says of that.
    Size(String),
}

fn cancelled(error: &SdkError<TransactWriteItemsError>) -> Option<Cancelled> {
    let error = error.as_service_error()?;
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons();
            let has = |code| reasons.iter().any(|reason| reason.code() == Some(code));
            let mut invalid = reasons.iter().filter(|reason| reason.code() == Some(INVALID_ITEM));
            let size = invalid.find_map(|reason| reason.message().filter(|what| is_size(what)));
            if let Some(what) = size {
                Some(Cancelled::Size(what.to_owned()))
            } else if has("ConditionalCheckFailed") {
                Some(Cancelled::Condition)
            } else {
                has("TransactionConflict").then_some(Cancelled::Conflict)
            }
        }
        TransactWriteItemsError::TransactionInProgressException(_) => Some(Cancelled::Conflict),
        // The whole request is invalid.
        _ => {
            let what = error.meta().message().filter(|what| is_size(what))?;
            (error.meta().code() == Some(INVALID_REQUEST)).then(|| Cancelled::Size(what.to_owned()))
        }
    }
}

/// The code of a reason for which one item of a transaction is invalid, …
const INVALID_ITEM: &str = "ValidationError";
/// … and that of a request that is invalid as a whole.
const INVALID_REQUEST: &str = "ValidationException";

/// Whether DynamoDB says that something is too large: "Item size to update has exceeded the maximum allowed size", "Item
/// size has exceeded the maximum allowed size", "Transaction request size exceeds the limit" (API reference of
/// TransactWriteItems, "TransactionCanceledException").
fn is_size(what: &str) -> bool {
    let what = what.to_ascii_lowercase();
    what.contains("size") && what.contains("exceed")
}

fn failed(error: impl std::error::Error) -> Error {
    Error::Store(told(error))
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_of_dynamodb_about_a_size_are_known() {
        for (what, size) in [
            ("Item size to update has exceeded the maximum allowed size", true),
            ("Item size has exceeded the maximum allowed size", true),
            ("Aggregate size of the items in the transaction exceeded 4 MB", true),
            ("One or more parameter values were invalid: Type mismatch", false),
            ("The provided key element does not match the schema", false),
        ] {
            assert_eq!(super::is_size(what), size, "{what}");
        }
    }
}
