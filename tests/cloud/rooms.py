"""Runs a command beside an AWS on this machine: `python tests/cloud/rooms.py COMMAND...`.

The command finds it by AWS_ENDPOINT_URL and the usual variables; its exit code is ours. Logs go to target/rooms.
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
        done = subprocess.run(sys.argv[1:], cwd=ROOT, env=os.environ | variables | {"AWS_REGION": REGION})
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
