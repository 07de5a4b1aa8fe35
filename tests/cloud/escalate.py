"""Two nights in one house. In the first, what Twilio tells us drives: the second person takes it. In the other no word comes
of any call: SQS's delayed wake-ups alone bring it to its end. Before them an alarm that could not be taken, and is kept.
"""

import json
import re
import time

import twilio
from cloud import wait
from dead_letters import PASSWORD, log_in, replay
from phones import FROM, Phones, tell

ACCOUNT = "AC00000000000000000000000000000001"
ALPHA, BRAVO, CHARLIE, DELTA = (f"+1500555000{n}" for n in range(1, 5))
TOKEN = "a token for monitors"
# Nobody of the policy `silent` is ever heard of. Its calls are looked up when they should have been answered: five seconds
# of ringing, the five that Twilio may add, and three more.
CONFIG = f"""
[channels.default]

[people.alpha]
phone = "{ALPHA}"
slack = "U0000001"
[people.bravo]
phone = "{BRAVO}"
[people.charlie]
phone = "{CHARLIE}"
[people.delta]
phone = "{DELTA}"

[[policies]]
name = "orders"
alarms = ["orders-*"]
roster = ["alpha", "bravo"]

[[policies]]
name = "silent"
alarms = ["checkout-probe-*"]
roster = ["charlie", "delta"]
attempts = 2
ring_seconds = 5
answer_seconds = 3
"""
LOOKS_AFTER = 13


def show(cloud, slack, _count):
    with Phones() as phones:
        phones.unanswered = {CHARLIE, DELTA}
        house = cloud.deploy("escalate", {"TwilioApiBaseUrl": phones.url}, ["[nonsense"])
        secrets = {"twilio/account-sid": ACCOUNT, "twilio/auth-token": twilio.TOKEN, "twilio/from-number": FROM,
                   "alarms-token": TOKEN, "dashboard-password": PASSWORD, "heartbeat-url": f"{phones.url}/heartbeat",
                   "slack/channels/default": slack.url("escalate", "default")}
        for name, value in secrets.items():
            house.put(name, value)
        events = {path.stem: json.loads(path.read_text()) for path in (cloud.root / "events/outage-intake").glob("*.json")}
        Night(house, phones, slack, events).pass_by()


class Night:
    def __init__(self, house, phones, slack, events):
        self.house, self.phones, self.slack, self.events = house, phones, slack, events
        self.story = slack.lines["escalate", "default"]

    def pass_by(self):
        self.who_may_call_us()
        self.what_cannot_be_taken_is_kept()
        began = self.post_alarms()
        taken = self.somebody_takes_it()
        self.recovers_by_sns()
        self.dead_letter_comes_again()
        lasted, late = self.nobody_is_heard_of(began)
        wait("the schedule ticks", 90, lambda: self.phones.heartbeats)
        self.all_is_well()
        print(f"   an alarm by Lambda: alpha does not answer, bravo presses 1 and has it {taken:.0f} s after the alarm, SNS"
              f" brings its end; an alarm by POST /alarms: no callback at all, two calls looked up, the second placed"
              f" {late:.1f} s after it could be, nobody took it after {lasted:.0f} s; {len(self.story)} lines in Slack;"
              f" a dead letter came again, a failed alarm was kept", flush=True)

    def called(self, *people):
        return [call for call in self.phones.calls[ACCOUNT] if call.to in people]

    def incident(self, policy):
        for record in self.house.records("open"):
            if record["sk"]["S"] == policy:
                return json.loads(record["body"]["S"])["incident"]
        return None

    def hears(self, what):
        wait(f"Slack hears {what!r}", 30, lambda: any(re.search(what, line) for line in self.story))

    # ---- What CloudWatch needs, and what is left of an alarm that failed ----

    def who_may_call_us(self):
        """The stand-in fires no action of an alarm that is a function; so we look at what lets the real one do it."""
        policy = self.house.cloud.client("lambda").get_policy(FunctionName=self.house.ids["OutageIntake"])["Policy"]
        found = [statement for statement in json.loads(policy)["Statement"]
                 if statement["Principal"] == {"Service": "lambda.alarms.cloudwatch.amazonaws.com"}]
        assert len(found) == 1 and "SourceAccount" in json.dumps(found[0]["Condition"]), policy

    def invoke(self, event):
        status = self.house.cloud.client("lambda").invoke(
            FunctionName=self.house.ids["OutageIntake"], InvocationType="Event",
            Payload=json.dumps(self.events[event]))["StatusCode"]
        assert status == 202, status

    def what_cannot_be_taken_is_kept(self):
        """The configuration cannot be read: Lambda tries three times, and keeps the event."""
        self.invoke("direct-composite")
        kept = wait("the alarm is among the failed invocations", 60, self.failed_alarms)
        assert kept == [self.events["direct-composite"]], kept
        self.house.put("config/0", CONFIG, "String")

    def failed_alarms(self):
        """Alarms in the queue of failed invocations. A tick may be there too: it needs the configuration as well."""
        client, url = self.house.cloud.client("sqs"), self.house.outputs["FailedInvocationsQueueUrl"]
        found = []
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"])["requestPayload"])
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [payload for payload in found if "alarmData" in payload]

    # ---- The first night ----

    def somebody_takes_it(self):
        began = time.monotonic()
        self.invoke("direct-metric")
        [first] = wait("alpha is called", 30, lambda: self.called(ALPHA))
        for call_status in ("initiated", "ringing", "no-answer", "no-answer"):
            assert self.tell(first, "/status", CallStatus=call_status)[0] == 204
        [second] = wait("bravo is called", 30, lambda: self.called(BRAVO))
        assert self.forged(second) == 403

        assert self.tell(second, "/status", CallStatus="ringing")[0] == 204
        status, words = self.tell(second, "", CallStatus="in-progress")
        assert status == 200 and "Hello bravo" in words and "orders queue age" in words, words
        action = re.search('<Gather [^>]*action="([^"]+)"', words).group(1).replace("&amp;", "&")
        assert self.tell(second, "/amd", AnsweredBy="human")[0] == 204
        status, words = self.tell(second, "", url=action, CallStatus="in-progress", Digits="1", msg="Gather End")
        assert status == 200 and "It is yours." in words, words
        taken = time.monotonic() - began
        assert self.tell(second, "/status", CallStatus="completed", CallDuration="21")[0] == 204

        incident = self.incident("orders")
        outcomes = [(attempt["person"], attempt["outcome"]) for attempt in incident["attempts"]]
        assert outcomes == [("alpha", "no-answer"), ("bravo", "taken")], outcomes
        assert (incident["phase"], incident["holder"]["person"]) == ("taken", "bravo"), incident
        wait("bravo gets a text message", 30, lambda: self.phones.texts[ACCOUNT])
        to, text = self.phones.texts[ACCOUNT][0]
        assert to == BRAVO and "orders-queue-age" in text and f"/incidents/{incident['id']}" in text, text
        for line in (r"\*orders-queue-age\* went off", r"calling <@U0000001> \(call 1 of 3\)", r"\*alpha\*: no answer",
                     r"calling \*bravo\* \(call 2 of 3\)", r"\*bravo\* took it after"):
            self.hears(line)
        return taken

    def tell(self, call, suffix, url=None, **fields):
        return tell(self.house, ACCOUNT, call, url or call.form["Url"] + suffix, **fields)

    def forged(self, call):
        path = call.form["Url"].removeprefix(self.house.base_url)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": twilio.sign(call.form["Url"])}
        return self.house.request("POST", path, headers, b"Digits=1")[0]

    def recovers_by_sns(self):
        message = self.events["sns-recovers"]["Records"][0]["Sns"]["Message"]
        self.house.cloud.client("sns").publish(TopicArn=self.house.outputs["AlarmsTopicArn"], Message=message)
        wait("it is over", 30, lambda: self.incident("orders").get("ended_at"))
        archived = [json.loads(record["body"]["S"])["incident"]["id"] for record in self.house.records("incidents")]
        assert archived == [self.incident("orders")["id"]], archived
        self.hears("all alarms are OK")
        wait("bravo hears that it is over", 30, lambda: len(self.phones.texts[ACCOUNT]) == 2)
        assert len(self.called(ALPHA, BRAVO)) == 2 and not self.phones.hung_up[ACCOUNT]

    # ---- By POST /alarms, and the night without a word ----

    def post(self, event, token):
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        status, _, answer = self.house.request("POST", "/alarms", headers, json.dumps(self.events[event]).encode())
        return status, json.loads(answer) if status in (202, 422) else None

    def post_alarms(self):
        for token in (None, "", "a token for others"):
            assert self.post("alertmanager-firing", token) == (401, None), token
        assert self.phones.calls[ACCOUNT] == []
        began = time.monotonic()
        status, heard = self.post("alertmanager-firing", TOKEN)
        assert (status, [one["became"] for one in heard]) == (202, ["incident", "nothing"]), (status, heard)
        assert len(self.called(CHARLIE)) == 1, "it has called before it answers"
        status, heard = self.post("unknown-shape", TOKEN)
        assert (status, [one["became"] for one in heard]) == (422, ["dead-letter"]), (status, heard)
        self.hears("came in as an alarm, and nobody was called")
        return began

    def nobody_is_heard_of(self, began):
        wait("nobody took it", 4 * LOOKS_AFTER, lambda: self.incident("silent")["phase"] == "exhausted")
        lasted = time.monotonic() - began
        incident, calls = self.incident("silent"), self.called(CHARLIE, DELTA)
        outcomes = [(attempt["person"], attempt["outcome"]) for attempt in incident["attempts"]]
        assert outcomes == [("charlie", "no-answer"), ("delta", "no-answer")] and len(calls) == 2, outcomes
        late = calls[1].placed - calls[0].placed - LOOKS_AFTER
        assert 0 <= late < 10, f"looked up {late} s late"
        self.hears("nobody took it")
        return lasted, late

    def dead_letter_comes_again(self):
        """It is as wrong as before: it becomes another letter, by the way of the wake-ups."""
        assert len(self.house.records("dead-letters")) == 1
        assert replay(self.house, log_in(self.house))[0] == 1
        wait("the letter is back", 30, lambda: len(self.house.records("dead-letters")) == 2)

    def all_is_well(self):
        assert self.failed_alarms() == []
        for queue in ("WakeUpsDeadLetterQueueUrl", "SlackDeadLetterQueueUrl"):
            assert self.house.queued(queue) == 0, queue
        counters = {record["sk"]["S"]: record["n"]["N"] for record in self.house.records("counters")}
        mended = {name: count for name, count in counters.items() if "mended" in name}
        assert not mended, f"the wake-ups did not do it alone: {mended}"
        assert counters['ringdown_alarms_total{became="incident"}'] == "3", counters
