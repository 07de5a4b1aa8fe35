//! The table of status codes on docs/operations.md, beside what errors answer.

use shared::Error;

use crate::{read, table};

#[test]
fn statuses_that_twilio_may_get_are_on_the_page() {
    let page = read("docs/operations.md");
    let rows = table(&page, "Status codes towards Twilio");
    let told: Vec<&str> = rows.iter().flat_map(|cells| cells[0].split(", ")).collect();
    for error in [
        Error::BadRequest(String::new()),
        Error::Forged(String::new()),
        Error::NotFound,
        Error::MethodNotAllowed,
        Error::TooSlow,
        Error::TooLarge(0),
        Error::TooManyFields(0),
        Error::NotSetUp(String::new()),
        Error::Queue(String::new()),
        Error::TooBusy,
    ] {
        let status = error.status().to_string();
        assert!(told.contains(&status.as_str()), "{status}: {error}");
    }
}
