"""A function is killed while it waits for Twilio's answer to `POST Calls.json`, and the page still rings, once. In one run
Twilio had not taken the call, in the other it had. Both pass side by side.
"""

import os
import signal
import time

import alarms
import processes
from stack import wait
from pager import DELTA, ECHO, shared

LEASE = 20  # seconds: for so long whoever places a call has it for themselves


def show(cloud, slack, _count):
    pager = shared(cloud, slack)
    not_taken, taken = Incident(pager, "not-taken", DELTA), Incident(pager, "taken", ECHO)
    for incident in (not_taken, taken):
        pager.phones.unheard[incident.number] = incident is taken
        pager.phones.watched[incident.number] = incident.sees
        pager.invoke(alarms.direct(f"{incident.policy}-queue-age"))
    asked = {not_taken: ["POST by OutageIntake", "GET by EscalationTimer", "POST by EscalationTimer"],
             taken: ["POST by OutageIntake", "GET by EscalationTimer"]}
    for incident, asks in asked.items():
        wait("the call is known", 3 * LEASE, incident.call_is_known)
        assert incident.asked == asks, incident.asked
        incident.rang_once()
    pager.nothing_failed()
    print(f"   outage-intake killed before Twilio took the call: the timer placed it {not_taken.later():.1f} s later; killed"
          f" after: the phone rang at once, and the timer found the call {taken.later():.1f} s later and placed none; key 1"
          f" took both. It was the wake-up at the lease's end: neither Lambda's second try nor the reconciler did anything",
          flush=True)


class Incident:
    def __init__(self, pager, policy, number):
        self.pager, self.policy, self.number = pager, policy, number
        self.asked, self.at = [], []  # what was asked of Twilio about the number and by whom, and when

    def sees(self, method, port):
        """Twilio is asked. The first who does so ends on the spot, before there is an answer."""
        pid = processes.asking(self.pager.deployment.cloud, port, self.pager.phones.port)
        ids = {name: logical for logical, name in self.pager.deployment.ids.items()}
        self.asked.append(f"{method} by {ids[processes.name(pid)]}")
        self.at.append(time.monotonic())
        if len(self.asked) == 1:
            os.kill(pid, signal.SIGKILL)

    def call_is_known(self):
        incident = self.pager.incident(self.policy)
        return incident and incident["attempts"][0]["calls"]

    def later(self):
        """How long after the kill it was done, or found to be done."""
        return self.at[-1] - self.at[0]

    def rang_once(self):
        [call] = self.pager.called(self.number)
        words, _ = self.pager.press(call, "1")
        assert "It is yours." in words, words
        self.pager.ends(call, "completed")
        incident = self.pager.incident(self.policy)
        assert [[one["sid"] for one in attempt["calls"]] for attempt in incident["attempts"]] == [[call.sid]], incident
        assert incident["phase"] == "taken" and not self.pager.repaired(self.policy), incident
