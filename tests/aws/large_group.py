"""Groups as large as monitors send them: an incident whose texts would outgrow DynamoDB's 400 KB, and 5,000 alerts in one
body.
"""

import copy
import json
import pathlib
import time

import alarms
import processes
from pager import HOTEL, shared
from stack import wait

MAX_RECORD_BYTES = 350_000
LONG = 60  # alarms with long texts: as many as an incident keeps by name
LARGE = 5_000


def show(cloud, slack, _count):
    pager = shared(cloud, slack)
    group = LargeGroup(pager)
    record = group.of_long_texts()
    seconds, first_call, writes, memory = group.of_many()
    pager.nothing_failed()
    print(f"   {LONG} alarms with long texts are a record of {record} bytes, and their phone rang; {LARGE} alerts in one body"
          f" answered after {seconds:.1f} s, their call {first_call:.1f} s after the post, {writes} writes of the incident,"
          f" a peak of {memory} MB in outage-intake", flush=True)


def alert(name, text):
    one = copy.deepcopy(alarms.firing(name))["alerts"][0]
    one["annotations"] = {"summary": text, "description": text}
    return one


class LargeGroup:
    def __init__(self, pager):
        self.pager = pager

    def of_long_texts(self):
        """Texts of 2,000 characters, each of six bytes in JSON."""
        before = len(self.pager.called(HOTEL))
        group = alarms.firing("long-0")
        group["alerts"] = [alert(f"long-{n}", "\u0001é" * 1_000) for n in range(LONG)]
        status, outcomes = self.pager.post(group)
        assert (status, len(outcomes)) == (202, LONG), (status, outcomes)
        call = wait("the phone rings", 30, lambda: self.pager.called(HOTEL)[before:])[0]
        self.pager.press(call, "1")
        self.pager.ends(call, "completed")
        wait("it is taken", 30, lambda: self.pager.incident("long").get("owner"))
        bytes_kept = len(json.dumps(self.pager.kept("long"), ensure_ascii=False).encode())
        assert bytes_kept < MAX_RECORD_BYTES, bytes_kept
        self.recovers("long", group["alerts"])
        return bytes_kept

    def of_many(self):
        before = len(self.pager.called(HOTEL))
        group = alarms.firing("many-0")
        group["alerts"] = [alert(f"many-{n}", "The disk is nearly full.") for n in range(LARGE)]
        began = time.time()
        status, outcomes = self.pager.post(group)
        seconds = time.time() - began
        assert status == 202, status
        assert [one["outcome"] for one in outcomes] == ["incident"] * LARGE
        call = wait("the phone rings", 60, lambda: self.pager.called(HOTEL)[before:])[0]
        memory = max(peak_megabytes(pid) for pid in self.intakes())
        [record] = [one for one in self.pager.deployment.records("open") if one["sk"]["S"] == "many"]
        self.pager.press(call, "1")
        self.pager.ends(call, "completed")
        self.recovers("many", group["alerts"])
        return seconds, call.placed - began, int(record["rev"]["N"]), memory

    def recovers(self, policy, firing):
        over = [one | {"status": "resolved", "endsAt": "2026-11-20T13:00:00Z"} for one in firing]
        status, _ = self.pager.post(alarms.firing(policy) | {"alerts": over, "status": "resolved"})
        assert status == 202, status
        wait("it is over", 60, lambda: self.pager.incident(policy).get("ended_at"))

    def intakes(self):
        return processes.running(self.pager.deployment.cloud, self.pager.deployment.ids["OutageIntake"])


def peak_megabytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
