"""Executions of a Studio Flow, their events shuffled, doubled and in batches of a hundred from eight writers: the pages count each
once, and show where everybody is.
"""

import concurrent.futures
import datetime
import random
import re
import time

import dead_letters
import twilio

WRITERS = 8
BATCH = 100  # events in one request
RUNNING = 3  # Executions that do not end
FLOW = f"FW{8:032x}"


def show(cloud, _slack, count):
    deployment = cloud.deploy("watch", {}, ["[channels.default]\n"])
    deployment.put("twilio/auth-token", twilio.TOKEN)
    deployment.put("dashboard-password", dead_letters.PASSWORD)
    rng, began = random.Random(13), datetime.datetime.now(datetime.UTC)
    executions = [Execution(number, began) for number in range(max(count // 5, 20))]
    running = executions[:RUNNING]
    events = [event for execution in executions for event in execution.events(execution in running)]
    rng.shuffle(events)
    batches = [events[at:at + BATCH] for at in range(0, len(events), BATCH)]
    doubled = rng.sample(batches, len(batches) // 3)
    sent = batches + doubled
    rng.shuffle(sent)
    sink, since = twilio.Sink(deployment), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(sink.send, sent))
    took = time.monotonic() - since

    cookie = dead_letters.log_in(deployment)
    hung_up = sum(execution.hangs_up for execution in executions[RUNNING:])
    ended = len(executions) - RUNNING
    since = time.monotonic()
    page = look(deployment, cookie, f"/studio/{FLOW}")
    painted = time.monotonic() - since
    figures = {name: int(value) for name, value in re.findall(r"<dt>([a-z ]+)</dt><dd[^>]*>([\d,]+)", page.replace(",", ""))}
    expected = {"in it now": RUNNING, "started": len(executions), "ended": ended, "hung up": hung_up, "failed steps": 0}
    assert figures == expected, (figures, expected)
    assert "Drawn from the reported steps" in page, page
    for execution in (*running, executions[-1]):
        one = look(deployment, cookie, f"/studio/{FLOW}?execution={execution.sid}")
        assert one.count("keypress") >= 1 or execution.hangs_up, one
        assert execution.number_of_contact not in one, "the number of a contact is on the page"
    assert FLOW in look(deployment, cookie, "/studio")
    print(f"   {len(events)} events of {len(executions)} executions in {len(sent)} requests ({len(doubled)} of them doubled,"
          f" {sink.again} sent again) by {WRITERS} writers in {took:.1f} s, {len(events) / took:.0f} a second: each counted once;"
          f" {RUNNING} still in the queue, {hung_up} hung up; the Flow's page of {len(page) // 1024} KB after"
          f" {painted * 1000:.0f} ms", flush=True)


def look(deployment, cookie, path):
    status, _, page = deployment.request("GET", path, {"cookie": cookie, "accept": "text/html"})
    assert status == 200, (status, page[:300])
    return page.decode()


class Execution:
    """Somebody calls, presses a key and is connected; every fourth hangs up at the menu."""

    def __init__(self, number, began):
        self.number, self.sid = number, f"FN{number:032x}"
        self.hangs_up = number % 4 == 3
        self.number_of_contact = f"+1500555{number:04d}"
        self.began = began - datetime.timedelta(seconds=60, milliseconds=number)

    def events(self, runs):
        steps = [("incomingCall", "Trigger", "menu")]
        if self.hangs_up and not runs:
            steps += [("hangup", "menu", "Ended")]
        else:
            steps += [("keypress", "menu", "queue")] + ([] if runs else [("callComplete", "queue", "Ended")])
        yield self.event("execution.started", self.sid, 0, {"status": "active"} | self.facts())
        for second, (name, before, after) in enumerate(steps, 1):
            sid = f"FT{self.number:016x}{second:016x}"
            yield self.event("step.ended", sid, second, {
                "step_sid": sid, "name": name, "transitioned_from": before, "transitioned_to": after})
        if not runs:
            yield self.event("execution.ended", self.sid, len(steps), {
                "status": "ended", "ended_reason": "FLOW_END", "date_updated": self.at(len(steps))} | self.facts())

    def facts(self):
        return {"flow_revision": 1, "contact_channel_address": self.number_of_contact, "started_by": f"CA{self.number:032x}"}

    def at(self, second):
        return (self.began + datetime.timedelta(seconds=second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def event(self, kind, sid, second, data):
        step = f"/Steps/{sid}" if sid.startswith("FT") else ""
        schema = "FlowStepEvent" if step else "FlowExecutionEvent"
        created = self.at(second if step else 0)
        return {
            "specversion": "1.0", "type": f"com.twilio.studio.flow.{kind}",
            "source": f"/v2/Flows/{FLOW}/Executions/{self.sid}{step}", "id": sid,
            "dataschema": f"https://events-schemas.twilio.com/Studio.{schema}/2", "datacontenttype": "application/json",
            "time": self.at(second),
            "data": {"execution_sid": self.sid, "flow_sid": FLOW, "account_sid": f"AC{1:032x}", "date_created": created} | data,
        }
