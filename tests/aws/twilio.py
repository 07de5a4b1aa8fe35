"""Twilio's signature; and Event Streams: signed requests, each sent again on 429 and 5xx, as a sink does."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import time

TOKEN = "12345678901234567890123456789012"
TYPES = {"flex": "worker.activity.update", "managers": "worker.created"}

# One route per channel; the text is the event's own.
CONFIG = "\n".join(
    f"""
[channels.{channel}]
[[routes]]
name = "{kind}"
events = ["com.twilio.taskrouter.{kind}"]
text = "{{{{ data.payload.event_description }}}}"
to = "{channel}"
"""
    for channel, kind in TYPES.items()
)


def sign(url, fields=None, token=TOKEN):
    """Signs the URL, and the fields of a form, if it is one."""
    url += "".join(name + value for name, value in sorted((fields or {}).items()))
    return base64.b64encode(hmac.new(token.encode(), url.encode(), hashlib.sha1).digest()).decode()


def event(channel, number):
    """The event whose line is `<channel> <number>`."""
    kind, sid = TYPES[channel], f"EV{number:032d}"
    data = {"sid": sid, "payload": {"eventtype": kind, "event_description": line(channel, number)}}
    return {
        "specversion": "1.0", "type": f"com.twilio.taskrouter.{kind}", "source": "/v1/Workspaces/WS1", "id": sid,
        "dataschema": "https://events-schemas.twilio.com/TaskRouter.WDSEvent/2", "datacontenttype": "application/json",
        "time": "2026-11-20T12:00:00.000Z", "data": data,
    }


def line(channel, number):
    return f"{channel} {number:05d}"


def lines(channel, count):
    return [line(channel, number) for number in range(count)]


class Sink:
    """Sends to a deployment, and counts."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.again = 0

    def send(self, events):
        """Sends one request until it is taken."""
        body = json.dumps(events, separators=(",", ":")).encode()
        path = "/twilio/events?bodySHA256=" + hashlib.sha256(body).hexdigest()
        headers = {
            "content-type": "application/json", "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": sign(self.deployment.base_url + path),
        }
        for rest in (0.2, 1, 5, 0):
            status, _, answer = self.deployment.request("POST", path, headers, body)
            if status == 204:
                return
            assert status == 429 or status >= 500, f"{status} to an event of Twilio: {answer[:300]}"
            self.again += 1
            time.sleep(rest)
        raise AssertionError(f"{status} to an event, four times: {answer[:300]}")

    def burst(self, count):
        """`count` events, one to a request, the channels side by side. Returns how long that took, in seconds."""
        began = time.monotonic()
        each = count // len(TYPES)

        def channel(name):
            for number in range(each):
                self.send([event(name, number)])

        with concurrent.futures.ThreadPoolExecutor() as threads:
            list(threads.map(channel, TYPES))
        return time.monotonic() - began
