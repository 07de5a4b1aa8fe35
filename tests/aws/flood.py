"""Two hundred alarms at once, by four ways, for five policies whose people are the same three."""

import collections
import concurrent.futures
import itertools
import json
import re
import time

import alarms
import processes
from stack import wait
from pager import ALPHA, BRAVO, CHARLIE, shared

POLICIES = ("orders", "checkout", "search", "mail", "stock")
EACH = 40  # alarms; an incident keeps 60 by name
# What becomes of the first calls to each phone. Whoever is called after that presses 1.
HABITS = {ALPHA: ["no-answer"], BRAVO: ["busy", "no-answer"], CHARLIE: ["busy"]}
RINGS, TALKS = 2, 1  # seconds


def show(cloud, slack, _count):
    pager = shared(cloud, slack)
    letters = len(pager.deployment.records("dead-letters"))
    phones = Answering(pager)
    flood = Flood(pager)
    try:
        flood.rises()
        wait("every alarm is in its incident, and all five are taken", 240, lambda: phones.work() and flood.is_taken())
    finally:
        pager.phones.rings = lambda call: None
    taken = time.time() - flood.began
    phones.are_quiet()
    flood.nothing_is_lost()
    phones.never_rang_twice_at_once()
    pager.nothing_failed()
    assert len(pager.deployment.records("dead-letters")) == letters
    print(f"   {len(POLICIES) * EACH} alarms sent in {flood.sent:.1f} s ({flood.again} sent again after 429 or 5xx) to"
          f" {flood.processes} processes of outage-intake: five incidents with {EACH} alarms each, their first calls"
          f" {flood.first_calls()} s after the first alarm, all taken after {taken:.0f} s; {len(flood.calls())} calls"
          f" ({phones.outcomes()}), nobody dialled twice at once; {flood.told()}; whoever answered was asked for a moment"
          f" {pager.moments} times, {phones.not_heard} callbacks were not taken; repaired by the reconciler:"
          f" {flood.repaired() or 'nothing'}", flush=True)


class Flood:
    def __init__(self, pager):
        self.pager = pager
        self.names = {policy: {f"{policy}-alarm-{n:02}" for n in range(EACH)} for policy in POLICIES}
        self.again = 0

    def rises(self):
        """Each way brings alarms of each policy."""
        in_turn = itertools.chain(*zip(*(sorted(names) for names in self.names.values())))
        ways = (lambda name: self.pager.invoke(alarms.direct(name)), lambda name: self.pager.publish(alarms.message(name)),
                lambda name: self.posts(alarms.firing(name)), lambda name: self.posts(alarms.direct(name)))
        with concurrent.futures.ThreadPoolExecutor(32) as threads:
            self.began = time.time()
            for sent in [threads.submit(way, name) for way, name in zip(itertools.cycle(ways), in_turn)]:
                sent.result()
        self.sent = time.time() - self.began
        self.processes = len(processes.running(self.pager.deployment.cloud, self.pager.deployment.ids["OutageIntake"]))

    def posts(self, alarm):
        """A monitor sends again what was not taken."""
        for rest in (1, 2, 5, 0):
            status, heard = self.pager.post(alarm)
            if status == 202:
                assert [one["outcome"] for one in heard] == ["incident"], heard
                return
            assert status == 429 or status >= 500, (status, heard)
            self.again += 1
            time.sleep(rest)
        raise AssertionError(f"{status} to an alarm, four times")

    def kept(self):
        found = {record["sk"]["S"]: json.loads(record["body"]["S"]) for record in self.pager.deployment.records("open")}
        return {policy: found[policy] for policy in POLICIES if policy in found}

    def is_taken(self):
        kept = self.kept()
        return len(kept) == len(POLICIES) and all(
            one["incident"]["phase"] == "taken" and count(one["incident"]) == EACH and not one["to_do"]
            for one in kept.values())

    def nothing_is_lost(self):
        for policy, one in self.kept().items():
            named = {alarm["name"] for alarm in one["incident"]["alarms"]}
            assert named == self.names[policy], named ^ self.names[policy]
        over = [record for record in self.pager.deployment.records("incidents")
                if json.loads(record["body"]["S"])["incident"]["policy"]["name"] in POLICIES]
        assert not over, "no incident came to its end, and no second one began"

    def calls(self):
        return self.pager.called(*HABITS)

    def first_calls(self):
        """When each round had its first call."""
        first = {}
        for call in self.calls():
            first.setdefault(policy_of(call), call.placed - self.began)
        assert first.keys() == set(POLICIES), first
        return ", ".join(f"{at:.1f}" for at in first.values())

    def told(self):
        """How often the five met, and were asked again."""
        events = collections.Counter(
            event if isinstance(event, str) else next(iter(event))
            for one in self.kept().values() for event in
            (entry["event"] for entry in one["incident"]["timeline"]["entries"]))
        return (f"{events['passed-over']} times somebody was passed over, {events['waiting']} times everybody was in a call,"
                f" {events['round-again']} times a new alarm asked again")

    def repaired(self):
        return [what for policy in POLICIES for what in self.pager.repaired(policy)]


class Answering:
    """The phones of three people, which do by themselves what they do."""

    def __init__(self, pager):
        self.pager = pager
        self.habits = {number: list(fates) for number, fates in HABITS.items()}
        self.threads = concurrent.futures.ThreadPoolExecutor(16)
        self.lives = []
        self.not_heard = 0
        pager.phones.rings = lambda call: self.lives.append(self.threads.submit(self.live, call))

    def live(self, call):
        time.sleep(RINGS)
        fate = self.habits[call.to].pop(0) if self.habits[call.to] else "completed"
        if fate == "completed":
            words, _ = self.pager.press(call, "1")
            assert "It is yours." in words, words
            time.sleep(TALKS)
        call.becomes(fate)
        # What is not taken is not said again: Twilio tries a status once.
        self.not_heard += self.pager.tell(call, "/status", CallStatus=fate)[0] != 204

    def work(self):
        """Fails as soon as one of them does."""
        return all(life.result() is None for life in self.lives if life.done())

    def are_quiet(self):
        for life in self.lives:
            life.result(60)
        self.threads.shutdown()

    def never_rang_twice_at_once(self):
        for number in self.habits:
            calls = self.pager.called(number)
            for before, after in itertools.pairwise(calls):
                assert before.updated <= after.placed, (before, after)

    def outcomes(self):
        fates = collections.Counter(call.status for call in self.pager.called(*self.habits))
        return ", ".join(f"{number} {fate}" for fate, number in sorted(fates.items()))


def count(incident):
    return len(incident["alarms"]) + incident["more_alarms"]


def policy_of(call):
    return re.search("/twilio/voice/([a-z]+)-[0-9-]+/", call.form["Url"]).group(1)
