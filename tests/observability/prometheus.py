"""Prometheus and promtool, as Debian ships them: a server that scrapes what it is told to, and its answers."""

import json
import math
import os
import subprocess
import time
import urllib.parse
import urllib.request

import yaml

from processes import Process, free_port, wait

SCRAPE_INTERVAL = 1


def promtool(*arguments, given=None):
    """Runs promtool, and gives what it printed; anything but success fails."""
    done = subprocess.run(["promtool", *map(str, arguments)], input=given, capture_output=True, text=True)
    assert done.returncode == 0, f"promtool {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def configuration(shipped, work, rules, token, jobs):
    """The shipped configuration and rules for servers on this machine: as they are but for intervals, the token's file, and
    the targets of `jobs` (name -> host and port). Gives the file that it is written to."""
    config = yaml.safe_load(shipped.read_text())
    config["global"] |= {name: f"{SCRAPE_INTERVAL}s" for name in
                         ("scrape_interval", "scrape_timeout", "evaluation_interval")}
    rules = yaml.safe_load(rules.read_text())
    for group in rules["groups"]:
        group.pop("interval", None)
    (work / "alerts.yml").write_text(yaml.safe_dump(rules))
    (work / "token").write_text(f"{token}\n")
    [shipped_job] = config["scrape_configs"]
    shipped_job["authorization"]["credentials_file"] = str(work / "token")
    shipped_job["scheme"] = "http"
    config["scrape_configs"] = [shipped_job | {"job_name": name, "static_configs": [{"targets": [target]}]}
                                for name, target in jobs.items()]
    path = work / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    return path


class Prometheus:
    """A Prometheus while it runs."""

    def __init__(self, config, work):
        self.url = f"http://127.0.0.1:{free_port()}"
        self._process = Process(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={work / 'tsdb'}",
             f"--web.listen-address={self.url.removeprefix('http://')}", "--log.level=warn"],
            {"PATH": os.environ["PATH"]}, work, work / "prometheus.log")

    def __enter__(self):
        self._process.start()
        wait("Prometheus is ready", 30, self._is_ready, alive=self._process)
        return self

    def __exit__(self, *_):
        self._process.stop()

    def _is_ready(self):
        try:
            return urllib.request.urlopen(f"{self.url}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def ask(self, path, **parameters):
        """The data of an answer of its API."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from None

    def values(self, expression):
        """The series that an expression gives now, without job and instance: text -> value."""
        found = {}
        for series in self.ask("query", query=expression)["result"]:
            labels = {name: value for name, value in series["metric"].items() if name not in ("job", "instance")}
            name = labels.pop("__name__", "")
            key = name + "".join(f'{{{label}="{value}"}}' for label, value in sorted(labels.items()))
            assert key not in found, f"{expression} gives {key} twice"
            found[key] = float(series["value"][1])
        return found

    def number(self, expression):
        """The one number that an expression gives now; None without any."""
        result = self.ask("query", query=expression)["result"]
        return float(result[0]["value"][1]) if result else None

    def gives_data(self, expression, instant, seconds=60):
        """Whether an expression gives a number, now or within the last minute."""
        if instant:
            series = [[one["value"]] for one in self.ask("query", query=expression)["result"]]
        else:
            now = time.time()
            answer = self.ask("query_range", query=expression, start=now - seconds, end=now, step=5)
            series = [one["values"] for one in answer["result"]]
        return any(not math.isnan(float(value)) for values in series for _, value in values)
