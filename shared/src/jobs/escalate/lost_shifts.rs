//! Events of calendars that name somebody and cannot be read: Slack is told once, and again whenever that changes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::transaction::put;
use super::work::Work;
use crate::config::file::CalendarProblem;
use crate::domain::routes::Line;
use crate::domain::text::{cut_section, escape};
use crate::storage::Key;
use crate::storage::records::{self, RETENTION};
use crate::{Error, domain::text::mask_numbers, hex};

/// The last report of lost shifts.
#[derive(Serialize, Deserialize)]
struct Report {
    /// Names the problems that it told of; empty if there were none any more.
    hash: String,
}

/// How many lost shifts are named; the others are counted.
const MAX_NAMED: usize = 5;

impl Work<'_> {
    /// Tells Slack of the shifts that are lost now, unless it was told of these.
    pub(super) async fn report_lost_shifts(&self) -> Result<(), Error> {
        let now = self.now;
        let lost = self.settings.config.lost_shifts(now);
        let key = Key::new(records::ALARM_NOTES, "#lost-shifts");
        let records = self.store().load(std::slice::from_ref(&key), now).await?;
        let record = records.first().and_then(Option::as_ref);
        let before = record.and_then(|record| serde_json::from_str::<Report>(&record.body).ok());
        let before = before.map(|report| report.hash).unwrap_or_default();
        let hash = hash(&lost);
        if hash == before {
            return Ok(());
        }
        if let Some(channel) = self.settings.config.routes.usual_channel() {
            let line = Line {
                event_type: "lost-shifts".to_owned(),
                event_id: hex(&Sha256::digest(format!("{before} {hash} {}", revision(record)))[..8]),
                route: "calendars".to_owned(),
                text: cut_section(&text(&lost)),
                failed: false,
                asks: false,
            };
            // It is queued before it is stored: queued twice, it is one line.
            self.send_lines(channel, None, vec![line]).await?;
        }
        let expires_at = now.checked_add(RETENTION).ok();
        match self
            .store()
            .write(&[put(key, &Report { hash }, record, expires_at).into()], now)
            .await
        {
            // Somebody else has told.
            Ok(()) | Err(Error::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn revision(record: Option<&crate::storage::Record>) -> String {
    record.map(|record| record.revision.to_string()).unwrap_or_default()
}

fn hash(lost: &[&CalendarProblem]) -> String {
    let lines: Vec<String> = lost.iter().map(|one| describe(one)).collect();
    if lines.is_empty() { String::new() } else { hex(&Sha256::digest(lines.join("\n"))[..16]) }
}

fn describe(lost: &CalendarProblem) -> String {
    let problem = &lost.problem;
    let place = format!("{}:{}: {}: {}", problem.file, problem.line, problem.key, problem.what);
    format!("{}: {}", lost.schedule, mask_numbers(&place))
}

fn text(lost: &[&CalendarProblem]) -> String {
    if lost.is_empty() {
        return ":white_check_mark: All events that name somebody on call can be read again."
            .to_owned();
    }
    let what = match lost.len() {
        1 => "An event that names somebody on call cannot be read. Nobody is on call for it"
            .to_owned(),
        count => format!(
            "{count} events that name somebody on call cannot be read. Nobody is on call for them"
        ),
    };
    let named = lost.iter().take(MAX_NAMED).map(|one| format!("\n• {}", escape(&describe(one))));
    let more = match lost.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!("\n… and {more} more: `ringdown check` names all."),
    };
    format!(":warning: *{what}.*{}{more}", named.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::testing::Server;
    use crate::storage::QueueName;

    const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[schedules]]\nname = \"cal\"\n\
                          time_zone = \"Europe/Berlin\"\nics = \"oncall.ics\"\n";

    fn server(ics: &str) -> Server {
        let answers = Arc::new(|_: &_| (0, serde_json::Value::Null));
        Server::of(&[("config/main", CONFIG), ("config/oncall.ics", ics)], answers)
    }

    fn slack_lines(server: &Server) -> Vec<String> {
        let sent = server.backend.queue.sent().into_iter();
        sent.filter(|sent| sent.queue == QueueName::Slack).map(|sent| sent.body).collect()
    }

    #[tokio::test]
    async fn lost_shift_is_told_once_until_it_changes() {
        let event = |start: &str, who: &str| {
            format!("BEGIN:VEVENT\nSUMMARY:{who}\nDTSTART;TZID={start}\nDURATION:P1D\nEND:VEVENT\n")
        };
        let file = |events: &str| format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
        let broken = server(&file(&event("Mars/EST:20400101T090000", "alpha")));
        for _ in 0..3 {
            broken.escalate.every_minute(broken.now()).await.expect("a minute");
        }
        let told = slack_lines(&broken);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("config/oncall.ics:4: DTSTART: the TZID"), "{told:?}");
        // A foreign event, and one that is over, are nobody's loss.
        let foreign = event("Mars/EST:20400101T090000", "lunch")
            + &event("Mars/EST:20200101T090000", "alpha");
        let quiet = server(&file(&foreign));
        quiet.escalate.every_minute(quiet.now()).await.expect("a minute");
        assert_eq!(slack_lines(&quiet), Vec::<String>::new());
        // What was told of is told to be over.
        let mut repaired = quiet;
        repaired.escalate.store = broken.escalate.store.clone();
        for _ in 0..2 {
            repaired.escalate.every_minute(repaired.now()).await.expect("a minute");
        }
        let told = slack_lines(&repaired);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("can be read again"), "{told:?}");
    }
}
