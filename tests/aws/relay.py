"""Stands between the functions and ministack. It shows each of their requests to whoever wants to know, and breaks the
connection where a show says so.
"""

import collections
import json
import re
import socket
import struct
import threading

TARGET = re.compile(rb"^x-amz-target: *(\S+)", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
KEY = re.compile(rb"Credential=([A-Z0-9]+)/")
# A connection that is closed so is reset at the other end, whatever it still had to send.
RESET = struct.pack("ii", 1, 0)

# One request of a function: the access key of its role, `DynamoDB_20120810.Query` or the like, the body as bytes, and the
# function's port.
Request = collections.namedtuple("Request", "key target body port")


def body(request):
    return json.loads(request.body)


class Relay:
    """Its URL is that of ministack for the functions, and for them only."""

    def __init__(self, port):
        self._behind = port
        self.seen = lambda request: None  # is told of each request, and may take its time
        self.passes = lambda request: True  # may a request pass? If not, nobody answers it.
        self.answered = lambda request: None  # is told of each request that was done, before its function is
        self._queue = collections.deque()
        self._more = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        for work in (self._accept, self._show):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def reset(self):
        """All as at the beginning, but for `seen`."""
        self.passes, self.answered = (lambda request: True), (lambda request: None)

    def _show(self):
        while True:
            self._more.acquire()
            self.seen(self._queue.popleft())

    def _accept(self):
        while True:
            try:
                near, (_, port) = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(near, port), daemon=True).start()

    def _connection(self, near, port):
        """Passes the requests of one connection, one after the other."""
        try:
            far = socket.create_connection(("127.0.0.1", self._behind))
        except OSError:
            return abort(near)
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = collections.deque()
        threading.Thread(target=self._answers, args=(near, far, asked), daemon=True).start()
        try:
            for head, rest in requests(near):
                request = Request(found(KEY, head), found(TARGET, head), rest, port)
                if not self.passes(request):
                    break
                self._queue.append(request)
                self._more.release()
                asked.append(request)
                far.sendall(head + rest)
        except OSError:
            pass
        abort(near)
        abort(far)

    def _answers(self, near, far, asked):
        try:
            while data := far.recv(65536):
                if asked:
                    self.answered(asked.popleft())
                near.sendall(data)
        except OSError:
            pass
        abort(near)
        abort(far)


def requests(connection):
    """The requests that come over a connection: the head with the empty line behind it, and the body."""
    have = b""
    while True:
        while b"\r\n\r\n" not in have:
            data = connection.recv(65536)
            if not data:
                return
            have += data
        head, _, have = have.partition(b"\r\n\r\n")
        length = int(found(LENGTH, head) or 0)
        while len(have) < length:
            data = connection.recv(1 << 20)
            if not data:
                return
            have += data
        yield head + b"\r\n\r\n", have[:length]
        have = have[length:]


def found(pattern, head):
    match = pattern.search(head)
    return match.group(1).decode() if match else ""


def abort(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
