"""The deployment as template.yaml deploys it, on this machine: release binaries on ministack, Slack and Twilio played by this
script.

    python tests/aws/run.py [SHOW...]

It needs target/lambda/<function>/bootstrap (`cargo lambda build --release` in each folder of functions/) for x86_64, and
runs in the environment that has ministack, aws-sam-cli and boto3 installed. It prints what it saw, and exits with 1 at
the first promise that is not kept; what was logged is then under target/cloud/.
"""

import argparse
import pathlib
import platform
import shutil
import signal
import sys
import threading
import time

import cold
import configuration
import count
import dead_letters
import escalate
import events
import flood
import former_stack
import forward
import killed
import large_group
import own
import repeats
import watch
from stack import Cloud
from slack import Slack

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOWS = {"forward": forward.show, "dead-letters": dead_letters.show, "escalate": escalate.show, "flood": flood.show,
         "killed": killed.show, "own-alarms": own.show, "repeats": repeats.show,
         "large-group": large_group.show, "cold": cold.show, "events": events.show, "configuration": configuration.show,
         "count": count.show, "watch": watch.show, "former-stack": former_stack.show}
# These mostly wait for Slack's second between two posts. Of the others most say how long things take.
SIDE_BY_SIDE = {"forward", "dead-letters"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shows", nargs="*", metavar="SHOW", help=f"one or more of {', '.join(SHOWS)}; all by default")
    arguments.add_argument("--functions", type=pathlib.Path, default=ROOT / "target/lambda",
                           help="where <function>/bootstrap lies (default: target/lambda)")
    arguments.add_argument("--tools", type=pathlib.Path, default=pathlib.Path(sys.executable).parent,
                           help="where sam and ministack lie (default: beside this Python)")
    arguments.add_argument("--events", type=int, default=1000, help="how many events a burst has (default: 1000)")
    options = arguments.parse_args()
    shows = options.shows or list(SHOWS)
    if unknown := set(shows) - set(SHOWS):
        arguments.error(f"no such show: {', '.join(unknown)}")
    if platform.machine() != "x86_64":
        sys.exit("tests/aws: the functions run as processes of this machine, and the template is tried with x86_64 only")
    # Ended from outside, we end ministack too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = ROOT / "target/cloud"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with Slack() as slack, Cloud(ROOT, work, options.tools, options.functions) as cloud:
        def run(name):
            began = time.monotonic()
            SHOWS[name](cloud, slack, options.events)
            cloud.leading_keys.hold()
            print(f"   {name}: ok, {time.monotonic() - began:.0f} s", flush=True)

        together = [name for name in shows if name in SIDE_BY_SIDE]
        for group in filter(None, [together, *([name] for name in shows if name not in SIDE_BY_SIDE)]):
            print(f"== {', '.join(group)}", flush=True)
            side_by_side(run, group)
        if checked := cloud.leading_keys.checked:
            print(f"   {checked} requests to DynamoDB, each to partitions that the function's role names", flush=True)


def side_by_side(run, names):
    """Runs all of them, and fails with the first that failed."""
    failed = []

    def attempt(name):
        try:
            run(name)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=attempt, args=(name,), daemon=True) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


if __name__ == "__main__":
    main()
