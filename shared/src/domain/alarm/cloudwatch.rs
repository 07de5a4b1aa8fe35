//! CloudWatch: its three shapes, which say the same in different words.
//!
//! Nothing is asked of a change but a state, and an ARN or a name: a composite alarm has no metrics, one on anomalies
//! no threshold, a PromQL alarm no reason, one on several series no previous state. `aws_lambda_events` (1.2) refuses
//! several of these, and a description that is null.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::fields::{line, listed, pairs, text, time};
use super::region::code;
use super::{Actions, Change, State};

/// An alarm changed its state; also an alarm on several series, as a whole.
const STATE_CHANGE: &str = "CloudWatch Alarm State Change";
/// One series (a contributor) of such an alarm changed its state.
const CONTRIBUTOR_STATE_CHANGE: &str = "CloudWatch Alarm Contributor State Change";
/// An alarm was created, updated or deleted. Its `state` is the one that it was in anyway; whether its actions are enabled
/// is said nowhere else.
const CONFIGURATION_CHANGE: &str = "CloudWatch Alarm Configuration Change";

/// What the three shapes have in common.
struct AlarmFields {
    arn: Option<String>,
    account: Option<String>,
    /// Its code, or its name for people: SNS has only that.
    region: Option<String>,
    name: Option<String>,
    contributor: Option<Contributor>,
    state: Option<String>,
    at: Option<Timestamp>,
    reason: Option<String>,
    description: Option<String>,
    quiet: Option<String>,
    /// It is an action of the alarm.
    acts: bool,
}

struct Contributor {
    id: String,
    /// Its attributes, for people; may be empty.
    attributes: String,
}

/// The event of a direct Lambda action.
pub(super) fn action(event: &Value, now: Timestamp) -> Result<Change, String> {
    let fields_read = alarm_data(&event["alarmData"]);
    let at = fields_read.at.or(time(event, "/time"));
    let (arn, account) = (text(event, "/alarmArn"), text(event, "/accountId"));
    AlarmFields { arn, account, region: text(event, "/region"), at, acts: true, ..fields_read }
        .change(now)
}

/// An event of EventBridge. None, if it says nothing of a state, nor of the alarm's actions or its
/// end.
pub(super) fn event(event: &Value, now: Timestamp) -> Result<Option<Change>, String> {
    match text(event, "/detail-type").as_deref() {
        Some(CONFIGURATION_CHANGE) => return configuration(event, now),
        Some(STATE_CHANGE | CONTRIBUTOR_STATE_CHANGE) => (),
        other => {
            return Err(format!(
                "its `detail-type` {:?} is none of \"{STATE_CHANGE}\", \"{CONTRIBUTOR_STATE_CHANGE}\", \
                 \"{CONFIGURATION_CHANGE}\"",
                line(other.unwrap_or_default(), 100)
            ));
        }
    }
    in_event(event).change(now).map(Some)
}

fn in_event(event: &Value) -> AlarmFields {
    let fields_read = alarm_data(&event["detail"]);
    // The time around it has seconds only.
    let at = fields_read.at.or(time(event, "/time"));
    let (arn, account) = (text(event, "/resources/0"), text(event, "/account"));
    AlarmFields { arn, account, region: text(event, "/region"), at, ..fields_read }
}

/// A change of an alarm's configuration: that it is gone, or whether its actions are enabled now, beside the state that it
/// is in anyway.
fn configuration(event: &Value, now: Timestamp) -> Result<Option<Change>, String> {
    let detail = &event["detail"];
    let enabled = detail.pointer("/configuration/actionsEnabled").and_then(Value::as_bool);
    let is_gone =
        text(detail, "/operation").is_some_and(|what| what.eq_ignore_ascii_case("delete"));
    if is_gone {
        return deleted(event, now).map(Some);
    }
    let Some(enabled) = enabled else { return Ok(None) };
    let since = time(detail, "/configuration/timestamp").or(time(event, "/time")).unwrap_or(now);
    let change = in_event(event).change(now)?;
    Ok(Some(Change { actions: Some(Actions { enabled, since }), ..change }))
}

/// An alarm was deleted. The `state` in the event is the one that it was in, and may be years old.
fn deleted(event: &Value, now: Timestamp) -> Result<Change, String> {
    let (arn, account, region) =
        (text(event, "/resources/0"), text(event, "/account"), text(event, "/region"));
    let name = text(event, "/detail/alarmName").or(text(event, "/detail/configuration/alarmName"));
    // The time has seconds only, and what the alarm said within the same second came before.
    let at =
        time(event, "/time").and_then(|at| at.checked_add(SignedDuration::from_millis(999)).ok());
    let fields_read = AlarmFields {
        arn,
        account,
        region,
        name,
        contributor: None,
        state: Some("OK".to_owned()),
        at,
        reason: Some("The alarm was deleted".to_owned()),
        description: text(event, "/detail/configuration/description"),
        quiet: None,
        acts: false,
    };
    fields_read.change(now).map(|change| Change { state: State::Deleted, ..change })
}

/// The message of an SNS notification.
pub(super) fn message(message: &Value, now: Timestamp) -> Result<Change, String> {
    let field = |name: &str| text(message, name);
    AlarmFields {
        arn: field("/AlarmArn"),
        account: field("/AWSAccountId"),
        region: field("/Region"),
        name: field("/AlarmName"),
        contributor: contributor(
            field("/AlarmContributorId"),
            &message["AlarmContributorAttributes"],
        ),
        state: field("/NewStateValue"),
        at: time(message, "/StateChangeTime"),
        reason: field("/NewStateReason"),
        description: field("/AlarmDescription"),
        quiet: suppressed(field("/ActionsSuppressedBy"), field("/ActionsSuppressedReason")),
        acts: true,
    }
    .change(now)
}

/// What a direct action has in `alarmData`, EventBridge has in `detail`.
fn alarm_data(data: &Value) -> AlarmFields {
    let field = |name: &str| text(data, name);
    let suppressed =
        suppressed(field("/state/actionsSuppressedBy"), field("/state/actionsSuppressedReason"));
    AlarmFields {
        arn: None,
        account: None,
        region: None,
        name: field("/alarmName"),
        contributor: contributor(
            field("/alarmContributor/id"),
            &data["alarmContributor"]["attributes"],
        ),
        state: field("/state/value"),
        at: time(data, "/state/timestamp"),
        reason: field("/state/reason"),
        description: field("/configuration/description"),
        // A mute comes before a suppressor where there are both (CloudWatch's "Alarm mute rules").
        quiet: muted(&data["muteDetail"]).or(suppressed),
        acts: false,
    }
}

impl AlarmFields {
    fn change(self, now: Timestamp) -> Result<Change, String> {
        let state = state(self.state.as_deref())?;
        let in_arn = self.arn.as_deref().and_then(|arn| arn.split_once(":alarm:"));
        let name = self.name.or(in_arn.map(|(_, name)| name.to_owned()));
        let name = name.filter(|name| !name.is_empty()).ok_or("it has none of: a name, an ARN")?;
        let (mut key, mut former_key) = match self.arn {
            Some(arn) => (arn, None),
            None => {
                let joined = |region: Option<String>| {
                    let parts = [self.account.clone(), region, Some(name.clone())];
                    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
                };
                (joined(self.region.as_deref().map(code)), Some(joined(None)))
            }
        };
        let mut reason = self.reason.unwrap_or_default();
        if let Some(Contributor { id, attributes }) = self.contributor {
            key = format!("{key}#{id}");
            former_key = former_key.map(|former| format!("{former}#{id}"));
            // The attributes go first: the end of a long reason may be cut.
            let both = !attributes.is_empty() && !reason.is_empty();
            reason = format!("{attributes}{}{reason}", if both { ": " } else { "" });
        }
        Ok(Change {
            key,
            former_key,
            name,
            state,
            at: self.at.unwrap_or(now),
            reason,
            description: self.description.unwrap_or_default(),
            quiet: self.quiet,
            unordered: false,
            undated: self.at.is_none(),
            acts: self.acts,
            actions: None,
        })
    }
}

fn state(value: Option<&str>) -> Result<State, String> {
    let value = value.ok_or("its state is none of ALARM, OK, INSUFFICIENT_DATA: it has none")?;
    match value.to_ascii_uppercase().as_str() {
        "ALARM" => Ok(State::Alarm),
        "OK" => Ok(State::Ok),
        "INSUFFICIENT_DATA" => Ok(State::NoData),
        _ => {
            Err(format!("its state {:?} is none of ALARM, OK, INSUFFICIENT_DATA", line(value, 100)))
        }
    }
}

/// One series of an alarm on several. Where it has no id its attributes tell it from the others.
fn contributor(id: Option<String>, attributes: &Value) -> Option<Contributor> {
    let attributes = listed(&pairs(attributes));
    let id = id.or(Some(attributes.clone()).filter(|listed| !listed.is_empty()))?;
    Some(Contributor { id, attributes })
}

/// A composite alarm whose suppressor holds its actions back: `by` is WaitPeriod, ExtensionPeriod or Alarm.
fn suppressed(by: Option<String>, reason: Option<String>) -> Option<String> {
    let by = by?;
    Some(reason.unwrap_or_else(|| format!("Actions suppressed by {by}")))
}

/// An alarm that a mute rule holds back. The rule's name is the end of its ARN.
fn muted(detail: &Value) -> Option<String> {
    detail.as_object()?;
    let rule = text(detail, "/mutedByArn").map(|arn| match arn.split_once(":alarm-mute-rule:") {
        Some((_, name)) => format!(" by the rule {name}"),
        None => format!(" by {arn}"),
    });
    let until = time(detail, "/muteWindowEnd").map(|end| format!(" until {end}"));
    Some(format!("Muted{}{}", rule.unwrap_or_default(), until.unwrap_or_default()))
}
