"""Processes of ours: started in a group of their own, and ended by their id."""

import os
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait(what, seconds, until, every=0.1, alive=None):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + seconds
    while not (answer := until()):
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        assert alive is None or alive.runs(), f"it has ended: {what}; see {alive.log}"
        time.sleep(every)
    return answer


class Process:
    """A command with its own environment and folder; what it prints goes to a file."""

    def __init__(self, command, env, folder, log):
        self.command, self.env, self.folder, self.log = command, env, folder, log
        self._process = None

    def start(self):
        with open(self.log, "wb") as log:
            self._process = subprocess.Popen(self.command, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=subprocess.STDOUT, process_group=0)

    def runs(self):
        return self._process.poll() is None

    def stop(self):
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, sent)
                self._process.wait(10)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue
