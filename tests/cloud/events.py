"""Every file of events/ through AWS's own runtime interface emulator, with the environment of events/env-vars.json."""

import base64
import json
import shutil
import socket
import urllib.request

import samcli

import twilio
from cloud import Process, free_port, wait

FOLDERS = {"EventStreamWebhook": "event-stream-webhook", "SlackForwarder": "slack-forwarder", "Dashboard": "dashboard"}

ALICE = "Worker alice updated to Available Activity"
CALLS = "<@U0123ABCD> Bob is calling"
TASK = "Task WT0000000000000000000000000000000"
# What each request of Twilio says, by channel.
QUEUED = {
    "batch": {"flex": ["Worker alice updated to Break Activity", TASK + "4 took 62 minutes", "Worker dave was created"],
              "account-managers": [CALLS]},
    "customer-calls": {"account-managers": [CALLS]},
    "long-task": {"flex": [TASK + "1 took 42 minutes"]},
    "short-task": {},
    "single-object": {"flex": ["Worker carol updated to Available Activity"]},
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


def show(cloud, slack, _count):
    room = Room(cloud, slack)
    for function, check, expected in (("EventStreamWebhook", webhook, QUEUED), ("SlackForwarder", forwarder, POSTED),
                                      ("Dashboard", dashboard, ANSWERED)):
        files = {path.stem: json.loads(path.read_text())
                 for path in sorted((cloud.root / "events" / FOLDERS[function]).glob("*.json"))}
        assert files.keys() == expected.keys(), files.keys() ^ expected.keys()
        with Emulator(cloud, FOLDERS[function], room.environment(function)) as emulator:
            for name, event in files.items():
                try:
                    check(room, event, emulator.invoke(event), expected[name])
                except AssertionError as wrong:
                    raise AssertionError(f"events/{FOLDERS[function]}/{name}.json: {wrong}") from wrong
        if function == "SlackForwarder":
            assert room.letters() == 1, "unreadable-body.json leaves one dead letter"
        print(f"   {FOLDERS[function]}: {len(files)} files, each answered as it should", flush=True)


class Room:
    """A queue and a table of their own, which no deployed function knows."""

    def __init__(self, cloud, slack):
        self.cloud, self.slack = cloud, slack
        self.sqs, self.table = cloud.client("sqs"), "events"
        self.queue = self.sqs.create_queue(QueueName="events.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        cloud.client("dynamodb").create_table(
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
                "SLACK_WEBHOOK_FLEX": self.slack.url("events", "flex"),
                "SLACK_WEBHOOK_ACCOUNT_MANAGERS": self.slack.url("events", "account-managers")}
        variables |= {name: value for name, value in here.items() if name in variables}
        # What the template names and the file does not is empty in `sam local invoke`.
        return {name: "" for name in named} | variables | {"PARAMETER_PATH": "/events"}

    def letters(self):
        """How many dead letters there are."""
        return self.cloud.client("dynamodb").query(
            TableName=self.table, KeyConditionExpression="pk = :pk", Select="COUNT", ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": "dead-letters"}})["Count"]

    def take(self):
        """All that is in the queue."""
        bodies = []
        while found := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def webhook(room, event, answer, expected):
    body = event["body"].encode()
    body = base64.b64decode(body) if event["isBase64Encoded"] else body
    url = f"https://ringdown.example.com{event['rawPath']}?{event['rawQueryString']}"
    assert twilio.sign(url) == event["headers"]["x-twilio-signature"], "the file's own signature is wrong"
    assert answer.get("statusCode") == 204, answer
    queued = {task["channel"]: [line["text"] for line in task["lines"]] for task in room.take()}
    assert queued == expected, queued


def forwarder(room, event, answer, expected):
    assert answer.get("batchItemFailures") == [], answer
    posted = {channel: lines for (of, channel), lines in room.slack.lines.items() if of == "events" and lines}
    assert posted == expected, posted
    for lines in posted.values():
        lines.clear()


def dashboard(room, event, answer, expected):
    assert answer.get("statusCode") in expected, answer
    cookies = answer.get("cookies") or []
    logged_in = event["rawPath"] == "/login" and answer["statusCode"] in (302, 303)
    assert len(cookies) == (1 if logged_in else 0), answer


class Emulator:
    """AWS's runtime interface emulator around one function. It takes one call at a time; a second would crash it."""

    def __init__(self, cloud, folder, environment):
        rie = cloud.work / "rie"
        if not rie.exists():
            shutil.copy(samcli.__path__[0] + "/local/rapid/aws-lambda-rie-x86_64", rie)
            rie.chmod(0o755)
        port, api = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        env = environment | {name: cloud.env[name] for name in
                             ("PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")}
        env |= {"AWS_REGION": env["AWS_DEFAULT_REGION"], "AWS_LAMBDA_FUNCTION_NAME": folder,
                "AWS_LAMBDA_FUNCTION_TIMEOUT": "30", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}
        command = [rie, "--log-level", "error", "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
                   "--runtime-api-address", f"127.0.0.1:{api}", cloud.binary(folder)]
        self._process = Process(command, env, cloud.work / f"{folder}.log")
        self._port = port

    def __enter__(self):
        try:
            wait("the emulator answers", 20, self._answers)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(self, *_):
        self._process.stop()

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def invoke(self, event):
        with urllib.request.urlopen(self.url, json.dumps(event).encode(), timeout=40) as answer:
            return json.loads(answer.read())
