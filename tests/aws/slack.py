"""Slack, as far as incoming webhooks go: it remembers every line in order, wants a second between the posts of a channel,
and can be down.
"""

import collections
import http.server
import json
import threading
import time


class Slack:
    """A webhook's URL is `url(team, channel)`; teams are up or down each by itself."""

    def __init__(self):
        self.lines = collections.defaultdict(list)  # (team, channel) -> lines, in order
        self.posts = collections.Counter()  # (team, channel) -> posts that were taken
        self.refused = collections.Counter()  # (team, status) -> posts that were not
        self.down = set()
        self._last = {}
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def url(self, team, channel):
        return f"http://127.0.0.1:{self._server.server_port}/services/{team}/{channel}"

    def count(self, team):
        """How many lines a team has seen, in all its channels."""
        with self._lock:
            return sum(len(lines) for (of, _), lines in self.lines.items() if of == team)

    def _post(self, team, channel, post):
        with self._lock:
            if team in self.down:
                self.refused[team, 500] += 1
                return 500, {}, "rollup_error"
            now = time.monotonic()
            if now - self._last.get((team, channel), 0) < 0.9:
                self.refused[team, 429] += 1
                return 429, {"Retry-After": "1"}, "rate_limited"
            self._last[team, channel] = now
            self.posts[team, channel] += 1
            self.lines[team, channel] += post["text"].split("\n")
            return 200, {}, "ok"

    def _handler(slack):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                _, _, team, channel = self.path.split("/")
                status, headers, text = slack._post(team, channel, json.loads(body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        return Handler
