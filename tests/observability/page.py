"""What docs/metrics.md says, beside what there is."""

import re
import urllib.parse

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client


def _rows(text, heading):
    """The rows of the tables below a heading, those of the headings below it too."""
    level = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert level, f"docs/metrics.md has no heading {heading!r}"
    rest = text[level.end():]
    end = re.search(rf"^#{{1,{len(level.group(1))}}} ", rest, re.MULTILINE)
    lines = rest[:end.start() if end else None].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if row[0].startswith("`")]


def _code(cell):
    return re.findall(r"`([^`]*)`", cell)


def metrics(text):
    """The catalogue of the page: the name of each metric -> its type and its labels."""
    return {_code(name)[0]: (kind, set(_code(labels))) for name, kind, labels, _ in _rows(text, "All metrics")}


def names(text):
    return set(metrics(text))


def compare_alerts(text, rules):
    """The table of alerts says of each for how long, and how severe; both ways."""
    said = {_code(name)[0]: (span, severity) for name, _, span, severity, *_ in _rows(text, "Alerts")}
    there = {name: (rule["for"], rule["labels"]["severity"]) for name, rule in rules.items()}
    assert said == there, f"docs/metrics.md, and alerts.yml: {set(said.items()) ^ set(there.items())}"


def follow_pointers(root, rules):
    """Each description ends with the page and the section that say more."""
    for name, rule in rules.items():
        pointer = re.search(r"(docs/\w+\.md), section ([^.]+)\.$", rule["annotations"]["description"])
        assert pointer, f"{name}: no pointer to a page"
        text = (root / pointer.group(1)).read_text()
        assert re.search(rf"^#+ {re.escape(pointer.group(2))}$", text, re.MULTILINE), f"{name}: {pointer.group(0)}"


def run_examples(text):
    """The page's examples of Python run with Twilio's own library, and ask for callbacks as the page means it."""
    sent = []  # path, form

    class Recorder(HttpClient):
        def __init__(self):
            pass

        def request(self, method, uri, params=None, data=None, **_):
            sent.append((urllib.parse.urlsplit(uri).path, data))
            return Response(201, '{"sid": "XX1"}')

    client = Client("AC1", "token", http_client=Recorder())
    for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        exec(compile(block, "docs/metrics.md", "exec"), {"client": client})
    [(_, message), (_, call)] = sent
    for form, path in ((message, "/webhooks/message"), (call, "/webhooks/call")):
        assert form["StatusCallback"] == f"https://ringdown.example.com{path}#rc=5&rp=ct,rt,5xx", form
    assert call["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"], call
