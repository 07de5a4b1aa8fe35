//! Reports of a request: new dead letters and disabled alarms, in the log and to Slack.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Intake;
use super::triage::Triage;
use super::verdict::{Part, Verdict, reason_of};
use crate::Error;
use crate::domain::alarm::Malformed;
use crate::domain::routes::Line;
use crate::domain::text::{bold, cut_section, escape, mask_e164, mask_numbers};
use crate::storage::dead_letters::DeadLetter;

/// What the log says of dead letters. `template.yaml` counts these lines, and raises an alarm.
const STORED_AS_DEAD_LETTER: &str = "it could not be read: stored as a dead letter";

/// How many lines Slack and the log get of one request.
const MAX_LINES: usize = 10;

impl Intake<'_> {
    /// Reports what is new: in the log, and to Slack. It is queued before it is stored, so that a crash loses nothing;
    /// queued twice, it is one line.
    pub(super) async fn report(&self, triage: &mut Triage<'_>) -> Result<(), Error> {
        let (lines, letters) =
            (std::mem::take(&mut triage.lines), std::mem::take(&mut triage.letters));
        for reason in letters.iter().take(MAX_LINES) {
            tracing::error!(letters = 1, reason, "{STORED_AS_DEAD_LETTER}");
        }
        let more = letters.len().saturating_sub(MAX_LINES);
        if more > 0 {
            tracing::error!(letters = more, reason = "many at once", "{STORED_AS_DEAD_LETTER}");
        }
        let mut by_channel: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in lines {
            if let Some(channel) = triage.channel(&line) {
                by_channel.entry(channel).or_default().push(line);
            }
        }
        for (channel, lines) in by_channel {
            self.work.send_lines(&channel, None, few(lines)).await?;
        }
        Ok(())
    }
}

impl Triage<'_> {
    /// Notes what is new of a part; gives its dead letter if it becomes one.
    pub(super) fn reports(
        &mut self,
        part: &Part,
        verdict: &Verdict,
        id: &str,
        now: Timestamp,
    ) -> Option<DeadLetter> {
        match (part, verdict) {
            (Ok(change), Verdict::Disabled(_, true)) => {
                let name = mask_e164(&change.name);
                let text = format!(
                    ":mute: *{}* went off, and nobody is called: its actions are disabled in CloudWatch",
                    escape(&name)
                );
                self.lines.push(line(DISABLED, id, &name, &text));
                None
            }
            (_, Verdict::NoPolicy(true)) => {
                let reason = reason_of(part);
                let body = match part {
                    // In our own shape: it is read again when somebody sends it again.
                    Ok(change) => serde_json::to_string(change).unwrap_or_default(),
                    Err(malformed) => malformed.body.clone(),
                };
                let letter = DeadLetter::escalate(&reason, body, now);
                let text = format!(
                    ":warning: {} came in as an alarm, and nobody was called: {}. It is kept as a dead letter.",
                    what_came(part),
                    escape(&mask_numbers(&reason))
                );
                self.lines.push(line(DEAD_LETTER, id, "alarms", &text));
                self.letters.push(reason);
                Some(letter)
            }
            _ => None,
        }
    }

    /// Where a line goes: about a disabled alarm to its policy's channel, else where all else goes.
    fn channel(&self, line: &Line) -> Option<String> {
        let config = &self.settings.config;
        let of_policy =
            config.escalation.channel_for(&line.route).filter(|_| line.event_type == DISABLED);
        of_policy.or(config.routes.usual_channel()).map(str::to_owned)
    }
}

/// What came in, in mrkdwn: what is known of something that was not understood.
fn what_came(part: &Part) -> String {
    let summary = part.as_ref().err().map(Malformed::summary).unwrap_or_default();
    match mask_numbers(&summary).as_str() {
        // Its name is in the reason.
        "" => "something".to_owned(),
        summary => bold(summary),
    }
}

/// The kinds of lines for Slack.
const DISABLED: &str = "disabled";
const DEAD_LETTER: &str = "dead-letter";

fn line(kind: &str, id: &str, route: &str, text: &str) -> Line {
    Line {
        event_type: kind.to_owned(),
        event_id: id.to_owned(),
        route: route.to_owned(),
        text: cut_section(text),
        failed: false,
        asks: false,
    }
}

/// The first lines, and one that says how many more there would be.
fn few(mut lines: Vec<Line>) -> Vec<Line> {
    let more = lines.len().saturating_sub(MAX_LINES);
    if more > 0 {
        let ids: String = lines.iter().map(|line| line.event_id.as_str()).collect();
        let id = crate::hex(&Sha256::digest(ids)[..8]);
        lines.truncate(MAX_LINES);
        let text = format!(
            ":warning: {more} more came in with them, and nobody was called: they are kept as dead letters, or their actions are disabled."
        );
        lines.push(line(DEAD_LETTER, &id, "alarms", &text));
    }
    lines
}
