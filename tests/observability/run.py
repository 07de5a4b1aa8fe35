"""Observability, shown with the real parts: `python tests/observability/run.py`.

Prometheus scrapes a running Ringdown as OpenMetrics, and, by a proxy that drops `Accept`, as text. Twilio's callbacks and
events come in, each in several ways; every counter has to be right in Prometheus, by both formats. The rules are tested,
the dashboard is checked by Grafana's own schemas, and each query of the dashboard and of docs/metrics.md has to give data.

It needs target/debug/ringdown, prometheus and promtool in the PATH, and the packages of tests/requirements.txt. What it
writes is under target/observability/.
"""

import argparse
import concurrent.futures
import json
import pathlib
import shutil
import signal
import sys
import time

import yaml

import page
import scrape
import shapes
from prometheus import Prometheus, configuration, promtool
from processes import wait
from promql import metrics, of_dashboard, of_page, of_rules
from proxy import WithoutAccept
from server import Ringdown
from traffic import Traffic, execution, lost, worker

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "observability"
JOB, TEXT_JOB = "ringdown", "ringdown-text"
# Counters that our traffic alone moves. Those of messages and calls are compared one by one.
COUNTED = '{__name__=~"twilio_(messages|calls|message_callback|call_callback).*",job="%s"}'
# Alerts that our traffic gives cause for, and some that it does not. The rest depends on how quick it was.
ACTIVE = {"HighCallFailureRate", "CallbacksLost"}
INACTIVE = {"RingdownDown", "NobodyTookIncident", "WakeUpsLate", "DeadLettersWaiting", "ConfigurationBad", "SlackRefuses",
            "SlackUnreachable", "MessagesSilent", "CallsSilent", "EventsSilent", "SignaturesRefused"}
# How long a scrape may lag behind: the server's cache, and the interval.
LAG = 20


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--ringdown", type=pathlib.Path, default=ROOT / "target/debug/ringdown",
                           help="the binary (default: target/debug/ringdown)")
    options = arguments.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    # Ended from outside, we end what we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = ROOT / "target/observability"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        # The longest of it, beside all else.
        rules = threads.submit(promtool, "test", "rules", SHIPPED / "alerts_test.yml")
        files(work)
        with Ringdown(options.ringdown.resolve(), work) as server, WithoutAccept(server.address) as proxy:
            jobs = {JOB: server.address, TEXT_JOB: proxy.address}
            config = configuration(SHIPPED / "prometheus.yml", work, SHIPPED / "alerts.yml", server.metrics_token, jobs)
            promtool("check", "config", config)
            with Prometheus(config, work) as prometheus:
                live(server, prometheus)
        rules.result()
        print("   every alert fires when it should, and is quiet when it should")


def files(work):
    """What can be seen without a server: the files of observability/, beside each other and beside the page."""
    shipped = work / "shipped"
    shutil.copytree(SHIPPED, shipped / "observability")
    # promtool wants the token's file to be there.
    token = yaml.safe_load((SHIPPED / "prometheus.yml").read_text())["scrape_configs"][0]["authorization"]
    token = (shipped / "observability" / token["credentials_file"]).resolve()
    token.parent.mkdir(parents=True, exist_ok=True)
    token.write_text("a token\n")
    promtool("check", "config", shipped / "observability/prometheus.yml")
    rules = of_rules(yaml.safe_load((SHIPPED / "alerts.yml").read_text()))
    tests = yaml.safe_load((SHIPPED / "alerts_test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    for name in rules:
        mine = [bool(case["exp_alerts"]) for case in cases if case["alertname"] == name]
        assert True in mine and False in mine, f"alerts_test.yml: {name} has to fire in one case, and not in another"
    page.compare_alerts((ROOT / "docs/metrics.md").read_text(), rules)
    page.follow_pointers(ROOT, rules)
    print(f"   {len(rules)} rules, {len(cases)} cases for them")
    panels = shapes.check(SHIPPED / "grafana")
    print(f"   {panels} panels fit Grafana's schemas; {len(shapes.BROKEN)} broken dashboards are found to be broken")
    page.run_examples((ROOT / "docs/metrics.md").read_text())


def live(server, prometheus):
    wait("both jobs are scraped", LAG, lambda: prometheus.number("sum(up)") == 2)
    traffic = Traffic(server)
    # All counters are there before anything is counted: the first increase would not be seen otherwise.
    zeros = prometheus.values(COUNTED % JOB)
    assert zeros and not any(zeros.values()), zeros
    traffic.wave()
    counted(prometheus, traffic, {})
    # Ringdown's own calls and texts are reported to it too. They add what they add.
    incident(server)
    server.sandbox("POST", "twilio/faults", {"refuse_calls": {"status": 400, "code": 21211, "times": 1}})
    wait("an incident has been scraped", LAG, lambda: prometheus.number(f'sum(ringdown_take_seconds_count{{job="{JOB}"}})'))
    # Past the time in which the same alarm reopens the same incident; Twilio's lists are looked at meanwhile.
    server.sandbox("POST", "clock", {"ahead_ms": 600_000})
    server.settle()
    incident(server)
    assert traffic.send([worker(1), worker(2), lost(1), *execution()]) == 204
    server.settle()
    own = steady(prometheus, COUNTED % JOB)
    own = {series: value - traffic.expected[series] for series, value in own.items()}
    traffic.wave()
    counted(prometheus, traffic, own)
    forged = server.callback("/webhooks/message", {"MessageSid": "SM1", "MessageStatus": "sent"}, signature="AAAA")
    assert forged == 403, forged
    for expression, expected in [
        ("sum(ringdown_events_received_total)", len(traffic.received)),
        ("sum(ringdown_events_forwarded_total)", 2),
        ('sum(ringdown_callbacks_lost_total{source="error_log"})', 1),
        ("sum(ringdown_slack_lines_total) > 0", None),
        ('sum(twilio_api_errors_total{code="21211"})', 1),
        ('sum(ringdown_requests_refused_total{reason="signature"})', 1),
        ('ringdown_take_seconds_count{policy="default"}', 2),
        ('ringdown_resolve_seconds_count{policy="default"}', 2),
        ('sum(ringdown_alarms_total{outcome="incident"})', 4),
        ("sum(ringdown_flow_executions_started_total)", 1),
        ("sum(ringdown_flow_executions_ended_total)", 1),
        ("sum(ringdown_flow_execution_seconds_count)", 1),
        ("sum(ringdown_flow_executions_stuck)", 0),
        ("sum(ringdown_flow_quiet)", 0),
        (f'ringdown_flow_executions_started_total{{flow="FW{1:032x}"}}', 1),
        (f'ringdown_flow_info{{flow="FW{1:032x}",name="unnamed"}}', 1),
        ("ringdown_callbacks_missing", 0),
        ("ringdown_config_good", 1),
        ("ringdown_wake_ups_late", 0),
        ("count(ringdown_on_call)", 1),
        ("count(ringdown_build_info)", 1),
    ]:
        query = scrape.of_job(expression, JOB)
        wait(f"{query} is {expected}, not {prometheus.number(query)}", LAG,
             lambda: (seen := prometheus.number(query)) is not None and expected in (None, seen))
    print(f"   {traffic.posts} form posts and {len(traffic.received)} events of {sum(traffic.expected.values())} increments:"
          f" every counter is right in Prometheus")
    both_formats(prometheus)
    scrape.check(server, page.metrics((ROOT / "docs/metrics.md").read_text()))
    queries(server, prometheus)
    alerts(prometheus)


def counted(prometheus, traffic, own):
    """Waits until the counters of messages and calls are what the traffic and what was there besides make them."""
    def difference():
        seen = prometheus.values(COUNTED % JOB)
        right = {series: own.get(series, 0) + traffic.expected[series] for series in {*seen, *traffic.expected, *own}}
        return {series: (seen.get(series), value) for series, value in right.items() if seen.get(series) != value}

    end = time.monotonic() + LAG
    while wrong := difference():
        assert time.monotonic() < end, f"series, what it is, what it should be: {wrong}"
        time.sleep(0.5)


def steady(prometheus, expression):
    """The values of an expression once they have not changed for longer than the server's cache lives."""
    last, since = None, time.monotonic()
    end = since + 3 * LAG
    while time.monotonic() < end:
        now = prometheus.values(expression)
        if now != last:
            last, since = now, time.monotonic()
        if time.monotonic() - since > scrape.CACHE + 2:
            return now
        time.sleep(0.5)
    raise AssertionError(f"{expression} goes on changing")


def incident(server):
    """An alarm goes off, whoever is called takes it on the phone, and it is over."""
    for person in ("alpha", "bravo"):
        server.sandbox("POST", f"phones/{person}/habit", {"does": "answer-and-press", "key": "1", "after_ms": 10})
    server.sandbox("POST", "alarms/checkout-5xx-rate/raise")
    server.settle()
    server.sandbox("POST", "alarms/checkout-5xx-rate/clear")
    server.settle()


def both_formats(prometheus):
    """Both jobs have the same series with the same values, whichever way the bounds of buckets are written."""
    def series(job):
        everything = f'{{__name__=~"(twilio|ringdown)_.+",job="{job}"}}'
        return {name.replace('.0"}', '"}'): value for name, value in prometheus.values(everything).items()}

    def difference():
        return set(series(JOB).items()) ^ set(series(TEXT_JOB).items())

    end = time.monotonic() + LAG
    while wrong := difference():
        assert time.monotonic() < end, f"the formats differ: {wrong}"
        time.sleep(0.5)
    print(f"   {len(series(JOB))} series are the same as OpenMetrics and as text")


def queries(server, prometheus):
    """Each query gives data, each rule can be evaluated, and none names a metric that there is not."""
    names = page.names((ROOT / "docs/metrics.md").read_text())
    dashboard = json.loads((SHIPPED / "grafana/ringdown.json").read_text())
    assert (wrong := shapes.problems(dashboard, names)) == [], wrong
    rules = of_rules(yaml.safe_load((SHIPPED / "alerts.yml").read_text()))
    blocks = of_page((ROOT / "docs/metrics.md").read_text())
    for expression in [*blocks, *(rule["expr"] for rule in rules.values())]:
        assert metrics(expression) <= names, f"{metrics(expression) - names} in {expression}"
    asked = [*of_dashboard(dashboard, server.address), *(("docs/metrics.md", block, True) for block in blocks)]
    empty = [f"{where}: {expression}" for where, expression, instant in asked
             if not prometheus.gives_data(expression, instant)]
    assert not empty, "no data:\n" + "\n".join(empty)
    assert len(blocks) > 10 and len(asked) > 50, (len(blocks), len(asked))
    print(f"   {len(asked)} queries of the dashboard and the page give data")


def alerts(prometheus):
    """Prometheus has evaluated every rule, and those are active whose cause our traffic was."""
    rules = of_rules(yaml.safe_load((SHIPPED / "alerts.yml").read_text()))

    def evaluated():
        found = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
        return found if all(rule["health"] != "unknown" for rule in found) else None

    found = wait("every rule is evaluated", LAG, evaluated)
    broken = [(rule["name"], rule.get("lastError")) for rule in found if rule["health"] != "ok"]
    assert not broken and {rule["name"] for rule in found} == set(rules), broken
    active = {rule["name"] for rule in found if rule["state"] != "inactive"}
    assert active >= ACTIVE and not active & INACTIVE, f"active: {active}"


if __name__ == "__main__":
    main()
