"""The parameter of the configuration breaks, and so does a calendar. Then every function starts anew: the last good
configuration, which the table keeps, takes an event, calls people for an alarm and shows its pages, and all of it is
reported once."""

import json
import os
import signal

import alarms
import processes
import twilio
from stack import wait
from dead_letters import log_in
from pager import ACCOUNT, Pager
from phones import Phones

ALPHA, BRAVO = "+15005550181", "+15005550182"
CONFIG = f"""
[channels.default]
[people.alpha]
phone = "{ALPHA}"
[people.bravo]
phone = "{BRAVO}"
[[policies]]
name = "kept"
alarms = ["kept-*"]
roster = {{ schedule = "primary", then = ["bravo"] }}
attempts = 2
flap_window = "0s"
[[schedules]]
name = "primary"
ics = "oncall.ics"
"""
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:alpha
DTSTART:20200101T000000Z
DTEND:20400101T000000Z
END:VEVENT
END:VCALENDAR
"""
BROKEN = CONFIG.replace('["kept-*"]', "[kept-*]")
REJECTED = "ringdown_config_rejected_total"


def show(cloud, slack, _count):
    with Phones() as phones:
        deployment = cloud.deploy("rejected", {"TwilioApiBaseUrl": phones.url}, [])
        deployment.put("config/main", CONFIG, "String")
        deployment.put("config/oncall.ics", CALENDAR, "String")
        Change(deployment, phones, slack).passes()


class Change(Pager):
    def passes(self):
        self.starts_anew()
        self.calls("kept-first")
        wait("the configuration is kept", 30, lambda: self.config("current"))
        sizes = [len(record["body"]["S"]) for record in self.deployment.records("config")]
        assert max(sizes) < 300_000, sizes

        self.deployment.put("config/main", BROKEN, "String")
        self.starts_anew()
        self.calls("kept-broken")
        self.takes_an_event()
        self.shows("The configuration fails its check")
        self.hears(r"\*The configuration fails its check: the last good one \(of ")
        self.hears(r"^config/main:\d+: alarms: ")

        self.deployment.put("config/main", CONFIG, "String")
        self.deployment.put("config/oncall.ics", "<html>Sign in</html>", "String")
        self.starts_anew()
        self.calls("kept-calendar")
        self.takes_an_event()
        self.shows("The calendar of primary cannot be read: the last good reading stays in use")
        self.hears(r"\*The calendar of primary cannot be read: the last good reading stays in use")

        self.deployment.put("config/oncall.ics", CALENDAR, "String")
        self.starts_anew()
        self.calls("kept-last")
        self.hears("The calendar of primary can be read again")
        assert not self.warns(), "the page still warns"
        for told in ("fails its check", "cannot be read: ", "can be read again"):
            assert sum(told in line for line in self.lines_told) == 1, (told, list(self.lines_told))
        assert self.counted(REJECTED) == 2, self.counted(REJECTED)
        self.nothing_failed()
        print(f"   the configuration broke, then its calendar; each time all functions started anew and alpha was called"
              f" ({len(self.called(ALPHA))} calls in all); reported once each; {len(sizes)} records of {max(sizes)} bytes"
              f" at most", flush=True)

    def starts_anew(self):
        """Ends the processes of all functions: ministack starts others when it has to. What a forwarder that is ended has
        taken from its queue, and all behind it, would come again only minutes later."""
        wait("Slack has all", 60, lambda: self.deployment.queued("SlackQueueUrl") == 0)
        names = [self.deployment.ids[logical] for logical in self.deployment.functions()]

        def left():
            return [pid for name in names for pid in processes.running(self.deployment.cloud, name)]

        for pid in left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # It has ended by itself.
        # One that waits for its next minute may start in between: it is new, too.

    def calls(self, name):
        """An alarm goes off, alpha takes it, and it is over."""
        before = len(self.called(ALPHA))
        self.invoke(alarms.direct(name))
        call = wait("alpha is called", 40, lambda: self.called(ALPHA)[before:])[0]
        words, _ = self.press(call, "1")
        assert "It is yours." in words, words
        self.ends(call, "completed")
        self.invoke(alarms.direct(name, "OK", "2026-11-20T12:34:31.842+0000"))
        wait("it is over", 30, lambda: self.incident("kept").get("ended_at"))
        wait("alpha hears of it", 30, lambda: len(self.phones.texts[ACCOUNT]) % 2 == 0)
        assert not self.called(BRAVO), "the schedule was empty"

    def takes_an_event(self):
        """No route is for it: that it is taken shows that the function has a configuration."""
        twilio.Sink(self.deployment).send([twilio.event(next(iter(twilio.TYPES)), 1)])

    def warns(self):
        status, _, page = self.deployment.request("GET", "/", {"cookie": log_in(self.deployment), "accept": "text/html"})
        assert status == 200, status
        page = page.decode()
        return page if 'class="warning"' in page else None

    def shows(self, text):
        page = self.warns()
        assert page and text in page, page

    def config(self, sort_key):
        found = [record for record in self.deployment.records("config") if record["sk"]["S"] == sort_key]
        return json.loads(found[0]["body"]["S"]) if found else None
