"""A stack of the former version is updated while an incident is open in it: the resources and the records stay, and what was
under way goes on.

tests/former has the former template, and what its functions left behind. Until the update they run no code: what is in the
queues waits for the new ones.
"""

import datetime
import json
import re
import sqlite3

from alarms import direct
from pager import ACCOUNT, Pager
from phones import FROM, Call, Phones
from stack import Deployment, wait

STACK = "former"
QUEUES = "SlackQueueUrl", "WakeUpsQueueUrl"
ALPHA, BRAVO, CHARLIE = "+15005550001", "+15005550002", "+15005550003"
# The wake-up of the open incident comes half a minute after the end of what is left: about when the update is done.
AGO = datetime.timedelta(seconds=40)
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?=(\.\d+)?(Z|\+0000))")
COUNTED = 'ringdown_alarms_total{outcome="incident"}'
FORMERLY = 'ringdown_alarms_total{became="incident"}'


def show(cloud, slack, _count):
    folder, left = cloud.root / "tests/former", Left(cloud.root / "tests/former/data.sql")
    topic = cloud.client("sns").create_topic(Name="former-operations")["TopicArn"]
    with Phones() as phones:
        parameters = {"TwilioApiBaseUrl": phones.url, "AlarmTopicArn": topic}
        cloud.sam_deploy(STACK, parameters, folder / "template.yaml", lambda _: stand_in(cloud))
        former = Deployment(cloud, STACK)
        nothing_is_received(former, True)
        former.put("config/0", (folder / "ringdown.toml").read_text(), "String")
        pager = Pager(former, phones, slack)
        for channel in ("a", "b"):
            former.put(f"slack/channels/{channel}", slack.url(STACK, channel))
        left.into(former)
        phones.calls[ACCOUNT].append(left.call())
        waiting = [former.queued(queue) for queue in QUEUES]

        deployment = cloud.deploy(STACK, parameters, [])
        changed = {name for name, its in former.ids.items() if deployment.ids.get(name) != its}
        assert not changed, f"the update has made anew or removed: {changed}"
        assert len(deployment.records("open")) == left.count("open") > 0
        assert [deployment.queued(queue) for queue in QUEUES] == waiting and sum(waiting) == len(left.messages), waiting
        assert cloud.template["Resources"]["Table"]["DeletionPolicy"] == "Retain"
        operations_are_told(deployment, topic)

        pager.deployment = deployment
        nothing_is_received(deployment, False)
        goes_on(pager, left, slack)
        counts_on(deployment, left)
        assert deployment.queued("SlackDeadLetterQueueUrl") == deployment.queued("WakeUpsDeadLetterQueueUrl") == 0
    print(f"   {left.size} records and {len(left.messages)} messages of the former version: its {len(former.ids)} resources stay,"
          f" the next call is placed, an alarm that waited calls, lines arrive in order, counters go on", flush=True)


def goes_on(pager, left, slack):
    """The wake-up of the open incident finds that bravo did not answer: charlie is next."""
    wait("charlie is called", 60, lambda: pager.called(CHARLIE))
    incident, before = pager.incident("shop"), left.incident("shop")
    assert incident["id"] == before["id"], incident
    entries, known = (one["timeline"]["entries"] for one in (incident, before))
    assert [entry["number"] for entry in entries][:len(known)] == [entry["number"] for entry in known], entries
    # An alarm that waited in the queue: alpha is called.
    wait("alpha is called", 30, lambda: pager.called(ALPHA))
    lines = [line["text"] for message in left.messages if message["queue"] == "slack" and message["batch"] == "a"
             for line in json.loads(message["body"])["lines"]]
    wait("the lines arrive", 30, lambda: len(slack.lines[STACK, "a"]) >= len(lines))
    assert all(text in line for text, line in zip(lines, slack.lines[STACK, "a"], strict=True)), slack.lines[STACK, "a"]


def counts_on(deployment, left):
    """What the former functions counted is there as they wrote it, and the alarm of the queue is counted beside it."""
    former = {row["sk"]["S"]: int(row["n"]["N"]) for row in deployment.records("counters") if "n" in row}
    assert former[FORMERLY] == left.counted(FORMERLY) > 0 and len(former) == left.count("counters"), former
    wait("the alarm is counted", 30, lambda: deployment.counters()[COUNTED] == 1)


def operations_are_told(deployment, topic):
    """The alarms of the stack go where the parameter's former name says."""
    alarms = deployment.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{STACK}-")["MetricAlarms"]
    assert alarms and all(alarm["AlarmActions"] == [topic] for alarm in alarms), [a["AlarmActions"] for a in alarms]


def stand_in(cloud):
    """A function that ends at once."""
    folder = cloud.work / "stand-in"
    folder.mkdir(exist_ok=True)
    bootstrap = folder / "bootstrap"
    bootstrap.write_text("#!/bin/sh\nexit 1\n")
    bootstrap.chmod(0o755)
    return folder


def nothing_is_received(deployment, is_so):
    """Whether the queues keep their messages."""
    client = deployment.cloud.client("lambda")
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        if mapping["FunctionArn"].rpartition(":")[2].startswith(f"{STACK}-"):
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=not is_so)


class Left:
    """What the former version left behind, as if it had been now."""

    def __init__(self, path):
        file = sqlite3.connect(":memory:")
        file.row_factory = sqlite3.Row
        file.executescript(path.read_text())
        [[clock]] = file.execute("SELECT body FROM records WHERE pk = 'clock'")
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.later = now - AGO - datetime.datetime.fromisoformat(clock).replace(microsecond=0)
        self.rows = [dict(row) for row in file.execute("SELECT * FROM records WHERE pk != 'clock'")]
        self.messages = [dict(row) for row in file.execute("SELECT * FROM messages ORDER BY id")]
        for one in self.rows:
            one["sk"], one["body"] = self.moved(one["sk"]), self.moved(one["body"])
        for one in self.messages:
            one["body"] = self.moved(one["body"])
        at = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        shop = self.incident("shop")["id"]
        self.messages += [
            {"queue": "wake-ups", "body": json.dumps({"kind": "nudge", "incident": shop, "at": at})},
            {"queue": "wake-ups", "body": json.dumps({"kind": "alarm", "at": at, "body": json.dumps(direct("done-2"))})},
        ]

    @property
    def size(self):
        return len(self.rows)

    def moved(self, text):
        """The text with its times, so much later."""
        return TIME.sub(lambda at: f"{datetime.datetime.fromisoformat(at.group()) + self.later:%Y-%m-%dT%H:%M:%S}", text)

    def count(self, partition):
        return sum(row["pk"] == partition for row in self.rows)

    def counted(self, counter):
        return sum(int(row["body"]) for row in self.rows if (row["pk"], row["sk"]) == ("counters", counter))

    def incident(self, policy):
        [kept] = [row["body"] for row in self.rows if (row["pk"], row["sk"]) == ("open", policy)]
        return json.loads(kept)["incident"]

    def call(self):
        """bravo's, of which Twilio knows by now that it was not answered."""
        attempt = self.incident("shop")["attempts"][-1]
        assert attempt["person"] == "bravo" and "ended_at" not in attempt, attempt
        return Call(attempt["calls"][0]["sid"], {"To": BRAVO, "From": FROM, "Timeout": "25"}, "no-answer")

    def into(self, deployment):
        """As the former functions wrote it."""
        table, client = deployment.outputs["TableName"], deployment.cloud.client("dynamodb")
        for row in self.rows:
            item = {"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}}
            if row["pk"] == "counters":
                item["n"] = {"N": str(row["body"])}
            else:
                item |= {"rev": {"N": str(row["revision"])}, "body": {"S": row["body"]}}
            if row["expires_at"]:
                item["expires_at"] = {"N": str(int(row["expires_at"] + self.later.total_seconds()))}
            client.put_item(TableName=table, Item=item)
        sqs = deployment.cloud.client("sqs")
        for number, message in enumerate(self.messages):
            if message["queue"] == "slack":
                sqs.send_message(QueueUrl=deployment.outputs["SlackQueueUrl"], MessageBody=message["body"],
                                 MessageGroupId=message["batch"], MessageDeduplicationId=str(number))
            else:
                sqs.send_message(QueueUrl=deployment.outputs["WakeUpsQueueUrl"], MessageBody=message["body"])
