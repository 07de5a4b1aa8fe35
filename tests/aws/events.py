"""Every file of events/ through AWS's own runtime interface emulator, with the environment of events/env-vars.json."""

import base64
import hashlib
import hmac
import json
import time
import urllib.parse

import counting
import twilio
from emulator import Emulator
from phones import FROM, Call, Phones
from stack import sums

FOLDERS = {"EventStreamWebhook": "event-stream-webhook", "SlackForwarder": "slack-forwarder",
           "OutageIntake": "outage-intake", "EscalationCallback": "escalation-callback",
           "EscalationTimer": "escalation-timer", "Dashboard": "dashboard", "StatusCallback": "status-callback",
           "Metrics": "metrics"}

ALICE = "Worker alice updated to Available Activity"
CALLS = "<@U0123ABCD> Bob is calling"
TASK = "Task WT0000000000000000000000000000000"
# What each request of Twilio says, by channel.
QUEUED = {
    "batch": {"flex": ["Worker alice updated to Break Activity", TASK + "4 took 62 minutes", "Worker dave was created"],
              "account-managers": [CALLS]},
    "customer-calls": {"account-managers": [CALLS]},
    "execution-ended": {},
    "long-task": {"flex": [TASK + "1 took 42 minutes"]},
    "short-task": {},
    "single-object": {"flex": ["Worker carol updated to Available Activity"]},
    "statuses": {},
    "studio-execution": {},
    "studio-step-failed": {},
    "stuck-executions": {},
    "test-event": {"flex": ["Twilio's test event arrived: 00000000-0000-4000-8000-000000000001"]},
    "unknown-type": {},
    "worker-activity": {"flex": [ALICE]},
    "worker-created": {"flex": ["Worker carol was created"]},
}
# What each batch of the queue says in Slack, by channel.
POSTED = {
    "one-line": {"flex": [ALICE]},
    "replayed": {"flex": ["_(late, from 2026-11-20 12:00 UTC)_ Worker carol updated to Offline Activity"]},
    "two-channels": {"flex": ["Worker carol was created", TASK + "1 took 42 minutes",
                              "Worker carol updated to Available Activity"], "account-managers": [CALLS, CALLS]},
    "unreadable-body": {"flex": ["Worker alice updated to Offline Activity"]},
}
# What each request for a page is answered.
ANSWERED = {
    "dead-letters-without-log-in": (302, 303, 401),
    "log-in": (302, 303),
    "log-in-page": (200,),
    "log-in-with-a-wrong-password": (401, 403),
}
# Who is called, by people's phones.
ALPHA, BRAVO = "+15005550001", "+15005550002"
# What becomes of the alarms in each file, in a deployment that has not heard of any: "incident" calls alpha.
HEARD = {
    "alertmanager-firing": ["incident", "nothing"],
    "alertmanager-resolved": ["nothing"],
    "direct-anomaly": ["incident"],
    "direct-composite": ["incident"],
    "direct-composite-suppressed": ["quiet"],
    "direct-contributor": ["incident"],
    "direct-metric": ["incident"],
    "direct-metric-math": ["incident"],
    "direct-missing-data": ["nothing"],
    "direct-recovers": ["nothing"],
    "direct-set-alarm-state": ["incident"],
    "eventbridge-actions-disabled": ["nothing"],
    "eventbridge-actions-enabled": ["nothing"],
    "eventbridge-configuration-change": ["nothing"],
    "eventbridge-contributor": ["incident"],
    "eventbridge-deleted": ["nothing"],
    "eventbridge-metric": ["incident"],
    "eventbridge-muted": ["quiet"],
    "http-alarm-by-name": (202, ["incident"]),
    "http-alertmanager": (202, ["incident", "nothing"]),
    "http-sns-of-a-foreign-topic": (401, []),
    "http-without-token": (401, []),
    "sns-anomaly": ["incident"],
    "sns-composite": ["incident"],
    "sns-metric": ["incident"],
    "sns-null-description": ["incident"],
    "sns-recovers": ["nothing"],
    "unknown-shape": ["dead-letter"],
}
# What Twilio is answered while alpha's phone rings, what that says, and who is called then.
SAID = {
    "amd-machine": (204, "", []),
    "answered": (200, "Press 1 to take it.", []),
    "bad-signature": (403, "", []),
    "pressed-1": (200, "It is yours.", []),
    "slack-bad-signature": (403, "", []),
    "slack-take": (200, "", []),
    "status-busy": (204, "", [BRAVO]),
    "status-no-answer": (204, "", [BRAVO]),
    "studio-bad-token": (403, "", []),
    "studio-pressed-1": (200, "It is yours.", []),
}
# Who is called after each batch of wake-ups. Nobody answered alpha's phone, and no word came of that.
WOKEN = {
    "due": [BRAVO],
    "execution-ended": [],
    "no-longer-due": [],
    "nudge": [ALPHA],
    "replayed-alarm": [ALPHA],
    "resolve": [],
    "silence": [],
    "tick": [BRAVO],
    "unreadable-body": [BRAVO],
}


def show(cloud, slack, _count):
    with Phones() as phones:
        run(cloud, Backend(cloud, slack, phones))


def run(cloud, backend):
    for function, check, expected in (("EventStreamWebhook", webhook, QUEUED), ("SlackForwarder", forwarder, POSTED),
                                      ("OutageIntake", intake, HEARD), ("EscalationCallback", callback, SAID),
                                      ("EscalationTimer", timer, WOKEN), ("Dashboard", dashboard, ANSWERED),
                                      ("StatusCallback", counting.status_callback, counting.ANSWERED),
                                      ("Metrics", counting.metrics, counting.SCRAPED)):
        files = {path.stem: json.loads(path.read_text())
                 for path in sorted((cloud.root / "events" / FOLDERS[function]).glob("*.json"))}
        assert files.keys() == expected.keys(), files.keys() ^ expected.keys()
        with Emulator(cloud, FOLDERS[function], backend.environment(function)) as emulator:
            for name, event in files.items():
                try:
                    if check in BEFORE:
                        BEFORE[check](backend, name)
                    event = of_this_minute(event)
                    check(backend, event, emulator.invoke(event), expected[name])
                except AssertionError as wrong:
                    raise AssertionError(f"events/{FOLDERS[function]}/{name}.json: {wrong}") from wrong
            for more in AFTER.get(function, ()):
                more(backend, files, emulator)
        if function == "SlackForwarder":
            assert len(backend.records("dead-letters")) == 1, "unreadable-body.json leaves one dead letter"
        print(f"   {FOLDERS[function]}: {len(files)} files, each answered as it should", flush=True)


def of_this_minute(event):
    """Slack's requests are good for five minutes. One whose own signature is right is signed anew."""
    headers = event.get("headers", {})
    if "x-slack-signature" not in headers:
        return event
    body = base64.b64decode(event["body"])

    def signed(at):
        return "v0=" + hmac.new(SIGNING_SECRET, f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()

    honest, now = headers["x-slack-signature"] == signed(headers["x-slack-request-timestamp"]), str(int(time.time()))
    fresh = {"x-slack-request-timestamp": now} | ({"x-slack-signature": signed(now)} if honest else {})
    return event | {"headers": headers | fresh}


class Backend:
    """Queues and a table of their own, which no deployed function knows."""

    def __init__(self, cloud, slack, phones):
        self.cloud, self.slack, self.phones = cloud, slack, phones
        self.sqs, self.dynamodb, self.table = cloud.client("sqs"), cloud.client("dynamodb"), "events"
        self.queue = self.sqs.create_queue(QueueName="events.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.wake_ups = self.sqs.create_queue(QueueName="events-wake-ups")["QueueUrl"]
        self.callbacks = self.sqs.create_queue(QueueName="events-callbacks")["QueueUrl"]
        self.raised = self.staged = None  # an incident while its first call rings, as it was raised and as it was staged
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        self.dynamodb.create_table(
            TableName=self.table, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys])

    def environment(self, function):
        """As the file says, except for what only this machine knows."""
        variables = json.loads((self.cloud.root / "events/env-vars.json").read_text())[function]
        named = {**self.cloud.template["Globals"]["Function"]["Environment"]["Variables"],
                 **self.cloud.template["Resources"][function]["Properties"]["Environment"]["Variables"]}
        unknown = variables.keys() - named.keys()
        assert not unknown, f"`sam local invoke` would not set {unknown} for {function}: the template does not name them"
        here = {"AWS_ENDPOINT_URL": self.cloud.url, "SLACK_QUEUE_URL": self.queue, "TABLE_NAME": self.table,
                "WAKE_UPS_QUEUE_URL": self.wake_ups, "CALLBACKS_QUEUE_URL": self.callbacks,
                "TWILIO_API_BASE_URL": self.phones.url,
                "HEARTBEAT_URL": self.phones.url + "/heartbeat",
                "SLACK_WEBHOOK_FLEX": self.slack.url("events", "flex"),
                "SLACK_WEBHOOK_ACCOUNT_MANAGERS": self.slack.url("events", "account-managers")}
        variables |= {name: value for name, value in here.items() if name in variables}
        # What the template names and the file does not is empty in `sam local invoke`.
        return {name: "" for name in named} | variables | {"PARAMETER_PATH": "/events"}

    def records(self, partition):
        """All records of a partition."""
        return self.dynamodb.query(TableName=self.table, KeyConditionExpression="pk = :pk", ConsistentRead=True,
                                   ExpressionAttributeValues={":pk": {"S": partition}})["Items"]

    def counters(self):
        """What is counted, by the counters' names."""
        return sums(self.records("counters"))

    def take(self, queue=None):
        """All that is in the queue, by default Slack's."""
        bodies, url = [], queue or self.queue
        while found := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def lines(self):
        """What the queue has for Slack, in one text."""
        return "\n".join(line["text"] for task in self.take() for line in task["lines"])

    def clear(self, *_):
        """Nothing is known, nobody was called."""
        for item in self.dynamodb.scan(TableName=self.table, ConsistentRead=True)["Items"]:
            self.dynamodb.delete_item(TableName=self.table, Key={name: item[name] for name in ("pk", "sk")})
        for queue in (self.queue, self.wake_ups, self.callbacks):
            self.take(queue)
        self.phones.forget(ACCOUNT)

    def incident(self):
        """What is kept of the policy's incident."""
        [record] = self.records("open")
        return json.loads(record["body"]["S"])

    def stage(self, change=None):
        """The incident of the files, as it was while alpha's phone rang. `change` may have it another way."""
        self.clear()
        self.phones.calls[ACCOUNT].append(Call(CALL, {"To": ALPHA, "From": FROM, "Timeout": "25"}))
        kept = json.loads(self.raised)
        kept["incident"]["id"] = INCIDENT
        if change:
            change(kept)
        self.staged = kept
        item = {"pk": {"S": "open"}, "sk": {"S": "default"}, "rev": {"N": "1"}, "body": {"S": json.dumps(kept)}}
        self.dynamodb.put_item(TableName=self.table, Item=item)

    def called(self):
        """Who was called, in order."""
        return [call.to for call in self.phones.calls[ACCOUNT]]


ACCOUNT = "AC00000000000000000000000000000001"
INCIDENT = "default-20261120-120000-000"
CALL = "CA00000000000000000000000000000001"
AT = "2026-11-20T12:00:00Z"
SIGNING_SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"  # of env-vars.json


def webhook(backend, event, answer, expected):
    if "schedule" in event:
        assert answer is None and backend.take() == [], answer
        return
    body = event["body"].encode()
    body = base64.b64decode(body) if event["isBase64Encoded"] else body
    url = f"https://ringdown.example.com{event['rawPath']}?{event['rawQueryString']}"
    assert twilio.sign(url) == event["headers"]["x-twilio-signature"], "the file's own signature is wrong"
    assert answer.get("statusCode") == 204, answer
    queued = {task["channel"]: [line["text"] for line in task["lines"]] for task in backend.take()}
    assert queued == expected, queued
    counting.reports(backend, body, sum(len(lines) for lines in expected.values()))


def forwarder(backend, event, answer, expected):
    assert answer.get("batchItemFailures") == [], answer
    posted = {channel: lines for (of, channel), lines in backend.slack.lines.items() if of == "events" and lines}
    assert posted == expected, posted
    for lines in posted.values():
        lines.clear()


def intake(backend, event, answer, expected):
    if isinstance(expected, tuple):
        status, expected = expected
        assert answer.get("statusCode") == status, answer
        answer = json.loads(answer["body"]) if status == 202 else []
    assert [heard["outcome"] for heard in answer] == expected, answer
    called, lines = backend.called(), backend.lines()
    assert called == [ALPHA] * expected.count("incident"), called
    assert len(backend.records("dead-letters")) == expected.count("dead-letter")
    assert ("calling <@U0000001> (call 1 of 3)" in lines) == ("incident" in expected), lines
    assert ("nobody was called: it is none of" in lines) == ("dead-letter" in expected), lines
    for heard in answer:
        if heard["outcome"] == "incident":
            kept = backend.incident()
            assert kept["incident"]["id"] == heard["incident"] and kept["to_do"] == [], kept
            assert kept["incident"]["attempts"][0]["calls"] == [{"sid": CALL}], kept
            backend.raised = json.dumps(kept)


def recovered(backend, files, emulator):
    """An alarm by one way, its end by another: the call is ended, and nobody else is called."""
    backend.clear()
    emulator.invoke(files["direct-metric"])
    answer = emulator.invoke(files["sns-recovers"])
    assert [heard["outcome"] for heard in answer] == ["incident"], answer
    assert backend.called() == [ALPHA] and backend.phones.hung_up[ACCOUNT] == [CALL], backend.phones.hung_up
    kept = backend.incident()
    assert kept["incident"]["ended_at"] and kept.get("wake_at") is None and kept["to_do"] == [], kept
    assert len(backend.records("incidents")) == 1, "what is over is in the archive"
    assert "all alarms are OK" in backend.lines()


def click(backend, answer, status):
    """A button in Slack: alpha has it, and whoever is woken ends the call; or nothing at all."""
    assert answer.get("statusCode") == status, answer
    incident = backend.incident()["incident"]
    if status == 200:
        assert (incident["phase"], incident["owner"]["person"]) == ("taken", "alpha"), incident
        assert [wake["kind"] for wake in backend.take(backend.wake_ups)].count("nudge") == 1
    else:
        assert backend.incident() == backend.staged, incident


def callback(backend, event, answer, expected):
    status, says, calls = expected
    if event["rawPath"] == "/slack/actions":
        click(backend, answer, status)
        return
    fields = dict(urllib.parse.parse_qsl(base64.b64decode(event["body"]).decode(), keep_blank_values=True))
    query = f"?{event['rawQueryString']}" if event["rawQueryString"] else ""
    signature = twilio.sign(f"https://ringdown.example.com{event['rawPath']}{query}", fields)
    # A Studio Flow signs nothing: its token proves it, which only the function can judge.
    honest = status != 403 if "token" in fields else signature == event["headers"]["x-twilio-signature"]
    assert honest == (status != 403), "the file's own signature is wrong"
    assert answer.get("statusCode") == status and says in (answer.get("body") or ""), answer
    assert backend.called() == [ALPHA] + calls, backend.called()
    kept = backend.incident()
    attempt, phase = kept["incident"]["attempts"][0], kept["incident"]["phase"]
    if not honest:
        assert kept == backend.staged, kept
    elif "AnsweredBy" in fields:
        assert attempt["machine"] and attempt.get("outcome") is None, attempt
    elif fields.get("CallStatus", "in-progress") == "in-progress":
        kind = "application/json" if "token" in fields else "text/xml"
        assert attempt["answered_at"] and answer["headers"]["content-type"].startswith(kind), (attempt, answer)
        pressed = "Digits" in fields or "digits" in fields
        assert (attempt.get("outcome"), phase) == (("taken", "taken") if pressed else (None, "calling")), kept
        assert ("<Gather " in answer["body"]) != pressed, answer
        nudges = [wake for wake in backend.take(backend.wake_ups) if (wake["kind"], wake["incident"]) == ("nudge", INCIDENT)]
        assert len(nudges) == 1, "whoever is woken does what is left: a text message, lines for Slack"
    else:
        assert attempt["outcome"] == fields["CallStatus"] and phase == "calling", attempt
        assert "calling *bravo* (call 2 of 3)" in backend.lines()


def unanswered(kept):
    """It is later: alpha did not answer, and nobody said so."""
    incident = kept["incident"]
    attempt = incident["attempts"][0]
    incident["raised_at"] = incident["round"]["began_at"] = attempt["decided_at"] = attempt["placed_at"] = AT
    kept["wake_at"] = "2026-11-20T12:00:33Z"


def unplaced(kept):
    """Whoever was to place the call is gone."""
    unanswered(kept)
    attempt = kept["incident"]["attempts"][0]
    attempt["calls"], attempt["placed_at"] = [], None
    dial = {"effect": {"dial": {"attempt": 1}}}
    kept["to_do"] = [{"task": dial, "owner": None, "until": AT, "tries": 0, "in_doubt": False}]


def before_timer(backend, name):
    if name == "replayed-alarm":
        backend.clear()
        return
    backend.stage(unplaced if name == "nudge" else unanswered)
    if name == "nudge":
        backend.phones.forget(ACCOUNT)
    else:
        backend.phones.calls[ACCOUNT][0].becomes("no-answer")


def timer(backend, event, answer, expected):
    is_tick = "Records" not in event
    assert answer == (None if is_tick else {"batchItemFailures": []}), answer
    assert backend.phones.heartbeats == 0, "the wake-up of a heartbeat must come back first"
    called = [to for to in backend.called() if to != ALPHA or expected == [ALPHA]]
    assert called == expected, called
    kept = backend.incident()
    first, last = kept["incident"]["attempts"][0], kept["incident"]["attempts"][-1]
    is_quiet = kept["incident"].get("silenced_until") or kept["incident"].get("ended_at")
    outcome = "no-answer" if expected == [BRAVO] else "canceled" if is_quiet else None
    assert kept["to_do"] == [] and first.get("outcome") == outcome, kept
    assert last["person"] == ("bravo" if expected == [BRAVO] else "alpha") and len(last["calls"]) == 1, last
    assert ("; repaired" in backend.lines()) == is_tick


BEFORE = {intake: Backend.clear, callback: lambda backend, _: backend.stage(), timer: before_timer,
          counting.status_callback: counting.before_status_callback}
AFTER = {"OutageIntake": [recovered], "StatusCallback": [counting.counted_again, counting.reconciled]}


def dashboard(backend, event, answer, expected):
    assert answer.get("statusCode") in expected, answer
    cookies = answer.get("cookies") or []
    logged_in = event["rawPath"] == "/login" and answer["statusCode"] in (302, 303)
    assert len(cookies) == (1 if logged_in else 0), answer
