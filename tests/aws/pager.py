"""A deployment that pages: what the shows need of it, and the one deployment that several of them share."""

import functools
import json
import re
import time

import twilio
from stack import wait
from dead_letters import PASSWORD
from phones import FROM, Phones, tell

ACCOUNT = "AC00000000000000000000000000000001"
MONITOR = "a token for monitors"
ALPHA, BRAVO, CHARLIE, DELTA, ECHO, FOXTROT, GOLF, HOTEL = (f"+150055501{n:02}" for n in range(8))
# Alpha, bravo and charlie are called by all five policies of the flood. What the other policies are for, their shows say.
CONFIG = f"""
[channels.default]

[escalation]
max_calls_per_hour = 60

[people]
alpha = {{ phone = "{ALPHA}" }}
bravo = {{ phone = "{BRAVO}" }}
charlie = {{ phone = "{CHARLIE}" }}
delta = {{ phone = "{DELTA}" }}
echo = {{ phone = "{ECHO}" }}
foxtrot = {{ phone = "{FOXTROT}" }}
golf = {{ phone = "{GOLF}" }}
hotel = {{ phone = "{HOTEL}" }}
""" + "".join(f"""
[[policies]]
name = "{name}"
alarms = ["{alarms}"]
roster = {json.dumps(roster)}
attempts = {attempts}
""" for name, alarms, roster, attempts in (
    ("orders", "orders-*", ["alpha", "bravo", "charlie"], 9),
    ("checkout", "checkout-*", ["bravo", "charlie", "alpha"], 9),
    ("search", "search-*", ["charlie", "alpha", "bravo"], 9),
    ("mail", "mail-*", ["alpha", "charlie", "bravo"], 9),
    ("stock", "stock-*", ["bravo", "alpha", "charlie"], 9),
    ("not-taken", "not-taken-*", ["delta"], 2),
    ("taken", "taken-*", ["echo"], 2),
    ("fresh", "fresh-*", ["foxtrot"], 1),
    ("long", "long-*", ["hotel"], 1),
    ("many", "many-*", ["hotel"], 1),
    ("deployment", "pager-FailedInvocationsAlarm*", ["delta"], 2),
    ("refused", "pager-WakeUpsDeadLetterAlarm*", ["golf"], 2),
))


@functools.cache
def shared(cloud, slack):
    """The deployment that shows share who do not disturb each other. It is deployed for the first of them."""
    phones = cloud.beside.enter_context(Phones())
    deployment = cloud.deploy("pager", {"TwilioApiBaseUrl": phones.url}, [CONFIG])
    return Pager(deployment, phones, slack)


class Pager:
    """A deployment, the phones that it calls, and the channel in which it reports."""

    def __init__(self, deployment, phones, slack):
        self.deployment, self.phones = deployment, phones
        self.lines_told = slack.lines[deployment.stack, "default"]
        self.moments = 0  # how often somebody in a call was asked for a moment
        secrets = {"twilio/account-sid": ACCOUNT, "twilio/auth-token": twilio.TOKEN, "twilio/from-number": FROM,
                   "alarms-token": MONITOR, "dashboard-password": PASSWORD, "heartbeat-url": f"{phones.url}/heartbeat",
                   "slack/channels/default": slack.url(deployment.stack, "default")}
        for name, value in secrets.items():
            deployment.put(name, value)

    # ---- Alarms come in ----

    def invoke(self, event):
        """As CloudWatch's direct action does: nobody waits for the answer."""
        status = self.deployment.cloud.client("lambda").invoke(
            FunctionName=self.deployment.ids["OutageIntake"], InvocationType="Event", Payload=json.dumps(event))["StatusCode"]
        assert status == 202, status

    def publish(self, message):
        self.deployment.cloud.client("sns").publish(TopicArn=self.deployment.outputs["AlarmIntakeTopicArn"], Message=message)

    def post(self, event, token=MONITOR):
        """To `POST /alarms`: the status, and what became of each alarm."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        status, _, answer = self.deployment.request("POST", "/alarms", headers, json.dumps(event).encode())
        return status, json.loads(answer) if status in (202, 422) else None

    # ---- Phones ring ----

    def called(self, *numbers):
        return [call for call in self.phones.calls[ACCOUNT] if call.to in numbers]

    def tell(self, call, suffix="", url=None, **fields):
        return tell(self.deployment, ACCOUNT, call, url or call.form["Url"] + suffix, **fields)

    def asks(self, call, url=None, **fields):
        """What is said in a call. Whoever is asked for a moment waits, and asks again."""
        status, words = self.tell(call, url=url, CallStatus="in-progress", **fields)
        while again := re.search("<Pause [^>]*/><Redirect [^>]*>([^<]+)<", words):
            self.moments += 1
            time.sleep(1)
            status, words = self.tell(call, url=again.group(1).replace("&amp;", "&"), CallStatus="in-progress")
        assert status == 200, (status, words)
        return words

    def press(self, call, key):
        """The person answers, hears the menu, and presses a key. Returns what they are told then, and the menu."""
        call.becomes("in-progress")
        menu = self.asks(call)
        action = re.search('<Gather [^>]*action="([^"]+)"', menu)
        assert action, menu
        return self.asks(call, action.group(1).replace("&amp;", "&"), Digits=key, msg="Gather End"), menu

    def ends(self, call, status):
        """The call is over, and Twilio says so."""
        call.becomes(status)
        assert self.tell(call, "/status", CallStatus=status)[0] == 204

    # ---- What is kept, and what is told ----

    def kept(self, policy):
        """What is kept of a policy's incident, if there is one."""
        found = [record for record in self.deployment.records("open") if record["sk"]["S"] == policy]
        return json.loads(found[0]["body"]["S"]) if found else None

    def incident(self, policy):
        kept = self.kept(policy)
        return kept and kept["incident"]

    def outcomes(self, policy):
        return [(attempt["person"], attempt.get("outcome")) for attempt in self.incident(policy)["attempts"]]

    def repaired(self, policy):
        """What the reconciler repaired in the policy's incident."""
        entries = self.incident(policy)["timeline"]["entries"]
        return [entry["event"]["repaired"] for entry in entries if "repaired" in entry["event"]]

    def counted(self, counter):
        return self.deployment.counters()[counter]

    def hears(self, what):
        wait(f"Slack hears {what!r}", 30, lambda: any(re.search(what, line) for line in self.lines_told))

    def failed_alarms(self):
        """Alarms in the queue of failed invocations, taken out of it. Ticks that came before the configuration was there
        may be beside them."""
        client, url = self.deployment.cloud.client("sqs"), self.deployment.outputs["FailedInvocationsQueueUrl"]
        found = []
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"])["requestPayload"])
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [payload for payload in found if payload.get("detail-type") != "Scheduled Event"]

    def nothing_failed(self):
        """Nothing failed for good."""
        assert (failed := self.failed_alarms()) == [], failed
        for queue in ("WakeUpsDeadLetterQueueUrl", "SlackDeadLetterQueueUrl"):
            assert self.deployment.queued(queue) == 0, queue
