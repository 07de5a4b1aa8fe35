"""A Ringdown on this machine with a simulated Twilio, and what Twilio, people and monitors do to it."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from processes import Process, wait

# What Twilio was given: requests are signed for it, and callbacks to it are ours.
PUBLIC = "https://ringdown.example.com"
# Beside the demo's configuration: somebody is on call.
SCHEDULE = """
[[schedules]]
name = "primary"
time_zone = "Europe/Berlin"
rotation = "weekly"
people = ["alpha", "bravo"]
hand_over = "09:00"
starts = "2026-01-05"
"""


class Ringdown:
    """The server while it runs, in a folder and an environment of its own."""

    def __init__(self, binary, work):
        self.folder = work / "server"
        self.folder.mkdir()
        demo = subprocess.run([binary, "config"], env={}, cwd=self.folder, capture_output=True, check=True).stdout
        (self.folder / "ringdown.toml").write_bytes(demo + SCHEDULE.encode())
        self._process = Process([binary, "--port", "0", "--data", "data"],
                                {"PATH": os.environ["PATH"], "PUBLIC_BASE_URL": PUBLIC}, self.folder,
                                work / "server.log")
        self.url = None

    def __enter__(self):
        self._process.start()
        self.url = wait("the server listens", 30, self._address, alive=self._process)
        self.start_token, self.metrics_token = (
            (self.folder / f"data/{name}").read_text().strip() for name in ("start-token", "metrics-token"))
        # What the simulated Twilio signs with follows from the start token.
        derived = hmac.new(self.start_token.encode(), b"ringdown simulated twilio/auth-token", hashlib.sha256)
        self.auth_token = derived.hexdigest()[:32]
        return self

    def __exit__(self, *_):
        self._process.stop()

    @property
    def address(self):
        """Host and port."""
        return self.url.removeprefix("http://")

    def _address(self):
        lines = self._process.log.read_text().splitlines()
        return next((line.removeprefix("listening on ") for line in lines if line.startswith("listening on ")), None)

    def request(self, method, path, headers=None, body=None):
        """Status, headers and body of an answer."""
        request = urllib.request.Request(self.url + path, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def scrape(self, accept=None, token=None):
        headers = {"authorization": f"Bearer {token or self.metrics_token}"} | ({"accept": accept} if accept else {})
        return self.request("GET", "/metrics", headers)

    # ---- Twilio ----

    def callback(self, path, fields, signature=None):
        """A status callback, signed as Twilio does. Gives the status of the answer."""
        signed = PUBLIC + path + "".join(name + value for name, value in sorted(fields.items()))
        headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8", "user-agent": "TwilioProxy/1.1",
                   "x-twilio-signature": signature or self._sign(signed)}
        return self.request("POST", path, headers, urllib.parse.urlencode(fields).encode())[0]

    def events(self, events):
        """A request of Event Streams. Gives the status of the answer."""
        body = json.dumps(events).encode()
        path = "/twilio/events?bodySHA256=" + hashlib.sha256(body).hexdigest()
        headers = {"content-type": "application/json", "x-twilio-signature": self._sign(PUBLIC + path)}
        return self.request("POST", path, headers, body)[0]

    def _sign(self, text):
        return base64.b64encode(hmac.new(self.auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()

    # ---- The sandbox ----

    def sandbox(self, method, path, body=None):
        headers = {"authorization": f"Bearer {self.start_token}", "content-type": "application/json"}
        status, _, answer = self.request(method, f"/sandbox/{path}", headers, body and json.dumps(body).encode())
        assert status in (200, 202), f"{method} /sandbox/{path}: {status} {answer[:300]}"
        return json.loads(answer)

    def settle(self):
        """Waits until nothing is under way and nothing is due."""
        self.sandbox("GET", "idle?slack=true")
