"""How long an alarm takes until it asks Twilio for the call: in a process that starts for it, and in one that is warm."""

import datetime
import os
import signal
import statistics

import alarms
import processes
from stack import wait
from pager import FOXTROT, shared

TIMES = 6


def show(cloud, slack, _count):
    pager = shared(cloud, slack)
    intake = Intake(pager)
    pager.phones.watched[FOXTROT] = intake.is_asked
    # The first does not count: the key of a connection, a page of the disk.
    cold = intake.samples(TIMES + 1, is_cold=True)[1:]
    warm = intake.samples(TIMES, is_cold=False)
    print(f"   from the start of outage-intake's process to its POST to Twilio {shown(alive for _, alive in cold)} ms; from"
          f" the invocation, ministack's own share with it, cold {shown(took for took, _ in cold)} ms, warm"
          f" {shown(took for took, _ in warm)} ms (least, median and most of {TIMES})", flush=True)


def shown(seconds):
    """The least, the median and the most, in milliseconds."""
    found = [1000 * one for one in seconds]
    return f"{min(found):.0f}/{statistics.median(found):.0f}/{max(found):.0f}"


class Intake:
    def __init__(self, pager):
        self.pager = pager
        self.asked_at = self.pid = None

    def samples(self, count, is_cold):
        """So many samples. On a busy machine another process may ask Twilio, one that starts meanwhile or that of a wake-up:
        such a call is no sample."""
        found = []
        for _ in range(3 * count):
            sample = self.calls(is_cold)
            found += [sample] if sample else []
            if len(found) == count:
                return found
        raise AssertionError(f"{len(found)} of {3 * count} calls were from a {'cold' if is_cold else 'warm'} start")

    def calls(self, is_cold):
        """An alarm goes off and somebody is called; then it is over. How long after the invocation, and after the start of
        the process, Twilio was asked; `None` if that was another kind of start."""
        if is_cold:
            self.end_all()
        self.asked_at, before = None, self.running()
        began = processes.now()
        self.pager.invoke(alarms.direct("fresh-queue-age", at=today()))
        wait("Twilio is asked", 30, lambda: self.asked_at, every=0.01)
        took, alive = self.asked_at - began, self.asked_at - processes.started(self.pid)
        is_sample = (self.pid in before) != is_cold
        wait("the call is known", 30, lambda: self.pager.incident("fresh")["attempts"][-1]["calls"])
        self.pager.invoke(alarms.direct("fresh-queue-age", "OK", today()))
        wait("it is over", 30, lambda: self.is_over())
        return (took, alive) if is_sample else None

    def is_asked(self, method, port):
        if method == "POST":
            at = processes.now()
            self.pid = processes.asking(self.pager.deployment.cloud, port, self.pager.phones.port)
            self.asked_at = at

    def end_all(self):
        """ministack starts the next one when it has to."""
        for pid in self.running():
            os.kill(pid, signal.SIGKILL)
        wait("no process of the function is left", 10, lambda: not self.running())

    def running(self):
        return processes.running(self.pager.deployment.cloud, self.pager.deployment.ids["OutageIntake"])

    def is_over(self):
        kept = self.pager.kept("fresh")
        return kept["incident"].get("ended_at") and not kept["to_do"]


def today():
    return datetime.datetime.now(datetime.UTC).isoformat()
