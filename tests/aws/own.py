"""The deployment's own alarms page through it, and do not go round in a circle. CloudWatch is ministack's; what its metric filter
counts is counted here, for ministack has none.
"""

import datetime

import alarms
from stack import wait
from pager import ACCOUNT, DELTA, GOLF, shared


def show(cloud, slack, _count):
    own = Own(shared(cloud, slack))
    own.without_a_policy()
    own.with_a_policy()
    own.while_nobody_can_be_called()
    own.pager.nothing_failed()
    print("   an alarm about dead letters that is for no policy leaves one more letter, which raises no further alarm; one"
          " with a policy calls; one whose calls Twilio refuses is said again twice, and that changes nothing", flush=True)


class Own:
    def __init__(self, pager):
        self.pager = pager
        self.cloudwatch = pager.deployment.cloud.client("cloudwatch")

    def turns_on(self, logical):
        """As the parameter OperationsTopicArn does, deployed a second time: its own topic hears of the alarm. Returns its name."""
        name, topic = self.pager.deployment.ids[logical], self.pager.deployment.outputs["AlarmIntakeTopicArn"]
        [alarm] = self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        kept = ("AlarmName", "AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "Period",
                "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData")
        self.cloudwatch.put_metric_alarm(AlarmActions=[topic], OKActions=[topic],
                                         **{field: alarm[field] for field in kept if field in alarm})
        return name

    def is_in(self, name, state):
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="the test says so")

    def state(self, name):
        return self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

    # ---- No policy for it ----

    def letters(self):
        return len(self.pager.deployment.records("dead-letters"))

    def count_new(self, counted):
        """The metric filter: each new letter's line in the log counts one. Returns how many there are now."""
        letters = self.letters()
        for _ in range(letters - counted):
            [alarm] = self.cloudwatch.describe_alarms(AlarmNames=[self.pager.deployment.ids["DeadLettersAlarm"]])["MetricAlarms"]
            self.cloudwatch.put_metric_data(Namespace=alarm["Namespace"],
                                            MetricData=[{"MetricName": alarm["MetricName"], "Value": 1}])
        return letters

    def without_a_policy(self):
        name, before = self.turns_on("DeadLettersAlarm"), self.letters()
        self.pager.post(alarms.firing("an alarm that is for nobody"))
        assert self.letters() == before + 1
        counted = self.count_new(before)
        assert self.state(name) == "ALARM"
        wait("the alarm is a letter itself", 30, lambda: self.letters() == before + 2)
        # It counts too: the alarm stays as it is, and says nothing more.
        counted = self.count_new(counted)
        assert self.state(name) == "ALARM"
        heard = self.pager.counted('ringdown_alarms_total{outcome="nothing"}')
        self.is_in(name, "OK")
        wait("its end is heard", 30, lambda: self.pager.counted('ringdown_alarms_total{outcome="nothing"}') > heard)
        assert self.letters() == counted == before + 2, self.letters()

    # ---- A policy for it ----

    def with_a_policy(self):
        before = len(self.pager.called(DELTA))
        self.is_in(self.turns_on("FailedInvocationsAlarm"), "ALARM")
        call = wait("delta is called", 30, lambda: self.pager.called(DELTA)[before:])[0]
        words, menu = self.pager.press(call, "1")
        assert "pager Failed Invocations Alarm" in menu and "It is yours." in words, (menu, words)
        self.pager.ends(call, "completed")

    # ---- A policy, and a Twilio that refuses ----

    def while_nobody_can_be_called(self):
        self.pager.phones.refused.add(GOLF)
        name = self.turns_on("WakeUpsDeadLetterAlarm")
        self.is_in(name, "ALARM")
        wait("nobody could be called", 30, lambda: (self.pager.incident("refused") or {}).get("phase") == "exhausted")
        assert self.pager.outcomes("refused") == [("golf", "refused")] * 2
        before, refusals = self.pager.incident("refused"), self.pager.phones.refusals[ACCOUNT]
        for _ in range(2):
            status, [heard] = self.pager.post(self.said_again(name))
            assert (status, heard["incident"]) == (202, before["id"]), (status, heard)
        after = self.pager.incident("refused")
        # That it was said is all that is new.
        assert after | {"changed_at": before["changed_at"]} == before, after
        assert self.pager.phones.refusals[ACCOUNT] == refusals

    def said_again(self, name):
        """As ministack's CloudWatch said it, and later."""
        now = datetime.datetime.now(datetime.UTC).isoformat()
        return {"AlarmName": name, "AWSAccountId": "000000000000", "Region": "us-east-1", "NewStateValue": "ALARM",
                "StateChangeTime": now}
