"""Messages and calls that Twilio reports, and what each has to add to the counters.

A wave plays every case three times: by form posts alone, by events alone, and by both, each post twice. However it is
reported, a case adds the same.
"""

import collections
import itertools

from server import PUBLIC

ACCOUNT = "AC" + "1" * 32
FROM, TO = "+15005550006", "+15005550010"

MESSAGE, CALL = "twilio_message_callback_total", "twilio_call_callback_total"
FAILED, CALL_FAILED = "twilio_messages_failed_total", "twilio_calls_failed_total"
DELIVERED = ["twilio_messages_delivered_total"]
COMPLETED = ['twilio_calls_completed_total{call_status="completed"}']

# The statuses of a message in the order in which they come, the error code, and what it adds beside its statuses.
MESSAGES = [
    (["sent", "delivered"], None, DELIVERED),
    (["delivered", "sent"], None, DELIVERED),
    (["sent", "read"], None, DELIVERED),
    (["sent", "delivered", "read"], None, DELIVERED),
    (["sent", "undelivered"], "30003", [FAILED + '{error_code="30003"}']),
    (["failed"], "21614", [FAILED + '{error_code="21614"}']),
    (["failed"], "99999", [FAILED + '{error_code="other"}']),
    (["failed"], None, [FAILED + '{error_code="none"}']),
]
# The last status of a call that was initiated and rang, the SIP response code, and what it adds beside its statuses.
CALLS = [
    ("completed", "200", COMPLETED),
    ("busy", "486", [CALL_FAILED + '{disconnect_reason="busy"}']),
    ("no-answer", "487", [CALL_FAILED + '{disconnect_reason="no-answer"}']),
    ("canceled", None, [CALL_FAILED + '{disconnect_reason="canceled"}']),
    ("failed", "404", [CALL_FAILED + '{disconnect_reason="unreachable"}']),
    ("failed", "503", [CALL_FAILED + '{disconnect_reason="sip-5xx"}']),
]
CALL_EVENTS = {"initiated": "initiated", "ringing": "ringing"}
WAYS = [("form",), ("event",), ("form", "event", "form", "event")]


class Traffic:
    """Plays waves to a server, and adds up what its counters have to say."""

    def __init__(self, server):
        self.server = server
        self.expected = collections.Counter()
        self.received = set()  # types and ids of events: a request that Twilio repeats counts as one
        self.posts = 0
        self._sids = itertools.count(1)

    def wave(self):
        for (statuses, code, adds), way in itertools.product(MESSAGES, WAYS):
            sid = f"SM{next(self._sids):032x}"
            self._add(f'{MESSAGE}{{status="{status}"}}' for status in statuses)
            self._add(adds)
            for status, how in itertools.product(statuses, way):
                self._form_or_event(how, *message(sid, status, code if status in ("failed", "undelivered") else None))
        for (last, sip_code, adds), way in itertools.product(CALLS, WAYS):
            sid, statuses = f"CA{next(self._sids):032x}", ["initiated", "ringing", last]
            self._add(f'{CALL}{{status="{status}"}}' for status in statuses)
            self._add(adds)
            for status, how in itertools.product(statuses, way):
                self._form_or_event(how, *call(sid, status, sip_code if status == last else None))

    def _add(self, series):
        self.expected.update(series)

    def _form_or_event(self, how, path, fields, event):
        status = self.server.callback(path, fields) if how == "form" else self.send([event])
        assert status == 204, f"{status} to {how} {fields}"
        self.posts += how == "form"

    def send(self, events):
        self.received |= {(event["type"], event["id"]) for event in events}
        return self.server.events(events)


def message(sid, status, code):
    """Path, form and event of a message's status."""
    form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "AccountSid": ACCOUNT,
            "From": FROM, "To": TO, "ApiVersion": "2010-04-01"} | ({"ErrorCode": code} if code else {})
    data = {"messageSid": sid, "accountSid": ACCOUNT, "messageStatus": status.upper(), "from": FROM, "to": TO,
            "apiVersion": "2010-04-01", "timestamp": "2026-11-20T12:00:00.000Z", "tags": {}}
    data |= {"errorCode": int(code)} if code else {}
    return "/webhooks/message", form, event(f"com.twilio.messaging.message.{status}", sid + status, data)


def call(sid, status, sip_code):
    """Path, form and event of a call's status. Busy calls and others end with the event `completed` too."""
    form = {"CallSid": sid, "AccountSid": ACCOUNT, "CallStatus": status, "From": FROM, "To": TO,
            "ApiVersion": "2010-04-01", "Direction": "outbound-api", "CallbackSource": "call-progress-events"}
    form |= {"SipResponseCode": sip_code} if sip_code else {}
    data = {"sid": "VW" + sid[2:], "request": {"method": "POST", "url": f"{PUBLIC}/webhooks/call", "parameters": form},
            "response": {"responseCode": 204}}
    kind = CALL_EVENTS.get(status, "completed")
    return "/webhooks/call", form, event(f"com.twilio.voice.status-callback.call.{kind}", sid + status, data)


def event(kind, id, data):
    return {"specversion": "1.0", "type": kind, "id": f"EZ{id}", "source": "/2010-04-01/Accounts", "data": data,
            "dataschema": "https://events-schemas.twilio.com/x/1", "datacontenttype": "application/json",
            "time": "2026-11-20T12:00:00.000Z"}


def lost(number):
    """Twilio's error log says that it could not deliver a callback of ours."""
    payload = '{"more_info":{"url":"%s/webhooks/message","ErrorCode":"11200"}}' % PUBLIC
    return event("com.twilio.error-logs.error.logged", f"lost{number}",
                 {"sid": f"NO{number:032d}", "error_code": "11200", "level": "ERROR", "payload": payload})


def worker(number):
    """An event that a route of the demo brings to Slack."""
    data = {"payload": {"eventtype": "worker.created", "worker_name": "carol", "workspace_name": "support"}}
    return event("com.twilio.taskrouter.worker.created", f"worker{number}", data)


def execution():
    """The events of an execution of a Studio Flow, whose beginning and end have one id."""
    sid, step = f"FN{1:032x}", f"FT{1:032x}"
    of = {"execution_sid": sid, "flow_sid": f"FW{1:032x}", "flow_revision": 1, "contact_channel_address": "+15005550010",
          "started_by": f"CA{1:032x}", "date_created": "2026-11-20T12:00:00.000Z"}
    ended = of | {"status": "ended", "ended_reason": "FLOW_END", "date_updated": "2026-11-20T12:00:09.000Z"}
    left = of | {"step_sid": step, "name": "incomingCall", "transitioned_from": "Trigger", "transitioned_to": "Ended"}
    return [event("com.twilio.studio.flow.execution.started", sid, of | {"status": "active"}),
            event("com.twilio.studio.flow.step.ended", step, left),
            event("com.twilio.studio.flow.execution.ended", sid, ended)]
