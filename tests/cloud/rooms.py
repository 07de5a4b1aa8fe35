"""Runs a command beside an AWS on this machine: `python tests/cloud/rooms.py COMMAND...`.

The command finds it, and a table and a queue as in template.yaml, by the variables that a function has; its exit code
is ours. Logs go to target/rooms.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

from cloud import REGION, Cloud

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    # Ended from outside, we end ministack too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = ROOT / "target/rooms"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with Cloud(ROOT, work, pathlib.Path(sys.executable).parent, ROOT / "target/lambda") as cloud:
        variables = {name: value for name, value in cloud.env.items() if name.startswith("AWS_")}
        url = queue(cloud)
        variables |= {"AWS_REGION": REGION, "TABLE_NAME": table(cloud), "SLACK_QUEUE_URL": url}
        code = subprocess.run(sys.argv[1:], cwd=ROOT, env=os.environ | variables).returncode
        if code == 0:
            in_order(cloud.client("sqs"), url)
        return code


def in_order(sqs, url):
    """What the contract sent to the queue (tests/rooms/queue.rs): 20 messages for each of two groups, and one of them twice
    to the letter. It comes out in order, each once."""
    came = {"a": [], "b": []}
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2,
                                          AttributeNames=["MessageGroupId"]).get("Messages"):
        for message in messages:
            came[message["Attributes"]["MessageGroupId"]].append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    for group, bodies in came.items():
        assert bodies == [f"{group} {n}" for n in range(20)], (group, bodies)
    print("the queue on SQS: 40 messages, each group's in order, each once", flush=True)


def table(cloud):
    properties = cloud.template["Resources"]["Table"]["Properties"]
    wanted = {name: properties[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema")}
    cloud.client("dynamodb").create_table(TableName="rooms", **wanted)
    return "rooms"


def queue(cloud):
    properties = cloud.template["Resources"]["SlackQueue"]["Properties"]
    names = ("FifoQueue", "MessageRetentionPeriod", "VisibilityTimeout")
    wanted = {name: str(properties[name]).lower() for name in names}
    return cloud.client("sqs").create_queue(QueueName="rooms.fifo", Attributes=wanted)["QueueUrl"]


if __name__ == "__main__":
    sys.exit(main())
