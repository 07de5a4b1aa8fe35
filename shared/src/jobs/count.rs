//! The job Count: what happened, in numbers. [`scrape`] gathers all that there is to show.

pub mod scrape;
