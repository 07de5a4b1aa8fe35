"""How many callbacks a second the local server takes, and how far its counters are behind: a measurement.

`python3 tests/measurements/callbacks.py --count 100000 --writers 64`, after `cargo build --release` (tests/measure).
"""

import argparse
import base64
import hashlib
import hmac
import multiprocessing
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = "12345678901234567890123456789012"
PATH = "/webhooks/message"
STATUSES = ("sent", "delivered", "read")


def request(number, port):
    """The bytes of one signed callback: each of three statuses of a message of its own."""
    fields = {"MessageSid": f"SM{number // 3:032x}", "MessageStatus": STATUSES[number % 3],
              "AccountSid": "AC00000000000000000000000000000001", "From": "+15005550006", "To": "+15005550010",
              "ApiVersion": "2010-04-01"}
    text = f"http://127.0.0.1:{port}{PATH}" + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    body = urllib.parse.urlencode(fields)
    return (f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"x-twilio-signature: {signature}\r\ncontent-length: {len(body)}\r\n\r\n{body}").encode()


def write(numbers, connections, port, barrier, results):
    """One process with several connections, each with one request under way at a time."""
    requests = [request(number, port) for number in numbers]
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    barrier.wait()
    began, refused = time.monotonic(), 0
    for at in range(0, len(requests), connections):
        part = list(zip(sockets, requests[at:at + connections]))
        for connection, bytes_ in part:
            connection.sendall(bytes_)
        for connection, _ in part:
            refused += not connection.recv(4096).startswith(b"HTTP/1.1 204")
    results.put((time.monotonic() - began, refused))


def counted(port):
    """How many callbacks the counters know of."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": "Bearer scrape"})
    with urllib.request.urlopen(asked) as answer:
        lines = answer.read().decode().splitlines()
    named = [line for line in lines if line.startswith("twilio_message_callback_total{")]
    return sum(int(line.rsplit(" ", 1)[1]) for line in named)


def measure(count, writers, port):
    processes, results = 2, multiprocessing.Queue()
    barrier = multiprocessing.Barrier(processes)
    workers = [multiprocessing.Process(target=write, args=(range(at, count, processes), writers // processes, port,
                                                           barrier, results)) for at in range(processes)]
    for worker in workers:
        worker.start()
    ended = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    seconds, refused = max(one[0] for one in ended), sum(one[1] for one in ended)
    last = time.monotonic()
    print(f"{count} callbacks by {writers} connections: {seconds:.2f} s, {count / seconds:.0f} a second, {refused} refused")
    while counted(port) < count - refused:
        assert time.monotonic() - last < 120, f"only {counted(port)} are counted"
        time.sleep(0.2)
    print(f"all are counted {time.monotonic() - last:.1f} s after the last answer (a scrape is up to 5 s old)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--writers", type=int, default=64)
    options = parser.parse_args()
    program = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/ringdown"
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "TWILIO_AUTH_TOKEN": TOKEN, "METRICS_TOKEN": "scrape"}
        server = subprocess.Popen([program, "--port", "0", "--data", "data", "--sandbox"], cwd=folder, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            port = int(server.stdout.readline().rsplit(":", 1)[1])
            measure(options.count, options.writers, port)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
