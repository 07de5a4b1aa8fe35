"""Alarms as monitors send them: the shapes of events/outage-intake, with a name, a state and a time of ours."""

import copy
import functools
import hashlib
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "events/outage-intake"
AT = "2026-11-20T12:04:31.842+0000"


@functools.cache
def event(name):
    """A file of the folder as it stands."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def direct(name, state="ALARM", at=AT):
    """As CloudWatch invokes a function."""
    said = copy.deepcopy(event("direct-metric"))
    said["alarmArn"] = said["alarmArn"].rpartition(":")[0] + f":{name}"
    said["alarmData"]["alarmName"] = name
    said["alarmData"]["state"] |= {"value": state, "timestamp": at}
    return said


def state_change(name, state="ALARM", at=AT):
    """As EventBridge brings a change of state, whether or not the alarm's actions are enabled."""
    said = copy.deepcopy(event("eventbridge-metric"))
    said["resources"] = [said["resources"][0].rpartition(":")[0] + f":{name}"]
    said["detail"]["alarmName"] = name
    said["detail"]["state"] |= {"value": state, "timestamp": at}
    return said


def message(name, state="ALARM", at=AT):
    """As CloudWatch publishes to SNS."""
    said = json.loads(event("sns-metric")["Records"][0]["Sns"]["Message"])
    said |= {"AlarmName": name, "AlarmArn": said["AlarmArn"].rpartition(":")[0] + f":{name}", "NewStateValue": state,
             "StateChangeTime": at}
    return json.dumps(said)


def firing(name):
    """As Alertmanager posts one alert."""
    said = copy.deepcopy(event("alertmanager-firing"))
    alert = said["alerts"][0]
    alert["labels"]["alertname"] = name
    alert["fingerprint"] = hashlib.sha256(name.encode()).hexdigest()[:16]
    return said | {"alerts": [alert]}
