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
        variables |= {"AWS_REGION": REGION, "TABLE_NAME": table(cloud), "SLACK_QUEUE_URL": queue(cloud)}
        return subprocess.run(sys.argv[1:], cwd=ROOT, env=os.environ | variables).returncode


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
