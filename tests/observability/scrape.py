"""What GET /metrics answers: both formats by the strictest readers there are, its headers, and who is refused."""

import gzip
import re

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from prometheus import promtool

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
# What Prometheus 2.42 sends.
ACCEPT = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
# For how many seconds an answer of /metrics may be given again.
CACHE = 5
# Gauges that have no value on every server.
MAY_BE_ABSENT = {"ringdown_calls_in_progress", "ringdown_callbacks_missing", "ringdown_on_call"}


def check(server, catalogue):
    """`catalogue` is that of the page: name -> type and labels."""
    status, headers, openmetrics = server.scrape(ACCEPT)
    assert (status, headers["content-type"]) == (200, OPENMETRICS), (status, headers)
    for accept in (None, "*/*", "text/plain", "application/openmetrics-text;version=0.0.1"):
        status, headers, text = server.scrape(accept)
        assert (status, headers["content-type"]) == (200, TEXT), (accept, status, headers)
    promtool("check", "metrics", given=text.decode())
    lines = openmetrics.decode().splitlines()
    series = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(series) == len(set(series)), "a series is there twice"
    seen = {}
    for family in text_string_to_metric_families(openmetrics.decode()):
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        seen[name] = (family.type, labels)
        assert family.samples and family.documentation, name
        assert all(sample.timestamp is None for sample in family.samples), f"{name} has timestamps"
    missing = set(catalogue) - set(seen) - MAY_BE_ABSENT
    assert not missing and not set(seen) - set(catalogue), (missing, set(seen) - set(catalogue))
    for name, (kind, labels) in seen.items():
        assert (kind, labels) == catalogue[name], f"{name}: {kind} {labels}, and the page says {catalogue[name]}"
    refused(server)
    print(f"   {len(seen)} metrics, {len(series)} series: promtool and the strict OpenMetrics parser have no objection")


def refused(server):
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {server.metrics_token}"}):
        status, _, body = server.request("GET", "/metrics", headers)
        assert status == 401 and b"twilio_" not in body, (status, body[:100])
    headers = {"authorization": f"Bearer {server.metrics_token}", "accept-encoding": "gzip"}
    status, answer, body = server.request("GET", "/metrics", headers)
    assert (status, answer["content-encoding"]) == (200, "gzip") and b"twilio_" in gzip.decompress(body)
    for path in ("/health", "/healthz"):
        status, _, body = server.request("GET", path)
        assert status == 200 and server.metrics_token.encode() not in body, (path, status, body)


def of_job(expression, job):
    """The same expression for one job alone."""
    def selected(found):
        name, selector = found.group(1), found.group(2)
        return f'{name}{{{selector[1:-1] + "," if selector else ""}job="{job}"}}'

    return re.sub(r"\b((?:twilio|ringdown)_\w+)(\{[^}]*\})?", selected, expression)
