"""Whether the local server takes the events of Executions at a rate, and how far its pages are behind: a measurement.

`python3 tests/measurements/executions.py --rate 500 --seconds 60`, after `cargo build --release` (tests/measure).
"""

import argparse
import base64
import calendar
import collections
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import queue
import random
import sqlite3
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = "12345678901234567890123456789012"
PATH = "/twilio/events"
FLOWS = 3
STEPS = 6
PREFIX = "com.twilio.studio.flow"


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03}Z"


def event(kind, sid, execution, at, data):
    ids = {"execution_sid": f"FN{execution:032x}", "flow_sid": f"FW{execution % FLOWS:032x}", "date_created": iso(at)}
    return {"specversion": "1.0", "type": f"{PREFIX}.{kind}", "id": sid, "time": iso(at), "data": data | ids}


def events(execution, begin):
    """The events of one Execution, each with when it happens: a step every second."""
    fn = f"FN{execution:032x}"
    facts = {"flow_revision": 1, "contact_channel_address": f"+1500555{execution % 10_000:04}", "started_by": f"CA{execution:032x}"}
    yield begin, event("execution.started", fn, execution, begin, facts)
    here = "Trigger"
    for step in range(1, STEPS + 1):
        at, there = begin + step, "Ended" if step == STEPS else f"widget_{step}"
        ft = f"FT{execution:016x}{step:016x}"
        yield at, event("step.ended", ft, execution, at, {"step_sid": ft, "name": "audioComplete",
                                                          "transitioned_from": here, "transitioned_to": there})
        here = there
    yield begin + STEPS, event("execution.ended", fn, execution, begin + STEPS, facts | {"ended_reason": "FLOW_END"})


def post(connection, port, batch):
    body = json.dumps(batch).encode()
    target = f"{PATH}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    url = f"http://127.0.0.1:{port}{target}"
    signature = base64.b64encode(hmac.new(TOKEN.encode(), url.encode(), hashlib.sha1).digest()).decode()
    connection.request("POST", target, body, {"x-twilio-signature": signature, "content-type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def sender(port, batches, took, statuses):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while (batch := batches.get()) is not None:
        due, batch = batch
        statuses.append((post(connection, port, batch), len(batch)))
        took.append(time.time() - due)


def watch(file, stop, lags):
    """Four times a second: when did the newest step happen that can be read?"""
    while not stop.wait(0.25):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT CAST(body AS TEXT) FROM records WHERE pk >= 'active#' AND pk < 'active$' "
                              "AND expires_at > unixepoch()").fetchall()
        newest = max((json.loads(body)["since"] for body, in rows), default=None)
        if newest:
            at = time.strptime(newest[:19], "%Y-%m-%dT%H:%M:%S")
            seconds = float("0" + newest[19:-1]) if newest[19:-1] else 0
            lags.append(time.time() - (calendar.timegm(at) + seconds))


def counted(file):
    sums = collections.Counter()
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        for body, in db.execute("SELECT CAST(body AS TEXT) FROM records WHERE pk LIKE 'flow-counts#%' AND sk = 'all'"):
            sums.update(json.loads(body))
    return sums


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def measure(options, server, port, file):
    begin = time.time() + 1
    executions = int(options.rate * options.seconds / (STEPS + 2))
    all_events = [one for execution in range(executions)
                  for one in events(execution, begin + execution * options.seconds / executions)]
    all_events.sort(key=lambda one: one[0])
    batches, took, statuses, lags, stop = queue.Queue(), [], [], [], threading.Event()
    senders = [threading.Thread(target=sender, args=(port, batches, took, statuses)) for _ in range(options.writers)]
    watcher = threading.Thread(target=watch, args=(file, stop, lags))
    for thread in [*senders, watcher]:
        thread.start()
    at = 0
    while at < len(all_events):
        part = all_events[at:at + random.choice([1, 5, options.batch])]
        at += len(part)
        time.sleep(max(0, part[-1][0] - time.time()))
        batch = [one for _, one in part]
        random.shuffle(batch)
        batches.put((part[-1][0], batch + batch[:len(batch) // 10]))
    for _ in senders:
        batches.put(None)
    for thread in senders:
        thread.join()
    ended = time.time()
    stop.set()
    watcher.join()
    refused = [status for status, _ in statuses if status != 204]
    sent = len(all_events)
    sums = counted(file)
    took.sort()
    lags = sorted(lags[8:])
    print(f"{sent} events of {executions} Executions in {len(statuses)} requests, {options.rate:.0f} a second "
          f"for {options.seconds:.0f} s, {ended - begin:.0f} s in all; {len(refused)} refused")
    print(f"answered after {took[len(took) // 2] * 1000:.0f} ms (median), {took[int(len(took) * 0.99)] * 1000:.0f} ms (99 of 100), "
          f"{took[-1] * 1000:.0f} ms (all), since the last of its events happened")
    print(f"the newest step that can be read is {lags[len(lags) // 2] * 1000:.0f} ms old (median), {lags[-1] * 1000:.0f} ms (at most)")
    print(f"counted: {sums['events']} events, {sums['started']} begun, {sums['ended']} ended; at most {memory(server.pid)} MB")
    assert not refused and sums["events"] == sent, "something is lost, or counted twice"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--program", type=pathlib.Path)
    options = parser.parse_args()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    program = options.program or target / "release/ringdown"
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "ringdown.toml").write_text("[channels.default]\n")
        environment = {"PATH": os.environ["PATH"], "TWILIO_AUTH_TOKEN": TOKEN}
        server = subprocess.Popen([program, "--port", "0", "--data", "data", "--sandbox"], cwd=folder, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            port = int(server.stdout.readline().rsplit(":", 1)[1])
            measure(options, server, port, pathlib.Path(folder) / "data/ringdown.sqlite")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
