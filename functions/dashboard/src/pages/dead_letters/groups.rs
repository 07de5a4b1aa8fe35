//! Letters by their reason. Pure.

use std::collections::HashMap;

use serde::Serialize;
use shared::domain::text::mask_numbers;
use shared::storage::dead_letters::Listed;

/// The letters of one job with one reason.
#[derive(Serialize)]
pub(super) struct Group {
    id: String,
    job: String,
    reason: String,
    /// How many wait.
    waiting: usize,
    /// How many there are.
    count: usize,
    /// The letters, the newest first.
    #[serde(skip)]
    pub(super) letters: Vec<Listed>,
}

/// The groups of these letters, which come the oldest first; only the one that is named, if one is. Groups of which
/// letters wait go ahead, then the one with the newest letter.
pub(super) fn grouped(listed: Vec<Listed>, only: Option<&str>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for letter in listed.into_iter().rev() {
        let id = letter.summary.group();
        if only.is_some_and(|only| only != id) {
            continue;
        }
        let place = *places.entry(id.clone()).or_insert_with(|| {
            let (job, reason) = (letter.summary.job.clone(), mask_numbers(&letter.summary.reason));
            groups.push(Group { id, job, reason, waiting: 0, count: 0, letters: Vec::new() });
            groups.len() - 1
        });
        let group = &mut groups[place];
        group.waiting += usize::from(letter.summary.waits());
        group.count += 1;
        group.letters.push(letter);
    }
    // A stable sort: within each half the newest stays first.
    groups.sort_by_key(|group| group.waiting == 0);
    for group in &mut groups {
        group.letters.sort_by_key(|letter| !letter.summary.waits());
    }
    groups
}

/// Leaves one page of these, from 1, with so many on each.
pub(super) fn page_of<T>(all: &mut Vec<T>, page: usize, on_page: usize) {
    let before = (page - 1).saturating_mul(on_page).min(all.len());
    all.drain(..before);
    all.truncate(on_page);
}
