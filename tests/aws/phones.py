"""Twilio's calls and text messages: the API that places them, remembers them, looks them up and lists them, and the signed
requests that tell a deployment the status of a call.
"""

import base64
import collections
import dataclasses
import email.utils
import http.server
import json
import threading
import time
import urllib.parse

import twilio

FROM = "+15005550006"
# What is asked of every call.
ASKED = {"Method": "POST", "StatusCallbackMethod": "POST", "MachineDetection": "Enable", "AsyncAmd": "true",
         "AsyncAmdStatusCallbackMethod": "POST"}


@dataclasses.dataclass
class Call:
    sid: str
    form: dict
    status: str = "queued"
    placed: float = dataclasses.field(default_factory=time.time)
    updated: float = dataclasses.field(default_factory=time.time)

    @property
    def to(self):
        return self.form["To"]

    def becomes(self, status):
        self.status, self.updated = status, time.time()

    def resource(self):
        return {"sid": self.sid, "status": self.status, "to": self.to, "from": self.form["From"],
                "date_created": email.utils.formatdate(self.placed),
                "date_updated": email.utils.formatdate(self.updated), "direction": "outbound-api"}


class Phones:
    """The API is at `url`; accounts are each for themselves, and their token is that of `twilio.py`."""

    def __init__(self):
        self.calls = collections.defaultdict(list)  # account -> calls, in order
        self.texts = collections.defaultdict(list)  # account -> (to, body), in order
        self.messages = collections.defaultdict(dict)  # account -> day -> the list of that day's messages, as Twilio has it
        self.hung_up = collections.defaultdict(list)  # account -> SIDs of calls that we were asked to end
        self.heartbeats = 0
        self.unanswered = set()  # numbers that ring their time, and then no more
        self.refused = set()  # numbers to which no call is placed
        self.refusals = collections.Counter()  # account -> calls that were not placed
        self.watched = {}  # number -> told of each request for or about its calls, with the port of whoever asks
        self.unheard = {}  # number -> is its next call placed? Whoever asks for it is not answered.
        self.rings = lambda call: None  # told of each new call
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self):
        return self._server.server_port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def forget(self, account):
        """As if nobody had ever been called. Calls are numbered from 1 again."""
        with self._lock:
            for kept in (self.calls, self.texts, self.messages, self.hung_up):
                kept.pop(account, None)
            self.heartbeats = 0

    def _answer(self, method, path, query, form, login, port):
        with self._lock:
            if path == "/heartbeat":
                self.heartbeats += 1
                return 204, None
            _, _, _, account, *rest = path.split("/")
            if login != f"{account}:{twilio.TOKEN}":
                return 401, {"code": 20003, "message": "Authenticate"}
            number = form.get("To") or query.get("To")
            if rest == ["Calls.json"] and number in self.watched:
                self.watched[number](method, port)
            match method, rest:
                case "POST", ["Calls.json"]:
                    return self._place(account, form)
                case "GET", ["Calls.json"]:
                    return 200, {"calls": [self._now(call).resource() for call in reversed(self.calls[account])
                                           if call.to == query.get("To", call.to)
                                           and call.status == query.get("Status", call.status)]}
                case "GET" | "POST", ["Calls", name]:
                    found = [call for call in self.calls[account] if f"{call.sid}.json" == name]
                    if not found:
                        return 404, {"code": 20404, "message": f"{name} was not found"}
                    call = self._now(found[0])
                    if method == "POST":
                        if call.status in ("completed", "no-answer", "busy"):
                            return 400, {"code": 21220, "message": "Call is not in-progress. Cannot redirect."}
                        call.becomes(form["Status"])
                        self.hung_up[account].append(call.sid)
                    return 200, call.resource()
                case "GET", ["Messages.json"]:
                    return 200, self._page(account, query["DateSent"], int(query.get("Page", 0)))
                case "POST", ["Messages.json"]:
                    assert form["From"] == FROM, form
                    self.texts[account].append((form["To"], form["Body"]))
                    return 201, {"sid": f"SM{len(self.texts[account]):032d}", "status": "queued"}
            return 404, {"code": 20404, "message": "The requested resource was not found"}

    def _page(self, account, day, number):
        """A page of the messages of a day: two, however many are asked for."""
        rest = self.messages[account].get(day, [])[2 * number:]
        more = f"/2010-04-01/Accounts/{account}/Messages.json?DateSent={day}&PageSize=2&Page={number + 1}&PageToken=PA{number}"
        return {"messages": rest[:2], "page": number, "next_page_uri": more if rest[2:] else None}

    def _place(self, account, form):
        """Places the call, unless it is refused."""
        number = form["To"]
        if number in self.refused:
            self.refusals[account] += 1
            return 400, {"code": 21216, "message": "Account not allowed to call this number"}
        if number in self.unheard:
            if self.unheard.pop(number):
                self._new(account, form)
            return None, None
        call = self._new(account, form)
        self.rings(call)
        return 201, call.resource()

    def _new(self, account, form):
        wrong = {name: form.get(name) for name, value in ASKED.items() if form.get(name) != value}
        assert not wrong and form["From"] == FROM and form["To"].startswith("+1500555"), form
        assert form["StatusCallback"] == form["Url"] + "/status#rc=5&rp=ct,rt,5xx", form
        assert form["AsyncAmdStatusCallback"] == form["Url"] + "/amd"
        call = Call(f"CA{len(self.calls[account]) + 1:032d}", form)
        self.calls[account].append(call)
        return call

    def _now(self, call):
        rang = time.time() - call.placed > float(call.form["Timeout"])
        if call.to in self.unanswered and call.status == "queued" and rang:
            call.becomes("no-answer")
        return call

    def _handler(phones):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._reply({})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self._reply(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

            def _reply(self, form):
                path, _, query = self.path.partition("?")
                login = base64.b64decode(self.headers.get("authorization", "").removeprefix("Basic ")).decode()
                query, port = dict(urllib.parse.parse_qsl(query)), self.client_address[1]
                status, answer = phones._answer(self.command, path, query, form, login, port)
                if status is None:
                    self.close_connection = True
                    return
                text = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        return Handler


def tell(deployment, account, call, url, **fields):
    """One of Twilio's requests about a call, signed: to a URL of the call's own, or one that our TwiML named. Returns the
    answer's status and text."""
    assert url.startswith(deployment.base_url + "/"), url
    fields = {"AccountSid": account, "ApiVersion": "2010-04-01", "CallSid": call.sid, "Direction": "outbound-api",
              "From": FROM, "To": call.to} | fields
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "user-agent": "TwilioProxy/1.1",
               "x-twilio-signature": twilio.sign(url, fields)}
    status, _, answer = deployment.request("POST", url.removeprefix(deployment.base_url), headers,
                                      urllib.parse.urlencode(fields).encode())
    return status, answer.decode()
