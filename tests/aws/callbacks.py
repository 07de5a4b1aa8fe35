"""Twilio's status callbacks, and the events that say the same; and what the counters must be, computed here from the rules of
docs/metrics.md.
"""

import collections
import dataclasses
import hashlib
import itertools
import json
import time
import urllib.parse

import twilio

# The statuses of a message and of a call; the last one is none that Twilio documents.
STATUSES = {"message": ["queued", "sent", "delivered", "read", "undelivered", "failed", "canceled", "on_its_way"],
            "call": ["initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "parked"]}
# What Event Streams reports: the end of the type.
EVENTS = {"message": {status: status for status in ("queued", "sent", "delivered", "read", "undelivered", "failed")},
          "call": {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
          | dict.fromkeys(("completed", "busy", "failed", "no-answer", "canceled"), "completed")}
PREFIXES = {"message": "com.twilio.messaging.message.", "call": "com.twilio.voice.status-callback.call."}
# Error codes of messages and SIP response codes of calls: what each counts as.
CODES = {"30003": "30003", "30034": "30034", "63016": "63016", "21610": "21610", "99999": "other", "": "none"}
SIP_CODES = {"404": "unreachable", "603": "rejected", "487": "timeout", "486": "sip-4xx", "503": "sip-5xx", "606": "sip-6xx",
             "": "other"}
MAX_EVENTS = 20  # of one request


@dataclasses.dataclass(frozen=True)
class Status:
    """A status of a message or call."""

    kind: str
    sid: str
    status: str
    code: str  # Twilio's error code, or the SIP response code; empty for none

    def form(self):
        account = {"AccountSid": "AC00000000000000000000000000000001", "ApiVersion": "2010-04-01", "From": "+15005550006",
                   "To": "+15005550010"}
        if self.kind == "message":
            fields = {"MessageSid": self.sid, "SmsSid": self.sid, "MessageStatus": self.status, "SmsStatus": self.status}
            return account | fields | ({"ErrorCode": self.code} if self.code else {})
        fields = {"CallSid": self.sid, "CallStatus": self.status, "Direction": "outbound-api", "CalledCity": ""}
        return account | fields | ({"SipResponseCode": self.code} if self.code else {})

    def event(self):
        kind = PREFIXES[self.kind] + EVENTS[self.kind][self.status]
        data = {"request": {"method": "POST", "parameters": self.form()}, "response": {"responseCode": 204}}
        if self.kind == "message":
            data = {"messageSid": self.sid, "messageStatus": self.status.upper(), "eventName": kind, "tags": {}}
            data |= {"errorCode": int(self.code)} if self.code else {}
        return {"specversion": "1.0", "type": kind, "source": f"/{self.sid}", "id": f"EZ{self.sid}{self.status}",
                "datacontenttype": "application/json", "time": "2026-11-20T12:00:00.000Z", "data": data}


class Traffic:
    """`count` callbacks for so many SIDs: three of ten come twice, all of them in no order, one half by form and the other by
    event."""

    def __init__(self, name, count, sids, rng):
        once = [self._status(name, number, kind, status, rng)
                for number in range(sids) for kind in [("message", "message", "call")[number % 3]]
                for status in STATUSES[kind]]
        # Every SID has one at least.
        first = [rng.choice(list(group)) for _, group in itertools.groupby(once, lambda status: status.sid)]
        others = list(set(once) - set(first))
        others.sort(key=lambda status: (status.sid, status.status))
        self.once = first + rng.sample(others, count * 10 // 13 - sids)
        doubled = rng.sample(self.once, count - len(self.once))
        self.count, self.doubled = count, len(doubled)
        all_of_them = self.once + doubled
        rng.shuffle(all_of_them)
        self.requests = list(self._requests(all_of_them, rng))

    @staticmethod
    def _status(name, number, kind, status, rng):
        codes = {"message": ("failed", "undelivered"), "call": ("failed",)}[kind]
        code = rng.choice(list(CODES if kind == "message" else SIP_CODES)) if status in codes else ""
        sid = ("SM" if kind == "message" else "CA") + hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:32]
        return Status(kind, sid, status, code)

    @staticmethod
    def _requests(statuses, rng):
        batch = []
        for status in statuses:
            if status.status in EVENTS[status.kind] and rng.random() < 0.5:
                batch.append(status)
            else:
                yield Form(status)
            if len(batch) > rng.randrange(MAX_EVENTS):
                yield Events(batch)
                batch = []
        if batch:
            yield Events(batch)


@dataclasses.dataclass
class Form:
    status: Status

    def request(self, base_url):
        path, fields = f"/webhooks/{self.status.kind}", self.status.form()
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8",
                   "x-twilio-signature": twilio.sign(base_url + path, fields)}
        return path, headers, urllib.parse.urlencode(fields).encode()


@dataclasses.dataclass
class Events:
    statuses: list

    def body(self):
        return json.dumps([status.event() for status in self.statuses], separators=(",", ":")).encode()

    def request(self, base_url):
        body = self.body()
        path = "/twilio/events?bodySHA256=" + hashlib.sha256(body).hexdigest()
        return path, {"content-type": "application/json", "x-twilio-signature": twilio.sign(base_url + path)}, body


class Sender:
    """Twilio, which sends again what is not taken (`#rc=5&rp=ct,rt,5xx`)."""

    def __init__(self, deployment):
        self.deployment, self.again = deployment, 0

    def send(self, request):
        path, headers, body = request.request(self.deployment.base_url)
        for rest in (0.2, 1, 2, 5, 5, 5, 0):
            try:
                status, _, answer = self.deployment.request("POST", path, headers, body)
            except OSError as broken:
                status, answer = 599, str(broken).encode()
            if status == 204:
                return
            assert status == 429 or status >= 500, f"{status} to a callback: {answer[:300]}"
            self.again += 1
            time.sleep(rest)
        raise AssertionError(f"{status} to a callback, seven times: {answer[:300]}")


def expected(traffics):
    """What the counters of messages, calls and events are: each status of a message or call counts once, whatever brings it."""
    counters, delivered = collections.Counter(), set()
    for status in (status for traffic in traffics for status in traffic.once):
        known = STATUSES[status.kind][:-1]
        word = status.status if status.status in known else "other"
        counters[f'twilio_{status.kind}_callback_total{{status="{word}"}}'] += 1
        match status.kind, status.status:
            case "message", "delivered" | "read":
                delivered.add(status.sid)
            case "message", "failed" | "undelivered":
                counters[f'twilio_messages_failed_total{{error_code="{CODES[status.code]}"}}'] += 1
            case "call", "completed":
                counters['twilio_calls_completed_total{call_status="completed"}'] += 1
            case "call", "busy" | "no-answer" | "canceled":
                counters[f'twilio_calls_failed_total{{disconnect_reason="{status.status}"}}'] += 1
            case "call", "failed":
                counters[f'twilio_calls_failed_total{{disconnect_reason="{SIP_CODES[status.code]}"}}'] += 1
    counters["twilio_messages_delivered_total"] = len(delivered)
    # A request of the sink that comes again, to the letter, has been counted.
    bodies = {request.body(): len(request.statuses) for traffic in traffics for request in traffic.requests
              if isinstance(request, Events)}
    counters["ringdown_events_received_total"] = sum(bodies.values())
    counters['ringdown_events_dropped_total{reason="no_route"}'] = sum(bodies.values())
    return counters
