"""Callbacks by the thousand, from eight writers at once: every counter of `GET /metrics` is exact; and while the table cannot
be reached, and where functions are killed, nothing is lost and nothing counts twice.
"""

import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import callbacks
import counting
import dead_letters
import processes
import twilio
from leading_keys import access_key
from stack import wait

COUNT = int(os.environ.get("COUNT", "2000"))  # callbacks, for a fifth as many SIDs
WRITERS = 8
TOKEN = "a token for Prometheus"
OUTAGE = 60  # seconds without a table
NEWER = '{"kind":"of a newer version"}'
# Where a killed batch comes back sooner than after the queue's own six minutes.
VISIBILITY = 5  # seconds


def show(cloud, _slack, _count):
    deployment = cloud.deploy("count", {}, ["[channels.default]\n"])
    deployment.put("twilio/auth-token", twilio.TOKEN)
    deployment.put("metrics-token", f"another one,{TOKEN}")
    deployment.put("dashboard-password", dead_letters.PASSWORD)
    counts = Counts(deployment)
    counts.refuses_strangers()
    try:
        counts.every_one(COUNT)
        counts.without_the_table(COUNT // 10)
        counts.where_functions_are_killed(COUNT // 10)
    finally:
        cloud.relay.reset()
    assert deployment.queued("CallbacksDeadLetterQueueUrl") == 0 and deployment.records("dead-letters") == []
    counts.a_message_of_a_newer_version()


class Counts:
    def __init__(self, deployment):
        self.deployment, self.cloud = deployment, deployment.cloud
        self.sender, self.sent = callbacks.Sender(deployment), []
        self.rng = random.Random(12)  # always the same callbacks
        self.wanted = callbacks.expected([])

    # ---- Callbacks in, counters out ----

    def send(self, name, count):
        """Eight writers send it all. Returns how long that took, in seconds."""
        traffic = callbacks.Traffic(name, count, count // 5, self.rng)
        self.sent.append(traffic)
        self.wanted = callbacks.expected(self.sent)
        began = time.monotonic()
        with ThreadPoolExecutor(WRITERS) as threads:
            list(threads.map(self.sender.send, traffic.requests))
        return time.monotonic() - began

    def scrape(self, headers=None):
        headers = {"authorization": f"Bearer {TOKEN}"} if headers is None else headers
        status, _, text = self.deployment.request("GET", "/metrics", headers)
        return status, counting.scraped(text.decode()) if status == 200 else text

    def wrong(self):
        """The counters of messages, calls and events that are not as they must be: name -> (is, must be)."""
        status, samples = self.scrape()
        assert status == 200, (status, samples)
        names = {name for name, value in samples.items() if value and name.startswith(("twilio_", "ringdown_events_"))}
        pairs = {name: (samples.get(name, 0), self.wanted[name]) for name in names | self.wanted.keys()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def are_exact(self, seconds):
        """All is counted before long; no counter is ever too high; and then nothing more is added. Returns how long it took."""
        began, wrong = time.monotonic(), self.wrong()
        while wrong:
            assert all(have < must for have, must in wrong.values()), wrong
            assert time.monotonic() - began < seconds, f"after {seconds} s: {wrong}"
            time.sleep(1)
            wrong = self.wrong()
        took = time.monotonic() - began
        wait("the queue is empty", 60, lambda: self.deployment.queued("CallbacksQueueUrl") == 0)
        time.sleep(6)  # what a scrape shows is five seconds old at most
        assert self.wrong() == {}, self.wrong()
        self.reports_add_up()
        return took

    def reports_add_up(self):
        """Each status was new once. Of those that came twice a few may have been counted before their message came again."""
        _, samples = self.scrape()
        results = {result: sum(samples.get(f'ringdown_callbacks_total{{source="{source}",result="{result}"}}', 0)
                               for source in ("form", "event")) for result in ("counted", "out_of_order", "unknown", "duplicate")}
        once = [status for traffic in self.sent for status in traffic.once]
        unknown = sum(status.status in ("on_its_way", "parked") for status in once)
        new = results["counted"] + results["out_of_order"]
        assert (new, results["unknown"]) == (len(once) - unknown, unknown), (results, len(once), unknown)
        # What was sent again because its answer was lost is a duplicate too.
        most = sum(traffic.doubled for traffic in self.sent) + callbacks.MAX_EVENTS * self.sender.again
        assert 0 < results["duplicate"] <= most, (results, most)
        return int(results["duplicate"])

    def comes_back_after(self, seconds):
        """A batch whose function ran out of time, was killed, or met others too often: not after the queue's own six minutes."""
        sqs, url = self.cloud.client("sqs"), self.deployment.outputs["CallbacksQueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})

    # ---- The shows ----

    def refuses_strangers(self):
        for path in ("/webhooks/message", "/webhooks/call"):
            headers = {"content-type": "application/x-www-form-urlencoded"}
            status, _, _ = self.deployment.request("POST", path, headers, b"MessageSid=SM1&CallSid=CA1&MessageStatus=sent")
            assert status == 403, f"{status} to a callback without a signature"
        for headers in ({}, {"authorization": "Bearer guessed"}):
            assert self.scrape(headers)[0] == 401
        assert self.scrape()[0] == 200 and self.deployment.queued("CallbacksQueueUrl") == 0
        status, _, text = self.deployment.request("GET", "/health")
        assert (status, text) == (200, b"ok\n"), (status, text)

    def every_one(self, count):
        took = self.send("every one", count)
        behind = self.are_exact(120)
        [traffic] = self.sent
        duplicates = self.reports_add_up()
        print(f"   {count} signed callbacks for {count // 5} SIDs, {traffic.doubled} of them doubled, in"
              f" {len(traffic.requests)} requests by {WRITERS} writers in {took:.0f} s ({self.sender.again} sent again): all"
              f" counters of GET /metrics exact {behind:.0f} s later, {duplicates} duplicates told apart", flush=True)

    def without_the_table(self, count):
        """What comes in meanwhile is taken, and waits. Nobody is shown half of the numbers."""
        self.comes_back_after(60)
        self.send("before the outage", count)
        outage = Outage(self.deployment)
        self.cloud.relay.passes = outage.passes
        began = time.monotonic()
        self.send("in the outage", count)
        wait("a scrape shows nothing", 10, lambda: self.scrape()[0] == 503)
        wait("and the server is unwell", 15, lambda: self.deployment.request("GET", "/health")[0] == 503)
        time.sleep(max(0.0, OUTAGE - (time.monotonic() - began)))
        waiting = self.deployment.queued("CallbacksQueueUrl")
        assert waiting and self.scrape()[0] == 503
        self.cloud.relay.reset()
        took = time.monotonic() - began
        behind = self.are_exact(420)
        wait("the server is well", 15, lambda: self.deployment.request("GET", "/health")[0] == 200)
        print(f"   the table out of reach for {took:.0f} s ({outage.refused} requests reset): {count} callbacks taken meanwhile,"
              f" {waiting} messages waited at its end; all counters exact {behind:.0f} s later", flush=True)

    def where_functions_are_killed(self, count):
        self.comes_back_after(VISIBILITY)
        kills = Kills(self.deployment)
        self.cloud.relay.passes, self.cloud.relay.answered = kills.passes, kills.answered
        again = self.sender.again
        self.send("where functions are killed", count)
        behind = self.are_exact(180)
        assert not any(kills.left.values()), f"these did not come to pass: {kills.left}"
        self.cloud.relay.reset()
        print(f"   status-callback killed {kills.count} times, before and after a transaction landed, and when a callback was in"
              f" the queue and Twilio not answered ({self.sender.again - again} sent again): nothing lost, nothing counted"
              f" twice, all counters exact {behind:.0f} s later", flush=True)


    def a_message_of_a_newer_version(self):
        """It is kept as a dead letter, and the page sends it to its queue again."""
        self.cloud.client("sqs").send_message(QueueUrl=self.deployment.outputs["CallbacksQueueUrl"], MessageBody=NEWER)
        wait("it is a dead letter", 30, lambda: len(self.letters()) == 1)
        status, _, answer = dead_letters.form(self.deployment, "/dead-letters/replay", {}, accept="application/json",
                                              cookie=dead_letters.log_in(self.deployment))
        progress = json.loads(answer)
        assert (status, progress["replayed"], progress["refused"]) == (200, 1, 0), (status, progress)
        wait("it was in the queue again", 30, lambda: len(self.letters()) == 2)
        assert all(letter["body"] == NEWER and letter["job"] == "count" for letter in self.letters()), self.letters()

    def letters(self):
        return dead_letters.letters(self.deployment)


class Outage:
    """No function of the deployment can reach the table."""

    def __init__(self, deployment):
        self._keys = {access_key(deployment, logical) for logical in deployment.functions()}
        self.refused = 0

    def passes(self, request):
        is_table = request.target.startswith("DynamoDB_") and request.key in self._keys
        self.refused += is_table
        return not is_table


class Kills:
    """Ends status-callback at the worst moments, so often at each."""

    def __init__(self, deployment):
        self._cloud, self._key = deployment.cloud, access_key(deployment, "StatusCallback")
        self.count, self._lock = 0, threading.Lock()
        self.left = {"before it is counted": 3, "after it is counted": 3, "after it is queued": 3}
        self._seen = 0

    def passes(self, request):
        return not (request.target.endswith("TransactWriteItems") and self._kills("before it is counted", request))

    def answered(self, request):
        if request.target.endswith("TransactWriteItems"):
            self._kills("after it is counted", request)
        elif request.target.endswith("SendMessage"):
            self._kills("after it is queued", request)

    def _kills(self, moment, request):
        """Now and then it does."""
        with self._lock:
            self._seen += request.key == self._key
            if request.key != self._key or not self.left[moment] or self._seen % 5:
                return False
            self.left[moment] -= 1
        try:
            os.kill(processes.asking(self._cloud, request.port, self._cloud.relay.port), signal.SIGKILL)
        except (AssertionError, ProcessLookupError):
            # It has ended by itself.
            self.left[moment] += 1
            return False
        self.count += 1
        return True
