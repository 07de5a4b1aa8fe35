//! The address that a text about an incident carries.

use super::work::Work;
use crate::Error;
use crate::domain::escalation::{Incident, Person};
use crate::domain::sign_in::{TextLink, TextToken};

use crate::random;
use crate::storage::text_links;

impl Work<'_> {
    /// A link for this person alone, which is kept as a hash; `None` where no public base URL is known, or the person wants
    /// no links. If it cannot be kept, the text goes out with the address of the incident's page.
    ///
    /// Each try of a text makes its own, as an earlier one may have arrived: a handful of records, gone after twelve hours.
    pub(super) async fn link_for(
        &self,
        incident: &Incident,
        (name, person): (&str, &Person),
    ) -> Option<String> {
        let base = self.settings.public_base_url().filter(|_| person.text_links)?;
        let link = TextLink::begin(name, &person.phone, &incident.id, self.now);
        Some(self.keep_link(&link).await.map_or_else(
            |error| {
                tracing::warn!(%error, "a text goes out without a link that knows its reader");
                format!("{base}/incidents/{}", incident.id)
            },
            |token| token.link(base),
        ))
    }

    async fn keep_link(&self, link: &TextLink) -> Result<TextToken, Error> {
        let token = TextToken::of(random::bytes()?);
        text_links::keep(self.store(), &token, link, self.now).await?;
        Ok(token)
    }
}
