//! Settings from SSM's Parameter Store.

use std::sync::Arc;

use aws_sdk_ssm::Client;
use aws_types::SdkConfig;
use futures_util::future::{try_join, try_join_all};

use super::with_causes;
use crate::Error;
use crate::config::{Fetch, Values};

/// Reads these parameters (ten at most, in one call) and those under these paths, all under `root`, side by side.
pub(super) fn fetch(
    sdk: &SdkConfig,
    root: String,
    names: &'static [&'static str],
    paths: &'static [&'static str],
) -> Fetch {
    let client = Client::new(sdk);
    let root: Arc<str> = root.into();
    Arc::new(move || {
        let (client, root) = (client.clone(), root.clone());
        Box::pin(async move {
            let by_path = try_join_all(paths.iter().map(|path| by_path(&client, &root, path)));
            let (mut values, of_paths) = try_join(by_name(&client, &root, names), by_path).await?;
            values.extend(of_paths.into_iter().flatten());
            Ok(values)
        })
    })
}

async fn by_name(client: &Client, root: &str, names: &[&str]) -> Result<Values, Error> {
    if names.is_empty() {
        return Ok(Values::new());
    }
    let full = names.iter().map(|name| format!("{root}/{name}")).collect();
    let answer = client
        .get_parameters()
        .set_names(Some(full))
        .with_decryption(true)
        .send()
        .await
        .map_err(|error| unreadable(root, with_causes(error)))?;
    // Names that do not exist are no error: whoever needs one says so.
    Ok(answer.parameters().iter().filter_map(|parameter| named(root, parameter)).collect())
}

async fn by_path(client: &Client, root: &str, path: &str) -> Result<Values, Error> {
    let mut pages = client
        .get_parameters_by_path()
        .path(format!("{root}/{path}"))
        .with_decryption(true)
        .into_paginator()
        .send();
    let mut values = Values::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| unreadable(root, with_causes(error)))?;
        values.extend(page.parameters().iter().filter_map(|parameter| named(root, parameter)));
    }
    Ok(values)
}

fn named(root: &str, parameter: &aws_sdk_ssm::types::Parameter) -> Option<(String, String)> {
    let name = parameter.name()?.strip_prefix(root)?.trim_start_matches('/');
    Some((name.to_owned(), parameter.value()?.to_owned()))
}

fn unreadable(root: &str, why: String) -> Error {
    Error::NotSetUp(format!("the parameters under {root} cannot be read: {why}"))
}
