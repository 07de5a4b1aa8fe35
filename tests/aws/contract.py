"""Runs a command beside an AWS on this machine: `python tests/aws/contract.py COMMAND...`.

The command finds it, and a table and queues as in template.yaml, by the variables that a function has; its exit code is
ours. Logs go to target/contract.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

from stack import REGION, Cloud, wait

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    # Ended from outside, we end ministack too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = ROOT / "target/contract"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with Cloud(ROOT, work, pathlib.Path(sys.executable).parent, ROOT / "target/lambda") as cloud:
        variables = {name: value for name, value in cloud.env.items() if name.startswith("AWS_")}
        url, wake_ups = queue(cloud, "SlackQueue", "contract.fifo"), queue(cloud, "WakeUpsQueue", "contract-wake-ups")
        variables |= {"AWS_REGION": REGION, "TABLE_NAME": table(cloud)}
        variables |= {"SLACK_QUEUE_URL": url, "WAKE_UPS_QUEUE_URL": wake_ups}
        came = listen(cloud.client("sqs"), wake_ups)
        code = subprocess.run(sys.argv[1:], cwd=ROOT, env=os.environ | variables).returncode
        if code == 0:
            in_order(cloud.client("sqs"), url)
            in_time(cloud.client("sqs"), wake_ups, came)
        return code


def in_order(sqs, url):
    """What the contract sent to the queue (tests/contract/queue.rs): 20 messages for each of two groups, and one of them twice
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


def listen(sqs, url):
    """Takes from the queue of wake-ups from now on: body -> when it came, in milliseconds."""
    came = {}

    def take():
        while True:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                assert message["Body"] not in came, message
                came[message["Body"]] = time.time() * 1000
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    threading.Thread(target=take, daemon=True).start()
    return came


def in_time(sqs, url, came):
    """What the contract sent to the queue of wake-ups: `<name> <when it is due>`. None comes early, and one that is not due
    for longer than SQS can wait is not lost."""
    wait("all wake-ups come", 30, lambda: len(came) == 4)
    late = {body.split()[0]: at - int(body.split()[1]) for body, at in came.items()}
    assert late.keys() == {"now", "past", "soon", "later"} and min(late.values()) >= 0, late
    assert max(late[name] for name in ("soon", "later")) < 10_000, late
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesDelayed"] == "1", attributes
    print(f"the wake-ups on SQS: none early, {max(late['soon'], late['later']) / 1000:.1f} s late at most", flush=True)


def table(cloud):
    properties = cloud.template["Resources"]["Table"]["Properties"]
    wanted = {name: properties[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema")}
    cloud.client("dynamodb").create_table(TableName="contract", **wanted)
    return "contract"


def queue(cloud, resource, name):
    properties = cloud.template["Resources"][resource]["Properties"]
    names = {"FifoQueue", "MessageRetentionPeriod", "VisibilityTimeout"} & properties.keys()
    wanted = {name: str(properties[name]).lower() for name in names}
    return cloud.client("sqs").create_queue(QueueName=name, Attributes=wanted)["QueueUrl"]


if __name__ == "__main__":
    sys.exit(main())
