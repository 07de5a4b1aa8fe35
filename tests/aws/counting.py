"""The files of events/status-callback and events/metrics: what each is answered, and what it leaves behind."""

import base64
import copy
import datetime
import email.utils
import gzip
import hashlib
import json
import re
import urllib.parse

import dead_letters
import twilio
from phones import FROM, Call

ACCOUNT = "AC00000000000000000000000000000001"


def sid(number, kind="SM"):
    """A SID of the files: `number` is its end."""
    return f"{kind}{number:0>32}"


def reported(resource, of, status, source="form", **codes):
    """A status as it stands in the queue of callbacks."""
    return {"resource": resource, "sid": of, "status": status, "source": source} | codes


# What each file is answered, and what is then in the queue: one status, or none. Of a batch, the counters.
ANSWERED = {
    "bad-signature": (403, None),
    "call-answered": (204, reported("call", sid(1, "CA"), "in-progress")),
    "call-busy": (204, reported("call", sid(2, "CA"), "busy", sip_code=486)),
    "call-completed": (204, reported("call", sid(1, "CA"), "completed", sip_code=200)),
    "call-failed": (204, reported("call", sid(3, "CA"), "failed", sip_code=404)),
    "call-initiated": (204, reported("call", sid(1, "CA"), "initiated")),
    "call-not-a-callback": (400, None),
    "call-ringing": (204, reported("call", sid(1, "CA"), "ringing")),
    "calls-in-progress": {},
    "counted": {
        'ringdown_callbacks_total{source="event",result="duplicate"}': 1,
        'ringdown_callbacks_total{source="form",result="counted"}': 4,
        'twilio_call_callback_total{status="busy"}': 1,
        'twilio_calls_failed_total{disconnect_reason="busy"}': 1,
        'twilio_message_callback_total{status="delivered"}': 1,
        'twilio_message_callback_total{status="sent"}': 1,
        'twilio_message_callback_total{status="undelivered"}': 1,
        "twilio_messages_delivered_total": 1,
        'twilio_messages_failed_total{error_code="30003"}': 1,
    },
    "message-delivered": (204, reported("message", sid(1), "delivered")),
    "message-failed-unknown-code": (204, reported("message", sid(4), "failed", code=99999)),
    "message-failed-without-code": (204, reported("message", sid(3), "failed")),
    "message-sent": (204, reported("message", sid(1), "sent")),
    "message-undelivered": (204, reported("message", sid(2), "undelivered", code=30003)),
    "reconciliation": {},
    "unreadable-body": {
        'ringdown_callbacks_total{source="form",result="counted"}': 1,
        'twilio_message_callback_total{status="sent"}': 1,
    },
    "whatsapp-read": (204, reported("message", sid(5), "read")),
}
# What Prometheus, or who asks after the server's health, is answered: a status, the kind of the body, and its last line.
SCRAPED = {
    "health": (200, "text/plain; charset=utf-8", "ok"),
    "scrape": (200, "application/openmetrics-text; version=1.0.0; charset=utf-8", "# EOF"),
    "scrape-as-text": (200, "text/plain; version=0.0.4; charset=utf-8", None),
    "scrape-with-a-wrong-token": (401, "text/plain; charset=utf-8", None),
    "scrape-without-token": (401, "text/plain; charset=utf-8", None),
}


# The statuses that the events of a file report, and the callbacks that Twilio could not deliver to us.
EVENTS = {
    "com.twilio.messaging.message.undelivered": (reported("message", sid(2), "undelivered", "event", code=30003), None),
    "com.twilio.voice.status-callback.call.completed": (reported("call", sid(3, "CA"), "busy", "event", sip_code=486), "event"),
    "com.twilio.error-logs.error.logged": (None, "error_log"),
}


def reports(backend, body, lines):
    """What the sink's request leaves in the queue of callbacks: the statuses that its events report, how many events there
    were, and of how many of them a line came; then one report for each callback of ours that an event calls lost."""
    events = json.loads(body)
    events = events if isinstance(events, list) else [events]
    counters = {"ringdown_events_received_total": len(events), "ringdown_events_forwarded_total": lines,
                'ringdown_events_dropped_total{reason="no_route"}': len(events) - lines}
    callbacks = [EVENTS[event["type"]][0] for event in events if event["type"] in EVENTS]
    expected = [report(body, {name: count for name, count in counters.items() if count}, [*filter(None, callbacks)])]
    for event in events:
        lost = EVENTS.get(event["type"], (None, None))[1]
        if lost:
            name = f'{event["type"]} {event["id"]}'.encode()
            expected.append(report(name, {f'ringdown_callbacks_lost_total{{source="{lost}"}}': 1}))
    queued = backend.take(backend.callbacks)
    assert queued == expected, (queued, expected)


def report(counted_once, counters, callbacks=()):
    counts = {"request": hashlib.sha256(counted_once).hexdigest()[:32], "counters": counters}
    return {"kind": "report", "counts": counts} | ({"callbacks": list(callbacks)} if callbacks else {})


def before_status_callback(backend, name):
    backend.clear()
    if name == "calls-in-progress":
        for number, status in enumerate(["in-progress", "ringing", "in-progress"]):
            call = Call(sid(number, "CA"), {"To": f"+1500555200{number}", "From": FROM, "Timeout": "25"}, status)
            backend.phones.calls[ACCOUNT].append(call)


def status_callback(backend, event, answer, expected):
    if "schedule" in event:
        assert answer is None, answer
        ticked(backend, event["schedule"])
    elif "Records" in event:
        assert answer == {"batchItemFailures": []}, answer
        letters(backend, event)
    else:
        status, report = expected
        fields = dict(urllib.parse.parse_qsl(base64.b64decode(event["body"]).decode(), keep_blank_values=True))
        honest = twilio.sign(f"https://ringdown.example.com{event['rawPath']}", fields) == event["headers"]["x-twilio-signature"]
        assert honest == (status != 403), "the file's own signature is wrong"
        assert answer.get("statusCode") == status, answer
        queued = backend.take(backend.callbacks)
        assert queued == ([{"kind": "report", "callbacks": [report]}] if report else []), queued
    # What is accepted is counted later, and what is refused costs no write.
    counted = backend.counters()
    assert counted == (expected if isinstance(expected, dict) else {}), counted


def ticked(backend, schedule):
    gauges = gauges_of(backend)
    if schedule == "reconciliation":
        now = datetime.datetime.now(datetime.UTC).date()
        days = {name: str(now - datetime.timedelta(days=ago)) for name, ago in (("day", 2), ("last_day", 1))}
        page = {"kind": "page", "found": 0} | days
        assert backend.take(backend.callbacks) == [page] and gauges == {}, (page, gauges)
    else:
        assert gauges == {"ringdown_calls_in_progress": 2}, gauges
        # At a full hour one row is both.
        hour, *quarter = backend.records("hours")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d", hour["sk"]["S"]) and hour["body"]["S"] == "{}", hour
        assert all(row["sk"]["S"] in {hour["sk"]["S"] + minutes for minutes in (":15", ":30", ":45")} for row in quarter), quarter


def letters(backend, event):
    """A message of the batch that nobody understands is kept, with its reason."""
    strange = [record["body"] for record in event["Records"] if '"kind":"report"' not in record["body"]]
    kept = dead_letters.letters(backend)
    assert [(letter["job"], letter["body"]) for letter in kept] == [("count", body) for body in strange], kept
    assert all(letter["reason"].startswith("it is no message of the queue of callbacks: ") for letter in kept), kept


def gauges_of(backend):
    return {record["sk"]["S"]: json.loads(record["body"]["S"])["value"] for record in backend.records("gauges")}


def counted_again(backend, files, emulator):
    """A batch comes twice, as SQS may bring it: nothing is added."""
    backend.clear()
    for times in ("1", "2"):
        again = copy.deepcopy(files["counted"])
        for record in again["Records"]:
            record["attributes"]["ApproximateReceiveCount"] = times
        assert emulator.invoke(again) == {"batchItemFailures": []}
        assert backend.counters() == ANSWERED["counted"], backend.counters()


def reconciled(backend, files, emulator):
    """Twilio's list is looked at page by page, as the queue brings them. What no callback has reported counts once, and only
    of messages that some callback has told of."""
    backend.clear()
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=1)

    def listed(number, status, ago, code=None, direction="outbound-api"):
        sent = email.utils.format_datetime(today - datetime.timedelta(days=ago))
        return {"sid": sid(number), "status": status, "error_code": code, "direction": direction, "date_sent": sent}

    days = {2: [listed(1, "undelivered", 2, 30005), listed(2, "delivered", 2), listed(3, "delivered", 2)],
            1: [listed(4, "failed", 1), listed(5, "delivered", 1), listed(6, "received", 1, direction="inbound"),
                listed(7, "sent", 1)]}
    for ago, messages in days.items():
        backend.phones.messages[ACCOUNT][str((today - datetime.timedelta(days=ago)).date())] = messages
    told = [reported("message", sid(number), "sent") for number in (1, 2, 3, 4, 7)]
    told.append(reported("message", sid(2), "delivered"))
    play(emulator, files, {"kind": "report", "callbacks": told})
    for _ in range(2):
        emulator.invoke(files["reconciliation"])
        looked = 0
        while found := backend.take(backend.callbacks):
            [page] = found
            assert page["kind"] == "page", page
            play(emulator, files, page)
            looked += 1
        assert looked == 4, f"{looked} pages of Twilio's list"
        assert backend.counters() == {
            'ringdown_callbacks_total{source="form",result="counted"}': 6,
            'ringdown_callbacks_total{source="reconciliation",result="counted"}': 3,
            "ringdown_callbacks_reconciled_total": 3,
            'twilio_message_callback_total{status="sent"}': 5,
            'twilio_message_callback_total{status="delivered"}': 2,
            'twilio_message_callback_total{status="undelivered"}': 1,
            'twilio_message_callback_total{status="failed"}': 1,
            "twilio_messages_delivered_total": 2,
            'twilio_messages_failed_total{error_code="30005"}': 1,
            'twilio_messages_failed_total{error_code="none"}': 1,
        }, backend.counters()
        assert gauges_of(backend) == {"ringdown_callbacks_missing": 3}, gauges_of(backend)


def play(emulator, files, task):
    """One message of the queue."""
    record = files["counted"]["Records"][0] | {"body": json.dumps(task)}
    assert emulator.invoke({"Records": [record]}) == {"batchItemFailures": []}


def metrics(backend, event, answer, expected):
    status, kind, last = expected
    headers = answer["headers"]
    assert (answer.get("statusCode"), headers["content-type"]) == (status, kind), answer
    assert headers["cache-control"] == "no-store" and ("www-authenticate" in headers) == (status == 401), headers
    body = base64.b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"].encode()
    is_packed = headers.get("content-encoding") == "gzip"
    assert is_packed == (status == 200 and "gzip" in event["headers"].get("accept-encoding", "")), headers
    text = (gzip.decompress(body) if is_packed else body).decode()
    assert text.endswith("\n") and (last is None or text.splitlines()[-1] == last), text[-200:]
    assert ("# EOF" in text) == (last == "# EOF"), text[-200:]
    if status == 200 and event["rawPath"] == "/metrics":
        shown = scraped(text)
        counted = {name: value for name, value in shown.items() if value and "_total" in name}
        assert counted == backend.counters() and counted, counted
        assert shown["ringdown_config_good"] == 1 and shown["ringdown_callbacks_missing"] == 3, shown
        assert shown["ringdown_dead_letters"] == 0 and shown['ringdown_incidents{state="calling"}'] == 0, shown


def scraped(text):
    """The samples of a scrape, by series."""
    samples = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {series: float(value) for series, _, value in samples}
