"""What a monitor repeats for ever is kept once and said once: alarms for no policy, truncated groups, bodies of no known
shape, alarms whose actions are disabled. The functions' own roles decide which records they may touch.
"""

import copy

import alarms
from stack import wait
from pager import FOXTROT, shared


def show(cloud, slack, _count):
    repeats = Repeats(shared(cloud, slack))
    repeats.for_no_policy()
    repeats.truncated()
    repeats.of_no_known_shape()
    repeats.disabled()
    repeats.on_the_first_page()
    repeats.pager.nothing_failed()
    print("   an alarm for no policy, a truncated group and a body of no known shape, each posted five times, are one dead"
          " letter each; an alarm whose actions are disabled is said once, and calls when they are enabled", flush=True)


class Repeats:
    def __init__(self, pager):
        self.pager = pager

    def letters(self):
        return len(self.pager.deployment.records("dead-letters"))

    def five_times(self, body, status):
        before = self.letters()
        for _ in range(5):
            assert (answer := self.pager.post(body))[0] == status, answer
        assert self.letters() == before + 1, self.letters() - before

    def for_no_policy(self):
        body = alarms.firing("repeats-for-nobody")
        self.five_times(body, 202)
        resolved = copy.deepcopy(body)
        resolved["alerts"][0] |= {"status": "resolved", "endsAt": resolved["alerts"][0]["startsAt"]}
        assert self.pager.post(resolved)[0] == 202
        self.five_times(body, 202)
        said = wait("Slack is told", 30, lambda: [line for line in self.pager.lines_told if "repeats-for-nobody" in line])
        assert len(said) <= 2, said

    def truncated(self):
        """What is left of the group has recovered: nobody is called."""
        group = alarms.firing("fresh-repeats") | {"groupKey": "repeats", "truncatedAlerts": 7}
        group["alerts"][0] |= {"status": "resolved", "endsAt": group["alerts"][0]["startsAt"]}
        self.five_times(group, 202)

    def of_no_known_shape(self):
        self.five_times({"monitor": "repeats", "state": "down"}, 422)
        self.five_times({"monitor": "repeats", "state": "up"}, 422)

    def disabled(self):
        """As EventBridge brings it: ministack refuses events of AWS's own sources, as AWS does."""
        name, before = "fresh-disabled", len(self.pager.called(FOXTROT))
        disabled, enabled = (self.announced(name, f"eventbridge-actions-{which}") for which in ("disabled", "enabled"))
        counted = 'ringdown_alarms_total{outcome="disabled"}'
        self.pager.invoke(disabled)
        wait("the actions are known to be disabled", 30, lambda: self.note_says('"enabled":false'))
        for times in (1, 2):
            self.pager.invoke(alarms.state_change(name))
            wait("it calls nobody", 30, lambda: self.pager.counted(counted) >= times)
        said = wait("Slack is told", 30, lambda: [line for line in self.pager.lines_told if name in line])
        assert len(said) == 1 and "actions are disabled" in said[0], said
        assert len(self.pager.called(FOXTROT)) == before
        self.pager.invoke(enabled)
        call = wait("it calls now", 30, lambda: self.pager.called(FOXTROT)[before:])[0]
        self.pager.press(call, "1")
        self.pager.ends(call, "completed")
        self.pager.invoke(alarms.direct(name, "OK", "2026-11-20T13:00:00.000+0000"))
        wait("it is over", 30, lambda: self.pager.incident("fresh").get("ended_at"))

    def announced(self, name, file):
        event = copy.deepcopy(alarms.event(file))
        event["resources"] = [event["resources"][0].rpartition(":")[0] + f":{name}"]
        event["detail"]["alarmName"] = event["detail"]["configuration"]["alarmName"] = name
        return event

    def note_says(self, what):
        return any(what in record["body"]["S"] for record in self.pager.deployment.records("alarm-notes"))

    def on_the_first_page(self):
        [record] = self.pager.deployment.records("recent-alarms")
        assert "repeats-for-nobody" in record["body"]["S"], record
