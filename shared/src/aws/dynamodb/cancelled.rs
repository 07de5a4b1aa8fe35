//! Why DynamoDB did not do a transaction.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

/// The reason why a transaction was cancelled.
pub(super) enum Cancelled {
    /// The items in these places may not land.
    Condition(Vec<usize>),
    /// It met another one.
    Conflict,
    /// The same one is being done.
    InProgress,
    /// Too large, and what DynamoDB says of that.
    Size(String),
}

/// Why a transaction was cancelled; `None` for any other failure.
pub(super) fn cancelled(error: &SdkError<TransactWriteItemsError>) -> Option<Cancelled> {
    let error = error.as_service_error()?;
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons();
            let places = |code| -> Vec<usize> {
                let all = reasons.iter().enumerate();
                all.filter(|(_, reason)| reason.code() == Some(code)).map(|(at, _)| at).collect()
            };
            let mut invalid = reasons.iter().filter(|reason| reason.code() == Some(INVALID_ITEM));
            let size = invalid.find_map(|reason| reason.message().filter(|what| is_size(what)));
            if let Some(what) = size {
                return Some(Cancelled::Size(what.to_owned()));
            }
            match places("ConditionalCheckFailed") {
                places if !places.is_empty() => Some(Cancelled::Condition(places)),
                _ => (!places("TransactionConflict").is_empty()).then_some(Cancelled::Conflict),
            }
        }
        TransactWriteItemsError::TransactionInProgressException(_) => Some(Cancelled::InProgress),
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
