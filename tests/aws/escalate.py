"""Two incidents in one deployment. In the first, what Twilio tells us drives: the third person takes it. In the other no word comes
of any call: SQS's delayed wake-ups alone bring it to its end. Before them an alarm that could not be taken, and is kept.
"""

import json
import re
import time

import twilio
from alarms import event
from stack import wait
from dead_letters import log_in, replay
from pager import ACCOUNT, MONITOR, Pager
from phones import Phones

ALPHA, BRAVO, CHARLIE, DELTA, ECHO = (f"+15005550{n:03}" for n in range(1, 6))
# Nobody of the policy `silent` is ever heard of. Its calls are looked up when they should have been answered: five seconds
# of ringing, the five that Twilio may add, and three more.
CONFIG = f"""
[channels.default]

[people.alpha]
phone = "{ALPHA}"
slack = "U0000001"
[people.bravo]
phone = "{BRAVO}"
[people.charlie]
phone = "{CHARLIE}"
[people.delta]
phone = "{DELTA}"
[people.echo]
phone = "{ECHO}"

[[policies]]
name = "orders"
alarms = ["orders-*"]
roster = ["alpha", "bravo", "charlie"]

[[policies]]
name = "silent"
alarms = ["checkout-probe-*"]
roster = ["delta", "echo"]
attempts = 2
ring_seconds = 5
answer_seconds = 3
"""
LOOKS_AFTER = 13


def show(cloud, slack, _count):
    with Phones() as phones:
        phones.unanswered = {DELTA, ECHO}
        deployment = cloud.deploy("escalate", {"TwilioApiBaseUrl": phones.url}, ["[nonsense"])
        Incident(deployment, phones, slack).pass_by()


class Incident(Pager):
    def pass_by(self):
        self.who_may_call_us()
        self.what_cannot_be_taken_is_kept()
        began = self.post_alarms()
        taken = self.the_third_takes_it()
        self.recovers_by_sns()
        self.dead_letter_comes_again()
        lasted, late = self.nobody_is_heard_of(began)
        wait("the schedule ticks", 90, lambda: self.phones.heartbeats)
        self.all_is_well()
        print(f"   an alarm by Lambda: alpha does not answer, bravo presses 2, charlie presses 1 and has it {taken:.1f} s"
              f" after the alarm, SNS brings its end; an alarm by POST /alarms: no callback at all, two calls looked up, the"
              f" second placed {late:.1f} s after it could be, nobody took it after {lasted:.0f} s; {len(self.lines_told)} lines in"
              f" Slack; a dead letter came again, a failed alarm was kept", flush=True)

    # ---- What CloudWatch needs, and what is left of an alarm that failed ----

    def who_may_call_us(self):
        """The stand-in fires no action of an alarm that is a function; so we look at what lets the real one do it."""
        policy = self.deployment.cloud.client("lambda").get_policy(FunctionName=self.deployment.ids["OutageIntake"])["Policy"]
        found = [statement for statement in json.loads(policy)["Statement"]
                 if statement["Principal"] == {"Service": "lambda.alarms.cloudwatch.amazonaws.com"}]
        assert len(found) == 1 and "SourceAccount" in json.dumps(found[0]["Condition"]), policy

    def what_cannot_be_taken_is_kept(self):
        """The configuration cannot be read: Lambda tries three times, and keeps the event."""
        self.invoke(event("direct-composite"))
        kept = wait("the alarm is among the failed invocations", 60, self.failed_alarms)
        assert kept == [event("direct-composite")], kept
        self.deployment.put("config/0", CONFIG, "String")

    # ---- The first incident ----

    def the_third_takes_it(self):
        began = time.monotonic()
        self.invoke(event("direct-metric"))
        [first] = wait("alpha is called", 30, lambda: self.called(ALPHA))
        for call_status in ("initiated", "ringing", "no-answer", "no-answer"):
            assert self.tell(first, "/status", CallStatus=call_status)[0] == 204
        [second] = wait("bravo is called", 30, lambda: self.called(BRAVO))
        assert self.forged(second) == 403
        words, _ = self.press(second, "2")
        assert "The next person is called." in words, words
        [third] = wait("charlie is called", 30, lambda: self.called(CHARLIE))
        self.ends(second, "completed")

        assert self.tell(third, "/status", CallStatus="ringing")[0] == 204
        words, menu = self.press(third, "1")
        assert "Hello charlie" in menu and "orders queue age" in menu and "It is yours." in words, (menu, words)
        taken = time.monotonic() - began
        assert self.tell(third, "/amd", AnsweredBy="human")[0] == 204
        self.ends(third, "completed")

        assert self.outcomes("orders") == [("alpha", "no-answer"), ("bravo", "declined"), ("charlie", "taken")]
        incident = self.incident("orders")
        assert (incident["phase"], incident["owner"]["person"]) == ("taken", "charlie"), incident
        wait("charlie gets a text message", 30, lambda: self.phones.texts[ACCOUNT])
        to, text = self.phones.texts[ACCOUNT][0]
        link_and_answers = r"/i/[A-Za-z0-9_-]{22}\nReply 2 ([A-Z]{2}) to pass it on, 3 \1 to resolve it$"
        assert to == CHARLIE and "orders-queue-age" in text and re.search(link_and_answers, text), text
        for line in (r"\*orders-queue-age\* went off", r"calling <@U0000001> \(call 1 of 3\)", r"\*alpha\*: no answer",
                     r"calling \*bravo\* \(call 2 of 3\)", r"\*bravo\*: declined", r"calling \*charlie\* \(call 3 of 3\)",
                     r"\*charlie\* took it after"):
            self.hears(line)
        return taken

    def forged(self, call):
        path = call.form["Url"].removeprefix(self.deployment.base_url)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": twilio.sign(call.form["Url"])}
        return self.deployment.request("POST", path, headers, b"Digits=1")[0]

    def recovers_by_sns(self):
        self.publish(event("sns-recovers")["Records"][0]["Sns"]["Message"])
        wait("it is over", 30, lambda: self.incident("orders").get("ended_at"))
        archived = [json.loads(record["body"]["S"])["incident"]["id"] for record in self.deployment.records("incidents")]
        assert archived == [self.incident("orders")["id"]], archived
        self.hears("all alarms are OK")
        wait("charlie hears that it is over", 30, lambda: len(self.phones.texts[ACCOUNT]) == 2)
        assert len(self.called(ALPHA, BRAVO, CHARLIE)) == 3 and not self.phones.hung_up[ACCOUNT]

    # ---- By POST /alarms, and the incident without a word ----

    def post_alarms(self):
        for token in (None, "", "a token for others"):
            assert self.post(event("alertmanager-firing"), token) == (401, None), token
        assert self.phones.calls[ACCOUNT] == []
        began = time.monotonic()
        status, heard = self.post(event("alertmanager-firing"), MONITOR)
        assert (status, [one["outcome"] for one in heard]) == (202, ["incident", "nothing"]), (status, heard)
        assert len(self.called(DELTA)) == 1, "it has called before it answers"
        status, heard = self.post(event("unknown-shape"), MONITOR)
        assert (status, [one["outcome"] for one in heard]) == (422, ["dead-letter"]), (status, heard)
        self.hears("came in as an alarm, and nobody was called")
        return began

    def nobody_is_heard_of(self, began):
        wait("nobody took it", 4 * LOOKS_AFTER, lambda: self.incident("silent")["phase"] == "exhausted")
        lasted = time.monotonic() - began
        calls = self.called(DELTA, ECHO)
        assert self.outcomes("silent") == [("delta", "no-answer"), ("echo", "no-answer")] and len(calls) == 2, calls
        late = calls[1].placed - calls[0].placed - LOOKS_AFTER
        assert 0 <= late < 10, f"looked up {late} s late"
        self.hears("nobody took it")
        return lasted, late

    def dead_letter_comes_again(self):
        """It is as wrong as before: it becomes another letter, by the way of the wake-ups."""
        assert len(self.deployment.records("dead-letters")) == 1
        assert replay(self.deployment, log_in(self.deployment))[0] == 1
        wait("the letter is back", 30, lambda: len(self.deployment.records("dead-letters")) == 2)

    def all_is_well(self):
        self.nothing_failed()
        counters = self.deployment.counters()
        repaired = {name: count for name, count in counters.items() if "repaired" in name}
        assert not repaired, f"the wake-ups did not do it alone: {repaired}"
        assert counters['ringdown_alarms_total{outcome="incident"}'] == 3, counters
